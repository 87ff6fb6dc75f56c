"""Which takes a showing takes, so that those it leaves still go well together.

Aim
    Where every take must be shown, a film of the best joins leaves the worst to the
    films after it. So the films that are left of a block are drawn together, and one of
    them is shown.

Method
    Along the slots of a film drawn by the field's law, the takes not yet seen of each
    two neighbours are paired: each pair weighs the sum of its joins' weights over all
    their ways, and the pairing is the one of greatest weight after every logarithm was
    given Gumbel noise. Noise and greatest weight together draw a single pair in
    proportion to its weight, and whole pairings nearly so. The film shown starts at a
    take drawn by weight, and heavier takes draw it along. Slots that have fewer unseen
    takes than others are filled up with takes of their next blocks; the film shown has
    none of these.

    Nothing is kept from showing to showing but what rests: the films after it are drawn
    together anew, from what it left.

Sources
    Perturb and MAP, Papandreou and Yuille 2011; `scipy.optimize.linear_sum_assignment`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otio_genai.field.drawing import Space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.mesh import Pair

__all__ = ["shared_out"]

Floats = NDArray[np.float64]

#: Logarithm of the weight of a pair that may not be.
_NEVER = -1e6


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
    tables = _pairs(space.field, space.conditions.dissonance)
    at, before, found = 0, np.zeros(0, np.int64), []
    for n, (one, (fresh, others)) in enumerate(zip(film, rows, strict=True)):
        # Takes of the next blocks, as often as it takes.
        more = np.resize(others, most - len(fresh)) if len(others) else fresh[:0]
        columns = np.concatenate([fresh, more, fresh])[:most]
        columns = np.resize(columns, most)
        own = np.full(most, -np.inf)
        own[: len(fresh)] = np.log(space.seen.weights[one.slot][fresh])
        if n == 0:
            at = int((own + rng.gumbel(size=most)).argmax())
        else:
            table = tables.between(space, film[n - 1].slot, one.slot)
            at = _next(table[np.ix_(before, columns)], at, own, rng)
            if at < 0:
                return None
        before = columns
        found.append((one.slot, int(columns[at])))
    return frozenset(found)


def _next(table: Floats, at: int, own: Floats, rng: Generator) -> int:
    """Return the column that a row of a pairing is paired with, -1 if it may not be."""
    from scipy.optimize import linear_sum_assignment

    noisy = table + rng.gumbel(size=table.shape)
    noisy[at] += own
    noisy = np.maximum(noisy, _NEVER)
    noisy[at, ~np.isfinite(own)] = len(own) * _NEVER
    found = int(linear_sum_assignment(noisy, maximize=True)[1][at])
    return found if noisy[at, found] > _NEVER else -1


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


class _Pairs:
    """How well takes of two slots go together, whatever their ways."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Floats] = {}

    def between(self, space: Space, before: int, after: int) -> Floats:
        """Return the logarithm of the weight of each pair, shape (K, K)."""
        found = self._known.get((before, after))
        if found is None:
            table = np.asarray(space.seen.joins(before, after), float)
            first, second = space.seen.fits[before], space.seen.fits[after]
            out, into = first.sum(axis=1), second.sum(axis=2)
            weight = out.reshape(-1, 1) * table * into.reshape(1, -1)
            shape = (*out.shape, *into.shape)
            with np.errstate(divide="ignore"):
                found = np.log(weight.reshape(shape).sum(axis=(1, 3)))
            self._known[before, after] = found
        return found


@lru_cache(maxsize=4)
def _pairs(field: Field, dissonance: float | None) -> _Pairs:
    return _Pairs()
