"""How loud a sound is heard to be.

Conventions
    Sound is ``(n, channels)`` (or ``(n,)``) at full scale 1; loudness in LUFS, ranges
    in LU, peaks in dBTP. Silence is minus infinity, ``None`` in metadata.

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
from scipy import signal

from otio_genai.analyse.phase import Floats

__all__ = ["VERSION", "Loudness", "loudness", "momentary_lufs"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 1

_HOPS_PER_S = 10
_BLOCK_HOPS = 4
_SHORT_TERM_HOPS = 30
_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_RANGE_GATE_LU = -20.0
# Left, right, centre, low frequency effects, left and right surround.
_CHANNEL_GAINS = (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)
_OVERSAMPLING = 4
_PEAK_BLOCK_SAMPLES = 1 << 18
_PEAK_OVERLAP_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of a sound; minus infinity where it is silent."""

    integrated_lufs: float
    lra_lu: float
    true_peak_dbtp: float

    def to_metadata(self) -> dict[str, Any]:
        """Return what a media reference carries under ``loudness``."""
        return {
            "version": VERSION,
            "integrated_lufs": _finite(self.integrated_lufs),
            "true_peak_dbtp": _finite(self.true_peak_dbtp),
            "lra_lu": round(self.lra_lu, 2),
        }


def loudness(samples: Floats, sample_rate: int) -> Loudness:
    """Return integrated loudness, loudness range and true peak.

    Sounds shorter than 400 ms are measured as the one block they are.

    Examples
    --------
    >>> loudness(np.zeros((48_000, 2)), 48_000).integrated_lufs
    -inf
    """
    sound = _columns(samples)
    powers = _hop_powers(sound, sample_rate)
    return Loudness(
        _integrated(_blocks(powers, _BLOCK_HOPS)),
        _range(_blocks(powers, _SHORT_TERM_HOPS)),
        true_peak_dbtp(sound),
    )


def momentary_lufs(samples: Floats, sample_rate: int) -> Floats:
    """Return the loudness of the 400 ms that begin at each tenth of a second."""
    return _lufs(_blocks(_hop_powers(_columns(samples), sample_rate), _BLOCK_HOPS))


def true_peak_dbtp(samples: Floats) -> float:
    """Return the largest level between the samples, by fourfold oversampling."""
    sound = _columns(samples)
    peak = 0.0
    for start in range(0, len(sound), _PEAK_BLOCK_SAMPLES):
        low = max(0, start - _PEAK_OVERLAP_SAMPLES)
        block = sound[low : start + _PEAK_BLOCK_SAMPLES + _PEAK_OVERLAP_SAMPLES]
        if not block.any():
            continue
        fine = signal.resample_poly(block, _OVERSAMPLING, 1, axis=0)
        # The ends of a block ring where the sound goes on: its neighbours see them.
        stop = (start - low + _PEAK_BLOCK_SAMPLES) * _OVERSAMPLING
        inner = fine[(start - low) * _OVERSAMPLING : stop]
        peak = max(peak, float(np.abs(inner).max()), float(np.abs(block).max()))
    return 20 * math.log10(peak) if peak > 0 else -math.inf


def _columns(samples: Floats) -> Floats:
    sound = np.asarray(samples)
    return sound[:, None] if sound.ndim == 1 else sound


def _hop_powers(sound: Floats, sample_rate: int) -> Floats:
    """Weighted mean power of each 100 ms; of a shorter sound, one block's worth."""
    if not len(sound):
        return np.zeros(0)
    gains = np.array([_gain(c, sound.shape[1]) for c in range(sound.shape[1])])
    heard = np.zeros(len(sound))
    for channel in np.flatnonzero(gains):
        signal_k = signal.sosfilt(_k_weighting(sample_rate), sound[:, channel])
        heard += gains[channel] * signal_k**2
    hops = len(sound) * _HOPS_PER_S // sample_rate
    if hops < _BLOCK_HOPS:
        return np.full(_BLOCK_HOPS, heard.mean())
    edges = np.arange(hops + 1) * sample_rate // _HOPS_PER_S
    sums = np.add.reduceat(heard[: edges[-1]], edges[:-1])
    return np.asarray(sums / np.diff(edges))


def _gain(channel: int, channels: int) -> float:
    if channels == 5:
        return (1.0, 1.0, 1.0, 1.41, 1.41)[channel]
    return _CHANNEL_GAINS[channel] if channel < len(_CHANNEL_GAINS) else 1.0


def _k_weighting(sample_rate: int) -> Floats:
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


def _blocks(powers: Floats, hops: int) -> Floats:
    if len(powers) < hops:
        return np.zeros(0)
    total = np.concatenate([[0.0], np.cumsum(powers)])
    return np.asarray(np.maximum(total[hops:] - total[:-hops], 0) / hops)


def _lufs(powers: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET_DB + 10 * np.log10(powers))


def _integrated(powers: Floats) -> float:
    loud = powers[_lufs(powers) >= _ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return -math.inf
    gate = _OFFSET_DB + 10 * math.log10(loud.mean()) + _RELATIVE_GATE_LU
    return float(_lufs(loud[_lufs(loud) >= gate].mean(keepdims=True))[0])


def _range(powers: Floats) -> float:
    loud = powers[_lufs(powers) >= _ABSOLUTE_GATE_LUFS]
    if not loud.size:
        return 0.0
    gate = _OFFSET_DB + 10 * math.log10(loud.mean()) + _RANGE_GATE_LU
    kept = _lufs(loud[_lufs(loud) >= gate])
    return float(np.percentile(kept, 95) - np.percentile(kept, 10))


def _finite(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None
