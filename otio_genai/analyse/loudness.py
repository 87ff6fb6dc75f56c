"""How loud a sound is heard to be.

Conventions
    Sound is ``(n, channels)`` (or ``(n,)``) at full scale 1; loudness in LUFS, ranges
    in LU, peaks in dBTP. Silence is minus infinity, ``None`` in metadata, and -120 dB
    in the curves, which have one value for each 100 ms.

Source
    ITU-R BS.1770-5 (filters, gates, true peak); EBU Tech 3341 (momentary) and
    Tech 3342 (loudness range). The filters are given as analogue parameters there
    and here, so that they hold at any sample rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats

__all__ = [
    "HOP_S",
    "OFFSET_DB",
    "SILENCE_DB",
    "VERSION",
    "Loudness",
    "Meter",
    "integrated_lufs",
    "k_weighting",
    "loudness",
]

Frames = npt.NDArray[np.intp]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 2

#: Length of the blocks of the curves, in seconds.
HOP_S = 0.1

_HOPS_PER_S = 10
_BLOCK_HOPS = 4
_SHORT_TERM_HOPS = 30
#: What makes the power of a 1 kHz sine its loudness.
OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_RANGE_GATE_LU = -20.0
# Left, right, centre, low frequency effects, left and right surround.
_CHANNEL_GAINS = (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)
_OVERSAMPLING = 4
# What the oversampling filter sees of the sound on either side.
_AROUND_SAMPLES = 64
_BLOCK_SAMPLES = 1 << 18
#: What the curves hold for silence.
SILENCE_DB = -120.0


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of a sound; minus infinity where it is silent."""

    integrated_lufs: float
    lra_lu: float
    true_peak_dbtp: float
    powers_db: tuple[float, ...] = ()
    "K-weighted power of each whole 100 ms, ungated, on the scale of LUFS."
    peaks_dbtp: tuple[float, ...] = ()
    "True peak of each; the last also stands for what is left after it."

    def to_metadata(self) -> dict[str, Any]:
        """Return what a media reference carries under ``loudness``."""
        # Peaks are rounded up: a ceiling kept with them is kept with the sound.
        return {
            "version": VERSION,
            "integrated_lufs": _finite(self.integrated_lufs),
            "true_peak_dbtp": _finite(self.true_peak_dbtp),
            "lra_lu": round(self.lra_lu, 2),
            "hop_s": HOP_S,
            "powers_db": [round(db, 1) for db in self.powers_db],
            "peaks_dbtp": [math.ceil(round(10 * db, 6)) / 10 for db in self.peaks_dbtp],
        }


