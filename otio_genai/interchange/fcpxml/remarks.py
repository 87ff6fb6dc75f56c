"""Markers and notes of a clip.

Conventions
    Final Cut tells markers apart by their kind: a standard one is blue, a to-do red,
    a to-do that is done green, a chapter orange. Other colours become standard ones.
    A marker that was read from a keyword says so (``keyword``) and is one again.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.adjust import Report
from otio_genai.interchange.fcpxml.local import Local
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.values import time_text
from otio_genai.interchange.spot import Spot

__all__ = ["clip_markers", "marker_node", "note"]

_DONE = {"RED": "0", "GREEN": "1"}
_CHAPTER = "ORANGE"
_STANDARD = "BLUE"


def marker_node(
    marker: otio.schema.Marker, at_s: Fraction, length_s: Fraction, report: Report
) -> Node:
    """Return a marker at a local time."""
    if metadata.read(marker, "keyword"):
        return _keyword(marker, at_s, length_s)
    # Without a colour of its own a marker is green, as OpenTimelineIO says.
    color = str(marker.color or "GREEN").upper()
    if color not in (*_DONE, _CHAPTER, _STANDARD):
        gets = "a standard marker, which is blue"
        report("marker colour", "approximated", gets, "")
    comment = clean(marker.comment or "", lines=True)
    return Node(
        "chapter-marker" if color == _CHAPTER else "marker",
        start=time_text(at_s),
        duration=time_text(length_s) if length_s > 0 else None,
        value=clean(marker.name),
        completed=_DONE.get(color),
        note=comment or None,
    )


def _keyword(marker: otio.schema.Marker, at_s: Fraction, length_s: Fraction) -> Node:
    return Node(
        "keyword",
        start=time_text(at_s),
        duration=time_text(length_s),
        value=clean(marker.name),
        note=clean(marker.comment or "", lines=True) or None,
    )


def clip_markers(spot: Spot, at: Local, report: Report) -> list[Node]:
    """Return the markers of an item, and that of the join at its start."""
    found = []
    for marker in spot.item.markers:
        first_s = rates.seconds(marker.marked_range.start_time)
        length_s = rates.seconds(marker.marked_range.duration)
        if not at.reaches(first_s):
            gets = "a marker at its start: it never shows the frame that is marked"
            report("clip marker", "approximated", gets, "")
        length_s = at.stretch(length_s, first_s)
        found.append(marker_node(marker, at.of_media(first_s), length_s, report))
    join = metadata.read(spot.item, "join")
    if isinstance(join, dict) and join.get("kind"):
        found.append(_join(join, at.start_s))
    return found


def _join(join: dict[str, Any], at_s: Fraction) -> Node:
    kind, score = clean(str(join["kind"])), join.get("score")
    name = f"{kind} {score:.2f}" if isinstance(score, (int, float)) else kind
    why = clean(str(join.get("why") or ""))
    return Node("marker", start=time_text(at_s), value=name, note=why or None)


def note(spot: Spot) -> list[Node]:
    """Return the note of a clip: what its slate says, or the prompt it came from."""
    slate = spot.medium.slate if spot.medium is not None else {}
    text = slate.get("note") or slate.get("prompt") or ""
    kept = clean(str(text), lines=True).strip()
    return [Node("note", text=kept)] if kept else []
