"""Which take follows which: seeded annealing on best pairs, then exact trims.

Aim
    The choice and order of takes decide how well joins match; in-points hardly do,
    for generated takes hold one camera move each. So the order is sought on the best
    score each pair can reach, and `trim` then finds the in-points exactly.

Source
    Or-opt moves and swaps under a geometric temperature (simulated annealing,
    Kirkpatrick et al. 1983); Viterbi over in-points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.candidates import Openings, Take
from otio_genai.assemble.match import scores

__all__ = ["Pins", "arrange", "pair_costs", "trim"]

Table = NDArray[np.float64]

_MOVES = 10_000
_WARM, _COLD = 0.15, 0.003
# A take too short for its slot costs this for each mean slot it lacks: the cuts can
# still move. Takes too short together to fill the film cost far more.
_SHORT, _UNFILLED = 0.5, 1000.0
_AGAIN = 1.0


@dataclass(frozen=True, slots=True)
class Pins:
    """Takes that open and end the film, by index."""

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()


def pair_costs(pool: Sequence[Take], length: int) -> tuple[Table, Table]:
    """Return the least cost of each ordered pair as a match and as a dry cut.

    Parameters
    ----------
    pool
        N takes.
    length
        Slot length the in-points are tried at, in record frames.

    Returns
    -------
    tuple of ndarray
        Both of shape (N, N): 1 - best score, and least score.
    """
    opened = [take.openings(min(length, take.usable_frames)) for take in pool]
    count = len(pool)
    match, dry = np.zeros((count, count)), np.zeros((count, count))
    entries = np.concatenate([o.entries for o in opened])
    edges = np.cumsum([0, *(len(o.ways) for o in opened)])[:-1]
    for i, leaving in enumerate(opened):
        table = scores(leaving.exits, entries)
        match[i] = 1 - np.maximum.reduceat(table.max(axis=0), edges)
        dry[i] = np.minimum.reduceat(table.min(axis=0), edges)
    return match, dry


def arrange(
    pool: Sequence[Take],
    slots: Sequence[int],
    kinds: Sequence[str],
    *,
    seed: int,
    tries: int = 1,
    pins: Pins = Pins(),
    free: bool = True,
    repeats: bool = False,
) -> list[list[int]]:
    """Return good orders: for each, the index of the take in each slot.

    Parameters
    ----------
    pool
        N takes.
    slots
        S slot lengths in record frames.
    kinds
        S - 1 planned joins; ``"dry"`` seeks contrast, every other a match.
    seed
        Another seed may give other orders of the same quality.
    tries
        How many orders to seek; a given order is always one.
    pins
        Takes at the two ends.
    free
        Seek the best order; otherwise keep the pool's.
    repeats
        A take may fill more than one slot.
    """
    order = _start(pool, slots, pins, repeats=repeats)
    if not free:
        return [_in_given_order(order, pins)]
    if len(pool) < 2:
        return [order]
    mean = round(sum(slots) / len(slots))
    match, dry = pair_costs(pool, mean)
    joins = np.array([kind == "dry" for kind in kinds], dtype=bool)
    rooms = np.array([take.usable_frames for take in pool], dtype=float)
    lacking = np.maximum(np.array(slots)[:, None] - rooms[None, :], 0) / mean
    fixed = _fixed(len(slots), pins)
    found = []
    for attempt in range(tries):
        rng = np.random.default_rng((seed, attempt))
        varied = match + 0.03 * rng.gumbel(size=match.shape)
        search = _Search(varied, dry, joins, _SHORT * lacking, rooms, sum(slots), fixed)
        found.append(search.run(order, rng, repeats=repeats))
    return found


def _in_given_order(order: Sequence[int], pins: Pins) -> list[int]:
    """Return the takes in the pool's order; the cuts are fitted to them later."""
    begin, end = len(pins.first), len(order) - len(pins.last)
    return [*order[:begin], *sorted(order[begin:end]), *order[max(begin, end) :]]


def _fixed(slots: int, pins: Pins) -> NDArray[np.bool_]:
    fixed = np.zeros(slots, dtype=bool)
    fixed[: len(pins.first)] = True
    if pins.last:
        fixed[-len(pins.last) :] = True
    return fixed


