"""Numbers every clip of a sequence, and links sounds to the pictures they belong to.

Conventions
    A sound belongs to a picture of the same file that runs in step with it and shares
    most record frames. Every member of a group carries the same list of all of them.
    ``clipindex`` counts the items of a track, transitions included.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from otio_genai.interchange.xmeml import model

__all__ = ["linked"]


@dataclass(slots=True)
class _Seat:
    """Where a clip stands: its link, and the key by which it is matched."""

    link: model.Link
    key: tuple[str, Fraction, int, int]
    partner: _Seat | None = None


def linked(sequence: model.Sequence) -> model.Sequence:
    """Return the sequence with clip ids by position, and links."""
    sequence = _numbered(sequence)
    pictures = [seat for track in _seats(sequence.video) for seat in track]
    sounds = _with_partners(sequence.audio)
    groups: dict[str, tuple[model.Link, ...]] = {}
    for picture, sound in _pairs(pictures, sounds, sequence.rate.exact):
        members = [seat for seat in (picture, sound) if seat is not None]
        if sound is not None and sound.partner is not None:
            members.append(sound.partner)
        if len(members) > 1:
            links = tuple(member.link for member in members)
            groups |= {link.clip_id: links for link in links}
    return replace(
        sequence,
        video=tuple(_with_links(track, groups) for track in sequence.video),
        audio=tuple(_with_links(track, groups) for track in sequence.audio),
    )


def _numbered(sequence: model.Sequence) -> model.Sequence:
    """Return the sequence with clips and files numbered as they are written."""
    clips = 0
    files: dict[str, model.MediaFile] = {}

    def numbered(item: model.ClipItem) -> model.ClipItem:
        nonlocal clips
        clips += 1
        item = replace(item, id=f"clipitem-{clips}")
        if item.file is None:
            return item
        known = files.get(item.file.id)
        if known is None:
            known = replace(item.file, id=f"file-{len(files) + 1}")
            files[item.file.id] = known
        return replace(
            item, file=known, masterclip_id=known.id.replace("file", "masterclip")
        )

    def track(found: model.Track) -> model.Track:
        items = tuple(
            numbered(item) if isinstance(item, model.ClipItem) else item
            for item in found.items
        )
        return replace(found, items=items)

    return replace(
        sequence,
        video=tuple([track(found) for found in sequence.video]),
        audio=tuple([track(found) for found in sequence.audio]),
    )


def _seats(tracks: Sequence[model.Track]) -> list[list[_Seat]]:
    return [
        [
            _Seat(model.Link(item.id, track.mediatype, number, index), item.link_key)
            for index, item in enumerate(track.items, 1)
            if isinstance(item, model.ClipItem) and item.link_key is not None
        ]
        for number, track in enumerate(tracks, 1)
    ]


def _with_partners(tracks: Sequence[model.Track]) -> list[_Seat]:
    """Return a seat for each sound; that of a stereo pair knows its other half."""
    found: list[_Seat] = []
    seats = _seats(tracks)
    for index, track in enumerate(tracks):
        if track.stereo_side:
            continue
        if track.channel_type == "stereo":
            for left, right in zip(seats[index], seats[index + 1], strict=True):
                left.partner = right
        found += seats[index]
    return found


def _pairs(
    pictures: Sequence[_Seat], sounds: Sequence[_Seat], rate: Fraction
) -> Iterator[tuple[_Seat | None, _Seat | None]]:
    waiting: dict[tuple[str, int], list[_Seat]] = defaultdict(list)
    for sound in sounds:
        waiting[sound.key[0], round(sound.key[1] * rate)].append(sound)
    taken: set[str] = set()
    for picture in pictures:
        best = _best(picture, waiting, taken, rate)
        if best is not None:
            taken.add(best.link.clip_id)
        yield picture, best
    for sound in sounds:
        if sound.link.clip_id not in taken:
            yield None, sound


def _best(
    picture: _Seat,
    waiting: dict[tuple[str, int], list[_Seat]],
    taken: set[str],
    rate: Fraction,
) -> _Seat | None:
    file, offset_s, start, end = picture.key
    near = round(offset_s * rate)
    best, most = None, 0
    for step in (near, near - 1, near + 1):
        for sound in waiting.get((file, step), ()):
            shared = min(end, sound.key[3]) - max(start, sound.key[2])
            # Whole media frames may part the two by less than a record frame.
            apart = abs(sound.key[1] - offset_s) * rate
            if shared > most and apart < 1 and sound.link.clip_id not in taken:
                best, most = sound, shared
    return best


def _with_links(
    track: model.Track, groups: dict[str, tuple[model.Link, ...]]
) -> model.Track:
    items = tuple(
        replace(item, links=groups.get(item.id, ()))
        if isinstance(item, model.ClipItem)
        else item
        for item in track.items
    )
    return replace(track, items=items)
