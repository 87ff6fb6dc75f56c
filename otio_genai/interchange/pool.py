"""What is known of each media file, from the references that use it.

Conventions
    A file is known by its address and, for parts of one file, by its range. Several
    clips may use it with references that say more or less: the first use states its
    size, rate and length, any use on a sound track states that it has sound. A
    sequence of images is one medium, whose address names its first and last number
    in brackets: ``file:///renders/sky.[0001-0100].exr``. A clip without media has a
    medium without address.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.urls import base_name, is_absolute
from otio_genai.maps import STILL_SUFFIXES

__all__ = ["Medium", "Pool", "first_image", "image_pattern"]

# An available range counted this finely is counted in samples.
_SLOWEST_SAMPLE_RATE = 2_000
# Media that a note names before it only counts them.
_NAMED = 3


@dataclass(slots=True)
class Medium:
    """One media file as its references describe it; times are exact seconds.

    ``kind`` is ``take``, ``still``, ``sound``, ``sequence`` (of images) or
    ``missing``; ``declared`` is the rate the format states for the file, and
    ``used_s`` the media time after the last frame any clip shows;
    ``uses`` counts the clips that were placed.
    """

    number: int
    url: str
    kind: str
    rate: Fraction
    declared: Fraction
    start_s: Fraction
    length_s: Fraction | None
    facts: dict[str, Any]
    slate: dict[str, Any]
    reference: otio.core.MediaReference
    has_video: bool = False
    has_audio: bool = False
    used_s: Fraction = field(default_factory=Fraction)
    uses: int = 0

    @property
    def still(self) -> bool:
        """True for a single picture, which lasts as long as it is used."""
        return self.kind == "still"

    @property
    def channels(self) -> int:
        """Channels of sound; two when nobody says."""
        return int(self.facts.get("channels") or 2) if self.has_audio else 0

    @property
    def name(self) -> str:
        """Decoded file name, fit for any format; empty when there is none."""
        return clean(base_name(self.url)) or clean(self.reference.name)

    def duration_frames(self, rate: Fraction) -> int:
        """Length at ``rate``: whole frames of picture, begun frames of sound."""
        used = math.ceil(self.used_s * rate)
        if self.length_s is None or self.length_s <= 0:
            return max(1, used)
        if not self.has_video:
            return max(1, math.ceil(self.length_s * rate))
        whole = max(1, rates.frame_at(self.length_s, rate))
        return max(whole, used) if self.kind in ("still", "missing") else whole


class Pool:
    """Every media file of a timeline, in order of first use.

    Parameters
    ----------
    record
        Record rate.
    account
        Where `report` names what the format cannot say.
    spell
        The nearest rate the format can state for a medium; by default any.
    """

    def __init__(
        self,
        record: Fraction,
        account: Account,
        spell: Callable[[Fraction], Fraction] = lambda rate: rate,
    ) -> None:
        self._record = record
        self._account = account
        self._spell = spell
        self._media: list[Medium] = []
        self._by_url: dict[str, list[Medium]] = {}
        self._by_use: dict[tuple[str, tuple[float, ...], bool], Medium] = {}

    def medium(self, clip: otio.schema.Clip, *, sound: bool) -> Medium:
        """Return the medium of a clip, and remember how it is used."""
        reference = clip.media_reference
        url = _address(reference)
        name = url or f"\0{reference.name or clip.name}"
        use = (name, _stated(reference), sound)
        found = self._by_use.get(use)
        if found is None:
            found = self._find(name, reference, url, sound)
            self._by_use[use] = found
        found.uses += 1
        if sound and not found.has_audio:
            found.has_audio = True
            found.facts = {**metadata.read(reference, "media", {}), **found.facts}
        return found

    def _find(
        self, name: str, reference: otio.core.MediaReference, url: str, sound: bool
    ) -> Medium:
        known = self._by_url.setdefault(name, [])
        found = next((m for m in known if _same(m, reference, sound)), None)
        if found is None:
            found = self._describe(reference, url, sound)
            known.append(found)
            self._media.append(found)
        return found

    def _describe(
        self, reference: otio.core.MediaReference, url: str, sound: bool
    ) -> Medium:
        facts = metadata.read(reference, "media", {})
        available = reference.available_range
        kind = _kind(reference, url, facts, sound)
        rate = self._rate(reference, kind, facts)
        has_video = not sound or kind in ("take", "still", "sequence")
        own = has_video and kind in ("take", "sequence")
        found = Medium(
            number=len(self._media) + 1,
            url=url,
            kind=kind,
            rate=rate,
            declared=self._spell(rate if own else self._record),
            start_s=rates.seconds(available.start_time) if available else Fraction(0),
            length_s=rates.seconds(available.duration) if available else None,
            facts=facts,
            slate=metadata.read(reference, "slate", {}),
            reference=reference,
            has_video=has_video,
            has_audio=sound or bool(facts.get("has_audio")),
        )
        if found.length_s and found.declared != rate and has_video and not found.still:
            # Only as much of it can be used as the format can state.
            frames = max(1, rates.frame_at(found.length_s, found.declared))
            found.length_s = frames / found.declared
        return found

    def _rate(
        self, reference: otio.core.MediaReference, kind: str, facts: dict[str, Any]
    ) -> Fraction:
        if "rate" in facts:
            return rates.rate(facts["rate"])
        if kind == "sequence":
            return rates.rate(reference.rate)
        available = reference.available_range
        if available is not None and kind in ("take", "still", "missing"):
            return rates.of(available.duration)
        return self._record

    def media(self) -> list[Medium]:
        """Return every medium that is shown or heard, in order of first use."""
        return [medium for medium in self._media if medium.used_s]

    def report(self) -> None:
        """Account for what no format can say of the media that are used."""
        missing = [medium for medium in self.media() if medium.kind == "missing"]
        for medium in self.media():
            if medium.kind != "missing":
                self._report(medium)
        if missing:
            self._account.note(_offline(missing))

    def _report(self, medium: Medium) -> None:
        name = medium.name
        own = medium.kind in ("take", "sequence") and medium.has_video
        if own and medium.declared != medium.rate:
            self._account.add(
                "media rate",
                "approximated",
                f"{float(medium.declared):.3f} fps instead of "
                f"{float(medium.rate):.3f}: other frames may be shown",
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


def _offline(missing: list[Medium]) -> str:
    count = sum(medium.uses for medium in missing)
    if count == 1:
        return f"{missing[0].name or 'A clip'} has no media: it is offline."
    names = [medium.name for medium in missing if medium.name]
    more = ", …" if len(names) > _NAMED else ""
    listed = f" ({', '.join(names[:_NAMED])}{more})" if names else ""
    return f"{count} clips have no media: they are offline{listed}."


def first_image(
    reference: otio.schema.ImageSequenceReference,
) -> otio.schema.ExternalReference:
    """Return the first image of a sequence as a still of the sequence's length."""
    number = f"{reference.start_frame:0{max(0, reference.frame_zero_padding)}d}"
    base = reference.target_url_base
    base += "" if not base or base.endswith("/") else "/"
    made = otio.schema.ExternalReference(
        f"{base}{reference.name_prefix}{number}{reference.name_suffix}"
    )
    if (available := reference.available_range) is not None:
        begin = otio.opentime.RationalTime(0, available.duration.rate)
        made.available_range = otio.opentime.TimeRange(begin, available.duration)
    made.name = reference.name
    own = reference.deepcopy()
    made.metadata.update(own.metadata)
    facts = metadata.read(reference, "media", {})
    if facts:
        metadata.put(made, "media", {**facts, "kind": "still", "frames": 1})
    return made