def _start(
    pool: Sequence[Take], slots: Sequence[int], pins: Pins, *, repeats: bool
) -> list[int]:
    """Return a valid filling: pins, then the pool's order, long slots served first."""
    order = [-1] * len(slots)
    for slot, take in enumerate(pins.first[: len(slots)]):
        order[slot] = take
    for slot, take in enumerate(reversed(pins.last), start=1):
        if slot <= len(slots):
            order[-slot] = take
    taken = {take for take in order if take >= 0}
    rest = [i for i in range(len(pool)) if i not in taken]
    chosen: list[int] = []
    empty = [slot for slot, take in enumerate(order) if take < 0]
    for index, slot in enumerate(sorted(empty, key=lambda s: (-slots[s], s))):
        fitting = [i for i in rest if pool[i].usable_frames >= slots[slot]]
        if fitting:
            pick = fitting[0]
        elif rest:
            pick = max(rest, key=lambda i: pool[i].usable_frames)
        else:
            pick = index % len(pool)
        chosen.append(pick)
        if pick in rest and not (repeats and len(rest) == 1):
            rest.remove(pick)
    return _in_pool_order(pool, slots, order, empty, chosen)


def _in_pool_order(
    pool: Sequence[Take],
    slots: Sequence[int],
    order: list[int],
    empty: Sequence[int],
    chosen: Sequence[int],
) -> list[int]:
    """Put the chosen takes into the empty slots in the pool's order where they fit."""
    natural = order.copy()
    for slot, take in zip(empty, sorted(chosen), strict=True):
        natural[slot] = take
    if all(pool[natural[s]].usable_frames >= slots[s] for s in empty):
        return natural
    longest_first = sorted(empty, key=lambda s: (-slots[s], s))
    for slot, take in zip(longest_first, chosen, strict=True):
        order[slot] = take
    return order


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    match: Table
    dry: Table
    is_dry: NDArray[np.bool_]
    short: Table
    rooms: Table
    total: int
    fixed: NDArray[np.bool_]

    def cost(self, order: NDArray[np.intp]) -> float:
        before, after = order[:-1], order[1:]
        joins = np.where(
            self.is_dry, self.dry[before, after], self.match[before, after]
        )
        short = self.short[np.arange(len(order)), order].sum()
        unfilled = max(0.0, self.total - self.rooms[order].sum()) / self.total
        again = _AGAIN * (before == after).sum()
        return float(joins.sum() + short + _UNFILLED * unfilled + again)

    def run(
        self, start: Sequence[int], rng: np.random.Generator, *, repeats: bool
    ) -> list[int]:
        movable = np.flatnonzero(~self.fixed)
        order = np.array(start, dtype=np.intp)
        if not len(movable):
            return [int(i) for i in order]
        best, cost = order.copy(), self.cost(order)
        least = cost
        moves = min(_MOVES, 800 * len(movable))
        for step in range(moves):
            heat = _WARM * (_COLD / _WARM) ** (step / moves)
            tried = self._moved(order, movable, rng, repeats=repeats)
            new = self.cost(tried)
            if new <= cost or rng.random() < math.exp((cost - new) / heat):
                order, cost = tried, new
                if cost < least - 1e-12:
                    best, least = order.copy(), cost
        return [int(i) for i in best]

    def _moved(
        self,
        order: NDArray[np.intp],
        movable: NDArray[np.intp],
        rng: np.random.Generator,
        *,
        repeats: bool,
    ) -> NDArray[np.intp]:
        tried = order.copy()
        if rng.random() < 1 / 3 or len(movable) < 3:
            slot = movable[rng.integers(len(movable))]
            take = int(rng.integers(len(self.match)))
            there = np.flatnonzero(tried == take)
            if len(there) and not repeats:
                if self.fixed[there[0]]:
                    return tried
                tried[there[0]] = tried[slot]
            tried[slot] = take
            return tried
        run = int(rng.integers(1, min(5, len(movable))))
        at = int(rng.integers(len(movable) - run + 1))
        to = int(rng.integers(len(movable) - run + 1))
        inner = tried[movable]
        piece = inner[at : at + run]
        tried[movable] = np.insert(np.delete(inner, slice(at, at + run)), to, piece)
        return tried


def trim(opened: Sequence[Openings], kinds: Sequence[str]) -> list[int]:
    """Return the best opening of each slot, exactly (Viterbi).

    Parameters
    ----------
    opened
        The openings of each slot's take.
    kinds
        The planned joins between them, one fewer.
    """
    value = np.zeros(len(opened[0].ways))
    came: list[NDArray[np.intp]] = []
    for before, after, kind in zip(opened, opened[1:], kinds, strict=False):
        table = scores(before.exits, after.entries)
        cost = value[:, None] + (table if kind == "dry" else 1 - table)
        came.append(np.argmin(cost, axis=0))
        value = cost.min(axis=0)
    path = [int(np.argmin(value))]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]
