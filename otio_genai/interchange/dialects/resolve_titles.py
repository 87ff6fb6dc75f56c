"""Solid colours and titles as Resolve generates them.

Sources
    Published exports: ``Solid Color`` with a hexadecimal colour, ``Rich`` (its Text)
    with the words as the HTML of its text editor.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import opentimelineio as otio

from otio_genai.interchange.dialects.keys import plain
from otio_genai.interchange.dialects.resolve_values import SPACE

__all__ = ["from_resolve", "to_resolve"]

_SOLID, _RICH = "Solid Color", "Rich"
_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})?")
_BREAK = re.compile(r"</p>\s*|<br\s*/?>", re.IGNORECASE)
_HEAD = re.compile(r"<head>.*?</head>|<style.*?</style>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r"font-family:'([^']*)'|font-size:(\d+(?:\.\d+)?)pt|color:(#\w{6})")


def to_resolve(
    reference: otio.schema.GeneratorReference,
) -> otio.schema.GeneratorReference | None:
    """Return Resolve's generator for one of ours; None when it has none."""
    given = plain(reference.parameters)
    if reference.generator_kind == "SolidColor":
        color = _hex(given.get("color") or [0.0, 0.0, 0.0])
        effects = [_effect("Solid Color", "color", "#000000", color, "Color")]
        return _reference(reference, _SOLID, effects)
    if reference.generator_kind == "Title":
        blob = {"Parameter ID": "title blob", "Title HTML": _page(given)}
        made = _effect("Rich Text", "rich text", "Title", "Title", "String")
        made["Parameters"].append(blob)
        made["Type"] = 24
        return _reference(reference, _RICH, [made])
    return None


def _reference(
    ours: otio.schema.GeneratorReference, kind: str, effects: list[dict[str, Any]]
) -> otio.schema.GeneratorReference:
    return otio.schema.GeneratorReference(
        name=ours.name or ("Text" if kind == _RICH else kind),
        generator_kind=kind,
        available_range=ours.available_range,
        # Ours stay beside theirs: a colour of theirs has 256 steps.
        parameters={**plain(ours.parameters), SPACE: effects},
        metadata={SPACE: {"Generator Type": kind}},
    )


def _effect(
    name: str, parameter: str, default: Any, value: Any, variant: str
) -> dict[str, Any]:
    given = {
        "Default Parameter Value": default,
        "Parameter ID": parameter,
        "Parameter Value": value,
        "Variant Type": variant,
    }
    return {"Effect Name": name, "Enabled": True, "Name": name, "Parameters": [given]}


def _page(given: dict[str, Any]) -> str:
    """Return the words as the HTML that Resolve's text editor keeps."""
    style = []
    if given.get("font"):
        style.append(f"font-family:'{html.escape(str(given['font']))}'")
    if given.get("size"):
        style.append(f"font-size:{given['size']}pt")
    if given.get("color"):
        style.append(f"color:{_hex(given['color'])}")
    span = f'<span style=" {"; ".join(style)};">' if style else "<span>"
    lines = str(given.get("text", "")).split("\n")
    body = "".join(
        f'<p align="center">{span}{html.escape(line, quote=False)}</span></p>'
        for line in lines
    )
    return f"<html><body>{body}</body></html>"


def from_resolve(
    reference: otio.schema.GeneratorReference,
) -> otio.schema.GeneratorReference | None:
    """Return our generator for one of Resolve's; None when we have no such kind."""
    given = plain(reference.parameters)
    theirs = given.pop(SPACE, None)
    ours = _unaltered(reference, given, theirs)
    if ours is not None:
        return ours
    held = list(_given(theirs))
    if reference.generator_kind == _SOLID:
        found = [v for k, v in held if k == "color" and isinstance(v, str)]
        match = _HEX.fullmatch(found[0]) if found else None
        color = (
            [int(match[part], 16) / 255 for part in (1, 2, 3)] if match else [0.0] * 3
        )
        return _ours(reference, "SolidColor", {"color": color})
    if reference.generator_kind == _RICH:
        pages = [v for k, v in held if k == "title blob" and isinstance(v, str)]
        return _ours(reference, "Title", _words(pages[0] if pages else ""))
    return None


def _unaltered(
    reference: otio.schema.GeneratorReference, given: dict[str, Any], theirs: Any
) -> otio.schema.GeneratorReference | None:
    """Return our parameters where they still mean what stands beside them."""
    kind = {_SOLID: "SolidColor", _RICH: "Title"}.get(reference.generator_kind)
    if kind is None or not given:
        return None
    made = _ours(reference, kind, given)
    again = to_resolve(made)
    same = again is not None and plain(again.parameters)[SPACE] == theirs
    return made if same else None


def _ours(
    theirs: otio.schema.GeneratorReference, kind: str, parameters: dict[str, Any]
) -> otio.schema.GeneratorReference:
    return otio.schema.GeneratorReference(
        name=theirs.name,
        generator_kind=kind,
        available_range=theirs.available_range,
        parameters=parameters,
    )


def _given(effects: Any) -> Iterator[tuple[str, Any]]:
    for made in effects if isinstance(effects, list) else ():
        listed = made.get("Parameters") if isinstance(made, dict) else None
        for given in listed if isinstance(listed, list) else ():
            if isinstance(given, dict):
                value = given.get("Title HTML", given.get("Parameter Value"))
                yield str(given.get("Parameter ID", "")), value


def _words(page: str) -> dict[str, Any]:
    bare = _BREAK.sub("\n", _HEAD.sub("", page))
    text = html.unescape(_TAG.sub("", bare)).strip("\n")
    made: dict[str, Any] = {"text": text}
    for font, size, color in _STYLE.findall(_HEAD.sub("", page)):
        if font:
            made["font"] = html.unescape(font)
        if size:
            made["size"] = int(size) if size.isdecimal() else float(size)
        if color and (match := _HEX.fullmatch(color)):
            made["color"] = [int(match[part], 16) / 255 for part in (1, 2, 3)]
    return made


def _hex(color: Any) -> str:
    parts = [min(max(float(part), 0.0), 1.0) for part in list(color)[:3]]
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
