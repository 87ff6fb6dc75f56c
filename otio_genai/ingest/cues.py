"""What somebody says of the music, which no measurement overrules.

Conventions
    It goes onto the media reference of the music under ``cues``: ``{metre, tempo_bpm,
    first_beat_s, beats_s, numbers, markers_s}``, of which only ``metre`` is always
    there. Beats come before a tempo. Beside ``bed.wav`` a list of its beats may lie as
    ``bed.beats.txt`` or ``bed.beats.csv``, of its markers as ``bed.markers.txt``
    (`otio_genai.ingest.timelist`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otio_genai.errors import MediaError
from otio_genai.ingest.timelist import (
    FASTEST_BPM,
    SLOWEST_BPM,
    read_beats,
    read_markers,
)

__all__ = ["Cues", "Music", "beside", "of_bed"]

_BEATS = (".beats.txt", ".beats.csv")
_MARKERS = (".markers.txt",)
_METRE = 4
_MOST_BEATS = 32


@dataclass(frozen=True, slots=True)
class Cues:
    """A director's own knowledge of the sound of a film.

    Paths are relative to the media folder. What is ``None`` is looked for beside the
    media, and else measured.
    """

    bed: str | None = None
    "The music under everything: its path, file name or clip name."
    tempo_bpm: float | None = None
    "Tempo of the bed, in beats per minute."
    first_beat_s: float | None = None
    "A one of the bed, in seconds from its start."
    metre: int = _METRE
    "Beats to the bar."
    beats: str | None = None
    "A file of the bed's beat times."
    markers_s: tuple[float, ...] = ()
    "Places in the bed, in seconds from its start, where something new begins."
    script: str | None = None
    "The text of the voice-over, where it does not lie beside its voice."

    @property
    def of_music(self) -> bool:
        """Whether anything is said of the bed."""
        told = (self.bed, self.tempo_bpm, self.first_beat_s, self.beats)
        return any(part is not None for part in told) or bool(self.markers_s)


@dataclass(frozen=True, slots=True)
class Music:
    """What must be known of a piece of music to read what is said of it."""

    path: Path
    length_s: float
    sample_rate: int


def of_bed(cues: Cues, music: Music, root: Path) -> dict[str, Any]:
    """Return what the film file says of the bed; ``{}`` if nothing.

    Parameters
    ----------
    cues
        What is said.
    music
        The bed.
    root
        The media folder.

    Raises
    ------
    MediaError
        Some of it cannot be; all that cannot is named.
    """
    faults = _faults(cues, music.length_s)
    if faults:
        raise MediaError(
            f"What is said of the music {music.path.name!r} cannot be.",
            place=str(music.path),
            items=faults,
            remedy="Correct it under [music] in the film file.",
        )
    told: dict[str, Any] = {}
    if cues.tempo_bpm is not None:
        told["tempo_bpm"] = float(cues.tempo_bpm)
    if cues.first_beat_s is not None:
        told["first_beat_s"] = float(cues.first_beat_s)
    if cues.beats is not None:
        told |= _beats(root / cues.beats, music)
    if cues.markers_s:
        told["markers_s"] = sorted({float(time) for time in cues.markers_s})
    if told or cues.metre != _METRE:
        told["metre"] = cues.metre
    return told


def beside(music: Music, *, metre: int = _METRE) -> dict[str, Any]:
    """Return what lists beside a piece of music say of it; ``{}`` if there are none.

    Raises
    ------
    MediaError
        A list there is wrong (`otio_genai.ingest.timelist`).
    """
    told: dict[str, Any] = {}
    for suffix in _BEATS:
        lists = music.path.with_name(music.path.stem + suffix)
        if lists.is_file() and not told:
            told |= _beats(lists, music)
    for suffix in _MARKERS:
        lists = music.path.with_name(music.path.stem + suffix)
        if lists.is_file():
            found = read_markers(lists, music.length_s)
            told["markers_s"] = list(found.times_s)
    return told | {"metre": metre} if told else {}


def _beats(path: Path, music: Music) -> dict[str, Any]:
    if not path.is_file():
        raise MediaError(
            f"There is no beat file {path.name!r}.",
            place=str(path),
            remedy="Give its path from the media folder, under [music] beats.",
        )
    found = read_beats(path, music.length_s, music.sample_rate)
    told: dict[str, Any] = {"beats_s": list(found.times_s)}
    if found.numbers:
        told["numbers"] = list(found.numbers)
    return told


def _faults(cues: Cues, length_s: float) -> list[str]:
    found = []
    tempo, first = cues.tempo_bpm, cues.first_beat_s
    if tempo is not None and not SLOWEST_BPM <= tempo <= FASTEST_BPM:
        found.append(f"tempo_bpm is {tempo:g}; a beat has 20 to 400 in a minute")
    if first is not None and not 0 <= first < length_s:
        found.append(f"first_beat_s is {first:g}; the music lasts {length_s:.2f} s")
    if not 1 <= cues.metre <= _MOST_BEATS:
        found.append(f"metre is {cues.metre}; a bar has 1 to {_MOST_BEATS} beats")
    found += [
        f"the marker at {time:g} s lies outside the music, which lasts {length_s:.2f} s"
        for time in cues.markers_s
        if not 0 <= time < length_s
    ]
    return found
