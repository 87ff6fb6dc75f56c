"""How loud a programme shall be, and the gain that makes it so."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import RenderError
from otio_genai.render.plan import SAMPLE_RATE
from otio_genai.render.sound.hearing import STEP_SAMPLES, Heard
from otio_genai.render.sound.limiter import AHEAD_SAMPLES, HOLD_SAMPLES, RELEASE_DB_S
from otio_genai.render.sound.peaks import CEILING_DBTP, decibels, factor

__all__ = [
    "AS_IT_IS",
    "LoudnessTarget",
    "foreseen_lufs",
    "gain_for",
    "is_silent",
    "target_for",
]

Floats = NDArray[np.float64]

_STEPS_AHEAD = max(round(AHEAD_SAMPLES / STEP_SAMPLES), 1)
_STEPS_HELD = round(HOLD_SAMPLES / STEP_SAMPLES)
_STEP_SLOPE_DB = RELEASE_DB_S * STEP_SAMPLES / SAMPLE_RATE
# Peaks that would have to be held back by more are left the loudest thing there is:
# beyond, a limiter is a distortion.
_MOST_LIMITING_DB = 12.0
_CLOSE_LU = 0.002
_STRIDE_DB = 0.5


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """What a programme's sound shall be brought to."""

    integrated_lufs: float | None = None
    "Integrated loudness (BS.1770-5); None as the timeline has it, never turned up."
    true_peak_dbtp: float = CEILING_DBTP
    "Highest true peak, of the encoded sound as well."


#: Nothing is asked for: the timeline's own levels, turned down where they overshoot.
AS_IT_IS = LoudnessTarget()


def target_for(profile: str) -> LoudnessTarget:
    """Return what a film's profile asks for: ``web``, ``broadcast``, ``podcast``.

    ``cinema`` asks for nothing: it is measured and left.

    Raises
    ------
    RenderError
        There is no such profile.
    """
    from otio_genai.assemble.sound.mix import PROFILES_LUFS

    if profile not in PROFILES_LUFS:
        raise RenderError(
            f"There is no loudness profile {profile!r}.",
            remedy=f"Choose one of {', '.join(PROFILES_LUFS)}.",
        )
    return LoudnessTarget(PROFILES_LUFS[profile])


def gain_for(heard: Heard, target: LoudnessTarget) -> float:
    """Return the gain in dB by which, its peaks limited, a programme meets its target.

    A programme of peaks so high that no reasonable limiting takes it there gets the
    gain that comes nearest.

    Parameters
    ----------
    heard
        The programme, not silent.
    target
        With an integrated loudness.
    """
    if target.integrated_lufs is None:
        raise ValueError("No loudness is asked for.")
    low = target.integrated_lufs - heard.lufs()
    ceiling, top_dbtp = target.true_peak_dbtp, decibels(heard.true_peak)
    if top_dbtp + low <= ceiling:
        return low
    high = min(low, ceiling - top_dbtp) + _MOST_LIMITING_DB
    if high < low or foreseen_lufs(heard, high, ceiling) < target.integrated_lufs:
        return _nearest(heard, target.integrated_lufs, ceiling, high)
    while high - low > _CLOSE_LU:
        middle = (low + high) / 2
        enough = foreseen_lufs(heard, middle, ceiling)
        low, high = (
            (low, middle) if enough >= target.integrated_lufs else (middle, high)
        )
    return (low + high) / 2


def _nearest(
    heard: Heard, aimed_lufs: float, ceiling_dbtp: float, most_db: float
) -> float:
    """Return the gain up to the most that comes nearest to a loudness out of reach.

    It need not be the most: a gain that lifts what is soft above the relative gate
    makes the whole softer.
    """
    steps = math.ceil(2 * _MOST_LIMITING_DB / _STRIDE_DB)
    gains_db = [most_db - step * _STRIDE_DB for step in range(steps)]
    return min(
        gains_db,
        key=lambda db: abs(foreseen_lufs(heard, db, ceiling_dbtp) - aimed_lufs),
    )


def foreseen_lufs(heard: Heard, gain_db: float, ceiling_dbtp: float) -> float:
    """Return the loudness a gain and a limiter give, foreseen step by step."""

    def shaping(tops: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            needed = ceiling_dbtp - gain_db - 20 * np.log10(tops)
        steps = np.arange(len(tops)) * _STEP_SLOPE_DB
        held = np.minimum.accumulate(np.minimum(needed, 0) - steps) + steps
        return factor(gain_db) * _smoothed(10 ** (np.minimum(held, 0) / 20))

    return heard.shaped_lufs(shaping)


def _smoothed(factors: Floats) -> Floats:
    ends = 2 * _STEPS_AHEAD + _STEPS_HELD, 2 * _STEPS_AHEAD
    lowest = np.pad(factors, ends, mode="edge")
    for _ in range(2 * _STEPS_AHEAD + _STEPS_HELD):
        lowest = np.minimum(lowest[:-1], lowest[1:])
    window = np.hanning(2 * _STEPS_AHEAD + 3)[1:-1]
    return np.convolve(lowest, window / window.sum(), "valid")


def is_silent(lufs: float) -> bool:
    """Tell whether a programme is below the absolute gate, where nothing is heard."""
    return not math.isfinite(lufs) or lufs < -70.0
