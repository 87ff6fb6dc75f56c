"""What changes in a piece of music, 86 times a second.

Aim
    One set of series from which onsets, beats, bars and phrases are all found.

Conventions
    Sound is mono; frame ``i`` is centred on ``i / FRAMES_PER_S`` seconds. Every
    series has one value (chroma: one row) per frame.

Source
    SuperFlux: Böck and Widmer, *Maximum filter vibrato suppression for onset
    detection* (DAFx 2013).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, ndimage, signal

from otio_genai.analyse.phase import Floats

__all__ = ["FRAMES_PER_S", "SAMPLE_RATE", "Features", "features", "resampled"]

SAMPLE_RATE = 22_050
_WINDOW_SAMPLES = 2048
_HOP_SAMPLES = 256
FRAMES_PER_S = SAMPLE_RATE / _HOP_SAMPLES

_BANDS = 72
_LOWEST_HZ, _HIGHEST_HZ = 30.0, 10_000.0
_BASS_HZ = 150.0
_TOP_BANDS = 24
_CHROMA_HZ = (80.0, 2500.0)
_COMPRESSION = 1000.0
_LAG_FRAMES = 2
_EDGE_FRAMES = _WINDOW_SAMPLES // 2 // _HOP_SAMPLES
# Sound that never passes -80 dBFS is silence, whatever its dither does.
_SILENCE = 1e-4
_BLOCK_FRAMES = 2048


@dataclass(frozen=True, slots=True)
class Features:
    """Series of one piece of music, one value per frame.

    ``onset`` and ``low`` (below 150 Hz) say how much energy is new, in log units;
    ``high`` is the level of the top bands; ``chroma`` has 12 columns; ``level_db``
    is the power in dBFS.
    """

    onset: Floats
    low: Floats
    high: Floats
    chroma: Floats
    level_db: Floats


def resampled(samples: Floats, sample_rate: int, wanted: int) -> Floats:
    """Return mono sound at another sample rate, as ``float32``."""
    sound = np.asarray(samples, np.float32).reshape(-1)
    if sample_rate == wanted or not sound.size:
        return sound
    common = math.gcd(sample_rate, wanted)
    found = signal.resample_poly(sound, wanted // common, sample_rate // common)
    return np.asarray(found, np.float32)


def features(samples: Floats, sample_rate: int) -> Features | None:
    """Return the series of a mono sound; ``None`` if it is silent or under 0.1 s.

    Parameters
    ----------
    samples
        Mono, shape ``(n,)``, full scale 1.
    sample_rate
        Of any size; everything is measured at 22 050 Hz.
    """
    sound = resampled(samples, sample_rate, SAMPLE_RATE)
    if sound.size < _WINDOW_SAMPLES or np.abs(sound).max() < _SILENCE:
        return None
    bands, chroma, power = _spectra(sound)
    loud = np.percentile(bands.max(axis=1), 95)
    level = np.log1p(_COMPRESSION * bands / max(float(loud), 1e-9))
    # The maximum over neighbouring bands lets a vibrato pass without new onsets.
    past = ndimage.maximum_filter1d(level, 3, axis=1)[:-_LAG_FRAMES]
    rise = np.zeros_like(level)
    rise[_LAG_FRAMES:] = np.maximum(level[_LAG_FRAMES:] - past, 0)
    # What the windows over either end see is partly our own reflection.
    rise[: _EDGE_FRAMES + _LAG_FRAMES] = 0
    rise[-_EDGE_FRAMES:] = 0
    bass = _centres_hz()[1:-1] < _BASS_HZ
    return Features(
        onset=rise.mean(axis=1),
        low=rise[:, bass].mean(axis=1),
        high=level[:, -_TOP_BANDS:].mean(axis=1),
        chroma=chroma,
        level_db=10 * np.log10(power + 1e-12),
    )


def _spectra(sound: Floats) -> tuple[Floats, Floats, Floats]:
    # Reflected ends: silence outside the file would add a click at either end.
    padded = np.pad(sound, _WINDOW_SAMPLES // 2, mode="reflect")
    frames = sliding_window_view(padded, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
    window = np.hanning(_WINDOW_SAMPLES).astype(np.float32)
    bands, chroma, power = [], [], []
    for start in range(0, len(frames), _BLOCK_FRAMES):
        block = frames[start : start + _BLOCK_FRAMES] * window
        size = np.abs(fft.rfft(block))
        bands.append(size @ _band_weights())
        chroma.append(size @ _chroma_weights())
        power.append((block**2).mean(axis=1) / float((window**2).mean()))
    return np.concatenate(bands), np.concatenate(chroma), np.concatenate(power)


@cache
def _centres_hz() -> Floats:
    return np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 2)


@cache
def _band_weights() -> npt.NDArray[np.float32]:
    hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / SAMPLE_RATE)[:, None]
    edges = _centres_hz()
    # In the bass a band is narrower than a bin: give it at least the bins beside it.
    below = np.maximum(np.diff(edges)[:-1], hz[1])
    above = np.maximum(np.diff(edges)[1:], hz[1])
    off = hz - edges[1:-1]
    weights = np.maximum(1 - np.where(off < 0, -off / below, off / above), 0)
    return np.asarray(weights / weights.sum(axis=0), np.float32)


@cache
def _chroma_weights() -> npt.NDArray[np.float32]:
    hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / SAMPLE_RATE)
    used = (hz >= _CHROMA_HZ[0]) & (hz <= _CHROMA_HZ[1])
    weights = np.zeros((hz.size, 12), np.float32)
    semitones = np.rint(12 * np.log2(hz[used] / 440.0)).astype(int) % 12
    weights[np.flatnonzero(used), semitones] = 1
    return weights
