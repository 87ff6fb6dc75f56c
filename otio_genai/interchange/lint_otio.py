"""What is wrong with an ``.otio`` document, found without any editor.

Aim
    The rules that importers of ``.otio`` are known to enforce in silence, and those
    that every conversion of it relies on. An empty list is no proof that an editor
    reads the file; each finding is a reason why one may not.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange.account import Account, clean, place_of, start_frames
from otio_genai.interchange.dialects.document import timeline_of
from otio_genai.interchange.dialects.premiere_in import count_record, factor
from otio_genai.interchange.dialects.premiere_values import SPACE as PREMIERE
from otio_genai.interchange.dialects.resolve_values import SPACE as RESOLVE
from otio_genai.interchange.lint_media import lint_media
from otio_genai.interchange.urls import base_name
from otio_genai.interchange.xmeml.lint import Finding
from otio_genai.maps.layout import Overlap, Placed, duration_s, layout

__all__ = ["lint_otio"]

# 12 dB, as far as editors' faders go.
_LOUDEST_DB = 12.05
# A faster rate counts samples.
_FASTEST_PICTURE = 2_000
# Record frames that a length in decimals may be off.
_ROUNDING = Fraction(1, 100)
#: Keyed values of ours: name, numbers a key, least and most of each but the frame.
_KEYED: tuple[tuple[str, int, float, float], ...] = (
    ("levels", 2, -math.inf, _LOUDEST_DB),
    ("pan", 2, -1.0, 1.0),
    ("opacity", 2, 0.0, 1.0),
    ("crop", 5, 0.0, 1.0),
)


@dataclass(frozen=True, slots=True)
class _Film:
    """How a document counts, and how an account of it spells timecode."""

    rate: Fraction
    account: Account
    in_source_time: bool
    "What is retimed states its length in source time, as Premiere has it."

    @classmethod
    def of(cls, timeline: otio.schema.Timeline) -> _Film:
        rate = maps.record_rate(timeline)
        start = start_frames(timeline, rate)
        told = bool(metadata.read(timeline, "film", {}).get("drop_frame"))
        drop = told and rates.is_drop_rate(rate)
        return cls(rate, Account(rate, start, drop), _is_premiere(timeline))

    def within(self, name: str) -> _Film:
        return replace(self, account=self.account.within(name, self.rate))

    def at(self, frame: int) -> str:
        return self.account.timecode(max(0, frame))


def _is_premiere(timeline: otio.schema.Timeline) -> bool:
    held = [timeline, timeline.tracks, *timeline.tracks, *timeline.find_clips()]
    spaces = {key for found in held for key in metadata.each(found.metadata)}
    return PREMIERE in spaces and RESOLVE not in spaces


def lint_otio(
    text: str, *, media: bool = False, base: str | os.PathLike[str] | None = None
) -> list[Finding]:
    """Return every broken rule of a document.

    Parameters
    ----------
    text
        The document.
    media
        Also ask whether each media file exists here.
    base
        The folder of the document, which relative addresses are relative to.
    """
    try:
        timeline, _ = timeline_of(text)
        film = _Film.of(timeline)
    except GenaiError as error:
        said = "; ".join([error.sentence, *error.items])
        return [Finding("well-formed", error.place or "", said)]
    found = list(_whole(timeline))
    found += _stack(timeline.tracks, film, "")
    found += lint_media(timeline, media=media, base=base)
    return list(dict.fromkeys(found))


def _whole(timeline: otio.schema.Timeline) -> Iterator[Finding]:
    if timeline.global_start_time is None:
        text = "It states no start time: importers begin wherever they like."
        yield Finding("start", timeline.name, text)
    if not timeline.name.strip():
        yield Finding("names", "timeline", "The name is empty.")


def _stack(stack: otio.schema.Stack, film: _Film, within: str) -> Iterator[Finding]:
    names = Counter(str(child.name) for child in stack)
    for number, track in enumerate(stack, 1):
        if not isinstance(track, otio.schema.Track):
            place = f"{within}{track.name or f'track {number}'}"
            text = f"A {type(track).__name__} lies where editors want a track."
            yield Finding("tracks", place, text)
            continue
        place = f"{within}{place_of(track)}"
        if not track.name.strip():
            yield Finding("names", place, "The track has no name.")
        elif names[str(track.name)] > 1:
            text = "Another track has the same name; Resolve wants each once."
            yield Finding("names", place, text)
        yield from _track(track, film, place)


def _track(track: otio.schema.Track, film: _Film, place: str) -> Iterator[Finding]:
    rate = film.rate
    items = [child for child in track if isinstance(child, otio.core.Item)]
    trims = [item.source_range for item in items]
    try:
        lengths = [_length(item, film) for item in items]
        if film.in_source_time:
            for item in items:
                count_record(item, rate)
        placed, overlaps, _ = layout(track, rate)
    except GenaiError as error:
        yield Finding("ranges", f"{place}, {error.place or ''}", error.sentence)
        return
    clock = Fraction(0)
    for spot, trim, length in zip(placed, trims, lengths, strict=True):
        where = f"{place}, {spot.item.name or 'gap'}, {film.at(spot.record_in)}"
        clock += length.frames
        if length.frames < 0 or (length.frames == 0 and not _is_gap(spot.item)):
            yield Finding("lengths", where, "It lasts no time, or less.")
        elif abs(clock - round(clock)) <= length.slack:
            clock = Fraction(round(clock))
        elif not _is_sound(trim):
            yield Finding("whole frames", where, "It ends between two record frames.")
        yield from _item(spot.item, trim, rate, where)
        if isinstance(spot.item, otio.schema.Stack):
            inner = film.within(spot.item.name)
            yield from _stack(spot.item, inner, f"{where} · ")
    yield from _transitions(track, placed, overlaps, film, place)


@dataclass(frozen=True, slots=True)
class _Length:
    """Record frames an item lasts, and how far they may be rounded."""

    frames: Fraction
    slack: Fraction


def _length(item: otio.core.Item, film: _Film) -> _Length:
    frames = duration_s(item) * film.rate
    speed = abs(factor(item)) if film.in_source_time else Fraction(1)
    if item.source_range is None or speed in (0, 1):
        return _Length(frames, _ROUNDING)
    # Whole frames of the source say no more than the nearest one.
    whole = item.source_range.duration.value % 1 == 0
    half = Fraction(1, 2) / speed if whole else Fraction(0)
    return _Length(frames / speed, max(_ROUNDING, half))


def _is_gap(item: otio.core.Item) -> bool:
    return isinstance(item, otio.schema.Gap)


def _is_sound(trim: otio.opentime.TimeRange | None) -> bool:
    return trim is not None and rates.of(trim.duration) > _FASTEST_PICTURE


def _item(
    item: otio.core.Item,
    trim: otio.opentime.TimeRange | None,
    rate: Fraction,
    where: str,
) -> Iterator[Finding]:
    if clean(item.name) != item.name:
        yield Finding("names", where, "The name has control characters.")
    if trim is not None and rates.of(trim.duration) != rate and not _is_sound(trim):
        text = "Its range is not counted at the timeline's rate."
        yield Finding("one rate", where, text)
    for effect in item.effects:
        warp = isinstance(effect, otio.schema.LinearTimeWarp)
        if warp and not math.isfinite(effect.time_scalar):
            yield Finding("speed", where, "Its speed is no number.")
    if isinstance(item, otio.schema.Clip):
        yield from _clip(item, rate, where)
        yield from _keys(item, where)
    yield from _markers(item, trim, where)


def _clip(clip: otio.schema.Clip, rate: Fraction, where: str) -> Iterator[Finding]:
    reference = clip.media_reference
    if reference is None or isinstance(reference, otio.schema.MissingReference):
        yield Finding("media", where, "It has no media.")
        return
    available = reference.available_range
    if available is None:
        text = "The range of its media is not stated; Resolve makes no timeline then."
        yield Finding("available range", where, text)
        return
    if isinstance(reference, otio.schema.GeneratorReference):
        return
    begin_s = rates.seconds(available.start_time)
    trim = clip.source_range or available
    if begin_s and rates.seconds(trim.start_time) < begin_s:
        text = "It begins before its media's start timecode: count in media time."
        yield Finding("media timecode", where, text)
        return
    try:
        run = maps.speed(clip, rate)
    except GenaiError as error:
        yield Finding("speed", where, error.sentence)
        return
    if _still(reference):
        return
    low_s, high_s = run.reach_s(0, run.length_frames)
    # A last record frame may begin on the media and end after it.
    if low_s < 0 or high_s >= rates.seconds(available.duration) + 1 / rate:
        yield Finding("handles", where, "In and out leave the media.")


def _still(reference: otio.core.MediaReference) -> bool:
    if metadata.read(reference, "media", {}).get("kind") == "still":
        return True
    name = base_name(str(getattr(reference, "target_url", "") or ""))
    return any(name.lower().endswith(suffix) for suffix in maps.STILL_SUFFIXES)


def _keys(clip: otio.schema.Clip, where: str) -> Iterator[Finding]:
    for name, width, low, high in _KEYED:
        keys = metadata.read(clip, name)
        if keys is None:
            continue
        if not _are_rows(keys, width):
            yield Finding("keyframes", where, f"Its {name} are no list of keyframes.")
            continue
        frames = [key[0] for key in keys]
        if any(b <= a for a, b in zip(frames, frames[1:], strict=False)):
            yield Finding("keyframes", where, f"Its {name} are not in order.")
        if not all(low <= value <= high for key in keys for value in key[1:]):
            yield Finding(name, where, f"Its {name} are out of {low:g} to {high:g}.")


def _are_rows(keys: Any, width: int) -> bool:
    return isinstance(keys, list) and all(
        isinstance(key, list)
        and len(key) == width
        and all(isinstance(value, (int, float)) for value in key)
        and all(math.isfinite(value) for value in key[:1])
        and not any(math.isnan(value) for value in key)
        for key in keys
    )


def _markers(
    item: otio.core.Item, trim: otio.opentime.TimeRange | None, where: str
) -> Iterator[Finding]:
    reference = getattr(item, "media_reference", None)
    if trim is None and reference is not None:
        trim = reference.available_range
    if trim is None:
        return
    first_s = rates.seconds(trim.start_time)
    last_s = first_s + rates.seconds(trim.duration)
    for marker in item.markers:
        at_s = rates.seconds(marker.marked_range.start_time)
        if not first_s <= at_s < last_s:
            text = f"Marker {marker.name!r} lies outside of the clip, unseen."
            yield Finding("markers", where, text)


def _transitions(
    track: otio.schema.Track,
    placed: list[Placed],
    overlaps: list[Overlap],
    film: _Film,
    place: str,
) -> Iterator[Finding]:
    passing = otio.schema.Transition
    children = [isinstance(child, passing) for child in track]
    for before, after in zip(children, children[1:], strict=False):
        if before and after:
            yield Finding("transitions", place, "Two of them follow one another.")
    taken = 0
    for overlap in overlaps:
        where = f"{place}, transition at {film.at(overlap.cut)}"
        sides = [
            placed[k] if 0 <= k < len(placed) else None
            for k in (overlap.before, overlap.after)
        ]
        lengths = [math.inf if s is None else s.record_out - s.record_in for s in sides]
        if overlap.in_frames > lengths[0] or overlap.out_frames > lengths[1]:
            yield Finding("transitions", where, "It is longer than a clip beside it.")
        if overlap.cut - overlap.in_frames < taken:
            yield Finding("transitions", where, "It begins before the last one ends.")
        taken = overlap.cut + overlap.out_frames
        if overlap.recipe.get("kind") == "carry":
            continue
        for spot, wanted, tail in (
            (sides[0], overlap.out_frames, True),
            (sides[1], overlap.in_frames, False),
        ):
            if spot is not None and wanted > _room(spot, film.rate, tail=tail):
                name = spot.item.name or "a clip"
                text = f"It wants {wanted} frames more of {name} than there are."
                yield Finding("handles", where, text)


def _room(spot: Placed, rate: Fraction, *, tail: bool) -> float:
    """Return the record frames of media beyond one end of a clip."""
    item = spot.item
    reference = getattr(item, "media_reference", None)
    if reference is None or reference.available_range is None:
        return math.inf
    if _still(reference) or not hasattr(reference, "target_url"):
        return math.inf
    try:
        run = maps.speed(item, rate)
    except GenaiError:
        return math.inf
    if run.keys or not run.factor:
        return math.inf
    low_s, high_s = run.reach_s(0, run.length_frames)
    left_s = rates.seconds(reference.available_range.duration) - high_s
    room_s = left_s if tail == (run.factor > 0) else low_s
    return math.ceil(room_s * rate / abs(run.factor))
