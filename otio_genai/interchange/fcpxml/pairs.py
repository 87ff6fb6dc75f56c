"""Which sounds are one clip with their picture.

Conventions
    A sound is one with a picture when it is the same file, or the same nested
    sequence, runs in step with it over the same record frames and meets its
    neighbours in the same way. Of clips joined by transitions all are, or none. Where
    the timeline says which clips move together (``link``), only those may be one;
    they are also when the sound begins or ends elsewhere (a split edit), if it runs in
    step and neither has a transition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import clean
from otio_genai.interchange.layout import Fade, Spot

__all__ = ["Laid", "Pairs", "content", "paired"]

# In step: less than a sample apart at any usual rate.
_CLOSE_S = Fraction(1, 48_000)

_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Laid:
    """A track with its items in record order, and its end in record frames."""

    track: otio.schema.Track
    items: list[Spot | Fade]
    end: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Sounds by the picture they are one with, and the places of both.

    A place is (number of the track from 0, number of the item from 0).
    """

    sounds: dict[_Place, _Place]

    @property
    def taken(self) -> frozenset[_Place]:
        """Places of the sounds that are one with a picture."""
        return frozenset(self.sounds.values())


def paired(video: Sequence[Laid], audio: Sequence[Laid]) -> Pairs:
    """Return the sounds that are one with a picture."""
    waiting: dict[tuple[object, ...], list[_Place]] = defaultdict(list)
    linked = any(metadata.read(spot.item, "link") for spot in _spots([*video, *audio]))
    for number, laid in enumerate(audio):
        for index, spot in enumerate(laid.items):
            if isinstance(spot, Spot):
                waiting[spot.start, spot.end, clean(spot.item.name)].append(
                    (number, index)
                )
    found: dict[_Place, _Place] = {}
    for number, laid in enumerate(video):
        for index, spot in enumerate(laid.items):
            if not isinstance(spot, Spot):
                continue
            places = waiting[spot.start, spot.end, clean(spot.item.name)]
            for place in places:
                sound = audio[place[0]]
                heard = sound.items[place[1]]
                same = laid.track.enabled == sound.track.enabled
                if same and isinstance(heard, Spot) and _one(spot, heard, linked):
                    found[number, index] = place
                    places.remove(place)
                    break
    found = _without_torn(found, video, audio)
    if linked:
        _add_split(found, video, audio)
    return Pairs(found)


def _add_split(
    found: dict[_Place, _Place], video: Sequence[Laid], audio: Sequence[Laid]
) -> None:
    """Add the sounds that begin or end elsewhere than their picture."""
    taken = set(found.values())
    waiting: dict[tuple[object, ...], list[_Place]] = defaultdict(list)
    for number, laid in enumerate(audio):
        for index, spot in enumerate(laid.items):
            if isinstance(spot, Spot) and (number, index) not in taken:
                waiting[_sync(spot)].append((number, index))
    for number, laid in enumerate(video):
        for index, spot in enumerate(laid.items):
            if not isinstance(spot, Spot) or (number, index) in found:
                continue
            places = waiting.get(_sync(spot), [])
            for place in places:
                sound = audio[place[0]]
                heard = sound.items[place[1]]
                same = laid.track.enabled == sound.track.enabled
                if same and isinstance(heard, Spot) and _split(spot, heard):
                    found[number, index] = place
                    places.remove(place)
                    break


def _sync(spot: Spot) -> tuple[object, ...]:
    number = spot.medium.number if spot.medium is not None else 0
    return number, clean(spot.item.name), spot.in_s - spot.start / spot.run.rate


def _split(picture: Spot, sound: Spot) -> bool:
    free = not any((picture.fade_in, picture.fade_out, sound.fade_in, sound.fade_out))
    together = picture.start < sound.end and sound.start < picture.end
    plain = picture.plain and sound.plain and picture.medium is not None
    return free and together and plain and _kin(picture, sound, True)


def content(item: otio.core.Item) -> str:
    """Return what a nested sequence holds, whatever is made of it outside."""
    inner = item.deepcopy()
    inner.source_range = None
    inner.enabled = True
    del inner.markers[:]
    del inner.effects[:]
    for key in ("link", "levels", "pan", "opacity", "crop", "framing", "join"):
        if metadata.read(inner, key) is not None:
            metadata.put(inner, key, None)
    return str(inner.to_json_string(indent=-1))


def _spots(tracks: Sequence[Laid]) -> list[Spot]:
    return [item for laid in tracks for item in laid.items if isinstance(item, Spot)]


def _one(picture: Spot, sound: Spot, linked: bool) -> bool:
    return _in_step(picture, sound) and _kin(picture, sound, linked)


def _kin(picture: Spot, sound: Spot, linked: bool) -> bool:
    """Tell whether both are of one file or sequence, and may be one clip."""
    group = metadata.read(picture.item, "link")
    if linked and (not group or group != metadata.read(sound.item, "link")):
        return False
    if picture.item.enabled != sound.item.enabled or sound.item.markers:
        return False
    if metadata.read(sound.item, "takes"):
        return False
    if picture.medium is not None and sound.medium is not None:
        return picture.medium is sound.medium and not picture.medium.still
    if picture.medium is not None or sound.medium is not None:
        return False
    nested = isinstance(picture.item, otio.core.Composition)
    return nested and content(picture.item) == content(sound.item)


def _in_step(picture: Spot, sound: Spot) -> bool:
    return (
        abs(picture.in_s - sound.in_s) < _CLOSE_S
        and picture.speed == sound.speed
        and picture.run.keys == sound.run.keys
        and (picture.fade_in, picture.fade_out) == (sound.fade_in, sound.fade_out)
        and (picture.head, picture.tail) == (sound.head, sound.tail)
    )


def _without_torn(
    found: dict[_Place, _Place], video: Sequence[Laid], audio: Sequence[Laid]
) -> dict[_Place, _Place]:
    """Leave out pairs whose transitions the other half does not share."""
    kept = dict(found)
    changed = True
    while changed:
        changed = False
        for picture, sound in list(kept.items()):
            if not _whole(picture, sound, kept, video, audio):
                del kept[picture]
                changed = True
    return kept


def _whole(
    picture: _Place,
    sound: _Place,
    kept: dict[_Place, _Place],
    video: Sequence[Laid],
    audio: Sequence[Laid],
) -> bool:
    """Tell whether both meet the same neighbours in the same way, on both sides."""
    seen, heard = video[picture[0]].items, audio[sound[0]].items
    for step in (-1, 1):
        fades = [
            _fade(items, place[1], step)
            for items, place in ((seen, picture), (heard, sound))
        ]
        ends = [fade and (fade.cut, fade.before, fade.after) for fade in fades]
        if ends[0] != ends[1]:
            return False
        if fades[0] is None or fades[0].black:
            if fades[1] is not None and not fades[1].black:
                return False
            continue
        beyond = picture[0], picture[1] + 2 * step
        # A sound may fade out beneath a picture that dissolves into a silent one.
        silent = fades[1] is None or fades[1].black
        other = None if silent else (sound[0], sound[1] + 2 * step)
        if kept.get(beyond) != other:
            return False
    return True


def _fade(items: list[Spot | Fade], index: int, step: int) -> Fade | None:
    """Return the transition at one side of an item, if it takes part in it."""
    spot = items[index]
    near = index + step
    if not isinstance(spot, Spot) or not 0 <= near < len(items):
        return None
    takes_part = spot.fade_in if step < 0 else spot.fade_out
    fade = items[near]
    return fade if takes_part and isinstance(fade, Fade) else None
