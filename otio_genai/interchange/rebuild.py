"""A stock timeline of what a format can hold: whole record frames, nothing implied.

Aim
    For formats that are written by way of OpenTimelineIO's own objects. What
    `otio_genai.interchange.layout` placed is put back on tracks: every edge on a
    record frame, every hole a gap, every transition with its handles, each clip's
    range in its media's time.

Conventions
    A clip that layout trimmed, or extended under a fade, starts at another record
    frame than its own first: its keys are counted anew from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot, lay_out
from otio_genai.interchange.pool import Pool

__all__ = ["Laid", "Place", "lay_out_all", "rebuild", "source_time"]

#: Clip metadata that is a list of keys, each beginning with its record frame.
_KEYED = ("levels", "pan", "opacity", "crop")
# Sound counted in samples has no frames of its own.
_FASTEST_PICTURE = 2_000


@dataclass(frozen=True, slots=True)
class Laid:
    """A track with what `lay_out` placed on it."""

    track: otio.schema.Track
    number: int
    "From 1 within its kind, bottom first."
    items: list[Spot | Fade]
    end: int
    "Record frame after the last."

    @property
    def name(self) -> str:
        """Name for reports: the track's own, or V1, A1 …."""
        return clean(self.track.name) or f"{self.track.kind[:1]}{self.number}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands, for reports."""

    track: str
    item: str
    span: tuple[int, int]

    def report(self) -> dict[str, Any]:
        """Return the keyword arguments of `Account.add`."""
        return {"track": self.track, "item": self.item, "span": self.span}


#: Told each rebuilt clip, nested sequence or transition with what was placed.
Dress = Callable[[Any, Spot | Fade, Laid], None]


def lay_out_all(
    stack: otio.schema.Stack,
    rate: Fraction,
    pool: Pool,
    account: Account,
    *,
    holds: frozenset[str],
) -> list[Laid]:
    """Return every picture and sound track of a stack, laid out in the given order.

    Parameters
    ----------
    stack
        The tracks; they are emptied, so give a copy.
    rate
        Record rate.
    pool, account
        Where media and changes are gathered.
    holds
        What the format can hold, as `lay_out` says.
    """
    kinds = (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio)
    numbers = dict.fromkeys(kinds, 0)
    found: list[Laid] = []
    for child in stack:
        kind = getattr(child, "kind", "")
        if not isinstance(child, otio.schema.Track) or kind not in kinds:
            gets, remedy = (
                "nothing in its place",
                "Put its clips on a track of its own.",
            )
            account.add("track", "dropped", gets, remedy, track=clean(child.name))
            continue
        numbers[kind] += 1
        items, end = lay_out(child, rate, pool, account, holds=holds)
        # What was placed is put on other tracks: it must not stay on this one.
        del child[:]
        found.append(Laid(child, numbers[kind], items, end))
    return found


def rebuild(laid: Laid, rate: Fraction, dress: Dress) -> otio.schema.Track:
    """Return a stock track of what was laid out.

    Parameters
    ----------
    laid
        The track; its items are changed.
    rate
        Record rate.
    dress
        Called with each clip, nested sequence and transition that is placed.
    """
    made = otio.schema.Track(laid.track.name, kind=laid.track.kind)
    made.enabled = laid.track.enabled
    clock = 0
    for item in laid.items:
        if isinstance(item, Fade):
            made.extend(_gap(clock, item.cut, rate))
            clock = max(clock, item.cut)
            made.extend(_parted(made, item, rate))
            made.append(_transition(item, rate))
            dress(made[-1], item, laid)
            continue
        made.extend(_gap(clock, item.start, rate))
        made.extend(_parted(made, item, rate))
        _settle(item, rate)
        made.append(item.item)
        dress(item.item, item, laid)
        clock = item.end
    made.extend(_gap(clock, laid.end, rate))
    return made


def _gap(start: int, end: int, rate: Fraction) -> Iterator[otio.schema.Gap]:
    if start < end:
        yield otio.schema.Gap(source_range=rates.span(0, end - start, rate))


def _parted(
    made: otio.schema.Track, item: Spot | Fade, rate: Fraction
) -> Iterator[otio.schema.Gap]:
    """Part a fade to or from black from a clip that touches it on the other side."""
    last = made[-1] if len(made) else None
    if isinstance(item, Fade):
        apart = item.black == "start" and last is not None
        apart = apart and not isinstance(last, otio.schema.Gap)
    else:
        apart = isinstance(last, otio.schema.Transition) and not item.fade_in
    if apart:
        yield otio.schema.Gap(source_range=rates.span(0, 0, rate))


def _transition(fade: Fade, rate: Fraction) -> otio.schema.Transition:
    made = fade.transition
    made.in_offset = rates.time(fade.before, rate)
    made.out_offset = rates.time(fade.after, rate)
    return made


def _settle(spot: Spot, rate: Fraction) -> None:
    """Give an item the range it was placed with, and count its keys from there."""
    item = spot.item
    moved = spot.start - spot.origin
    low_s = spot.run.reach_s(moved, spot.end - spot.origin)[0]
    item.source_range = otio.opentime.TimeRange(
        _start(spot, low_s, rate), rates.time(spot.end - spot.start, rate)
    )
    if moved:
        _recount(item, moved)


def _start(spot: Spot, low_s: Fraction, rate: Fraction) -> otio.opentime.RationalTime:
    trim = spot.item.source_range
    reference = getattr(spot.item, "media_reference", None)
    available = None if reference is None else reference.available_range
    begin_s = Fraction(0) if available is None else rates.seconds(available.start_time)
    if trim is not None and rates.seconds(trim.start_time) == begin_s + low_s:
        return trim.start_time
    own = rate if available is None else rates.of(available.duration)
    return source_time(begin_s + low_s, rate, own)


def source_time(time_s: Fraction, *candidates: Fraction) -> otio.opentime.RationalTime:
    """Return a time at the first rate on which it is a whole number of frames.

    On none it is a part of a frame of the first.
    """
    for rate in candidates:
        frames = time_s * rate
        if frames.denominator == 1 and rate < _FASTEST_PICTURE:
            return rates.time(int(frames), rate)
    first = candidates[0]
    return otio.opentime.RationalTime(float(time_s * first), float(first))


def _recount(item: otio.core.Item, moved: int) -> None:
    for feature in _KEYED:
        keys = metadata.read(item, feature)
        if keys:
            metadata.put(item, feature, [[k[0] - moved, *k[1:]] for k in keys])
    framing = metadata.read(item, "framing")
    if framing and framing.get("keys"):
        framing["keys"] = [[k[0] - moved, *k[1:]] for k in framing["keys"]]
        metadata.put(item, "framing", framing)
    for effect in item.effects:
        kept = metadata.read(effect, "retime")
        if kept:
            kept["keys"] = [[str(Fraction(k) - moved), s] for k, s in kept["keys"]]
            metadata.put(effect, "retime", kept)
