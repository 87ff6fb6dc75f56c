"""Where in its media a clip begins, and how it runs through it.

Conventions
    Speeds are those of `otio_genai.maps.speed`. A map that is straight over all that
    is used of it, handles included, is a constant speed.
"""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.fcpxml.scene import Piece
from otio_genai.interchange.fcpxml.sources import whole_time
from otio_genai.interchange.fcpxml.warp import Warp

__all__ = ["put_time"]

_Span = tuple[Fraction, Fraction]


def put_time(
    item: otio.core.Item,
    piece: Piece,
    span_s: _Span,
    origin_s: Fraction,
    rate: Fraction,
) -> None:
    """Set the range of an item and its speed.

    Parameters
    ----------
    span_s
        Its record seconds, on whole frames.
    origin_s
        Time of its source's first frame.
    rate
        Record rate.
    """
    asset, nested = piece.source.asset, piece.source.nested
    lasting = asset is not None and asset.still
    used = None if piece.warp.is_plain else _used(piece, span_s)
    low_s = piece.warp.at(span_s[0]) if used is None else _lowest(used, span_s)
    before_s = origin_s - low_s
    if 0 < before_s * rate < 1:
        # An edge that went to the frame before: nothing lies there.
        low_s = origin_s
    if piece.source.effect is not None:
        low_s = Fraction(0)
    elif lasting:
        low_s = max(low_s, origin_s)
    if nested is not None:
        low_s -= origin_s
    own = None if asset is None else asset.format.rate
    counted = None if asset is None else Fraction(asset.sample_rate or 48_000)
    length = rates.frames_at(span_s[1] - span_s[0], rate)
    item.source_range = otio.opentime.TimeRange(
        whole_time(low_s, rate, own, counted), rates.time(length, rate)
    )
    if used is not None and not lasting and piece.source.effect is None:
        _put_speed(item, used, span_s, origin_s, rate, whole=before_s <= 0)


def _used(piece: Piece, span_s: _Span) -> Warp:
    return piece.warp.within(span_s[0] - piece.head_s, span_s[1] + piece.tail_s)


def _lowest(used: Warp, span_s: _Span) -> Fraction:
    times = [used.at(span_s[0]), used.at(span_s[1])]
    return min([*times, *(v for t, v in used.points if span_s[0] < t < span_s[1])])


def _put_speed(
    item: otio.core.Item,
    used: Warp,
    span_s: _Span,
    origin_s: Fraction,
    rate: Fraction,
    *,
    whole: bool,
) -> None:
    """Add the speed; what runs out of its media keeps its points, to run out there."""
    slope = used.slope
    if slope == 1:
        return
    if slope == 0:
        item.effects.append(otio.schema.FreezeFrame())
        return
    if slope is not None and whole:
        item.effects.append(otio.schema.LinearTimeWarp("speed", float(slope)))
        return
    mean = (used.at(span_s[1]) - used.at(span_s[0])) / (span_s[1] - span_s[0])
    effect = otio.schema.LinearTimeWarp("speed", float(mean))
    keys = [[str((t - span_s[0]) * rate), str(v - origin_s)] for t, v in used.points]
    metadata.put(effect, "retime", {"keys": keys})
    item.effects.append(effect)
