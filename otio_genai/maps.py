"""What a timeline shows and sounds, frame by frame and sample by sample.

Aim
    One meaning for every timeline, ours or another editor's. `picture_map` and
    `sound_map` are what the renderer follows and what every round trip is held to.

Conventions
    Record frames are counted from 0 at the timeline's one rate (`record_rate`).
    Edges that fall between two record frames go to the nearest. A source frame is
    found by the one rule of `otio_genai.rates`; one beyond the media is the media's
    first or last frame, as editors hold it. In a dissolve of ``n = in + out`` record
    frames, the ``k``-th shows ``k / n`` of the incoming picture. Levels are
    amplitude factors, linear between keyframes.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import TimelineError

__all__ = [
    "SILENCE_DB",
    "STILL_SUFFIXES",
    "Layer",
    "SoundSpan",
    "clips",
    "gain",
    "length_frames",
    "picture_map",
    "record_rate",
    "sound_map",
]

#: Suffixes of single pictures, by which a foreign timeline's stills are known.
STILL_SUFFIXES = frozenset(
    ("bmp", "dpx", "exr", "heic", "jpeg", "jpg", "png", "psd", "tga", "tif", "tiff")
)
#: Levels at or below this many decibels are silence.
SILENCE_DB = -96.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One picture in one record frame."""

    clip: otio.schema.Clip
    "The clip it belongs to: its name, framing and media reference."
    url: str
    "Target URL of the take."
    source_frame: int
    "Frame of the take, counted from its first."
    weight: Fraction
    "Share of the record frame, over 0 and at most 1."
    clip_frame: int
    "Record frames since the clip's first; outside its range in a handle."


@dataclass(frozen=True, slots=True)
class SoundSpan:
    """One stretch of one sound."""

    track: str
    "Name of the audio track."
    clip: otio.schema.Clip
    "The clip it belongs to."
    url: str
    "Target URL of the sound."
    record_in_samples: int
    "First sample on the record side."
    record_out_samples: int
    "Sample after the last."
    source_in_s: Fraction
    "Seconds into the media of the first sample."
    levels: tuple[tuple[int, float], ...]
    "(sample from the span's start, amplitude factor), linear between."
    fade_in_samples: int = 0
    "Length of a linear fade from silence, on top of the levels."
    fade_out_samples: int = 0
    "Length of a linear fade to silence, on top of the levels."


# Items of a track give their layers at any record frame relative to their start.
_Source = Callable[[int], tuple[Layer, ...]]


@dataclass(frozen=True, slots=True)
class _Placed:
    item: otio.core.Item
    record_in: int
    record_out: int


@dataclass(frozen=True, slots=True)
class _Overlap:
    cut: int
    in_frames: int
    out_frames: int
    before: int
    after: int


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
    ends = [_layout(track, rate)[2] for track in timeline.tracks if _is_track(track)]
    return max(ends, default=0)


