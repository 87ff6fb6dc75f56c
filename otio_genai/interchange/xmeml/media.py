"""What the format says of each media file, from the references that use it.

Conventions
    A file is known by its address. Several clips may use it with references that
    say more or less: the first use on a picture track states its size, rate and
    length, any use on a sound track states that it has sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.urls import Dialect, base_name, is_absolute, to_pathurl
from otio_genai.interchange.xmeml.account import Account, clean
from otio_genai.interchange.xmeml.dialects import STILL_SUFFIXES
from otio_genai.interchange.xmeml.model import MediaFile, Rate, Timecode

__all__ = ["Library", "Medium", "rate_model"]

_DEFAULT_SAMPLE_RATE = 48_000
# An available range counted this finely is counted in samples.
_SLOWEST_SAMPLE_RATE = 2_000


def rate_model(exact: Fraction) -> Rate:
    """Return the format's spelling of a rate; the nearest when it has none."""
    return Rate(*rates.ntsc(exact))


@dataclass(slots=True)
class Medium:
    """One media file as its references describe it; times are exact seconds."""

    url: str
    kind: str
    rate: Fraction
    start_s: Fraction
    length_s: Fraction | None
    facts: dict[str, Any]
    slate: dict[str, Any]
    has_video: bool = False
    has_audio: bool = False
    used_s: Fraction = field(default_factory=Fraction)

    @property
    def still(self) -> bool:
        """True for a single picture, which lasts as long as it is used."""
        return self.kind == "still"

    @property
    def channels(self) -> int:
        """Channels of sound; two when nobody says."""
        return int(self.facts.get("channels") or 2) if self.has_audio else 0

    def declared(self, record: Fraction) -> Rate:
        """The rate the file element states."""
        own = self.has_video and not self.still
        return rate_model(self.rate if own else record)

    def duration_frames(self, rate: Fraction) -> int:
        """Length at ``rate``: whole frames of picture, begun frames of sound."""
        used = math.ceil(self.used_s * rate)
        if self.length_s is None or self.length_s <= 0:
            return max(1, used)
        if not self.has_video:
            return max(1, math.ceil(self.length_s * rate))
        whole = max(1, rates.frame_at(self.length_s, rate))
        return max(whole, used) if self.still else whole


class Library:
    """Every media file of a timeline, in order of first use."""

    def __init__(self, record: Fraction, account: Account) -> None:
        self._record = record
        self._account = account
        self._media: dict[str, Medium] = {}

    def medium(self, clip: otio.schema.Clip, *, sound: bool) -> Medium:
        """Return the medium of a clip, and remember how it is used."""
        url = clip.media_reference.target_url
        if url not in self._media:
            self._media[url] = self._describe(clip, sound)
        found = self._media[url]
        if sound and not found.has_audio:
            found.has_audio = True
            found.facts = {
                **metadata.read(clip.media_reference, "media", {}),
                **found.facts,
            }
        return found

    def _describe(self, clip: otio.schema.Clip, sound: bool) -> Medium:
        reference = clip.media_reference
        facts = metadata.read(reference, "media", {})
        available = reference.available_range
        kind = facts.get("kind") or _kind(reference, sound)
        if "rate" in facts:
            rate = rates.rate(facts["rate"])
        elif available is not None and kind in ("take", "still"):
            rate = rates.of(available.duration)
        else:
            rate = self._record
        return Medium(
            url=reference.target_url,
            kind=kind,
            rate=rate,
            start_s=rates.seconds(available.start_time) if available else Fraction(0),
            length_s=rates.seconds(available.duration) if available else None,
            facts=facts,
            slate=metadata.read(reference, "slate", {}),
            has_video=not sound or kind in ("take", "still"),
            has_audio=sound or bool(facts.get("has_audio")),
        )

    def media(self) -> list[Medium]:
        """Return every medium, in order of first use."""
        return list(self._media.values())

    def files(self, dialect: Dialect) -> dict[str, MediaFile]:
        """Return the file of each address, numbered by first use."""
        return {
            url: self._file(number, medium, dialect)
            for number, (url, medium) in enumerate(self._media.items(), 1)
        }

    def _file(self, number: int, medium: Medium, dialect: Dialect) -> MediaFile:
        self._report(medium)
        rate = medium.declared(self._record)
        start = rates.frames_at(medium.start_s, rate.exact)
        facts = medium.facts
        return MediaFile(
            id=f"file-{number}",
            name=clean(base_name(medium.url)) or f"file {number}",
            pathurl=to_pathurl(clean(medium.url), dialect),
            rate=rate,
            duration_frames=medium.duration_frames(rate.exact),
            timecode=Timecode(rate, max(0, start)),
            width_px=int(facts.get("width") or 0) if medium.has_video else 0,
            height_px=int(facts.get("height") or 0) if medium.has_video else 0,
            sample_rate=_sample_rate(facts) if medium.has_audio else 0,
            channels=medium.channels,
            has_video=medium.has_video,
        )

    def _report(self, medium: Medium) -> None:
        name = clean(base_name(medium.url))
        declared = medium.declared(self._record).exact
        if medium.has_video and not medium.still and declared != medium.rate:
            self._account.add(
                "media rate",
                "approximated",
                f"{float(declared):.3f} fps instead of {float(medium.rate):.3f}: "
                "other frames may be shown",
                "Re-encode the take at a whole or NTSC rate.",
                item=name,
            )
        if not is_absolute(medium.url):
            self._account.add(
                "media address",
                "approximated",
                "an address the editor has to be shown by hand",
                "Relink the clip to an absolute path.",
                item=name,
            )
        if medium.length_s is None:
            self._account.add(
                "media length",
                "approximated",
                "a media duration taken from its longest use",
                "Set the available_range of its media reference.",
                item=name,
            )
        if medium.has_audio and not medium.facts.get("channels"):
            self._account.note(f"{name}: its channels are unknown; stereo is written.")
        if not name.isascii():
            self._account.note(
                f"{name}: whether a path with such letters relinks by itself is "
                "not established."
            )


def _kind(reference: otio.schema.ExternalReference, sound: bool) -> str:
    if PurePosixPath(base_name(reference.target_url).lower()).suffix in STILL_SUFFIXES:
        return "still"
    available = reference.available_range
    counted = 0.0 if available is None else available.duration.rate
    return "take" if not sound or 1 < counted < _SLOWEST_SAMPLE_RATE else "sound"


def _sample_rate(facts: dict[str, Any]) -> int:
    return int(facts.get("sample_rate") or _DEFAULT_SAMPLE_RATE)
