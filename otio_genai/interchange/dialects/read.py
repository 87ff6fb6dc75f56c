"""From ``.otio`` to our common forms, whichever editor wrote it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.interchange import garbage
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.dialects import premiere_in, resolve_in
from otio_genai.interchange.dialects.document import timeline_of
from otio_genai.interchange.dialects.keys import finite, space_of
from otio_genai.interchange.dialects.media import STILL_RANGE, is_still
from otio_genai.interchange.dialects.premiere_values import SPACE as PREMIERE
from otio_genai.interchange.dialects.resolve_values import SPACE as RESOLVE
from otio_genai.interchange.dialects.sizes import film_size
from otio_genai.interchange.dialects.stage import Stage
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.rebuild import Place
from otio_genai.interchange.urls import from_pathurl, is_absolute
from otio_genai.maps.layout import layout

__all__ = ["read_otio"]

_LARGEST_SIZE = 100_000


@garbage.kept()
def read_otio(
    text: str, *, sequence: str | None = None
) -> tuple[otio.schema.Timeline, Loss]:
    """Return the timeline of an ``.otio`` document, and what could not be read.

    What Premiere or Resolve keep in metadata of their own becomes our common forms;
    a document of any other program is returned as it is.

    Parameters
    ----------
    text
        The document.
    sequence
        Name of the timeline wanted, where the document is a collection of several.

    Raises
    ------
    InterchangeError
        It is no OpenTimelineIO document, holds no such timeline, is of a later
        version than is known here, or states times that are none.
    TimelineError, MetadataError
        Nothing in it states a rate, or what it keeps of ours cannot be read.
    """
    timeline, notes = timeline_of(text, sequence)
    space = _space(timeline)
    if space is None:
        return timeline, Loss(notes=tuple(notes))
    return _Reader.of(timeline, space, notes).read()


def _space(timeline: otio.schema.Timeline) -> str | None:
    """Return which editor's metadata a timeline carries; None: neither's."""
    for space in (RESOLVE, PREMIERE):
        objects = [timeline, timeline.tracks, *timeline.tracks, *timeline.find_clips()]
        if any(space in metadata.each(found.metadata) for found in objects):
            return space
    return None


@dataclass(slots=True)
class _Reader:
    timeline: otio.schema.Timeline
    stage: Stage
    linked: dict[str, list[otio.core.Item]]

    @classmethod
    def of(
        cls, timeline: otio.schema.Timeline, space: str, notes: list[str]
    ) -> _Reader:
        rate = _rate(timeline)
        film = metadata.read(timeline, "film", {})
        film |= {"title": timeline.name, "rate": rates.text(rate)}
        film |= _resolution(timeline)
        metadata.put(timeline, "film", film)
        begin = timeline.global_start_time
        start = 0 if begin is None else rates.frames_at(rates.seconds(begin), rate)
        drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
        account = Account(rate, max(0, start), drop)
        for note in notes:
            account.note(note)
        return cls(timeline, Stage(space, rate, account, film_size(timeline)), {})

    def read(self) -> tuple[otio.schema.Timeline, Loss]:
        timeline = self.timeline
        for marker in timeline.tracks.markers:
            self.stage.marker(marker)
        self._stack(timeline.tracks)
        _drop_spaces(timeline)
        for group in self.linked.values():
            if len(group) < 2:
                metadata.put(group[0], "link", None)
        self.stage.say_counts()
        return timeline, self.stage.account.loss()

    def _stack(self, stack: otio.schema.Stack) -> None:
        numbers: Counter[str] = Counter()
        for track in stack:
            if isinstance(track, otio.schema.Track):
                numbers[track.kind] += 1
                name = clean(track.name) or f"{track.kind[:1]}{numbers[track.kind]}"
                self._track(track, name)

    def _track(self, track: otio.schema.Track, name: str) -> None:
        stage = self.stage
        kept = space_of(track, stage.space)
        _drop_spaces(track)
        if isinstance(kept, dict):
            if kept.get("Locked") is True:
                metadata.put(track, "locked", True)
            if kept.get("SoloOn") is True:
                gets = "a track that is heard with the others"
                stage.account.add("solo", "dropped", gets, track=name)
        for marker in metadata.each(track.markers):
            stage.marker(marker)
        if stage.premiere:
            for item in track:
                premiere_in.count_record(item, stage.rate)
        sound = track.kind == otio.schema.TrackKind.Audio
        for spot in layout(track, stage.rate)[0]:
            place = Place(
                name, clean(spot.item.name), (spot.record_in, spot.record_out)
            )
            self._item(spot.item, place, sound)
        for child in list(track):
            if isinstance(child, otio.schema.Transition):
                stage.transition(child, sound)
        if not stage.premiere:
            resolve_in.place_faders(track, stage, name)

    def _item(self, item: otio.core.Item, place: Place, sound: bool) -> None:
        for marker in metadata.each(item.markers):
            self.stage.marker(marker)
        kept = space_of(item, self.stage.space)
        kept = kept if isinstance(kept, dict) else {}
        channels, link = self.stage.clip_space(kept)
        if link is not None:
            metadata.put(item, "link", link)
            self.linked.setdefault(link, []).append(item)
        if isinstance(item, otio.schema.Stack):
            self._stack(item)
        elif isinstance(item, otio.schema.Track):
            self._track(item, place.track)
        elif isinstance(item, otio.schema.Clip):
            self._clip(item, place, channels if sound else None)
        _drop_spaces(item)

    def _clip(
        self, clip: otio.schema.Clip, place: Place, channels: list[int] | None
    ) -> None:
        """Read what is kept of a clip; ``channels`` are those of a sound."""
        self._media(clip)
        sound = channels is not None
        if channels:
            _put_channels(clip, channels)
        length = place.span[1] - place.span[0]
        if self.stage.premiere:
            premiere_in.read_effects(clip, self.stage, place, sound)
        else:
            resolve_in.read_effects(clip, self.stage, place, sound, length)

    def _media(self, clip: otio.schema.Clip) -> None:
        reference = clip.media_reference
        kept = space_of(reference, self.stage.space)
        if isinstance(reference, otio.schema.MissingReference):
            url = kept.get("Media Url") if isinstance(kept, dict) else None
            if isinstance(url, str) and url:
                made = otio.schema.ExternalReference(url, reference.available_range)
                made.name = reference.name
                clip.media_reference = reference = made
                self.stage.count("offline")
        elif isinstance(reference, otio.schema.GeneratorReference):
            generated = resolve_in.generator(reference)
            if generated is not None:
                clip.media_reference = reference = generated
        _drop_spaces(reference)
        if isinstance(reference, otio.schema.ExternalReference):
            if is_absolute(reference.target_url):
                reference.target_url = from_pathurl(reference.target_url)
            if is_still(reference):
                _as_still(clip, reference)


def _rate(timeline: otio.schema.Timeline) -> Fraction:
    """Return the film's rate as we or Premiere state it, else as it follows."""
    film = metadata.read(timeline, "film", {})
    kept = space_of(timeline.tracks, PREMIERE)
    stated = finite(kept.get("VideoFrameRate")) if isinstance(kept, dict) else None
    if "rate" not in film and stated is not None and 0 < stated < 1e4:
        return rates.rate(stated)
    return maps.record_rate(timeline)


