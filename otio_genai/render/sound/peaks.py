"""Peaks between the samples.

Method
    Between two samples the wave is found by a windowed sinc at each eighth of the way
    (BS.1770-5, annex 2, asks for quarters at least): 24 taps, Kaiser window of 60 dB,
    flat to 20 kHz. Most of a film is too soft to matter: where no sample near comes
    within the interpolator's largest gain of what is asked about, nothing is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CEILING_DBTP",
    "REACH",
    "PeakMeter",
    "decibels",
    "factor",
    "loudest",
    "peaks_above",
    "safe_gain",
    "true_peak",
]

Samples = NDArray[np.float32]

#: Highest true peak of a film (EBU R 128 s1 for distribution).
CEILING_DBTP = -1.0

_PARTS, _TAPS = 8, 24
#: Samples to either side that decide what lies between two.
REACH = _TAPS // 2
# Gaps between samples that are looked into together. Stacks of groups are so small
# that no linear algebra library spreads one over threads, which costs more than it is.
_GROUP, _STACK = 32, 16


def _interpolators() -> NDArray[np.float32]:
    """Return the taps of each inner eighth, (taps, 7), every one of unit gain."""
    at = np.arange(_TAPS)[:, None] - (REACH - 1) - np.arange(1, _PARTS) / _PARTS
    inside = np.clip(1 - (at / REACH) ** 2, 0, None)
    taps = np.sinc(at) * np.i0(5.65 * np.sqrt(inside))
    return np.asarray(taps / taps.sum(axis=0), np.float32)


def _side_by_side(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what takes the samples around a group to all its waves at once."""
    wide = np.zeros((_GROUP + _TAPS - 1, table.shape[1], _GROUP), np.float32)
    for gap in range(_GROUP):
        wide[gap : gap + _TAPS, :, gap] = table
    return wide.reshape(len(wide), -1)


_TABLE = _interpolators()
_WIDE = _side_by_side(_TABLE)
# No wave rises further between samples than this times the highest of them.
_RISE = float(np.abs(_TABLE).sum(axis=0).max())


def decibels(amplitude: float) -> float:
    """Return an amplitude in dB; minus infinity for silence."""
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def factor(level_db: float) -> float:
    """Return the amplitude of a level in dB."""
    return float(10 ** (level_db / 20))


def loudest(sound: Samples) -> NDArray[np.float32]:
    """Return the highest level of all channels at each sample, (n,)."""
    level = np.abs(sound[:, 0])
    for channel in range(1, sound.shape[1]):
        np.maximum(level, np.abs(sound[:, channel]), out=level)
    return level


def peaks_above(sound: Samples, least: float) -> NDArray[np.float32]:
    """Return how far the wave rises at and on either side of each sample.

    Parameters
    ----------
    sound
        (n, channels), with `REACH` samples of what goes before and comes after.
    least
        Where the wave cannot reach this, 0 is returned instead.

    Returns
    -------
    numpy.ndarray
        (n - 2 REACH,): the highest of all channels, to halfway and beyond, up to the
        neighbouring samples.
    """
    level = loudest(sound)
    count = len(sound) - 2 * REACH
    found = np.zeros(max(count, 0), np.float32)
    if count <= 0 or level.max(initial=0.0) * _RISE < least:
        return found
    # Gap k lies between samples k and k + 1; one more on the left than samples wanted.
    gaps = _between(sound, level, least)
    found = np.maximum(level[REACH : REACH + count], 0)
    np.maximum(found, gaps[:-1], out=found)
    np.maximum(found, gaps[1:], out=found)
    found[found < least] = 0
    return found


def _between(
    sound: Samples, level: NDArray[np.float32], least: float
) -> NDArray[np.float32]:
    """Return the highest of each gap, the first after sample ``REACH - 1``."""
    gaps = len(sound) - _TAPS + 1
    groups = -(-gaps // _GROUP)
    padded = np.zeros((sound.shape[1], (groups + 1) * _GROUP), np.float32)
    padded[:, : len(sound)] = sound.T
    tops = np.zeros((groups + 1) * _GROUP, np.float32)
    tops[: len(level)] = level
    tops = tops.reshape(-1, _GROUP).max(axis=1)
    hot = np.flatnonzero(np.maximum(tops[:-1], tops[1:]) * _RISE >= least)
    highest = np.zeros((groups, _GROUP), np.float32)
    stacks = np.append(hot, [hot[-1:]] * (-len(hot) % _STACK)).astype(np.intp)
    for row in padded:
        around = np.lib.stride_tricks.sliding_window_view(row, len(_WIDE))[::_GROUP]
        waves = around[stacks].reshape(-1, _STACK, len(_WIDE)) @ _WIDE
        waves = np.abs(waves, out=waves).reshape(-1, _PARTS - 1, _GROUP)[: len(hot)]
        for part in range(_PARTS - 1):
            highest[hot] = np.maximum(highest[hot], waves[:, part])
    return highest.ravel()[:gaps]


class PeakMeter:
    """Highest true peak of a sound given piece by piece, full scale being 1."""

    def __init__(self) -> None:
        self._tail: Samples | None = None
        self._highest = 0.0

    def add(self, block: Samples) -> None:
        """Hear the next samples, (n, channels)."""
        if self._tail is None:
            self._tail = np.zeros((2 * REACH, block.shape[1]), np.float32)
        whole = np.concatenate([self._tail, block])
        self._hear(whole)
        self._tail = whole[-2 * REACH :]

    def result(self) -> float:
        """Return the highest; what is added after comes after silence."""
        if self._tail is not None:
            self._hear(np.concatenate([self._tail, np.zeros_like(self._tail)]))
            self._tail = None
        return self._highest

    def _hear(self, sound: Samples) -> None:
        sampled = float(loudest(sound).max(initial=0.0))
        self._highest = max(self._highest, sampled)
        top = peaks_above(sound, self._highest).max(initial=0.0)
        self._highest = max(self._highest, float(top))


class Sounding(Protocol):
    """Anything that gives its sound in blocks."""

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound, (n, channels) at a time."""


def true_peak(mixer: Sounding, heard: Callable[[int], None] | None = None) -> float:
    """Return the true peak of the whole mix, full scale being 1.

    Parameters
    ----------
    mixer
        It is read through once.
    heard
        Called with the number of samples heard so far.
    """
    meter, done = PeakMeter(), 0
    for block in mixer.blocks():
        meter.add(block)
        done += len(block)
        if heard is not None:
            heard(done)
    return meter.result()


def safe_gain(peak: float) -> float:
    """Return the constant gain that keeps a true peak under the ceiling, 1 at most."""
    if not math.isfinite(peak) or peak <= 0:
        return 1.0
    return min(1.0, factor(CEILING_DBTP) / peak)
