"""Conditions on a film's flags: names, ``not``, ``and``, ``or`` and parentheses."""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Condition", "parse"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a film's flags."""

    text: str
    "As it was written."
    names: frozenset[str]
    "Every flag it speaks of."

    def holds(self, flags: Mapping[str, bool]) -> bool:
        """Tell whether it holds; a flag that is not there is not set."""
        return _value(_tree(self.text), flags)


def parse(text: str) -> Condition:
    """Return what a text says.

    Raises
    ------
    ValueError
        It says something else than names, ``not``, ``and``, ``or`` and parentheses.

    Examples
    --------
    >>> parse("red_door and not (night or storm)").holds({"red_door": True})
    True
    """
    names: set[str] = set()
    try:
        _check(_tree(text), names, text)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is no condition.") from None
    return Condition(text, frozenset(names))


@functools.lru_cache(maxsize=1024)
def _tree(text: str) -> ast.expr:
    with warnings.catch_warnings():
        # What Python warns of in a text, it then refuses here.
        warnings.simplefilter("ignore")
        return ast.parse(text.strip(), mode="eval").body


def _check(node: ast.expr, names: set[str], text: str) -> None:
    match node:
        case ast.Name(id=name):
            names.add(name)
        case ast.Constant(value=bool()):
            pass
        case ast.UnaryOp(op=ast.Not(), operand=part):
            _check(part, names, text)
        case ast.BoolOp(values=parts):
            for part in parts:
                _check(part, names, text)
        case _:
            raise ValueError(
                f"{text!r} is no condition: only names, not, and, or and parentheses."
            )


def _value(node: ast.expr, flags: Mapping[str, bool]) -> bool:
    match node:
        case ast.Name(id=name):
            return bool(flags.get(name, False))
        case ast.Constant(value=value):
            return bool(value)
        case ast.UnaryOp(operand=part):
            return not _value(part, flags)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, flags) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, flags) for part in parts)
    raise AssertionError(node)
