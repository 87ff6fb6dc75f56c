"""A field that changed while a film of it is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions
from otio_genai.field.model import Field

__all__ = ["carried", "merged"]

_Pair = tuple[int, int]
_T = TypeVar("_T")


def merged(old: Field, new: Field, decided: Collection[int]) -> Field:
    """Return the new field with those slots of the old one that are decided.

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
    slots = tuple(
        before if number in decided else after
        for number, (before, after) in enumerate(zip(old.slots, new.slots, strict=True))
    )
    return replace(new, slots=slots)


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
