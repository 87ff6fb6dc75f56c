"""A field from an analysed bin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.film import assemble
from otio_genai.assemble.notes import Notes, ShotNote
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.planning.stills import stills
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError, FieldError
from otio_genai.field.opening_film import close
from otio_genai.field.opening_room import Room, room_of, roomier, told
from otio_genai.field.reading_takes import content_of
from otio_genai.field.shots import chosen, shots_of, slots_wanted
from otio_genai.field.suiting import Place, spread, suits
from otio_genai.field.writing import Plan, other_take, pictures
from otio_genai.ingest import bin as bins

__all__ = ["Wish", "from_bin"]

# With takes in common, a slot is offered those that suit it best, so many at most.
_MOST_SHARED = 50
# Where so many slots do not fill a film, so many times more are tried.
_MORE = 1.25
# A voice-over begins about so long after the film.
_BEFORE_VOICE_S = 2.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Which field is asked for; as `otio_genai.field.opening.open_field` has it."""

    style: Style
    seed: int
    slots: int | None
    share: bool
    title: str | None
    rate: Any
    size: tuple[int, int] | None
    notes: Notes


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """All that could be shown."""

    takes: tuple[Material, ...]
    shots: tuple[str, ...]
    rate: Fraction
    size: tuple[int, int]


