"""The film file as JSON Schema, for editors that complete and check TOML.

Conventions
    Made from the same records and rules as reading and the reference page. What a
    schema cannot say is left to reading: whether files and takes are there, settings
    of a style that contradict each other, which timecodes exist.

Sources
    JSON Schema 2020-12; only keywords that draft 7 has too, which editors still use.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from fractions import Fraction
from typing import Any, Literal

from otio_genai.assemble import settings
from otio_genai.assemble.filmtoml.arrays import ARRAYS, RULES
from otio_genai.assemble.filmtoml.page import ABOUT, RECORDS
from otio_genai.assemble.filmtoml.reading import HIGHEST_RATE, MEDIA_KINDS, places
from otio_genai.assemble.settings import Setting

__all__ = ["schema", "schema_text"]

_RATE = r"^\s*\d+(\.\d+)?\s*(/\s*\d+(\.\d+)?)?\s*(fps)?\s*$"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of film files.

    Examples
    --------
    >>> schema()["properties"]["film"]["properties"]["seed"]["minimum"]
    0
    """
    tables = {table: _table(table) for table in ABOUT if table != "media"}
    tables["media"] = {
        "description": ABOUT["media"],
        "type": "object",
        "additionalProperties": {"enum": list(MEDIA_KINDS)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "film.toml",
        "description": "What a film is to be, for otio-genai.",
        "type": "object",
        "additionalProperties": False,
        "properties": tables,
    }


def schema_text() -> str:
    """Return the JSON Schema of film files as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _table(table: str) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    required = []
    for (home, key), (record, name) in places(RECORDS).items():
        if home == table:
            keys[key] = _key(record, name)
            if dict(settings.settings(record))[name].required:
                required.append(key)
    made: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": keys,
    }
    if required:
        made["required"] = required
    if rules := [rule.schema() for rule in RULES.get(table, ())]:
        made["allOf"] = rules
    if table in ARRAYS:
        return {"description": ABOUT[table], "type": "array", "items": made}
    return {"description": ABOUT[table], **made}


def _key(record: type, name: str) -> dict[str, Any]:
    limits = dict(settings.settings(record))[name]
    ways = [
        way
        for one in settings.accepted(record)[name]
        if one is not types.NoneType
        for way in _ways(one, limits)
    ]
    field = next(f for f in dataclasses.fields(record) if f.name == name)
    said = limits.doc + (f" In {limits.unit}." if limits.unit else "")
    if limits.empty:
        said += f" Without it: {limits.empty}."
    made: dict[str, Any] = {"description": said}
    made |= ways[0] if len(ways) == 1 else {"anyOf": ways}
    if not limits.required and field.default not in (None, (), ""):
        made["default"] = field.default
    return made


def _ways(one: Any, limits: Setting) -> list[dict[str, Any]]:
    """Return the ways to write a value of one type."""
    if typing.get_origin(one) is Literal:
        return [{"enum": list(typing.get_args(one))}]
    if typing.get_origin(one) is tuple:
        (single,) = _ways(typing.get_args(one)[0], limits)
        return [single, {"type": "array", "items": single}]
    if one is Fraction:
        number = {"type": "number", "minimum": 1, "maximum": HIGHEST_RATE}
        return [number, {"type": "string", "pattern": _RATE}]
    if one is bool:
        return [{"type": "boolean"}]
    if one is str:
        text: dict[str, Any] = {"type": "string"}
        if limits.filled:
            text["minLength"] = 1
        if limits.pattern:
            text["pattern"] = f"^(?:{limits.pattern})$"
        return [text]
    bounds = {
        "minimum": limits.low,
        "exclusiveMinimum": limits.above,
        "maximum": limits.high,
        "multipleOf": 2 if limits.even else None,
        "not": {"const": 0} if limits.nonzero else None,
    }
    made = {"type": "integer" if one is int else "number"}
    return [made | {word: value for word, value in bounds.items() if value is not None}]
