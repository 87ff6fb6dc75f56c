"""How loud a programme is, heard once, and how loud it would be at any gain.

Method
    The K-weighting of BS.1770-5 is applied in the frequency domain, as its own impulse
    response cut off where it has fallen by far more than 120 dB (left and right as the
    two parts of one complex signal, whose squared magnitude is their summed power).
    Powers and highest samples are kept for every millisecond: from these follows,
    without hearing it again, what a gain and a limiter would make of it, to a few
    hundredths of a LU.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from otio_genai.analyse.loudness import OFFSET_DB, integrated_lufs, k_weighting
from otio_genai.render.plan import SAMPLE_RATE
from otio_genai.render.sound.peaks import PeakMeter, loudest

__all__ = ["STEP_SAMPLES", "Ear", "Heard"]

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]

#: Samples of one step of what is kept.
STEP_SAMPLES = SAMPLE_RATE // 1000
_STEPS_PER_HOP = 100
_SIZE = 1 << 15
_ONWARD = 600 * STEP_SAMPLES
_TAPS = _SIZE - _ONWARD + 1
_SHORTEST_HOPS = 4
# Whole hops, few enough that no film's length is felt.
_STRETCH_STEPS = 3000 * _STEPS_PER_HOP


class Heard:
    """What was heard of a programme.

    Parameters
    ----------
    powers
        K-weighted power of each whole millisecond, float32.
    tops
        Highest sample of each, float32.
    true_peak
        Of all, full scale being 1.
    """

    def __init__(self, powers: Samples, tops: Samples, true_peak: float) -> None:
        self.powers, self.tops, self.true_peak = powers, tops, true_peak

    def lufs(self, shaping: Callable[[Floats], Floats] | None = None) -> float:
        """Return the integrated loudness; less than 400 ms are measured as they are.

        Parameters
        ----------
        shaping
            Given the highest samples of some minutes of milliseconds, returns an
            amplitude factor for each; all 1 by default.
        """
        hops: list[Floats] = []
        mean = 0.0
        for start in range(0, len(self.powers), _STRETCH_STEPS):
            stretch = slice(start, start + _STRETCH_STEPS)
            powers = self.powers[stretch].astype(np.float64)
            if shaping is not None:
                powers *= shaping(self.tops[stretch].astype(np.float64)) ** 2
            whole = powers[: len(powers) // _STEPS_PER_HOP * _STEPS_PER_HOP]
            hops.append(whole.reshape(-1, _STEPS_PER_HOP).mean(axis=1))
            mean += float(powers.sum()) / len(self.powers)
        if sum(map(len, hops)) < _SHORTEST_HOPS:
            return OFFSET_DB + 10 * math.log10(mean) if mean > 0 else -math.inf
        return integrated_lufs(np.concatenate(hops))


class Ear:
    """Hears a stereo programme at 48 kHz piece by piece, of any length."""

    def __init__(self) -> None:
        self._peak = PeakMeter()
        self._held = [np.zeros((_TAPS - 1, 2), np.float32)]
        self._waiting = 0
        self._powers: list[NDArray[np.float32]] = []
        self._tops: list[NDArray[np.float32]] = []

    def add(self, block: Samples) -> None:
        """Hear the next samples, (n, 2)."""
        self._held.append(block)
        self._waiting += len(block)
        if self._waiting < _ONWARD:
            return
        sound = np.concatenate(self._held)
        for _ in range(self._waiting // _ONWARD):
            self._weigh(sound[:_SIZE])
            sound = sound[_ONWARD:]
        self._waiting %= _ONWARD
        self._held = [sound]

    def _weigh(self, sound: Samples) -> None:
        both = np.zeros(_SIZE, np.complex64)
        both.real, both.imag = sound[:, 0], sound[:, 1]
        weighted = np.fft.ifft(np.fft.fft(both) * _weighting())[_TAPS - 1 :]
        power = np.square(weighted.real) + np.square(weighted.imag)
        self._powers.append(power.reshape(-1, STEP_SAMPLES).mean(axis=1))
        self._peak.add(sound[_TAPS - 1 :])
        level = loudest(sound[_TAPS - 1 :])
        self._tops.append(level.reshape(-1, STEP_SAMPLES).max(axis=1))

    def result(self) -> Heard:
        """Return what was heard; nothing can be added after."""
        steps = self._waiting // STEP_SAMPLES
        rest = np.zeros((_ONWARD - self._waiting, 2), np.float32)
        self._weigh(np.concatenate([*self._held, rest]))
        self._powers[-1] = self._powers[-1][:steps]
        self._tops[-1] = self._tops[-1][:steps]
        powers, tops = np.concatenate(self._powers), np.concatenate(self._tops)
        return Heard(powers, tops, self._peak.result())


@lru_cache(maxsize=1)
def _weighting() -> NDArray[np.complex64]:
    """Return the spectrum of the K-weighting's impulse response, cut to its taps."""
    back = np.exp(-2j * np.pi * np.arange(_SIZE) / _SIZE)
    whole = np.ones(_SIZE, np.complex128)
    for b0, b1, b2, a0, a1, a2 in k_weighting(SAMPLE_RATE):
        whole *= (b0 + back * (b1 + back * b2)) / (a0 + back * (a1 + back * a2))
    response = np.fft.ifft(whole).real
    response[_TAPS:] = 0
    return np.fft.fft(response).astype(np.complex64)
