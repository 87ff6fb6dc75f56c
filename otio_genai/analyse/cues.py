"""What the director says of the music, put in place of what was measured.

Conventions
    Times are seconds from the start of the sound. Beats that somebody gives are kept
    to the last digit; only the accents at their frames are looked up.

Source
    None: precedence is by who speaks. What is said is believed entirely, what is left
    unsaid is measured about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from otio_genai.analyse import phrases
from otio_genai.analyse.beats import Frames
from otio_genai.analyse.features import FRAMES_PER_S, Features
from otio_genai.analyse.phase import Floats

__all__ = ["EARLY_S", "Told", "bars", "frames_of", "grid_s"]

#: Half a window of sound is seen ahead of an attack; measured on clicks and drums.
EARLY_S = 0.018

_USUAL_METRE = 4
_NEAR_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What a media reference carries under ``cues``."""

    tempo_bpm: float | None = None
    first_beat_s: float | None = None
    metre: int = _USUAL_METRE
    beats_s: tuple[float, ...] = ()
    "Every beat."
    numbers: tuple[int, ...] = ()
    "The place of each beat in its bar, 1 for the first; none when not said."
    markers_s: tuple[float, ...] = ()

    @classmethod
    def from_metadata(cls, kept: Mapping[str, Any]) -> Told:
        """Read back what ingest wrote; nothing is said by an empty mapping."""
        return cls(
            tempo_bpm=kept.get("tempo_bpm"),
            first_beat_s=kept.get("first_beat_s"),
            metre=int(kept.get("metre", _USUAL_METRE)),
            beats_s=tuple(kept.get("beats_s", ())),
            numbers=tuple(kept.get("numbers", ())),
            markers_s=tuple(kept.get("markers_s", ())),
        )

    @property
    def source(self) -> str:
        """``"beats"``, ``"tempo"``, ``"markers"`` or ``"measured"``."""
        if self.beats_s:
            return "beats"
        if self.tempo_bpm:
            return "tempo"
        return "markers" if self.markers_s else "measured"

    @property
    def metres(self) -> tuple[int, ...]:
        """Metres that are possible."""
        said = self.metre != _USUAL_METRE or self.source in ("beats", "tempo")
        return (self.metre,) if said else phrases.METRES


def frames_of(times_s: Floats) -> Frames:
    """Return the frames at which the attacks of given beats are seen."""
    at = np.rint((times_s - EARLY_S) * FRAMES_PER_S)
    return np.asarray(np.maximum(at, 0), np.intp)


def grid_s(
    tempo_bpm: float, first_s: float | None, act: Floats, length_s: float
) -> Floats:
    """Return the beats of a steady tempo.

    Parameters
    ----------
    tempo_bpm
        In beats per minute.
    first_s
        Any one beat; the best fitting ones if nobody said.
    act
        Activation of the music, for the phase that nobody said.
    length_s
        Length of the music.
    """
    step_s = 60 / tempo_bpm
    if first_s is None:
        first_s = _phase_s(act, step_s)
    first_s %= step_s
    count = max(0, int(np.ceil((length_s - first_s) / step_s)))
    return first_s + step_s * np.arange(count)


def bars(
    told: Told, found: Features | None, beats_s: Floats, frames: Frames
) -> phrases.Chosen:
    """Return which beats begin bars: as numbered, from the one told, or measured."""
    if told.numbers:
        return phrases.Chosen(np.flatnonzero(np.array(told.numbers) == 1), 1.0)
    if told.first_beat_s is not None and len(beats_s):
        one = int(np.abs(beats_s - told.first_beat_s).argmin())
        at = np.arange(len(beats_s))
        return phrases.Chosen(np.flatnonzero((at - one) % told.metre == 0), 1.0)
    if found is None:
        return phrases.Chosen(np.arange(0, len(beats_s), told.metre), 0.0)
    return phrases.downbeats(found, frames, told.metres)


def _phase_s(act: Floats, step_s: float) -> float:
    if act.size < 2 or act.max() <= 0:
        return 0.0
    steps = np.arange(round(step_s * FRAMES_PER_S)) / FRAMES_PER_S
    count = int(act.size / FRAMES_PER_S / step_s)
    at = (steps[:, None] + step_s * np.arange(max(count, 1))) * FRAMES_PER_S
    near = np.rint(at).astype(np.intp)[:, :, None] + np.arange(
        -_NEAR_FRAMES, _NEAR_FRAMES + 1
    )
    heard = act[np.clip(near, 0, act.size - 1)].mean(axis=(1, 2))
    return float(steps[heard.argmax()] + EARLY_S)
