"""Markers: notes of the timeline, and one for every join."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.account import clean
from otio_genai.interchange.xmeml.dialects import JOIN_COLORS, MARKER_COLORS
from otio_genai.interchange.xmeml.model import Marker

__all__ = ["join_marker", "marker_model"]


def join_marker(join: dict[str, Any], frame: int) -> Marker:
    """Return the marker of a join at a record frame."""
    kind = clean(str(join["kind"]))
    score = join.get("score")
    name = f"{kind} {score:.2f}" if isinstance(score, (int, float)) else kind
    color = MARKER_COLORS.get(JOIN_COLORS.get(kind, "WHITE"))
    return Marker(name, clean(str(join.get("why") or "")), frame, color=color)


def marker_model(
    marker: otio.schema.Marker, origin_s: Fraction, rate: Fraction
) -> Marker:
    """Return a marker whose time counts from ``origin_s``, at ``rate``."""
    first_s = rates.seconds(marker.marked_range.start_time) - origin_s
    first = max(0, rates.frames_at(first_s, rate))
    length = rates.frames_at(rates.seconds(marker.marked_range.duration), rate)
    return Marker(
        clean(marker.name),
        clean(marker.comment or "", lines=True),
        first,
        first + length if length > 0 else -1,
        MARKER_COLORS.get(str(marker.color)),
    )
