"""What somebody says of the music and the voice, which no measurement overrules."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cues"]


@dataclass(frozen=True, slots=True)
class Cues:
    """A director's own knowledge of the sound of a film.

    Paths are relative to the media folder. What is ``None`` is looked for beside the
    media (`otio_genai.ingest.words`), and else measured.
    """

    bed: str | None = None
    "The music under everything: its path, file name or clip name."
    tempo_bpm: float | None = None
    "Tempo of the bed, in beats per minute."
    first_beat_s: float | None = None
    "A one of the bed, in seconds from its start."
    metre: int = 4
    "Beats to the bar."
    beats: str | None = None
    "A file of the bed's beat times."
    markers_s: tuple[float, ...] = ()
    "Places in the bed, in seconds from its start, where something new begins."
    script: str | None = None
    "The text of the voice-over, where it does not lie beside its voice."
