"""Every film of a field as a path through a network, one arc for each take.

Method
    A vertex stands for in-points of a take that are reached from the same places, or
    for out-points that lead to the same ones; which these are is read off the tables of
    joins that there may be. So where any join may be, a take is one arc, and where some
    may not be, no more arcs than it takes to say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
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
MOST_ARCS = 25_000

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
    """In-points and out-points of one slot, those that are alike together."""

    ins: NDArray[np.int64]
    "Class of each in-point, shape (K, A); -1 where there is none."
    outs: NDArray[np.int64]
    "Class of each out-point, shape (K, B)."
    runs: dict[int, list[tuple[int, int]]]
    "Pairs of classes that a take can run from and to, by its number."


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
    points = _points(filled, tables, pairs, may.weights)
    build = _Build()
    if not build.all(found, points, tables, filled):
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

    def all(
        self,
        found: Route,
        points: Sequence[_Points],
        tables: Joins,
        filled: Sequence[Ways],
    ) -> bool:
        """Build all of it; stop where it grows too large."""
        for step in found.starts:
            if step.weight > 0:
                self.arcs.append((0, self._vertex("any", step.to)))
        for number, node in enumerate(found.nodes):
            here = points[node.slot]
            entries = set()
            allowed: list[int] = np.flatnonzero(node.allowed).tolist()
            for option in allowed:
                for a, b in here.runs.get(option, ()):
                    entries.add((option, a))
                    self.takes[node.slot, option].append(len(self.arcs))
                    self._arc(("in", number, option, a), ("out", number, option, b))
            for option, a in sorted(entries):
                self._arc(("any", number), ("in", number, option, a))
            for option in allowed:
                leaving = sorted({b for _, b in here.runs.get(option, ())})
                for step in node.steps[node.classes[option]]:
                    if step.weight <= 0:
                        continue
                    for b in leaving:
                        self._on(found, points, tables, (number, option, b), step.to)
                if len(self.arcs) > MOST_ARCS:
                    return False
        return True

    def _on(
        self,
        found: Route,
        points: Sequence[_Points],
        tables: Joins,
        leaving: tuple[int, int, int],
        to: int,
    ) -> None:
        number, option, b = leaving
        vertex = ("out", number, option, b)
        if to == END:
            self.arcs.append((self._vertex(*vertex), 1))
            return
        before, after = found.nodes[number].slot, found.nodes[to].slot
        table = tables.may(before, after)
        if table is None:
            self._arc(vertex, ("any", to))
            return
        outs = points[before].outs
        place = int(np.flatnonzero(outs[option] == b)[0])
        row = table[option * outs.shape[1] + place]
        hub = ("hub", to, row.tobytes())
        new = hub not in self._known
        self._arc(vertex, hub)
        if not new:
            return
        ins = points[after].ins
        open_to = row.reshape(ins.shape)
        for k in np.flatnonzero(found.nodes[to].allowed).tolist():
            runs = {a for a, _ in points[after].runs.get(k, ())}
            for a in sorted(runs & set(ins[k][open_to[k]].tolist())):
                self._arc(hub, ("in", to, k, a))

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
) -> list[_Points]:
    found = []
    for number, slot in enumerate(filled):
        before = [tables.may(p, s) for p, s in pairs if s == number]
        after = [tables.may(p, s) for p, s in pairs if p == number]
        takes, ins, outs = slot.shape
        into = _classes([t.T for t in before if t is not None], (takes, ins))
        onto = _classes([t for t in after if t is not None], (takes, outs))
        runs = {
            k: sorted(set(_runs(slot.fits[k] > 0, into[k], onto[k])))
            for k in range(takes)
            if weights[number][k] > 0
        }
        found.append(_Points(into, onto, runs))
    return found


def _classes(rows: Sequence[Bools], shape: tuple[int, int]) -> NDArray[np.int64]:
    """Return which points of a slot are alike: those whose rows are the same."""
    if not rows:
        return np.zeros(shape, np.int64)
    packed = np.packbits(np.concatenate(rows, axis=1), axis=1)
    _, alike = np.unique(packed, axis=0, return_inverse=True)
    return np.asarray(alike, np.int64).reshape(shape)


def _runs(
    fits: Bools, into: NDArray[np.int64], onto: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    for a, b in np.argwhere(fits):
        yield int(into[a]), int(onto[b])
