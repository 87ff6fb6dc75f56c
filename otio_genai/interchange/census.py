"""Everything a timeline says, one statement at a time.

Aim
    The oracle of conversions: two timelines say the same when their traits are equal,
    and what one lost on the way are its traits that the other has not. It says nothing
    of how an object is built, only of what an editor would see: record frames, media
    times, values.

Conventions
    Places are record frames; tracks count from 1 within their kind, bottom first.
    Media times are exact seconds from the media's first frame. Values are plain
    hashable Python, decimals rounded so that a format's last digit decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.interchange import traits
from otio_genai.interchange.account import is_usual
from otio_genai.maps.layout import Overlap, Placed, layout

__all__ = ["Trait", "census", "lost"]


# A fade is a dissolve with black on its other side.
_KINDS = {"carry": "carry", "dip": "dip"}
# Feature, kind, track, span and value of a trait.
_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing a timeline says."""

    feature: str
    "Such as ``picture``, ``levels`` or ``clip marker``."
    value: Hashable
    "What it says."
    kind: str = ""
    "``Video``, ``Audio`` or empty for the timeline itself."
    track: int = 0
    "Number of its track, from 1; 0 for the timeline itself."
    span: tuple[int, int] = (0, 0)
    "Half-open record frames."
    item: str = ""
    "Name of the clip or transition; tells nothing of equality by itself."

    @property
    def place(self) -> tuple[str, str, int, tuple[int, int]]:
        """What it is about and where, without what it says."""
        return self.feature, self.kind, self.track, self.span


def census(timeline: otio.schema.Timeline) -> tuple[Trait, ...]:
    """Return every trait of a timeline, in the order of tracks and record time.

    Raises
    ------
    TimelineError
        It states no rate, or a clip of it no range.
    """
    rate = maps.record_rate(timeline)
    raster = traits.raster(timeline.tracks, metadata.read(timeline, "film", {}))
    return (*_of_timeline(timeline, rate), *_of_stack(timeline.tracks, rate, raster))


def lost(before: otio.schema.Timeline, after: otio.schema.Timeline) -> list[Trait]:
    """Return the traits of ``before`` that ``after`` has not, in order.

    What ``after`` has beyond them is told by asking the other way round; a nested
    sequence that says more than it did has lost nothing either.

    Raises
    ------
    TimelineError
        Either states no rate, or a clip of it no range.
    """
    left = Counter(_key(trait) for trait in census(after))
    missing: list[Trait] = []
    for trait in census(before):
        key = _key(trait)
        if left[key]:
            left[key] -= 1
        elif (more := _nested_in(key, left)) is not None:
            left[more] -= 1
        else:
            missing.append(trait)
    return missing


_NESTED = "nested sequence"


def _nested_in(key: _Key, left: Counter[_Key]) -> _Key | None:
    """Return the nested sequence that says all that another does, and more."""
    if key[0] != _NESTED:
        return None
    return next((k for k in left if left[k] and _says_all(k, key)), None)


def _says_all(after: _Key, before: _Key) -> bool:
    if after[:-1] != before[:-1] or after[-1][0] != before[-1][0]:
        return False
    held, holds = before[-1][1], after[-1][1]
    left = Counter(dict(holds))
    for key, count in held:
        for _ in range(count):
            met = key if left[key] else _nested_in(key, left)
            if met is None:
                return False
            left[met] -= 1
    return True


def _key(trait: Trait) -> _Key:
    return (*trait.place, trait.value)


def _of_timeline(timeline: otio.schema.Timeline, rate: Fraction) -> Iterator[Trait]:
    film = metadata.read(timeline, "film", {})
    end = maps.length_frames(timeline)
    yield Trait("name", timeline.name if timeline.name.strip() else "")
    yield Trait("rate", rate)
    yield Trait("length", end)
    begin = timeline.global_start_time
    start = 0 if begin is None else rates.frames_at(rates.seconds(begin), rate)
    yield Trait("start timecode", start)
    if film.get("drop_frame"):
        yield Trait("drop frame", True)
    if film.get("width") and film.get("height"):
        yield Trait("raster", (int(film["width"]), int(film["height"])))
    for marker in timeline.tracks.markers:
        yield traits_of_marker(marker, "marker", rate)


