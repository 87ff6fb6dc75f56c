"""In how few showings every take can be shown, and which films do it.

Method
    The least number of paths through the field's network (`otio_genai.field.showing.
    mesh`) that together use every take still wanted is a minimum flow with lower
    bounds: the flow out of the source is least, every take wanted carries at least one
    unit. It is solved by HiGHS as a linear programme. Where a take has several arcs its
    flow can have parts of a unit: then one arc of each take is chosen, with which it
    has none, and if that takes more, an integer programme decides. The units of the
    flow are the films. Where every film shows all slots and any join may be, it is the
    greatest number of takes that one slot lacks, and nothing is solved.

Limits
    Beyond `otio_genai.field.showing.mesh.MOST_ARCS` arcs nothing is reckoned, nor is
    what takes HiGHS longer than two seconds; ``None`` says so: takes then only rest.
    Exact lengths, pinned times and contents that lie in very many slots are more than a
    network can say: the number is a bound from below there.

Source
    Ford and Fulkerson, Flows in Networks (1962), minimum flow with lower bounds;
    HiGHS by `scipy.optimize.milp`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otio_genai.field.drawing.conditions import Conditions
from otio_genai.field.model import Field
from otio_genai.field.showing.mesh import Mesh, Pair, mesh

__all__ = ["Cover"]

# What an integer programme has not solved in this time counts as not known.
_MOST_S = 2.0
_MOST_KEPT = 500

Floats = NDArray[np.float64]


class Cover:
    """How few films of a field show some takes.

    Parameters
    ----------
    field, conditions
        Which films there are.
    """

    def __init__(self, field: Field, conditions: Conditions) -> None:
        self._mesh: Mesh | None = mesh(field, conditions)
        self._late = False
        self._known: dict[
            tuple[frozenset[Pair], int | None], list[frozenset[Pair]] | None
        ] = {}
        self._open = frozenset[Pair]() if self._mesh is None else _open(self._mesh)

    @property
    def sure(self) -> bool:
        """Whether numbers are exact; else a bound from below, or not known."""
        return self._mesh is not None and self._mesh.sure

    @property
    def quick(self) -> bool:
        """Whether a number costs next to nothing."""
        return self._mesh is None or self._mesh.chain

    def least(self, wanted: Iterable[Pair]) -> int | None:
        """Return the least number of films that show all takes wanted.

        Takes that no film can show are not counted. None where it is not known.
        """
        lacking = frozenset(wanted) & self._open
        if self._mesh is None:
            return None
        if self._mesh.chain:
            slots = [slot for slot, _ in lacking]
            return max((slots.count(slot) for slot in set(slots)), default=0)
        found = self._solved(lacking)
        return None if found is None else len(found)

    def within(self, wanted: Iterable[Pair], count: int) -> bool:
        """Tell whether so many films are known to show all takes wanted."""
        if self._mesh is None:
            return False
        lacking = frozenset(wanted) & self._open
        if not lacking or self._mesh.chain:
            return (self.least(lacking) or 0) <= count
        return self._solved(lacking, count) is not None

    def films(
        self, wanted: Iterable[Pair], rng: Generator | None = None
    ) -> list[frozenset[Pair]] | None:
        """Return the takes of as few films as show all takes wanted.

        Parameters
        ----------
        wanted
            The takes.
        rng
            Chance, by which one cover of several is found; the first known without.
        """
        lacking = self.open(wanted)
        first = None if self._mesh is None else self._solved(lacking)
        if first is None or self._mesh is None or rng is None:
            return first
        return _another(self._mesh, lacking, len(first), rng) or first

    def open(self, wanted: Iterable[Pair]) -> frozenset[Pair]:
        """Return those of some takes that a film can show; none where not known."""
        return frozenset(wanted) & self._open

    def _solved(
        self, lacking: frozenset[Pair], most: int | None = None
    ) -> list[frozenset[Pair]] | None:
        assert self._mesh is not None  # noqa: S101  # asked for only where there is one
        if not lacking:
            return []
        known = self._known
        if (lacking, most) in known:
            return known[lacking, most]
        if self._late:
            return None
        start = time.monotonic()
        found = _solved(self._mesh, lacking, most)
        # Else every showing would wait as long again.
        spent = time.monotonic() - start
        self._late = found is None and most is None and spent > _MOST_S
        # Other threads may still look into the one that is let go.
        self._known = ({} if len(known) > _MOST_KEPT else known) | {
            (lacking, most): found
        }
        return found


def _open(found: Mesh) -> frozenset[Pair]:
    """Return the takes that lie on a path from the source to the sink."""
    onward = _reached(found, 0, 1)
    back = _reached(found, 1, 0)
    good = onward[found.arcs[:, 0]] & back[found.arcs[:, 1]]
    return frozenset(pair for pair, arcs in found.takes.items() if good[arcs].any())


def _reached(found: Mesh, start: int, end: int) -> np.ndarray:
    """Return the vertices that paths from ``start`` reach, forwards or backwards."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    sides = (0, 1) if start < end else (1, 0)
    ones = np.ones(len(found.arcs), np.int8)
    shape = (found.vertices, found.vertices)
    ends = found.arcs[:, sides[0]], found.arcs[:, sides[1]]
    graph = coo_array((ones, ends), shape=shape).tocsr()
    order = breadth_first_order(graph, start, return_predecessors=False)
    reached = np.zeros(found.vertices, bool)
    reached[order] = True
    return reached


