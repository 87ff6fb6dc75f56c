"""What was said of the sounds of a bin, put onto their media references.

Conventions
    The bed, the music under everything, is the one the director names, else the first;
    its media reference says ``bed: true``. Lists and texts beside a sound that are of
    no use become faults of the bin and do not stop the film; what the director names
    and is not there does.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import MediaError
from otio_genai.ingest import bin as bins
from otio_genai.ingest import cues as cues_of
from otio_genai.ingest import words
from otio_genai.ingest.cues import Cues
from otio_genai.media import locate

__all__ = ["bed_file", "put_words"]

Faults = list[tuple[str, str]]


def bed_file(cues: Cues, files: Sequence[str]) -> str | None:
    """Return the file that the director's bed means, if it is one and no clip name."""
    if cues.bed is None:
        return None
    wanted = cues.bed.casefold()
    ends = [
        [name for name in files if name.casefold() == wanted],
        [name for name in files if name.casefold().endswith("/" + wanted)],
    ]
    return next((found[0] for found in ends if len(found) == 1), None)


def put_words(b: bins.Bin, cues: Cues, root: Path) -> Faults:
    """Write what is said of music and voices onto a new bin, in place.

    Parameters
    ----------
    b
        The bin.
    cues
        What the director says.
    root
        The media folder.

    Returns
    -------
    list of (str, str)
        Path from the folder and reason of each list or text that was of no use.

    Raises
    ------
    MediaError
        The director speaks of sounds or files that are not there, or says of them
        what cannot be.
    """
    return _of_music(b, cues, root) + _of_voices(b, cues, root)


def _of_music(b: bins.Bin, cues: Cues, root: Path) -> Faults:
    faults: Faults = []
    bed = _bed_name(b, cues)
    for clip in bins.entries(b, "music"):
        music = _music(clip)
        try:
            told = cues_of.beside(music, metre=cues.metre if clip.name == bed else 4)
        except MediaError as error:
            told = {}
            faults.append(_fault(Path(error.place or music.path), error, root))
        if clip.name == bed:
            told |= cues_of.of_bed(cues, music, root)
            metadata.put(clip.media_reference, "bed", True)
        metadata.put(clip.media_reference, "cues", told or None)
    return faults


def _of_voices(b: bins.Bin, cues: Cues, root: Path) -> Faults:
    faults: Faults = []
    used: set[Path] = set()
    silent = []
    for clip in bins.entries(b, "voice"):
        path = locate.path(clip.media_reference)
        found, wrong = words.beside(path)
        faults += [_fault(place, error, root) for place, error in wrong]
        place = path.parent / str(found.get("file", ""))
        if not found or place in used:
            silent.append(clip)
            continue
        used.add(place)
        metadata.put(clip.media_reference, "script", found)
    if cues.script is not None:
        faults += _of_script(silent, root / cues.script, root)
    return faults


def _of_script(silent: Sequence[otio.schema.Clip], path: Path, root: Path) -> Faults:
    if not path.is_file():
        near = difflib.get_close_matches(
            path.name, [other.name for other in root.rglob("*.txt")], n=1
        )
        raise MediaError(
            f"There is no script {path.name!r}"
            + (f"; did you mean {near[0]!r}?" if near else "."),
            place=str(path),
            remedy="Give its path from the media folder, under [voice] script.",
        )
    if len(silent) != 1:
        reason = (
            "Every voice has its own words beside it: this script is not used."
            if not silent
            else f"{len(silent)} voices have no words beside them, and it is not told "
            "whose these are: name a copy for each after its voice."
        )
        return [(_relative(path, root), reason)]
    try:
        found = words.read_script(path)
    except MediaError as error:
        return [_fault(path, error, root)]
    metadata.put(silent[0].media_reference, "script", found or None)
    return []


def _bed_name(b: bins.Bin, cues: Cues) -> str | None:
    music = bins.entries(b, "music")
    if cues.bed is None:
        if not music and cues.of_music:
            raise MediaError(
                "There is no music that these beats and markers could belong to.",
                remedy='Put it into the folder, or call it "music" under [media].',
            )
        return str(music[0].name) if music else None
    found = bins.find(b, cues.bed)
    if found is not None and bins.kind(found) == "music":
        return str(found.name)
    names = [clip.name for clip in music]
    near = difflib.get_close_matches(cues.bed, names, n=1, cutoff=0.5)
    raise MediaError(
        f"{cues.bed!r} is called the bed, but is a {bins.kind(found)}."
        if found is not None
        else f"There is no music called {cues.bed!r}"
        + (f"; did you mean {near[0]!r}?" if near else "."),
        items=[f"music: {name}" for name in names],
        remedy="Give the path, file name or clip name of the music as the bed.",
    )


def _music(clip: otio.schema.Clip) -> cues_of.Music:
    available = clip.media_reference.available_range.duration
    return cues_of.Music(
        locate.path(clip.media_reference),
        available.value / available.rate,
        round(available.rate),
    )


def _fault(path: Path, error: MediaError, root: Path) -> tuple[str, str]:
    items = ": " + "; ".join(error.items) if error.items else ""
    sentence = error.sentence.rstrip(".") if items else error.sentence
    return _relative(path, root), f"{sentence}{items}"


def _relative(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.name
