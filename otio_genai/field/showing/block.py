"""Which takes a showing takes, so that those it leaves still go well together.

Aim
    Where every take must be shown, a film of the best joins leaves the worst to the
    films after it. So the films that are left of a block are drawn together, and one of
    them is shown.

Method
    Along the slots of a film drawn by the field's law, the films of the block go on
    together, slot by slot: each to one of the takes not yet seen there. A film's going
    on to a take weighs the sum over all their ways, given how the film has come there;
    how they are paired is what has the greatest weight after every logarithm was given
    Gumbel noise. Noise and greatest weight together draw one pair in proportion to its
    weight, and whole pairings nearly so. The film shown starts at a
    take drawn by weight, and heavier takes draw it along. Slots that have fewer unseen
    takes than others are filled up with takes of their next blocks; the film shown has
    none of these.

    Nothing is kept from showing to showing but what rests: the films after it are drawn
    together anew, from what it left.

Sources
    Perturb and MAP, Papandreou and Yuille 2011; `scipy.optimize.linear_sum_assignment`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from otio_genai.field.drawing import Chance, Space
from otio_genai.field.model import Chosen
from otio_genai.field.showing.mesh import Pair

__all__ = ["expected", "shared_out"]

Floats = NDArray[np.float64]

#: Logarithm of the weight of a pair that may not be.
_NEVER = -1e6
# Of a pair in proportion to its weight it would be 1: less holds nearer to the best
# block, whose pairs come again more often.
_NOISE = 0.4
# Shots before the next one whose takes still say which is left for it.
_BACK = 3
# How often takes are shared out to tell their chances.
_TIMES = 100


def shared_out(
    space: Space, film: Sequence[Chosen], decided: int, rng: Generator
) -> frozenset[Pair] | None:
    """Return takes for the slots of a film; None where they may not meet.

    Parameters
    ----------
    space
        The films that may be drawn, and what rests.
    film
        A film of it, which shows what slots there are in what order.
    decided
        How many of its shots are settled, with their takes.
    rng
        Chance.
    """
    rows = [_columns(space, one, n < decided, rng) for n, one in enumerate(film)]
    most = max(len(fresh) for fresh, _ in rows)
    at, found = 0, []
    films: _Films | None = None
    for one, (fresh, others) in zip(film, rows, strict=True):
        # Takes of the next blocks, as often as it takes.
        more = np.concatenate([others, fresh])
        columns = np.concatenate([fresh, np.resize(more, most - len(fresh))])
        own = np.full(most, -np.inf)
        # What is decided may have been banned since; it stands alone in its slot.
        with np.errstate(divide="ignore"):
            own[: len(fresh)] = np.log(space.seen.weights[one.slot][fresh])
        if films is None:
            at = int((own + rng.gumbel(size=most)).argmax())
            films = _Films(space, one.slot, columns)
        else:
            order = _paired(films.onto(one.slot, columns), at, own, rng)
            if order is None:
                return None
            films.go(order)
            columns = columns[order]
        found.append((one.slot, int(columns[at])))
    return frozenset(found)


def expected(
    space: Space, decided: Sequence[Chosen], chances: Sequence[Chance]
) -> list[Chance]:
    """Return what comes next where takes are shared out, likeliest first.

    Parameters
    ----------
    space
        The films that may be drawn, and what rests.
    decided
        The shots so far.
    chances
        What may come next as the field has it, by which the slots are told.
    """
    # Chance of its own: what comes next must not depend on who asks.
    rng, end = default_rng(len(decided)), len(space.field.slots)
    slots: dict[int, float] = {}
    for one in chances:
        slots[one.slot] = slots.get(one.slot, 0.0) + one.probability
    found = [Chance(end, 0, slots.pop(end))] if end in slots else []
    for slot, whole in slots.items():
        shares = _shares(space, (*decided, Chosen(slot, 0, 0, 0)), rng)
        found += [Chance(slot, take, whole * s) for take, s in shares.items()]
    return sorted(found, key=lambda c: (-c.probability, c.slot, c.option))


def _shares(space: Space, film: Sequence[Chosen], rng: Generator) -> dict[int, float]:
    """Return how often each take is the one shared out to the last slot of a film.

    The films of the block are drawn anew, given the takes of the last few shots before;
    of the first slot of a film it is known exactly.
    """
    *before, last = film[-1 - _BACK :]
    open_to, _ = _columns(space, last, False, rng)
    own = space.seen.weights[last.slot][open_to]
    if not before or len(open_to) == 1:
        return dict(zip(open_to.tolist(), (own / own.sum()).tolist(), strict=True))
    takes = (_next(space, before, last, rng) for _ in range(_TIMES))
    found = Counter(take for take in takes if take is not None)
    total = found.total()
    return {take: often / total for take, often in found.items()}


def _next(
    space: Space, before: Sequence[Chosen], last: Chosen, rng: Generator
) -> int | None:
    """Return the take of the last slot of one sharing out, those before it given."""
    rows = [_columns(space, one, False, rng)[0] for one in before]
    rows = [
        row if one.option in row else np.array([one.option])
        for one, row in zip(before, rows, strict=True)
    ]
    rows.append(_columns(space, last, False, rng)[0])
    most = max(map(len, rows))
    films: _Films | None = None
    at = 0
    for one, fresh in zip((*before, last), rows, strict=True):
        others = _columns(space, one, False, rng)[1]
        more = np.concatenate([others, fresh])
        columns = np.concatenate([fresh, np.resize(more, most - len(fresh))])
        own = np.full(most, -np.inf)
        # What is decided may have been banned since; it stands alone in its slot.
        with np.errstate(divide="ignore"):
            own[: len(fresh)] = np.log(space.seen.weights[one.slot][fresh])
        if films is None:
            at = int(np.flatnonzero(columns == one.option)[0])
            films = _Films(space, one.slot, columns)
            continue
        if one is not last:
            own[columns != one.option] = -np.inf
        order = _paired(films.onto(one.slot, columns), at, own, rng)
        if order is None:
            return None
        films.go(order)
        columns = columns[order]
    return int(columns[at])


def _paired(
    table: Floats, at: int, own: Floats, rng: Generator
) -> NDArray[np.int64] | None:
    """Return the column each row is paired with; None if one row can have none."""
    from scipy.optimize import linear_sum_assignment

    noisy = table + _NOISE * rng.gumbel(size=table.shape)
    noisy[at] += own
    noisy = np.maximum(noisy, _NEVER)
    noisy[at, ~np.isfinite(own)] = len(own) * _NEVER
    order = linear_sum_assignment(noisy, maximize=True)[1]
    return order if noisy[at, order[at]] > _NEVER else None


def _columns(
    space: Space, one: Chosen, decided: bool, rng: Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the takes that a slot may show now, and those it may show later."""
    own, rests = space.seen.weights[one.slot], space.seen.resting
    open_to = own > 0
    fresh = open_to if rests is None else open_to & ~rests[one.slot]
    if decided or not fresh.any():
        # What every film would show although it should rest.
        return np.array([one.option]), rng.permutation(np.flatnonzero(open_to))
    return (
        rng.permutation(np.flatnonzero(fresh)),
        rng.permutation(np.flatnonzero(open_to & ~fresh)),
    )


