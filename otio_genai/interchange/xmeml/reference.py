"""A clip of a timeline from an item of the format."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.attributes import (
    Told,
    put_attributes,
    put_speed,
    unheard,
)
from otio_genai.interchange.xmeml.media import reference_of
from otio_genai.interchange.xmeml.retiming import run_of

__all__ = ["clip_of", "source_start"]

_SAMPLE_RATE = 48_000
# Premiere's clock rounds a time by no more than this.
_TICK_S = Fraction(2, rates.TICKS_PER_SECOND)


def source_start(
    time_s: Fraction, *candidates: Fraction | int
) -> otio.opentime.RationalTime:
    """Return a time at the first rate on which it is a whole number of frames.

    It may be off by what Premiere's clock rounds away.
    """
    for rate in (*candidates, _SAMPLE_RATE):
        frames = rates.frames_at(time_s, Fraction(rate))
        if abs(time_s - frames / Fraction(rate)) <= _TICK_S:
            return rates.time(frames, Fraction(rate))
    first = candidates[0]
    return otio.opentime.RationalTime(float(time_s * first), float(first))


def clip_of(
    item: model.ClipItem,
    span: tuple[int, int],
    rate: Fraction,
    size: tuple[int, int],
    told: Told = unheard,
    version: int = 4,
    nested: otio.schema.Stack | None = None,
) -> otio.core.Item:
    """Return the clip of an item, or the nested sequence it shows.

    Parameters
    ----------
    item
        What the format says.
    span
        (record frames from the item's in-point to the clip's start, length).
    rate
        Record rate.
    size
        The sequence's (width, height) in pixels; zeros when unknown.
    told
        Told (feature, outcome, what the timeline gets) of what it cannot hold.
    version
        The document's.
    nested
        The sequence that the item shows, whole; it is trimmed here.
    """
    head, length = span
    reference = None if nested is not None else reference_of(item)
    file = item.file
    run = None
    remap = next((f for f in item.filters if f.effect_id == "timeremap"), None)
    if remap is not None and remap.tree is None:
        run = run_of(item, remap, span, rate)
    in_s = _in_s(item, head, rate) if run is None else run.in_s
    if reference is not None and reference.available_range is not None:
        in_s += rates.seconds(reference.available_range.start_time)
    start = source_start(in_s, rate, rate if file is None else file.rate.exact)
    trim = otio.opentime.TimeRange(start, rates.time(length, rate))
    clip = otio.schema.Clip(item.name, reference, trim) if nested is None else nested
    clip.source_range = trim
    clip.enabled = item.enabled
    if run is not None:
        put_speed(clip, run)
    sizes = _size(item, size), size
    frame = _record_frame(item, head, rate)
    put_attributes(clip, item, sizes, frame, told, version)
    return clip


def _size(item: model.ClipItem, size: tuple[int, int]) -> tuple[int, int]:
    if item.source_track:
        # A sound of a file with a picture is not framed.
        return 0, 0
    if item.sequence is not None:
        return item.sequence.width_px, item.sequence.height_px
    if item.generator is not None:
        return size
    return (0, 0) if item.file is None else (item.file.width_px, item.file.height_px)


def _in_s(item: model.ClipItem, head: int, rate: Fraction) -> Fraction:
    """Return the media seconds at which an item of its own speed begins."""
    if item.ticks_in is not None:
        return Fraction(item.ticks_in, rates.TICKS_PER_SECOND) + head / rate
    return max(0, item.in_frames) / item.rate.exact + head / rate


def _record_frame(
    item: model.ClipItem, head: int, rate: Fraction
) -> Callable[[int], int]:
    ratio = rate / item.rate.exact

    def frame(when: int) -> int:
        return rates.frames_at((when - item.in_frames) * ratio, Fraction(1)) - head

    return frame
