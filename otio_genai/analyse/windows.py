"""The movement just before and just after any frame of a take, for many at once.

Conventions
    Rows are samples ``[frame, values...]``, ascending by frame; a sample's movement
    has arrived on its frame. Cuts are the first frames after a scene change inside
    the take. A window never reaches across one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["WINDOW", "windows"]

#: A median of this many samples (0.42 s) is the motion at a cut.
WINDOW = 5

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def windows(
    rows: npt.ArrayLike, cuts: npt.ArrayLike, frames: npt.ArrayLike, *, values: int = 4
) -> tuple[Floats, Floats]:
    """Return the motion with which a take is left before, and entered at, each frame.

    Parameters
    ----------
    rows
        Samples, shape ``(k, 1 + values or more)``: frame, then the values.
    cuts
        First frames after a scene change, ascending.
    frames
        Source frames asked for, shape ``(n,)``, in any order.
    values
        How many columns after the frame are wanted.

    Returns
    -------
    leaving : ndarray, shape (n, values)
        Median of the last 5 samples before the frame; where the shot has none before
        it, of the first 5 after it.
    entering : ndarray, shape (n, values)
        Median of the first 5 samples after the frame; where the shot has none after
        it, of the last 5 up to it.

    Both are 0 where the shot has no sample at all.

    Examples
    --------
    >>> rows = [[2, 0.1, 0, 0, 0], [4, 0.3, 0, 0, 0]]
    >>> leaving, entering = windows(rows, [], [0, 3, 4])
    >>> leaving[:, 0].tolist(), entering[:, 0].tolist()
    ([0.2, 0.1, 0.1], [0.2, 0.3, 0.2])
    """
    table = np.asarray(rows, float).reshape(-1, np.shape(rows)[-1] or 1 + values)
    at, asked, cut = table[:, 0], np.asarray(frames, float), np.asarray(cuts, float)
    borders = np.concatenate([[0], np.searchsorted(at, cut), [len(at)]])
    before, after = np.searchsorted(at, asked), np.searchsorted(at, asked, "right")
    spans = [
        _leaving(before, after, *_shot(borders, np.searchsorted(cut, asked))),
        _entering(after, *_shot(borders, np.searchsorted(cut, asked, "right"))),
    ]
    first, last = (np.concatenate(ends) for ends in zip(*spans, strict=True))
    found = _medians(table[:, 1 : 1 + values], first, last)
    return found[: asked.size], found[asked.size :]


def _shot(borders: Places, number: Places) -> tuple[Places, Places]:
    return borders[number], borders[number + 1]


def _leaving(
    before: Places, after: Places, start: Places, stop: Places
) -> tuple[Places, Places]:
    known = before > start
    first = np.where(known, np.maximum(start, before - WINDOW), after)
    last = np.where(known, before, np.minimum(after + WINDOW, stop))
    return first, last


def _entering(after: Places, start: Places, stop: Places) -> tuple[Places, Places]:
    known = after < stop
    first = np.where(known, after, np.maximum(start, after - WINDOW))
    last = np.where(known, np.minimum(after + WINDOW, stop), after)
    return first, last


def _medians(values: Floats, first: Places, last: Places) -> Floats:
    """Return the medians of ``values[first:last]`` for each pair."""
    # Neighbouring frames share their samples: each span is sorted once.
    spans, place = np.unique(
        np.maximum(last - first, 0) + first * (WINDOW + 1), return_inverse=True
    )
    first, count = np.divmod(spans, WINDOW + 1)
    steps = np.arange(WINDOW)
    padded = np.concatenate([values, np.full((WINDOW, values.shape[1]), np.inf)])
    picked = padded[np.minimum(first[:, None] + steps, len(padded) - 1)]
    picked[steps >= count[:, None]] = np.inf
    picked.sort(axis=1)
    each = np.arange(len(spans))
    middle = picked[each, np.maximum(count - 1, 0) // 2] + picked[each, count // 2]
    middle[count == 0] = 0.0
    return np.asarray(middle / 2)[place]
