"""Films drawn from a field as ordinary timelines."""

from __future__ import annotations

from otio_genai.field.realise_film import (
    clashes,
    reaches_of,
    span_of,
    starts,
    timeline_of,
    voices_of,
)

__all__ = ["clashes", "reaches_of", "span_of", "starts", "timeline_of", "voices_of"]
