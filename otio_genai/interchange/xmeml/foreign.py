"""Elements that no timeline has a form for, kept whole and written again as they were.

Conventions
    An element is [tag, {attribute: value}, text, [children]], which JSON holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from otio_genai.interchange.account import clean

__all__ = ["kept", "lines"]

#: Elements within each other, and in all, of what is kept; effects need a dozen.
_LARGEST_DEPTH, _LARGEST_COUNT = 40, 20_000
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def kept(element: Element) -> list[Any]:
    """Return an element as plain data; what lies too deep or is too much is left out.

    Comments and the white space between elements do not count.
    """
    left = _LARGEST_COUNT

    def plain(part: Element, depth: int) -> list[Any]:
        nonlocal left
        children: list[Any] = []
        for child in part:
            if depth >= _LARGEST_DEPTH or left <= 0:
                break
            left -= 1
            children.append(plain(child, depth + 1))
        text = part.text or ""
        return [part.tag, dict(part.attrib), "" if children else text, children]

    return plain(element, 1)


def lines(tree: Any, depth: int) -> Iterator[str]:
    """Give the lines of a kept element; what is none of it gives nothing."""
    try:
        tag, attributes, text, children = tree
        names = (tag, *attributes)
    except (TypeError, ValueError):
        return
    if depth > 2 * _LARGEST_DEPTH or not all(
        isinstance(name, str) and _NAME.fullmatch(name) for name in names
    ):
        return
    head = "".join(
        f' {key}="{clean(str(value)).translate(_ATTRIBUTE)}"'
        for key, value in attributes.items()
    )
    indent = "\t" * depth
    if not children:
        shown = clean(str(text), lines=True).translate(_TEXT)
        yield f"{indent}<{tag}{head}>{shown}</{tag}>"
        return
    yield f"{indent}<{tag}{head}>"
    for child in children:
        yield from lines(child, depth + 1)
    yield f"{indent}</{tag}>"