def _resolution(timeline: otio.schema.Timeline) -> dict[str, Any]:
    kept = space_of(timeline.tracks, PREMIERE)
    if not isinstance(kept, dict):
        return {}
    found: dict[str, Any] = {}
    size = kept.get("VideoResolution")
    if isinstance(size, dict):
        width, height = finite(size.get("width")), finite(size.get("height"))
        wide = width and height and min(width, height) >= 1
        if width and height and wide and max(width, height) <= _LARGEST_SIZE:
            found |= {"width": int(width), "height": int(height)}
    sample_rate = finite(kept.get("AudioFrameRate"))
    if sample_rate and 0 < sample_rate < 1e7:
        found["sample_rate"] = int(sample_rate)
    return found


def _drop_spaces(obj: otio.core.SerializableObjectWithMetadata) -> None:
    held = obj.metadata
    for key in [key for key in metadata.each(held) if key in (RESOLVE, PREMIERE)]:
        del held[key]


def _put_channels(clip: otio.schema.Clip, channels: list[int]) -> None:
    """Keep which channels a sound plays, unless it plays all there are."""
    reference = clip.media_reference
    known = metadata.fact(reference, "channels")
    if not known:
        known = max(channels)
        facts = metadata.read(reference, "media", {})
        facts |= {"has_audio": True, "channels": known}
        metadata.put(reference, "media", facts)
    if channels != list(range(1, int(known) + 1)):
        metadata.put(clip, "channels", channels)


def _as_still(clip: otio.schema.Clip, reference: otio.schema.ExternalReference) -> None:
    """Give a still our range, whatever an editor says of it, in place."""
    held = clip.source_range
    if held is None:
        held = reference.available_range or STILL_RANGE
    elif held.start_time + held.duration > STILL_RANGE.duration:
        start = rates.time(0, rates.of(held.duration))
        held = otio.opentime.TimeRange(start, held.duration)
    clip.source_range = held
    reference.available_range = STILL_RANGE
