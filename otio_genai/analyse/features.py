"""What changes in a piece of music, 86 times a second.

Aim
    One set of series from which onsets, beats, bars, phrases and sections are found.

Conventions
    Sound is mono; frame ``i`` is centred on ``i / FRAMES_PER_S`` seconds. Every
    series has one value (chroma: one row) per frame, the slow ones one per `HOP_S`.
    Sound may come piece by piece: of an hour of it only the series are held.

Source
    SuperFlux: Böck and Widmer, *Maximum filter vibrato suppression for onset
    detection* (DAFx 2013).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, ndimage, signal

from otio_genai.analyse.loudness import OFFSET_DB, SILENCE_DB, k_weighting
from otio_genai.analyse.phase import Floats

__all__ = [
    "FRAMES_PER_S",
    "HOP_S",
    "SAMPLE_RATE",
    "Features",
    "features",
    "features_of",
    "resampled",
]

SAMPLE_RATE = 22_050
_WINDOW_SAMPLES = 2048
_HOP_SAMPLES = 256
FRAMES_PER_S = SAMPLE_RATE / _HOP_SAMPLES

#: Length of the hops of the slow series, in seconds.
HOP_S = 0.5

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

Floats32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Features:
    """Series of one piece of music, one value per frame.

    ``onset`` and ``low`` (below 150 Hz) say how much energy is new, in log units;
    ``high`` is the level of the top bands; ``chroma`` has 12 columns; ``level_db``
    is the power in dBFS. One value per half second have ``timbre``, the level of each
    of 72 bands, and ``loud_db``, the loudness of one channel in LUFS.
    """

    onset: Floats
    low: Floats
    high: Floats
    chroma: Floats
    level_db: Floats
    timbre: Floats
    loud_db: Floats


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
    return features_of([resampled(samples, sample_rate, SAMPLE_RATE)])


def features_of(pieces: Iterable[Floats]) -> Features | None:
    """Return the series of a mono sound at `SAMPLE_RATE` that comes in pieces."""
    spectra = list(_spectra(pieces))
    if not spectra or max(found.peak for found in spectra) < _SILENCE:
        return None
    tops = np.concatenate([found.bands.max(axis=1) for found in spectra])
    scale = _COMPRESSION / max(float(np.percentile(tops, 95)), 1e-9)
    frames = len(tops)
    onset, low, high = np.zeros((3, frames))
    hop = (np.arange(frames) / FRAMES_PER_S / HOP_S).astype(np.intp)
    timbre = np.zeros((int(hop[-1]) + 1, _BANDS))
    bass = _centres_hz()[1:-1] < _BASS_HZ
    past, start = np.zeros((0, _BANDS), np.float32), 0
    for found in spectra:
        level = np.log1p(scale * found.bands)
        part = slice(start, start + len(level))
        rise = _rise(past, level)
        onset[part], low[part] = rise.mean(axis=1), rise[:, bass].mean(axis=1)
        high[part] = level[:, -_TOP_BANDS:].mean(axis=1)
        np.add.at(timbre, hop[part], level)
        past = np.concatenate([past, level])[-_LAG_FRAMES:]
        start = part.stop
    count = np.bincount(hop)
    loud = np.bincount(hop, np.concatenate([found.loud for found in spectra])) / count
    for series in (onset, low):
        # What the windows over either end see is partly our own reflection.
        series[: _EDGE_FRAMES + _LAG_FRAMES] = 0
        series[-_EDGE_FRAMES:] = 0
    return Features(
        onset=onset,
        low=low,
        high=high,
        chroma=np.concatenate([found.chroma for found in spectra]),
        level_db=_db(np.concatenate([found.power for found in spectra])),
        timbre=timbre / count[:, None],
        loud_db=np.maximum(OFFSET_DB + _db(loud), SILENCE_DB),
    )


@dataclass(frozen=True, slots=True)
class _Spectra:
    """Some frames: magnitudes of bands and semitones, powers, and the largest level."""

    bands: Floats32
    chroma: Floats32
    power: Floats
    loud: Floats
    peak: float


def _spectra(pieces: Iterable[Floats]) -> Iterator[_Spectra]:
    window = np.hanning(_WINDOW_SAMPLES).astype(np.float32)
    gain = float((window**2).mean())
    for held, peak in _stretches(pieces):
        block = sliding_window_view(held, _WINDOW_SAMPLES)[::_HOP_SAMPLES] * window
        size = np.abs(fft.rfft(block))
        # Parseval: twice the half spectrum over the squared length is the power.
        loud = (size**2 @ _k_weights()) * (2 / _WINDOW_SAMPLES**2 / gain)
        yield _Spectra(
            size @ _band_weights(),
            size @ _chroma_weights(),
            (block**2).mean(axis=1) / gain,
            loud,
            peak,
        )


def _stretches(pieces: Iterable[Floats]) -> Iterator[tuple[Floats, float]]:
    """Stretches of sound with whole numbers of frames, and the largest level so far.

    Both ends are reflected: silence outside the file would add a click there.
    """
    half, size = _WINDOW_SAMPLES // 2, _WINDOW_SAMPLES
    longest = size + (_BLOCK_FRAMES - 1) * _HOP_SAMPLES
    held, peak, begun = np.zeros(0, np.float32), 0.0, False
    for piece in pieces:
        held = np.concatenate([held, np.asarray(piece, np.float32)])
        peak = max(peak, float(np.abs(piece).max(initial=0.0)))
        if not begun and held.size >= size:
            held, begun = np.concatenate([held[half:0:-1], held]), True
        while begun and held.size >= longest + half:
            yield held[:longest], peak
            held = held[_BLOCK_FRAMES * _HOP_SAMPLES :]
    if begun:
        yield np.concatenate([held, held[-2 : -half - 2 : -1]]), peak


def _rise(past: Floats32, level: Floats32) -> Floats32:
    """How far each band rises above its neighbourhood two frames before."""
    # The maximum over neighbouring bands lets a vibrato pass without new onsets.
    before = np.concatenate([past, level])[:-_LAG_FRAMES]
    before = ndimage.maximum_filter1d(before, 3, axis=1)
    rise = np.zeros_like(level)
    rise[-len(before) :] = np.maximum(level[-len(before) :] - before, 0)
    return rise


def _db(power: Floats) -> Floats:
    return np.asarray(10 * np.log10(power + 1e-12))


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


@cache
def _k_weights() -> npt.NDArray[np.float32]:
    hz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / SAMPLE_RATE)
    _, response = signal.sosfreqz(k_weighting(SAMPLE_RATE), hz, fs=SAMPLE_RATE)
    return np.asarray(np.abs(response) ** 2, np.float32)
