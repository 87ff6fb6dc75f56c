"""Markers: notes of the timeline and of clips, and one for every join."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.loss import Outcome
from otio_genai.interchange.spot import Fade, Spot
from otio_genai.interchange.xmeml.dialects import JOIN_COLORS, MARKER_COLORS, Table
from otio_genai.interchange.xmeml.model import Marker, Rate
from otio_genai.interchange.xmeml.parameters import Report

__all__ = ["clip_markers", "join_marker", "marker_model", "sequence_markers"]


def join_marker(join: dict[str, Any], frame: int) -> Marker:
    """Return the marker of a join at a record frame."""
    kind = clean(str(join["kind"]))
    score = join.get("score")
    name = f"{kind} {score:.2f}" if isinstance(score, (int, float)) else kind
    color = MARKER_COLORS.get(JOIN_COLORS.get(kind, "WHITE"))
    return Marker(name, clean(str(join.get("why") or "")), frame, color=color)


def marker_model(
    marker: otio.schema.Marker, origin_s: Fraction, rate: Fraction, report: Report
) -> Marker:
    """Return a marker whose time counts from ``origin_s``, at ``rate``."""
    first_s = rates.seconds(marker.marked_range.start_time) - origin_s
    first = rates.frames_at(first_s, rate)
    length = rates.frames_at(rates.seconds(marker.marked_range.duration), rate)
    name = clean(marker.name)
    if first < 0:
        report("marker", f"{name!r} on the first frame, not before it", "")
    color = marker.color or "GREEN"
    if color not in MARKER_COLORS and color != "GREEN":
        report("marker colour", f"{name!r} in green, not {clean(str(color))}", "")
    first = max(0, first)
    return Marker(
        name,
        clean(marker.comment or "", lines=True),
        first,
        first + length if length > 0 else -1,
        MARKER_COLORS.get(str(color)),
    )


def clip_markers(
    spot: Spot, rate: Rate, rules: Table, report: Report
) -> tuple[Marker, ...]:
    """Return the markers of an item, counted at ``rate`` from its source's first frame.

    Resolve gets none: it is known to lose them.
    """
    markers = list(spot.item.markers)
    if markers and not rules.extensions:
        report("clip markers", "none", "Put them on the timeline.", "dropped")
        return ()
    origin_s = Fraction(0) if spot.medium is None else spot.medium.start_s
    return tuple(marker_model(m, origin_s, rate.exact, report) for m in markers)


def sequence_markers(
    markers: Iterable[otio.schema.Marker],
    items: Iterable[Spot | Fade],
    rate: Fraction,
    rules: Table,
    account: Account,
) -> tuple[Marker, ...]:
    """Return the markers of a sequence: its own, and one for every join of its clips.

    Resolve is not told their colours, which lie beyond the format.
    """

    def report(
        feature: str, gets: str, remedy: str, outcome: Outcome = "approximated"
    ) -> None:
        account.add(feature, outcome, gets, remedy)

    found = [marker_model(m, Fraction(0), rate, report) for m in markers]
    for spot in items:
        if isinstance(spot, Spot):
            join = metadata.read(spot.item, "join")
            if isinstance(join, dict) and join.get("kind"):
                found.append(join_marker(join, spot.start))
    if found and not rules.extensions:
        gets = "markers that the editor may show in one colour or leave out"
        remedy = "The kind of each join is in its marker's name."
        report("marker colours", gets, remedy)
        found = [replace(marker, color=None) for marker in found]
    return tuple(found)
