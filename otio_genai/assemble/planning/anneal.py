"""Which take fills which slot: seeded annealing over takes and their in-points.

Aim
    The choice and order of takes decide how well joins match; in-points hardly do,
    for most generated takes hold one camera move each. So takes and a few in-points
    of each are sought together, with every slot as long as the mean, and
    `otio_genai.assemble.planning.retime` then finds cuts and in-points exactly.

Source
    Swaps, or-opt moves and replacements under a geometric temperature (simulated
    annealing, Kirkpatrick et al. 1983).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from otio_genai.assemble.planning.exact import Few, cheapest, is_few
from otio_genai.assemble.planning.nodes import (
    Nodes,
    Problem,
    fill,
    lacking,
    nearest,
    unfilled,
)

__all__ = ["arrange"]

_MOVES, _MOVES_PER_SLOT = 60_000, 1500
_WARM, _COLD = 0.15, 0.002
# In-points are sought from a good order on: near it, and every other time far from it.
_EXACT_WARM = (0.02, 0.1)
_BROKEN = 50.0
_FAR_SLOTS = 8
# Half the moves try one of the few nodes that join best with a neighbour.
_TO_NEAR = 0.5


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
    ways = Nodes.of(problem)
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


def _best_of_few(problem: Problem, ways: Nodes) -> list[int] | None:
    """Return the best order, where takes are so few that it can be found for sure."""
    if problem.repeats or not is_few(len(problem.pool), len(ways.take)):
        return None
    short = lacking(problem)
    few = Few(
        of_take=ways.of_take,
        joins=[ways.tables[kind] for kind in problem.kinds],
        unary=np.zeros(short.shape) + problem.unary + short,
        fixed=problem.fixed,
        locks=problem.locks,
        whole=lambda takes: unfilled(
            problem, sum(problem.pool[take].usable_frames for take in takes)
        ),
    )
    path = cheapest(few)
    return None if path is None else [ways.take[node] for node in path]


class _Search:
    """One annealing run; plain lists, since single numbers are looked up."""

    def __init__(
        self,
        problem: Problem,
        nodes: Nodes,
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
        near = {kind: nearest(nodes.tables[kind]) for kind in tables}
        self.near = [near[kind] for kind in problem.kinds]
        short = lacking(problem)
        self.unary = (np.zeros(short.shape) + problem.unary + short).tolist()
        self.following = dict(problem.locks)
        self.preceding = {b: a for a, b in problem.locks}
        self.held = {*self.following, *self.preceding}
        rooms = sorted(m.usable_frames for m in problem.pool)
        count = len(problem.lengths)
        least = rooms[0] * count if problem.repeats else sum(rooms[:count])
        # Only where takes are scarce can a choice of them fail to fill the film.
        self.scarce = least < sum(problem.lengths)
        self.rooms = [problem.pool[take].usable_frames for take in nodes.take]
        self.movable = [s for s in range(count) if s not in problem.fixed]

    def anneal(self, order: list[int], warm: float, moves: int) -> list[int]:
        rng, exp = self.rng, math.exp
        there = sum(self.rooms[node] for node in order)
        cost = self.cost(order) + self._unfilled(there)
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
            new = there
            if self.scarce:
                rooms = self.rooms
                new += sum(rooms[change[slot]] - rooms[old[slot]] for slot in change)
                gain += self._unfilled(there) - self._unfilled(new)
            if gain >= 0 or rng.random() < exp(gain / heat):
                cost, there = cost - gain, new
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
        """Return what a whole order costs, but for what it lacks."""
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

    def _unfilled(self, there: int) -> float:
        return unfilled(self.problem, there)
