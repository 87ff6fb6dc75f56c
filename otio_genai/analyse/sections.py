"""Where a piece of music turns into something else: verse, chorus, break.

Aim
    The few borders that a listener would name, for the large form of a film; phrases
    and beats are finer and found by other means.

Conventions
    Times in seconds from the start of the sound, ascending. A section lasts until the
    next one begins.

Source
    J. Foote, *Automatic audio segmentation using a measure of audio novelty* (ICME
    2000): a checkerboard along the diagonal of the self-similarity of timbre and
    harmony, second by second. Novelty tells where, not to the beat: a border is moved
    to the nearest phrase, bar or beat when those are sure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from otio_genai.analyse.features import FRAMES_PER_S, HOP_S, Features
from otio_genai.analyse.phase import Floats

__all__ = ["Sections", "novelty", "sections"]

_HALF_KERNEL_S = 16
_LEAST_KERNEL_S = 6
_LEAST_SECTION_S = 8
_SMOOTH_S = 3
# Noise and steady loops reach 0.15, free solo lines 0.36, songs 0.29 to 0.79.
_LEAST_NOVELTY = 0.22
_CLEAR_NOVELTY = 0.6
_SNAP_S = 4.0


@dataclass(frozen=True, slots=True)
class Sections:
    """Where sections begin, the first with the music, and how clear they are, 0-1."""

    times_s: tuple[float, ...]
    confidence: float


def sections(
    found: Features, sure_s: Sequence[float] = (), *, begin_s: float = 0.0
) -> Sections:
    """Return the sections of a piece of music.

    Parameters
    ----------
    found
        Its series.
    sure_s
        Starts of phrases, bars or beats that may be trusted, to move the borders to.
    begin_s
        Where the music begins.

    Returns
    -------
    Sections
        One with confidence 0 when nothing stands out. The confidence is how unlike
        the seconds before and after the borders are: the mean novelty of all borders
        between 0.22 and 0.6. Below one half they may be chance.
    """
    curve = novelty(found)
    borders = _borders(curve)
    if not len(borders):
        return Sections((begin_s,), 0.0)
    strength = float(curve[borders].mean())
    clear = (strength - _LEAST_NOVELTY) / (_CLEAR_NOVELTY - _LEAST_NOVELTY)
    times = sorted({_moved(float(at), sure_s) for at in borders})
    later = [time for time in times if time > begin_s + _LEAST_SECTION_S / 2]
    return Sections((begin_s, *later), float(np.clip(clear, 0.0, 1.0)))


def novelty(found: Features) -> Floats:
    """Return how unlike the seconds before and after each second are, 0-1.

    Half the similarity within both sides less that across, seconds near the border
    counting most; 0 where there is not enough music on either side.
    """
    rows = _by_second(found)
    count = len(rows)
    half = min(_HALF_KERNEL_S, count // 4)
    curve = np.zeros(count)
    if half < _LEAST_KERNEL_S:
        return curve
    kernel = _checkerboard(half)
    for at in range(half, count - half + 1):
        near = rows[at - half : at + half]
        curve[min(at, count - 1)] = float((kernel * (near @ near.T)).sum())
    return np.maximum(curve, 0.0)


def _by_second(found: Features) -> Floats:
    """Return unit vectors of timbre and harmony by second, relative to the mean."""
    seconds = math.floor(len(found.chroma) / FRAMES_PER_S)
    per_s = round(1 / HOP_S)
    seconds = min(seconds, len(found.timbre) // per_s)
    if seconds < 1:
        return np.zeros((0, 1))
    timbre = found.timbre[: seconds * per_s].reshape(seconds, per_s, -1).mean(axis=1)
    edges = (np.arange(seconds) * FRAMES_PER_S).astype(np.intp)
    chroma = np.add.reduceat(found.chroma, edges, axis=0)
    chroma = chroma / np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)
    parts = []
    for part in (timbre, chroma):
        smooth = ndimage.uniform_filter1d(part, _SMOOTH_S, axis=0, mode="nearest")
        off = smooth - smooth.mean(axis=0)
        spread = math.sqrt(float((off**2).sum(axis=1).mean()))
        parts.append(off / spread if spread > 1e-6 else off * 0.0)
    # Timbre changes with the section, harmony within it as well.
    rows = np.concatenate([2.0 * parts[0], parts[1]], axis=1)
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(size, 1e-9))


def _checkerboard(half: int) -> Floats:
    at = np.arange(-half, half) + 0.5
    taper = np.exp(-0.5 * (at / (0.5 * half)) ** 2)
    signs = np.sign(at)
    kernel = np.outer(taper * signs, taper * signs)
    return np.asarray(kernel / np.abs(kernel).sum())


def _borders(curve: Floats) -> list[int]:
    near = 2 * _LEAST_SECTION_S - 1
    peak = (curve == ndimage.maximum_filter1d(curve, near)) & (curve > _LEAST_NOVELTY)
    found: list[int] = []
    for at in np.flatnonzero(peak):
        if not found or at - found[-1] >= _LEAST_SECTION_S:
            found.append(int(at))
    return found


def _moved(time_s: float, sure_s: Sequence[float]) -> float:
    near = min(sure_s, key=lambda sure: abs(sure - time_s), default=math.inf)
    return near if abs(near - time_s) <= _SNAP_S else time_s
