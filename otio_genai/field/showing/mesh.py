"""Every film of a field as a path through a network, one arc for each take.

Method
    A vertex stands for in-points of a take: which out-point follows is settled by the
    in-point that comes next, so out-points have none. In-points that are reached from
    the same places and lead to the same ones are one, and so is each that leads
    nowhere, and is reached from nowhere, that another of its take is not: a path by the
    one is a path by the other that shows the same takes. Points that lead to the same
    ones share the arcs there. So where any join may be, a take is one arc, and where
    some may not be, few more arcs than it takes to say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.field.drawing.conditions import Conditions, permitted
from otio_genai.field.drawing.passage import passage
from otio_genai.field.drawing.route import END, Route, route
from otio_genai.field.drawing.tables import Joins, joins
from otio_genai.field.drawing.ways import Ways, ways
from otio_genai.field.model import Field

__all__ = ["MOST_ARCS", "Mesh", "Pair", "mesh"]

#: Arcs from which on nothing is reckoned.
MOST_ARCS = 60_000

# Rounds in which points that others stand for are let go.
_SWEEPS = 2

#: (slot, option)
Pair = tuple[int, int]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A network from vertex 0 to vertex 1, each path a film."""

    vertices: int
    arcs: NDArray[np.int64]
    "Where each arc begins and ends, shape (n, 2)."
    takes: dict[Pair, list[int]]
    "The arcs that stand for each take."
    chain: bool
    "Whether every film shows all slots, any take beside any other."
    sure: bool
    "Whether each path is a film; else films keep more rules than paths."


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """In-points of all slots, those that stand for all others."""

    kept: list[Bools]
    "Of each slot, shape (K, A)."
    leads: dict[tuple[int, int], Bools]
    "From in-points of a slot to those of another, where some joins may not be."


def mesh(field: Field, conditions: Conditions) -> Mesh | None:
    """Return the network of a field's films; None if it is too large.

    Parameters
    ----------
    field
        The field.
    conditions
        Which takes may be shown. Takes that rest may.
    """
    may = permitted(field, conditions)
    found = route(passage(field, may.left_out, conditions.orders))
    tables, filled = joins(field, conditions.dissonance), ways(field)
    pairs = sorted(
        {
            (node.slot, found.nodes[step.to].slot)
            for node in found.nodes
            for row in node.steps
            for step in row
            if step.to != END and step.weight > 0
        }
    )
    build = _Build()
    if not build.all(found, _points(filled, tables, pairs, may.weights)):
        return None
    chain = (
        len(found.nodes) == len(field.slots)
        and all(len(n.steps) == 1 and len(n.steps[0]) == 1 for n in found.nodes)
        and len(found.starts) == 1
        and all(tables.may(*pair) is None for pair in pairs)
        and found.whole
    )
    timed = field.runtime.exact is not None or any(
        slot.at is not None for slot in field.slots
    )
    arcs = np.array(build.arcs, np.int64).reshape(-1, 2)
    return Mesh(build.count, arcs, dict(build.takes), chain, found.whole and not timed)


class _Build:
    """A network being built."""

    def __init__(self) -> None:
        self.count = 2
        self.arcs: list[tuple[int, int]] = []
        self.takes: defaultdict[Pair, list[int]] = defaultdict(list)
        self._known: dict[object, int] = {}

    def all(self, found: Route, points: _Points) -> bool:
        """Build all of it; stop where it grows too large."""
        for step in found.starts:
            if step.weight > 0:
                self.arcs.append((0, self._vertex("any", step.to)))
        for number, node in enumerate(found.nodes):
            kept = points.kept[node.slot] & node.allowed[:, None]
            for k, a in np.argwhere(kept).tolist():
                self._arc(("any", number), ("in", number, k, a))
                self.takes[node.slot, k].append(len(self.arcs))
                self._arc(("in", number, k, a), ("out", number, k, a))
                for step in node.steps[node.classes[k]]:
                    if step.weight > 0:
                        self._on(found, points, (number, k, a), step.to)
                if len(self.arcs) > MOST_ARCS:
                    return False
        return True

    def _on(
        self, found: Route, points: _Points, at: tuple[int, int, int], to: int
    ) -> None:
        number, k, a = at
        vertex = ("out", *at)
        if to == END:
            self.arcs.append((self._vertex(*vertex), 1))
            return
        before, after = found.nodes[number].slot, found.nodes[to].slot
        leads = points.leads.get((before, after))
        if leads is None:
            self._arc(vertex, ("any", to))
            return
        kept = points.kept[after] & found.nodes[to].allowed[:, None]
        row = leads[k * points.kept[before].shape[1] + a] & kept.ravel()
        if not row.any():
            return
        hub = ("hub", to, row.tobytes())
        new = hub not in self._known
        self._arc(vertex, hub)
        if new:
            for other, into in np.argwhere(row.reshape(kept.shape)).tolist():
                self._arc(hub, ("in", to, other, into))

    def _arc(self, first: tuple[object, ...], last: tuple[object, ...]) -> None:
        self.arcs.append((self._vertex(*first), self._vertex(*last)))

    def _vertex(self, *name: object) -> int:
        if name not in self._known:
            self._known[name] = self.count
            self.count += 1
        return self._known[name]


def _points(
    filled: Sequence[Ways],
    tables: Joins,
    pairs: Sequence[tuple[int, int]],
    weights: Sequence[NDArray[np.float64]],
) -> _Points:
    kept = [
        (slot.fits > 0).any(axis=2) & (own > 0)[:, None]
        for slot, own in zip(filled, weights, strict=True)
    ]
    leads = {}
    for before, after in pairs:
        table = tables.may(before, after)
        if table is not None:
            leads[before, after] = _leads(filled[before].fits > 0, table)
    for sweep in range(_SWEEPS):
        order = range(len(filled))
        for number in order if sweep % 2 else reversed(order):
            _spare(number, kept, leads)
    return _Points(kept, leads)


def _leads(fits: Bools, table: Bools) -> Bools:
    """Return which in-points of the next slot each in-point leads to."""
    takes, _, outs = fits.shape
    onward = table.reshape(takes, outs, -1).astype(np.float32)
    found: Bools = np.matmul(fits.astype(np.float32), onward) > 0
    return found.reshape(-1, table.shape[1])


def _spare(number: int, kept: list[Bools], leads: dict[tuple[int, int], Bools]) -> None:
    """Let go of the points of a slot for which another of the same take stands."""
    takes, ins = kept[number].shape
    sides = [
        table[:, kept[after].ravel()]
        for (before, after), table in leads.items()
        if before == number
    ] + [
        table[kept[before].ravel()].T
        for (before, after), table in leads.items()
        if after == number
    ]
    if not sides:
        told = np.zeros((takes, ins, 1), bool)
    else:
        told = np.concatenate(sides, axis=1).reshape(takes, ins, -1)
    for k in range(takes):
        here = np.flatnonzero(kept[number][k])
        # Where two tell the same, the first stands for both.
        here = here[np.argsort(-told[k, here].sum(axis=1), kind="stable")]
        stand: list[int] = []
        for a in here.tolist():
            mine = told[k, a]
            if not stand or (mine & ~told[k, stand]).any(axis=1).all():
                stand.append(a)
        kept[number][k] = False
        kept[number][k, stand] = True
