"""A timeline of what an adapter carries, and an account of all it does not.

Aim
    An adapter drops in silence what it does not know. So it is given a copy without
    it, and what was taken away is named at its place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.interchange.account import Account, clean, is_usual, start_frames
from otio_genai.interchange.dialects.sizes import Size, film_size
from otio_genai.interchange.dialects.warps import warp
from otio_genai.interchange.editors import reels
from otio_genai.interchange.editors.addresses import address
from otio_genai.interchange.editors.table import Editor
from otio_genai.interchange.editors.unnest import opened, stacked
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.pool import Pool
from otio_genai.interchange.rebuild import Laid, Place, lay_out_all, rebuild

__all__ = ["Plain", "plain_timeline"]

_RENDER = "Render it in."
# Feature, and what the clip is without it.
_FEATURES = {
    "levels": "the sound at its own level",
    "pan": "the sound in the middle",
    "opacity": "an opaque picture",
    "crop": "the whole picture",
    "framing": "the picture as the editor fits it",
    "channels": "all channels of the sound",
    "link": "clips that move alone",
}
_NEUTRAL = {"levels": 0.0, "pan": 0.0, "opacity": 1.0, "crop": 0.0}
_FASTEST_PICTURE = 2_000


@dataclass(slots=True)
class Plain:
    """A timeline fit for an adapter, its rate and size, and the account so far."""

    editor: Editor
    timeline: otio.schema.Timeline
    rate: Fraction
    drop: bool
    size: Size | None
    account: Account
    pictures: bool
    "Something stood on a picture track, whether it could be kept or not."


def plain_timeline(source: otio.schema.Timeline, editor: Editor) -> Plain:
    """Return what ``editor`` can be given of a timeline, which is not altered.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    source = source.deepcopy()
    rate = maps.record_rate(source)
    film = metadata.read(source, "film", {})
    start = start_frames(source, rate)
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    account = Account(rate, start, drop)
    account.begin(source)
    pictures = any(track.find_clips() for track in source.video_tracks())
    maker = _Maker(editor, rate, account, Pool(rate, account))
    made = otio.schema.Timeline(account.text(source.name or "", "Untitled"))
    made.global_start_time = rates.time(start, rate)
    if start and "start" not in editor.carries:
        account.add("start timecode", "dropped", "a film that begins at 0")
    if drop and "drop" not in editor.carries:
        gets = "timecode that counts every label"
        account.add("drop frame", "dropped", gets)
    size = film_size(source)
    if size is not None and "raster" not in editor.carries:
        account.add("raster", "dropped", "the size of the editor's project")
    made.tracks.extend(maker.tracks(source.tracks))
    maker.markers(source, made)
    return Plain(editor, made, rate, drop, size, account, pictures)


