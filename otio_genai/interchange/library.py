"""What the format says of each media file, from the references that use it.

Conventions
    A file is known by its address and, for parts of one file, by its range. Several
    clips may use it with references that say more or less: the first use states its
    size, rate and length, any use on a sound track states that it has sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.urls import Dialect, base_name, is_absolute, to_pathurl
from otio_genai.interchange.xmeml.model import MediaFile, Rate, Timecode
from otio_genai.maps import STILL_SUFFIXES

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

    number: int
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
        """Return the rate the file element states."""
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
        self._media: list[Medium] = []
        self._by_url: dict[str, list[Medium]] = {}

    def medium(self, clip: otio.schema.Clip, *, sound: bool) -> Medium:
        """Return the medium of a clip, and remember how it is used."""
        reference = clip.media_reference
        known = self._by_url.setdefault(reference.target_url, [])
        found = next((m for m in known if _same(m, reference, sound)), None)
        if found is None:
            found = self._describe(clip, sound)
            known.append(found)
            self._media.append(found)
        if sound and not found.has_audio:
            found.has_audio = True
            found.facts = {**metadata.read(reference, "media", {}), **found.facts}
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
        found = Medium(
            number=len(self._media) + 1,
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
        declared = found.declared(self._record).exact
        if found.length_s and declared != rate and not found.still:
            # Only as much of it can be used as the file element can state.
            frames = max(1, rates.frame_at(found.length_s, declared))
            found.length_s = frames / declared if found.has_video else found.length_s
        return found

    def media(self) -> list[Medium]:
        """Return every medium that is shown or heard, in order of first use."""
        return [medium for medium in self._media if medium.used_s]

    def files(self, dialect: Dialect) -> dict[int, MediaFile]:
        """Return the file of each used medium, by the medium's number."""
        return {medium.number: self._file(medium, dialect) for medium in self.media()}

    def _file(self, medium: Medium, dialect: Dialect) -> MediaFile:
        self._report(medium)
        rate = medium.declared(self._record)
        start = rates.frames_at(medium.start_s, rate.exact)
        facts = medium.facts
        return MediaFile(
            id=f"file-{medium.number}",
            name=clean(base_name(medium.url)) or f"file {medium.number}",
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


def _same(
    medium: Medium, reference: otio.schema.ExternalReference, sound: bool
) -> bool:
    """Tell whether a reference means a known medium, and not another part of it."""
    available = reference.available_range
    if available is None or medium.length_s is None:
        return True
    if sound and available.duration.rate >= _SLOWEST_SAMPLE_RATE:
        return True
    apart_s = abs(rates.seconds(available.duration) - medium.length_s)
    same_start = rates.seconds(available.start_time) == medium.start_s
    return medium.still or (same_start and apart_s * medium.rate < 1)


def _kind(reference: otio.schema.ExternalReference, sound: bool) -> str:
    if PurePosixPath(base_name(reference.target_url).lower()).suffix in STILL_SUFFIXES:
        return "still"
    available = reference.available_range
    counted = 0.0 if available is None else available.duration.rate
    return "take" if not sound or 1 < counted < _SLOWEST_SAMPLE_RATE else "sound"


def _sample_rate(facts: dict[str, Any]) -> int:
    return int(facts.get("sample_rate") or _DEFAULT_SAMPLE_RATE)
