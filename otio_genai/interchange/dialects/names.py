"""The two dialects, their metadata, and what each has a form for."""

from __future__ import annotations

from typing import Any, Literal

import opentimelineio as otio

from otio_genai.interchange.dialects.keys import plain
from otio_genai.interchange.dialects.premiere_values import SPACE as PREMIERE
from otio_genai.interchange.dialects.resolve_values import SPACE as RESOLVE
from otio_genai.metadata import NAMESPACE

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


def strip(obj: otio.core.SerializableObjectWithMetadata) -> None:
    """Remove our metadata and either editor's, in place; that of others stays."""
    # Asking the library for a key that is not there is slow.
    for key in list(obj.metadata):
        if key in _OURS_AND_THEIRS:
            del obj.metadata[key]


def others(obj: otio.core.SerializableObjectWithMetadata) -> dict[str, Any]:
    """Return the metadata of programs other than us and the two editors."""
    held: dict[str, Any] = plain(obj.metadata)
    return {key: held[key] for key in held if key not in _OURS_AND_THEIRS}
