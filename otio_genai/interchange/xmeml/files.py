"""The format's file elements, from the media of a timeline."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from otio_genai import rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.pool import Medium, Pool
from otio_genai.interchange.urls import Dialect, to_pathurl
from otio_genai.interchange.xmeml.model import MediaFile, Rate, Timecode

__all__ = ["files", "rate_model", "spelled"]

_DEFAULT_SAMPLE_RATE = 48_000


def rate_model(exact: Fraction) -> Rate:
    """Return the format's spelling of a rate; the nearest when it has none."""
    return Rate(*rates.ntsc(exact))


def spelled(exact: Fraction) -> Fraction:
    """Return the rate nearest to ``exact`` that the format can state."""
    return rate_model(exact).exact


def files(pool: Pool, dialect: Dialect, account: Account) -> dict[int, MediaFile]:
    """Return the file of each used medium, by the medium's number."""
    pool.report()
    for medium in pool.media():
        if medium.kind == "sequence":
            account.note(
                f"{medium.name}: whether a sequence of images in this spelling relinks "
                "by itself is not established."
            )
        if not medium.name.isascii():
            account.note(
                f"{medium.name}: whether a path with such letters relinks by itself "
                "is not established."
            )
    return {medium.number: _file(medium, dialect) for medium in pool.media()}


def _file(medium: Medium, dialect: Dialect) -> MediaFile:
    rate = rate_model(medium.declared)
    start = rates.frames_at(medium.start_s, rate.exact)
    facts = medium.facts
    drop = bool(facts.get("drop_frame")) and rates.is_drop_rate(rate.exact)
    return MediaFile(
        id=f"file-{medium.number}",
        name=medium.name or f"file {medium.number}",
        pathurl=to_pathurl(clean(medium.url), dialect) if medium.url else "",
        rate=rate,
        duration_frames=medium.duration_frames(rate.exact),
        timecode=Timecode(rate, max(0, start), drop),
        width_px=int(facts.get("width") or 0) if medium.has_video else 0,
        height_px=int(facts.get("height") or 0) if medium.has_video else 0,
        sample_rate=_sample_rate(facts) if medium.has_audio else 0,
        channels=medium.channels,
        has_video=medium.has_video,
    )


def _sample_rate(facts: dict[str, Any]) -> int:
    return int(facts.get("sample_rate") or _DEFAULT_SAMPLE_RATE)
