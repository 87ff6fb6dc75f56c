"""A field that changed while a film of it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions
from otio_genai.field.model import Chosen, Field

__all__ = ["carried", "found_in", "merged"]

_Pair = tuple[int, int]
_T = TypeVar("_T")


def merged(
    old: Field, new: Field, decided: Sequence[Chosen]
) -> tuple[Field, list[Chosen]]:
    """Return the new field, and what is decided as it lies there.

    Slots whose decided take went, or may no longer begin where it does, are those of
    the old field.

    Raises
    ------
    FieldError
        The two have other slots, or another rate: then it is no longer this film's.
    """
    if old.rate != new.rate or [s.id for s in old.slots] != [s.id for s in new.slots]:
        raise FieldError(
            "This field has other slots, or another rate, than the one that is shown.",
            remedy="Let the showing end first; takes alone may come and go meanwhile.",
        )
    slots, film = list(new.slots), []
    for one in decided:
        found = found_in(old, new, one)
        if found is None:
            slots[one.slot] = old.slots[one.slot]
        film.append(found or one)
    kept = all(a is b for a, b in zip(slots, new.slots, strict=True))
    return new if kept else replace(new, slots=tuple(slots)), film


def found_in(old: Field, new: Field, one: Chosen) -> Chosen | None:
    """Return a shot as it lies in a changed field; None where it cannot be any more."""
    before = old.slots[one.slot].options[one.option]
    for k, option in enumerate(new.slots[one.slot].options):
        if option.content == before.content and one.way in option.ins:
            return replace(one, option=k)
    return None


def carried(asked: Conditions, old: Field, new: Field) -> Conditions:
    """Return conditions that speak of the same takes in a changed field.

    What speaks of a take that went is left out.
    """
    to: dict[_Pair, _Pair] = {}
    for number, (before, after) in enumerate(zip(old.slots, new.slots, strict=True)):
        places = {option.content: k for k, option in enumerate(after.options)}
        for k, option in enumerate(before.options):
            if option.content in places:
                to[number, k] = number, places[option.content]
    pins = {slot: to[slot, k][1] for slot, k in asked.pinned.items() if (slot, k) in to}
    return replace(
        asked,
        weights=_moved(asked.weights, to),
        pinned=pins,
        banned=frozenset(to[pair] for pair in asked.banned if pair in to),
    )


def _moved(found: Mapping[_Pair, _T], to: Mapping[_Pair, _Pair]) -> dict[_Pair, _T]:
    return {to[pair]: value for pair, value in found.items() if pair in to}
