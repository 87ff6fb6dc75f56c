"""From the format's model to an ordinary timeline.

Conventions
    An edge of -1 is the cut of the transition beside it; in and out, which reach to
    the transition's far edge, are brought back to the cut. Nested sequences, generated
    pictures and titles become clips with missing media.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.dialects import MARKER_COLORS, table
from otio_genai.interchange.xmeml.effects import DIP_EFFECT
from otio_genai.interchange.xmeml.reference import clip_of, source_start

__all__ = ["to_timeline"]

_COLORS = {value: name for name, value in MARKER_COLORS.items()}


def to_timeline(
    sequence: model.Sequence, dialect: str | None = None
) -> otio.schema.Timeline:
    """Return a timeline that shows and sounds what the sequence does.

    Raises
    ------
    InterchangeError
        There is no such dialect.
    """
    if dialect is not None:
        table(dialect)
    rate = sequence.rate.exact
    timeline = otio.schema.Timeline(sequence.name)
    timeline.global_start_time = rates.time(sequence.timecode.frames, rate)
    film: dict[str, object] = {"title": sequence.name, "rate": rates.text(rate)}
    if sequence.width_px and sequence.height_px:
        film |= {"width": sequence.width_px, "height": sequence.height_px}
    if sequence.sample_rate:
        film["sample_rate"] = sequence.sample_rate
    if sequence.timecode.drop:
        film["drop_frame"] = True
    metadata.put(timeline, "film", film)
    for marker in sequence.markers:
        timeline.tracks.markers.append(marker_of(marker, Fraction(0), rate))
    for kind, tracks in (("Video", sequence.video), ("Audio", sequence.audio)):
        for number, track in enumerate(_whole(tracks), 1):
            name = track.name or f"{kind[0]}{number}"
            timeline.tracks.append(_track(track, name, kind, sequence))
    _pad(timeline, sequence)
    return timeline


def _whole(tracks: Sequence[model.Track]) -> Iterator[model.Track]:
    """Take one track of each stereo pair: the halves say the same.

    Beside a crossfaded picture Premiere writes clips of the first half that overlap;
    the second half has them right.
    """
    for index, track in enumerate(tracks):
        if track.stereo_side:
            continue
        other = tracks[index + 1] if index + 1 < len(tracks) else None
        if other is not None and other.stereo_side and _overlaps(track):
            yield other
        else:
            yield track


def _overlaps(track: model.Track) -> bool:
    clock = 0
    for item in track.items:
        if isinstance(item, model.ClipItem) and item.start_frames >= 0:
            if item.start_frames < clock:
                return True
            clock = max(clock, item.end_frames)
    return False


def marker_of(
    marker: model.Marker, origin_s: Fraction, rate: Fraction
) -> otio.schema.Marker:
    """Return a marker counted from ``origin_s`` at ``rate``."""
    length = max(0, marker.out_frames - marker.in_frames)
    start = origin_s + marker.in_frames / rate
    return otio.schema.Marker(
        name=marker.name,
        marked_range=otio.opentime.TimeRange(
            source_start(start, rate), rates.time(length, rate)
        ),
        color=_COLORS.get(-1 if marker.color is None else marker.color, "GREEN"),
        comment=marker.comment,
    )


def _pad(timeline: otio.schema.Timeline, sequence: model.Sequence) -> None:
    """Keep black at the end: the format states it as the sequence's duration."""
    rate = sequence.rate.exact
    ends = [
        rates.frames_at(rates.seconds(track.duration()), rate)
        for track in timeline.tracks
    ]
    missing = sequence.duration_frames - max(ends, default=0)
    if missing > 0 and ends:
        first = timeline.tracks[0]
        length = sequence.duration_frames - ends[0]
        first.append(otio.schema.Gap(source_range=rates.span(0, length, rate)))


@dataclass(frozen=True, slots=True)
class _Placed:
    clip: otio.schema.Clip
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cut:
    at: int
    before: int
    after: int
    black: str
    dip: bool


def _track(
    track: model.Track, name: str, kind: str, sequence: model.Sequence
) -> otio.schema.Track:
    rate = sequence.rate.exact
    made = otio.schema.Track(name, kind=kind)
    made.enabled = track.enabled
    cuts: dict[tuple[int, str], _Cut] = {}
    for item in track.items:
        if isinstance(item, model.TransitionItem):
            cut = _cut(item, rate)
            if cut is not None:
                cuts.setdefault((cut.at, cut.black), cut)
    size = sequence.width_px, sequence.height_px
    clock = 0
    for placed in _placed(track.items, rate, size):
        made.extend(_between(cuts, (clock, placed.start), kind, rate))
        made.append(placed.clip)
        clock = placed.end
    for black in ("end", ""):
        if clock and (clock, black) in cuts:
            made.append(_transition(cuts[clock, black], kind, rate))
            break
    return made


