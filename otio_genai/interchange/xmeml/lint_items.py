"""Rules about what stands on the tracks of a sequence, and about its links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from otio_genai.interchange.xmeml import model

__all__ = ["Finding", "lint_items"]

_Neighbour = model.ClipItem | model.TransitionItem | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule.

    Parameters
    ----------
    rule
        Its name, such as ``"unique ids"``.
    place
        The element it is about.
    text
        What is wrong, as a sentence.
    """

    rule: str
    place: str
    text: str


def lint_items(sequence: model.Sequence) -> Iterator[Finding]:
    """Give every broken rule of a sequence's tracks, and of those nested in it."""
    waiting, seen = [sequence], {sequence.id}
    while waiting:
        found = waiting.pop()
        for kind, tracks in (("video", found.video), ("audio", found.audio)):
            for index, track in enumerate(tracks, 1):
                place = f"{kind} track {index}"
                cuts = _cuts_of_other_half(track, tracks[index : index + 1])
                yield from _track(track, place, found.rate, cuts)
        yield from _links(found)
        for item in _items(found):
            if item.sequence is not None and item.sequence.id not in seen:
                seen.add(item.sequence.id)
                waiting.append(item.sequence)


def _items(sequence: model.Sequence) -> Iterator[model.ClipItem]:
    for track in sequence.video + sequence.audio:
        for item in track.items:
            if isinstance(item, model.ClipItem):
                yield item


def _cuts_of_other_half(
    track: model.Track, following: Sequence[model.Track]
) -> frozenset[int]:
    """Return the starts on the second track of a stereo pair, of its first one.

    Beside a crossfade Premiere's first track has the overlap, its second the cut.
    """
    if track.mediatype != "audio" or track.stereo_side or not following:
        return frozenset()
    if not following[0].stereo_side:
        return frozenset()
    starts = [i.start_frames for i in following[0].items if i.start_frames > 0]
    return frozenset(starts)


def _track(
    track: model.Track, place: str, rate: model.Rate, cuts: frozenset[int]
) -> Iterator[Finding]:
    clock, last = 0, ""
    for index, item in enumerate(track.items):
        if isinstance(item, model.TransitionItem):
            if not 0 <= item.start_frames < item.end_frames:
                yield Finding("transition", place, "It has no length.")
            if item.start_frames < clock:
                text = f"A transition begins before {last or 'the last'} ends."
                yield Finding("no overlap", place, text)
            clock, last = item.end_frames, f"the transition at {item.start_frames}"
            continue
        before = track.items[index - 1] if index else None
        after = track.items[index + 1] if index + 1 < len(track.items) else None
        start, end = _edges(item, before, after)
        if start < 0 or end < 0:
            side = "start" if start < 0 else "end"
            yield Finding("-1 beside a transition", item.id, f"Its {side} is -1.")
        else:
            yield from _length(item, end - start, rate)
        yield from _source(item, track.mediatype, rate)
        if 0 <= item.start_frames < clock and item.start_frames not in cuts:
            text = (
                f"On {place} it begins at frame {item.start_frames}, before {last} "
                f"ends at {clock}."
            )
            yield Finding("no overlap", item.id, text)
        if item.end_frames >= clock:
            last = item.id
        clock = max(clock, item.start_frames, item.end_frames)


def _edges(
    item: model.ClipItem, before: _Neighbour, after: _Neighbour
) -> tuple[int, int]:
    """Return start and end with those of the transitions beside; -1 when unknown."""
    start, end = item.start_frames, item.end_frames
    if start == -1 and isinstance(before, model.TransitionItem):
        start = before.start_frames
    if end == -1 and isinstance(after, model.TransitionItem):
        end = after.end_frames
    return start, end


def _remapped(item: model.ClipItem) -> bool:
    return any(f.effect_id == "timeremap" and f.tree is None for f in item.filters)


def _length(item: model.ClipItem, length: int, rate: model.Rate) -> Iterator[Finding]:
    span_s = (item.out_frames - item.in_frames) / item.rate.exact
    apart = abs(span_s - length / rate.exact)
    # In media frames a length is whole only to the frame, media or record.
    slack = Fraction(0)
    conformed = item.file is not None and item.file.rate != item.rate
    if item.rate != rate or conformed or _remapped(item):
        slack = 1 / min(item.rate.exact, rate.exact)
    if apart > slack:
        yield Finding("lengths", item.id, "end - start is not out - in.")


def _source(
    item: model.ClipItem, mediatype: str, rate: model.Rate
) -> Iterator[Finding]:
    within = 0 <= item.in_frames < item.out_frames
    # Premiere counts one frame fewer in a clip whose speed varies.
    most = item.duration_frames + _remapped(item)
    if not within or item.out_frames > most > _remapped(item):
        yield Finding("handles", item.id, "In and out leave the media.")
    if item.sequence is not None or item.generator is not None:
        return
    if item.file is None:
        yield Finding("file", item.id, "It has no file.")
        return
    file_s = item.file.duration_frames / item.file.rate.exact
    # A last record frame may begin on the media and end after it.
    late = item.out_frames / item.rate.exact >= file_s + 1 / rate.exact
    if late and item.file.duration_frames and not _remapped(item):
        yield Finding("file duration", item.id, "Out is beyond the file's duration.")
    if item.source_track > item.file.channels:
        yield Finding("channels", item.id, "The file has no such channel.")
    if mediatype == "audio" and item.source_track < 1:
        yield Finding("channels", item.id, "It names no channel.")


def _links(sequence: model.Sequence) -> Iterator[Finding]:
    seats: dict[str, tuple[str, int, int]] = {}
    for tracks in (sequence.video, sequence.audio):
        for number, track in enumerate(tracks, 1):
            for index, item in enumerate(track.items, 1):
                if isinstance(item, model.ClipItem):
                    seats[item.id] = (track.mediatype, number, index)
    items = list(_items(sequence))
    groups = {item.id: item.links for item in items}
    for item in items:
        if item.links and item.id not in {link.clip_id for link in item.links}:
            yield Finding("links", item.id, "It is not in its own group.")
        for link in item.links:
            seat = (link.mediatype, link.track_index, link.clip_index)
            if seats.get(link.clip_id) != seat:
                yield Finding("links", item.id, f"{link.clip_id} is not there.")
            elif groups[link.clip_id] != item.links:
                yield Finding("links", item.id, "The group is not the same for all.")
