"""Which tracks are channels of one sound, and which clips move together.

Conventions
    The halves of a stereo pair say the same but for the channel each plays; one of
    them is read, and so with the channels of a wider sound. A clip keeps its channels
    only where they are not all of its medium's. Groups are numbered in the order of the
    tracks; a file that parts what our writer would link says so by a group of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.xmeml import model

__all__ = ["Groups", "Layer", "layers"]


@dataclass(frozen=True, slots=True)
class Layer:
    """A track as it is read, its name in reports, and those of its other channels."""

    track: model.Track
    name: str
    others: tuple[model.Track, ...] = ()

    def parts(self, index: int) -> tuple[model.ClipItem, ...]:
        """Return the items that are one clip: the one read, and its other channels."""
        item = self.track.items[index]
        assert isinstance(item, model.ClipItem)  # noqa: S101 - narrows the type
        found = [item]
        for other in self.others:
            halves = other.items
            if len(halves) == len(self.track.items):
                halves = halves[index : index + 1]
            clips = (h for h in halves if isinstance(h, model.ClipItem))
            same = (half for half in clips if _same(item, half))
            found += sorted(same, key=lambda h: h.start_frames != item.start_frames)[:1]
        return tuple(found)


def _same(item: model.ClipItem, half: model.ClipItem) -> bool:
    """Tell whether two items may be halves of one; edges may be trimmed apart."""
    first = item.in_frames, item.out_frames, item.file, item.start_frames
    other = half.in_frames, half.out_frames, half.file, half.start_frames
    return first[:3] == other[:3] or first[3] == other[3]


def layers(sequence: model.Sequence) -> Iterator[Layer]:
    """Give the tracks to read, pictures first, one of each that are one sound.

    Beside a crossfaded picture Premiere writes clips of the first half that overlap;
    the second half has them right. Mono tracks of one name that play all channels of
    the same files, one each, are one sound too: so our writer parts it.
    """
    for kind, tracks in (("V", sequence.video), ("A", sequence.audio)):
        number, index = 0, 0
        while index < len(tracks):
            track, number = tracks[index], number + 1
            name = clean(track.name) or f"{kind}{number}"
            width = _width(tracks, index)
            others = tracks[index + 1 : index + width]
            index += width
            if width == 2 and _overlaps(track):
                yield Layer(others[0], name, (track,))
            else:
                yield Layer(track, name, others)


def _width(tracks: Sequence[model.Track], index: int) -> int:
    """Return how many tracks from ``index`` on are one sound."""
    track, following = tracks[index], tracks[index + 1 : index + 2]
    if not track.stereo_side and following and following[0].stereo_side:
        return 2
    if track.channel_type != "mono" or not track.name:
        return 1
    counts = {
        item.file.channels if item.file is not None else 0
        for item in track.items
        if isinstance(item, model.ClipItem)
    }
    count = counts.pop() if len(counts) == 1 else 0
    row = tracks[index : index + count]
    if count < 3 or len(row) < count:
        return 1
    first = [_spread(item) for item in track.items]
    for channel, other in enumerate(row, 1):
        if (other.name, other.channel_type) != (track.name, "mono"):
            return 1
        if [_spread(item) for item in other.items] != first:
            return 1
        clips = (item for item in other.items if isinstance(item, model.ClipItem))
        if any(clip.source_track != channel for clip in clips):
            return 1
    return count


def _spread(item: model.ClipItem | model.TransitionItem) -> tuple[object, ...]:
    """Return what the channels of one sound have in common."""
    edges = item.start_frames, item.end_frames
    if isinstance(item, model.TransitionItem):
        return edges
    return *edges, item.in_frames, item.out_frames, item.file, item.filters


def _overlaps(track: model.Track) -> bool:
    clock = 0
    for item in track.items:
        if isinstance(item, model.ClipItem) and item.start_frames >= 0:
            if item.start_frames < clock:
                return True
            clock = max(clock, item.end_frames)
    return False


@dataclass(slots=True)
class _Member:
    item: otio.core.Item
    parts: tuple[model.ClipItem, ...]


@dataclass(slots=True)
class Groups:
    """Gathers the clips of one sequence, then says which belong together."""

    sequence: model.Sequence
    members: list[_Member] = field(default_factory=list)

    def add(self, item: otio.core.Item, parts: tuple[model.ClipItem, ...]) -> None:
        """Remember the items of the format that one clip was read from."""
        self.members.append(_Member(item, parts))

    def put(self, account: Account) -> None:
        """Write ``link`` and ``channels`` on every clip that has any."""
        by_id = {p.id: k for k, m in enumerate(self.members) for p in m.parts if p.id}
        known = {
            item.id
            for track in (*self.sequence.video, *self.sequence.audio)
            for item in track.items
            if isinstance(item, model.ClipItem)
        }
        parents = list(range(len(self.members)))
        for index, member in enumerate(self.members):
            for link in member.parts[0].links:
                if link.clip_id in by_id:
                    _join(parents, index, by_id[link.clip_id])
                elif link.clip_id not in known:
                    _report_dangling(member.parts[0], link.clip_id, account)
        found: dict[int, list[int]] = {}
        for index in range(len(self.members)):
            found.setdefault(_root(parents, index), []).append(index)
        groups = [group for group in found.values() if len(group) > 1]
        for number, group in enumerate(groups, 1):
            for index in group:
                metadata.put(self.members[index].item, "link", str(number))
        if not groups:
            self._part()
        siblings = {index: group for group in groups for index in group}
        for index, member in enumerate(self.members):
            others = [self.members[k] for k in siblings.get(index, ())]
            _put_channels(member, others)

    def _part(self) -> None:
        """Say that nothing is linked where a writer would link by itself."""
        pictures = {_source(m) for m in self.members if not m.parts[0].source_track}
        for member in self.members:
            if member.parts[0].source_track and _source(member) in pictures - {""}:
                metadata.put(member.item, "link", "1")
                return


def _source(member: _Member) -> str:
    first = member.parts[0]
    if first.sequence is not None:
        return first.sequence.id
    return "" if first.file is None else first.file.id


def _join(parents: list[int], a: int, b: int) -> None:
    a, b = _root(parents, a), _root(parents, b)
    parents[max(a, b)] = min(a, b)


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def _report_dangling(item: model.ClipItem, clip_id: str, account: Account) -> None:
    account.add(
        "link",
        "dropped",
        f"the clip without its link to {clean(clip_id)!r}, which is nowhere",
        item=clean(item.name),
        span=(max(0, item.start_frames), max(0, item.end_frames)),
    )


def _put_channels(member: _Member, others: list[_Member]) -> None:
    first = member.parts[0]
    if not first.source_track or first.file is None:
        return
    count = first.file.channels or 2
    if len(member.parts) > 1:
        channels = sorted(part.source_track for part in member.parts)
    elif first.channel_type:
        channels = [first.source_track]
    else:
        # Without Premiere's word a first track may stand for the whole sound.
        tracks = {
            other.parts[0].source_track
            for other in others
            if other.parts[0].file == first.file and other.parts[0].source_track
        }
        alone = first.source_track == 1 and len(tracks) < 2
        channels = list(range(1, count + 1)) if alone else [first.source_track]
    if channels != list(range(1, count + 1)):
        metadata.put(member.item, "channels", channels)
