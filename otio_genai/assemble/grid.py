"""Where the cuts fall on the record grid: music, voice and a length law.

Aim
    Cut the film's length into slots so that cuts fall on phrases and beats, not on
    words, and shots keep near their mean length. Every rule is an additive cost and
    the best cut list is found exactly by dynamic programming over frames.

Conventions
    Times are record seconds. A cut on a beat falls on the frame that the beat is in,
    never later: a late picture is noticed sooner than an early one (ITU-R BT.1359).
    The length law is half the squared log-ratio to the mean in units of 0.45.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from otio_genai import rates

__all__ = ["Music", "cost_of_frames", "cuts", "lengths", "recut"]

Costs = NDArray[np.float64]

_SPREAD = 0.45
# Costs of musical places, proposals: there is no measurement behind their size.
_PHRASE, _DOWNBEAT, _BEAT, _OFF_BEAT = -0.6, -0.3, -0.15, 0.5
_ONSET, _OFF_ONSET = -0.2, 0.15
_BEFORE_WORDS, _PAUSE, _ON_WORDS, _IN_WORDS = -0.5, -0.3, 0.6, 0.1
_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Music:
    """What of the music matters for cuts, in record seconds."""

    beats_s: Sequence[float] = ()
    "Beats."
    downbeats_s: Sequence[float] = ()
    "First beats of bars."
    phrases_s: Sequence[float] = ()
    "Starts of phrases."
    onsets_s: Sequence[float] = ()
    "Onsets of notes."
    confidence: float = 0.0
    "How sure the beat is, 0 to 1."
    words_s: Sequence[tuple[float, float]] = field(default=())
    "Spans of speech over it."

    @property
    def has_beat(self) -> bool:
        """Whether the beat is sure enough to cut on."""
        return self.confidence >= _SURE and len(self.beats_s) > 1


def mode_of(music: Music, cut_on: str) -> str:
    """Return what cuts follow: ``beats``, ``phrases``, ``onsets`` or ``free``."""
    if cut_on != "auto":
        return cut_on
    if music.has_beat:
        return "beats"
    return "onsets" if music.onsets_s or music.phrases_s else "free"


def cost_of_frames(music: Music, total: int, rate: Fraction, cut_on: str) -> Costs:
    """Return the cost of a cut at each record frame, shape (total + 1,)."""
    costs = np.zeros(total + 1)
    mode = mode_of(music, cut_on)
    if mode == "beats":
        trust = max(music.confidence, _SURE) if cut_on == "beats" else music.confidence
        costs += _OFF_BEAT * trust
        _set(costs, music.beats_s, rate, _BEAT * trust)
        _set(costs, music.downbeats_s, rate, _DOWNBEAT * trust)
        _set(costs, music.phrases_s, rate, _PHRASE * trust)
    elif mode in ("onsets", "phrases"):
        costs += _OFF_ONSET
        if mode == "onsets":
            _set(costs, music.onsets_s, rate, _ONSET)
        _set(costs, music.phrases_s, rate, _PHRASE)
    return costs + _cost_of_words(music.words_s, total, rate)


def _set(costs: Costs, times_s: Sequence[float], rate: Fraction, cost: float) -> None:
    for time_s in times_s:
        frame = rates.frame_with(time_s, rate)
        if 0 <= frame < len(costs):
            costs[frame] = min(costs[frame], cost)


def _cost_of_words(
    words_s: Sequence[tuple[float, float]], total: int, rate: Fraction
) -> Costs:
    at_s = np.arange(total + 1) / float(rate)
    costs = np.zeros(total + 1)
    if not words_s:
        return costs
    for (_, end_s), (begin_s, _) in zip(words_s, words_s[1:], strict=False):
        if begin_s - end_s >= 0.2:
            costs[(at_s > end_s + 0.04) & (at_s < begin_s - 0.04)] = _PAUSE
    for begin_s, end_s in words_s:
        costs[(at_s >= begin_s) & (at_s < end_s)] = _IN_WORDS
    for begin_s, _ in words_s:
        costs[(at_s >= begin_s - 0.35) & (at_s <= begin_s - 0.05)] = _BEFORE_WORDS
        costs[(at_s >= begin_s - 0.04) & (at_s <= begin_s + 0.25)] = _ON_WORDS
    return costs


def cuts(
    costs: Costs,
    mean_frames: float,
    limits: tuple[int, int],
    last_frames: int,
    most: int,
) -> list[int] | None:
    """Return the best cut frames, without the film's two ends.

    Parameters
    ----------
    costs
        Cost of a cut at each record frame, shape (total + 1,).
    mean_frames
        Length that shots tend to.
    limits
        Shortest and longest shot, in record frames.
    last_frames
        Least length of the last shot; it may be up to twice the longest.
    most
        Most shots.

    Returns
    -------
    list of int or None
        ``None`` when no cut list satisfies the limits.
    """
    toll, low, high = 0.0, 0.0, 64.0
    best = _best_cuts(costs, mean_frames, limits, last_frames, toll)
    if best is None or len(best) + 1 <= most:
        return best
    # Too many shots: the smallest toll on each that brings them down to `most`.
    best = None
    for _ in range(24):
        toll = (low + high) / 2
        found = _best_cuts(costs, mean_frames, limits, last_frames, toll)
        if found is not None and len(found) + 1 <= most:
            best, high = found, toll
        else:
            low = toll
    return best


def _best_cuts(
    costs: Costs,
    mean_frames: float,
    limits: tuple[int, int],
    last_frames: int,
    toll: float,
) -> list[int] | None:
    total = len(costs) - 1
    shortest, longest = limits
    if total <= longest and total < 2 * shortest:
        return []
    steps = np.arange(shortest, longest + 1)
    law = 0.5 * (np.log(steps / mean_frames) / _SPREAD) ** 2 + toll
    value = np.full(total + 1, np.inf)
    came = np.zeros(total + 1, dtype=int)
    value[0] = 0.0
    for frame in range(shortest, total + 1):
        usable = steps[steps <= frame]
        if frame == total:
            usable = usable[usable >= min(last_frames, longest)]
        if not len(usable):
            continue
        here = value[frame - usable] + law[usable - shortest]
        pick = int(np.argmin(here))
        value[frame] = here[pick] + (costs[frame] if frame < total else 0.0)
        came[frame] = frame - usable[pick]
    if not np.isfinite(value[total]):
        return None
    found, frame = [], int(came[total])
    while frame > 0:
        found.append(frame)
        frame = int(came[frame])
    return found[::-1]


def recut(
    costs: Costs,
    mean_frames: float,
    limits: Sequence[tuple[int, int]],
) -> list[int] | None:
    """Return the best cut frames for shots whose takes are chosen.

    Parameters
    ----------
    costs
        Cost of a cut at each record frame, shape (total + 1,).
    mean_frames
        Length that shots tend to.
    limits
        Shortest and longest length of each shot, in order, in record frames.

    Returns
    -------
    list of int or None
        ``None`` when the shots cannot add up to the film.
    """
    total = len(costs) - 1
    value = np.full(total + 1, np.inf)
    value[0] = 0.0
    steps: list[NDArray[np.intp]] = []
    for shot, (low, high) in enumerate(limits):
        best = np.full(total + 1, np.inf)
        step = np.zeros(total + 1, dtype=np.intp)
        for length in range(low, min(high, total) + 1):
            law = 0.5 * (math.log(length / mean_frames) / _SPREAD) ** 2
            reached = value[: total + 1 - length] + law
            better = reached < best[length:]
            best[length:][better] = reached[better]
            step[length:][better] = length
        if shot < len(limits) - 1:
            best = best + costs
        value = best
        steps.append(step)
    if not np.isfinite(value[total]):
        return None
    found, frame = [], total
    for step in reversed(steps[1:]):
        frame -= int(step[frame])
        found.append(frame)
    return found[::-1]


def lengths(cut_frames: Sequence[int], total: int) -> list[int]:
    """Return the slot lengths between cuts, in record frames."""
    edges = [0, *cut_frames, total]
    return [b - a for a, b in zip(edges, edges[1:], strict=False)]
