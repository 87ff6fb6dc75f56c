"""The clips of a timeline as a comparison sees them: what they are, and where."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.diff.media import Medium, medium_of
from otio_genai.interchange.diff.report import Clock, Place
from otio_genai.maps.layout import Placed, layout, record_rate

__all__ = ["Fade", "Use", "clock", "numbered", "uses"]

_FASTEST_PICTURE = 2_000


@dataclass(frozen=True, slots=True)
class Fade:
    """A transition as an editor sees it."""

    kind: str
    "``dissolve``, ``dip``, ``carry``, ``fade``, or a foreign one's name."
    before: int
    "Record frames before the cut."
    after: int
    "Record frames after it."

    def __str__(self) -> str:
        total = self.before + self.after
        where = "" if self.before == self.after else f", {self.before} before the cut"
        return f"a {self.kind} of {total} frame{'s' * (total != 1)}{where}"


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A clip, nested sequence or generator in its place."""

    item: otio.core.Item
    medium: Medium
    place: Place
    in_frames: int
    "In-point in record frames from the medium's first."
    clock_in_frames: int
    "The same by the medium's own timecode, for media whose range is not known."
    known: bool
    "Whether the medium's range is stated."
    clock_in: Fraction
    "``clock_in_frames`` before rounding."
    begin: Fraction
    "The medium's first frame by its own timecode, in record frames, unrounded."
    length: Fraction
    "Its length in record frames before rounding."
    entry: Fade | None
    "The transition that it enters by."
    exit: Fade | None
    "The transition that it leaves by, when no clip follows."
    gap: int
    "Record frames of black before it."
    shown: tuple[int, int] | None = None
    "First and last frame of its medium, where that has frames and no speed is set."

    @property
    def name(self) -> str:
        """Return what an editor calls it."""
        return str(self.item.name or self.medium.file or "unnamed")

    @property
    def start(self) -> int:
        """Return its first record frame."""
        return self.place.record_in

    @property
    def end(self) -> int:
        """Return the record frame after its last."""
        return self.place.record_out

    @property
    def frames(self) -> int:
        """Return its length in record frames."""
        return self.end - self.start

    def slip(self, other: Use) -> int:
        """Return by how many record frames ``other`` begins later in the medium.

        In-points between two frames that show the same pictures are the same.
        """
        if self.shown is not None and self.shown == other.shown:
            return 0
        if self.known and other.known:
            return other.in_frames - self.in_frames
        return other.clock_in_frames - self.clock_in_frames

    def finer_slip(self, other: Use) -> Fraction:
        """Return by how many record frames ``other`` begins later, unrounded."""
        later = other.clock_in - self.clock_in
        if self.known and other.known:
            later -= other.begin - self.begin
        return later


def clock(timeline: otio.schema.Timeline) -> Clock:
    """Return how a timeline tells its record frames.

    Raises
    ------
    TimelineError
        Nothing in it states a rate.
    """
    rate = record_rate(timeline)
    start = timeline.global_start_time
    frames = 0 if start is None else rates.frames_at(rates.seconds(start), rate)
    film = metadata.read(timeline, "film", {})
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    return Clock(rate, frames, drop)


def numbered(
    timeline: otio.schema.Timeline,
) -> Iterator[tuple[str, int, otio.schema.Track]]:
    """Yield (kind, number from 1, track) of every track of pictures or sound."""
    for kind, tracks in (
        ("Video", timeline.video_tracks()),
        ("Audio", timeline.audio_tracks()),
    ):
        for number, track in enumerate(tracks, 1):
            yield kind, number, track


def uses(timeline: otio.schema.Timeline, rate: Fraction) -> list[Use]:
    """Return what a timeline uses, tracks from the bottom, each in record order.

    Parameters
    ----------
    timeline
        The timeline.
    rate
        Rate of the record frames that places are told in.
    """
    return [
        use
        for kind, number, track in numbered(timeline)
        for use in _of_track(track, kind, number, rate)
    ]


