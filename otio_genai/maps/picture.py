"""What each record frame shows; see `otio_genai.maps` for the conventions."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.maps.drawn import drawing_of
from otio_genai.maps.layout import (
    Overlap,
    Placed,
    layout,
    length_frames,
    record_rate,
    source_in,
)
from otio_genai.maps.retime import speed
from otio_genai.maps.sweep import Carry, Sweep

__all__ = ["STILL_SUFFIXES", "Layer", "picture_map"]

#: Suffixes of single pictures, by which a foreign timeline's stills are known.
STILL_SUFFIXES = frozenset(
    [
        ".bmp",
        ".dpx",
        ".exr",
        ".heic",
        ".jpeg",
        ".jpg",
        ".png",
        ".psd",
        ".tga",
        ".tif",
        ".tiff",
        ".webp",
    ]
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One picture in one record frame."""

    clip: otio.schema.Clip
    "The clip it belongs to: its name, framing and media reference."
    url: str
    "Target URL of the take, or the address of a drawing (`otio_genai.maps.drawing`)."
    source_frame: int
    "Frame of the take, counted from its first."
    weight: Fraction
    "Share of the record frame, over 0 and at most 1."
    clip_frame: int
    "Record frames since the clip's first; outside its range in a handle."
    sweep: Sweep | None = None
    "How a carry displaces the picture; None for a picture that stays."
    over: bool = False
    "Whether it lets through what lies below, however large its share."


# A broken file may state any length; this one takes gigabytes to map.
_MOST_FRAMES = 10_000_000
# Opacity is told in floats; this is finer than any picture's.
_OPACITY_STEPS = 1_000_000
_WHOLE = Fraction(1)

# Items of a track give their layers at any record frame relative to their start.
_Source = Callable[[int], tuple[Layer, ...]]


def picture_map(
    timeline: otio.schema.Timeline,
    see_through: Callable[[otio.schema.Clip], bool] | None = None,
) -> list[tuple[Layer, ...]]:
    """Return what each record frame shows.

    Parameters
    ----------
    timeline
        Any timeline; generators nobody knows show nothing.
    see_through
        Tells whether a clip, but a title, lets through what lies below; by default
        those do whose facts say that their pictures have alpha.

    Returns
    -------
    list of tuple of Layer
        One tuple per record frame, lower layers first in a dissolve; empty is
        black, and weights summing below one let black through. What lies over others
        without hiding them takes nothing of their weight.

    Raises
    ------
    TimelineError
        The timeline states no rate, or is days long.
    """
    rate = record_rate(timeline)
    total = length_frames(timeline)
    if total > _MOST_FRAMES:
        raise TimelineError(
            f"This timeline has {total} frames; pictures are mapped up to "
            f"{_MOST_FRAMES}, some days of film.",
            place=timeline.name or "timeline",
            remedy="Look for a gap or a clip of an impossible length.",
        )
    view = _View(rate, see_through or _has_alpha)
    return _stack_frames(timeline.tracks, view, total)


def _has_alpha(clip: otio.schema.Clip) -> bool:
    return bool(metadata.fact(clip.media_reference, "alpha"))


@dataclass(frozen=True, slots=True)
class _View:
    """How a timeline is looked at."""

    rate: Fraction
    see_through: Callable[[otio.schema.Clip], bool]


def _stack_frames(
    stack: otio.schema.Stack, view: _View, total: int
) -> list[tuple[Layer, ...]]:
    frames: list[tuple[Layer, ...]] = [()] * total
    tracks = [
        _track_source(track, view)
        for track in reversed(list(stack))
        if _shows_picture(track)
    ]
    for index in range(total):
        left = _WHOLE
        seen: tuple[Layer, ...] = ()
        for source in tracks:
            layers = source(index)
            if left is _WHOLE and len(layers) == 1 and layers[0].weight is _WHOLE:
                # Nearly every frame: nothing has to be reckoned.
                seen = (*layers, *seen)
                if not layers[0].over:
                    break
                continue
            seen = (*(replace(a, weight=a.weight * left) for a in layers), *seen)
            left *= 1 - sum((a.weight for a in layers if not a.over), Fraction(0))
            if left <= 0:
                break
        frames[index] = seen
    return frames


def _shows_picture(child: otio.core.Composable) -> bool:
    if not getattr(child, "enabled", True):
        return False
    if isinstance(child, otio.schema.Track):
        return bool(child.kind == otio.schema.TrackKind.Video)
    return isinstance(child, otio.core.Item)


def _track_source(child: otio.core.Composable, view: _View) -> _Source:
    if not isinstance(child, otio.schema.Track):
        return _item_source(child, view)
    placed, overlaps, _ = layout(child, view.rate)
    sources = [_item_source(p.item, view) for p in placed]
    starts = [p.record_in for p in placed]
    by_cut: list[Overlap] = []
    for overlap in overlaps:
        carry = Carry.read(overlap.recipe)
        if carry is None:
            by_cut.append(overlap)
            continue
        for index in (overlap.before, overlap.after):
            if 0 <= index < len(placed):
                offset = placed[index].record_in - overlap.cut
                sources[index] = _carried(sources[index], carry, offset, view.rate)

    begins = [overlap.cut - overlap.in_frames for overlap in by_cut]

    def at(frame: int) -> tuple[Layer, ...]:
        place = bisect.bisect_right(begins, frame) - 1
        if place >= 0 and frame < by_cut[place].cut + by_cut[place].out_frames:
            return _dissolved(frame, by_cut[place], placed, sources)
        index = bisect.bisect_right(starts, frame) - 1
        if index < 0 or frame >= placed[index].record_out:
            return ()
        return sources[index](frame - starts[index])

    return at


