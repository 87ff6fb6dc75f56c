"""Effects, titles and generators of Final Cut that a timeline keeps as they were.

Conventions
    What keeps one has ``effect`` {"format": "fcpxml", "name", "uid", "xml"} in its
    metadata, ``src`` where the effect is a file: ``xml`` is the whole element, whose
    references are the reader's and are given anew.
"""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.node import Node, node_of
from otio_genai.interchange.fcpxml.resources import Resources
from otio_genai.interchange.tree import tree

__all__ = ["effect_id", "foreign"]


def foreign(
    owner: otio.core.SerializableObjectWithMetadata, *tags: str
) -> tuple[Node, dict[str, Any]] | None:
    """Return the kept element, when it is one of ``tags``, and what is said of it."""
    kept = metadata.read(owner, "effect")
    if not isinstance(kept, dict) or kept.get("format") != "fcpxml":
        return None
    try:
        node = node_of(tree(str(kept.get("xml") or "")))
    except InterchangeError:
        return None
    return (node, kept) if node.tag in tags else None


def effect_id(kept: dict[str, Any], resources: Resources) -> str:
    """Return the id of the effect that is kept."""
    name, uid, src = (clean(str(kept.get(key) or "")) for key in ("name", "uid", "src"))
    return resources.effect(name, uid, src)
