"""The document's text.

Made here and not by a library, so that the same timeline always gives the same bytes.
"""

from __future__ import annotations

from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.node import Node

__all__ = ["document"]

_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Line breaks in an attribute are spaces unless they are written as references.
_ATTRIBUTE = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\n": "&#10;",
        "\t": "&#9;",
    }
)
_INDENT = "    "


def document(root: Node) -> str:
    """Return the document of a root element."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<!DOCTYPE fcpxml>", ""]
    _write(root, "", lines)
    return "\n".join(lines) + "\n"


def _write(node: Node, indent: str, lines: list[str]) -> None:
    opening = node.tag + "".join(
        [
            f' {key}="{clean(value, lines=True).translate(_ATTRIBUTE)}"'
            for key, value in node.attributes.items()
        ]
    )
    if node.children:
        lines.append(f"{indent}<{opening}>")
        if node.text:
            lines.append(clean(node.text, lines=True).translate(_TEXT))
        for child in node.children:
            _write(child, indent + _INDENT, lines)
        lines.append(f"{indent}</{node.tag}>")
    elif node.text:
        text = clean(node.text, lines=True).translate(_TEXT)
        lines.append(f"{indent}<{opening}>{text}</{node.tag}>")
    else:
        lines.append(f"{indent}<{opening}/>")
