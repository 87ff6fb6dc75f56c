"""Films confined to some takes, and led past no slot that has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from otio_genai.field.drawing import Space
from otio_genai.field.drawing.filter import Filtered, filtered
from otio_genai.field.drawing.route import END, Route, Step
from otio_genai.field.model import Field
from otio_genai.field.showing.mesh import Pair

__all__ = ["confined"]

Floats = NDArray[np.float64]

_LEAST = 1e-200


def confined(
    space: Space,
    takes: Iterable[Pair],
    *,
    alone: bool = True,
    tired: Mapping[Pair, int] | None = None,
    lean: float = 0.0,
) -> Space | None:
    """Return the films of a space that show all of some takes; None if there are none.

    Their law is that of the space, given these takes; what rests is not looked at.
    With ``lean`` it is another one, of the same films.

    Parameters
    ----------
    space
        The space.
    takes
        At most one of each slot.
    alone
        Whether films show no other takes.
    tired
        Other takes that are shown only where no film does without, and how much each
        counts: of films those are drawn for which it adds up to least.
    lean
        Each record frame that a film lasts makes it so much likelier, as a power of e;
        less than 0, less likely.
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
        fits=_leaning(seen, lean) if lean else seen.fits,
        weights=weights,
        ending=seen.ending,
        bands=[ahead.band for ahead in seen.ahead],
        resting=_resting(seen, tired, only) if tired else None,
    )
    if found.log_weight == -inf:
        return None
    conditions = replace(space.conditions, resting=frozenset())
    return replace(space, seen=found, conditions=conditions)


def _leaning(seen: Filtered, lean: float) -> list[Floats]:
    """Return how readily ways are drawn where films lean to a length."""
    found = []
    for fits, slot in zip(seen.fits, seen.ways, strict=True):
        there = fits > 0
        power = lean * np.where(there, slot.frames, 0.0)
        most = power.max(where=there, initial=-np.inf) if there.any() else 0.0
        power = np.where(there, power - most, 0.0)
        # Never impossible: the films stay the same.
        found.append(np.where(there, np.maximum(fits * np.exp(power), _LEAST), 0.0))
    return found


def _resting(
    seen: Filtered, tired: Mapping[Pair, int], only: Mapping[int, int]
) -> list[NDArray[np.int32]]:
    found = [np.zeros(len(own), np.int32) for own in seen.weights]
    for (slot, option), count in tired.items():
        if slot not in only:
            found[slot][option] = count
    return found


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
