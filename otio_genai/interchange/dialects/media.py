"""The media of a clip as either dialect addresses and measures it."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import PurePosixPath
from urllib.parse import unquote

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Spot
from otio_genai.interchange.urls import base_name, from_pathurl, is_absolute
from otio_genai.maps import STILL_SUFFIXES

__all__ = ["STILL_RANGE", "bare_path", "is_still", "settle"]

_FASTEST_PICTURE = 2_000
_UNSAID = object()

#: Our range of a still: an hour, whatever the film's rate.
STILL_RANGE = rates.span(0, 86_400, Fraction(24))


def is_still(reference: otio.core.MediaReference) -> bool:
    """Tell whether a reference is a single picture."""
    kind = metadata.fact(reference, "kind", _UNSAID)
    if kind is not _UNSAID:
        return bool(kind == "still")
    url = getattr(reference, "target_url", None) or ""
    return PurePosixPath(base_name(url).lower()).suffix in STILL_SUFFIXES


def bare_path(url: str) -> str:
    r"""Return the plain path of a file URL; other addresses as they are.

    Examples
    --------
    >>> bare_path("file:///media/a%20b.mp4"), bare_path("file:///D:/x.mp4")
    ('/media/a b.mp4', 'D:/x.mp4')
    >>> bare_path("file://server/share/x.mp4")
    '//server/share/x.mp4'
    """
    own = from_pathurl(url)
    if not own.startswith("file://"):
        return url
    own = own[len("file://") :]
    if not own.startswith("/"):
        own = "//" + own
    path = unquote(own, errors="surrogateescape")
    return path[1:] if path[2:4] == ":/" and path[0] == "/" else path


def settle(
    clip: otio.schema.Clip,
    spot: Spot,
    rate: Fraction,
    account: Account,
    *,
    bare: bool,
) -> None:
    """Leave a clip its active medium alone, with a range, in place.

    Parameters
    ----------
    clip, spot
        The clip, and where it was placed.
    rate
        Record rate: what is counted in samples is counted in its frames.
    account
        Where changes are named.
    bare
        Paths are written plainly, not as URLs.
    """
    reference = clip.media_reference
    if len(clip.media_references()) > 1 or clip.active_media_reference_key != _KEY:
        # A copy: the library frees references that are replaced by themselves.
        reference = reference.deepcopy()
        clip.set_media_references({_KEY: reference}, _KEY)
    if isinstance(reference, otio.schema.GeneratorReference):
        if reference.available_range is None:
            reference.available_range = _generated(clip, spot, rate)
        return
    if not isinstance(reference, otio.schema.ExternalReference):
        return
    url = reference.target_url
    if not is_absolute(url):
        account.add(
            "media address",
            "approximated",
            "an address the editor has to be shown by hand",
            "Relink the clip to an absolute path.",
            item=clean(base_name(url)),
        )
    elif bare:
        reference.target_url = bare_path(url)
    else:
        reference.target_url = from_pathurl(url)
    reference.available_range = _range(reference, spot, rate, account)


_KEY = otio.schema.Clip.DEFAULT_MEDIA_KEY


def _generated(
    clip: otio.schema.Clip, spot: Spot, rate: Fraction
) -> otio.opentime.TimeRange:
    """Return the range of a picture that is made as long as it is wanted."""
    used = clip.source_range
    head, tail = rates.time(spot.head, rate), rates.time(spot.tail, rate)
    return otio.opentime.TimeRange(used.start_time - head, used.duration + head + tail)


def _range(
    reference: otio.schema.ExternalReference,
    spot: Spot,
    rate: Fraction,
    account: Account,
) -> otio.opentime.TimeRange:
    held = reference.available_range
    if is_still(reference):
        return STILL_RANGE
    if held is None:
        used = spot.medium.used_s if spot.medium is not None else spot.reach_s()[1]
        account.add(
            "media length",
            "approximated",
            "a media duration taken from its longest use",
            "Set the available_range of its media reference.",
            item=clean(base_name(reference.target_url)),
        )
        return rates.span(0, max(1, math.ceil(used * rate)), rate)
    if held.duration.rate < _FASTEST_PICTURE:
        return held
    first = rates.frame_at(rates.seconds(held.start_time), rate)
    return rates.span(first, math.ceil(rates.seconds(held.duration) * rate), rate)
