"""The two dialects, their metadata, and what each has a form for."""

from __future__ import annotations

from typing import Any, Literal

import opentimelineio as otio

from otio_genai.interchange.dialects.keys import plain
from otio_genai.interchange.dialects.premiere_values import SPACE as PREMIERE
from otio_genai.interchange.dialects.resolve_values import SPACE as RESOLVE
from otio_genai.metadata import NAMESPACE, each, keep_only

__all__ = ["HOLDS", "PREMIERE", "RESOLVE", "SPACES", "Dialect", "others", "strip"]

#: The editors that read ``.otio`` with metadata of their own.
Dialect = Literal["premiere", "resolve"]

#: Key of each in metadata.
SPACES: dict[Dialect, str] = {"premiere": PREMIERE, "resolve": RESOLVE}

_COMMON = {"nested", "missing", "speed", "reverse", "freeze", "retime", "metadata"}

#: What each can hold, in the words of `otio_genai.interchange.layout`.
HOLDS: dict[Dialect, frozenset[str]] = {
    "premiere": frozenset(_COMMON | {"effects", "colour"}),
    "resolve": frozenset(_COMMON | {"generator", "effects", "colour"}),
}

_OURS_AND_THEIRS = (NAMESPACE, PREMIERE, RESOLVE)


def strip(obj: otio.core.SerializableObjectWithMetadata, *kept: str) -> None:
    """Remove our metadata but ``kept``, and either editor's, in place.

    That of others stays.
    """
    held = obj.metadata
    for key in [key for key in each(held) if key in _OURS_AND_THEIRS]:
        if kept and key == NAMESPACE:
            # To take it out and put it back takes the library far longer.
            keep_only(obj, kept)
        else:
            del held[key]


def others(obj: otio.core.SerializableObjectWithMetadata) -> dict[str, Any]:
    """Return the metadata of programs other than us and the two editors."""
    held = obj.metadata
    return {key: plain(held[key]) for key in each(held) if key not in _OURS_AND_THEIRS}
