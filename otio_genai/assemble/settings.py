"""Records whose fields are keys of ``film.toml``: limits, checks and their page.

A field made by `setting` carries its table, key, limits, unit and description. Reading,
checking and the reference page all follow from these.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

__all__ = [
    "REQUIRED",
    "Setting",
    "accepted",
    "fault",
    "listed",
    "markdown",
    "normal",
    "setting",
    "settings",
    "shown",
    "wanted",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of ``film.toml``."""

    table: str
    key: str
    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    "Like ``low``, but itself not allowed."
    empty: str = ""
    "What ``None`` means."
    pattern: str = ""
    "Regular expression that a text must match as a whole."
    like: str = ""
    "A text that matches it, for messages."
    required: bool = False
    "Whether its table is nothing without it."
    filled: bool = False
    "Whether a text must hold something."
    even: bool = False
    "Whether a number must be even."
    nonzero: bool = False
    "Whether a number must not be 0."


#: In place of a default: a table of this kind is nothing without the key.
REQUIRED: Any = dataclasses.MISSING


def setting(default: Any, table: str, doc: str, *, key: str = "", **limits: Any) -> Any:
    """Return a dataclass field that is a key of ``film.toml``."""
    required = default is REQUIRED
    kept = Setting(
        table,
        key,
        doc,
        required=required,
        filled=required or default is None,
        **limits,
    )
    return dataclasses.field(default=default, metadata={"setting": kept})


def settings(record: type) -> list[tuple[str, Setting]]:
    """Return (field name, setting) of a record whose fields are keys, in order."""
    return list(_settings(record).items())


@functools.cache
def _settings(record: type) -> dict[str, Setting]:
    return {
        field.name: dataclasses.replace(found, key=found.key or field.name)
        for field in dataclasses.fields(record)
        if (found := field.metadata.get("setting"))
    }


def fault(record: type, name: str, value: object) -> str | None:
    """Return what is wrong with a value for a field, to follow its name; or ``None``.

    Examples
    --------
    >>> from otio_genai.assemble.style import Style
    >>> fault(Style, "dry_share", 25)
    'must be 0 to 1, not 25'
    >>> fault(Style, "cut_on", "beat")
    'must be "auto", "beats", "phrases", "onsets" or "free", not "beat"'
    """
    limits = _settings(record)[name]
    if not any(_is(value, one) for one in accepted(record)[name]):
        return f"must be {wanted(record, name)}, not {shown(value)}"
    for one in value if isinstance(value, tuple) else (value,):
        number = isinstance(one, (int, float)) and not isinstance(one, bool)
        if number and _beyond(one, limits):
            return f"must be {wanted(record, name)}, not {shown(value)}"
        if number and limits.even and one % 2:
            return f"must be even, not {shown(value)}"
    textual = bool(limits.pattern) and isinstance(value, str)
    if textual and not re.fullmatch(limits.pattern, str(value)):
        return f"must look like {limits.like}, not {shown(value)}"
    if limits.filled and value == "":
        return "must not be empty"
    return None


def _beyond(value: float, limits: Setting) -> bool:
    return (
        not math.isfinite(value)
        or (limits.low is not None and value < limits.low)
        or (limits.above is not None and value <= limits.above)
        or (limits.high is not None and value > limits.high)
        or (limits.nonzero and value == 0)
    )


def wanted(record: type, name: str) -> str:
    """Return in words what a field accepts: ``"0 to 1"``, ``"true or false"``."""
    limits = _settings(record)[name]
    words = [
        word
        for one in accepted(record)[name]
        if one is not types.NoneType
        for word in _in_words(one, limits)
    ]
    *most, final = words
    return f"{', '.join(most)} or {final}" if most else final


def markdown(table: str, records: Sequence[type]) -> str:
    """Return the keys of one table of ``film.toml`` as a Markdown table."""
    rows = [
        (f"`{found.key}`", wanted(record, name), _default(record, name), found.doc)
        for record in records
        for name, found in settings(record)
        if found.table == table
    ]
    head = [("key", "accepts", "default", "meaning"), ("--",) * 4]
    lines = [
        " | ".join(cell.replace("|", "\\|") for cell in row) for row in head + rows
    ]
    return "\n".join(f"| {line} |" for line in lines)


def _default(record: type, name: str) -> str:
    found = {field.name: field for field in dataclasses.fields(record)}[name]
    default = found.default
    limits = found.metadata["setting"]
    if limits.required:
        return "required"
    nothing = "none" if default in ((), None) else f"`{shown(default)}`"
    return str(limits.empty) or nothing


def shown(value: object) -> str:
    """Return a value as TOML writes it, for a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)


def _in_words(one: Any, limits: Setting) -> list[str]:
    if typing.get_origin(one) is Literal:
        return [shown(choice) for choice in typing.get_args(one)]
    if one in (int, float):
        unit = f" {limits.unit}" if limits.unit else ""
        whole = "a whole number, " if one is int else ""
        if limits.above is not None:
            least = f"above {_number(limits.above)}, at most "
        else:
            least = f"{_number(limits.low)} to "
        but = " but not 0" if limits.nonzero else ""
        return [f"{whole}{least}{_number(limits.high)}{unit}{but}"]
    if one == tuple[float, ...]:
        (each,) = _in_words(float, limits)
        return [f"a number or a list of numbers, {each}"]
    if one is str and limits.like:
        return [f"a text such as {limits.like}"]
    return [_TYPES[one]]


def _number(value: float | None) -> str:
    return (
        str(int(value) if value == value // 1 else value) if value is not None else ""
    )


_TYPES = {
    str: "a text",
    bool: "true or false",
    tuple[str, ...]: "a text or a list of texts",
    Fraction: 'a rate such as 24 or "24000/1001"',
}


#: Lists that may be written as one value, and of what they are.
_LISTS: dict[Any, type] = {tuple[str, ...]: str, tuple[float, ...]: float}


@functools.cache
def accepted(record: type) -> dict[str, tuple[Any, ...]]:
    """Return the types and choices that each field accepts."""
    hints = typing.get_type_hints(record)
    return {name: _members(hints[name]) for name, _ in settings(record)}


def _members(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return typing.get_args(hint)
    return (hint,)


def normal(value: object, types_of: tuple[Any, ...]) -> object:
    """Return ``value`` in its one form, so that equal styles are the same bytes."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and float in types_of:
        return float(value)  # type: ignore[arg-type]
    return listed(value, types_of)


def listed(value: object, types_of: tuple[Any, ...]) -> object:
    """Return ``value`` as a tuple where a list is meant, and as it is elsewhere."""
    for one, single in _LISTS.items():
        if one in types_of and isinstance(value, list):
            return tuple(value)
        if one in types_of and _is(value, single):
            return (value,)
    return value


def _is(value: object, one: Any) -> bool:
    if typing.get_origin(one) is Literal:
        return isinstance(value, str) and value in typing.get_args(one)
    if typing.get_origin(one) is tuple:
        single = _LISTS[one]
        return isinstance(value, tuple) and all(_is(v, single) for v in value)
    if isinstance(value, bool):
        return one is bool
    if one is float:
        return isinstance(value, (int, float))
    return isinstance(value, one)