def from_bin(
    found: otio.schema.SerializableCollection, wish: Wish
) -> otio.schema.Timeline:
    """Return the document of a field from an analysed bin."""
    pool = _pool(found, wish)
    asked = wish.slots is not None or bool(wish.notes.shots) or _are_folders(pool)
    rooms: list[Room] = []
    for film in _films(found, pool, wish):
        slots = len(pictures(film))
        # A slot with one take leaves nothing to choose.
        if rooms and (asked or slots > len(pool.takes) // 2):
            break
        rooms.append(room_of(_closed(film, pool, wish)))
        if rooms[-1].enough:
            break
    if rooms[-1].enough:
        best = rooms[-1]
    else:
        best = max(map(roomier, reversed(rooms)), key=lambda room: room.share)
    left = [] if wish.style.use_stills is False else bins.entries(found, "still")
    return told(best, len(pool.takes), left)


def _closed(
    film: otio.schema.Timeline, pool: _Pool, wish: Wish
) -> otio.schema.Timeline:
    """Return a film of active takes as a field."""
    places = _places(film, pool, wish.style)
    active = {content_of(place.material.clip) for place in places}
    warnings: list[str] = []
    others = _others(pool, places, active, wish, warnings)
    plans = [
        Plan(
            f"slot-{number + 1:03d}",
            place.kind,
            place.shortest,
            max(place.frames, math.floor(Fraction(wish.style.max_shot_s) * pool.rate)),
            [other_take(material, place.frames) for material in others[number]],
        )
        for number, place in enumerate(places)
    ]
    return close(film, plans, pool.rate, wish.style, warnings)


def _are_folders(pool: _Pool) -> bool:
    return all(shot.startswith("folder:") for shot in pool.shots)


def _pool(found: otio.schema.SerializableCollection, wish: Wish) -> _Pool:
    rate = bins.film_rate(found) if wish.rate is None else rates.rate(wish.rate)
    size = wish.size or bins.film_size(found)
    aspect = size[1] / size[0]
    moving: tuple[Material, ...] = candidates.takes(found, rate, aspect)
    if wish.style.use_stills is True or not moving:
        moving += stills(found, rate, aspect, wish.style, wish.seed)
    if not moving:
        raise FieldError(
            "There is no take in this bin, so there is nothing to choose from.",
            remedy="Put several videos or pictures of each shot in the folder.",
        )
    shots = shots_of([material.clip for material in moving])
    return _Pool(moving, tuple(shots), rate, size)


def _slots(pool: _Pool, wish: Wish, spoken_s: float) -> list[int | None]:
    """Return how many slots to try, in turn; None where the film's notes tell."""
    if wish.notes.shots:
        return [None]
    most = len(pool.takes)
    if wish.slots is not None:
        if not 1 <= wish.slots <= most:
            raise FieldError(
                f"There cannot be {wish.slots} slots with {most} takes.",
                remedy=f"Ask for 1 to {most}.",
            )
        return [wish.slots]
    wanted = slots_wanted(pool.shots)
    if wish.share:
        # A film that shows every take there is has nothing left to choose.
        wanted = max(wanted, most // 2)
    if wish.style.length_s is not None:
        # A film of a given length has the shots that its rhythm asks for.
        wanted = min(wanted, round(wish.style.length_s / wish.style.mean_shot_s))
    longest = Fraction(wish.style.max_shot_s) * pool.rate
    rooms = [min(longest, Fraction(take.usable_frames)) for take in pool.takes]
    mean = sum(rooms, Fraction(0)) / most
    fewest = math.ceil(Fraction(spoken_s) * pool.rate / mean)
    found = [min(most, max(1, wanted, fewest))]
    while found[-1] < most:
        found.append(min(most, math.ceil(found[-1] * _MORE)))
    return list(found)


def _spoken_s(found: otio.schema.SerializableCollection, style: Style) -> float:
    """Return how long a film must be at least to hold its voice-over."""
    lengths = [
        float(rates.seconds(clip.media_reference.available_range.duration))
        for clip in bins.entries(found, "voice")
    ]
    if not lengths:
        return 0.0
    begin_s = _BEFORE_VOICE_S if style.voice_at_s is None else style.voice_at_s
    gaps_s = style.voice_gap_s * (len(lengths) - 1)
    return begin_s + sum(lengths) + gaps_s + style.hold_end_s


def _films(
    found: otio.schema.SerializableCollection, pool: _Pool, wish: Wish
) -> Iterator[otio.schema.Timeline]:
    """Yield films of active takes: of as few shots as fill it, then of more."""
    spoken_s = _spoken_s(found, wish.style)
    refused: list[AssembleError] = []
    made_any = False
    for slots in _slots(pool, wish, spoken_s):
        try:
            made = _assembled(found, pool, slots, spoken_s, wish)
        except AssembleError as error:
            refused.append(error)
            continue
        facts = metadata.read(made, "film")
        facts |= {"style": wish.style.to_dict(), "brief": ""}
        metadata.put(made, "film", facts)
        made_any = True
        yield made
    if not made_any:
        raise refused[0]


def _assembled(
    found: otio.schema.SerializableCollection,
    pool: _Pool,
    slots: int | None,
    spoken_s: float,
    wish: Wish,
) -> otio.schema.Timeline:
    notes, style, kept = wish.notes, wish.style, found
    if slots is not None:
        notes = replace(notes, shots=(ShotNote(""),) * slots)
        if style.length_s is None:
            usual_s = max(slots * style.mean_shot_s, spoken_s)
            style = replace(style, length_s=usual_s)
        if not _named(wish):
            picked = chosen(pool.takes, pool.shots, slots)
            kept = _bin_of(found, [pool.takes[k] for k in picked])
    return assemble(
        kept,
        style,
        seed=wish.seed,
        rate=pool.rate,
        size=pool.size,
        title=wish.title or "Field",
        notes=notes,
    )


def _named(wish: Wish) -> bool:
    """Tell whether the film asks for takes by name, so that none may be missing."""
    noted = (wish.notes.pins, wish.notes.locks, wish.notes.joins)
    return bool(any(noted) or wish.style.first or wish.style.last)


def _bin_of(
    found: otio.schema.SerializableCollection, takes: Sequence[Material]
) -> otio.schema.SerializableCollection:
    """Return the bin with no other takes and stills than some."""
    names = {id(material.clip) for material in takes}
    kept = [
        clip.clone()
        for clip in bins.entries(found)
        if bins.kind(clip) not in ("take", "still") or id(clip) in names
    ]
    told = metadata.read(found, "rate")
    return bins.make(kept, rate=rates.rate(told) if told else None)


def _places(film: otio.schema.Timeline, pool: _Pool, style: Style) -> list[Place]:
    known = {content_of(material.clip): material for material in pool.takes}
    clips = pictures(film)
    aspect = pool.size[1] / pool.size[0]
    least = max(1, rates.frames_at(Fraction(style.min_shot_s), pool.rate))
    found = []
    for number, clip in enumerate(clips):
        material = known.get(content_of(clip)) or _still(clip, pool.rate, aspect, style)
        frames = rates.frames_at(rates.seconds(clip.source_range.duration), pool.rate)
        join = metadata.read(clip, "join", {})
        after = clips[number + 1] if number + 1 < len(clips) else None
        following = {} if after is None else metadata.read(after, "join", {})
        found.append(
            Place(
                material=material,
                frames=frames,
                shortest=min(least, frames),
                kind=join.get("planned", "match"),
                entering=join.get("motion_in", (0.0,) * 4),
                leaving=following.get("motion_out", (0.0,) * 4),
            )
        )
    return found


def _still(
    clip: otio.schema.Clip, rate: Fraction, aspect: float, style: Style
) -> Material:
    """Return a still that the film was filled with, though the pool has none."""
    whole = otio.schema.Clip(clip.name, clip.media_reference.clone())
    return stills(bins.make([whole]), rate, aspect, style)[0]


def _others(
    pool: _Pool,
    places: Sequence[Place],
    active: set[str],
    wish: Wish,
    warnings: list[str],
) -> list[list[Material]]:
    """Return the other takes of each slot, in the order of the bin."""
    index = {content_of(m.clip): k for k, m in enumerate(pool.takes)}
    free = [k for k, m in enumerate(pool.takes) if content_of(m.clip) not in active]
    found: list[list[Material]] = [[] for _ in places]
    if wish.share:
        free = list(range(len(pool.takes)))
    table = suits([pool.takes[k] for k in free], places, wish.style)
    if wish.share:
        for s, place in enumerate(places):
            order = sorted(range(len(free)), key=lambda k: (table[k, s], k))
            fitting = [k for k in order if table[k, s] < 1e6][:_MOST_SHARED]
            own = content_of(place.material.clip)
            found[s] = [
                pool.takes[free[k]]
                for k in sorted(fitting)
                if content_of(pool.takes[free[k]].clip) != own
            ]
        return found
    shots = [
        pool.shots[index[key]] if (key := content_of(p.material.clip)) in index else ""
        for p in places
    ]
    given = spread(table, [pool.shots[k] for k in free], shots)
    for k, slot in zip(free, given, strict=True):
        if slot is None:
            warnings.append(
                f"{pool.takes[k].name} is in no slot: it is shorter than any shot."
            )
        else:
            found[slot].append(pool.takes[k])
    return found
