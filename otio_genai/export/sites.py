"""Where the carries of a timeline are, in its own tracks and in nested sequences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.interchange.account import Account, clean
from otio_genai.maps.layout import Overlap, Placed, layout

__all__ = ["UNTOLD", "Nest", "Site", "account_of", "remove", "sequences", "sites"]

#: Why a carry without a law goes no road that needs its movement.
UNTOLD = "its recipe tells no movement that can be read"


@dataclass(frozen=True, slots=True)
class Nest:
    """A stack of tracks: the timeline's own, or that of a nested sequence."""

    stack: otio.schema.Stack
    "It is part of the timeline, not a copy."
    name: str
    "Name of a nested sequence; empty for the timeline itself."


@dataclass(frozen=True, slots=True)
class Site:
    """One carry: its transition and the items it joins."""

    track: otio.schema.Track
    "The track it is on."
    transition: otio.schema.Transition
    "The transition that holds its recipe."
    cut: int
    "Record frame of the cut within its sequence."
    before: Placed | None
    "The outgoing item with its record frames; None at the start of a track."
    after: Placed | None
    "The incoming one; None at the end."
    carry: maps.Carry | None
    "The law of it; None when the recipe has none, or one that cannot be read."
    place: str
    "Its track, for a person."

    @property
    def name(self) -> str:
        """Return its two clips by name."""
        ends = (self.before, self.after)
        return " → ".join(clean(p.item.name) if p else "black" for p in ends)

    def span(self, rate: Fraction) -> tuple[int, int]:
        """Return the record frames it sweeps, half-open."""
        if self.carry is None:
            return self.cut, self.cut
        half = -int(-self.carry.half_s * rate // 1)
        first, last = self.cut - half, self.cut + half
        if self.before is not None:
            first = max(first, self.before.record_in)
        if self.after is not None:
            last = min(last, self.after.record_out)
        return first, last


def sequences(timeline: otio.schema.Timeline) -> Iterator[Nest]:
    """Give the timeline's own stack, then every nested one, outermost first."""
    yield from _within(timeline.tracks, "")


def _within(stack: otio.schema.Stack, name: str) -> Iterator[Nest]:
    yield Nest(stack, name)
    for track in stack:
        if not isinstance(track, otio.schema.Track):
            continue
        for item in track:
            if isinstance(item, otio.schema.Stack):
                yield from _within(item, clean(item.name) or "nested sequence")


def sites(nest: Nest, rate: Fraction) -> list[Site]:
    """Return the carries of one sequence, its tracks from the bottom, in order."""
    found: list[Site] = []
    for track in nest.stack:
        if (
            isinstance(track, otio.schema.Track)
            and track.kind == otio.schema.TrackKind.Video
        ):
            found += _on_track(track, nest.name, rate)
    return found


def _on_track(track: otio.schema.Track, name: str, rate: Fraction) -> Iterator[Site]:
    placed, overlaps, _ = layout(track, rate)
    told = [overlap for overlap in overlaps if overlap.recipe]
    kept = [
        child
        for child in track
        if isinstance(child, otio.schema.Transition)
        and isinstance(metadata.read(child, "carry"), dict)
        and metadata.read(child, "carry")
    ]
    place = " · ".join(part for part in (name, clean(track.name)) if part)
    for transition, overlap in zip(kept, told, strict=True):
        if overlap.recipe.get("kind") == "carry":
            yield _site(track, transition, overlap, placed, place)


def _site(
    track: otio.schema.Track,
    transition: otio.schema.Transition,
    overlap: Overlap,
    placed: list[Placed],
    place: str,
) -> Site:
    def neighbour(index: int) -> Placed | None:
        if not 0 <= index < len(placed):
            return None
        item = placed[index].item
        return None if isinstance(item, otio.schema.Gap) else placed[index]

    try:
        carry = maps.Carry.read(overlap.recipe)
    except TimelineError:
        carry = None
    before, after = neighbour(overlap.before), neighbour(overlap.after)
    return Site(track, transition, overlap.cut, before, after, carry, place)


def remove(site: Site) -> None:
    """Leave a plain cut where the carry was, in place."""
    track = site.track
    index = next(k for k, child in enumerate(track) if child is site.transition)
    del track[index]


def account_of(
    timeline: otio.schema.Timeline, rate: Fraction, *, outermost: bool
) -> Account:
    """Return an account whose places are in record timecode; a nest counts from 0."""
    start = timeline.global_start_time if outermost else None
    first = 0 if start is None else rates.frames_at(rates.seconds(start), rate)
    film = metadata.read(timeline, "film", {})
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    return Account(rate, first, drop)