@dataclass(slots=True)
class _Maker:
    editor: Editor
    rate: Fraction
    account: Account
    pool: Pool

    def has(self, what: str) -> bool:
        return what in self.editor.carries

    def lay_out(self, stack: otio.schema.Stack) -> list[Laid]:
        holds = self.editor.holds | {"nested", "effects", "colour"}
        holds |= {"metadata"} if self.has("reels") else set()
        return lay_out_all(stack, self.rate, self.pool, self.account, holds=holds)

    def tracks(self, stack: otio.schema.Stack) -> list[otio.schema.Track]:
        if stack.source_range is not None:
            self.account.add("trim of the whole timeline", "dropped", "all of it")
        laid = self.lay_out(stack)
        laid = [opened(t, self.rate, self.lay_out, self.account) for t in laid]
        video = [t for t in laid if t.track.kind == otio.schema.TrackKind.Video]
        audio = [t for t in laid if t.track.kind == otio.schema.TrackKind.Audio]
        for track in laid:
            self._report_track(track)
        if not self.has("tracks"):
            for track in video:
                if not track.track.enabled:
                    gets = "nothing: its track is switched off"
                    self._report_lost(track, "clip of a track", gets)
            one = stacked(video, self.account)
            video = [one] if one is not None else []
        if not self.has("sound"):
            for track in audio:
                self._report_lost(track, "sound", "silence")
            audio = []
        made = []
        for track in [*video, *audio]:
            track.items[:] = self._kept(track)
            new = rebuild(track, self.rate, self._dress)
            new.name = new.name if self.has("names") else ""
            made.append(new)
        return made

    def _report_track(self, laid: Laid) -> None:
        track = laid.track
        said: list[tuple[str, str]] = []
        usual = is_usual(track.name, track.kind, laid.number)
        if not usual and not self.has("names"):
            said.append(("track name", "V1, V2 … A1, A2 …"))
        if metadata.read(track, "locked"):
            said.append(("track locked", "a track that is not locked"))
        if not track.enabled and self.has("tracks"):
            said.append(("track enabled", "a gap, as the track is switched off"))
        said += [("track marker", "none") for _ in track.markers]
        said += [("track effect", "none") for _ in track.effects]
        if getattr(track, "source_range", None) is not None:
            said.append(("trim of a track", "all of it"))
        for feature, gets in said:
            self.account.add(feature, "dropped", gets, track=laid.name)

    def _report_lost(self, laid: Laid, feature: str, gets: str) -> None:
        for item in laid.items:
            span, name = _place_of(item)
            self.account.add(
                feature, "dropped", gets, track=laid.name, item=name, span=span
            )

    def _kept(self, laid: Laid) -> list[Spot | Fade]:
        """Return what of a track can be given, the rest named."""
        sound = laid.track.kind == otio.schema.TrackKind.Audio
        fades = self.has("crossfades" if sound else "dissolves")
        kept: list[Spot | Fade] = []
        for index, item in enumerate(laid.items):
            if isinstance(item, Spot):
                if item.item.enabled and laid.track.enabled:
                    kept.append(item)
                elif laid.track.enabled or self.has("tracks"):
                    self._drop_disabled(item, laid)
                continue
            beside = [i for i in laid.items[max(0, index - 1) : index + 2]]
            off = [i for i in beside if isinstance(i, Spot) and not i.item.enabled]
            if fades and not off and (not item.black or self.has("fades")):
                kept.append(item)
            elif laid.track.enabled:
                self._drop_fade(item, beside, laid)
        return kept

    def _drop_disabled(self, spot: Spot, laid: Laid) -> None:
        self.account.add(
            "clip enabled",
            "dropped",
            "a gap of the same length",
            track=laid.name,
            item=clean(spot.item.name),
            span=(spot.start, spot.end),
        )

    def _drop_fade(self, fade: Fade, beside: list[Spot | Fade], laid: Laid) -> None:
        for spot in beside:
            if isinstance(spot, Spot) and spot.end == fade.cut:
                spot.tail, spot.fade_out = 0, False
            if isinstance(spot, Spot) and spot.start == fade.cut:
                spot.head, spot.fade_in = 0, False
        self.account.add(
            "transition",
            "dropped",
            "a cut",
            "Render it in.",
            track=laid.name,
            item=clean(fade.transition.name),
            span=(fade.cut - fade.before, fade.cut + fade.after),
        )

    def _dress(self, item: Any, placed: Spot | Fade, laid: Laid) -> None:
        if isinstance(placed, Fade):
            self._dress_fade(item, placed, laid)
            return
        place = Place(laid.name, clean(item.name), (placed.start, placed.end))
        item.name = self.account.text(item.name, "clip", track=laid.name)
        self._report_features(item, place)
        time_effect = warp(item, placed, self.account, place)
        effects = [] if time_effect is None else [time_effect]
        markers = []
        for marker in item.markers:
            if self.has("clip markers"):
                markers.append(self._marker(marker, place))
            else:
                gets, remedy = "none", "Put it on the timeline."
                self.account.add(
                    "clip marker", "dropped", gets, remedy, **place.report()
                )
        item.markers[:] = markers
        item.effects[:] = effects
        said = self._noted(item, place) if self.has("reels") else {}
        item.metadata.clear()
        item.metadata.update(said)
        if getattr(item, "color", None) is not None:
            item.color = None
        self._settle_media(item, placed, place)

    def _report_features(self, clip: otio.schema.Clip, place: Place) -> None:
        for feature, gets in _FEATURES.items():
            kept = metadata.read(clip, feature)
            if not kept or _says_nothing(feature, kept):
                continue
            self.account.add(feature, "dropped", gets, _RENDER, **place.report())
        if metadata.read(clip, "takes"):
            gets, remedy = "the active take", "Keep the .otio of the film beside it."
            self.account.add("other takes", "dropped", gets, remedy, **place.report())
        if getattr(clip, "color", None) is not None:
            gets = "the editor's usual label"
            self.account.add("clip colour", "dropped", gets, **place.report())
        for effect in clip.effects:
            if not isinstance(effect, otio.schema.TimeEffect):
                name = clean(effect.effect_name or effect.name or "effect")
                gets = f"the clip without {name!r}"
                self.account.add("effect", "dropped", gets, _RENDER, **place.report())
        slate = metadata.read(clip.media_reference, "slate", {})
        if slate.get("prompt"):
            remedy = "Keep the .otio of the film beside it."
            self.account.add("prompt", "dropped", "none", remedy, **place.report())

    def _noted(self, clip: otio.schema.Clip, place: Place) -> dict[str, Any]:
        """Return the metadata an EDL is written from, and name all other."""
        said = reels.written(clip)
        others = {*clip.metadata, *clip.media_reference.metadata}
        others -= {metadata.NAMESPACE, *said}
        if others:
            gets = f"none of what {', '.join(sorted(map(clean, others)))} noted"
            remedy = "Keep the .otio beside it: it holds them."
            self.account.add(
                "metadata of others", "dropped", gets, remedy, **place.report()
            )
        return said

    def _marker(self, marker: otio.schema.Marker, place: Place) -> otio.schema.Marker:
        comment = clean(marker.comment or "")
        if comment:
            gets = "its name and colour alone"
            self.account.add("marker comment", "dropped", gets, **place.report())
        return otio.schema.Marker(clean(marker.name), marker.marked_range, marker.color)

    def markers(self, source: otio.schema.Timeline, made: otio.schema.Timeline) -> None:
        """Give the timeline its markers, or name them."""
        for marker in source.tracks.markers:
            place = Place("", clean(marker.name), _span(marker, self.rate))
            if self.has("markers"):
                made.tracks.markers.append(self._marker(marker, place))
            else:
                self.account.add("marker", "dropped", "none", **place.report())

    def _dress_fade(self, made: otio.schema.Transition, fade: Fade, laid: Laid) -> None:
        span = (fade.cut - fade.before, fade.cut + fade.after)
        place = Place(laid.name, clean(made.name), span)
        carry = metadata.read(made, "carry") or {}
        kind = str(carry.get("kind") or "dissolve")
        dissolve = otio.schema.TransitionTypes.SMPTE_Dissolve
        other = made.transition_type != dissolve
        if kind not in ("dissolve", "fade") or (other and not carry):
            named = kind if carry else clean(made.name) or made.transition_type
            gets = "a cross dissolve"
            self.account.add(
                f"transition {named!r}", "approximated", gets, _RENDER, **place.report()
            )
        if metadata.read(made, "curve") == "power":
            gets = "a crossfade of the editor's own kind"
            self.account.add("transition curve", "approximated", gets, **place.report())
        made.transition_type = dissolve
        made.name = clean(made.name)
        made.metadata.clear()

    def _settle_media(self, clip: otio.schema.Clip, spot: Spot, place: Place) -> None:
        reference = clip.media_reference
        made = otio.schema.ExternalReference(
            address(reference, spot, self.account, place), reference.available_range
        )
        made.name = clean(reference.name)
        clip.media_reference = made
        if len(clip.media_references()) > 1:
            key = otio.schema.Clip.DEFAULT_MEDIA_KEY
            clip.set_media_references({key: made.deepcopy()}, key)
            made = clip.media_reference
        if made.available_range is None:
            used = spot.reach_s()[1]
            frames = max(1, rates.frames_at(used, self.rate))
            made.available_range = rates.span(0, frames, self.rate)
            if self.has("media length"):
                gets, remedy = "a length taken from its use", "Set its available_range."
                self.account.add(
                    "media length", "approximated", gets, remedy, **place.report()
                )
        if self.editor.one_rate:
            self._at_one_rate(clip, made, spot, place)

    def _at_one_rate(
        self,
        clip: otio.schema.Clip,
        reference: otio.schema.ExternalReference,
        spot: Spot,
        place: Place,
    ) -> None:
        """Count the media of a clip in record frames, and say what that moves."""
        held, trim = reference.available_range, clip.source_range
        own = rates.of(held.duration)
        begin_s, start_s = (
            rates.seconds(held.start_time),
            rates.seconds(trim.start_time),
        )
        first = rates.frame_at(begin_s, self.rate)
        length = math.ceil(rates.seconds(held.duration) * self.rate)
        start = rates.frames_at(start_s, self.rate)
        if first and not self.has("media start"):
            start, first = start - first, 0
            begin_s, start_s = Fraction(0), start_s - begin_s
            gets = "media that begin at 0"
            self.account.add("media timecode", "dropped", gets, **place.report())
        reference.available_range = rates.span(first, max(1, length), self.rate)
        duration = spot.end - spot.start
        clip.source_range = rates.span(start, duration, self.rate)
        moved = start != start_s * self.rate or first != begin_s * self.rate
        other = own != self.rate and own < _FASTEST_PICTURE
        if spot.timeless:
            return
        if other or moved:
            self.account.add(
                "media rate",
                "approximated",
                f"counted at {float(self.rate):.3f} fps instead of "
                f"{float(own):.3f}: other frames may be shown",
                "Conform the take to the film's rate.",
                **place.report(),
            )


def _place_of(item: Spot | Fade) -> tuple[tuple[int, int], str]:
    if isinstance(item, Spot):
        return (item.start, item.end), clean(item.item.name)
    span = item.cut - item.before, item.cut + item.after
    return span, clean(item.transition.name)


def _says_nothing(feature: str, kept: Any) -> bool:
    if feature == "framing":
        return not kept.get("keys") and kept.get("fit", "cover") == "cover"
    neutral = _NEUTRAL.get(feature)
    if neutral is None:
        return False
    return all(value == neutral for row in kept for value in row[1:])


def _span(marker: otio.schema.Marker, rate: Fraction) -> tuple[int, int]:
    first = rates.frames_at(rates.seconds(marker.marked_range.start_time), rate)
    length = rates.frames_at(rates.seconds(marker.marked_range.duration), rate)
    return first, first + length
