"""Films confined to some takes, and led past no slot that has one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf

import numpy as np

from otio_genai.field.drawing import Space
from otio_genai.field.drawing.filter import filtered
from otio_genai.field.drawing.route import END, Route, Step
from otio_genai.field.model import Field
from otio_genai.field.showing.mesh import Pair

__all__ = ["confined"]


def confined(
    space: Space, takes: Iterable[Pair], *, alone: bool = True
) -> Space | None:
    """Return the films of a space that show all of some takes; None if there are none.

    Their law is that of the space, given these takes; what rests is not looked at.

    Parameters
    ----------
    space
        The space.
    takes
        At most one of each slot.
    alone
        Whether films show no other takes.
    """
    seen = space.seen
    only = {slot: option for slot, option in takes}
    weights = []
    for slot, own in enumerate(seen.weights):
        kept = own if slot not in only and not alone else np.zeros_like(own)
        if slot in only:
            kept[only[slot]] = own[only[slot]]
        weights.append(kept)
    found = filtered(
        _through(seen.route, space.field, frozenset(only)),
        seen.ways,
        seen.joins,
        fits=seen.fits,
        weights=weights,
        ending=seen.ending,
        bands=[ahead.band for ahead in seen.ahead],
    )
    if found.log_weight == -inf:
        return None
    conditions = replace(space.conditions, resting=frozenset())
    return replace(space, seen=found, conditions=conditions)


def _through(found: Route, field: Field, slots: frozenset[int]) -> Route:
    """Return the route without the steps that lead past one of some slots."""
    # Slots of a group in any order can only be passed by all together.
    loose = [group.slots for group in field.groups if group.order != "fixed"]
    inside = frozenset(slot for group in loose for slot in group)
    spans = [(slot, slot) for slot in slots - inside]
    spans += [(min(g), max(g)) for g in loose if slots & frozenset(g)]

    def kept(place: int, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(
            step
            for step in steps
            if not any(
                place < first
                and last < (len(field.slots) if step.to == END else places[step.to])
                for first, last in spans
            )
        )

    places = [node.place for node in found.nodes]
    nodes = tuple(
        replace(node, steps=tuple(kept(node.place, steps) for steps in node.steps))
        for node in found.nodes
    )
    return replace(found, nodes=nodes, starts=kept(-1, found.starts))
