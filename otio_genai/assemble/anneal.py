"""Which take fills which slot: seeded annealing over takes and their in-points.

Aim
    The choice and order of takes decide how well joins match; in-points hardly do,
    for most generated takes hold one camera move each. So takes and a few in-points
    of each are sought together, with every slot as long as the mean, and
    `otio_genai.assemble.retime` then finds cuts and in-points exactly.

Source
    Swaps, or-opt moves and replacements under a geometric temperature (simulated
    annealing, Kirkpatrick et al. 1983).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.exact import Few, cheapest, is_few
from otio_genai.assemble.feasible import arranged
from otio_genai.assemble.openings import Openings, openings
from otio_genai.assemble.tables import Material, join_tables

__all__ = ["Problem", "arrange"]

_MOVES, _MOVES_PER_SLOT = 60_000, 1500
_WARM, _COLD = 0.15, 0.002
# More nodes than this make tables that are dearer than they are worth.
_MOST_NODES = 1400
# In-points are sought from a good order on: near it, and every other time far from it.
_EXACT_WARM = (0.02, 0.1)
# A take too short for its slot costs this for each mean slot it lacks: the cuts can
# still move. Takes too short together to fill the film cost far more.
_SHORT, _UNFILLED = 0.5, 1000.0
_BROKEN = 50.0
_FAR_SLOTS = 8
# Half the moves try one of the few nodes that join best with a neighbour.
_TO_NEAR, _NEAR = 0.5, 12


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


def arrange(
    problem: Problem, *, seed: int, varied: Sequence[float] = (0.0,)
) -> list[list[int]]:
    """Return good orders: for each, the index of the take in each slot.

    Parameters
    ----------
    problem
        Takes, slots, planned joins and what is fixed.
    seed
        Another seed may give other orders of the same quality.
    varied
        One order is sought for each of these: how differently from what it is that
        search sees the cost of each pair (scale of Gumbel noise). With noise it finds
        other orders, of about the same cost while the noise is small.
    """
    first = list(problem.start) if problem.start is not None else fill(problem)
    movable = [slot for slot in range(len(first)) if slot not in problem.fixed]
    if len(problem.pool) < 2 or not movable:
        return [first]
    ways = _Nodes.of(problem)
    takes = ways.best()
    moves = round(problem.effort * min(_MOVES, _MOVES_PER_SLOT * len(movable)))
    found = []
    for attempt, noise in enumerate(varied):
        best = None if noise else _best_of_few(problem, ways)
        if best is not None:
            found.append(best)
            continue
        # The first try is every seed's, and what the others are measured by.
        rng = random.Random(seed * 1009 + attempt if attempt else 0)  # noqa: S311
        rough = _Search(problem, takes, rng, varied=noise)
        order = rough.anneal(list(first), _WARM, moves)
        exact = _Search(problem, ways, rng, varied=noise / 2)
        warm = _EXACT_WARM[attempt % len(_EXACT_WARM)]
        nodes = exact.anneal(ways.trimmed(order, problem), warm, moves)
        found.append([ways.take[node] for node in nodes])
    return found


def _best_of_few(problem: Problem, ways: _Nodes) -> list[int] | None:
    """Return the best order, where takes are so few that it can be found for sure."""
    if problem.repeats or not is_few(len(problem.pool), len(ways.take)):
        return None
    lacking = _lacking(problem)
    few = Few(
        of_take=ways.of_take,
        joins=[ways.tables[kind] for kind in problem.kinds],
        unary=np.zeros(lacking.shape) + problem.unary + lacking,
        fixed=problem.fixed,
        locks=problem.locks,
        whole=lambda takes: _unfilled(problem, takes),
    )
    path = cheapest(few)
    return None if path is None else [ways.take[node] for node in path]


def _unfilled(problem: Problem, takes: Sequence[int]) -> float:
    """Return what it costs that takes together are shorter than the film."""
    there = sum(problem.pool[take].usable_frames for take in takes)
    total = sum(problem.lengths)
    return _UNFILLED * max(0, total - there) / total


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
class _Nodes:
    """A take with one way to use it: what the search puts into slots."""

    take: list[int]
    of_take: list[list[int]]
    tables: dict[str, Any]

    @classmethod
    def of(cls, problem: Problem) -> _Nodes:
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

    def best(self) -> _Nodes:
        """Return one node for each take, joined by the best of their ways."""
        every = list(range(len(self.of_take)))
        edges = [nodes[0] for nodes in self.of_take]
        tables = {
            kind: np.minimum.reduceat(
                np.minimum.reduceat(table, edges, axis=0), edges, axis=1
            )
            for kind, table in self.tables.items()
        }
        return _Nodes(every, [[take] for take in every], tables)

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


class _Search:
    """One annealing run; plain lists, since single numbers are looked up."""

    def __init__(
        self,
        problem: Problem,
        nodes: _Nodes,
        rng: random.Random,
        varied: float = 0.0,
    ) -> None:
        self.problem, self.nodes, self.rng = problem, nodes, rng
        noise = np.random.default_rng(rng.getrandbits(32))
        tables = {
            kind: (table + varied * noise.gumbel(size=table.shape)).tolist()
            for kind, table in nodes.tables.items()
        }
        self.by_join = [tables[kind] for kind in problem.kinds]
        near = {kind: _nearest(nodes.tables[kind]) for kind in tables}
        self.near = [near[kind] for kind in problem.kinds]
        lacking = _lacking(problem)
        self.unary = (np.zeros(lacking.shape) + problem.unary + lacking).tolist()
        self.following = dict(problem.locks)
        self.preceding = {b: a for a, b in problem.locks}
        self.held = {*self.following, *self.preceding}
        self.rooms = [m.usable_frames for m in problem.pool]
        # Only where takes are scarce can a choice of them fail to fill the film.
        count = len(problem.lengths)
        self.total = sum(problem.lengths)
        self.scarce = problem.repeats or sum(sorted(self.rooms)[:count]) < self.total
        self.movable = [s for s in range(count) if s not in problem.fixed]

    def anneal(self, order: list[int], warm: float, moves: int) -> list[int]:
        rng, exp = self.rng, math.exp
        cost = self.cost(order)
        best, least = order.copy(), cost
        cooling = (_COLD / warm) ** (1 / moves)
        heat = warm
        unused = self._unused(order)
        for _ in range(moves):
            heat *= cooling
            change = self._change(order, self.movable, unused)
            if change is None:
                continue
            before = self._local(order, change)
            old = {slot: order[slot] for slot in change}
            for slot, node in change.items():
                order[slot] = node
            gain = before - self._local(order, change)
            if gain >= 0 or rng.random() < exp(gain / heat):
                cost -= gain
                self._swap_unused(unused, old, change)
                if cost < least - 1e-12:
                    best, least = order.copy(), cost
            else:
                for slot, node in old.items():
                    order[slot] = node
        return best

    def _unused(self, order: Sequence[int]) -> list[int]:
        used = {self.nodes.take[node] for node in order}
        every = range(len(self.problem.pool))
        return [i for i in every if self.problem.repeats or i not in used]

    def _swap_unused(
        self, unused: list[int], old: dict[int, int], new: dict[int, int]
    ) -> None:
        if self.problem.repeats or len(new) != 1:
            return
        ((slot, node),) = new.items()
        out, into = self.nodes.take[old[slot]], self.nodes.take[node]
        if out != into:
            unused[unused.index(into)] = out

    def _change(
        self, order: list[int], movable: list[int], unused: list[int]
    ) -> dict[int, int] | None:
        """Return slots with new nodes, or None when there is nothing to change."""
        rng = self.rng
        draw = rng.random()
        slot = movable[int(rng.random() * len(movable))]
        if draw < _TO_NEAR and len(order) > 1:
            return self._drawn_near(order, slot)
        if draw < 0.6:
            ways = self.nodes.of_take[self.nodes.take[order[slot]]]
            if len(ways) > 1:
                return {slot: ways[int(rng.random() * len(ways))]}
        if draw < 0.7 and unused:
            if self.nodes.take[order[slot]] in self.held:
                return None
            ways = self.nodes.of_take[unused[int(rng.random() * len(unused))]]
            return {slot: ways[int(rng.random() * len(ways))]}
        other = movable[int(rng.random() * len(movable))]
        if slot == other:
            return None
        if draw < 0.85:
            return {slot: order[other], other: order[slot]}
        return self._shifted(order, movable)

    def _drawn_near(self, order: list[int], slot: int) -> dict[int, int] | None:
        """Put something that joins well beside a slot's neighbour into the slot."""
        rng, take = self.rng, self.nodes.take
        after = slot + 1 < len(order) and (not slot or rng.random() < 0.5)
        join = slot if after else slot - 1
        lists = self.near[join][after][order[slot + 1 if after else slot - 1]]
        node = lists[int(rng.random() * len(lists))]
        if take[node] == take[order[slot]]:
            return {slot: node}
        if not self.problem.repeats:
            for other, there in enumerate(order):
                if take[there] == take[node]:
                    if other in self.problem.fixed:
                        return None
                    return {slot: node, other: order[slot]}
        return None if take[order[slot]] in self.held else {slot: node}

    def _shifted(self, order: list[int], movable: list[int]) -> dict[int, int] | None:
        """Move a run of up to four slots elsewhere, among those that may move."""
        rng, count = self.rng, len(movable)
        run = 1 + int(rng.random() * min(4, count - 1))
        at = int(rng.random() * (count - run + 1))
        to = int(rng.random() * (count - run + 1))
        if at == to:
            return None
        low, high = min(at, to), max(at, to) + run
        inner = [order[s] for s in movable[low:high]]
        piece = inner[at - low : at - low + run]
        del inner[at - low : at - low + run]
        inner[to - low : to - low] = piece
        return dict(zip(movable[low:high], inner, strict=True))

    def cost(self, order: Sequence[int]) -> float:
        """Return what a whole order costs."""
        return self._local(order, dict.fromkeys(range(len(order)), 0))

    def _local(self, order: Sequence[int], slots: Any) -> float:
        """Return the cost of everything that some slots take part in."""
        take, total, last = self.nodes.take, 0.0, len(order) - 1
        joins = set()
        for slot in slots:
            total += self.unary[slot][take[order[slot]]]
            if slot:
                joins.add(slot - 1)
            if slot < last:
                joins.add(slot)
        by_join = self.by_join
        for join in joins:
            total += by_join[join][order[join]][order[join + 1]]
        if self.following:
            total += self._broken(order, joins)
        if self.problem.repeats:
            total += self._again(order, slots)
        if self.scarce:
            total += self._unfilled(order)
        return total

    def _broken(self, order: Sequence[int], joins: set[int]) -> float:
        take, broken = self.nodes.take, 0
        for join in joins:
            before, after = take[order[join]], take[order[join + 1]]
            broken += self.following.get(before, after) != after
            broken += self.preceding.get(after, before) != before
        # At the film's ends a lock has no neighbour to be broken by.
        broken += take[order[-1]] in self.following
        broken += take[order[0]] in self.preceding
        return _BROKEN * broken

    def _again(self, order: Sequence[int], slots: Any) -> float:
        take, weight, cost = self.nodes.take, self.problem.style.weight_repetition, 0.0
        for slot in slots:
            low, high = max(0, slot - _FAR_SLOTS), min(len(order), slot + _FAR_SLOTS)
            for other in range(low, high):
                if other != slot and take[order[other]] == take[order[slot]]:
                    cost += weight * 2 / abs(other - slot)
        return cost

    def _unfilled(self, order: Sequence[int]) -> float:
        there = sum(self.rooms[self.nodes.take[node]] for node in order)
        return _UNFILLED * max(0, self.total - there) / self.total


def _nearest(table: NDArray[np.float64]) -> tuple[list[list[int]], list[list[int]]]:
    """Return for each node what joins best after it, and what before it."""
    few = min(_NEAR, len(table) - 1)
    after = np.argpartition(table, few, axis=1)[:, :few]
    before = np.argpartition(table, few, axis=0)[:few].T
    return after.tolist(), before.tolist()


def _lacking(problem: Problem) -> NDArray[np.float64]:
    rooms = np.array([m.usable_frames for m in problem.pool], dtype=float)
    lengths = np.array(problem.lengths, dtype=float)
    missing = np.maximum(lengths[:, None] - rooms[None, :], 0) / lengths.mean()
    return np.asarray(_SHORT * missing)
