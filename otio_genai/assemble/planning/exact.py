"""The cheapest order of a few takes, exactly.

Aim
    Of a handful of takes annealing may miss the best order by a little. Their best
    order can be found for certain instead.

Source
    Held and Karp 1962: the cheapest way to have used a set of takes and to end with
    one of them follows from the cheapest ways of that set without it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Few", "cheapest", "is_few"]

Table = NDArray[np.float64]

# Sets of takes times pairs of nodes: more take longer than annealing does.
_MOST_STEPS = 30_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Few:
    """A few takes, each with some ways to use it (nodes), for slots in a row."""

    of_take: Sequence[Sequence[int]]
    "Nodes of each of the N takes."
    joins: Sequence[Table]
    "What each node after each other costs at each join, S - 1 of shape (n, n)."
    unary: Table
    "What each take costs in each slot, shape (S, N)."
    fixed: Mapping[int, int]
    "Slot to the take that it must have."
    locks: Sequence[tuple[int, int]]
    "Takes that must follow one another."
    whole: Callable[[Sequence[int]], float]
    "What it costs to use just these takes."


def is_few(takes: int, nodes: int) -> bool:
    """Tell whether the cheapest order is found sooner than a good one."""
    return takes < 16 and 2**takes * nodes**2 <= _MOST_STEPS


def cheapest(few: Few) -> list[int] | None:
    """Return the node of each slot of the cheapest order, no take twice.

    Returns
    -------
    list of int or None
        ``None`` when what is fixed and locked leaves no order.
    """
    slots, takes = few.unary.shape
    allowed, barred = _allowed(few), _barred(few)
    value = dict[int, Table]()
    came = dict[int, NDArray[np.intp]]()
    for slot in range(slots):
        for chosen in itertools.combinations(range(takes), slot + 1):
            best, back = np.full(len(barred), np.inf), np.full(len(barred), -1)
            for take in chosen:
                own, before = few.of_take[take], value.get(_set(chosen) ^ 1 << take)
                if not allowed[slot, take]:
                    continue
                if not slot:
                    best[own] = few.unary[slot, take]
                elif before is not None:
                    table = few.joins[slot - 1][:, own] + barred[:, own]
                    reached = before[:, None] + table
                    back[own] = reached.argmin(axis=0)
                    best[own] = reached.min(axis=0) + few.unary[slot, take]
            if np.isfinite(best).any():
                value[_set(chosen)], came[_set(chosen)] = best, back
    return _traced(few, value, came)


def _set(chosen: Sequence[int]) -> int:
    return sum(1 << take for take in chosen)


def _allowed(few: Few) -> NDArray[np.bool_]:
    """Return which take may be in which slot, shape (S, N)."""
    found = np.ones(few.unary.shape, dtype=bool)
    for slot, take in few.fixed.items():
        found[slot] = False
        found[:, take] = False
        found[slot, take] = True
    # The first take of a lock cannot end the film, nor its second one open it.
    for before, after in few.locks:
        found[-1, before] = found[0, after] = False
    return found


def _barred(few: Few) -> Table:
    """Return infinity for each pair of nodes that a lock forbids, else 0."""
    following = dict(few.locks)
    preceding = {after: before for before, after in few.locks}
    nodes = sum(map(len, few.of_take))
    found = np.zeros((nodes, nodes))
    for before, after in itertools.permutations(range(len(few.of_take)), 2):
        ahead = following.get(before, after) != after
        if ahead or preceding.get(after, before) != before:
            found[np.ix_(few.of_take[before], few.of_take[after])] = np.inf
    return found


def _traced(
    few: Few, value: Mapping[int, Table], came: Mapping[int, NDArray[np.intp]]
) -> list[int] | None:
    slots, takes = few.unary.shape
    named = {take for lock in few.locks for take in lock}
    whole = {
        _set(chosen): few.whole(chosen)
        for chosen in itertools.combinations(range(takes), slots)
        if _set(chosen) in value and named <= set(chosen)
    }
    if not whole:
        return None
    used = min(whole, key=lambda key: float(value[key].min()) + whole[key])
    owner = {node: take for take, own in enumerate(few.of_take) for node in own}
    path = [int(value[used].argmin())]
    for _ in range(slots - 1):
        before = int(came[used][path[-1]])
        used ^= 1 << owner[path[-1]]
        path.append(before)
    return path[::-1]
