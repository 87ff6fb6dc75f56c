"""From a timeline to the format's model, with the account of what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import Account, clean, is_usual, start_frames
from otio_genai.interchange.layout import Fade, Spot, lay_out
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.pool import Pool
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.alternates import alternates, is_alternate
from otio_genai.interchange.xmeml.dialects import Table, table
from otio_genai.interchange.xmeml.files import files, rate_model, spelled
from otio_genai.interchange.xmeml.items import Maker
from otio_genai.interchange.xmeml.links import numbered
from otio_genai.interchange.xmeml.markers import sequence_markers
from otio_genai.interchange.xmeml.parameters import Report
from otio_genai.interchange.xmeml.sound import sound_track

__all__ = ["build"]

_DEFAULT_SIZE = (1920, 1080)
_DEFAULT_SAMPLE_RATE = 48_000
_FORMAT = ("width", "height", "sample_rate")
_KINDS = (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio)


def build(timeline: otio.schema.Timeline, dialect: str) -> tuple[model.Sequence, Loss]:
    """Return the model of a timeline for one dialect; the timeline is not altered.

    Raises
    ------
    InterchangeError
        The dialect is unknown, or the timeline's rate is neither whole nor NTSC.
    TimelineError
        The timeline states no rate.
    """
    rules = table(dialect)
    timeline = _copy(timeline)
    film = metadata.read(timeline, "film", {})
    timecode = _timecode(timeline, film)
    account = Account(timecode.rate.exact, timecode.frames, timecode.drop)
    account.begin(timeline)
    pool = Pool(timecode.rate.exact, account, spelled)
    shop = _Shop(rules, pool, account)
    name = account.text(timeline.name or "", "Untitled")
    if not (timeline.name or "").strip():
        gets = f"{name!r}: the timeline has none of its own"
        account.add("name", "approximated", gets, "Name it.")
    scene = shop.scene(timeline.tracks, name, film, timecode, account)
    if timeline.tracks.source_range is not None:
        account.add("trim of the whole timeline", "dropped", "all of it")
    made = shop.sequence(scene, files(pool, rules.name, account))
    return numbered(made), account.loss()


def _copy(timeline: object) -> otio.schema.Timeline:
    if not isinstance(timeline, otio.schema.Timeline):
        raise InterchangeError(
            f"A {type(timeline).__name__} is not a timeline.",
            remedy="Put it on a track of a timeline.",
        )
    return timeline.deepcopy()


def _timecode(timeline: otio.schema.Timeline, film: dict[str, Any]) -> model.Timecode:
    exact = maps.record_rate(timeline)
    rate = rate_model(exact)
    if rate.exact != exact:
        raise InterchangeError(
            f"A sequence cannot have {float(exact):.3f} frames per second.",
            place=clean(timeline.name or "timeline"),
            remedy="Assemble the film at a whole or NTSC rate, such as 24 or 23.976.",
        )
    start = start_frames(timeline, rate.exact)
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate.exact)
    return model.Timecode(rate, start, drop)


@dataclass(slots=True)
class _Layer:
    """A track with its items, and its number within its kind."""

    track: otio.schema.Track
    items: list[Spot | Fade]
    number: int


@dataclass(slots=True)
class _Scene:
    """A sequence laid out: what stands where, before it is written."""

    id: str
    name: str
    film: dict[str, Any]
    timecode: model.Timecode
    account: Account
    markers: list[otio.schema.Marker]
    video: list[_Layer] = field(default_factory=list)
    audio: list[_Layer] = field(default_factory=list)
    end: int = 0


@dataclass(slots=True)
class _Shop:
    """Lays out every sequence first, since a file states all its uses; then makes."""

    rules: Table
    pool: Pool
    account: Account
    scenes: dict[str, _Scene] = field(default_factory=dict)
    made: dict[str, model.Sequence] = field(default_factory=dict)

    def scene(
        self,
        stack: otio.schema.Stack,
        name: str,
        film: dict[str, Any],
        timecode: model.Timecode,
        account: Account,
    ) -> _Scene:
        """Lay out the tracks of a timeline or a nested sequence."""
        number = f"scene-{len(self.scenes) + 1}"
        found = _Scene(number, name, film, timecode, account, list(stack.markers))
        self.scenes[number] = found
        rate = timecode.rate.exact
        tracks = list(_tracks(stack, account))
        for kind, layers in zip(_KINDS, (found.video, found.audio), strict=True):
            own = [track for track in tracks if track.kind == kind]
            for track in (*own, *alternates(own, rate, account)):
                items, end = lay_out(
                    track, rate, self.pool, account, holds=self.rules.holds
                )
                layers.append(_Layer(track, items, len(layers) + 1))
                found.end = max(found.end, end)
                _report_track(track, len(layers), self.rules, account)
        for layer in (*found.video, *found.audio):
            for item in layer.items:
                if isinstance(item, Spot) and item.medium is None:
                    self._lay_out_nested(item, found)
        return found

    def _lay_out_nested(self, spot: Spot, outer: _Scene) -> None:
        stack = spot.item
        if not isinstance(stack, otio.core.Composition):
            return
        key = _content(stack)
        if key in self.scenes:
            return
        film = metadata.read(stack, "film", {})
        own = outer.timecode.rate
        if "rate" in film:
            own = rate_model(rates.rate(film["rate"]))
        # What it does not state of itself it has of the sequence around it.
        film = {k: v for k, v in outer.film.items() if k in _FORMAT} | film
        name = clean(str(film.get("title") or stack.name)) or "Nested sequence"
        timecode = model.Timecode(own, 0, bool(film.get("drop_frame")))
        inner = otio.schema.Stack(children=[child.deepcopy() for child in stack])
        if isinstance(stack, otio.schema.Track):
            track = stack.deepcopy()
            track.source_range = None
            inner = otio.schema.Stack(children=[track])
        inner.markers.extend(marker.deepcopy() for marker in stack.markers)
        within = outer.account.within(name, own.exact)
        self.scenes[key] = self.scene(inner, name, film, timecode, within)

    def sequence(
        self, scene: _Scene, known: dict[int, model.MediaFile]
    ) -> model.Sequence:
        """Return the model of a laid out sequence, nested ones within it."""
        if scene.id in self.made:
            return self.made[scene.id]

        def nest(stack: otio.core.Composition, report: Report) -> model.Sequence:
            inner = self.scenes[_content(stack)]
            made = self.sequence(inner, known)
            if inner.account.told:
                gets = "the nested sequence with the losses named within it"
                report("nested sequence", gets, "")
            return made

        rate, film, account = scene.timecode.rate, scene.film, scene.account
        size = self._size(film, account)
        maker = Maker(self.rules, rate, size, account, known, nest)
        self.made[scene.id] = model.Sequence(
            id=scene.id,
            name=scene.name,
            rate=rate,
            duration_frames=scene.end,
            width_px=size[0],
            height_px=size[1],
            sample_rate=int(film.get("sample_rate") or _DEFAULT_SAMPLE_RATE),
            timecode=scene.timecode,
            video=tuple(
                maker.picture_track(a.track, a.items, a.number, _alternate(a))
                for a in scene.video
            ),
            audio=tuple(
                track
                for a in scene.audio
                for track in sound_track(
                    a.track,
                    a.items,
                    a.number,
                    self.rules,
                    maker,
                    account,
                    _alternate(a),
                )
            ),
            markers=sequence_markers(
                scene.markers,
                (item for a in scene.video for item in a.items),
                rate.exact,
                self.rules,
                account,
            ),
            version=self.rules.version,
        )
        return self.made[scene.id]

    def _size(self, film: dict[str, Any], account: Account) -> tuple[int, int]:
        if film.get("width") and film.get("height"):
            return int(film["width"]), int(film["height"])
        for medium in self.pool.media():
            facts = medium.facts
            if medium.has_video and facts.get("width") and facts.get("height"):
                return int(facts["width"]), int(facts["height"])
        account.note(
            f"The film states no size; {_DEFAULT_SIZE[0]} x {_DEFAULT_SIZE[1]} is "
            "written."
        )
        return _DEFAULT_SIZE


def _alternate(layer: _Layer) -> str:
    name = layer.track.name or ""
    return name if not layer.track.enabled and is_alternate(name) else ""


def _content(stack: otio.core.Composition) -> str:
    """Return what a nested sequence holds, by which its uses know each other."""
    parts = [child.to_json_string(indent=0) for child in stack]
    markers = [marker.to_json_string(indent=0) for marker in stack.markers]
    film = str(sorted(metadata.read(stack, "film", {}).items()))
    return "\n".join([type(stack).__name__, stack.name, film, *parts, *markers])


def _tracks(stack: otio.schema.Stack, account: Account) -> Iterator[otio.schema.Track]:
    """Give the tracks of a stack; what lies there without one gets one."""
    for child in stack:
        kind = getattr(child, "kind", "")
        if isinstance(child, otio.schema.Track) and kind in _KINDS:
            yield child
        elif isinstance(child, otio.schema.Track):
            account.add(
                "track",
                "dropped",
                f"nothing in place of the track of kind {clean(str(kind))!r}",
                "Put its clips on a picture or sound track.",
                track=clean(child.name),
            )
        elif isinstance(child, otio.core.Item):
            account.add(
                "item without a track",
                "approximated",
                "a picture track of its own",
                item=clean(child.name),
            )
            made = otio.schema.Track(child.name, kind=_KINDS[0])
            made.append(child.deepcopy())
            yield made


def _report_track(
    track: otio.schema.Track, number: int, rules: Table, account: Account
) -> None:
    usual = f"{track.kind[0]}{number}"
    place = clean(track.name) or usual
    named = not is_usual(track.name, track.kind, number)
    if named and not rules.extensions and not is_alternate(track.name):
        remedy = "Rename it in the editor."
        account.add("track name", "dropped", usual, remedy, track=place)
    if track.markers:
        account.add("track markers", "dropped", "none", track=place)
    if track.effects:
        account.add("track effects", "dropped", "none", track=place)
    if track.source_range is not None:
        account.add("trim of a track", "dropped", "all of it", track=place)
