"""How loud a programme is, heard once, and how loud it would be at any gain.

Method
    The K-weighting of BS.1770-5 is applied in the frequency domain, as its own impulse
    response cut off where it has fallen by far more than 120 dB (left and right as the
    two parts of one complex signal, whose squared magnitude is their summed power).
    The power of each 100 ms is kept, from which the loudness follows, and, if they are
    wanted, the amplitude and highest sample of each 2.5 ms, in 16 bits:
    from these follows, without hearing it again, what a gain and a limiter would make
    of it, to a tenth of a LU or so. An hour takes 6 MB.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.analyse.loudness import OFFSET_DB, integrated_lufs, k_weighting
from otio_genai.render.plan import SAMPLE_RATE
from otio_genai.render.sound.peaks import PeakMeter, loudest

__all__ = ["STEP_SAMPLES", "Ear", "Heard"]

Samples = NDArray[np.float32]
Halves = NDArray[np.float16]
Floats = NDArray[np.float64]

#: Samples of one step of what is kept.
STEP_SAMPLES = SAMPLE_RATE // 400
_STEPS_PER_HOP = 40
_HOP_SAMPLES = _STEPS_PER_HOP * STEP_SAMPLES
_SIZE = 1 << 15
_ONWARD = 6 * _HOP_SAMPLES
_TAPS = _SIZE - _ONWARD + 1
_SHORTEST_HOPS = 4
# Whole hops, few enough that no film's length is felt.
_STRETCH_STEPS = 3000 * _STEPS_PER_HOP


class Heard:
    """What was heard of a programme.

    Parameters
    ----------
    hops
        K-weighted power of each whole 100 ms.
    mean
        Power of all of it.
    true_peak
        Of all, full scale being 1.
    steps
        K-weighted amplitude of each whole step, and its highest sample, float16; empty
        if they were not wanted.
    """

    def __init__(
        self, hops: Floats, mean: float, true_peak: float, steps: tuple[Halves, Halves]
    ) -> None:
        self.hops, self.mean, self.true_peak = hops, mean, true_peak
        self.amplitudes, self.tops = steps

    def lufs(self) -> float:
        """Return the integrated loudness; less than 400 ms are measured as they are."""
        return _lufs(self.hops, self.mean)

    def shaped_lufs(self, shaping: Callable[[Floats], Floats]) -> float:
        """Return the loudness it would have, shaped step by step.

        Parameters
        ----------
        shaping
            Given the highest samples of some minutes of steps, returns an amplitude
            factor for each.
        """
        hops: list[Floats] = []
        total = 0.0
        for start in range(0, len(self.tops), _STRETCH_STEPS):
            stretch = slice(start, start + _STRETCH_STEPS)
            factors = shaping(self.tops[stretch].astype(np.float64))
            powers = (self.amplitudes[stretch] * factors) ** 2
            whole = powers[: len(powers) // _STEPS_PER_HOP * _STEPS_PER_HOP]
            hops.append(whole.reshape(-1, _STEPS_PER_HOP).mean(axis=1))
            total += float(powers.sum())
        mean = total / max(len(self.tops), 1)
        return _lufs(np.concatenate([np.zeros(0), *hops]), mean)


def _lufs(hops: Floats, mean: float) -> float:
    if len(hops) < _SHORTEST_HOPS:
        return OFFSET_DB + 10 * math.log10(mean) if mean > 0 else -math.inf
    return integrated_lufs(hops)


class Ear:
    """Hears a stereo programme at 48 kHz piece by piece, of any length.

    Parameters
    ----------
    foresees
        Whether what it hears shall tell what a limiter would make of it.
    """

    def __init__(self, *, foresees: bool = True) -> None:
        self._foresees = foresees
        self._peak = PeakMeter()
        self._held = [np.zeros((_TAPS - 1, 2), np.float32)]
        self._waiting = 0
        self._heard = 0
        self._power = 0.0
        self._hops: list[Floats] = [np.zeros(0)]
        self._amplitudes: list[Halves] = [np.zeros(0, np.float16)]
        self._tops: list[Halves] = [np.zeros(0, np.float16)]

    def add(self, block: Samples) -> None:
        """Hear the next samples, (n, 2)."""
        self._held.append(block)
        self._waiting += len(block)
        if self._waiting < _ONWARD:
            return
        sound = np.concatenate(self._held)
        for _ in range(self._waiting // _ONWARD):
            self._weigh(sound[:_SIZE], _ONWARD)
            sound = sound[_ONWARD:]
        self._waiting %= _ONWARD
        self._held = [sound]

    def _weigh(self, sound: Samples, count: int) -> None:
        both = np.zeros(_SIZE, np.complex64)
        both.real, both.imag = sound[:, 0], sound[:, 1]
        weighted = np.fft.ifft(np.fft.fft(both) * _weighting())[_TAPS - 1 :]
        power = np.square(weighted.real) + np.square(weighted.imag)
        power = power[:count].astype(np.float64)
        self._heard += count
        self._power += float(power.sum())
        self._hops.append(_by(power, _HOP_SAMPLES).mean(axis=1))
        self._peak.add(sound[_TAPS - 1 :])
        if self._foresees:
            amplitudes = np.sqrt(_by(power, STEP_SAMPLES).mean(axis=1))
            self._amplitudes.append(amplitudes.astype(np.float16))
            level = loudest(sound[_TAPS - 1 :][:count])
            tops = _by(level, STEP_SAMPLES).max(axis=1)
            self._tops.append(tops.astype(np.float16))

    def result(self) -> Heard:
        """Return what was heard; nothing can be added after."""
        rest = np.zeros((_ONWARD - self._waiting, 2), np.float32)
        self._weigh(np.concatenate([*self._held, rest]), self._waiting)
        return Heard(
            np.concatenate(self._hops),
            self._power / max(self._heard, 1),
            self._peak.result(),
            (np.concatenate(self._amplitudes), np.concatenate(self._tops)),
        )


def _by(values: NDArray[Any], samples: int) -> NDArray[Any]:
    """Return the whole stretches of so many samples, one in each row."""
    return values[: len(values) // samples * samples].reshape(-1, samples)


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
