"""The ways through a field: which slot follows which, under which flags.

A film is a path through nodes. A node is a slot together with all of what came before
that still matters: the flags that are set, which slots of a shuffled group are behind
it, and which takes that lie in several slots have been shown. Most fields have one
node for each slot.

A slot whose condition does not hold is passed over, and so are branches after it. In a
group in any order the next slot is any that was not shown and whose condition holds;
the group is over when there is none. Branches at a group's last slot are taken after
the group, wherever that slot came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.nofilm import NoFilmError
from otio_genai.field.drawing.passage import END, Passage

__all__ = ["END", "Node", "Route", "Step", "route"]

_MOST_NODES = 12_000
#: Beyond so many nodes shared takes are kept apart cut by cut instead.
_MOST_SHARED = 1_500


@dataclass(frozen=True, slots=True)
class Step:
    """One way on from a node."""

    to: int
    "Number of the node; `END` is the end of the film."
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A slot, and what of the past decides its future."""

    slot: int
    place: int
    "Rises along every path; the slot's own number outside of groups in any order."
    allowed: NDArray[np.bool_]
    "Which of its takes may be shown here, shape (K,)."
    classes: NDArray[np.intp]
    "Which of `steps` each take leads to, shape (K,)."
    steps: tuple[tuple[Step, ...], ...]
    "The ways on, for each class of takes."


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """All nodes, each after those that lead to it, and where a film may begin."""

    nodes: tuple[Node, ...]
    starts: tuple[Step, ...]
    whole: bool
    "Whether its paths show no content twice by themselves."


def route(passage: Passage, *, shared: bool = True) -> Route:
    """Return the ways through a field.

    Parameters
    ----------
    passage
        The field's rules of passage.
    shared
        Whether takes that lie in several slots are kept apart by nodes of their own,
        as far as these are not too many.

    Raises
    ------
    FieldError
        There are too many nodes, or a film would have no shot.
    """
    if shared and passage.shared:
        found = _walked(passage, _MOST_SHARED)
        if found is not None:
            return found
    loose = replace(passage, shared=frozenset())
    found = _walked(loose, _MOST_NODES)
    if found is None:
        raise FieldError(
            "This field has too many states to be drawn from exactly.",
            remedy="Shuffle fewer slots at once, or use fewer flags.",
            items=[
                f"group {group.id}: {len(group.slots)} slots in any order"
                for group in passage.loose
            ]
            + [f"flags: {', '.join(sorted(passage.flags))}"],
        )
    return replace(found, whole=not passage.shared)


def _walked(passage: Passage, most: int) -> Route | None:
    """Return all nodes that can be reached; None if they are more than ``most``."""
    starts = passage.begun()
    waiting = [state for state in starts if state[0] != END]
    known = set(waiting)
    while waiting:
        for onward in passage.classes(*waiting.pop())[1]:
            fresh = [s for s in onward if s[0] != END and s not in known]
            known.update(fresh)
            waiting.extend(fresh)
        if len(known) > most:
            return None
    if not known:
        raise NoFilmError(
            "A film drawn from this field has no shot.",
            remedy="Let the condition of at least one slot hold.",
        )
    order = sorted(known, key=lambda s: (passage.place(*s), s[0]))
    number = {state: index for index, state in enumerate(order)}
    nodes = []
    for state in order:
        rows, onwards = passage.classes(*state)
        steps = tuple(
            tuple(
                Step(END if s[0] == END else number[s], weight)
                for s, weight in onward.items()
            )
            for onward in onwards
        )
        nodes.append(
            Node(
                slot=state[0],
                place=passage.place(*state),
                allowed=rows >= 0,
                classes=np.maximum(rows, 0),
                steps=steps,
            )
        )
    begun = tuple(Step(number[s], w) for s, w in starts.items() if s[0] != END)
    return Route(tuple(nodes), begun, True)
