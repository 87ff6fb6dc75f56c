"""From the format's model to an ordinary timeline, with the account of what is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.alternates import fold, is_alternate
from otio_genai.interchange.xmeml.dialects import MARKER_COLORS, table
from otio_genai.interchange.xmeml.grouping import Groups, Layer, layers
from otio_genai.interchange.xmeml.placed import TrackReader
from otio_genai.interchange.xmeml.reference import source_start

__all__ = ["to_timeline"]

# A sequence used many times in one that is used many times unfolds without end.
_MOST_ITEMS = 200_000


def to_timeline(
    sequence: model.Sequence, dialect: str | None = None
) -> tuple[otio.schema.Timeline, Loss]:
    """Return a timeline that shows and sounds what the sequence does.

    Raises
    ------
    InterchangeError
        There is no such dialect, or nested sequences unfold to too much.
    """
    if dialect is not None:
        table(dialect)
    if _weight(sequence, {}) > _MOST_ITEMS:
        raise InterchangeError(
            f"Its nested sequences unfold to more than {_MOST_ITEMS} clips.",
            place=sequence.name,
            remedy="Export the nested sequences one at a time.",
        )
    rate = sequence.rate.exact
    drop = sequence.timecode.drop and rates.is_drop_rate(rate)
    account = Account(rate, max(0, sequence.timecode.frames), drop)
    timeline = otio.schema.Timeline(sequence.name)
    timeline.global_start_time = rates.time(sequence.timecode.frames, rate)
    metadata.put(timeline, "film", _film(sequence))
    _Stage(account).fill(timeline.tracks, sequence)
    _pad(timeline.tracks, sequence)
    return timeline, account.loss()


def _weight(sequence: model.Sequence, known: dict[str, int]) -> int:
    """Return how many items a sequence has with everything nested in it."""
    if sequence.id not in known:
        inner = 0
        for track in (*sequence.video, *sequence.audio):
            inner += len(track.items)
            for item in track.items:
                if isinstance(item, model.ClipItem) and item.sequence is not None:
                    inner += _weight(item.sequence, known)
        known[sequence.id] = inner
    return known[sequence.id]


def _film(sequence: model.Sequence) -> dict[str, Any]:
    rate = sequence.rate.exact
    film: dict[str, Any] = {"title": sequence.name, "rate": rates.text(rate)}
    if sequence.width_px and sequence.height_px:
        film |= {"width": sequence.width_px, "height": sequence.height_px}
    if sequence.sample_rate:
        film["sample_rate"] = sequence.sample_rate
    if sequence.timecode.drop and rates.is_drop_rate(rate):
        film["drop_frame"] = True
    return film


@dataclass(slots=True)
class _Stage:
    """Puts sequences on stacks; what is nested is made once and copied."""

    account: Account
    nested: dict[str, otio.schema.Stack] = field(default_factory=dict)

    def fill(self, stack: otio.schema.Stack, sequence: model.Sequence) -> None:
        """Put the tracks and markers of a sequence on a stack."""
        for note in sequence.notes:
            self.account.note(note)
        stack.markers.extend(
            marker_of(marker, Fraction(0), sequence.rate.exact, self.account)
            for marker in sequence.markers
        )
        groups = Groups(sequence)
        names: dict[int, str] = {}
        for layer in layers(sequence):
            made = self._track(layer, sequence, groups)
            name = _alternate(layer.track)
            if name:
                names[len(stack)] = name
            stack.append(made)
        groups.put(self.account)
        fold(stack, names, sequence.rate.exact)

    def _track(
        self, layer: Layer, sequence: model.Sequence, groups: Groups
    ) -> otio.schema.Track:
        kind = "Video" if layer.track.mediatype == "video" else "Audio"
        # What Resolve does not tell, it shows.
        unnamed = layer.name if sequence.version == 5 else ""
        made = otio.schema.Track(layer.track.name or unnamed, kind=kind)
        made.enabled = layer.track.enabled
        if layer.track.locked:
            metadata.put(made, "locked", True)
        reader = TrackReader(
            layer.track, sequence, layer.name, self.account, self._stack
        )
        for index, item in reader.items():
            if isinstance(index, int):
                source = layer.track.items[index]
                if isinstance(source, model.ClipItem):
                    self._finish(item, source, sequence, layer.name)
                    groups.add(item, layer.parts(index))
            made.append(item)
        return made

    def _finish(
        self,
        item: otio.core.Item,
        source: model.ClipItem,
        sequence: model.Sequence,
        track: str,
    ) -> None:
        reference = getattr(item, "media_reference", None)
        available = None if reference is None else reference.available_range
        origin_s = Fraction(0)
        if available is not None:
            origin_s = rates.seconds(available.start_time)
        known = [marker.to_json_string() for marker in item.markers]
        for marker in source.markers:
            made = marker_of(marker, origin_s, source.rate.exact, self.account)
            if made.to_json_string() not in known:
                item.markers.append(made)
        for name in source.unread:
            self.account.add(
                name,
                "dropped",
                "the clip without it",
                track=track,
                item=clean(source.name),
                span=(max(0, source.start_frames), max(0, source.end_frames)),
            )

    def _stack(self, sequence: model.Sequence) -> otio.schema.Stack:
        """Return a stack of what a nested sequence shows, untrimmed."""
        if sequence.id not in self.nested:
            made = otio.schema.Stack(sequence.name)
            metadata.put(made, "film", _film(sequence))
            outer, rate = self.account, sequence.rate.exact
            self.account = outer.within(sequence.name, rate)
            self.fill(made, sequence)
            self.account = outer
            _pad(made, sequence)
            self.nested[sequence.id] = made
        return self.nested[sequence.id].deepcopy()


def _alternate(track: model.Track) -> str:
    """Return the name of a track of other takes; empty when it is none."""
    if track.enabled:
        return ""
    if is_alternate(track.name):
        return track.name
    clips = [item for item in track.items if isinstance(item, model.ClipItem)]
    said = {clip.shot_take for clip in clips}
    name = said.pop() if len(said) == 1 else ""
    return name if is_alternate(name) else ""


def marker_of(
    marker: model.Marker, origin_s: Fraction, rate: Fraction, account: Account
) -> otio.schema.Marker:
    """Return a marker counted from ``origin_s`` at ``rate``."""
    length = max(0, marker.out_frames - marker.in_frames)
    start = origin_s + marker.in_frames / rate
    color = "GREEN"
    if marker.color is not None:
        color, exact = _color(marker.color)
        if not exact:
            account.add(
                "marker colour",
                "approximated",
                f"{color.lower()}, the nearest there is",
                item=clean(marker.name),
            )
    return otio.schema.Marker(
        name=marker.name,
        marked_range=otio.opentime.TimeRange(
            source_start(start, rate), rates.time(length, rate)
        ),
        color=color,
        comment=marker.comment,
    )


def _color(value: int) -> tuple[str, bool]:
    """Return the marker colour nearest to Premiere's, and whether it is that one."""

    def apart(name: str) -> int:
        own = MARKER_COLORS[name]
        shades = ((own >> k & 255, value >> k & 255) for k in (0, 8, 16))
        return sum((a - b) ** 2 for a, b in shades)

    name = min(MARKER_COLORS, key=apart)
    return name, MARKER_COLORS[name] == value


def _pad(stack: otio.schema.Stack, sequence: model.Sequence) -> None:
    """Keep black at the end: the format states it as the sequence's duration."""
    rate = sequence.rate.exact
    ends = [rates.frames_at(rates.seconds(track.duration()), rate) for track in stack]
    missing = sequence.duration_frames - max(ends, default=0)
    if missing > 0 and ends:
        length = sequence.duration_frames - ends[0]
        stack[0].append(otio.schema.Gap(source_range=rates.span(0, length, rate)))