class _Films:
    """The films of a block as far as they have come, their ways still open."""

    def __init__(self, space: Space, slot: int, takes: NDArray[np.int64]) -> None:
        self._seen, self._slot, self._takes = space.seen, slot, takes
        self._out = _even(space.seen.fits[slot][takes].sum(axis=1))
        self._next = slot, takes, self._out[:, None]

    def onto(self, slot: int, takes: NDArray[np.int64]) -> Floats:
        """Return the logarithm of the weight of each film's going on to each take."""
        _, _, outs = self._seen.ways[self._slot].shape
        count, ins, _ = self._seen.ways[slot].shape
        table = self._seen.joins(self._slot, slot).reshape(-1, outs, count * ins)
        into = np.matmul(self._out[:, None, :], table[self._takes])
        into = into.reshape(len(self._takes), count, ins)[:, takes]
        self._next = slot, takes, into
        fits: Floats = self._seen.fits[slot].sum(axis=2)[takes]
        with np.errstate(divide="ignore"):
            return np.asarray(np.log((into * fits).sum(axis=2)))

    def go(self, order: NDArray[np.int64]) -> None:
        """Let each film go on to a take of those."""
        slot, takes, into = self._next
        self._slot, self._takes = slot, takes[order]
        mine = into[np.arange(len(order)), order]
        fits = self._seen.fits[slot][self._takes]
        self._out = _even(np.matmul(mine[:, None, :], fits)[:, 0])


def _even(weights: Floats) -> Floats:
    """Return rows that add up to 1, those of noughts as if each were alike."""
    total = weights.sum(axis=1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), 1.0)
