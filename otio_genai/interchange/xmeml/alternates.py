"""Other takes of clips as disabled tracks named ``ALT 1``, ``ALT 2`` …, and back.

Conventions
    A clip's n-th other take begins with the clip on the track ``ALT n`` and is no
    longer than it; for clips that are not on the first track of their kind it is
    ``ALT n / 2``, with the number of their track. Since only Premiere is told a track's
    name, each take bears it as its shot and take too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.maps.layout import Placed, layout

__all__ = ["alternates", "fold", "is_alternate"]

_NAME = re.compile(r"ALT (\d{1,3})(?: / (\d{1,3}))?", re.ASCII)


def is_alternate(name: str) -> bool:
    """Tell whether a track of this name holds other takes."""
    return _NAME.fullmatch(name) is not None


def alternates(
    tracks: Sequence[otio.schema.Track], rate: Fraction, account: Account
) -> Iterator[otio.schema.Track]:
    """Give the tracks of the other takes of the tracks of one kind."""
    for number, track in enumerate(tracks, 1):
        if not any(isinstance(metadata.read(item, "takes"), list) for item in track):
            continue
        placed = [
            (spot, _takes(spot, track.name, account)) for spot in layout(track, rate)[0]
        ]
        most = max((len(takes) for _, takes in placed), default=0)
        for index in range(most):
            name = f"ALT {index + 1}" + (f" / {number}" if number > 1 else "")
            made = otio.schema.Track(name, kind=track.kind)
            made.enabled = False
            clock = 0
            for spot, takes in placed:
                if index < len(takes) and spot.record_in < spot.record_out:
                    gap = rates.span(0, spot.record_in - clock, rate)
                    made.append(otio.schema.Gap(source_range=gap))
                    made.append(_fitted(takes[index], spot, rate, account))
                    length = made[-1].source_range.duration
                    clock = spot.record_in + round(length.value)
            yield made


def _takes(spot: Placed, track: str, account: Account) -> list[otio.schema.Clip]:
    said = metadata.read(spot.item, "takes")
    if not isinstance(said, list):
        return []
    found = metadata.takes(spot.item)
    if len(found) < len(said):
        account.add(
            "other takes",
            "dropped",
            f"{len(found)} of {len(said)}: the others are no clips",
            track=clean(track),
            item=clean(spot.item.name),
            span=(spot.record_in, spot.record_out),
        )
    return found


def _fitted(
    take: otio.schema.Clip, spot: Placed, rate: Fraction, account: Account
) -> otio.schema.Clip:
    made = take.deepcopy()
    # Not every reader minds that a track is switched off.
    made.enabled = False
    metadata.put(made, "takes", None)
    available = made.media_reference.available_range
    trim = made.source_range or available
    room = spot.record_out - spot.record_in
    start = rates.time(0, rate) if trim is None else trim.start_time
    own = room if trim is None else rates.frames_at(rates.seconds(trim.duration), rate)
    length = rates.time(max(1, min(own, room)), rate)
    made.source_range = otio.opentime.TimeRange(start, length)
    if own > room:
        account.add(
            "other takes",
            "approximated",
            f"{room} frames of {own}: no longer than the take it stands for",
            item=clean(made.name),
            span=(spot.record_in, spot.record_out),
        )
    return made


def fold(
    stack: otio.schema.Stack, names: dict[int, str], rate: Fraction
) -> list[otio.schema.Track]:
    """Make the clips of alternate tracks the other takes of the clips they lie over.

    Parameters
    ----------
    stack
        The tracks; changed in place. A track that lies over anything else stays.
    names
        Name of each alternate track, by its index in the stack.
    rate
        Record rate.

    Returns
    -------
    list of Track
        The alternate tracks that stayed.
    """
    tracks = list(stack)
    kept: list[otio.schema.Track] = []
    gone: list[int] = []
    for index in sorted(names, key=lambda k: _order(names[k])):
        track = tracks[index]
        base = int(_order(names[index])[1])
        others = [
            t for k, t in enumerate(tracks) if t.kind == track.kind and k not in names
        ]
        hosts = _hosts(track, others[base - 1], rate) if base <= len(others) else None
        if hosts is None:
            kept.append(track)
            continue
        for host, take in hosts:
            takes = metadata.read(host, "takes") or []
            other = take.deepcopy()
            other.enabled = True
            metadata.put(host, "takes", [*takes, other])
        gone.append(index)
    for index in sorted(gone, reverse=True):
        del stack[index]
    return kept


def _order(name: str) -> tuple[int, int]:
    found = _NAME.fullmatch(name)
    return (int(found[1]), int(found[2] or 1)) if found else (0, 1)


def _hosts(
    track: otio.schema.Track, base: otio.schema.Track, rate: Fraction
) -> list[tuple[otio.schema.Clip, otio.schema.Clip]] | None:
    """Return each clip of the base with its take; None when one has no clip."""
    places = list(_places(base, rate))
    found: list[tuple[otio.schema.Clip, otio.schema.Clip]] = []
    for spot in layout(track, rate)[0]:
        if not isinstance(spot.item, otio.schema.Clip):
            if isinstance(spot.item, otio.schema.Gap):
                continue
            return None
        fits = [
            place
            for place in places
            if place.first <= spot.record_in <= place.last
            and spot.record_out <= place.stop
        ]
        if not fits:
            return None
        host = min(fits, key=lambda place: abs(place.begin - spot.record_in))
        found.append((host.clip, spot.item))
    return found


class _Place(NamedTuple):
    """A clip, where it begins, and where its other takes may begin and must end.

    The cut under a transition is not always written where it was: a clip may begin
    anywhere under it.
    """

    clip: otio.schema.Clip
    begin: int
    first: int
    last: int
    stop: int


def _places(base: otio.schema.Track, rate: Fraction) -> Iterator[_Place]:
    placed, overlaps, _ = layout(base, rate)
    heads = {overlap.after: overlap for overlap in overlaps}
    tails = {overlap.before: overlap for overlap in overlaps}
    for index, spot in enumerate(placed):
        if not isinstance(spot.item, otio.schema.Clip):
            continue
        head, tail = heads.get(index), tails.get(index)
        yield _Place(
            spot.item,
            spot.record_in,
            spot.record_in - (head.in_frames if head else 0),
            spot.record_in + (head.out_frames if head else 0),
            spot.record_out + (tail.out_frames if tail else 0),
        )
