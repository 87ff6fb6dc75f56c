"""Tracks and items of either dialect, from what was laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean, is_usual
from otio_genai.interchange.dialects import premiere_out, resolve_out
from otio_genai.interchange.dialects.crossings import dress_transition
from otio_genai.interchange.dialects.linking import link_numbers
from otio_genai.interchange.dialects.media import settle
from otio_genai.interchange.dialects.names import (
    HOLDS,
    RESOLVE,
    SPACES,
    Dialect,
    others,
    strip,
)
from otio_genai.interchange.dialects.sizes import FILLS, Size
from otio_genai.interchange.dialects.warps import warp
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.pool import Pool
from otio_genai.interchange.rebuild import Laid, Place, lay_out_all, rebuild

__all__ = ["Dresser"]

#: What describes media and commands nothing; all else of ours is put in the editor's
#: own words, or reported.
_KEPT = ("media", "slate")


@dataclass(slots=True)
class Dresser:
    """Makes a dialect's tracks; no two of its sequences share a link's number."""

    dialect: Dialect
    rate: Fraction
    account: Account
    pool: Pool
    size: Size | None
    _links: dict[tuple[str, int, int], int] = field(default_factory=dict)
    _linked: int = 0

    @property
    def _resolve(self) -> bool:
        return self.dialect == "resolve"

    def lay_out(self, stack: otio.schema.Stack) -> list[Laid]:
        """Lay out a stack as far as the dialect can hold it."""
        holds = HOLDS[self.dialect]
        return lay_out_all(stack, self.rate, self.pool, self.account, holds=holds)

    def tracks(self, laid: list[Laid]) -> list[otio.schema.Track]:
        """Return the tracks of a timeline or of a nested sequence."""
        outer = self._links
        self._links = link_numbers(laid, self._linked)
        self._linked = max(self._links.values(), default=self._linked)
        names: set[str] = set()
        made = []
        for track in laid:
            locked = bool(metadata.read(track.track, "locked"))
            mono = _all_mono(track)
            markers = [self.marker(m) for m in track.track.markers]
            self._report_track(track, locked)
            new = rebuild(track, self.rate, self._dress)
            new.name = self._unique(track, names)
            new.markers.extend(markers)
            if self._resolve:
                space = resolve_out.track_space(new, locked, mono)
            else:
                space = premiere_out.track_space(new, mono)
            new.metadata.update(others(track.track))
            new.metadata[SPACES[self.dialect]] = space
            made.append(new)
        self._links = outer
        return made

    def _report_track(self, laid: Laid, locked: bool) -> None:
        for effect in laid.track.effects:
            name = clean(effect.effect_name or effect.name or "effect")
            gets = f"the track without {name!r}"
            self.account.add("track effect", "dropped", gets, track=laid.name)
        if getattr(laid.track, "source_range", None) is not None:
            gets = "all of it"
            self.account.add("trim of a track", "dropped", gets, track=laid.name)
        if locked and not self._resolve:
            gets = "a track that is not locked"
            self.account.add("track locked", "dropped", gets, track=laid.name)

    def _unique(self, laid: Laid, names: set[str]) -> str:
        """Return a track's name; Resolve wants no two alike."""
        kind = "Video" if laid.track.kind == otio.schema.TrackKind.Video else "Audio"
        wanted = self.account.text(laid.track.name or "", f"{kind} {laid.number}")
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted} {count}"
        known = laid.track.name or ""
        plain = all(is_usual(n, kind, laid.number) for n in (name, known))
        if name != known and not plain:
            self.account.add(
                "track name",
                "approximated",
                repr(name),
                "Give every track a name of its own.",
                track=wanted,
            )
        names.add(name)
        return name

    def marker(self, marker: otio.schema.Marker) -> otio.schema.Marker:
        """Return a marker as the dialect spells it."""
        made = otio.schema.Marker(
            clean(marker.name),
            marker.marked_range,
            marker.color,
            comment=clean(marker.comment or "", lines=True),
            metadata=others(marker),
        )
        if self._resolve:
            made.metadata[RESOLVE] = {"Note": made.comment}
        return made

    def _dress(self, item: Any, placed: Spot | Fade, laid: Laid) -> None:
        if isinstance(placed, Fade):
            dress_transition(item, placed, laid, self.dialect, self.account)
            return
        place = Place(laid.name, clean(item.name), (placed.start, placed.end))
        item.name = self.account.text(item.name, "", track=laid.name)
        last = placed.origin + placed.run.length_frames
        if placed.start < placed.origin or placed.end > last:
            gets = "a clip that reaches under its own fade: the pictures are the same"
            span = min(placed.start, placed.origin), max(placed.end, last)
            own = Place(place.track, place.item, span)
            self.account.add("edge of a clip", "approximated", gets, **own.report())
        effects = self._foreign(item, place)
        time_effect = warp(item, placed, self.account, place)
        markers = [self.marker(m) for m in metadata.each(item.markers)]
        link = self._links.get((laid.track.kind, laid.number, placed.start))
        made = resolve_out if self._resolve else premiere_out
        space: dict[str, Any] = {}
        kept: tuple[str, ...] = ()
        if isinstance(item, otio.schema.Clip):
            effects = self._clip_effects(item, placed, place) + effects
            channels = self._channels(item, placed, laid, place)
            space = made.clip_space(channels, link)
            kept = self._keep_fit(item, laid)
            self._settle_media(item, placed, place)
            if channels:
                _state_channels(item.media_reference, placed)
        else:
            self._nest(item, place)
            space = {} if link is None else made.clip_space([], link)
        if time_effect is not None:
            effects.insert(0, time_effect)
            self._count_speed(item, placed, time_effect, place)
        item.markers[:] = markers
        item.effects[:] = effects
        strip(item, *kept)
        if space:
            item.metadata[SPACES[self.dialect]] = space

    def _count_speed(
        self,
        item: otio.core.Item,
        spot: Spot,
        effect: otio.schema.LinearTimeWarp,
        place: Place,
    ) -> None:
        """Count a retimed item's length in source time, as Premiere does."""
        if self._resolve:
            return
        held = item.source_range
        pace = abs(Fraction(effect.time_scalar).limit_denominator(100_000))
        if pace:
            frames = rates.seconds(held.duration) * rates.of(held.duration) * pace
            length = otio.opentime.RationalTime(float(frames), held.duration.rate)
            item.source_range = otio.opentime.TimeRange(held.start_time, length)
        if spot.speed <= 0:
            how = "backwards" if spot.speed else "held"
            self.account.note(
                f"{place.item}: where Premiere begins a clip that is played {how} is "
                "not established for .otio."
            )

    def _keep_fit(self, clip: otio.schema.Clip, laid: Laid) -> tuple[str, ...]:
        """Keep a fit that Resolve has no words for; return what of ours it is."""
        if not self._resolve or laid.track.kind != otio.schema.TrackKind.Video:
            return ()
        if not resolve_out.fills_unsized(clip, self.size):
            return ()
        metadata.put(clip, "framing", FILLS)
        self.account.note(
            "Resolve fits a picture into the frame; whether these fill it is not "
            "known, for a size is not stated."
        )
        return ("framing",)

    def _settle_media(self, clip: otio.schema.Clip, spot: Spot, place: Place) -> None:
        settle(clip, spot, self.rate, self.account, bare=self._resolve)
        reference = clip.media_reference
        strip(reference, *_KEPT)
        if not self._resolve:
            return
        resolve_out.mark_generator(clip, self.account, place)
        if isinstance(reference, otio.schema.MissingReference):
            self.account.note(
                f"{place.item} has no media: Resolve is reported to refuse a file any "
                "of whose media is missing."
            )

    def _clip_effects(
        self, clip: otio.schema.Clip, spot: Spot, place: Place
    ) -> list[otio.schema.Effect]:
        if self._resolve:
            return resolve_out.clip_effects(clip, self.size, self.account, place)
        start = clip.source_range.start_time
        pace = abs(spot.speed) or Fraction(1)

        def when(frame: float) -> otio.opentime.RationalTime:
            moved = Fraction(frame) * pace * rates.of(start) / self.rate
            return otio.opentime.RationalTime(start.value + float(moved), start.rate)

        return premiere_out.clip_effects(
            clip, self.size, when, self.rate, self.account, place
        )

    def _channels(
        self, clip: otio.schema.Clip, spot: Spot, laid: Laid, place: Place
    ) -> list[int]:
        if laid.track.kind != otio.schema.TrackKind.Audio or spot.medium is None:
            return []
        whole = range(1, spot.medium.channels + 1)
        wanted = [int(c) for c in metadata.read(clip, "channels") or whole]
        if self._resolve or len(wanted) <= 2:
            return wanted
        self.account.add(
            "channels",
            "approximated",
            f"the first two of {len(wanted)} channels",
            "Mix the sound down to stereo.",
            **place.report(),
        )
        return wanted[:2]

    def _foreign(self, item: otio.core.Item, place: Place) -> list[otio.schema.Effect]:
        """Return the effects that came from this very format; report the others."""
        made = []
        for effect in metadata.each(item.effects):
            if isinstance(effect, otio.schema.TimeEffect):
                continue
            kept = metadata.read(effect, "effect") or {}
            if kept.get("format") == f"otio-{self.dialect}" and kept.get("data"):
                again = otio.schema.Effect(
                    name=effect.name, effect_name=str(kept.get("effect_name") or "")
                )
                again.metadata[SPACES[self.dialect]] = kept["data"]
                made.append(again)
                continue
            name = clean(effect.effect_name or effect.name or "effect")
            gets, remedy = f"the clip without {name!r}", "Render it in."
            self.account.add("effect", "dropped", gets, remedy, **place.report())
        return made

    def _nest(self, item: otio.core.Composition, place: Place) -> None:
        """Make a nested sequence one of the dialect, in place."""
        alone = isinstance(item, otio.schema.Track)
        stack = otio.schema.Stack(children=[item.deepcopy()]) if alone else item
        if alone:
            stack[0].source_range = None
        outer = self.account
        self.account = outer.within(item.name, self.rate)
        tracks = self.tracks(self.lay_out(stack))
        if self.account.told:
            gets = "the nested sequence with the losses named within it"
            outer.add("nested sequence", "approximated", gets, **place.report())
        self.account = outer
        del item[:]
        if not alone:
            item.extend(tracks)
        elif tracks:
            children = list(tracks[0])
            del tracks[0][:]
            item.extend(children)


def _state_channels(reference: otio.core.MediaReference, spot: Spot) -> None:
    """Keep how many channels were written where nobody had said."""
    if spot.medium is None or metadata.fact(reference, "channels"):
        return
    facts = metadata.read(reference, "media", {})
    facts |= {"has_audio": True, "channels": spot.medium.channels}
    metadata.put(reference, "media", facts)


def _all_mono(laid: Laid) -> bool:
    if laid.track.kind != otio.schema.TrackKind.Audio:
        return False
    spots = [item for item in laid.items if isinstance(item, Spot)]
    media = [spot.medium for spot in spots if spot.medium is not None]
    return bool(media) and all(medium.channels == 1 for medium in media)
