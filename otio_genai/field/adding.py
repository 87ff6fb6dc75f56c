"""New takes for a slot: added, approved, taken away."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, Literal

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import FieldError
from otio_genai.field.document import read_field
from otio_genai.field.model import Field
from otio_genai.field.naming import named_slot, named_take
from otio_genai.field.reading import Reading
from otio_genai.field.reading_takes import Film, content_of, material_of
from otio_genai.field.writing import mark, other_take, pictures, plain_take

__all__ = ["add_take", "approve", "remove"]

Takes = list[otio.schema.Clip]


def add_take(
    timeline: otio.schema.Timeline,
    slot_id: str,
    clip: otio.schema.Clip,
    *,
    review: Literal["ok", "quarantine"] = "quarantine",
    weight: float = 1.0,
    prompt: Mapping[str, Any] | None = None,
) -> otio.schema.Timeline:
    """Return a field's document with one more take of a slot.

    Parameters
    ----------
    timeline
        The document; it is not changed.
    slot_id
        The slot.
    clip
        An analysed clip; its range does not matter.
    review
        ``quarantine`` keeps it from being shown until it is approved.
    weight
        How readily it is drawn.
    prompt
        How it was asked for.

    Raises
    ------
    FieldError
        The document is no field, has no such slot, or the slot has this file already;
        or the clip was not analysed or is too short for the slot.
    """
    field = read_field(timeline)
    number = named_slot(field, slot_id)
    said = plain_take(weight=weight, review=review)
    said |= {} if prompt is None else {"prompt": dict(prompt)}
    slot = field.slots[number]
    reading = Reading()
    film = Film(field.rate, field.size, field.style)
    name = str(getattr(clip, "name", ""))
    if not isinstance(clip, otio.schema.Clip):
        raise FieldError(f"A {type(clip).__name__} is no take.", place=slot_id)
    material = material_of(clip, film, slot.longest, reading, f"{slot_id}, {name}")
    if material is not None and material.end < slot.shortest:
        reading.say(
            f"{slot_id}, {name}",
            f"it lasts {material.end} record frames, less than the {slot.shortest} of "
            "the slot's shortest shot",
        )
    if reading.problems or material is None:
        raise FieldError(
            "This cannot be a take of the slot.",
            place=slot_id,
            remedy="Analyse it, and give a take that is long enough.",
            items=reading.problems,
        )
    frames = rates.frames_at(
        rates.seconds(pictures(timeline)[number].source_range.duration), field.rate
    )
    made = other_take(material, frames, said)

    def added(takes: Takes) -> Takes:
        if content_of(made) in [content_of(one) for one in takes]:
            raise FieldError(
                f"The slot has {made.name} already.",
                place=slot_id,
                remedy="Approve it if it is under quarantine.",
            )
        return [*takes, made]

    return _changed(field, number, added)


def approve(
    timeline: otio.schema.Timeline, slot_id: str, take: str | int
) -> otio.schema.Timeline:
    """Return a field's document in which a take is no longer under quarantine.

    Parameters
    ----------
    timeline
        The document; it is not changed.
    slot_id
        The slot.
    take
        Its take, by the clip's name, the file's, or its number, 1 the active one.

    Raises
    ------
    FieldError
        The document is no field, or has no such slot or take.
    """
    field = read_field(timeline)
    number = named_slot(field, slot_id)
    _, index = named_take(timeline, number, slot_id, take)

    def approved(takes: Takes) -> Takes:
        said = metadata.read(takes[index], "take") or plain_take()
        metadata.put(takes[index], "take", said | {"review": "ok"})
        return takes

    return _changed(field, number, approved)


def remove(
    timeline: otio.schema.Timeline, slot_id: str, take: str | int
) -> otio.schema.Timeline:
    """Return a field's document without a take.

    Parameters
    ----------
    timeline
        The document; it is not changed.
    slot_id
        The slot.
    take
        Its take, by the clip's name, the file's, or its number, 1 the active one.

    Raises
    ------
    FieldError
        The document is no field, has no such slot or take, or the take is the active
        one.
    """
    field = read_field(timeline)
    number = named_slot(field, slot_id)
    clips, index = named_take(timeline, number, slot_id, take)
    if index == 0:
        raise FieldError(
            f"{clips[0].name} is the active take.",
            place=slot_id,
            remedy="Promote another first.",
        )
    return _changed(field, number, lambda takes: [*takes[:index], *takes[index + 1 :]])


def _changed(
    field: Field, number: int, change: Callable[[Takes], Takes]
) -> otio.schema.Timeline:
    """Return a field's document with the takes of one slot changed."""
    made = copy.deepcopy(field.timeline)
    clip = pictures(made)[number]
    active, *others = change([clip, *(metadata.read(clip, "takes") or ())])
    metadata.put(active, "takes", others)
    mark(active, field.rate)
    return made
