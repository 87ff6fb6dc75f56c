"""Which slots may meet, and how well the takes of a slot can be joined to.

Conventions
    Slots and takes are indices. A slot may follow another when orders, branches, flags
    and slots that are left out can bring them next to each other; whether their takes
    fit is another question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.match import score
from otio_genai.field.drawing.passage import passage
from otio_genai.field.drawing.route import END, route
from otio_genai.field.drawing.tables import Joins, joins
from otio_genai.field.drawing.ways import Ways, ways
from otio_genai.field.model import Field

__all__ = ["Worst", "before", "best_joins", "worst_joins"]

Reached = Mapping[int, Sequence[bool]]


@dataclass(frozen=True, slots=True)
class Worst:
    """The take of a slot that can be joined to least well, and its best join."""

    slot: int
    take: int
    before: tuple[int, int]
    "Slot and take before it in its best join."
    kind: str
    "What the join is meant to be."
    weight: float
    "Of that join, 0 to 1: how readily it is drawn."
    match: float
    "Its M."


@lru_cache(maxsize=4)
def before(field: Field) -> Mapping[int, tuple[int, ...]]:
    """Return for each slot those that may come right before it.

    Raises
    ------
    FieldError
        The groups and branches of the field cannot be.
    """
    used_up = frozenset(
        number for number, slot in enumerate(field.slots) if slot.policy == "once"
    )
    follow: dict[int, set[int]] = {slot: set() for slot in range(len(field.slots))}
    for left_out in {frozenset(), used_up}:
        if len(left_out) == len(field.slots):
            continue
        nodes = route(passage(field, left_out, {}), shared=False).nodes
        for node in nodes:
            for step in (step for onward in node.steps for step in onward):
                if step.to != END:
                    follow[nodes[step.to].slot].add(node.slot)
    return {slot: tuple(sorted(found)) for slot, found in follow.items()}


@dataclass(frozen=True, slots=True)
class _Best:
    weight: float
    before: tuple[int, int]
    leaving: NDArray[np.float64]
    entering: NDArray[np.float64]


def best_joins(field: Field, slot: int, reached: Reached) -> dict[int, _Best]:
    """Return for each take of a slot the best join that leads to it.

    Takes to which no join leads are left away, and so are all of a first slot.
    """
    tables, every = joins(field, None), ways(field)
    found: dict[int, _Best] = {}
    for earlier in before(field)[slot]:
        for take, best in _pair(tables, every, earlier, slot, reached).items():
            if take not in found or best.weight > found[take].weight:
                found[take] = best
    return found


def _pair(
    tables: Joins, every: Sequence[Ways], earlier: int, slot: int, reached: Reached
) -> dict[int, _Best]:
    first, second = every[earlier], every[slot]
    takes, points, outs = len(first.weights), second.shape[1], first.shape[2]
    leaves = (first.fits > 0).any(axis=1) & np.array(reached[earlier])[:, None]
    enters = (second.fits > 0).any(axis=2)
    table = tables(earlier, slot) * leaves.reshape(-1, 1) * enters.reshape(1, -1)
    found = {}
    for take in range(len(second.weights)):
        part = table[:, take * points : (take + 1) * points]
        row, column = divmod(int(part.argmax()), points)
        weight = float(part[row, column])
        if weight > 0 and takes:
            found[take] = _Best(
                weight,
                (earlier, row // outs),
                first.leaving[row // outs, row % outs],
                second.entering[take, column],
            )
    return found


def worst_joins(field: Field, reached: Reached) -> tuple[Worst, ...]:
    """Return for each slot that follows another the take worst joined to.

    Parameters
    ----------
    field
        The field.
    reached
        For each slot which of its takes some film shows; no others are looked at.
    """
    found = []
    for slot in range(len(field.slots)):
        best = {
            take: join
            for take, join in best_joins(field, slot, reached).items()
            if reached[slot][take]
        }
        if not best:
            continue
        take = min(best, key=lambda one: best[one].weight)
        join = best[take]
        found.append(
            Worst(
                slot,
                take,
                join.before,
                field.slots[slot].kind,
                join.weight,
                score(join.leaving.tolist(), join.entering.tolist()),
            )
        )
    return tuple(found)