def _solved(
    found: Mesh, lacking: frozenset[Pair], most: int | None
) -> list[frozenset[Pair]] | None:
    """Return the fewest films, or at most so many; None where none are known."""
    arcs = [found.takes[pair] for pair in sorted(lacking)]
    flow = _flow(found, arcs, most)
    if flow is not None and not _is_whole(flow):
        enough = int(np.ceil(flow[found.arcs[:, 0] == 0].sum() - 1e-6))
        # With one arc for each take the flow is whole by itself (Ford and Fulkerson).
        ones = [[max(row, key=flow.__getitem__)] for row in arcs]
        flow = _flow(found, ones, enough)
        if flow is None or not _is_whole(flow):
            flow = _flow(found, arcs, most, whole=True)
    return None if flow is None else _paths(found, flow.round().astype(np.int64))


def _another(
    found: Mesh, lacking: frozenset[Pair], count: int, rng: Generator
) -> list[frozenset[Pair]] | None:
    """Return so many films that show some takes, as chance has it; None if it fails."""
    ones = [[int(rng.choice(found.takes[pair]))] for pair in sorted(lacking)]
    flow = _flow(found, ones, count, cost=rng.random(len(found.arcs)))
    if flow is None or not _is_whole(flow):
        return None
    return _paths(found, flow.round().astype(np.int64))


def _is_whole(flow: Floats) -> bool:
    return bool(np.abs(flow - flow.round()).max(initial=0) < 1e-6)


def _flow(
    found: Mesh,
    needs: Sequence[list[int]],
    most: int | None,
    *,
    whole: bool = False,
    cost: Floats | None = None,
) -> Floats | None:
    """Return the least flow, or that of least cost, with a unit for each need.

    None where there is none of at most so much, or where none was found in time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    number = len(found.arcs)
    films = (found.arcs[:, 0] == 0).astype(float)
    rules = _rules(found, needs)
    if most is not None:
        rules.append(LinearConstraint(films[None, :], 0, most))
    done = milp(
        films if cost is None else cost,
        constraints=rules,
        integrality=np.full(number, int(whole)),
        bounds=Bounds(0, len(needs)),
        options={"time_limit": _MOST_S},
    )
    return done.x if done.status == 0 else None


def _rules(found: Mesh, needs: Sequence[list[int]]) -> list[Any]:
    """Return that nothing is lost at a vertex, and that every need has its unit."""
    from scipy.optimize import LinearConstraint
    from scipy.sparse import coo_array

    arcs, number = found.arcs, len(found.arcs)
    inner = arcs >= 2
    rows = np.concatenate([arcs[inner[:, 0], 0], arcs[inner[:, 1], 1]]) - 2
    columns = np.concatenate([np.flatnonzero(inner[:, 0]), np.flatnonzero(inner[:, 1])])
    signs = np.repeat([-1.0, 1.0], [inner[:, 0].sum(), inner[:, 1].sum()])
    kept = coo_array((signs, (rows, columns)), shape=(found.vertices - 2, number))
    at = [(k, arc) for k, row in enumerate(needs) for arc in row]
    must = coo_array(
        (np.ones(len(at)), tuple(np.array(at).T)), shape=(len(needs), number)
    )
    return [LinearConstraint(kept.tocsr(), 0, 0), LinearConstraint(must.tocsr(), 1)]


def _paths(found: Mesh, flow: np.ndarray) -> list[frozenset[Pair]]:
    """Return the takes of each unit of a flow."""
    whose = {arc: pair for pair, arcs in found.takes.items() for arc in arcs}
    leaving: dict[int, list[int]] = {}
    used: list[int] = np.flatnonzero(flow).tolist()
    for arc in used:
        leaving.setdefault(int(found.arcs[arc, 0]), []).append(arc)
    paths = []
    while any(flow[arc] for arc in leaving.get(0, ())):
        vertex, takes = 0, set()
        while vertex != 1:
            arc = next(arc for arc in leaving[vertex] if flow[arc] > 0)
            flow[arc] -= 1
            if arc in whose:
                takes.add(whose[arc])
            vertex = int(found.arcs[arc, 1])
        paths.append(frozenset(takes))
    return paths
