"""A field of films: a timeline with choices left open, and the films drawn from it.

Conventions
    A field is a stock timeline of its active takes; what may be chosen instead lies in
    metadata (`otio_genai.field.document`). A *showing* is one film drawn from it. Every
    length and point is in whole record frames; a take's are counted from its first.

    The names below are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otio_genai.field.adding import add_take as add_take
    from otio_genai.field.adding import approve as approve
    from otio_genai.field.document import is_field as is_field
    from otio_genai.field.document import read_field as read_field
    from otio_genai.field.merging import merge as merge
    from otio_genai.field.model import Field as Field
    from otio_genai.field.opening import open_field as open_field

_HOMES = {
    "Field": "model",
    "add_take": "adding",
    "approve": "adding",
    "is_field": "document",
    "merge": "merging",
    "open_field": "opening",
    "read_field": "document",
}

__all__ = [
    "Field",
    "add_take",
    "approve",
    "is_field",
    "merge",
    "open_field",
    "read_field",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'otio_genai.field' has no attribute {name!r}")
    home = importlib.import_module(f"otio_genai.field.{_HOMES[name]}")
    return getattr(home, name)
