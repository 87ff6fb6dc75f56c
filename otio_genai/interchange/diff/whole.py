"""What changed of a timeline as a whole, and of its tracks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange import traits
from otio_genai.interchange.diff.marks import Mark, marks_changed
from otio_genai.interchange.diff.report import Change, Clock, Place
from otio_genai.interchange.diff.uses import numbered

__all__ = ["whole_changed"]


def whole_changed(
    before: otio.schema.Timeline,
    after: otio.schema.Timeline,
    clocks: tuple[Clock, Clock],
) -> Iterator[Change]:
    """Yield what changed of the film's facts, its markers and its tracks."""
    for name, told in (
        ("frame rate", [f"{float(clock.rate):.5g}" for clock in clocks]),
        ("start", [clock.timecode(0) for clock in clocks]),
        ("name", [timeline.name for timeline in (before, after)]),
        ("picture size", [_raster(timeline) for timeline in (before, after)]),
    ):
        if all(told) and told[0] != told[1]:
            yield Change("film", f"{name}: {told[0]} became {told[1]}")
    rate = clocks[1].rate
    marks = [_markers(timeline.tracks, rate) for timeline in (before, after)]

    def said(mark: Mark) -> str:
        return f"{mark.name or 'unnamed'} at {clocks[1].timecode(mark.at)}"

    for text in marks_changed(marks[0], marks[1], said):
        yield Change("marker", text)
    yield from _tracks(before, after)


def _raster(timeline: otio.schema.Timeline) -> str:
    film = metadata.read(timeline, "film", {})
    if film.get("width") and film.get("height"):
        return f"{film['width']}x{film['height']}"
    return ""


def _markers(stack: otio.schema.Stack, rate: Fraction) -> list[Mark]:
    return [
        Mark(
            rates.frames_at(rates.seconds(marker.marked_range.start_time), rate),
            rates.frames_at(rates.seconds(marker.marked_range.duration), rate),
            marker.name,
            marker.comment,
            traits.color(marker.color),
        )
        for marker in stack.markers
    ]


def _tracks(
    before: otio.schema.Timeline, after: otio.schema.Timeline
) -> Iterator[Change]:
    sides = [
        {(kind, number): track for kind, number, track in numbered(timeline)}
        for timeline in (before, after)
    ]
    for kind, number in sorted({*sides[0], *sides[1]}):
        one, other = (side.get((kind, number)) for side in sides)
        place = Place(kind, number, -1, 0, 0)
        if one is None or other is None:
            track = other if one is None else one
            # Editors make empty tracks freely; nothing is seen or heard of them.
            if track is None or not len(track):
                continue
            if one is None:
                yield Change("track", "track added", after=place)
            else:
                yield Change("track", "track removed", before=place)
            continue
        for text in _track(one, other):
            yield Change("track", text, before=place, after=place)


def _track(one: otio.schema.Track, other: otio.schema.Track) -> Iterator[str]:
    if one.name and other.name and one.name != other.name:
        yield f"track renamed from {one.name!r} to {other.name!r}"
    if bool(one.enabled) != bool(other.enabled):
        yield "track switched on" if other.enabled else "track switched off"
    locked = [bool(metadata.read(track, "locked")) for track in (one, other)]
    if locked[0] != locked[1]:
        yield "track locked" if locked[1] else "track unlocked"
