"""What the keys of a field's document accept: each check returns a value as meant.

A value that cannot be meant raises ``ValueError``.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import opentimelineio as otio

__all__ = [
    "clip",
    "clip_or_none",
    "flags",
    "frames",
    "mapping",
    "number",
    "one_of",
    "rows",
    "shown",
    "table",
    "text",
    "texts",
    "ticks",
    "truth",
    "whole",
]

_LONGEST_TEXT = 500
_NO_SIGNS = ("Cc", "Cs", "Zl", "Zp")
_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def shown(value: object) -> str:
    """Return a value as JSON has it, short enough for a sentence."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    told = f'"{value}"' if isinstance(value, str) else str(value)
    told = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in told)
    return told if len(told) <= 60 else told[:57] + "…"


def _refuse() -> Any:
    raise ValueError


def number(
    low: float, high: float, *, above: bool = False, empty: bool = False
) -> Callable[[Any], float | None]:
    """Return a check of a number from `low`, or above it, to `high`, or null."""

    def meant(value: Any) -> float | None:
        if value is None and empty:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError
        exact = float(value)
        inside = low < exact <= high if above else low <= exact <= high
        return exact if math.isfinite(exact) and inside else _refuse()

    return meant


def whole(low: int, high: int, *, empty: bool = False) -> Callable[[Any], int | None]:
    """Return a check of a whole number from `low` to `high`, or null."""
    within = number(low, high)

    def meant(value: Any) -> int | None:
        if value is None and empty:
            return None
        found = within(value)
        return int(found) if found == int(found or 0) else _refuse()

    return meant


def text(value: Any) -> str:
    """Return a text of one line that is not empty, without blanks around it."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST_TEXT:
        raise ValueError
    # Neither new lines nor what turns or hides a line in a terminal.
    if any(unicodedata.category(sign) in _NO_SIGNS or sign in _TURNS for sign in value):
        raise ValueError
    return value.strip()


def texts(value: Any) -> tuple[str, ...]:
    """Return a list of such texts."""
    return tuple(map(text, value)) if isinstance(value, list) else _refuse()


def truth(value: Any) -> bool:
    """Return true or false."""
    return value if isinstance(value, bool) else _refuse()


def one_of(*words: str) -> Callable[[Any], str]:
    """Return a check of one of some words."""

    def meant(value: Any) -> str:
        return value if isinstance(value, str) and value in words else _refuse()

    return meant


def flags(value: Any) -> Mapping[str, bool]:
    """Return flags by name, in the order of their names."""
    if not isinstance(value, dict):
        raise ValueError
    return {str(name): truth(value[name]) for name in sorted(value)}


def frames(word: str) -> Callable[[Any], Any]:
    """Return a check of a list of frames, which rise then; None for a word."""
    frame = whole(0, 10**7)

    def meant(value: Any) -> Any:
        if value == word:
            return None
        if not isinstance(value, list) or not value:
            raise ValueError
        return tuple(sorted({frame(one) for one in value}))

    return meant


def clip(value: Any) -> Any:
    """Return a clip."""
    return value if isinstance(value, otio.schema.Clip) else _refuse()


def clip_or_none(value: Any) -> Any:
    """Return a clip, or None."""
    return None if value is None else clip(value)


def mapping(value: Any) -> Any:
    """Return a dictionary."""
    return value if isinstance(value, dict) else _refuse()


def table(value: Any) -> Any:
    """Return a dictionary, or None."""
    return value if value is None else mapping(value)


def rows(value: Any) -> Any:
    """Return a list of dictionaries."""
    good = isinstance(value, list) and all(isinstance(row, dict) for row in value)
    return value if good else _refuse()


def ticks(value: Any) -> str | None:
    """Return a number or a quotient as a text, or None."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError
    return str(value)
