"""On which line of a film file each key stands, for its error messages.

Conventions
    A place is the names and numbers on the way to it: ``("film", "seed")``, and for
    the third of the arrays of tables ``[[pins]]``, ``("pins", 2, "take")``. The text
    is known to be TOML; nothing is checked here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

__all__ = ["Place", "lines_of_keys"]

Place = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
    (?P<skip>   [ \t\r]+ | \#[^\n]* )
  | (?P<text>   \"\"\"(?:\\.|[^\\])*?\"\"\"\"{0,2}
              | '''.*?''''{0,2}
              | "(?:\\.|[^"\\])*"
              | '[^']*' )
  | (?P<mark>   [][{}=,.\n] )
  | (?P<bare>   [^][{}=,.\s#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


def lines_of_keys(text: str) -> dict[Place, int]:
    r"""Return the line on which each table, key and item of a list first stands.

    Examples
    --------
    >>> lines_of_keys("[film]\nseed = 1")
    {('film',): 1, ('film', 'seed'): 2}
    """
    walk = _Walk(text)
    walk.document()
    return walk.found


class _Walk:
    """One walk through the marks of a text."""

    def __init__(self, text: str) -> None:
        self.found: dict[Place, int] = {}
        self._tokens = list(_tokens(text))
        self._at = 0
        self._last: dict[Place, int] = {}
        "Number of the last table of each array of tables."

    def document(self) -> None:
        table: Place = ()
        while self._at < len(self._tokens):
            if self._skipped("\n"):
                continue
            if self._skipped("["):
                table = self._header(many=self._skipped("["))
            else:
                self._pair(table)

    def _header(self, *, many: bool) -> Place:
        line = self._line()
        place: Place = ()
        names = self._names("]")
        for depth, name in enumerate(names, 1):
            place += (name,)
            self.found.setdefault(place, line)
            if many and depth == len(names):
                self._last[place] = self._last.get(place, -1) + 1
            if place in self._last:
                place += (self._last[place],)
                self.found.setdefault(place, line)
        while self._skipped("]"):
            pass
        return place

    def _pair(self, table: Place) -> None:
        line = self._line()
        place = table
        for name in self._names("="):
            place += (name,)
            self.found.setdefault(place, line)
        self._at += 1
        self._value(place)

    def _value(self, place: Place) -> None:
        if self._skipped("["):
            number = 0
            while not self._skipped("]"):
                if not (self._skipped("\n") or self._skipped(",")):
                    self.found.setdefault((*place, number), self._line())
                    self._value((*place, number))
                    number += 1
        elif self._skipped("{"):
            while not self._skipped("}"):
                if not (self._skipped("\n") or self._skipped(",")):
                    self._pair(place)
        else:
            # A number or a date is of several tokens.
            while self._mark() not in (",", "]", "}", "\n"):
                self._at += 1

    def _names(self, end: str) -> list[str]:
        names = []
        while self._mark() != end:
            kind, word, _ = self._tokens[self._at]
            if kind == "text":
                names.append(next(iter(tomllib.loads(f"{word}=0"))))
            elif kind == "bare":
                names.append(word)
            self._at += 1
        return names

    def _mark(self) -> str:
        if self._at >= len(self._tokens):
            return "\n"
        kind, word, _ = self._tokens[self._at]
        return word if kind == "mark" else ""

    def _skipped(self, mark: str) -> bool:
        there = self._at < len(self._tokens) and self._mark() == mark
        self._at += there
        return there

    def _line(self) -> int:
        return self._tokens[min(self._at, len(self._tokens) - 1)][2]


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, text, line) of each token that is no space and no comment."""
    line = 1
    for found in _TOKEN.finditer(text):
        if found.lastgroup and found.lastgroup != "skip":
            yield found.lastgroup, found[0], line
        line += found[0].count("\n")
