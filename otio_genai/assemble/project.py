"""A project as a whole: its film file, and the line from its folder to a timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.analyse import analyse
from otio_genai.assemble.edited import Edit, as_sent, grafted, read_edit
from otio_genai.assemble.film import assemble
from otio_genai.assemble.filmtoml.filmfile import (
    FilmFile,
    default_film_file,
    read_film_file,
)
from otio_genai.errors import FilmFileError, TimelineError
from otio_genai.ingest import bin as bins
from otio_genai.ingest import ingest

__all__ = ["assemble_edited", "assemble_film", "film_file", "from_project"]

Progress = Callable[[str, int, int], None]


def film_file(path: str | PathLike[str]) -> FilmFile:
    """Return the film file of a project: a ``film.toml``, or a folder's, or defaults.

    Raises
    ------
    FilmFileError
        The film file does not say what it means; every fault is named.
    """
    place = Path(path)
    if place.is_dir() and not (place / "film.toml").exists():
        return default_film_file(place)
    return read_film_file(place)


def assemble_film(
    bin: otio.schema.SerializableCollection,
    film: FilmFile,
    *,
    seed: int | None = None,
    previous: otio.schema.Timeline | None = None,
    locked: Sequence[int] = (),
) -> otio.schema.Timeline:
    """Return the timeline that a film file asks for, from an analysed bin.

    Parameters
    ----------
    bin
        What ``analyse`` returned; it is not changed.
    film
        The film file.
    seed
        Instead of the film file's.
    previous
        An earlier film of the same bin; the new one differs from it as little as
        it must.
    locked
        Numbers of its joins that stay, 1 the first.

    Raises
    ------
    AssembleError
        No film can be made of what is there, or not with these notes and locks.
    """
    width, height = bins.film_size(bin)
    if film.width and film.height:
        width, height = film.width, film.height
    elif film.width:
        width, height = film.width, _even(film.width * height / width)
    elif film.height:
        width, height = _even(film.height * width / height), film.height
    timeline = assemble(
        bin,
        film.style,
        seed=film.seed if seed is None else seed,
        rate=film.rate,
        size=(width, height),
        title=film.title,
        notes=film.notes,
        previous=previous,
        locked=locked,
    )
    _start(timeline, film)
    return timeline


def assemble_edited(
    bin: otio.schema.SerializableCollection,
    film: FilmFile,
    edited: otio.schema.Timeline,
    *,
    seed: int | None = None,
    untouched: Mapping[int, otio.schema.Clip] | None = None,
    keep_sound: bool = False,
    before: otio.schema.Timeline | None = None,
) -> otio.schema.Timeline:
    """Return a film that came back from an editor, with what she left open planned.

    Order, takes, ranges, joins and every setting of her clips stay; so do tracks above
    the film's. Black without a fade becomes new shots. Joins of hers are locked from
    now on.

    Parameters
    ----------
    bin
        What ``analyse`` returned; it is not changed.
    film
        The film file; her film takes the place of its length, its pins and its lists,
        and gives the name and the picture size that it leaves open.
    edited
        The film as it came back; it is not changed.
    seed
        Instead of the film file's.
    untouched
        Children of the film's track, by index, that she did nothing to, with the clips
        they were, on their track: these stay as they were, with the transitions
        between them. Only where the bin has lost the file of one is another sought.
    keep_sound
        Keep her sound as well; otherwise it is that of ``before``, if that is as
        long as hers, or else laid anew by the style.
    before
        The film before the edit.

    Raises
    ------
    AssembleError
        There is no picture in it, or no film can be made around it.
    """
    if before is None:
        film = as_sent(film, edited)
    edit = read_edit(
        bin, edited, film.style, untouched=untouched, keep_sound=keep_sound
    )
    planned = assemble_film(edit.bin, edit.film(film), seed=seed)
    sounds = None if keep_sound else _sound_before(edit, before)
    made = grafted(edit, planned, sounds)
    laid_anew = not keep_sound and sounds is None
    said = _account(edit, edited, laid_anew=laid_anew)
    facts = metadata.read(made, "film")
    if sounds is not None and before is not None:
        programme = metadata.read(before, "film", {}).get("programme")
        facts |= {} if programme is None else {"programme": programme}
    facts["warnings"] = [*facts.get("warnings", []), *said]
    facts["style"] = film.style.to_dict()
    metadata.put(made, "film", facts)
    return made


def _sound_before(
    edit: Edit, before: otio.schema.Timeline | None
) -> list[otio.schema.Track] | None:
    """Return the sound of the film before the edit, if it fits the edited one."""
    if before is None or not _as_long(edit, before):
        return None
    return [edit.known.refitted(track) for track in before.audio_tracks()]


def _as_long(edit: Edit, before: otio.schema.Timeline) -> bool:
    """Tell whether an edited film is as long, and as fast, as the one before."""
    rate = maps.record_rate(before)
    tracks = before.video_tracks()
    length_s = rates.seconds(tracks[0].duration()) if tracks else 0
    return rate == edit.rate and length_s == edit.total / rate


def _account(edit: Edit, edited: otio.schema.Timeline, *, laid_anew: bool) -> list[str]:
    """Return what is said of the shots that stay, and of sound that does not."""
    alone = sum(slot.alone for slot in edit.slots)
    held = sum(slot.item is not None for slot in edit.slots) - alone
    said = [f"{held} of {len(edit.slots)} shots are as they were edited."]
    if alone:
        said.append(f"{alone} of {len(edit.slots)} shots are as before the edit.")
    if laid_anew and any(len(track) for track in edited.audio_tracks()):
        said.append("The sound was laid anew by the film's style, not as edited.")
    return said


def _start(timeline: otio.schema.Timeline, film: FilmFile) -> None:
    rate = maps.record_rate(timeline)
    try:
        frames = rates.frame_of_timecode(film.start_timecode, rate)
    except TimelineError as error:
        raise FilmFileError(
            error.sentence, place=f"{film.path}: start_timecode", remedy=error.remedy
        ) from error
    timeline.global_start_time = rates.time(frames, rate)
    if ":" not in film.start_timecode[-3:]:
        facts = metadata.read(timeline, "film")
        metadata.put(timeline, "film", facts | {"drop_frame": True})


def _even(pixels: float) -> int:
    return max(2, 2 * round(pixels / 2))


def from_project(
    path: str | PathLike[str],
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    seed: int | None = None,
) -> otio.schema.Timeline:
    """Return the timeline of a project: ingested, analysed and assembled.

    Parameters
    ----------
    path
        A ``film.toml``, or a folder with one, or a bare folder of media.
    cache
        Folder for what was measured; the user's cache folder by default.
    progress
        Called with (stage, done, total).
    seed
        Instead of the film file's.

    Raises
    ------
    GenaiError
        What the stages raise.

    Examples
    --------
    >>> film = from_project("my-film")            # doctest: +SKIP
    """
    film = film_file(path)
    found = ingest(
        film.folder,
        rate=film.rate,
        kinds=film.kinds,
        cues=film.cues,
        cache=cache,
        progress=progress,
    )
    measured = analyse(found, cache=cache, progress=progress)
    return assemble_film(measured, film, seed=seed)