class Meter:
    """Loudness of a sound that is given piece by piece, of any length.

    Parameters
    ----------
    sample_rate
        In Hz, of any size.
    channels
        Left, right, centre, low frequency effects, surrounds; five have no effects.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._gains = [_gain(channel, channels) for channel in range(channels)]
        self._stages = k_weighting(sample_rate)
        self._state = np.zeros((len(self._stages), 2, channels))
        # Begins with what was measured already but is still heard by the filter.
        self._held = np.zeros((0, channels), np.float32)
        self._before = 0
        self._measured = 0
        self._energy = 0.0
        self._powers: list[Floats] = []
        self._peaks: list[Floats] = []

    def add(self, samples: Floats) -> None:
        """Hear the next piece, of shape ``(n, channels)``."""
        for start in range(0, len(samples), _BLOCK_SAMPLES):
            piece = samples[start : start + _BLOCK_SAMPLES]
            self._held = np.concatenate([self._held, piece])
            known = self._measured + len(self._held) - self._before - _AROUND_SAMPLES
            hops = max(0, known) * _HOPS_PER_S // self._rate
            self._measure(self._edge(hops) - self._measured)

    def result(self) -> Loudness:
        """Return the loudness of all that was heard; nothing can be added after."""
        self._measure(len(self._held) - self._before)
        powers = np.concatenate([np.zeros(0), *self._powers])
        peaks = np.concatenate([np.zeros(0), *self._peaks])
        whole = self._measured * _HOPS_PER_S // self._rate
        if len(powers) > max(whole, 1):
            # The last piece of a hop is too short for a power of its own.
            powers, last = powers[:-1], peaks[-1]
            peaks = peaks[:-1]
            peaks[-1] = max(peaks[-1], last)
        blocks = _blocks(powers, _BLOCK_HOPS)
        if self._measured and whole < _BLOCK_HOPS:
            blocks = np.array([self._energy / self._measured])
        top = float(peaks.max(initial=0.0))
        return Loudness(
            _integrated(blocks),
            _range(_blocks(powers, _SHORT_TERM_HOPS)),
            20 * math.log10(top) if top > 0 else -math.inf,
            _curve(_lufs(powers)),
            _curve(20 * np.log10(np.maximum(peaks, 1e-12))),
        )

    def _edge(self, hop: int) -> int:
        return hop * self._rate // _HOPS_PER_S

    def _measure(self, count: int) -> None:
        """Measure the next ``count`` samples, whole hops unless they are the last."""
        if count <= 0:
            return
        first, stop = self._before, self._before + count
        block = self._held[first:stop]
        # Loaded where sound is heard: not everyone who asks for the filters does.
        from scipy import signal

        heard, self._state = signal.sosfilt(
            self._stages, block.astype(np.float64), axis=0, zi=self._state
        )
        power = np.square(heard) @ self._gains
        begin = -(-self._measured * _HOPS_PER_S // self._rate)
        edges = [self._edge(begin)]
        while edges[-1] < self._measured + count:
            edges.append(self._edge(begin + len(edges)))
        starts = np.array(edges[:-1]) - self._measured
        sizes = np.diff(np.append(starts, count))
        self._powers.append(np.add.reduceat(power, starts) / sizes)
        around = self._held[: stop + _AROUND_SAMPLES]
        self._peaks.append(_tops(around, first, count, starts))
        self._energy += float(power.sum())
        self._measured += count
        self._before = min(stop, _AROUND_SAMPLES)
        self._held = self._held[stop - self._before :]


def loudness(samples: Floats, sample_rate: int) -> Loudness:
    """Return loudness, its range, true peak and curves of a sound.

    Sounds shorter than 400 ms are measured as the one block they are.

    Examples
    --------
    >>> loudness(np.zeros((48_000, 2)), 48_000).integrated_lufs
    -inf
    """
    sound = _columns(samples)
    meter = Meter(sample_rate, sound.shape[1])
    meter.add(sound)
    return meter.result()


def _columns(samples: Floats) -> Floats:
    sound = np.asarray(samples)
    return sound[:, None] if sound.ndim == 1 else sound


def _tops(sound: Floats, first: int, count: int, starts: Frames) -> Floats:
    """Largest level of each part from a start to the next, between samples too."""
    if not sound.any():
        return np.zeros(len(starts))
    from scipy import signal

    inner = np.ascontiguousarray(sound.T)
    fine = signal.resample_poly(inner, _OVERSAMPLING, 1, axis=1)
    fine = fine[:, first * _OVERSAMPLING : (first + count) * _OVERSAMPLING]
    inner = inner[:, first : first + count]
    between = np.maximum.reduceat(np.abs(fine), starts * _OVERSAMPLING, axis=1)
    on = np.maximum.reduceat(np.abs(inner), starts, axis=1)
    return np.asarray(np.maximum(between, on).max(axis=0))


def _curve(values_db: Floats) -> tuple[float, ...]:
    return tuple(np.maximum(values_db, SILENCE_DB).tolist())


def _gain(channel: int, channels: int) -> float:
    if channels == 5:
        return (1.0, 1.0, 1.0, 1.41, 1.41)[channel]
    return _CHANNEL_GAINS[channel] if channel < len(_CHANNEL_GAINS) else 1.0


def k_weighting(sample_rate: int) -> Floats:
    """Return the two second-order sections by which the ear is imitated."""
    high = 10 ** (3.999843853973347 / 20)
    gains = (high, high**0.4996667741545416, 1.0)
    shelf = _stage(1681.974450955533, 0.7071752369554196, gains, sample_rate)
    cut = _stage(38.13547087602444, 0.5003270373238773, (1.0, 0.0, 0.0), sample_rate)
    # The standard leaves the numerator of the high-pass at 1, -2, 1.
    cut[:3] = 1, -2, 1
    return np.stack([shelf, cut])


def _stage(
    f0_hz: float, q: float, gains: tuple[float, float, float], sample_rate: int
) -> Floats:
    """Second-order section whose gains are those of high, band and low pass."""
    high, band, low = gains
    k = math.tan(math.pi * f0_hz / sample_rate)
    a0 = 1 + k / q + k * k
    first = (high + band * k / q + low * k * k) / a0
    middle = 2 * (low * k * k - high) / a0
    last = (high - band * k / q + low * k * k) / a0
    return np.array(
        [first, middle, last, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    )


def integrated_lufs(powers: Floats) -> float:
    """Return the gated loudness of the K-weighted powers of whole 100 ms.

    Minus infinity where all of it is below the absolute gate, or shorter than 400 ms.
    """
    return _integrated(_blocks(powers, _BLOCK_HOPS))


def _blocks(powers: Floats, hops: int) -> Floats:
    if len(powers) < hops:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(powers)])
    return np.asarray(np.maximum(total[hops:] - total[:-hops], 0) / hops)


def _lufs(powers: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(OFFSET_DB + 10 * np.log10(powers))


def _integrated(powers: Floats) -> float:
    loud = powers[_lufs(powers) >= _ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return -math.inf
    gate = OFFSET_DB + 10 * math.log10(loud.mean()) + _RELATIVE_GATE_LU
    return float(_lufs(loud[_lufs(loud) >= gate].mean(keepdims=True))[0])


def _range(powers: Floats) -> float:
    loud = powers[_lufs(powers) >= _ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return 0.0
    gate = OFFSET_DB + 10 * math.log10(loud.mean()) + _RANGE_GATE_LU
    kept = _lufs(loud[_lufs(loud) >= gate])
    return float(np.percentile(kept, 95) - np.percentile(kept, 10))


def _finite(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None
