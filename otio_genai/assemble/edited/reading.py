"""From an edited film to the slots of a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.edited.alone import restore
from otio_genai.assemble.edited.baked import baked_spans
from otio_genai.assemble.edited.known import Known
from otio_genai.assemble.edited.slots import Edit, Slot
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError
from otio_genai.ingest import bin as bins
from otio_genai.maps.layout import Placed, layout

__all__ = ["picture_track", "read_edit"]


def read_edit(
    bin: otio.schema.SerializableCollection,
    timeline: otio.schema.Timeline,
    style: Style,
    *,
    untouched: Mapping[int, otio.schema.Clip] | None = None,
    keep_sound: bool = False,
) -> Edit:
    """Return what an edited film asks for.

    Parameters
    ----------
    bin
        The analysed bin; it is not changed.
    timeline
        The edited film; it is not changed. Its lowest track of pictures that holds
        anything is the film, tracks above lie over it as they do.
    style
        How to cut; black of at least its shortest shot that nothing fades to is room
        for new shots.
    untouched
        Children of that track, by index, that the editor did nothing to, each with
        the clip it was before, on its track: what was there stays, and so do the
        transitions between two of them. By default there are none.
    keep_sound
        Keep her sound as it is, too.

    Raises
    ------
    AssembleError
        There is no picture in it.
    TimelineError
        It states no rate, or a clip of it no length.
    """
    rate = maps.record_rate(timeline)
    track = picture_track(timeline)
    holder = bin.deepcopy()
    known = Known(bin)
    _drop_unwanted(holder, style, keep_sound, _names(known, track))
    reader = _Reader(known, style, rate, holder, bins.film_size(bin))
    for spot, index in _items(track, rate):
        before = track[index - 1] if index else None
        if isinstance(before, otio.schema.Transition):
            reader.passages[len(reader.found)] = before
        was = (untouched or {}).get(index)
        reader.read(spot, was, faded=_passage(track, index))
    if isinstance(track[-1], otio.schema.Transition):
        reader.passages[len(reader.found)] = track[-1]
    restore(reader.found, reader.passages)
    return Edit(
        timeline=timeline,
        picture=track,
        rate=rate,
        slots=tuple(reader.found),
        passages=reader.passages,
        bin=holder,
        known=known,
        keep_sound=keep_sound,
        baked=baked_spans(timeline, rate),
    )


def _names(known: Known, track: otio.schema.Track) -> set[str]:
    """Return the names of the bin's clips that a track shows."""
    entries = (known.entry(child) for child in track)
    return {str(entry.name) for entry in entries if entry is not None}


def _drop_unwanted(
    holder: otio.schema.SerializableCollection,
    style: Style,
    keep_sound: bool,
    shown: set[str],
) -> None:
    """Take out of a bin, in place, what the plan must not use."""
    for index in reversed(range(len(holder))):
        kind = bins.kind(holder[index])
        sound = keep_sound and kind in ("music", "voice")
        still = kind == "still" and style.use_stills is False
        if sound or (still and str(holder[index].name) not in shown):
            del holder[index]


def picture_track(timeline: otio.schema.Timeline) -> otio.schema.Track:
    """Return the lowest track of pictures that holds anything.

    Raises
    ------
    AssembleError
        There is none.
    """
    for track in timeline.video_tracks():
        if any(isinstance(child, _THINGS) for child in track):
            return track
    raise AssembleError(
        "There is no picture in the edited film.",
        place=timeline.name or None,
        remedy="Export the sequence again with its clips on a track of pictures.",
    )


_THINGS = (otio.schema.Clip, otio.core.Composition)


def _items(track: otio.schema.Track, rate: Fraction) -> list[tuple[Placed, int]]:
    """Return the items with their indices, without black at the end."""
    passing = otio.schema.Transition
    indices = [k for k, child in enumerate(track) if not isinstance(child, passing)]
    found = list(zip(layout(track, rate)[0], indices, strict=True))
    while isinstance(found[-1][0].item, otio.schema.Gap):
        if _passage(track, found[-1][1]):
            break
        found.pop()
    return found


def _passage(track: otio.schema.Track, index: int) -> bool:
    """Tell whether a transition is on either side of a child."""
    near = [k for k in (index - 1, index + 1) if 0 <= k < len(track)]
    return any(isinstance(track[k], otio.schema.Transition) for k in near)


def _ours(clip: otio.schema.Clip) -> bool:
    return bool(metadata.read(clip.media_reference, "media"))


@dataclass(slots=True)
class _Reader:
    """Turns items of the edited film into slots."""

    known: Known
    style: Style
    rate: Fraction
    holder: otio.schema.SerializableCollection
    size: tuple[int, int]
    found: list[Slot] = field(default_factory=list)
    passages: dict[int, otio.schema.Transition] = field(default_factory=dict)
    held: int = 0

    def read(self, spot: Placed, was: otio.schema.Clip | None, *, faded: bool) -> None:
        item = spot.item if was is None else was
        frames = spot.record_out - spot.record_in
        if frames < 1:
            return
        entry = self.known.entry(item)
        in_frames = None
        if isinstance(item, otio.schema.Gap) and not faded:
            shortest = max(1, round(Fraction(self.style.min_shot_s) * self.rate))
            if frames >= shortest:
                self.found += [Slot(part) for part in self._parts(frames)]
                return
        if isinstance(item, otio.schema.Clip) and entry is not None:
            in_frames = self._in_frames(item, entry, frames)
        if entry is None and was is not None and _ours(was):
            # Its file has left the bin.
            self.found.append(Slot(frames, was=was))
        elif in_frames is None or entry is None:
            self.found.append(replace(self._holding(item, frames, entry), was=was))
        else:
            name = self.known.name(entry)
            self.found.append(Slot(frames, item, entry, name, in_frames, was))

    def _parts(self, frames: int) -> list[int]:
        """Return the lengths of new shots for black of some length."""
        mean = max(1, round(Fraction(self.style.mean_shot_s) * self.rate))
        count = max(1, round(frames / mean))
        edges = [frames * k // count for k in range(count + 1)]
        return [b - a for a, b in zip(edges, edges[1:], strict=False)]

    def _in_frames(
        self, item: otio.schema.Clip, entry: otio.schema.Clip, frames: int
    ) -> int | None:
        """Return the in-point of a clip that a plan can hold, else ``None``."""
        retimed = any(isinstance(e, otio.schema.TimeEffect) for e in item.effects)
        if retimed or not item.enabled:
            return None
        if bins.kind(entry) == "still":
            return 0
        if bins.kind(entry) != "take":
            return None
        in_frames = rates.frames_at(self.known.in_s(item, entry), self.rate)
        available = entry.media_reference.available_range
        end = math.floor(rates.seconds(available.duration) * self.rate)
        return in_frames if 0 <= in_frames <= end - frames else None

    def _holding(
        self, item: otio.core.Item, frames: int, entry: otio.schema.Clip | None
    ) -> Slot:
        """Return a slot that a still of no picture holds for an item."""
        self.held += 1
        name = f"held by hand {self.held}"
        span = rates.span(0, bins.STILL_FRAMES, bins.STILL_RATE)
        reference = otio.schema.ExternalReference(f"file:///held/{self.held}", span)
        wide, high = self.size
        facts = {"kind": "still", "width": wide, "height": high, "frames": 1}
        metadata.put(reference, "media", facts)
        self.holder.append(otio.schema.Clip(name, reference))
        return Slot(frames, item, entry, name)
