"""Titles and colours: pictures the editor makes itself."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.foreign import effect_id, foreign
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.resources import Resources
from otio_genai.interchange.fcpxml.values import (
    BASIC_TITLE,
    CUSTOM_SOLID,
    color_text,
    number,
)

__all__ = ["can_be_made", "generated"]

_KINDS = ("SolidColor", "Title")


def can_be_made(reference: otio.schema.GeneratorReference) -> bool:
    """Tell whether the format has a form for a generated picture."""
    if foreign(reference, "title", "video") is not None:
        return True
    return reference.generator_kind in _KINDS


def generated(
    reference: otio.schema.GeneratorReference, resources: Resources
) -> tuple[str, str, list[Node]]:
    """Return the tag of a generated picture, its effect's id, and what it shows."""
    known = foreign(reference, "title", "video")
    if known is not None:
        node, kept = known
        shown = [c for c in node if c.tag in ("param", "text", "text-style-def")]
        _restyle(shown, resources)
        return node.tag, effect_id(kept, resources), shown
    parameters = dict(reference.parameters)
    if reference.generator_kind == "Title":
        return "title", resources.effect(*BASIC_TITLE), _text(parameters, resources)
    return "video", resources.effect(*CUSTOM_SOLID), _color(parameters)


def _color(parameters: dict[str, Any]) -> list[Node]:
    parts = _parts(parameters.get("color"))
    if not parts:
        return []
    return [Node("param", name="Color", value=color_text(parts))]


def _text(parameters: dict[str, Any], resources: Resources) -> list[Node]:
    text = clean(str(parameters.get("text") or ""), lines=True)
    style = resources.style()
    font, size = parameters.get("font"), parameters.get("size")
    parts = _parts(parameters.get("color"))
    look = Node(
        "text-style",
        font=clean(str(font)) if font else None,
        fontSize=number(float(size)) if isinstance(size, (int, float)) else None,
        fontColor=color_text(parts) if parts else None,
    )
    return [
        Node("text", Node("text-style", text=text, ref=style)),
        Node("text-style-def", look, id=style),
    ]


def _parts(color: Any) -> list[float]:
    try:
        parts = [float(part) for part in color or ()]
    except (TypeError, ValueError):
        return []
    return parts if len(parts) in (3, 4) else []


def _restyle(nodes: list[Node], resources: Resources) -> None:
    """Give the text styles ids of this document."""
    fresh: dict[str, str] = {}
    every = [node for top in nodes for node in top.each()]
    for node in every:
        if node.tag == "text-style-def":
            fresh[node.attributes.get("id", "")] = resources.style()
    for node in every:
        key = "id" if node.tag == "text-style-def" else "ref"
        if node.attributes.get(key) in fresh:
            node.attributes[key] = fresh[node.attributes[key]]