def picture_map(timeline: otio.schema.Timeline) -> list[tuple[Layer, ...]]:
    """Return what each record frame shows.

    Returns
    -------
    list of tuple of Layer
        One tuple per record frame, lower layers first in a dissolve; empty is
        black, and weights summing below one let black through.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    rate = record_rate(timeline)
    total = length_frames(timeline)
    return _stack_frames(timeline.tracks, rate, total)


def _is_track(item: Any) -> bool:
    return isinstance(item, otio.schema.Track)


def _stack_frames(
    stack: otio.schema.Stack, rate: Fraction, total: int
) -> list[tuple[Layer, ...]]:
    frames: list[tuple[Layer, ...]] = [()] * total
    tracks = [
        _track_source(track, rate)
        for track in reversed(list(stack))
        if _shows_picture(track)
    ]
    for index in range(total):
        left = Fraction(1)
        seen: tuple[Layer, ...] = ()
        for source in tracks:
            layers = source(index)
            seen = (*(replace(a, weight=a.weight * left) for a in layers), *seen)
            left *= 1 - sum((a.weight for a in layers), Fraction(0))
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


def _track_source(child: otio.core.Composable, rate: Fraction) -> _Source:
    if not isinstance(child, otio.schema.Track):
        return _item_source(child, rate)
    placed, overlaps, _ = _layout(child, rate)
    sources = [_item_source(p.item, rate) for p in placed]
    starts = [p.record_in for p in placed]
    by_cut = [(o.cut - o.in_frames, o.cut + o.out_frames, o) for o in overlaps]

    def at(frame: int) -> tuple[Layer, ...]:
        for begin, end, overlap in by_cut:
            if begin <= frame < end:
                return _dissolved(frame, overlap, placed, sources)
        index = bisect.bisect_right(starts, frame) - 1
        if index < 0 or frame >= placed[index].record_out:
            return ()
        return sources[index](frame - starts[index])

    return at


def _dissolved(
    frame: int,
    overlap: _Overlap,
    placed: Sequence[_Placed],
    sources: Sequence[_Source],
) -> tuple[Layer, ...]:
    length = overlap.in_frames + overlap.out_frames
    share = Fraction(frame - overlap.cut + overlap.in_frames, length)
    found: list[Layer] = []
    for index, weight in ((overlap.before, 1 - share), (overlap.after, share)):
        if not 0 <= index < len(placed) or weight == 0:
            continue
        layers = sources[index](frame - placed[index].record_in)
        found += [replace(a, weight=a.weight * weight) for a in layers]
    return tuple(found)


def _layout(
    track: otio.schema.Track, rate: Fraction
) -> tuple[list[_Placed], list[_Overlap], int]:
    """Return the items with their record frames, the transitions, and the end."""
    placed: list[_Placed] = []
    overlaps: list[_Overlap] = []
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
            if in_frames + out_frames:
                here = len(placed)
                overlaps.append(_Overlap(cut, in_frames, out_frames, here - 1, here))
            if index == len(children) - 1:
                clock += rates.seconds(child.out_offset)
            continue
        begin = rates.frames_at(clock, rate)
        clock += _duration_s(child)
        placed.append(_Placed(child, begin, rates.frames_at(clock, rate)))
    return placed, overlaps, rates.frames_at(clock, rate)


def _duration_s(item: otio.core.Item) -> Fraction:
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


def _item_source(item: otio.core.Item, rate: Fraction) -> _Source:
    if not item.enabled or isinstance(item, otio.schema.Gap):
        return lambda _: ()
    if isinstance(item, otio.schema.Clip):
        return _clip_source(item, rate)
    return _nested_source(item, rate)


def _nested_source(item: otio.core.Composition, rate: Fraction) -> _Source:
    if isinstance(item, otio.schema.Track):
        inner = _track_source(item, rate)
    else:
        total = rates.frames_at(rates.seconds(item.available_range().duration), rate)
        frames = _stack_frames(item, rate, total)
        inner = lambda k: frames[k] if 0 <= k < len(frames) else ()  # noqa: E731
    trim = item.source_range
    first = 0 if trim is None else rates.frames_at(rates.seconds(trim.start_time), rate)
    return lambda k: inner(first + k)


def _clip_source(clip: otio.schema.Clip, rate: Fraction) -> _Source:
    reference = clip.media_reference
    url = getattr(reference, "target_url", None)
    if not url:
        return lambda _: ()
    facts = metadata.read(reference, "media", {})
    in_s, source_rate = _source_in(clip)
    if "rate" in facts:
        source_rate = rates.rate(facts["rate"])
    last = _last_frame(clip, facts, source_rate)
    speed = _speed(clip)
    length = rates.frames_at(_duration_s(clip), rate)

    def at(frame: int) -> tuple[Layer, ...]:
        if speed < 0:
            # Played backwards the last frame of the range comes first.
            time_s = in_s + (length - frame) * -speed / rate
            number = math.ceil(time_s * source_rate) - 1
        else:
            number = rates.frame_at(in_s + frame * speed / rate, source_rate)
        number = max(number, 0) if last is None else min(max(number, 0), last)
        return (Layer(clip, url, number, Fraction(1), frame),)

    return at


def _source_in(clip: otio.schema.Clip) -> tuple[Fraction, Fraction]:
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


def _last_frame(
    clip: otio.schema.Clip, facts: dict[str, Any], source_rate: Fraction
) -> int | None:
    suffix = clip.media_reference.target_url.rpartition(".")[2].lower()
    if facts.get("kind") == "still" or (not facts and suffix in STILL_SUFFIXES):
        return 0
    if facts.get("frames"):
        return int(facts["frames"]) - 1
    available = clip.media_reference.available_range
    if available is None:
        return None
    return max(0, math.ceil(rates.seconds(available.duration) * source_rate) - 1)


def _speed(clip: otio.schema.Clip) -> Fraction:
    speed = Fraction(1)
    for effect in clip.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= Fraction(effect.time_scalar).limit_denominator(100_000)
    return speed


def gain(level_db: float) -> float:
    """Return the amplitude factor of a level in decibels; silence below the floor."""
    return 0.0 if level_db <= SILENCE_DB else float(10 ** (level_db / 20))


def sound_map(
    timeline: otio.schema.Timeline, sample_rate: int = 48_000
) -> list[SoundSpan]:
    """Return every stretch of sound, track by track, in order.

    Parameters
    ----------
    timeline
        Any timeline with audio tracks; disabled tracks and clips are silent.
    sample_rate
        Samples per second on the record side.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    rate = record_rate(timeline)
    spans: list[SoundSpan] = []
    for track in timeline.audio_tracks():
        if track.enabled:
            spans += _track_sounds(track, rate, sample_rate)
    return spans


