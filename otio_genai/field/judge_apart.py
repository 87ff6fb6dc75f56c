"""Which slots may meet and cannot be joined, and which limits would let them.

Conventions
    Slots and takes are indices. The least cost of a join is that of
    `otio_genai.field.drawing.tables`, before any limit; limits that are told are
    rounded up to two decimals, so that what is told is enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning import costs
from otio_genai.field.drawing.tables import joins
from otio_genai.field.drawing.ways import Ways, ways
from otio_genai.field.judge_joins import before
from otio_genai.field.model import Field

__all__ = ["Apart", "apart", "every_take", "relief"]

_Table = NDArray[np.float64]
_Open = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Apart:
    """Two slots that orders or branches bring together and no join connects."""

    before: int
    after: int
    why: str
    "What hinders every join of them, and what would not."


def every_take(field: Field) -> dict[int, list[bool]]:
    """Return for each slot which takes it could show, whatever else holds."""
    return {
        number: [slot.policy != "fixed" or not k for k in range(len(slot.options))]
        for number, slot in enumerate(field.slots)
    }


def apart(field: Field, shown: Mapping[int, Sequence[bool]]) -> Iterator[Apart]:
    """Yield each two slots that may meet and none of whose takes may be joined.

    Parameters
    ----------
    field
        The field.
    shown
        For each slot the takes that are looked at; slots without one are passed over.
    """
    for slot, found in before(field).items():
        for earlier in found:
            takes = shown[earlier], shown[slot]
            if not (any(takes[0]) and any(takes[1])):
                continue
            said = relief(field, (earlier, slot), takes)
            if said is not None:
                yield Apart(earlier, slot, said)


def relief(
    field: Field,
    slots: tuple[int, int],
    takes: tuple[Sequence[bool], Sequence[bool]],
) -> str | None:
    """Return what would let any of some takes of two slots be joined.

    None if one may be already.
    """
    first, second = ways(field)[slots[0]], ways(field)[slots[1]]
    rows = ((first.fits > 0).any(axis=1) & np.array(takes[0])[:, None]).ravel()
    columns = ((second.fits > 0).any(axis=2) & np.array(takes[1])[:, None]).ravel()
    may = joins(field, None).may(*slots)
    if may is None or may[np.ix_(rows, columns)].any():
        return None
    if not (rows.any() and columns.any()):
        return "none of their cuts gives a shot"
    kind, half = field.slots[slots[1]].kind, field.slots[slots[1]].half
    if kind in ("dissolve", "dip"):
        rows &= first.tail.ravel() >= half
        columns &= second.head.ravel() >= half
        if not (rows.any() and columns.any()):
            return f"a {kind} needs {half} frames beyond the cut on both sides"
    cost, colour = _prices(field, slots[1], first, second)
    return _limits(field, cost[np.ix_(rows, columns)], colour[np.ix_(rows, columns)])


def _prices(
    field: Field, slot: int, first: Ways, second: Ways
) -> tuple[_Table, _Table]:
    """Return the cost and the difference of colour of each join of two slots."""
    kind, style = field.slots[slot].kind, field.style
    leaving, entering = first.leaving.reshape(-1, 4), second.entering.reshape(-1, 4)
    cost = costs.joins(kind, leaving, entering, style)
    lab = first.exit_lab, second.entry_lab
    coloured = np.maximum(0.0, costs.colour_costs(kind, *lab, style))
    differs = np.linalg.norm(lab[0][:, None] - lab[1][None, :], axis=2)
    spread = (first.shape[2], second.shape[1])
    return cost + np.kron(coloured, np.ones(spread)), np.kron(differs, np.ones(spread))


def _limits(field: Field, cost: _Table, colour: _Table) -> str:
    """Return the limits that would let the join through that asks for least."""
    most, most_de = field.motion.hard_max, field.palette.most_de
    over = np.zeros_like(cost)
    if most is not None:
        over += np.maximum(0, cost / most - 1)
    if most_de is not None:
        over += np.maximum(0, colour / most_de - 1)
    at = np.unravel_index(int(over.argmin()), over.shape)
    said = []
    if most is not None and cost[at] > most:
        said.append(f"hard_max {_up(float(cost[at]))} instead of {most:g}")
    if most_de is not None and colour[at] > most_de:
        said.append(f"most_de {_up(float(colour[at]))} instead of {most_de:g}")
    return f"{' and '.join(said)} would let one through"


def _up(value: float) -> str:
    return f"{math.ceil(value * 100) / 100:g}"
