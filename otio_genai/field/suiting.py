"""Which slot a take suits: its shot's, else the one whose joins and looks it serves.

Sources
    Slots and takes are matched by `scipy.optimize.linear_sum_assignment`, a slot a
    take at a time, so that none has many while another has few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style

__all__ = ["Place", "spread", "suits"]

Table = NDArray[np.float64]

# In place of infinity, which assignments do not take.
_NEVER = 1e6
_LOOKS, _LIVELY = 2.0, 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A slot, as far as its takes must suit it."""

    material: Material
    "Of its active take."
    frames: int
    "Length of the active shot."
    shortest: int
    kind: str
    "Kind of the join before it."
    entering: Sequence[float]
    "Motion of the active shot after its in-point."
    leaving: Sequence[float]
    "Motion of it before its out-point."


def suits(pool: Sequence[Material], places: Sequence[Place], style: Style) -> Table:
    """Return what each take costs in each slot, shape (takes, slots).

    The best of its in-points counts, beside the active takes of the neighbours: joins
    by the kinds of the slots, colours across them, likeness to the active take in
    colour and in liveliness. A take too short for a slot costs 10⁶ there.
    """
    table = np.zeros((len(pool), len(places)))
    energies = [one.energy for one in pool] + [p.material.energy for p in places]
    order = np.argsort(np.argsort(energies)) / max(1, len(energies) - 1)
    for k, material in enumerate(pool):
        for s, place in enumerate(places):
            if material.end < place.shortest:
                table[k, s] = _NEVER
                continue
            before = places[s - 1] if s else None
            after = places[s + 1] if s + 1 < len(places) else None
            joined = _joined(material, place, before, after, style)
            lively = abs(order[k] - order[len(pool) + s]) * style.weight_energy
            table[k, s] = joined + _LIVELY * lively + _unlike(material, place, style)
    return table


def _unlike(material: Material, place: Place, style: Style) -> float:
    means = np.array(material.colours.mean), np.array(place.material.colours.mean)
    apart = float(np.linalg.norm(means[0] - means[1])) / 100
    return _LOOKS * style.weight_colour * apart


def _joined(
    material: Material,
    place: Place,
    before: Place | None,
    after: Place | None,
    style: Style,
) -> float:
    entries, exits, shaky = _ways(material, place.frames)
    total = style.weight_steadiness * shaky
    if before is not None:
        kind, leaving = place.kind, np.array([before.leaving])
        total = total + costs.joins(kind, leaving, entries, style)[0]
        sides = before.material.colours.leaving, material.colours.entry
        total = total + _coloured(kind, *sides, style)
    if after is not None:
        kind, entering = after.kind, np.array([after.entering])
        total = total + costs.joins(kind, exits, entering, style)[:, 0]
        sides = material.colours.leaving, after.material.colours.entry
        total = total + _coloured(kind, *sides, style)
    return float(np.min(total))


def _coloured(
    kind: str, leaving: Sequence[float], entering: Sequence[float], style: Style
) -> float:
    sides = np.array([leaving]), np.array([entering])
    return float(costs.colour_costs(kind, *sides, style)[0, 0])


def _ways(material: Material, frames: int) -> tuple[Table, Table, Table]:
    """Return motion after each in-point, before each out-point, and unsteadiness."""
    if isinstance(material, Still):
        vectors = material.vectors
        return vectors, vectors, np.zeros(len(vectors))
    length = min(frames, material.end)
    ins = material.ins(length)
    outs = np.minimum(ins + length, material.end)
    shaky = material.enter_cost[ins] + material.leave_cost[outs]
    return material.entering[ins], material.leaving[outs], np.asarray(shaky)


def spread(
    table: Table, families: Sequence[str], shots: Sequence[str]
) -> list[int | None]:
    """Return the slot of each take; None where it fits in none.

    Parameters
    ----------
    table
        What each take costs in each slot.
    families
        What each take has in common with others of one picture; empty is nothing.
    shots
        The same of the slots' active takes.

    Notes
    -----
    Takes of one picture go to the slots of it, evenly if there are several; all others
    to the slots that then have fewest, as cheaply as all together can.
    """
    takes, count = table.shape
    found: list[int | None] = [None] * takes
    filled = np.zeros(count, int)
    for family in dict.fromkeys(families):
        there = [s for s in range(count) if family and shots[s] == family]
        own = [k for k in range(takes) if families[k] == family]
        if there:
            _fill(table, own, there, found, filled)
    others = [k for k in range(takes) if found[k] is None]
    _fill(table, others, list(range(count)), found, filled)
    return found


def _fill(
    table: Table,
    takes: Sequence[int],
    slots: Sequence[int],
    found: list[int | None],
    filled: NDArray[np.int_],
) -> None:
    """Give each take a slot, those with fewest first, in place."""
    left, level = list(takes), 0
    while left and slots:
        # A slot that nothing left fits keeps what it has.
        able = [s for s in slots if (table[left, s] < _NEVER).any()]
        if not able:
            return
        level = max(level, min(int(filled[s]) for s in able))
        few = [s for s in able if filled[s] <= level]
        rows, columns = linear_sum_assignment(table[np.ix_(left, few)])
        for row, column in zip(rows, columns, strict=True):
            if table[left[row], few[column]] < _NEVER:
                found[left[row]] = few[column]
                filled[few[column]] += 1
        left = [k for k in left if found[k] is None]
        level += 1
