"""The film file: what a director says about a film, in TOML.

Conventions
    ``[film]`` is what the film is, ``[style]``, ``[fractures]``, ``[order]`` and
    ``[sound]`` how it is cut (`otio_genai.assemble.style`), ``[media]`` what files are
    for. Every key may be left out. The schema is the fields of `FilmFile` and `Style`:
    reading, checking and the reference page follow from them.

    A film file that cannot be meant is refused with everything that is wrong in it,
    each with its line.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from otio_genai import rates
from otio_genai.assemble import settings as schema
from otio_genai.assemble.filmlines import lines_of_keys
from otio_genai.assemble.settings import setting
from otio_genai.assemble.style import Style, conflicts
from otio_genai.errors import FilmFileError, TimelineError

__all__ = ["FilmFile", "default_film_file", "read_film_file", "table_names"]

FILE_NAME = "film.toml"
#: What ``[media]`` may say of a file; the last leaves it out.
MEDIA_KINDS = ("take", "still", "music", "voice", "skip")

_TIMECODE = re.compile(r"[0-9]{2}:[0-5][0-9]:[0-5][0-9][:;][0-9]{2}")
_HIGHEST_RATE = 240


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
        empty="the commonest of the takes",
    )
    height: int | None = setting(
        None,
        "film",
        "Height of the picture, an even number.",
        unit="px",
        low=16,
        high=16_384,
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
    )
    media_folder: str = setting(
        ".", "film", "Folder of the media, relative to the film file."
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
    reading = _Reading(lines_of_keys(text))
    said = reading.read(tables)
    folder = file.parent / said[FilmFile].get("media_folder", ".")
    if not reading.problems and not folder.is_dir():
        reading.complain(("film", "media_folder"), f"is no folder: {str(folder)!r}")
    if reading.problems:
        raise reading.refusal(file)
    said[FilmFile].setdefault("title", _title_of(file.parent))
    return FilmFile(
        file, folder, file.parent, Style(**said[Style]), reading.kinds, **said[FilmFile]
    )


class _Reading:
    """One reading of the tables, and what was wrong in them."""

    def __init__(self, lines: Mapping[tuple[str, ...], int]) -> None:
        self.problems: list[tuple[int, str]] = []
        self.kinds: dict[str, str] = {}
        self._lines = lines
        self._places = _places()

    def complain(self, key: tuple[str, ...], text: str) -> None:
        line = self._lines.get(key, self._lines.get(key[:1], 1))
        table, *rest = key
        name = ".".join(rest)
        shown = f"[{table}] {name}" if rest else f"[{table}]"
        self.problems.append((line, f"{shown} {text}"))

    def refusal(self, file: Path) -> FilmFileError:
        count = len(self.problems)
        said = "One thing here cannot" if count == 1 else f"{count} things here cannot"
        # By line; problems of one line stay in the order they were found.
        ordered = sorted(self.problems, key=lambda problem: problem[0])
        return FilmFileError(
            f"{said} be meant.",
            place=str(file),
            items=[f"line {line}: {problem}" for line, problem in ordered],
            remedy="Correct these lines; docs/film-file.md lists every key.",
        )

    def read(self, tables: Mapping[str, Any]) -> dict[type, dict[str, Any]]:
        """Return the values for the fields of `FilmFile` and of `Style`."""
        said: dict[type, dict[str, Any]] = {FilmFile: {}, Style: {}}
        for table, content in tables.items():
            if table not in (*table_names(), "media"):
                self._unknown_table(table, content)
            elif not isinstance(content, dict):
                self.complain((table,), "must be a table, written as a line of its own")
            elif table == "media":
                self._read_media(content)
            else:
                self._read_table(table, content, said)
        self._together(said)
        return said

    def _read_table(
        self,
        table: str,
        content: Mapping[str, Any],
        said: Mapping[type, dict[str, Any]],
    ) -> None:
        for key, value in content.items():
            if (table, key) not in self._places:
                self.complain((table, key), _stray(table, key, self._places))
                continue
            record, name = self._places[table, key]
            try:
                meant = _meant(name, value)
                wrong = schema.fault(record, name, meant) or _beyond(name, meant)
            except TimelineError:
                wrong = f"is no frame rate: {schema.shown(value)}"
            if wrong:
                self.complain((table, key), wrong)
            else:
                said[record][name] = meant

    def _read_media(self, content: Mapping[str, Any]) -> None:
        for name, kind in content.items():
            if isinstance(kind, str) and kind in MEDIA_KINDS:
                self.kinds[name.removeprefix("./")] = kind
                continue
            known = ", ".join(f'"{one}"' for one in MEDIA_KINDS)
            hint = ""
            if isinstance(kind, dict):
                hint = "; put quotes around a name that holds a dot"
            elif isinstance(kind, str):
                hint = _near(kind, MEDIA_KINDS)
            self.complain(("media", name), f"must be one of {known}{hint}")

    def _unknown_table(self, table: str, content: object) -> None:
        if isinstance(content, dict):
            hint = _near(table, (*table_names(), "media"))
            self.complain((table,), f"is no table of a film file{hint}")
            return
        homes = [home for home, key in self._places if key == table]
        hint = f"; it belongs under [{homes[0]}]" if homes else ""
        line = self._lines.get((table,), 1)
        self.problems.append((line, f"{table} stands outside every table{hint}"))

    def _together(self, said: Mapping[type, Mapping[str, Any]]) -> None:
        """Complain of values that are right alone and wrong together."""
        film = said[FilmFile]
        if ("width" in film) != ("height" in film):
            given = "width" if "width" in film else "height"
            other = "height" if "width" in film else "width"
            if not any(f"[film] {other} " in text for _, text in self.problems):
                self.complain(("film", given), f"needs a {other} beside it")
        if self.problems:
            return
        defaults = Style()
        values = {name: getattr(defaults, name) for name, _ in schema.settings(Style)}
        for text in conflicts({**values, **said[Style]}):
            # Of the settings it names, one that is written here is the one to change.
            table_of = {name: found.table for name, found in schema.settings(Style)}
            named = [word for word in re.findall(r"[a-z_]+", text) if word in table_of]
            lines = [self._lines.get((table_of[name], name)) for name in named]
            self.problems.append((next(filter(None, lines), 1), text))


def _places() -> dict[tuple[str, str], tuple[type, str]]:
    """Return for each (table, key) the record and field it sets."""
    return {
        (found.table, found.key): (record, name)
        for record in (FilmFile, Style)
        for name, found in schema.settings(record)
    }


def table_names() -> list[str]:
    """Return the names of the tables that hold settings, in order."""
    return list(dict.fromkeys(table for table, _ in _places()))


def _meant(name: str, value: Any) -> Any:
    """Return the value as the field holds it, or as it is when it cannot be."""
    if name == "rate" and isinstance(value, (int, float, str)):
        return value if isinstance(value, bool) else rates.rate(value)
    if name in ("first", "last"):
        if isinstance(value, str):
            return (value,)
        return tuple(value) if isinstance(value, list) else value
    return value


def _beyond(name: str, value: Any) -> str | None:
    """Return what is wrong with a value in ways that limits cannot say."""
    if name in ("width", "height") and value % 2:
        return f"must be even, not {value}: video has half as many pixels of colour"
    if name == "rate" and not 1 <= value <= _HIGHEST_RATE:
        return f"must be 1 to {_HIGHEST_RATE} frames per second, not {value}"
    if name == "start_timecode" and not _TIMECODE.fullmatch(value):
        return f"must look like 01:00:00:00, not {schema.shown(value)}"
    if name == "media_folder" and "\0" in value:
        return "holds a character that no folder has in its name"
    return None


def _stray(table: str, key: str, places: Iterable[tuple[str, str]]) -> str:
    places = list(places)
    homes = [home for home, name in places if name == key]
    if homes:
        return f"is no key of this table; it belongs under [{homes[0]}]"
    here = [name for home, name in places if home == table]
    anywhere = [name for _, name in places]
    return "is no key" + (_near(key, here) or _near(key, anywhere))


def _near(text: str, known: list[str] | tuple[str, ...]) -> str:
    found = difflib.get_close_matches(text, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""


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
