"""On which line of a film file each key stands, for its error messages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

__all__ = ["lines_of_keys"]


def lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each table and each key first stands."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in _lines_outside_texts(text):
        bare = line.strip()
        if bare.startswith("["):
            path = _path(bare.partition("#")[0]) or _path(bare)
            table = path or table
        else:
            path = table + _path(bare.partition("=")[0] + "=0") if "=" in bare else ()
            if path == table:
                # A quoted key may hold an equals sign; then the whole line is a pair.
                path = table + _path(bare) if "=" in bare else ()
        for depth in range(1, len(path) + 1):
            found.setdefault(path[:depth], number)
    return found


def _path(snippet: str) -> tuple[str, ...]:
    """Return the names on the way to what a header or a pair defines."""
    try:
        node: Any = tomllib.loads(snippet)
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    names = []
    while isinstance(node, (dict, list)) and node:
        if isinstance(node, list):
            node = node[0]
            continue
        name, node = next(iter(node.items()))
        names.append(name)
    return tuple(names)


def _lines_outside_texts(text: str) -> Iterator[tuple[int, str]]:
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if not inside:
            yield number, line
        for mark in re.findall(r'"""|\'\'\'', line):
            if not inside:
                inside = mark
            elif mark == inside:
                inside = ""
