"""A space of films: a field under some conditions, ready to be drawn from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.bands import bands
from otio_genai.field.drawing.conditions import Conditions, permitted
from otio_genai.field.drawing.conflict import explained
from otio_genai.field.drawing.faults import refuse
from otio_genai.field.drawing.filter import Filtered, filtered
from otio_genai.field.drawing.levels import levelled
from otio_genai.field.drawing.nofilm import NoFilmError
from otio_genai.field.drawing.passage import passage
from otio_genai.field.drawing.route import Node, Route, Step, route
from otio_genai.field.drawing.rules import Asked
from otio_genai.field.drawing.tables import Table, joins
from otio_genai.field.drawing.times import Times, times
from otio_genai.field.drawing.ways import ways
from otio_genai.field.model import Field

__all__ = ["Space", "space"]


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The films that a field holds under some conditions."""

    field: Field
    conditions: Conditions
    seen: Filtered
    "The field from its end."
    times: Times
    "The clock, as far as films go by it."

    @property
    def exact(self) -> bool:
        """Whether a draw is exact: in proportion to the weight of every whole film.

        It is not where very many takes lie in several slots: then these are kept apart
        cut by cut, and each cut is drawn as if later repeats were allowed, among those
        that leave enough takes for all slots ahead.
        """
        return self.seen.route.whole

    @property
    def pathless(self) -> bool:
        """Whether a film that is drawn can come to where none goes on."""
        field = self.field
        limited = field.motion.hard_max is not None or field.palette.most_de is not None
        dissolved = any(slot.kind in ("dissolve", "dip") for slot in field.slots)
        timely = self.times.counts
        return not self.exact and (limited or dissolved or timely)

    @property
    def log_weight(self) -> float:
        """Natural logarithm of the weight of all films together."""
        return self.seen.log_weight


def space(
    field: Field,
    conditions: Conditions | None = None,
    *,
    repeats: bool = False,
    reasons: bool = True,
) -> Space:
    """Return the films that a field holds under some conditions.

    Parameters
    ----------
    field
        The field. Its tables are made once and kept, for this object of it.
    conditions
        What holds for this showing; nothing if None.
    repeats
        Whether a film may show one content twice, which none that is shown may: a space
        that bounds, and whose films can be counted however many takes are shared.
    reasons
        Whether, if there is no film, the rules that leave none together are looked
        for: that takes as long as many spaces do.

    Raises
    ------
    FieldError
        The conditions contradict each other or the field, or no film is left; what
        does it is named.
    """
    asked = Asked(field, conditions or Conditions(), repeats)
    try:
        return _space(asked)
    except NoFilmError as error:
        if not reasons:
            raise
        raise explained(error, asked, _draws) from None


def _draws(asked: Asked) -> bool:
    try:
        _space(asked)
    except FieldError:
        return False
    return True


def _space(asked: Asked) -> Space:
    field, conditions, repeats = asked.field, asked.conditions, asked.repeats
    may = permitted(field, conditions)
    orders = tuple(sorted((name, tuple(o)) for name, o in conditions.orders.items()))
    filled = ways(field)
    fits = [slot.fits for slot in filled]
    tables: Callable[[int, int], Table] = joins(field, conditions.dissonance)
    if conditions.uniform:
        tables, fits = _Alike(tables), _alike(field)
        found = _unweighted(_route(field, may.left_out, orders, not repeats))
    else:
        aim = conditions.dissonance
        found = _levelled(field, may.left_out, orders, not repeats, aim)
    if repeats:
        found = replace(found, whole=True)
    told = times(field, found, filled)
    seen = filtered(
        found,
        filled,
        tables,
        fits=fits,
        weights=may.weights,
        ending=told.ending,
        bands=bands(found, filled, told.ending, told.pinned),
        resting=may.resting,
    )
    refuse(field, seen, told)
    return Space(field, conditions, seen, told)


@lru_cache(maxsize=16)
def _route(
    field: Field,
    left_out: frozenset[int],
    orders: tuple[tuple[str, tuple[int, ...]], ...],
    shared: bool,
) -> Route:
    given: Mapping[str, tuple[int, ...]] = dict(orders)
    return route(passage(field, left_out, given), shared=shared)


@lru_cache(maxsize=16)
def _levelled(
    field: Field,
    left_out: frozenset[int],
    orders: tuple[tuple[str, tuple[int, ...]], ...],
    shared: bool,
    dissonance: float | None,
) -> Route:
    found = _route(field, left_out, orders, shared)
    return levelled(found, joins(field, dissonance).mean)


@lru_cache(maxsize=4)
def _alike(field: Field) -> list[NDArray[np.float64]]:
    return [(slot.fits > 0).astype(float) for slot in ways(field)]


def _unweighted(found: Route) -> Route:
    def alike(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(Step(s.to, 1.0 if s.weight > 0 else 0.0) for s in steps)

    nodes = tuple(
        Node(n.slot, n.place, n.allowed, n.classes, tuple(map(alike, n.steps)))
        for n in found.nodes
    )
    return replace(found, nodes=nodes, starts=alike(found.starts))


class _Alike:
    """Joins of which all that may be weigh the same."""

    def __init__(self, tables: Callable[[int, int], Table]) -> None:
        self._tables = tables
        self._known: dict[tuple[int, int], Table] = {}

    def __call__(self, before: int, after: int) -> Table:
        found = self._known.get((before, after))
        if found is None:
            table = self._tables(before, after)
            found = np.asarray((table > 0).astype(table.dtype))
            self._known[before, after] = found
        return found
