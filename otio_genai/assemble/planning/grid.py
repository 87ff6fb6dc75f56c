"""A rhythm for the film: its length cut into slots before any take is chosen.

Aim
    Cuts fall on phrases and beats, not on words, and shots keep near their mean
    length. Both are additive costs, and the best cut list is found exactly by dynamic
    programming over frames.

Conventions
    The length law is half the squared log-ratio to the mean in units of `SPREAD`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["SPREAD", "cuts", "lengths", "recut"]

Costs = NDArray[np.float64]

#: Spread of shot lengths about their mean, in natural logarithms.
SPREAD = 0.45

_DEAREST_TOLL, _TOLL_STEPS = 64.0, 10
# Cuts of a given order are sought this many mean shots about their even places.
_BAND_SHOTS = 16


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
    best = _best_cuts(costs, mean_frames, limits, last_frames, 0.0)
    if best is None or len(best) + 1 <= most:
        return best
    # Too many shots: about the smallest toll on each that brings them down to `most`.
    low, high, best = 0.0, 1.0, None
    while best is None and high <= _DEAREST_TOLL:
        found = _best_cuts(costs, mean_frames, limits, last_frames, high)
        if found is not None and len(found) + 1 <= most:
            best = found
        else:
            low, high = high, 2 * high
    for _ in range(_TOLL_STEPS if best is not None else 0):
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
    law = 0.5 * (np.log(steps / mean_frames) / SPREAD) ** 2 + toll
    value = np.full(total + 1, np.inf)
    came = np.zeros(total + 1, dtype=int)
    value[0] = 0.0
    falling = law[::-1].copy()
    for frame in range(shortest, total + 1):
        least = shortest if frame < total else max(shortest, min(last_frames, longest))
        if frame < least:
            continue
        first = max(0, frame - longest)
        here = value[first : frame - least + 1]
        if not len(here):
            continue
        # Earliest starts are the longest shots.
        here = here + falling[longest - (frame - first) : longest - least + 1]
        pick = int(np.argmin(here))
        value[frame] = here[pick] + (costs[frame] if frame < total else 0.0)
        came[frame] = first + pick
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
    windows: Mapping[int, tuple[int, int]] | None = None,
) -> list[int] | None:
    """Return the best cut frames for shots with limits of their own.

    Parameters
    ----------
    costs
        Cost of a cut at each record frame, shape (total + 1,).
    mean_frames
        Length that shots tend to.
    limits
        Shortest and longest length of each shot, in order, in record frames.
    windows
        First and last frame allowed to some cuts, 1 being the cut after the first
        shot.

    Returns
    -------
    list of int or None
        ``None`` when the shots cannot add up to the film.
    """
    total = len(costs) - 1
    reach = _reachable(limits, total, windows or {})
    if reach is None:
        return None
    value, low = np.zeros(1), 0
    steps: list[tuple[int, NDArray[np.intp]]] = []
    for shot, (shortest, longest) in enumerate(limits):
        first, last = reach[shot]
        best = np.full(last - first + 1, np.inf)
        step = np.zeros(last - first + 1, dtype=np.intp)
        for length in range(shortest, min(longest, total) + 1):
            law = 0.5 * (math.log(length / mean_frames) / SPREAD) ** 2
            begin = max(first, low + length)
            end = min(last, low + len(value) - 1 + length)
            if begin > end:
                continue
            reached = value[begin - length - low : end - length - low + 1] + law
            here = slice(begin - first, end - first + 1)
            better = reached < best[here]
            best[here][better] = reached[better]
            step[here][better] = length
        if shot < len(limits) - 1:
            best = best + costs[first : last + 1]
        value, low = best, first
        steps.append((first, step))
    if not np.isfinite(value[-1]):
        return None
    found, frame = [], total
    for first, step in reversed(steps[1:]):
        frame -= int(step[frame - first])
        found.append(frame)
    return found[::-1]


def _reachable(
    limits: Sequence[tuple[int, int]],
    total: int,
    windows: Mapping[int, tuple[int, int]],
) -> list[tuple[int, int]] | None:
    """Return the first and last frame at which each shot may end, or ``None``.

    A long film's cuts are sought in a band about their even places.
    """
    band = math.ceil(_BAND_SHOTS * total / len(limits))
    forth: list[tuple[int, int]] = []
    low = high = 0
    for shot, (shortest, longest) in enumerate(limits, start=1):
        low, high = low + shortest, high + longest
        first, last = windows.get(shot, (0, total))
        low, high = max(low, first), min(high, last, total)
        forth.append((low, high))
    low = high = total
    found: list[tuple[int, int]] = []
    for shot in reversed(range(len(limits))):
        first, last = forth[shot]
        low, high = max(low, first), min(high, last)
        if low > high:
            return None
        even = total * (shot + 1) // len(limits)
        found.append(_banded(low, high, even, band))
        shortest, longest = limits[shot]
        low, high = low - longest, high - shortest
    return found[::-1]


def _banded(low: int, high: int, even: int, band: int) -> tuple[int, int]:
    if high < even - band or low > even + band:
        return low, high
    return max(low, even - band), min(high, even + band)


def lengths(cut_frames: Sequence[int], total: int) -> list[int]:
    """Return the slot lengths between cuts, in record frames."""
    edges = [0, *cut_frames, total]
    return [b - a for a, b in zip(edges, edges[1:], strict=False)]