def traits_of_marker(
    marker: otio.schema.Marker, feature: str, rate: Fraction, **place: Any
) -> Trait:
    """Return a marker of a timeline or a track as a trait."""
    first = rates.frames_at(rates.seconds(marker.marked_range.start_time), rate)
    length = rates.frames_at(rates.seconds(marker.marked_range.duration), rate)
    said = marker.name, marker.comment, traits.color(marker.color)
    return Trait(feature, said, span=(first, first + length), **place)


def _of_stack(
    stack: otio.schema.Stack, rate: Fraction, raster: tuple[int, int]
) -> Iterator[Trait]:
    numbers: Counter[str] = Counter()
    groups = traits.links(stack, rate)
    for track in stack:
        if not isinstance(track, otio.schema.Track):
            yield Trait("nested in the stack", type(track).__name__, item=track.name)
            continue
        numbers[track.kind] += 1
        place = {"kind": track.kind, "track": numbers[track.kind]}
        yield from _of_track(track, rate, raster, place)
    yield from (Trait("link", group) for group in groups)


def _of_track(
    track: otio.schema.Track,
    rate: Fraction,
    raster: tuple[int, int],
    place: dict[str, Any],
) -> Iterator[Trait]:
    if not is_usual(track.name, place["kind"], place["track"]):
        yield Trait("track name", track.name, **place)
    if not track.enabled:
        yield Trait("track enabled", False, **place)
    if metadata.read(track, "locked"):
        yield Trait("track locked", True, **place)
    for effect in track.effects:
        yield Trait("track effect", effect.effect_name or effect.name, **place)
    for marker in track.markers:
        yield traits_of_marker(marker, "track marker", rate, **place)
    placed, overlaps, _ = layout(track, rate)
    for spot in placed:
        yield from _of_item(spot, rate, raster, place)
    transitions = [c for c in track if isinstance(c, otio.schema.Transition)]
    shown = [t for t in transitions if _takes_part(t)]
    for transition, overlap in zip(shown, overlaps, strict=True):
        yield _of_transition(transition, overlap, place)


def _takes_part(transition: otio.schema.Transition) -> bool:
    whole = transition.in_offset.value or transition.out_offset.value
    return bool(whole or metadata.read(transition, "carry"))


def _of_transition(
    transition: otio.schema.Transition, overlap: Overlap, place: dict[str, Any]
) -> Trait:
    span = overlap.cut - overlap.in_frames, overlap.cut + overlap.out_frames
    kept = metadata.read(transition, "effect") or {}
    said = (
        overlap.cut,
        "dissolve"
        if transition.transition_type == "SMPTE_Dissolve"
        else str(kept.get("name") or kept.get("id") or transition.name),
        _KINDS.get(str(overlap.recipe.get("kind")), "dissolve"),
        str(metadata.read(transition, "curve") or "gain"),
    )
    return Trait("transition", said, span=span, item=transition.name, **place)


def _of_item(
    spot: Placed, rate: Fraction, raster: tuple[int, int], place: dict[str, Any]
) -> Iterator[Trait]:
    item = spot.item
    if isinstance(item, otio.schema.Gap):
        return
    where = {**place, "span": (spot.record_in, spot.record_out), "item": item.name}
    yield Trait("clip name", item.name, **where)
    if not item.enabled:
        yield Trait("clip enabled", False, **where)
    label = getattr(item, "color", None)
    if label is not None:
        yield Trait("clip colour", traits.label(label), **where)
    if isinstance(item, otio.schema.Clip):
        for feature, value in traits.of_clip(item, rate, raster):
            yield Trait(feature, value, **where)
    else:
        stack = _as_stack(item)
        own = traits.raster(stack, metadata.read(item, "film", {}), raster)
        inner = _of_stack(stack, rate, own)
        said = frozenset(Counter(map(_key, inner)).items())
        yield Trait(_NESTED, (_trim(item, rate), said), **where)
    for marker in item.markers:
        yield Trait("clip marker", traits.clip_marker(item, marker, rate), **where)


def _as_stack(item: otio.core.Composition) -> otio.schema.Stack:
    if isinstance(item, otio.schema.Stack):
        return item
    stack = otio.schema.Stack(item.name)
    whole = item.deepcopy()
    whole.source_range = None
    stack.append(whole)
    return stack


def _trim(item: otio.core.Item, rate: Fraction) -> int:
    trim = item.source_range
    return 0 if trim is None else rates.frames_at(rates.seconds(trim.start_time), rate)
