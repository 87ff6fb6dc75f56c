"""Whether a sound is speech or music, from its pauses alone.

Method
    The power of speech comes in syllables with near-silence between them; that of music
    lasts. Two shares of 20 ms windows tell them apart: windows *dimmer* than half the
    mean amplitude of the second around them (J. Saunders, "Real-time discrimination of
    broadcast speech/music", ICASSP 1996; E. Scheirer and M. Slaney, "Construction and
    evaluation of a robust multifeature speech/music discriminator", ICASSP 1997), and
    windows *silent*, 30 dB below the loud ones. Both must be high for speech: a slow
    solo violin rests between phrases, but no note of it is dim; drums are dim between
    strokes, but rarely silent.

    On four synthetic voices the shares were 0.37-0.47 and 0.20-0.24, on two generated
    songs 0.13-0.14 and 0.02. It is a guess all the same: folders and the film file
    overrule it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["SAMPLE_RATE", "Pauses", "pauses"]

#: Samples per second at which `pauses` wants to hear.
SAMPLE_RATE = 16_000

_WINDOW_SAMPLES = SAMPLE_RATE // 50
_AROUND_WINDOWS = 50
_SILENT_DB = -30.0
_LOUD_PERCENTILE = 95
_DIM_SHARE = 0.25
_SILENT_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Pauses:
    """How much of a sound is dim and how much silent, each 0 to 1."""

    dim: float
    silent: float

    @property
    def kind(self) -> str:
        """``"voice"`` or ``"music"``."""
        spoken = self.dim >= _DIM_SHARE and self.silent >= _SILENT_SHARE
        return "voice" if spoken else "music"


def pauses(mono: npt.NDArray[np.float32]) -> Pauses:
    """Return the shares of dim and of silent windows.

    Parameters
    ----------
    mono
        Samples at `SAMPLE_RATE`, shape ``(samples,)``. Less than a second, or silence,
        has no pauses to speak of.
    """
    windows = len(mono) // _WINDOW_SAMPLES
    if windows <= _AROUND_WINDOWS:
        return Pauses(0.0, 0.0)
    framed = mono[: windows * _WINDOW_SAMPLES].reshape(windows, _WINDOW_SAMPLES)
    level = np.sqrt(np.mean(np.square(framed, dtype=np.float64), axis=1))
    loud = float(np.percentile(level, _LOUD_PERCENTILE))
    if loud == 0.0:
        return Pauses(0.0, 0.0)
    sums = np.concatenate([[0.0], np.cumsum(level)])
    starts = np.arange(windows) - _AROUND_WINDOWS // 2
    starts = np.clip(starts, 0, windows - _AROUND_WINDOWS)
    around = (sums[starts + _AROUND_WINDOWS] - sums[starts]) / _AROUND_WINDOWS
    silent = level <= loud * 10 ** (_SILENT_DB / 20)
    return Pauses(
        round(float(np.mean(level < around / 2)), 4),
        round(float(np.mean(silent)), 4),
    )
