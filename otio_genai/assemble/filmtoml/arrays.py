"""The tables of a film file that come more than once, and what binds keys together.

A table of these has a record of settings as the others have. A rule says of the keys
of one table what no limit of a single key can: reading and the schema for editors both
follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from otio_genai.assemble.notes import JoinNote, Lock, Pin
from otio_genai.assemble.settings import REQUIRED, setting, shown

__all__ = ["ARRAYS", "RULES", "JoinTable", "LockTable", "PinTable", "Rule"]

# More shots than a film of four hours holds.
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class PinTable:
    """One ``[[pins]]``."""

    take: str = setting(
        REQUIRED, "pins", "The take, by clip name, file name or the end of its path."
    )
    slot: int | None = setting(
        None,
        "pins",
        "Number of its shot: 1 is the first, -1 the last, -2 the one before.",
        low=-_MOST,
        high=_MOST,
        nonzero=True,
    )
    at_s: float | None = setting(
        None,
        "pins",
        "Or a moment of the film at which it is on screen.",
        unit="s",
        low=0,
        high=14_400,
    )
    in_s: float | None = setting(
        None,
        "pins",
        "Where in the take its shot begins, from the take's first frame.",
        unit="s",
        low=0,
        high=14_400,
        empty="found",
    )
    length_s: float | None = setting(
        None,
        "pins",
        "Length of its shot.",
        unit="s",
        above=0,
        high=3600,
        empty="found",
    )


@dataclass(frozen=True, slots=True)
class LockTable:
    """One ``[[locks]]``."""

    before: str = setting(REQUIRED, "locks", "A take,", key="from")
    after: str = setting(REQUIRED, "locks", "and the one that follows it.", key="to")


@dataclass(frozen=True, slots=True)
class JoinTable:
    """One ``[[joins]]``."""

    kind: Literal["match", "dry", "carry", "dissolve", "dip"] | None = setting(
        None, "joins", "What the join is to be.", empty="planned by the shares"
    )
    number: int | None = setting(
        None,
        "joins",
        "Number of the join: 1 is the first, -1 the last, -2 the one before.",
        low=-_MOST,
        high=_MOST,
        nonzero=True,
    )
    before: str | None = setting(None, "joins", "Or the take that leaves,", key="from")
    after: str | None = setting(
        None,
        "joins",
        "or the take that enters, or both: then these two follow one another.",
        key="to",
    )
    length_s: float | None = setting(
        None,
        "joins",
        "Length of a carry, a dissolve or a dip.",
        unit="s",
        low=0.1,
        high=10,
        empty="the style's",
    )
    split_s: float | None = setting(
        None,
        "joins",
        "Split edit of the takes' own sound at it: above 0 an L cut, below 0 a J cut.",
        unit="s",
        low=-3,
        high=3,
        empty="the style's",
    )


#: Arrays of tables: the record of one table, and the note that it becomes.
ARRAYS: dict[str, tuple[type, type]] = {
    "pins": (PinTable, Pin),
    "locks": (LockTable, Lock),
    "joins": (JoinTable, JoinNote),
}


class Rule(Protocol):
    """What keys of one table must be together."""

    def fault(self, said: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return (key, what is wrong), the key empty if one is missing; or None."""

    def schema(self) -> dict[str, Any]:
        """Return the rule as JSON Schema."""


@dataclass(frozen=True, slots=True)
class _OneOf:
    """Of several groups of keys, exactly one is said."""

    groups: tuple[tuple[str, ...], ...]

    def fault(self, said: Mapping[str, Any]) -> tuple[str, str] | None:
        found = [k for group in self.groups for k in group if k in said]
        groups = [group for group in self.groups if set(group) & set(found)]
        if not groups:
            *most, final = (key for group in self.groups for key in group)
            return "", f"needs {', '.join(most)} or {final}"
        if len(groups) > 1:
            other = next(key for key in found if key not in groups[0])
            return other, f"cannot stand beside {found[0]}: one of them says which"
        return None

    def schema(self) -> dict[str, Any]:
        ways = [[{"required": [key]} for key in group] for group in self.groups]
        return {"oneOf": [w[0] if len(w) == 1 else {"anyOf": w} for w in ways]}


@dataclass(frozen=True, slots=True)
class _Beside:
    """A key means something only beside another."""

    key: str
    other: str

    def fault(self, said: Mapping[str, Any]) -> tuple[str, str] | None:
        if self.key in said and self.other not in said:
            return self.key, f"needs a {self.other} beside it"
        return None

    def schema(self) -> dict[str, Any]:
        return {"if": {"required": [self.key]}, "then": {"required": [self.other]}}


@dataclass(frozen=True, slots=True)
class _Only:
    """A key cannot stand beside some values of another."""

    key: str
    other: str
    values: tuple[str, ...]

    def fault(self, said: Mapping[str, Any]) -> tuple[str, str] | None:
        if self.key in said and said.get(self.other) in self.values:
            given = shown(said[self.other])
            return self.key, f"has no meaning where {self.other} is {given}"
        return None

    def schema(self) -> dict[str, Any]:
        clash = {
            "required": [self.key, self.other],
            "properties": {self.other: {"enum": list(self.values)}},
        }
        return {"not": clash}


@dataclass(frozen=True, slots=True)
class _Some:
    """At least one of several keys is said."""

    keys: tuple[str, ...]

    def fault(self, said: Mapping[str, Any]) -> tuple[str, str] | None:
        if set(self.keys) & set(said):
            return None
        *most, final = self.keys
        return "", f"needs {', '.join(most)} or {final}"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"required": [key]} for key in self.keys]}


#: Rules of each table; of an array, those of each of its tables.
RULES: dict[str, tuple[Rule, ...]] = {
    "film": (_Beside("width", "height"), _Beside("height", "width")),
    "order": (_Only("list", "mode", ("free",)),),
    "pins": (_OneOf((("slot",), ("at_s",))),),
    "joins": (
        _OneOf((("number",), ("from", "to"))),
        _Some(("kind", "length_s", "split_s")),
        _Only("length_s", "kind", ("match", "dry")),
    ),
}
