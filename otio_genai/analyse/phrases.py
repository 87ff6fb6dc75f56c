"""Bars and phrases: which beats are ones, and which ones begin something new.

Conventions
    Beats, downbeats and phrases are frames of `otio_genai.analyse.features`; the
    answers are subsets of the beats given.

Aim of the measures
    A one is where the bass enters, the attack is strong and the harmony changes. A
    phrase begins, every four or eight bars, where the cymbals rise.
"""

from __future__ import annotations

import math

import numpy as np

from otio_genai.analyse.beats import Frames
from otio_genai.analyse.features import FRAMES_PER_S, Features
from otio_genai.analyse.phase import Floats

__all__ = ["downbeats", "phrases"]

_NEAR_FRAMES = round(0.06 * FRAMES_PER_S)
_PHRASE_NEAR_FRAMES = 4
_METRES = (4, 3)
_PHRASE_BARS = (8, 4)
_LATE_START_COST = 0.15


def downbeats(found: Features, beats: Frames) -> Frames:
    """Return the beats that begin bars of 4 or 3, whichever stands out more."""
    if len(beats) < 2 * min(_METRES):
        return beats[:1]
    accent = (
        _standard(_peaks(found.low, beats, _NEAR_FRAMES))
        + 0.7 * _standard(_peaks(found.onset, beats, _NEAR_FRAMES))
        + 1.2 * _standard(_harmony_changes(found.chroma, beats))
    )
    best, answer = -math.inf, beats[:1]
    for metre in _METRES:
        for start in range(metre):
            ones = np.arange(len(beats)) % metre == start
            contrast = accent[ones].mean() - accent[~ones].mean()
            if contrast * math.sqrt(metre / 4) > best:
                best, answer = contrast * math.sqrt(metre / 4), beats[ones]
    return answer


def phrases(found: Features, beats: Frames, ones: Frames) -> Frames:
    """Return the downbeats that begin phrases of 8 or 4 bars."""
    if len(ones) < 2 * min(_PHRASE_BARS):
        return ones[:1]
    beat = max(1, int(np.median(np.diff(beats))))
    total = np.concatenate([[0], np.cumsum(found.high)])
    last = found.high.size
    after = total[np.minimum(ones + beat, last)] - total[ones]
    before = total[ones] - total[np.maximum(ones - beat, 0)]
    accent = _standard((after - before) / beat) + _standard(
        _peaks(found.onset, ones, _PHRASE_NEAR_FRAMES)
    )
    best, answer = -math.inf, ones[:1]
    for bars in _PHRASE_BARS:
        for start in range(bars):
            chosen = accent[start::bars]
            if len(chosen) < 2:
                continue
            worth = float(chosen.mean()) * math.sqrt(len(chosen) * (1 - 1 / bars))
            worth -= _LATE_START_COST * (start > 0)
            if worth > best:
                best, answer = worth, ones[start::bars]
    return answer


def _peaks(series: Floats, frames: Frames, near: int) -> Floats:
    around = frames[:, None] + np.arange(-near, near + 1)
    return np.asarray(series[np.clip(around, 0, series.size - 1)].max(axis=1))


def _harmony_changes(chroma: Floats, beats: Frames) -> Floats:
    edges = np.append(beats, len(chroma))
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(chroma, axis=0)])
    each = total[edges[1:]] - total[edges[:-1]]
    size = np.linalg.norm(each, axis=1)
    alike = (each[1:] * each[:-1]).sum(axis=1) / np.maximum(size[1:] * size[:-1], 1e-12)
    return np.concatenate([[0.0], 1 - alike])


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else values * 0.0