def _track_sounds(
    track: otio.schema.Track, rate: Fraction, sample_rate: int
) -> Iterator[SoundSpan]:
    placed, overlaps, _ = _layout(track, rate)
    for index, spot in enumerate(placed):
        clip = spot.item
        if not isinstance(clip, otio.schema.Clip) or not clip.enabled:
            continue
        url = getattr(clip.media_reference, "target_url", None)
        if not url:
            continue
        head = next((o for o in overlaps if o.after == index), None)
        tail = next((o for o in overlaps if o.before == index), None)
        yield _sound_span(track.name, spot, (head, tail), rate, sample_rate)


def _sound_span(
    track: str,
    spot: _Placed,
    ends: tuple[_Overlap | None, _Overlap | None],
    rate: Fraction,
    sample_rate: int,
) -> SoundSpan:
    head, tail = ends
    begin = spot.record_in - (head.in_frames if head else 0)
    end = spot.record_out + (tail.out_frames if tail else 0)
    first = rates.sample_at(begin, rate, sample_rate)
    own = rates.sample_at(spot.record_in, rate, sample_rate)
    levels = metadata.read(spot.item, "levels") or [[0, 0.0]]
    keys = tuple(
        (
            rates.sample_at(spot.record_in + int(frame), rate, sample_rate) - first,
            gain(level_db),
        )
        for frame, level_db in levels
    )
    in_s, _ = _source_in(spot.item)
    return SoundSpan(
        track=track,
        clip=spot.item,
        url=spot.item.media_reference.target_url,
        record_in_samples=first,
        record_out_samples=rates.sample_at(end, rate, sample_rate),
        source_in_s=in_s - Fraction(own - first, sample_rate),
        levels=keys,
        fade_in_samples=_overlap_samples(head, rate, sample_rate),
        fade_out_samples=_overlap_samples(tail, rate, sample_rate),
    )


def _overlap_samples(overlap: _Overlap | None, rate: Fraction, sample_rate: int) -> int:
    if overlap is None:
        return 0
    begin = rates.sample_at(overlap.cut - overlap.in_frames, rate, sample_rate)
    return rates.sample_at(overlap.cut + overlap.out_frames, rate, sample_rate) - begin
