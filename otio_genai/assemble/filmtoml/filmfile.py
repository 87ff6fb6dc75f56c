"""The film file: what a director says about a film, in TOML.

Conventions
    ``[film]`` is what the film is, ``[music]`` and ``[voice]`` what is known of its
    sound, ``[style]`` and its like how it is cut (`otio_genai.assemble.style`),
    ``[[pins]]``, ``[[locks]]`` and ``[[joins]]`` what must be in it
    (`otio_genai.assemble.filmtoml.arrays`), ``[media]`` what files are for. Every key
    may be left out. Reading, checking, the reference page and the schema for editors
    follow from the fields of these records.

    A film file that cannot be meant is refused with everything that is wrong in it,
    each with its line.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from otio_genai import rates
from otio_genai.assemble import settings as schema
from otio_genai.assemble.clashes import conflicts
from otio_genai.assemble.filmtoml.lines import lines_of_keys
from otio_genai.assemble.filmtoml.reading import MEDIA_KINDS, Reading
from otio_genai.assemble.filmtoml.shotlist import read_shot_list
from otio_genai.assemble.notes import Notes, ShotNote
from otio_genai.assemble.settings import setting
from otio_genai.assemble.style import Style
from otio_genai.errors import FilmFileError, TimelineError
from otio_genai.ingest.cues import Cues

__all__ = ["MEDIA_KINDS", "FilmFile", "default_film_file", "read_film_file"]

FILE_NAME = "film.toml"


@dataclass(frozen=True, slots=True)
class FilmFile:
    """What a film file says, or the defaults of a bare folder."""

    path: Path | None
    "The film file itself; None for a folder without one."
    folder: Path
    "Root of the media, to which the paths under ``[media]`` are relative."
    home: Path
    "Folder of the film file, where products belong."
    style: Style = field(default_factory=Style)
    "How the film is cut."
    kinds: Mapping[str, str] = field(default_factory=dict)
    "Relative path, folder or glob to what it is for."
    notes: Notes = field(default_factory=Notes)
    "Pins, locks, joins and the shot list."
    title: str = setting("", "film", "Title of the film.", empty="the folder's name")
    rate: Fraction | None = setting(  # noqa: RUF009  # it makes a field
        None,
        "film",
        "Frames per second.",
        empty="the commonest of the takes that editors cut at, else 24",
    )
    width: int | None = setting(
        None,
        "film",
        "Width of the picture, an even number.",
        unit="px",
        low=16,
        high=16_384,
        even=True,
        empty="the commonest of the takes",
    )
    height: int | None = setting(
        None,
        "film",
        "Height of the picture, an even number.",
        unit="px",
        low=16,
        high=16_384,
        even=True,
        empty="the commonest of the takes",
    )
    seed: int = setting(
        0,
        "film",
        "Another seed, another film of the same takes.",
        low=0,
        high=2**32 - 1,
    )
    start_timecode: str = setting(
        "00:00:00:00",
        "film",
        "Timecode of the first frame, `hh:mm:ss:ff`; `hh:mm:ss;ff` is drop-frame.",
        pattern="[0-9]{2}:[0-5][0-9]:[0-5][0-9][:;][0-9]{2}",
        like='"01:00:00:00"',
    )
    media_folder: str = setting(
        ".", "film", "Folder of the media, relative to the film file."
    )
    shot_list: str | None = setting(
        None,
        "order",
        "A shot list, a CSV or Fountain file, relative to the film file: these shots, "
        "in this order, and no others.",
        key="list",
    )
    bed: str | None = setting(
        None,
        "music",
        "The music under the film, by clip name, file name or path.",
        empty="the first music there is",
    )
    tempo_bpm: float | None = setting(
        None,
        "music",
        "Its tempo, where you know it.",
        unit="beats a minute",
        low=20,
        high=400,
        empty="measured",
    )
    first_beat_s: float | None = setting(
        None,
        "music",
        "A first beat of a bar, from the start of the music.",
        unit="s",
        low=0,
        high=14_400,
        empty="measured",
    )
    metre: int = setting(4, "music", "Beats of a bar.", low=2, high=12)
    beats: str | None = setting(
        None,
        "music",
        "A file of beat times in seconds, relative to the media folder.",
        empty="`NAME.beats.txt` or `.csv` beside the music",
    )
    markers_s: tuple[float, ...] = setting(
        (),
        "music",
        "Places in the music where something new begins, from its start.",
        unit="s",
        low=0,
        high=14_400,
        empty="`NAME.markers.txt` beside the music",
    )
    script: str | None = setting(
        None,
        "voice",
        "The text of the voice-over, relative to the media folder.",
        empty="`NAME.txt` beside the voice",
    )

    @property
    def cues(self) -> Cues:
        """What is said of the music and the voice, for ``ingest``."""
        return Cues(
            bed=self.bed,
            tempo_bpm=self.tempo_bpm,
            first_beat_s=self.first_beat_s,
            metre=self.metre,
            beats=self.beats,
            markers_s=tuple(sorted(float(one) for one in set(self.markers_s))),
            script=self.script,
        )


def default_film_file(folder: str | os.PathLike[str]) -> FilmFile:
    """Return the film file of a bare folder: nothing said, every default.

    Raises
    ------
    FilmFileError
        There is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise FilmFileError(
            "This is no folder." if root.exists() else "There is no such folder.",
            place=str(root),
            remedy="Give a folder of media, or a film.toml.",
        )
    return FilmFile(None, root, root, title=_title_of(root))


