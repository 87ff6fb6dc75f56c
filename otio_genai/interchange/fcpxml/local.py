"""The time within a clip, by which the format places keyframes, markers and anchors.

Conventions
    A clip's local time runs with the record, from its ``start``. At its own speed it
    is the media's time, embedded timecode included. Retimed, a ``timeMap`` gives the
    media time of points of local time. The map of a constant speed begins at the
    file's start and covers all of the file, since editors may show black beyond the
    last point; that of a curve has the curve's own keys.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from otio_genai import rates
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.values import time_text
from otio_genai.interchange.spot import Spot

__all__ = ["Local", "local"]

# Where Final Cut starts what it generates, with room before it for transitions.
_GENERATED_S = Fraction(3600)

_Points = tuple[tuple[Fraction, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Local:
    """The local time of one item.

    ``start_s`` is that of its first shown frame, ``origin_s`` that from which its
    keys count; ``points`` are (local seconds, media seconds), none when it runs at its
    own speed. What is generated has a time of its own, ``apart_s`` later than the one
    its range names.
    """

    start_s: Fraction
    origin_s: Fraction
    rate: Fraction
    points: _Points = ()
    apart_s: Fraction = Fraction(0)

    def key_s(self, frame: int) -> Fraction:
        """Return the local time of a record frame counted from the origin."""
        return self.origin_s + frame / self.rate

    def of_media(self, media_s: Fraction) -> Fraction:
        """Return the local time at which the media is at ``media_s``, or near it."""
        if not self.points:
            return media_s + self.apart_s
        for (first, low), (last, high) in itertools.pairwise(self.points):
            if low != high and min(low, high) <= media_s <= max(low, high):
                return first + (media_s - low) * (last - first) / (high - low)
        return self.start_s

    def reaches(self, media_s: Fraction) -> bool:
        """Tell whether the media is ever at ``media_s``."""
        values = [value for _, value in self.points]
        return not values or min(values) <= media_s <= max(values)

    def stretch(self, length_s: Fraction, media_s: Fraction) -> Fraction:
        """Return how long ``length_s`` of media from ``media_s`` lasts."""
        if not self.points:
            return length_s
        return abs(self.of_media(media_s + length_s) - self.of_media(media_s))

    def map(self) -> list[Node]:
        """Return the ``timeMap``, where there is one."""
        if not self.points:
            return []
        points = [
            Node("timept", time=time_text(at), value=time_text(value), interp="linear")
            for at, value in self.points
        ]
        return [Node("timeMap", *points, frameSampling="floor")]


def local(spot: Spot) -> Local:
    """Return the local time of an item as it is placed."""
    begin_s = spot.medium.start_s if spot.medium is not None else Fraction(0)
    rate = spot.run.rate
    late_s = (spot.start - spot.origin) / rate
    if spot.medium is None and spot.timeless:
        known = spot.item.media_reference.available_range
        named_s = spot.in_s + (rates.seconds(known.start_time) if known else 0)
        origin_s = _GENERATED_S - late_s
        return Local(_GENERATED_S, origin_s, rate, apart_s=_GENERATED_S - named_s)
    if spot.plain:
        start_s = begin_s + spot.in_s
        return Local(start_s, start_s - late_s, rate)
    if spot.run.keys:
        return _curve(spot, begin_s, rate)
    if spot.speed == 0:
        return _held(spot, begin_s, rate)
    end_s = max(spot.length_s or Fraction(0), spot.reach_s()[1])
    lasts_s = end_s / abs(spot.speed)
    first, last = (0, end_s) if spot.speed > 0 else (end_s, 0)
    gone_s = spot.in_s if spot.speed > 0 else end_s - spot.in_s
    start_s = begin_s + gone_s / abs(spot.speed)
    points = (begin_s, begin_s + first), (begin_s + lasts_s, begin_s + last)
    return Local(start_s, start_s - late_s, rate, points)


def _held(spot: Spot, begin_s: Fraction, rate: Fraction) -> Local:
    start_s = begin_s + spot.head / rate
    length = spot.head + spot.end - spot.start + spot.tail
    shown_s = begin_s + spot.in_s
    points = (begin_s, shown_s), (begin_s + length / rate, shown_s)
    return Local(start_s, start_s - (spot.start - spot.origin) / rate, rate, points)


def _curve(spot: Spot, begin_s: Fraction, rate: Fraction) -> Local:
    first = spot.start - spot.origin - spot.head
    last = spot.end - spot.origin + spot.tail
    keys = list(spot.run.keys)
    if first < keys[0][0]:
        keys.insert(0, (Fraction(first), spot.run.at(first)[0]))
    if last > keys[-1][0]:
        keys.append((Fraction(last), spot.run.at(last)[0]))
    origin_s = begin_s + max(Fraction(0), -keys[0][0]) / rate
    points = tuple(
        (origin_s + at / rate, begin_s + value) for at, value in _corners(keys)
    )
    start_s = origin_s + (spot.start - spot.origin) / rate
    return Local(start_s, origin_s, rate, points)


def _corners(
    keys: list[tuple[Fraction, Fraction]],
) -> list[tuple[Fraction, Fraction]]:
    """Return the keys without those that lie on the line between their neighbours."""
    found = keys[:1]
    for (at, value), (later, beyond) in itertools.pairwise(keys[1:]):
        first, low = found[-1]
        if (value - low) * (later - first) != (beyond - low) * (at - first):
            found.append((at, value))
    return [*found, keys[-1]]
