"""In how few showings every take can be shown, and which films do it.

Method
    The least number of paths through the field's network (`otio_genai.field.showing.
    mesh`) that together use every take still wanted is a minimum flow with lower
    bounds: the flow out of the source is least, every take wanted carries at least one
    unit. It is solved by HiGHS as a linear programme, and as an integer one where a
    take has several arcs and the first has parts of a unit. The units of the flow are
    the films. Where every film shows all slots and any join may be, it is the greatest
    number of takes that one slot lacks, and nothing is solved.

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

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from otio_genai.field.drawing.conditions import Conditions
from otio_genai.field.model import Field
from otio_genai.field.showing.mesh import Mesh, Pair, mesh

__all__ = ["Cover"]

# What an integer programme has not solved in this time counts as not known.
_MOST_S = 2.0
_MOST_KEPT = 500


class Cover:
    """How few films of a field show some takes.

    Parameters
    ----------
    field, conditions
        Which films there are.
    """

    def __init__(self, field: Field, conditions: Conditions) -> None:
        self._mesh: Mesh | None = mesh(field, conditions)
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

    def films(self, wanted: Iterable[Pair]) -> list[frozenset[Pair]] | None:
        """Return the takes of as few films as show all takes wanted."""
        if self._mesh is None:
            return None
        return self._solved(frozenset(wanted) & self._open)

    def _solved(
        self, lacking: frozenset[Pair], most: int | None = None
    ) -> list[frozenset[Pair]] | None:
        assert self._mesh is not None  # noqa: S101  # asked for only where there is one
        if not lacking:
            return []
        known = self._known
        if (lacking, most) in known:
            return known[lacking, most]
        found = _solved(self._mesh, lacking, most)
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
    from scipy.optimize import Bounds, LinearConstraint, milp

    number = len(found.arcs)
    rules = _rules(found, sorted(lacking))
    cost = (found.arcs[:, 0] == 0).astype(float)
    for whole in (0, 1):
        done = milp(
            cost,
            constraints=rules,
            integrality=np.full(number, whole),
            bounds=Bounds(0, len(lacking)),
            options={"time_limit": _MOST_S},
        )
        if done.status != 0 or done.x is None:
            return None
        if most is not None and done.fun > most + 1e-6:
            return None
        flow = done.x.round()
        if np.abs(done.x - flow).max(initial=0) < 1e-6:
            return _paths(found, flow.astype(np.int64))
        if most is not None:
            rules.append(LinearConstraint(cost[None, :], 0, most))
    return None


def _rules(found: Mesh, needs: Sequence[Pair]) -> list[Any]:
    """Return that nothing is lost at a vertex, and that every take has its unit."""
    from scipy.optimize import LinearConstraint
    from scipy.sparse import coo_array

    arcs, number = found.arcs, len(found.arcs)
    inner = arcs >= 2
    rows = np.concatenate([arcs[inner[:, 0], 0], arcs[inner[:, 1], 1]]) - 2
    columns = np.concatenate([np.flatnonzero(inner[:, 0]), np.flatnonzero(inner[:, 1])])
    signs = np.repeat([-1.0, 1.0], [inner[:, 0].sum(), inner[:, 1].sum()])
    kept = coo_array((signs, (rows, columns)), shape=(found.vertices - 2, number))
    at = [(k, arc) for k, pair in enumerate(needs) for arc in found.takes[pair]]
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
