"""Which clips of a laid-out timeline move together.

Conventions
    Where any clip says so itself (``link``), what is said holds. Otherwise a sound
    belongs to the picture of the same file that runs in step with it and shares most
    record frames.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.layout import Spot
from otio_genai.interchange.rebuild import Laid

__all__ = ["link_numbers"]


def link_numbers(
    laid: Sequence[Laid], used: int = 0
) -> dict[tuple[str, int, int], int]:
    """Return the number of the group of each linked clip.

    Parameters
    ----------
    laid
        The tracks of one sequence.
    used
        How many numbers other sequences of the document have taken.

    Returns
    -------
    dict
        By (kind of track, its number, record frame of the clip's start); numbers
        count on from ``used`` in the order of the groups' first clips.
    """
    seats = [((t.track.kind, t.number, s.start), s) for t in laid for s in _clips(t)]
    said: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for seat, spot in seats:
        link = metadata.read(spot.item, "link")
        if link:
            said[str(link)].append(seat)
    groups = list(said.values()) if said else list(_pairs(laid))
    kept = [group for group in groups if len(group) > 1]
    numbered = enumerate(kept, used + 1)
    return {seat: number for number, group in numbered for seat in group}


def _clips(laid: Laid) -> Iterator[Spot]:
    for item in laid.items:
        if isinstance(item, Spot):
            yield item


def _pairs(laid: Sequence[Laid]) -> Iterator[list[tuple[str, int, int]]]:
    waiting: dict[tuple[int, Fraction], list[tuple[Laid, Spot]]] = defaultdict(list)
    for track in laid:
        if track.track.kind == otio.schema.TrackKind.Audio:
            for spot in _clips(track):
                if key := _key(spot):
                    waiting[key].append((track, spot))
    for track in laid:
        if track.track.kind != otio.schema.TrackKind.Video:
            continue
        for spot in _clips(track):
            key = _key(spot)
            if key is None or not waiting[key]:
                continue
            best = max(waiting[key], key=lambda found: _shared(spot, found[1]))
            if _shared(spot, best[1]) <= 0:
                continue
            waiting[key].remove(best)
            yield [
                (track.track.kind, track.number, spot.start),
                (best[0].track.kind, best[0].number, best[1].start),
            ]


def _key(spot: Spot) -> tuple[int, Fraction] | None:
    """Return the medium and the media time of record frame 0: equal means in step."""
    if spot.medium is None or not spot.medium.has_audio or not spot.plain:
        return None
    return spot.medium.number, spot.in_s - spot.start / spot.run.rate


def _shared(a: Spot, b: Spot) -> int:
    return min(a.end, b.end) - max(a.start, b.start)
