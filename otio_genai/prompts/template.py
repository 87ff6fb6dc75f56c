"""Texts with ``{variables}``: which there are, and the text with them filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

__all__ = ["faults", "filled", "names"]

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_PARTS = re.compile(
    rf"(?P<twice>\{{\{{|\}}\}})|\{{(?P<name>{_NAME})\}}|(?P<stray>[{{}}])"
)


def names(text: str) -> Iterator[str]:
    """Give each variable of a text as often as it stands there.

    Examples
    --------
    >>> list(names("{weather} over {previous_slot.caption}, {{not this}}"))
    ['weather', 'previous_slot.caption']
    """
    for part in _PARTS.finditer(text):
        if part["name"]:
            yield part["name"]


def faults(text: str) -> list[str]:
    """Return what is wrong with the braces of a text, each with its place.

    Examples
    --------
    >>> faults("a {weather and {{so}} on")
    ["a single '{' at character 3"]
    """
    return [
        f"a single {part['stray']!r} at character {part.start() + 1}"
        for part in _PARTS.finditer(text)
        if part["stray"]
    ]


def filled(text: str, value: Callable[[str], str]) -> str:
    """Return a text with each variable replaced, once: what is put in is not read.

    Examples
    --------
    >>> filled("{a} {{a}}", lambda name: "{b}")
    '{b} {a}'
    """

    def one(part: re.Match[str]) -> str:
        if part["name"]:
            return value(part["name"])
        return part["twice"][0] if part["twice"] else part["stray"]

    return _PARTS.sub(one, text)
