"""What a showing asks of its field, and which takes may be shown by it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.ways import ways
from otio_genai.field.model import Field, Slot

__all__ = ["Conditions", "Permitted", "permitted"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for one showing, beside its field. Pairs are (slot, option)."""

    weights: Mapping[Pair, float] = field(default_factory=dict)
    "Instead of the weights of the takes; 0 is never shown."
    pinned: Mapping[int, int] = field(default_factory=dict)
    "Slots that show one take, whatever their policy."
    resting: frozenset[Pair] = frozenset()
    "Shown only where no film is possible without, and then the fewest of them."
    turn: int = 0
    "Number of the showing, for slots whose takes come in turn."
    orders: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    "How the slots of some groups follow each other, by the group's id."
    dissonance: float | None = None
    "What joins aim at, 0 to 1; None is as the style has it."
    uniform: bool = False
    "Whether every film is as likely as any other."
    banned: frozenset[Pair] = frozenset()
    "Never shown."


@dataclass(frozen=True, slots=True, eq=False)
class Permitted:
    """Which takes may be shown."""

    weights: tuple[NDArray[np.float64], ...]
    "Of the takes of each slot, 0 where one may not be shown; see `permitted`."
    resting: tuple[NDArray[np.bool_], ...] | None
    "Which of them should rest; None if none should."
    left_out: frozenset[int]
    "Slots whose takes are used up."


def permitted(field: Field, conditions: Conditions) -> Permitted:
    """Return which takes may be shown.

    The takes of a slot share 1 by their weights, and so do those that should rest: how
    readily a slot is shown does not depend on how many takes it has, nor on which of
    them are banned, pinned, resting or in turn. Uniform ones have 1 each.

    Raises
    ------
    FieldError
        The conditions contradict each other or the field; all that do are named.
    """
    items = [*_unknown(field, conditions), *_unordered(field, conditions)]
    if not items:
        items = _contradictions(field, conditions)
    if items:
        raise FieldError(
            "These conditions contradict each other or their field.",
            remedy="Take back what is named.",
            items=items,
        )
    weights = [slot.weights.copy() for slot in ways(field)]
    for (number, option), weight in conditions.weights.items():
        weights[number][option] = weight
    left_out = set()
    for number, (slot, own) in enumerate(zip(field.slots, weights, strict=True)):
        if conditions.uniform:
            own[own > 0] = 1
        only = _only(number, slot, conditions)
        if only is not None:
            own[np.arange(len(own)) != only] = 0
        if only == len(own):
            left_out.add(number)
    for number, option in conditions.banned:
        weights[number][option] = 0
    resting = tuple(np.zeros(len(own), bool) for own in weights)
    for number, option in conditions.resting:
        resting[number][option] = True
    rests = resting if conditions.resting else None
    if not conditions.uniform:
        for own, rest, filled in zip(weights, resting, ways(field), strict=True):
            for part in (rest, ~rest):
                own[part] /= own[part & filled.able].sum() or 1.0
    return Permitted(tuple(weights), rests, frozenset(left_out))


def _only(number: int, slot: Slot, conditions: Conditions) -> int | None:
    """Return the one take that a slot shows; their number if it shows none."""
    if number in conditions.pinned:
        return conditions.pinned[number]
    count, turn = len(slot.options), conditions.turn
    match slot.policy:
        case "fixed":
            return 0
        case "cycle":
            return turn % count
        case "once":
            return min(turn, count)
        case "stopping":
            return min(turn, count - 1)
        case _:
            return None


def _unknown(field: Field, conditions: Conditions) -> list[str]:
    """Return a sentence for each condition that speaks of nothing."""
    pairs: Iterable[tuple[str, Iterable[Pair]]] = (
        ("weight", conditions.weights),
        ("pin", conditions.pinned.items()),
        ("rest", conditions.resting),
        ("ban", conditions.banned),
    )
    counts = [len(slot.options) for slot in field.slots]
    items = [
        f"{what}: slot {slot}, take {option} is none of the field's"
        for what, told in pairs
        for slot, option in sorted(told)
        if not (0 <= slot < len(counts) and 0 <= option < counts[slot])
    ]
    items += [
        f"weight: slot {slot}, take {option} is weighed {weight:g}, not 0 or more"
        for (slot, option), weight in sorted(conditions.weights.items())
        if not (math.isfinite(weight) and weight >= 0)
    ]
    aim = conditions.dissonance
    if aim is not None and not 0 <= aim <= 1:
        items.append(f"dissonance: {aim:g} is not between 0 and 1")
    if conditions.turn < 0:
        items.append(f"turn: {conditions.turn} is below 0")
    return items


def _unordered(field: Field, conditions: Conditions) -> list[str]:
    """Return a sentence for each order that is none."""
    slots = {group.id: sorted(group.slots) for group in field.groups}
    return [
        f"order: {name} is no group of the field's"
        if name not in slots
        else f"order: group {name} has other slots"
        for name, order in conditions.orders.items()
        if slots.get(name) != sorted(order)
    ]


def _contradictions(field: Field, conditions: Conditions) -> list[str]:
    items = []
    for number, option in sorted(conditions.pinned.items()):
        slot = field.slots[number]
        what = f"slot {slot.id}: take {slot.options[option].clip.name!r} is pinned"
        if (number, option) in conditions.banned:
            items.append(f"{what} and banned")
        elif conditions.weights.get((number, option)) == 0:
            items.append(f"{what} and has no weight")
        elif not ways(field)[number].fits[option].any():
            items.append(f"{what} and fits its slot at no length")
    return items
