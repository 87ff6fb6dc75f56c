"""How well slots meet: the weight of each join of two of them.

Method
    A join that costs c is weighed ``exp(-c² / 2 τ²) + 10⁻⁶``: the floor keeps every
    film possible, however bad a join, unless the field says that it must not be. Costs
    are those of `otio_genai.assemble.planning.costs`, with colour as far as it costs.

    A film is drawn many times and by many weights of its takes, none of which changes a
    table: they are made when first asked for and kept.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.match import score
from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.candidates import Take
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError
from otio_genai.field.drawing.ways import Ways, alone, ways
from otio_genai.field.model import Chosen, Field

__all__ = ["Joins", "Table", "join_score", "joins"]

Table = NDArray[np.float32] | NDArray[np.float64]

#: Weight of a join that costs endlessly much but is allowed.
_FLOOR = 1e-6
#: Joins of a pair of slots from which on their table is kept in single precision.
_SINGLE = 2**14


class Joins:
    """Tables of a field's joins, made when first asked for.

    Parameters
    ----------
    field
        Its slots, and what it says of motion and colour.
    style
        Weights of the costs, and the dissonance aimed at.
    """

    def __init__(self, field: Field, style: Style) -> None:
        self._field, self._style = field, style
        self._ways = ways(field)
        self._tables: dict[tuple[int, int], Table] = {}
        self._open: dict[tuple[int, int], NDArray[np.bool_] | None] = {}
        self._means: dict[tuple[int, int], float] = {}

    def __call__(self, before: int, after: int) -> Table:
        """Return the weight of each join of two slots.

        Returns
        -------
        ndarray, shape (K B of before, K A of after)
            0 where there may be none.
        """
        found = self._tables.get((before, after))
        if found is None:
            found = self._made(before, after)
            self._tables[before, after] = found
        return found

    def may(self, before: int, after: int) -> NDArray[np.bool_] | None:
        """Return which joins of two slots there may be; None if all may."""
        if (before, after) not in self._open:
            table = self(before, after) > 0
            self._open[before, after] = None if table.all() else table
        return self._open[before, after]

    def mean(self, before: int, after: int) -> float:
        """Return the mean weight of the joins of two slots, 0 if there may be none.

        That of takes drawn by their weights alone, and of ways by their liking.
        """
        if (before, after) not in self._means:
            slots, filled = self._field.slots, self._ways
            chances = alone(slots[before], filled[before])
            leaving = chances[:, None] * filled[before].fits.sum(axis=1)
            chances = alone(slots[after], filled[after])
            entering = chances[:, None] * filled[after].fits.sum(axis=2)
            table = self(before, after)
            met = leaving.ravel().astype(table.dtype) @ table
            self._means[before, after] = float(met @ entering.ravel())
        return self._means[before, after]

    def _made(self, before: int, after: int) -> Table:
        first, second = self._ways[before], self._ways[after]
        slot, field = self._field.slots[after], self._field
        leaving = first.leaving.reshape(-1, 4)
        entering = second.entering.reshape(-1, 4)
        cost = costs.joins(slot.kind, leaving, entering, self._style)
        colour = costs.colour_costs(
            slot.kind, first.exit_lab, second.entry_lab, self._style
        )
        cost = cost + _spread(np.maximum(0.0, colour), first, second)
        weight = np.exp(-(cost**2) / (2 * field.motion.tau**2)) + _FLOOR
        if field.motion.hard_max is not None:
            weight[cost > field.motion.hard_max] = 0
        if field.palette.most_de is not None:
            apart = np.linalg.norm(
                first.exit_lab[:, None] - second.entry_lab[None, :], axis=2
            )
            weight[_spread(apart, first, second) > field.palette.most_de] = 0
        if slot.kind in ("dissolve", "dip"):
            weight[first.tail.ravel() < slot.half] = 0
            weight[:, second.head.ravel() < slot.half] = 0
        if weight.size > _SINGLE:
            return weight.astype(np.float32)
        return np.asarray(weight, np.float64)


def _spread(pairs: NDArray[np.float64], first: Ways, second: Ways) -> Table:
    """Return what holds of pairs of takes for each pair of their points."""
    outs, ins = first.shape[2], second.shape[1]
    return np.repeat(np.repeat(pairs, outs, axis=0), ins, axis=1)


@lru_cache(maxsize=4)
def joins(field: Field, dissonance: float | None) -> Joins:
    """Return the tables of a field, the same ones each time.

    Parameters
    ----------
    field
        The field.
    dissonance
        What its joins aim at, 0 to 1; None is as its style has it.
    """
    style = field.style
    if dissonance is not None:
        style = dataclasses.replace(style, dissonance=dissonance)
    return Joins(field, style)


def join_score(field: Field, before: Chosen, after: Chosen) -> float:
    """Return M of the join of two shots, 0 to 1 (`otio_genai.assemble.match`).

    Raises
    ------
    FieldError
        One of them is none of the field's.
    """
    leaving = _motion(field, before, before.frames)
    return score(leaving.tolist(), _motion(field, after, 0).tolist())


def _motion(field: Field, shot: Chosen, frames: int) -> NDArray[np.float64]:
    """Return the motion so far into a shot: before it at its end, else after it."""
    try:
        material = field.slots[shot.slot].options[shot.option].material
        if isinstance(material, Take) or not material.still:
            side = material.leaving if frames else material.entering  # type: ignore[union-attr]
            return np.asarray(side[shot.way + frames])
        return np.asarray(material.vectors[shot.way])
    except IndexError:
        raise FieldError(f"{shot} is no shot of this field.") from None
