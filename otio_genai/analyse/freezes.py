"""Frames that stand still where the take should move.

Conventions
    Spans of frames are half-open and count from the take's first frame.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats

__all__ = ["Span", "freezes"]

Span = tuple[int, int]

# Held frames change by less than this share of what moving ones do, and by less than
# this many levels: an encoder repeats a picture with a little noise.
_HELD_SHARE, _MOST_HELD_LEVELS = 0.1, 1.0
# Takes whose moving frames change less than this are still pictures.
_LEAST_LEVELS = 0.5
_LEAST_S = Fraction(1, 8)
_NEAR_FRAMES = 6
# Whether the movement broke off, or came to rest.
_ABRUPT_SHARE = 0.35


def freezes(changes: Floats, rate: Fraction) -> list[Span]:
    """Return the spans of frames that are one picture although the take moves.

    Parameters
    ----------
    changes
        How much each frame differs from the one before it, in levels of 255.
    rate
        Frames per second.

    Returns
    -------
    list of (first, stop)
        Longer than an eighth of a second and than twice the take's usual hold (of
        material of a lower rate), beside movement that breaks off or sets in at once.

    Examples
    --------
    >>> freezes(np.array([0, 5, 5, 5, 5, 5, 5, 0, 0, 0, 0.0]), Fraction(24))
    [(6, 11)]
    """
    found = changes[1:]
    if len(found) < 2:
        return []
    moving = float(np.quantile(found, 0.9))
    held = found <= min(_HELD_SHARE * moving, _MOST_HELD_LEVELS)
    if moving < _LEAST_LEVELS or held.all():
        return []
    runs = _runs(held)
    usual = _usual_hold(runs, len(found))
    least = max(2, math.ceil(_LEAST_S * rate), 2 * usual + 1)
    long = [(a, b) for a, b in runs if b - a >= least]
    # A take that mostly stands still is a still picture that stirs now and then.
    if 2 * sum(b - a for a, b in long) > len(found):
        return []
    return [(a, b + 1) for a, b in long if _breaks_off(found, held, a, b, moving)]


def _runs(held: npt.NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], held.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _usual_hold(runs: list[Span], count: int) -> int:
    """Return how long a picture is usually held: 2 changes for 8 fps in 24."""
    pictures = count - sum(b - a for a, b in runs)
    if 2 * len(runs) < pictures:
        return 0
    return int(np.median([b - a for a, b in runs]))


def _breaks_off(
    found: Floats, held: npt.NDArray[np.bool_], start: int, stop: int, moving: float
) -> bool:
    beside = (
        found[max(0, start - _NEAR_FRAMES) : start][
            ~held[max(0, start - _NEAR_FRAMES) : start]
        ][-2:],
        found[stop : stop + _NEAR_FRAMES][~held[stop : stop + _NEAR_FRAMES]][:2],
    )
    return any(
        part.size > 0 and float(part.mean()) >= _ABRUPT_SHARE * moving
        for part in beside
    )
