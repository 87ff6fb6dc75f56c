"""Which shots of several cuts of one film are the same shot.

Conventions
    Cuts are laid beside each other one after the other, as sequences are aligned: the
    order of each is kept, and the pairs are those whose likeness adds up to most. Alike
    are shots of the same file most of all, then of the same slot or picture, then of
    like names; where they lie in the film adds to it, and alone makes a pair when they
    lie in the same place. Between two pairs, or a pair and the film's edge, shots that
    are as many in both cuts stand for each other, however unlike.

Sources
    Global alignment by dynamic programming: Needleman & Wunsch 1970, without a price
    for gaps.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Seen", "aligned", "likeness"]

_SAME_FILE, _SAME_SLOT, _SAME_PICTURE, _LIKE_NAME = 4.0, 3.0, 2.0, 1.0
#: Less than this is no likeness: half of a shot in the same place.
_LEAST = 0.5
_ALIKE = 0.75
_COUNT = re.compile(r"[\W_]*\d+$")


@dataclass(frozen=True, slots=True)
class Seen:
    """A shot of one cut."""

    content: str
    "What its file is known by."
    slot: str
    "Its slot, if it has one."
    picture: str
    "What it has in common with takes of one picture; empty is nothing."
    name: str
    begin: float
    "Where it begins, as a part of the film."
    end: float


def likeness(a: Seen, b: Seen) -> float:
    """Return how likely two shots are one shot of the film; 0 where they are not.

    Examples
    --------
    >>> first = Seen("a1", "", "", "door 1", 0.0, 0.25)
    >>> likeness(first, Seen("a2", "", "", "door 2", 0.0, 0.25))
    2.0
    """
    found = _SAME_FILE * (a.content == b.content)
    found += _SAME_SLOT * (a.slot == b.slot != "")
    found += _SAME_PICTURE * (a.picture == b.picture != "")
    found += _LIKE_NAME * _named_alike(a.name, b.name)
    shared = min(a.end, b.end) - max(a.begin, b.begin)
    longest = max(a.end - a.begin, b.end - b.begin)
    found += max(0.0, shared) / longest if longest > 0 else 0.0
    return found if found >= _LEAST else 0.0


def _named_alike(a: str, b: str) -> bool:
    one, other = (_COUNT.sub("", name).casefold() for name in (a, b))
    if not (one and other):
        return False
    return difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE


def aligned(first: Sequence[Seen], second: Sequence[Seen]) -> list[tuple[int, int]]:
    """Return the pairs of shots that are the same, in order, of greatest likeness.

    What is left over between them is paired where it is as many shots in both.

    Parameters
    ----------
    first, second
        Two cuts.
    """
    n, m = len(first), len(second)
    alike = np.array([[likeness(a, b) for b in second] for a in first]).reshape(n, m)
    total = np.zeros((n + 1, m + 1))
    for i in range(n):
        for j in range(m):
            paired = total[i, j] + alike[i, j] if alike[i, j] else -1.0
            total[i + 1, j + 1] = max(total[i, j + 1], total[i + 1, j], paired)
    found = []
    i, j = n, m
    while i and j:
        same = alike[i - 1, j - 1]
        if same and total[i, j] == total[i - 1, j - 1] + same:
            i, j = i - 1, j - 1
            found.append((i, j))
        elif total[i, j] == total[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return list(_filled(found[::-1], n, m))


def _filled(
    pairs: Sequence[tuple[int, int]], n: int, m: int
) -> Iterator[tuple[int, int]]:
    """Give pairs, and between them those of as many shots on both sides."""
    edge = (-1, -1)
    for pair in (*pairs, (n, m)):
        between = range(1, pair[0] - edge[0])
        if len(between) == pair[1] - edge[1] - 1:
            yield from ((edge[0] + k, edge[1] + k) for k in between)
        if pair != (n, m):
            yield pair
        edge = pair