def image_pattern(reference: otio.schema.ImageSequenceReference) -> str:
    """Return the address of a sequence of images, its numbers in brackets.

    First and last, and a step other than 1: ``[0001-0199x2]``.
    """
    padding = max(0, int(reference.frame_zero_padding))
    first = int(reference.start_frame)
    last = max(first, int(reference.end_frame()))
    step = f"x{reference.frame_step}" if reference.frame_step > 1 else ""
    numbers = f"[{first:0{padding}d}-{last:0{padding}d}{step}]"
    base = reference.target_url_base
    base += "" if not base or base.endswith("/") else "/"
    return f"{base}{reference.name_prefix}{numbers}{reference.name_suffix}"


def _address(reference: otio.core.MediaReference) -> str:
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return image_pattern(reference)
    return getattr(reference, "target_url", None) or ""


def _stated(reference: otio.core.MediaReference) -> tuple[float, ...]:
    """Return the range that a reference states, as it is spelt; empty when none."""
    held = reference.available_range
    if held is None:
        return ()
    start, length = held.start_time, held.duration
    return start.value, start.rate, length.value, length.rate


def _same(medium: Medium, reference: otio.core.MediaReference, sound: bool) -> bool:
    """Tell whether a reference means a known medium, and not another part of it."""
    available = reference.available_range
    if available is None or medium.length_s is None:
        return True
    if sound and available.duration.rate >= _SLOWEST_SAMPLE_RATE:
        return True
    apart_s = abs(rates.seconds(available.duration) - medium.length_s)
    same_start = rates.seconds(available.start_time) == medium.start_s
    return medium.still or (same_start and apart_s * medium.rate < 1)


def _kind(
    reference: otio.core.MediaReference, url: str, facts: dict[str, Any], sound: bool
) -> str:
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return "sequence"
    if not url:
        return "missing"
    if facts.get("kind"):
        return str(facts["kind"])
    if PurePosixPath(base_name(url).lower()).suffix in STILL_SUFFIXES:
        return "still"
    available = reference.available_range
    counted = 0.0 if available is None else available.duration.rate
    return "take" if not sound or 1 < counted < _SLOWEST_SAMPLE_RATE else "sound"