def read_film_file(path: str | os.PathLike[str]) -> FilmFile:
    """Return what a film file says.

    Parameters
    ----------
    path
        A TOML file, or a folder: its ``film.toml`` is read, and without one every
        default holds.

    Raises
    ------
    FilmFileError
        It is not there, no TOML, or says what cannot be meant: unknown tables and
        keys, values of a wrong type or beyond their limits, all in ``items``.

    Examples
    --------
    >>> read_film_file("brises/film.toml").title             # doctest: +SKIP
    'Brises'
    """
    file = Path(path)
    if file.is_dir():
        if not (file / FILE_NAME).is_file():
            return default_film_file(file)
        file = file / FILE_NAME
    text = _text_of(file)
    tables = _parsed(file, text)
    reading = Reading(lines_of_keys(text), (FilmFile, Style))
    reading.read(tables)
    said = reading.said[FilmFile]
    folder = file.parent / said.get("media_folder", ".")
    shots = _look(reading, file, folder)
    _conflicts(reading)
    if reading.problems:
        raise reading.refusal(str(file))
    said.setdefault("title", _title_of(file.parent))
    notes = Notes(
        shots=shots,
        source=str(file),
        list_source=str(file.parent / said["shot_list"]) if shots else "",
        **{table: tuple(found) for table, found in reading.notes.items()},
    )
    style = Style(**reading.said[Style])
    return FilmFile(file, folder, file.parent, style, reading.kinds, notes, **said)


def _look(reading: Reading, file: Path, folder: Path) -> tuple[ShotNote, ...]:
    """Return the shots of the list, having looked for all that is named."""
    said = reading.said[FilmFile]
    if not _is_there(folder.is_dir):
        reading.complain(("film", "media_folder"), f"is no folder: {str(folder)!r}")
    else:
        for name, table in (("beats", "music"), ("script", "voice")):
            there = folder / said.get(name, "")
            if name in said and not _is_there(there.is_file):
                reading.complain((table, name), f"is no file: {str(there)!r}")
    if "rate" in said and "start_timecode" in said:
        try:
            rates.frame_of_timecode(said["start_timecode"], said["rate"])
        except TimelineError as error:
            reading.complain(("film", "start_timecode"), f"cannot be: {error.sentence}")
    if "shot_list" not in said:
        return ()
    reading.said[Style].setdefault("order", "given")
    try:
        return read_shot_list(file.parent / said["shot_list"], rate=said.get("rate"))
    except FilmFileError as error:
        for item in error.items or [error.sentence]:
            reading.complain(("order", "list"), f"{said['shot_list']}: {item}")
        return ()


def _is_there(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except (OSError, ValueError):
        # No place can have such a name.
        return False


def _conflicts(reading: Reading) -> None:
    """Complain of values that are right alone and wrong together."""
    if reading.problems:
        return
    defaults = Style()
    values = {name: getattr(defaults, name) for name, _ in schema.settings(Style)}
    for text in conflicts({**values, **reading.said[Style]}):
        # Of the settings it names, one that is written here is the one to change.
        named = re.findall(r"[a-z_]+", text)
        written = (
            (found.table, found.key)
            for name in named
            for field_name, found in schema.settings(Style)
            if name == field_name and name in reading.said[Style]
        )
        reading.problems.append((reading.line(next(written, ())), text))


def _title_of(folder: Path) -> str:
    return folder.resolve().name or "Film"


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        text = isinstance(error, UnicodeDecodeError)
        why = "it is no text in UTF-8" if text else getattr(error, "strerror", error)
        raise FilmFileError(
            f"This film file cannot be read: {why}.",
            place=str(file),
            remedy="Save it as UTF-8."
            if text
            else "Check the spelling, or give the folder of your media instead.",
        ) from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        told = str(error)
        at = re.search(r"\(at line (\d+), column (\d+)\)", told)
        line = int(at[1]) if at else text.count("\n") + 1
        what = re.sub(r"\s*\(at .*\)$", "", told)
        raise FilmFileError(
            f"This is not TOML: {what}.",
            place=f"{file}, line {line}",
            remedy='Texts need quotes, and a table a line such as "[film]".',
        ) from error
    except RecursionError as error:
        raise FilmFileError(
            "This is nested too deeply to be a film file.", place=str(file)
        ) from error
