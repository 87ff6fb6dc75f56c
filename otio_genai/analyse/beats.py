"""Where the beat falls, by a bar-pointer model of one beat.

Conventions
    Activations and beats are on the frames of `otio_genai.analyse.features`.

Source
    Krebs, Böck and Widmer, *An efficient state-space model for joint tempo and meter
    tracking* (ISMIR 2015). The tempo changes only on beats, so the hidden Markov
    model is solved one beat interval at a time instead of one frame at a time.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from otio_genai.analyse.features import FRAMES_PER_S
from otio_genai.analyse.phase import Floats

__all__ = ["activation", "other_octave", "regularity", "track"]

Frames = npt.NDArray[np.intp]

SLOWEST_BPM, FASTEST_BPM = 50.0, 190.0

_STIFFNESS = 80.0
_LIKELY_BPM, _LIKELY_OCTAVES = 105.0, 0.8
_TEMPO_WEIGHT = 8 / 60
_BEAT_SHARE = 12
_LEAST = 1e-3
_NEAR_FRAMES = 3
# Steady tones ripple by 0.002 (log units, mean over bands); soft notes rise by 0.1.
_LEAST_RISE = 0.03


def activation(rise: Floats) -> Floats:
    """Return the rises of a series as 0-1, level by level with its surroundings.

    All zero when nothing in it rises like a note.
    """
    if rise.size < 2 or np.percentile(rise, 99) < _LEAST_RISE:
        return np.zeros_like(rise)
    mean = ndimage.uniform_filter1d(rise, round(1.5 * FRAMES_PER_S), mode="nearest")
    above = np.maximum(rise - mean, 0)
    peak = ndimage.maximum_filter1d(above, round(4 * FRAMES_PER_S))
    floor = np.maximum(peak, max(float(np.percentile(above, 99)) / 4, 1e-9))
    smooth = ndimage.gaussian_filter1d(above / floor, 1.0)
    return np.asarray(np.clip(smooth, 0, 1))


def track(act: Floats) -> Frames:
    """Return the frames of the beats of an activation 0-1.

    Empty when the sound is shorter than two slow beats or nothing in it rises.
    """
    intervals = _intervals()
    if act.size < 2 * intervals[-1] or act.max() <= 0:
        return np.zeros(0, np.intp)
    starts = _starts(np.clip(act, _LEAST, 1 - _LEAST), intervals)
    found = []
    for start, interval in starts:
        stop = min(start + math.ceil(interval / _BEAT_SHARE), act.size)
        region = act[start:stop]
        found.append(start + (int(region.argmax()) if region.max() > _LEAST else 0))
    return np.array(found, np.intp)


def regularity(beats: Frames | Floats) -> float:
    """Return 1 - median change of the beat interval over the median interval."""
    if len(beats) < 3:
        return 0.0
    between = np.diff(beats)
    change = np.abs(np.diff(between))
    return float(max(0.0, 1 - np.median(change) / np.median(between)))


def other_octave(act: Floats, beats: Frames) -> float:
    """Return 2 or 1/2: whether twice or half the tempo would fit next best.

    Twice, when more begins halfway between the beats than every second beat lacks.
    """
    heard = ndimage.maximum_filter1d(act, 2 * _NEAR_FRAMES + 1)
    halfway = float(heard[(beats[1:] + beats[:-1]) // 2].mean())
    each = [float(heard[beats[start::2]].mean()) for start in (0, 1)]
    lacking = max(each) - min(each)
    return 2.0 if halfway >= lacking else 0.5


def _intervals() -> Frames:
    shortest = math.ceil(60 / FASTEST_BPM * FRAMES_PER_S)
    longest = math.floor(60 / SLOWEST_BPM * FRAMES_PER_S)
    return np.arange(shortest, longest + 1)


def _changes(intervals: Frames) -> Floats:
    """Log-probability of going from interval (row) to interval (column)."""
    ratio = intervals[None, :] / intervals[:, None]
    log = -_STIFFNESS * np.abs(ratio - 1)
    log -= np.log(np.exp(log).sum(axis=1, keepdims=True))
    octaves = np.log2(60 * FRAMES_PER_S / intervals / _LIKELY_BPM) / _LIKELY_OCTAVES
    return np.asarray(log - _TEMPO_WEIGHT * 0.5 * octaves**2)


def _starts(act: Floats, intervals: Frames) -> list[tuple[int, int]]:
    frames, n = act.size, intervals.size
    on = np.concatenate([[0], np.cumsum(np.log(act))])
    off = np.concatenate([[0], np.cumsum(np.log((1 - act) / (_BEAT_SHARE - 1)))])
    region = -(-intervals // _BEAT_SHARE)
    shortest, longest = int(intervals[0]), int(intervals[-1])
    # Rows of `begun` are the frames before the next ones, of which as many are found
    # at once as the shortest interval has: none of them depends on another. The first
    # interval may start anywhere before the sound does.
    begun = np.zeros((longest + shortest, n))
    chosen = np.zeros((frames + 1, n), np.uint8)
    came_from, each = _changes(intervals).T.copy(), np.arange(n)
    for first in range(1, frames + 1, shortest):
        t = np.arange(first, min(first + shortest, frames + 1))[:, None]
        a = np.maximum(t - intervals, 0)
        b = np.maximum(np.minimum(t - intervals + region, t), 0)
        row = longest + t - first
        score = begun[row - intervals, each] + on[b] - on[a] + off[t] - off[b]
        step = score[:, None, :] + came_from
        best = step.argmax(axis=2)
        chosen[t[:, 0]] = best
        begun[row[:, 0]] = np.take_along_axis(step, best[:, :, None], 2)[:, :, 0]
        begun[:longest] = begun[len(t) : len(t) + longest].copy()
    return _traced(begun[:longest], chosen, on, off, intervals, region)


def _traced(
    begun: Floats,
    chosen: npt.NDArray[np.uint8],
    on: Floats,
    off: Floats,
    intervals: Frames,
    region: Frames,
) -> list[tuple[int, int]]:
    frames = len(chosen) - 1
    # The last interval began in one of these frames, and lasts beyond the end.
    t = np.arange(frames + 1 - len(begun), frames)[:, None]
    stop = np.minimum(t + region, frames)
    final = begun[:-1] + on[stop] - on[t] + off[frames] - off[stop]
    final[frames - t > intervals[None, :]] = -np.inf
    row, index = np.unravel_index(int(final.argmax()), final.shape)
    time, state = int(t[row, 0]), int(index)
    found: list[tuple[int, int]] = []
    while time >= 0:
        found.append((time, int(intervals[state])))
        if time == 0:
            break
        state = int(chosen[time, state])
        time -= int(intervals[state])
    return found[::-1]
