"""The weight of every join of two slots: by the plain rules, and quickly by the same.

Method
    A join that costs c is weighed ``exp(-c² / 2 τ²) + 10⁻⁶``: the floor keeps every
    film possible, however bad a join, unless the field says that it must not be. Costs
    are those of `otio_genai.assemble.planning.costs`, with colour as far as it costs.

    Large tables are made in single precision and in place, with the distances of all
    motions by one product of matrices, ``|a - b|² = |a|² + |b|² - 2 a b``; that product
    alone is in double precision, since like motions would lose their digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.match import REST_FW_S
from otio_genai.assemble.planning import costs
from otio_genai.assemble.style import Style
from otio_genai.field.drawing.ways import Ways
from otio_genai.field.model import Motion, Palette

__all__ = ["SINGLE", "Rule", "Table", "plainly", "quickly"]

Table = NDArray[np.float32] | NDArray[np.float64]
Singles = NDArray[np.float32]

#: Joins of a pair of slots from which on their table is kept in single precision.
SINGLE = 2**14

#: Weight of a join that costs endlessly much but is allowed.
_FLOOR = 1e-6
#: Products of numbers that one product of matrices makes at most.
_BLOCK = 2**18
#: What a dissolve costs beside a match, as `costs.joins` has it.
_SOFT = 0.25


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides the joins of two slots, beside their motions and colours."""

    kind: str
    "What they are meant to be."
    half: int
    "Record frames that the transition wants on each side."
    style: Style
    motion: Motion
    palette: Palette


def plainly(rule: Rule, first: Ways, second: Ways) -> NDArray[np.float64]:
    """Return the weight of each join, as the costs of joins have it.

    Returns
    -------
    ndarray, shape (K B of before, K A of after)
        0 where there may be none.
    """
    leaving = first.leaving.reshape(-1, 4)
    entering = second.entering.reshape(-1, 4)
    cost = costs.joins(rule.kind, leaving, entering, rule.style)
    _by_take(cost, first)[:] += _spread(_colour(rule, first, second), second)
    weight = np.exp(-(cost**2) / (2 * rule.motion.tau**2)) + _FLOOR
    if rule.motion.hard_max is not None:
        weight[cost > rule.motion.hard_max] = 0
    return np.asarray(_held(weight, rule, first, second), np.float64)


def quickly(rule: Rule, first: Ways, second: Ways) -> Singles:
    """Return the same as `plainly` in single precision."""
    cost = _cost(rule, first.leaving.reshape(-1, 4), second.entering.reshape(-1, 4))
    colour = _colour(rule, first, second).astype(np.float32)
    if colour.any():
        _by_take(cost, first)[:] += _spread(colour, second)
    most = rule.motion.hard_max
    beyond = None if most is None else cost > np.float32(most)
    np.multiply(cost, cost, out=cost)
    cost *= np.float32(-1 / (2 * rule.motion.tau**2))
    np.exp(cost, out=cost)
    cost += np.float32(_FLOOR)
    if beyond is not None:
        cost[beyond] = 0
    return np.asarray(_held(cost, rule, first, second), np.float32)


def _cost(
    rule: Rule, leaving: NDArray[np.float64], entering: NDArray[np.float64]
) -> Singles:
    """Return what joins cost by their motion, as `costs.joins` has it."""
    style, kind = rule.style, rule.kind
    if kind == "carry":
        return costs.joins(kind, leaving, entering, style).astype(np.float32)
    before = np.linalg.norm(leaving, axis=1)
    after = np.linalg.norm(entering, axis=1)
    cost = _unmatched(leaving, before, entering, after)
    if kind in ("dissolve", "dip"):
        cost *= np.float32(style.weight_motion * _SOFT)
        return cost
    if kind == "dry":
        np.subtract(np.float32(1), cost, out=cost)
    else:
        cost -= np.float32(style.dissonance)
        np.abs(cost, out=cost)
    cost *= np.float32(style.weight_motion)
    slow = np.flatnonzero(before < REST_FW_S), np.flatnonzero(after < REST_FW_S)
    if slow[0].size and slow[1].size:
        cost[np.ix_(*slow)] += np.float32(style.weight_rest)
    return cost


def _unmatched(
    leaving: NDArray[np.float64],
    before: NDArray[np.float64],
    entering: NDArray[np.float64],
    after: NDArray[np.float64],
) -> Singles:
    """Return 1 - M of every pair of motions, given their speeds, too."""
    left = np.column_stack([leaving, before**2, np.ones(len(before))])
    right = np.vstack([-2 * entering.T, np.ones(len(after)), after**2])
    speeds = after.astype(np.float32)
    sizes = (before + 2 * REST_FW_S).astype(np.float32)[:, None]
    found = np.empty((len(before), len(after)), np.float32)
    # Row by row of blocks so small that they stay in the cache, and on one processor.
    rows = max(1, _BLOCK // right.size)
    for first in range(0, len(before), rows):
        part = slice(first, first + rows)
        block = found[part]
        block[:] = left[part] @ right
        np.maximum(block, 0, out=block)
        np.sqrt(block, out=block)
        block /= sizes[part] + speeds
    return found


def _colour(rule: Rule, first: Ways, second: Ways) -> NDArray[np.float64]:
    """Return what the colours of each pair of takes cost."""
    found = costs.colour_costs(rule.kind, first.exit_lab, second.entry_lab, rule.style)
    return np.maximum(0.0, found)


def _by_take(table: Table, first: Ways) -> Table:
    """Return a view of a table by the takes of the slot before, shape (K, B, K A)."""
    return table.reshape(first.shape[0], first.shape[2], -1)


def _spread(pairs: NDArray[Any], second: Ways) -> NDArray[Any]:
    """Return what holds of pairs of takes for such a view, shape (K, 1, K A)."""
    return np.repeat(pairs, second.shape[1], axis=1)[:, None]


def _held(weight: Table, rule: Rule, first: Ways, second: Ways) -> Table:
    """Return weights without joins that may not be, in place."""
    if rule.palette.most_de is not None:
        apart = first.exit_lab[:, None] - second.entry_lab[None, :]
        near = np.linalg.norm(apart, axis=2) <= rule.palette.most_de
        _by_take(weight, first)[:] *= _spread(near, second)
    if rule.kind in ("dissolve", "dip"):
        weight[first.tail.ravel() < rule.half] = 0
        weight[:, second.head.ravel() < rule.half] = 0
    return weight