def _carried(source: _Source, carry: Carry, offset: int, rate: Fraction) -> _Source:
    """Return a source swept by a carry whose cut is ``offset`` before its start."""

    def at(frame: int) -> tuple[Layer, ...]:
        outgoing = offset < 0
        sweep = None
        if (frame + offset < 0) == outgoing:
            sweep = carry.sweep(frame + offset, rate)
        return source(frame) if sweep is None else _swept(source(frame), sweep)

    return at


def _swept(layers: tuple[Layer, ...], sweep: Sweep) -> tuple[Layer, ...]:
    return tuple(
        replace(a, sweep=sweep if a.sweep is None else a.sweep.plus(sweep))
        for a in layers
    )


def _dissolved(
    frame: int,
    overlap: Overlap,
    placed: Sequence[Placed],
    sources: Sequence[_Source],
) -> tuple[Layer, ...]:
    length = overlap.in_frames + overlap.out_frames
    share = Fraction(frame - overlap.cut + overlap.in_frames, length)
    weights = 1 - share, share
    if overlap.recipe.get("kind") == "dip":
        nothing = Fraction(0)
        weights = max(1 - 2 * share, nothing), max(2 * share - 1, nothing)
    found: list[Layer] = []
    for index, weight in zip((overlap.before, overlap.after), weights, strict=True):
        if not 0 <= index < len(placed) or weight == 0:
            continue
        layers = sources[index](frame - placed[index].record_in)
        found += [replace(a, weight=a.weight * weight) for a in layers]
    return tuple(found)


def _item_source(item: otio.core.Item, view: _View) -> _Source:
    if not item.enabled or isinstance(item, otio.schema.Gap):
        return lambda _: ()
    if isinstance(item, otio.schema.Clip):
        return _clip_source(item, view)
    return _nested_source(item, view)


def _nested_source(item: otio.core.Composition, view: _View) -> _Source:
    rate = view.rate
    if isinstance(item, otio.schema.Track):
        inner = _track_source(item, view)
    else:
        total = rates.frames_at(rates.seconds(item.available_range().duration), rate)
        frames = _stack_frames(item, view, total)
        inner = lambda k: frames[k] if 0 <= k < len(frames) else ()  # noqa: E731
    trim = item.source_range
    first = 0 if trim is None else rates.frames_at(rates.seconds(trim.start_time), rate)
    return lambda k: inner(first + k)


def _clip_source(clip: otio.schema.Clip, view: _View) -> _Source:
    reference = clip.media_reference
    url = getattr(reference, "target_url", None)
    if not url:
        return _drawn_source(clip, view)
    rate = view.rate
    facts = metadata.read(reference, "media", {})
    _, source_rate = source_in(clip)
    if "rate" in facts:
        source_rate = rates.rate(facts["rate"])
    last = _last_frame(clip, facts, source_rate)
    source_frame = speed(clip, rate).counter(source_rate)
    opacity = _opacity(clip)
    over = view.see_through(clip)

    def at(frame: int) -> tuple[Layer, ...]:
        number = max(source_frame(frame), 0)
        number = number if last is None else min(number, last)
        weight = opacity(frame)
        if not weight:
            return ()
        return (Layer(clip, url, number, weight, frame, over=over),)

    return at


def _drawn_source(clip: otio.schema.Clip, view: _View) -> _Source:
    drawing = drawing_of(clip.media_reference)
    if drawing is None or not drawing.kind:
        return lambda _: ()
    opacity = _opacity(clip)
    url, over = drawing.url, drawing.over or view.see_through(clip)

    def at(frame: int) -> tuple[Layer, ...]:
        weight = opacity(frame) * drawing.opacity
        return (Layer(clip, url, 0, weight, frame, over=over),) if weight else ()

    return at


def _opacity(clip: otio.schema.Clip) -> Callable[[int], Fraction]:
    keys = [
        (int(frame), Fraction(value).limit_denominator(_OPACITY_STEPS))
        for frame, value in metadata.read(clip, "opacity") or ()
    ]
    if not keys:
        return lambda _: _WHOLE
    frames = [frame for frame, _ in keys]

    def at(frame: int) -> Fraction:
        index = bisect.bisect_right(frames, frame)
        if index in (0, len(keys)):
            value = keys[max(index - 1, 0)][1]
        else:
            (first, low), (last, high) = keys[index - 1 : index + 1]
            value = low + (high - low) * (frame - first) / (last - first)
        return min(max(value, Fraction(0)), Fraction(1))

    return at


def _last_frame(
    clip: otio.schema.Clip, facts: dict[str, Any], source_rate: Fraction
) -> int | None:
    suffix = PurePosixPath(clip.media_reference.target_url.lower()).suffix
    if facts.get("kind") == "still" or (not facts and suffix in STILL_SUFFIXES):
        return 0
    if facts.get("frames"):
        return int(facts["frames"]) - 1
    available = clip.media_reference.available_range
    if available is None:
        return None
    return max(0, math.ceil(rates.seconds(available.duration) * source_rate) - 1)
