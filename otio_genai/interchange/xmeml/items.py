"""Clips and transitions as items of the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.library import Library
from otio_genai.interchange.xmeml.dialects import Table
from otio_genai.interchange.xmeml.effects import (
    DIP_EFFECT,
    Report,
    When,
    level_filter,
    motion_filter,
)
from otio_genai.interchange.xmeml.files import files
from otio_genai.interchange.xmeml.markers import marker_model
from otio_genai.interchange.xmeml.model import (
    ClipItem,
    Filter,
    MediaFile,
    MediaType,
    Rate,
    Track,
    TransitionItem,
)

__all__ = ["Maker"]

#: Effect (id, name) of a transition between two pictures, and between two sounds:
#: the constant-gain one, whose curves are straight like OpenTimelineIO's.
_DISSOLVE = ("Cross Dissolve", "Cross Dissolve")
_DIP = (DIP_EFFECT, DIP_EFFECT)
_CROSSFADE = ("KGAudioTransCrossFade0dB", "Cross Fade ( 0dB)")


class Maker:
    """Makes items for one sequence in one dialect."""

    def __init__(
        self,
        rules: Table,
        rate: Rate,
        library: Library,
        size: tuple[int, int],
        account: Account,
    ) -> None:
        self._rules = rules
        self._rate = rate
        self._files = files(library, rules.name, account)
        self._size = size
        self._account = account

    def picture_track(
        self, track: otio.schema.Track, items: Sequence[Spot | Fade], number: int
    ) -> Track:
        """Return a picture track; ``number`` counts from 1."""
        name = self._account.text(track.name or "", f"V{number}")
        found = tuple(self.item(item, name, "video") for item in items)
        return Track("video", found, name, bool(track.enabled))

    def item(
        self,
        item: Spot | Fade,
        track: str,
        mediatype: MediaType,
        channel: tuple[int, str] = (0, ""),
    ) -> ClipItem | TransitionItem:
        """Return one item; ``channel`` is (source track, type) of a sound.

        The second half of a stereo pair reports nothing: the first did.
        """
        silent = channel[0] > 1
        if isinstance(item, Fade):
            return self._transition(item, track, mediatype, silent)
        return self._clip(item, track, mediatype, channel, silent)

    def _transition(
        self, fade: Fade, track: str, mediatype: MediaType, silent: bool
    ) -> TransitionItem:
        start, end = fade.cut - fade.before, fade.cut + fade.after
        alignment = _alignment(fade)
        ticks = None
        if self._rules.extensions:
            ticks = rates.ticks(fade.before / self._rate.exact)
        if not silent:
            self._report_transition(fade, track, mediatype, alignment)
        effect_id, name = _effect(fade, mediatype)
        return TransitionItem(
            start,
            end,
            alignment or "center",
            self._rate,
            effect_id,
            name,
            mediatype,
            ticks,
        )

    def _report_transition(
        self, fade: Fade, track: str, mediatype: MediaType, alignment: str
    ) -> None:
        kind = fade.transition.transition_type
        dissolve = otio.schema.TransitionTypes.SMPTE_Dissolve
        place: dict[str, Any] = {
            "track": track,
            "item": clean(fade.transition.name),
            "span": (fade.cut - fade.before, fade.cut + fade.after),
        }
        if _kind(fade) == "carry" and mediatype == "video":
            self._account.add(
                "carry",
                "approximated",
                "the carry as a cross dissolve",
                "Render the film to keep its movement.",
                **place,
            )
        elif kind != dissolve:
            self._account.add(
                "transition type",
                "approximated",
                "a cross dissolve over the same frames",
                "Render the join to keep it.",
                **place,
            )
        if _effect(fade, mediatype) == _DIP and not self._rules.extensions:
            self._account.add(
                "dip",
                "approximated",
                "a dip that the editor may show as a cross dissolve",
                "Render the film to keep it.",
                **place,
            )
        if not alignment and not self._rules.extensions:
            self._account.add(
                "transition's cut",
                "approximated",
                "the same pictures, with the cut in the middle of the dissolve",
                "Use equal offsets.",
                **place,
            )
        if mediatype == "audio" and not self._rules.extensions:
            self._account.add(
                "sound crossfade",
                "approximated",
                "a crossfade the editor may drop",
                "Write the fade as levels.",
                **place,
            )

    def _clip(
        self,
        spot: Spot,
        track: str,
        mediatype: MediaType,
        channel: tuple[int, str],
        silent: bool,
    ) -> ClipItem:
        file = self._files[spot.medium.number]
        record = self._rate.exact
        rate = file.rate if self._rules.media_rate else self._rate
        duration = spot.medium.duration_frames(rate.exact)
        first, last = self._in_out(spot, track, rate, silent)
        made = ClipItem(
            id="",
            name=self._name(spot, file, track, silent),
            rate=rate,
            duration_frames=max(duration, last),
            start_frames=-1 if spot.fade_in else spot.start,
            end_frames=-1 if spot.fade_out else spot.end,
            in_frames=first,
            out_frames=last,
            file=file,
            enabled=bool(spot.item.enabled),
            alpha="straight" if spot.medium.still else "none",
            source_track=channel[0],
            channel_type=channel[1],
            filters=self._filters(spot, file, mediatype, (rate, first), track, silent),
            markers=() if silent else self._clip_markers(spot, rate),
        )
        offset_s = (spot.start - spot.head) / record - first / rate.exact
        made = replace(made, link_key=(file.id, offset_s, spot.start, spot.end))
        return _described(self._with_ticks(made, spot), spot.medium.slate)

    def _with_ticks(self, item: ClipItem, spot: Spot) -> ClipItem:
        if not self._rules.extensions:
            return item
        first_s, length = self._span(spot)
        last_s = first_s + length / self._rate.exact
        ends = rates.ticks(first_s), rates.ticks(last_s)
        return replace(item, ticks_in=ends[0], ticks_out=ends[1])

    def _span(self, spot: Spot) -> tuple[Fraction, int]:
        """Return the media seconds of the first frame shown, and all frames shown."""
        first_s = spot.in_s - spot.head / self._rate.exact
        return first_s, spot.end - spot.start + spot.head + spot.tail

    def _name(self, spot: Spot, file: MediaFile, track: str, silent: bool) -> str:
        if not spot.item.name:
            return file.name
        if silent:
            kept = clean(spot.item.name)
            return kept if kept.strip() else file.name
        return self._account.text(spot.item.name, file.name, track=track)

    def _in_out(
        self, spot: Spot, track: str, rate: Rate, silent: bool
    ) -> tuple[int, int]:
        """Return in and out, beneath the transitions beside, at ``rate``."""
        first_s, length = self._span(spot)
        if not self._rules.media_rate:
            first = max(0, rates.frames_at(first_s, rate.exact))
            return first, first + length
        first = max(0, rates.frame_at(first_s, rate.exact))
        length_s = length / self._rate.exact
        count = max(1, rates.frames_at(length_s, rate.exact))
        early = first_s * rate.exact - first
        over = abs(length_s * rate.exact - count)
        if (early or over) and not silent:
            self._account.add(
                "source frames",
                "approximated",
                f"in and out in whole media frames: in {float(early):.3f} and length "
                f"{float(over):.3f} media frames off",
                "Conform the take to the film's rate.",
                track=track,
                item=clean(spot.item.name),
                span=(spot.start, spot.end),
            )
        last = min(first + count, spot.medium.duration_frames(rate.exact))
        return first, max(first + 1, last)

    def _filters(
        self,
        spot: Spot,
        file: MediaFile,
        mediatype: MediaType,
        origin: tuple[Rate, int],
        track: str,
        silent: bool,
    ) -> tuple[Filter, ...]:
        rate, first = origin
        report = self._reporter(spot, track, silent)
        when = _when(spot.head, rate.exact / self._rate.exact, first)
        found: Filter | None
        if mediatype == "audio":
            levels = metadata.read(spot.item, "levels") or []
            found = level_filter(levels, when, self._rules, report)
        else:
            framing = metadata.read(spot.item, "framing") or {}
            sizes = (file.width_px, file.height_px), self._size
            found = motion_filter(framing, sizes, when, report)
        return () if found is None else (found,)

    def _reporter(self, spot: Spot, track: str, silent: bool) -> Report:
        def report(feature: str, gets: str, remedy: str) -> None:
            if not silent:
                self._account.add(
                    feature,
                    "approximated",
                    gets,
                    remedy,
                    track=track,
                    item=clean(spot.item.name),
                    span=(spot.start, spot.end),
                )

        return report

    def _clip_markers(self, spot: Spot, rate: Rate) -> tuple[Any, ...]:
        # Resolve gets no clip markers: it is known to lose them.
        if not spot.item.markers:
            return ()
        if not self._rules.extensions:
            self._account.add(
                "clip markers",
                "dropped",
                "none",
                "Put them on the timeline.",
                item=clean(spot.item.name),
                span=(spot.start, spot.end),
            )
            return ()
        return tuple(
            marker_model(marker, spot.medium.start_s, rate.exact)
            for marker in spot.item.markers
        )


def _when(head: int, ratio: Fraction, first: int) -> When:
    def when(frame: int) -> int:
        return first + rates.frames_at((head + frame) * ratio, Fraction(1))

    return when


def _kind(fade: Fade) -> str:
    kept = metadata.read(fade.transition, "carry")
    return str(kept.get("kind", "")) if isinstance(kept, dict) else ""


def _effect(fade: Fade, mediatype: MediaType) -> tuple[str, str]:
    """Return the (id, name) of a transition's effect."""
    if mediatype == "audio":
        return _CROSSFADE
    # Between a picture and black a dissolve is a fade already.
    return _DIP if _kind(fade) == "dip" and not fade.black else _DISSOLVE


def _alignment(fade: Fade) -> str:
    """Return the name of where the cut lies; empty when there is none."""
    if fade.black:
        return f"{fade.black}-black"
    if fade.before == 0:
        return "start"
    if fade.after == 0:
        return "end"
    return "center" if fade.before == (fade.before + fade.after) // 2 else ""


def _described(item: ClipItem, slate: dict[str, Any]) -> ClipItem:
    return replace(
        item,
        description=clean(str(slate.get("prompt") or ""), lines=True).strip(),
        note=_note(slate),
        original_name=clean(str(slate.get("name") or "")).strip(),
    )


def _note(slate: dict[str, Any]) -> str:
    if "note" in slate:
        return clean(str(slate["note"]), lines=True).strip()
    parts = [
        f"{key}: {slate[key]}"
        for key in ("generator", "model", "seed", "date")
        if slate.get(key) not in (None, "")
    ]
    return clean("; ".join(parts)).strip()
