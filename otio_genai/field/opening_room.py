"""Room for the voice: films of a new field that last as long as what is spoken.

Aim
    A field that is opened from a bin may have so few slots, and such short shots, that
    hardly a film holds its voice-over. All films must keep it, so those that do not are
    never shown, and what is left may be next to nothing.

Method
    Some films are drawn, and those that keep the voice are counted. Where they are too
    few, every slot's shots must last longer, as little as does: never longer than its
    active shot, nor than any take of it can be shown, so that no take is lost.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import FieldError
from otio_genai.field.active import active_film
from otio_genai.field.document import read_field
from otio_genai.field.drawing import draw_many, space
from otio_genai.field.model import Field
from otio_genai.field.opening_film import held
from otio_genai.field.reading_takes import content_of
from otio_genai.field.showing.rules import Rules
from otio_genai.field.writing import pictures, seconds

__all__ = ["ENOUGH", "Room", "room_of", "roomier", "told"]

#: Share of films that should keep the voice.
ENOUGH = 0.7

_DRAWN = 200
# How near to the least length, of it, is near enough.
_NEAR = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """A new field, and how many of its films keep the voice."""

    document: otio.schema.Timeline
    share: float
    rule: str = ""
    "What most of the others break."

    @property
    def enough(self) -> bool:
        """Whether most films keep the voice."""
        return self.share >= ENOUGH


def room_of(document: otio.schema.Timeline) -> Room:
    """Return a field with the share of its films that keep the rules of whole films."""
    if not metadata.read(document, "field")["audio"]["voice"]:
        return Room(document, 1.0)
    field = read_field(document)
    rules = Rules(field)
    try:
        films = draw_many(space(field, reasons=False), np.random.default_rng(0), _DRAWN)
    except FieldError:
        return Room(document, 0.0, "no join is allowed that leads on")
    refused = Counter(said for film in films if (said := rules.broken(tuple(film))))
    often = refused.most_common(1)
    return Room(
        document, 1 - refused.total() / len(films), often[0][0] if often else ""
    )


def roomier(room: Room) -> Room:
    """Return a field with longer shots, so that enough films keep the voice.

    The best that was found where none has enough; a note among the ``warnings`` of its
    ``film`` says what was done.
    """
    if room.enough:
        return room
    field = read_field(room.document)
    most = _longest(field)
    low, high = min(slot.shortest for slot in field.slots), max(most)
    best = room
    if low < high:
        best = room_of(_lasting(room.document, field, high, most))
    while best.enough and high - low > _NEAR * low:
        middle = (low + high) // 2
        found = room_of(_lasting(room.document, field, middle, most))
        if found.enough:
            best, high = found, middle
        else:
            low = middle
    if best.share <= room.share:
        return room
    _say(best.document, field)
    return best


def told(
    room: Room, takes: int, stills: Sequence[otio.schema.Clip]
) -> otio.schema.Timeline:
    """Return a field that says what it has no room for.

    Parameters
    ----------
    room
        The field.
    takes
        How many there were to choose from.
    stills
        Those of the bin.
    """
    facts = metadata.read(room.document, "film")
    said = list(facts.get("warnings") or ())
    slots = pictures(room.document)
    if not room.enough:
        more = f"ask for more than {len(slots)} slots (--slots), "
        said.append(
            f"Only about {room.share:.0%} of its films keep this rule: {room.rule}. "
            f"Put more or longer takes in the folder, "
            f"{more if len(slots) < takes else ''}allow longer shots (max_shot_s), or "
            "have less spoken."
        )
    shown = {content_of(c) for clip in slots for c in (clip, *metadata.takes(clip))}
    left = sum(content_of(clip) not in shown for clip in stills)
    if left:
        said.append(
            f"{left} still{'s are' if left > 1 else ' is'} left out, since there are "
            f"videos: with `use_stills = true` in the film file "
            f"{'they are takes' if left > 1 else 'it is a take'}, too."
        )
    if said:
        metadata.put(room.document, "film", facts | {"warnings": said})
    return room.document


def _longest(field: Field) -> list[int]:
    """Return how long each slot's shots can be asked to last, in record frames."""
    return [
        max(
            slot.shortest,
            min(
                one.frames,
                *(
                    slot.longest if m.still else min(slot.longest, m.usable_frames)
                    for m in (option.material for option in slot.options)
                ),
            ),
        )
        for slot, one in zip(field.slots, active_film(field), strict=True)
    ]


def _lasting(
    document: otio.schema.Timeline, field: Field, least: int, most: list[int]
) -> otio.schema.Timeline:
    made = copy.deepcopy(document)
    for clip, slot, longest in zip(pictures(made), field.slots, most, strict=True):
        frames = max(slot.shortest, min(least, longest))
        said = metadata.read(clip, "slot")
        metadata.put(clip, "slot", said | {"shortest_s": seconds(frames, field.rate)})
    return held(made)


def _say(document: otio.schema.Timeline, before: Field) -> None:
    longer = {
        slot.id: float(rates.time(slot.shortest, before.rate).to_seconds())
        for slot, was in zip(read_field(document).slots, before.slots, strict=True)
        if slot.shortest > was.shortest
    }
    facts = metadata.read(document, "film")
    said = ", ".join(f"{name} {least_s:.1f} s" for name, least_s in longer.items())
    facts["warnings"] = [
        *(facts.get("warnings") or ()),
        f"So that films hold the voice-over, shots last longer at the least: {said}.",
    ]
    metadata.put(document, "film", facts)