def _of_track(
    track: otio.schema.Track, kind: str, number: int, rate: Fraction
) -> Iterator[Use]:
    placed, entries, exits = _laid_out(track, rate)
    items = [
        k for k, t in enumerate(track) if not isinstance(t, otio.schema.Transition)
    ]
    clock = 0
    for k, (spot, index) in enumerate(zip(placed, items, strict=True)):
        if isinstance(spot.item, otio.schema.Gap):
            continue
        place = Place(kind, number, index, spot.record_in, spot.record_out)
        last = k + 1 == len(placed) or isinstance(placed[k + 1].item, otio.schema.Gap)
        fades = entries.get(k), exits.get(k) if last else None
        yield _use(spot, place, rate, fades, spot.record_in - clock)
        clock = spot.record_out


def _laid_out(
    track: otio.schema.Track, rate: Fraction
) -> tuple[list[Placed], dict[int, Fade], dict[int, Fade]]:
    """Return the items, and the transitions by the item after and the one before."""
    placed, overlaps, _ = layout(track, rate)
    shown = [t for t in track if isinstance(t, otio.schema.Transition) and _lasts(t)]
    entries: dict[int, Fade] = {}
    exits: dict[int, Fade] = {}
    for transition, overlap in zip(shown, overlaps, strict=True):
        kind = _kind(transition, overlap.recipe)
        fade = Fade(kind, overlap.in_frames, overlap.out_frames)
        if _black(placed, overlap.before) or _black(placed, overlap.after):
            fade = dataclasses.replace(fade, kind="fade")
        entries[overlap.after] = exits[overlap.before] = fade
    return placed, entries, exits


def _black(placed: Sequence[Placed], index: int) -> bool:
    there = 0 <= index < len(placed)
    return not there or isinstance(placed[index].item, otio.schema.Gap)


def _lasts(transition: otio.schema.Transition) -> bool:
    reach = transition.in_offset.value + transition.out_offset.value
    return bool(reach or isinstance(metadata.read(transition, "carry"), dict))


def _kind(transition: otio.schema.Transition, recipe: dict[str, Any]) -> str:
    if recipe.get("kind"):
        return str(recipe["kind"])
    if transition.transition_type == otio.schema.TransitionTypes.SMPTE_Dissolve:
        power = metadata.read(transition, "curve") == "power"
        return "constant-power dissolve" if power else "dissolve"
    kept = metadata.read(transition, "effect") or {}
    return str(kept.get("name") or transition.name or "transition")


def _use(
    spot: Placed,
    place: Place,
    rate: Fraction,
    fades: tuple[Fade | None, Fade | None],
    gap: int,
) -> Use:
    item = spot.item
    reference = getattr(item, "media_reference", None)
    available = None if reference is None else reference.available_range
    trim = item.source_range or available
    clock_s = Fraction(0) if trim is None else rates.seconds(trim.start_time)
    begin_s = Fraction(0) if available is None else rates.seconds(available.start_time)
    return Use(
        item=item,
        medium=medium_of(item),
        place=place,
        in_frames=rates.frames_at(clock_s - begin_s, rate),
        clock_in_frames=rates.frames_at(clock_s, rate),
        known=available is not None or reference is None,
        clock_in=clock_s * rate,
        begin=begin_s * rate,
        length=Fraction(place.record_out - place.record_in)
        if trim is None
        else rates.seconds(trim.duration) * rate,
        entry=fades[0],
        exit=fades[1],
        gap=gap,
        shown=_shown(item, clock_s - begin_s, place, rate) if available else None,
    )


def _shown(
    item: otio.core.Item, in_s: Fraction, place: Place, rate: Fraction
) -> tuple[int, int] | None:
    own = rates.of(item.media_reference.available_range.duration)
    # A faster rate counts samples.
    if item.effects or own > _FASTEST_PICTURE:
        return None
    last_s = in_s + Fraction(place.record_out - place.record_in - 1) / rate
    return rates.frame_at(in_s, own), rates.frame_at(last_s, own)