def _between(
    cuts: dict[tuple[int, str], _Cut], span: tuple[int, int], kind: str, rate: Fraction
) -> Iterator[otio.core.Composable]:
    """Give what lies between two clips: transitions, and black even of no length.

    A gap of no length parts a fade to or from black from the clip on its other side.
    """
    clock, start = span
    out = cuts.pop((clock, "end"), None) if clock else None
    into = cuts.pop((start, "start"), None)
    if out is None and clock and clock < start:
        out = cuts.pop((clock, ""), None)
    if into is None and (out is None or clock < start):
        into = cuts.pop((start, ""), None)
    if out is not None:
        yield _transition(out, kind, rate)
    parted = out is not None or (into is not None and into.black and clock)
    if clock < start or parted:
        yield otio.schema.Gap(source_range=rates.span(0, start - clock, rate))
    if into is not None:
        yield _transition(into, kind, rate)


def _transition(cut: _Cut, kind: str, rate: Fraction) -> otio.schema.Transition:
    picture = DIP_EFFECT if cut.dip else "Cross Dissolve"
    made = otio.schema.Transition(
        picture if kind == "Video" else "Cross Fade",
        otio.schema.TransitionTypes.SMPTE_Dissolve,
        rates.time(cut.before, rate),
        rates.time(cut.after, rate),
    )
    if cut.dip:
        metadata.put(made, "carry", {"kind": "dip", "colour": [0, 0, 0]})
    return made


def _cut(item: model.TransitionItem, rate: Fraction) -> _Cut | None:
    start, end = item.start_frames, item.end_frames
    if not 0 <= start < end:
        return None
    if item.cut_ticks is not None:
        ticks_s = Fraction(item.cut_ticks, rates.TICKS_PER_SECOND)
        before = rates.frames_at(ticks_s, rate)
    elif item.alignment.startswith("start"):
        before = 0
    elif item.alignment.startswith("end"):
        before = end - start
    else:
        before = (end - start) // 2
    before = min(max(before, 0), end - start)
    side, _, black = item.alignment.partition("-")
    black = side if black == "black" else ""
    dip = item.effect_id == DIP_EFFECT and not black
    return _Cut(start + before, before, end - start - before, black, dip)


def _placed(
    items: Sequence[model.ClipItem | model.TransitionItem],
    rate: Fraction,
    size: tuple[int, int],
) -> Iterator[_Placed]:
    clock = 0
    for index, item in enumerate(items):
        if not isinstance(item, model.ClipItem):
            continue
        previous = items[index - 1] if index else None
        following = items[index + 1] if index + 1 < len(items) else None
        start, end, head = _edges(item, previous, following, rate)
        late = max(0, clock - start)
        start += late
        if end <= start:
            continue
        clip = clip_of(item, (head + late, end - start), rate, size)
        for marker in item.markers:
            clip.markers.append(_clip_marker(marker, item, clip))
        yield _Placed(clip, start, end)
        clock = end


def _clip_marker(
    marker: model.Marker, item: model.ClipItem, clip: otio.schema.Clip
) -> otio.schema.Marker:
    available = clip.media_reference.available_range
    origin_s = Fraction(0) if available is None else rates.seconds(available.start_time)
    return marker_of(marker, origin_s, item.rate.exact)


def _edges(
    item: model.ClipItem,
    previous: model.ClipItem | model.TransitionItem | None,
    following: model.ClipItem | model.TransitionItem | None,
    rate: Fraction,
) -> tuple[int, int, int]:
    """Return start, end, and the frames before start that in reaches back to."""
    length = rates.frames_at((item.out_frames - item.in_frames) / item.rate.exact, rate)
    start, end, head = item.start_frames, item.end_frames, 0
    cut_in = cut_out = None
    if isinstance(previous, model.TransitionItem):
        cut_in = _cut(previous, rate)
    if isinstance(following, model.TransitionItem):
        cut_out = _cut(following, rate)
    if start < 0 and cut_in is not None:
        start, head = cut_in.at, cut_in.before
    if end < 0 and cut_out is not None:
        end = cut_out.at
    if start < 0:
        start = max(0, end - length)
    if end < 0:
        end = start + length
    return start, end, head
