"""Ids by position, and links of the clips that move together.

Conventions
    With any ``link`` in a sequence its clips move together as they are said to.
    Without one a sound belongs to a picture of the same file that runs in step with it
    and shares most record frames. The channels of one clip always belong together.
    Every member of a group carries the same list of all of them. ``clipindex`` counts
    the items of a track, transitions included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from otio_genai.interchange.xmeml import model

__all__ = ["numbered"]

_Item = model.ClipItem | model.TransitionItem


def numbered(sequence: model.Sequence) -> model.Sequence:
    """Return the sequence with ids in the order it is written, and with links."""
    return _Numbers().sequence(sequence)


@dataclass(slots=True)
class _Numbers:
    clips: int = 0
    files: dict[object, model.MediaFile] = field(default_factory=dict)
    sequences: dict[str, model.Sequence] = field(default_factory=dict)
    begun: int = 0

    def sequence(self, sequence: model.Sequence) -> model.Sequence:
        if sequence.id in self.sequences:
            return self.sequences[sequence.id]
        self.begun += 1
        made = replace(sequence, id=f"sequence-{self.begun}")
        made = replace(made, video=tuple([self._track(t) for t in sequence.video]))
        made = replace(made, audio=tuple([self._track(t) for t in sequence.audio]))
        made = _linked(made)
        self.sequences[sequence.id] = made
        return made

    def _track(self, track: model.Track) -> model.Track:
        items = tuple(
            [
                self._item(item) if isinstance(item, model.ClipItem) else item
                for item in track.items
            ]
        )
        return replace(track, items=items)

    def _item(self, item: model.ClipItem) -> model.ClipItem:
        self.clips += 1
        clip_id = f"clipitem-{self.clips}"
        if item.sequence is not None:
            inner = self.sequence(item.sequence)
            master = f"masterclip-{inner.id}"
            return replace(item, id=clip_id, sequence=inner, masterclip_id=master)
        if item.file is None:
            return replace(item, id=clip_id)
        key: object = item.file.id or item.file
        known = self.files.get(key)
        if known is None:
            known = replace(item.file, id=f"file-{len(self.files) + 1}")
            self.files[key] = known
        master = known.id.replace("file", "masterclip")
        return replace(item, id=clip_id, file=known, masterclip_id=master)


@dataclass(slots=True)
class _Unit:
    """One clip in all its channels: its links, and the key by which it is matched."""

    key: tuple[str, Fraction, int, int]
    group: str
    links: list[model.Link] = field(default_factory=list)


def _linked(sequence: model.Sequence) -> model.Sequence:
    pictures, sounds = _units(sequence.video), _units(sequence.audio)
    said = any(unit.group for unit in (*pictures, *sounds))
    found = (
        _recorded((*pictures, *sounds))
        if said
        else _pairs(pictures, sounds, sequence.rate.exact)
    )
    groups: dict[str, tuple[model.Link, ...]] = {}
    for members in found:
        if len(members) > 1:
            links = tuple(members)
            groups |= {link.clip_id: links for link in links}
    return replace(
        sequence,
        video=tuple(_with_links(track, groups) for track in sequence.video),
        audio=tuple(_with_links(track, groups) for track in sequence.audio),
    )


def _units(tracks: tuple[model.Track, ...]) -> list[_Unit]:
    found: dict[tuple[str, int, int], _Unit] = {}
    for number, track in enumerate(tracks, 1):
        for index, item in enumerate(track.items, 1):
            if isinstance(item, model.ClipItem) and item.link_key is not None:
                unit = found.setdefault(item.unit, _Unit(item.link_key, item.group))
                link = model.Link(item.id, track.mediatype, number, index)
                unit.links.append(link)
    return list(found.values())


def _recorded(units: tuple[_Unit, ...]) -> Iterator[list[model.Link]]:
    groups: dict[str, list[model.Link]] = defaultdict(list)
    for unit in units:
        if unit.group:
            groups[unit.group] += unit.links
        else:
            yield unit.links
    yield from groups.values()


def _pairs(
    pictures: list[_Unit], sounds: list[_Unit], rate: Fraction
) -> Iterator[list[model.Link]]:
    waiting: dict[tuple[str, int], list[_Unit]] = defaultdict(list)
    for sound in sounds:
        waiting[sound.key[0], round(sound.key[1] * rate)].append(sound)
    taken: set[str] = set()
    for picture in pictures:
        best = _best(picture, waiting, taken, rate)
        if best is None:
            yield picture.links
        else:
            taken.add(best.links[0].clip_id)
            yield picture.links + best.links
    for sound in sounds:
        if sound.links[0].clip_id not in taken:
            yield sound.links


def _best(
    picture: _Unit,
    waiting: dict[tuple[str, int], list[_Unit]],
    taken: set[str],
    rate: Fraction,
) -> _Unit | None:
    source, offset_s, start, end = picture.key
    near = round(offset_s * rate)
    best, most = None, 0
    for step in (near, near - 1, near + 1):
        for sound in waiting.get((source, step), ()):
            shared = min(end, sound.key[3]) - max(start, sound.key[2])
            # Whole media frames may part the two by less than a record frame.
            apart = abs(sound.key[1] - offset_s) * rate
            free = sound.links[0].clip_id not in taken
            if shared > most and apart < 1 and free:
                best, most = sound, shared
    return best


def _with_links(
    track: model.Track, groups: dict[str, tuple[model.Link, ...]]
) -> model.Track:
    items: tuple[_Item, ...] = tuple(
        replace(item, links=groups[item.id])
        if isinstance(item, model.ClipItem) and item.id in groups
        else item
        for item in track.items
    )
    return replace(track, items=items)
