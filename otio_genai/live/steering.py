"""What the artist asks of films while they play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from otio_genai.errors import LiveError
from otio_genai.field.model import Field

__all__ = ["Pair", "Steering", "moved"]

Pair = tuple[int, int]

_MOST_WEIGHT = 100.0


@dataclass(frozen=True, slots=True)
class Steering:
    """Conditions set at the desk; the same for every film that plays.

    Takes are (slot, option) pairs of indexes, as in `otio_genai.field.model`.
    """

    weights: Mapping[Pair, float] = field(default_factory=dict)
    "How readily takes are drawn, instead of what the field says."
    pinned: Mapping[int, int] = field(default_factory=dict)
    "Takes that their slots show."
    banned: frozenset[Pair] = frozenset()
    "Takes that are not shown."
    dissonance: float | None = None
    "From 0, motion that goes on, to 1, motion that opposes; the style's own if None."

    def changes(self) -> dict[str, Any]:
        """Return it as a showing takes it."""
        return {
            "weights": dict(self.weights),
            "pinned": dict(self.pinned),
            "banned": self.banned,
            "dissonance": self.dissonance,
        }

    def carried(self, to: Mapping[Pair, Pair]) -> Self:
        """Return it for a field that has the takes elsewhere, as `moved` tells."""
        return replace(
            self,
            weights={to[pair]: w for pair, w in self.weights.items() if pair in to},
            pinned=dict(to[pair] for pair in self.pinned.items() if pair in to),
            banned=frozenset(to[pair] for pair in self.banned if pair in to),
        )

    def asked(self, given: Field, message: Mapping[str, Any]) -> Self:
        """Return it after something that the desk asks for.

        Parameters
        ----------
        given
            The field that plays.
        message
            ``do``: weigh, pin, unpin, ban, unban or dissonance; ``slot``, ``option``
            and ``value`` where it wants them.

        Raises
        ------
        LiveError
            It asks for something else, or for a take that is not there.
        """
        match message.get("do"):
            case "weigh":
                pair = _pair(given, message)
                value = _number(message, 0.0, _MOST_WEIGHT)
                if not value:
                    raise LiveError("A weight is over 0; ban a take instead.")
                return replace(self, weights={**self.weights, pair: value})
            case "pin":
                slot, option = _pair(given, message)
                freed = self.banned - {(slot, option)}
                pinned = {**self.pinned, slot: option}
                return replace(self, pinned=pinned, banned=freed)
            case "unpin":
                slot, _ = _pair(given, message)
                left = {s: o for s, o in self.pinned.items() if s != slot}
                return replace(self, pinned=left)
            case "ban":
                pair = _pair(given, message)
                left = {s: o for s, o in self.pinned.items() if (s, o) != pair}
                return replace(self, banned=self.banned | {pair}, pinned=left)
            case "unban":
                return replace(self, banned=self.banned - {_pair(given, message)})
            case "dissonance":
                return replace(self, dissonance=_number(message, 0.0, 1.0))
        raise LiveError("The desk asks for something unknown.")


def moved(old: Field, new: Field) -> dict[Pair, Pair]:
    """Return where the takes of a field lie in another of the same slots.

    What is not there any more is left out.
    """
    found = {}
    for number, (before, after) in enumerate(zip(old.slots, new.slots, strict=True)):
        places = {option.content: k for k, option in enumerate(after.options)}
        for k, option in enumerate(before.options):
            if option.content in places:
                found[number, k] = number, places[option.content]
    return found


def _pair(given: Field, message: Mapping[str, Any]) -> Pair:
    slot, option = message.get("slot"), message.get("option", 0)
    for number in (slot, option):
        if not isinstance(number, int) or isinstance(number, bool):
            raise LiveError("A take is named by two whole numbers.")
    assert isinstance(slot, int)  # noqa: S101 - for the checker; seen above
    if not 0 <= slot < len(given.slots):
        raise LiveError(f"There is no slot {slot}.")
    if not 0 <= option < len(given.slots[slot].options):
        raise LiveError(f"There is no take {option} in {given.slots[slot].id}.")
    return slot, option


def _number(message: Mapping[str, Any], least: float, most: float) -> float:
    value = message.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LiveError("The value is no number.")
    # Neither NaN nor a whole number too large for a float lies between them.
    if not least <= value <= most:
        raise LiveError(f"The value must lie between {least:g} and {most:g}.")
    return float(value)
