"""What is measured of a sound that was heard beside the one it should be."""

from __future__ import annotations

import numpy as np

from otio_genai.analyse.loudness import loudness
from otio_genai.media.aac import FRAME_SAMPLES
from otio_genai.render.sound.peaks import PeakMeter, decibels

__all__ = [
    "AUDIBLE", "RATE", "clicks", "elsewhere", "ends", "error_db", "lag", "levels",
    "lufs", "offset", "peak", "silences",
]  # fmt: skip

RATE = 48_000
SILENT = 10 ** (-80 / 20)
AUDIBLE = 10 ** (-50 / 20)
WINDOW = RATE // 10


def offset(live, mix) -> int:
    """Return the shift by which the sound lies best on the mix, the worst of all."""
    worst = 0
    for start in range(0, len(mix), 4 * RATE):
        one, other = live[start:, 0][: 4 * RATE], mix[start:, 0][: 4 * RATE]
        if np.sqrt(np.mean(other**2)) > AUDIBLE:
            worst = max(worst, lag(one, other, 4096), key=abs)
    return worst


def lag(one, other, most: int, *, whitened: bool = False) -> int:
    """Return by how many samples one sound comes after another."""
    size = 1 << int(np.ceil(np.log2(len(one) + len(other))))
    cross = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    if whitened:
        cross /= np.abs(cross) + 1e-3 * np.abs(cross).max()
    found = np.fft.irfft(cross, size)
    near = np.concatenate([found[-most:], found[: most + 1]])
    return int(near.argmax()) - most


def levels(live, mix) -> dict:
    """Return how far levels are apart, in windows that are heard."""
    one, other = (rms(part) for part in (live, mix))
    loud = other > AUDIBLE
    if not loud.any():
        return {"level_mean_db": 0.0, "level_worst_db": 0.0}
    apart = 20 * np.log10(np.maximum(one[loud], 1e-9) / other[loud])
    worst = apart[np.abs(apart).argmax()]
    return {
        "level_mean_db": round(float(apart.mean()), 3),
        "level_worst_db": round(float(worst), 2),
    }


def rms(sound) -> np.ndarray:
    """Return the level of each 100 ms."""
    whole = sound[: len(sound) // WINDOW * WINDOW].astype(float)
    return np.sqrt(np.square(whole.reshape(-1, 2 * WINDOW)).mean(1))


def error_db(sound, mix) -> float:
    """Return how far the rest lies below the mix; the first 21 ms are windowed."""
    count = min(len(sound), len(mix))
    error = (sound[:count] - mix[:count])[FRAME_SAMPLES:].astype(float)
    power = np.square(mix.astype(float)).mean()
    if not power:
        return -120.0
    return round(10 * float(np.log10(max(np.square(error).mean(), 1e-12) / power)), 1)


def clicks(sound, mix, places, width: int) -> float | None:
    """Return how far second differences rise at places over those around, the worst.

    With a mix they are those of what is not in it, against the mix's own around:
    at most a little above 0 dB is nothing that could be heard as a click.
    """
    if not places:
        return None
    sharp = np.abs(np.diff(sound, 2, axis=0)).max(axis=1)
    usual = sharp
    if mix is not None:
        count = min(len(sound), len(mix))
        sharp = np.abs(np.diff(sound[:count] - mix[:count], 2, axis=0)).max(axis=1)
        usual = np.abs(np.diff(mix, 2, axis=0)).max(axis=1)
    worst = 0.0
    for place in places:
        before, after = (0, width) if mix is not None else (width, width)
        here = sharp[max(0, place - before) : place + after]
        around = np.concatenate(
            [
                usual[max(0, place - RATE // 2) : max(0, place - before)],
                usual[place + after : place + RATE // 2],
            ]
        )
        if len(here) and len(around):
            worst = max(worst, here.max() / max(around.max(), 1e-4))
    return round(20 * float(np.log10(max(worst, 1e-6))), 1)


def elsewhere(cuts, length: int) -> list[int]:
    """Return as many places again where nothing is cut, halfway between."""
    edges = [0, *cuts, length]
    return [(a + b) // 2 for a, b in zip(edges, edges[1:], strict=False)]


def silences(live, mix) -> int:
    """Return how often 5 ms and more are silent that are not in the mix."""
    quiet = np.abs(live).max(axis=1) < SILENT
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet, [0]])))
    found = 0
    for first, last in edges.reshape(-1, 2):
        there = mix[first:last].astype(float)
        if last - first >= RATE // 200 and np.sqrt(np.square(there).mean()) > SILENT:
            found += 1
    return found


def peak(sound) -> float:
    """Return the true peak in dBTP."""
    meter = PeakMeter()
    meter.add(np.ascontiguousarray(sound, np.float32))
    return round(max(decibels(meter.result()), -120.0), 2)


def lufs(sound) -> float:
    """Return the integrated loudness."""
    return round(max(loudness(sound, RATE).integrated_lufs, -120.0), 2)


def ends(live, length: int) -> dict:
    """Return the peaks of the first millisecond, of the last, and after the end."""
    count = RATE // 1000

    def db(part):
        top = float(np.abs(part).max(initial=0.0))
        return round(max(decibels(top), -120.0), 1)

    return {
        "begins_db": db(live[:count]),
        "ends_db": db(live[length - count : length]),
        "after_db": db(live[length:]),
    }
