"""Where a timeline's items lie: record frames of clips, gaps and transitions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import TimelineError

__all__ = [
    "Overlap",
    "Placed",
    "clips",
    "duration_s",
    "layout",
    "length_frames",
    "record_rate",
    "source_in",
]


@dataclass(frozen=True, slots=True)
class Placed:
    """An item with its half-open range of record frames."""

    item: otio.core.Item
    record_in: int
    record_out: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """A transition: its cut, its frames on both sides, its items by index.

    ``recipe`` is what its metadata keeps under ``carry``, ``curve`` the one of a
    sound's fade: ``gain`` for straight gains, ``power`` for equal power.
    """

    cut: int
    in_frames: int
    out_frames: int
    before: int
    after: int
    recipe: dict[str, Any] = field(default_factory=dict)
    curve: str = "gain"


def clips(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    """Return every clip of the timeline, tracks from the bottom, items in order."""
    return [
        item for item in timeline.find_clips() if isinstance(item, otio.schema.Clip)
    ]


def record_rate(timeline: otio.schema.Timeline) -> Fraction:
    """Return the timeline's one rate.

    Taken from the film's metadata, else from the start timecode, else from the
    first item of a video track that states a duration, else of any track.

    Raises
    ------
    TimelineError
        Nothing in the timeline states a rate.
    """
    film = metadata.read(timeline, "film", {})
    if "rate" in film:
        return rates.rate(film["rate"])
    if timeline.global_start_time is not None:
        return rates.of(timeline.global_start_time)
    for track in [*timeline.video_tracks(), *timeline.audio_tracks()]:
        for item in track:
            if isinstance(item, otio.core.Item) and item.source_range is not None:
                return rates.of(item.source_range.duration)
            reference = getattr(item, "media_reference", None)
            if reference is not None and reference.available_range is not None:
                return rates.of(reference.available_range.duration)
    raise TimelineError(
        "Nothing in this timeline states a frame rate.",
        place=timeline.name or "timeline",
        remedy="Give it a global start time, or its clips source ranges.",
    )


def length_frames(timeline: otio.schema.Timeline) -> int:
    """Return the timeline's length in record frames: its longest track's."""
    rate = record_rate(timeline)
    ends = [
        layout(track, rate)[2]
        for track in timeline.tracks
        if isinstance(track, otio.schema.Track)
    ]
    return max(ends, default=0)


def layout(
    track: otio.schema.Track, rate: Fraction
) -> tuple[list[Placed], list[Overlap], int]:
    """Return the items with their record frames, the transitions, and the end."""
    placed: list[Placed] = []
    overlaps: list[Overlap] = []
    clock = Fraction(0)
    children = list(track)
    for index, child in enumerate(children):
        if isinstance(child, otio.schema.Transition):
            in_frames = rates.frames_at(rates.seconds(child.in_offset), rate)
            out_frames = rates.frames_at(rates.seconds(child.out_offset), rate)
            # Without a neighbour a transition takes room of its own.
            if index == 0:
                clock += rates.seconds(child.in_offset)
            cut = rates.frames_at(clock, rate)
            kept = metadata.read(child, "carry")
            recipe = kept if isinstance(kept, dict) else {}
            if in_frames + out_frames or recipe:
                here = len(placed)
                curve = str(metadata.read(child, "curve") or "gain")
                sides = here - 1, here
                overlaps.append(
                    Overlap(cut, in_frames, out_frames, *sides, recipe, curve)
                )
            if index == len(children) - 1:
                clock += rates.seconds(child.out_offset)
            continue
        begin = rates.frames_at(clock, rate)
        clock += duration_s(child)
        placed.append(Placed(child, begin, rates.frames_at(clock, rate)))
    return placed, overlaps, rates.frames_at(clock, rate)


def duration_s(item: otio.core.Item) -> Fraction:
    """Return the seconds an item lasts, as its trim or its media states."""
    if item.source_range is not None:
        return rates.seconds(item.source_range.duration)
    reference = getattr(item, "media_reference", None)
    if reference is not None and reference.available_range is not None:
        return rates.seconds(reference.available_range.duration)
    if isinstance(item, otio.schema.Gap):
        return Fraction(0)
    if isinstance(item, otio.core.Composition):
        return rates.seconds(item.duration())
    raise TimelineError(
        "This clip states neither a source range nor the range of its media.",
        place=item.name or "clip",
        remedy="Set its source_range, or the available_range of its media.",
    )


def source_in(clip: otio.schema.Clip) -> tuple[Fraction, Fraction]:
    """Return seconds from the media's first frame to the in-point, and its rate."""
    available = clip.media_reference.available_range
    begin_s = Fraction(0) if available is None else rates.seconds(available.start_time)
    trim = clip.source_range
    if available is not None:
        source_rate = rates.of(available.duration)
    else:
        source_rate = rates.of(trim.start_time)
    return (
        Fraction(0) if trim is None else rates.seconds(trim.start_time) - begin_s,
        source_rate,
    )
