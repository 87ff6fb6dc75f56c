"""From a timeline to the format's model, with the account of what changed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot, lay_out
from otio_genai.interchange.library import Library
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.xmeml.dialects import Table, table
from otio_genai.interchange.xmeml.files import rate_model, spelled
from otio_genai.interchange.xmeml.items import Maker
from otio_genai.interchange.xmeml.links import linked
from otio_genai.interchange.xmeml.markers import join_marker, marker_model
from otio_genai.interchange.xmeml.model import Marker, Rate, Sequence, Timecode
from otio_genai.interchange.xmeml.sound import sound_tracks

__all__ = ["build"]

_DEFAULT_SIZE = (1920, 1080)
_DEFAULT_SAMPLE_RATE = 48_000

Laid = list[tuple[otio.schema.Track, list[Spot | Fade]]]


def build(timeline: otio.schema.Timeline, dialect: str) -> tuple[Sequence, Loss]:
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
    rate = timecode.rate
    account = Account(rate.exact, timecode.frames, timecode.drop)
    library = Library(rate.exact, account, spelled)
    video, audio, end = _lay_out_all(timeline, rate, library, account)
    size = _size(film, library, account)
    maker = Maker(rules, rate, library, size, account)
    made = Sequence(
        id="sequence-1",
        name=account.text(timeline.name or "", "Untitled"),
        rate=rate,
        duration_frames=end,
        width_px=size[0],
        height_px=size[1],
        sample_rate=int(film.get("sample_rate") or _DEFAULT_SAMPLE_RATE),
        timecode=timecode,
        video=tuple(
            maker.picture_track(track, items, number)
            for number, (track, items) in enumerate(video, 1)
        ),
        audio=sound_tracks(audio, rules, maker, account),
        markers=_markers(timeline, video, rate, rules, account),
        version=rules.version,
    )
    _report_rest(timeline, video, rules, account)
    return linked(made), account.loss()


def _copy(timeline: object) -> otio.schema.Timeline:
    if not isinstance(timeline, otio.schema.Timeline):
        raise InterchangeError(
            f"A {type(timeline).__name__} is not a timeline.",
            remedy="Put it on a track of a timeline.",
        )
    return timeline.deepcopy()


def _timecode(timeline: otio.schema.Timeline, film: dict[str, Any]) -> Timecode:
    rate = _rate(timeline)
    begin = timeline.global_start_time
    start = 0 if begin is None else rates.frames_at(rates.seconds(begin), rate.exact)
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate.exact)
    return Timecode(rate, max(0, start), drop)


def _rate(timeline: otio.schema.Timeline) -> Rate:
    exact = maps.record_rate(timeline)
    found = rate_model(exact)
    if found.exact != exact:
        raise InterchangeError(
            f"A sequence cannot have {float(exact):.3f} frames per second.",
            place=clean(timeline.name or "timeline"),
            remedy="Assemble the film at a whole or NTSC rate, such as 24 or 23.976.",
        )
    return found


def _lay_out_all(
    timeline: otio.schema.Timeline, rate: Rate, library: Library, account: Account
) -> tuple[Laid, Laid, int]:
    found: dict[str, Laid] = {"Video": [], "Audio": []}
    end = 0
    kinds = (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio)
    for child in timeline.tracks:
        kind = getattr(child, "kind", "")
        if not isinstance(child, otio.schema.Track) or kind not in kinds:
            gets = "nothing in its place"
            remedy = "Put its clips on a picture or sound track."
            account.add("track", "dropped", gets, remedy, track=clean(child.name))
    for kind in kinds:
        for track in timeline.tracks:
            if isinstance(track, otio.schema.Track) and track.kind == kind:
                items, track_end = lay_out(track, rate.exact, library, account)
                found[kind].append((track, items))
                end = max(end, track_end)
    return found["Video"], found["Audio"], end


def _size(film: dict[str, Any], library: Library, account: Account) -> tuple[int, int]:
    if film.get("width") and film.get("height"):
        return int(film["width"]), int(film["height"])
    for medium in library.media():
        if (
            medium.has_video
            and medium.facts.get("width")
            and medium.facts.get("height")
        ):
            return int(medium.facts["width"]), int(medium.facts["height"])
    account.note(
        f"The film states no size; {_DEFAULT_SIZE[0]} x {_DEFAULT_SIZE[1]} is written."
    )
    return _DEFAULT_SIZE


def _markers(
    timeline: otio.schema.Timeline,
    video: Laid,
    rate: Rate,
    rules: Table,
    account: Account,
) -> tuple[Marker, ...]:
    found = [marker_model(m, Fraction(0), rate.exact) for m in timeline.tracks.markers]
    for _, items in video:
        for spot in items:
            if isinstance(spot, Spot):
                join = metadata.read(spot.item, "join")
                if isinstance(join, dict) and join.get("kind"):
                    found.append(join_marker(join, spot.start))
    if found and not rules.extensions:
        account.add(
            "marker colours",
            "approximated",
            "markers that the editor may show in one colour or leave out",
            "The kind of each join is in its marker's name.",
        )
        found = [replace(marker, color=None) for marker in found]
    return tuple(found)


def _report_rest(
    timeline: otio.schema.Timeline, video: Laid, rules: Table, account: Account
) -> None:
    """Account for what the editor cannot be told."""
    if not rules.extensions and any(track.name for track in timeline.tracks):
        account.add(
            "track names", "dropped", "V1, V2 … A1, A2 …", "Rename them in the editor."
        )
    if timeline.tracks.source_range is not None:
        account.add("trim of the whole timeline", "dropped", "all of it")
    for track in timeline.tracks:
        place = clean(track.name)
        if track.markers:
            account.add("track markers", "dropped", "none", track=place)
        if track.effects:
            account.add("track effects", "dropped", "none", track=place)
        if getattr(track, "source_range", None) is not None:
            account.add("trim of a track", "dropped", "all of it", track=place)
    others = sum(
        bool(metadata.read(spot.item, "takes"))
        for _, items in video
        for spot in items
        if isinstance(spot, Spot)
    )
    if others:
        account.add(
            "other takes",
            "dropped",
            f"the active take of {others} clips",
            "Keep the .otio beside it: it holds them.",
        )
