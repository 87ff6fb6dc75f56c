"""What is to be ordered, a first filling, and the nodes that a search moves about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning.feasible import arranged
from otio_genai.assemble.planning.openings import Openings, openings
from otio_genai.assemble.planning.tables import Material, join_tables

__all__ = ["Nodes", "Problem", "fill", "lacking", "nearest", "unfilled"]

# More nodes than this make tables that are dearer than they are worth.
_MOST_NODES = 1400
# A take too short for its slot costs this for each mean slot it lacks: the cuts can
# still move. Takes too short together to fill the film cost far more.
_SHORT, _UNFILLED = 0.5, 1000.0
# How many of the nodes that join best with another are worth a try.
_NEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is to be ordered.

    ``lengths`` are record frames of the S slots, ``kinds`` the S - 1 planned joins,
    ``unary`` what take t costs in slot s, shape (S, N) or 0.
    """

    pool: Sequence[Material]
    lengths: Sequence[int]
    kinds: Sequence[str]
    style: Any
    unary: Any = 0.0
    fixed: dict[int, int] = field(default_factory=dict)
    "Slot to the take that it must have."
    locks: Sequence[tuple[int, int]] = ()
    "Takes that must follow one another."
    repeats: bool = False
    start: Sequence[int] | None = None
    "An order to begin with."
    effort: float = 1.0
    "Part of the usual number of moves, and of in-points looked at."


def fill(problem: Problem) -> list[int]:
    """Return a valid filling: what is fixed, locks together, long slots served first.

    Where nothing else is asked the takes stay in the pool's order.
    """
    pool, lengths = problem.pool, problem.lengths
    order = [-1] * len(lengths)
    there = arranged(problem.fixed, problem.locks, len(lengths))
    for slot, take in (problem.fixed if there is None else there).items():
        order[slot] = take
    taken = {take for take in order if take >= 0}
    rest = [i for i in range(len(pool)) if i not in taken]
    empty = [slot for slot, take in enumerate(order) if take < 0]
    chosen = []
    for count, slot in enumerate(sorted(empty, key=lambda s: (-lengths[s], s))):
        fitting = [i for i in rest if pool[i].usable_frames >= lengths[slot]]
        if fitting:
            pick = fitting[0]
        elif rest:
            pick = max(rest, key=lambda i: pool[i].usable_frames)
        else:
            pick = count % len(pool)
        chosen.append((slot, pick))
        if pick in rest:
            rest.remove(pick)
    return _in_pool_order(problem, order, empty, chosen)


def _in_pool_order(
    problem: Problem,
    order: list[int],
    empty: Sequence[int],
    chosen: Sequence[tuple[int, int]],
) -> list[int]:
    natural = order.copy()
    for slot, take in zip(empty, sorted(take for _, take in chosen), strict=True):
        natural[slot] = take
    pool, lengths = problem.pool, problem.lengths
    if all(pool[natural[s]].usable_frames >= lengths[s] for s in empty):
        return natural
    for slot, take in chosen:
        order[slot] = take
    return order


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """A take with one way to use it: what the search puts into slots."""

    take: list[int]
    of_take: list[list[int]]
    tables: dict[str, Any]

    @classmethod
    def of(cls, problem: Problem) -> Nodes:
        """Return a few ways of every take of a problem, and what their joins cost."""
        pool = problem.pool
        mean = max(1, round(sum(problem.lengths) / len(problem.lengths)))
        most = max(1, round(problem.effort * _MOST_NODES) // len(pool))
        opened = [openings(m, min(mean, m.usable_frames)).thinned(most) for m in pool]
        take = [i for i, o in enumerate(opened) for _ in range(len(o.ways))]
        of_take: list[list[int]] = [[] for _ in pool]
        for node, owner in enumerate(take):
            of_take[owner].append(node)
        whole = Openings.joined(opened)
        kinds = sorted(set(problem.kinds))
        tables = join_tables(kinds, pool, take, whole, problem.style)
        return cls(take, of_take, tables)

    def best(self) -> Nodes:
        """Return one node for each take, joined by the best of their ways."""
        every = list(range(len(self.of_take)))
        edges = [nodes[0] for nodes in self.of_take]
        tables = {
            kind: np.minimum.reduceat(
                np.minimum.reduceat(table, edges, axis=0), edges, axis=1
            )
            for kind, table in self.tables.items()
        }
        return Nodes(every, [[take] for take in every], tables)

    def trimmed(self, order: Sequence[int], problem: Problem) -> list[int]:
        """Return the best way of each take of an order, exactly (Viterbi)."""
        ways = [self.of_take[take] for take in order]
        value = np.zeros(len(ways[0]))
        came = []
        for before, after, kind in zip(ways, ways[1:], problem.kinds, strict=False):
            reached = value[:, None] + self.tables[kind][np.ix_(before, after)]
            came.append(reached.argmin(axis=0))
            value = reached.min(axis=0)
        picks = [int(value.argmin())]
        for back in reversed(came):
            picks.append(int(back[picks[-1]]))
        return [nodes[k] for nodes, k in zip(ways, reversed(picks), strict=True)]


def nearest(table: NDArray[np.float64]) -> tuple[list[list[int]], list[list[int]]]:
    """Return for each node what joins best after it, and what before it."""
    few = min(_NEAR, len(table) - 1)
    after = np.argpartition(table, few, axis=1)[:, :few]
    before = np.argpartition(table, few, axis=0)[:few].T
    return after.tolist(), before.tolist()


def lacking(problem: Problem) -> NDArray[np.float64]:
    """Return what it costs that takes are too short for slots, shape (S, N)."""
    rooms = np.array([m.usable_frames for m in problem.pool], dtype=float)
    lengths = np.array(problem.lengths, dtype=float)
    missing = np.maximum(lengths[:, None] - rooms[None, :], 0) / lengths.mean()
    return np.asarray(_SHORT * missing)


def unfilled(problem: Problem, there: int) -> float:
    """Return what it costs that takes of so many frames do not fill the film."""
    total = sum(problem.lengths)
    return _UNFILLED * max(0, total - there) / total
