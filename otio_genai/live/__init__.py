"""The live show: a film edited while it is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otio_genai.live.theatre import Doors as Doors
    from otio_genai.live.theatre import Settings as Settings
    from otio_genai.live.theatre import show as show

__all__ = ["Doors", "Settings", "show"]


def __getattr__(name: str) -> Any:
    # Processes that render joins import this package and need no server.
    if name in __all__:
        from otio_genai.live import theatre

        return getattr(theatre, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
