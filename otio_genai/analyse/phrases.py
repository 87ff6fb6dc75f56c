"""Bars and phrases: which beats are ones, and which ones begin something new.

Conventions
    Beats and downbeats are given as frames of `otio_genai.analyse.features`; answers
    are indices into them.

Aim of the measures
    A one is where the bass enters, the attack is strong and the harmony changes. A
    phrase begins, every four or eight bars, where the cymbals rise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from otio_genai.analyse.beats import Frames
from otio_genai.analyse.features import FRAMES_PER_S, Features
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.trust import separation

__all__ = ["METRES", "Chosen", "downbeats", "phrases"]

#: Beats to the bar that are looked for where nobody says how many there are.
METRES = (4, 3)

_NEAR_FRAMES = round(0.06 * FRAMES_PER_S)
_PHRASE_NEAR_FRAMES = 4
_PHRASE_BARS = (8, 4)
_LATE_START_COST = 0.15


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of the beats or downbeats begin something, and how sure that is, 0-1."""

    at: Frames
    confidence: float


def downbeats(found: Features, beats: Frames, metres: Sequence[int] = METRES) -> Chosen:
    """Return the beats that begin bars, of whichever metre stands out most."""
    best, answer = -math.inf, Chosen(np.arange(min(1, len(beats))), 0.0)
    if len(beats) < 2 * min(metres) or min(metres) < 2:
        return answer if min(metres) > 1 else Chosen(np.arange(len(beats)), 1.0)
    accent = (
        _standard(_peaks(found.low, beats, _NEAR_FRAMES))
        + 0.7 * _standard(_peaks(found.onset, beats, _NEAR_FRAMES))
        + 1.2 * _standard(_harmony_changes(found.chroma, beats))
    )
    for metre in metres:
        for start in range(metre):
            ones = np.arange(len(beats)) % metre == start
            contrast = float(accent[ones].mean() - accent[~ones].mean())
            if contrast * math.sqrt(metre / 4) > best:
                best = contrast * math.sqrt(metre / 4)
                answer = Chosen(np.flatnonzero(ones), separation(accent, ones))
    return answer


def phrases(found: Features, beats: Frames, ones: Frames) -> Chosen:
    """Return the downbeats that begin phrases of 8 or 4 bars."""
    best, answer = -math.inf, Chosen(np.arange(min(1, len(ones))), 0.0)
    if len(ones) < 2 * min(_PHRASE_BARS):
        return answer
    beat = max(1, int(np.median(np.diff(beats))))
    total = np.concatenate([[0], np.cumsum(found.high)])
    last = found.high.size
    middle = np.minimum(ones, last)
    after = total[np.minimum(ones + beat, last)] - total[middle]
    before = total[middle] - total[np.maximum(ones - beat, 0)]
    accent = _standard((after - before) / beat) + _standard(
        _peaks(found.onset, ones, _PHRASE_NEAR_FRAMES)
    )
    for bars in _PHRASE_BARS:
        for start in range(bars):
            chosen = np.arange(len(ones)) % bars == start
            if chosen.sum() < 2:
                continue
            worth = float(accent[chosen].mean())
            worth *= math.sqrt(chosen.sum() * (1 - 1 / bars))
            worth -= _LATE_START_COST * (start > 0)
            if worth > best:
                best = worth
                answer = Chosen(np.flatnonzero(chosen), separation(accent, chosen))
    return answer


def _peaks(series: Floats, frames: Frames, near: int) -> Floats:
    around = frames[:, None] + np.arange(-near, near + 1)
    return np.asarray(series[np.clip(around, 0, series.size - 1)].max(axis=1))


def _harmony_changes(chroma: Floats, beats: Frames) -> Floats:
    edges = np.minimum(np.append(beats, len(chroma)), len(chroma))
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(chroma, axis=0)])
    each = total[edges[1:]] - total[edges[:-1]]
    size = np.linalg.norm(each, axis=1)
    alike = (each[1:] * each[:-1]).sum(axis=1) / np.maximum(size[1:] * size[:-1], 1e-12)
    return np.concatenate([[0.0], 1 - alike])


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else values * 0.0
