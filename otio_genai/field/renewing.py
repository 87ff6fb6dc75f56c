"""A field with other takes in one slot, at the cost of that slot alone.

Conventions
    What does not change is shared with the field given, document and all: takes and
    media are never changed in place, only replaced. A field of thousands of takes is
    neither copied nor read anew while a show draws from it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import FieldError
from otio_genai.field.bounds import bounds
from otio_genai.field.document import read_field
from otio_genai.field.fingerprint import fingerprint
from otio_genai.field.model import Field, Slot
from otio_genai.field.naming import named_slot, named_take
from otio_genai.field.reading import Reading
from otio_genai.field.reading_slots import slots_of
from otio_genai.field.reading_takes import Film, content_of, material_of
from otio_genai.field.writing import mark, other_take, pictures, plain_take

__all__ = ["alike", "with_approved", "with_take", "without_take"]

Takes = list[otio.schema.Clip]


def with_take(
    field: Field,
    slot_id: str,
    clip: otio.schema.Clip,
    *,
    review: Literal["ok", "quarantine"] = "quarantine",
    weight: float = 1.0,
    prompt: Mapping[str, Any] | None = None,
) -> Field:
    """Return a field with one more take in a slot, as `otio_genai.field.add_take`.

    Raises
    ------
    FieldError
        It has no such slot, or the slot has this file already; or the clip was not
        analysed or is too short for the slot.
    """
    number = named_slot(field, slot_id)
    said = plain_take(weight=weight, review=review)
    said |= {} if prompt is None else {"prompt": dict(prompt)}
    if not isinstance(clip, otio.schema.Clip):
        raise FieldError(f"A {type(clip).__name__} is no take.", place=slot_id)
    reading, slot = Reading(), field.slots[number]
    place = f"{slot_id}, {clip.name}"
    material = material_of(clip, _film(field), slot.longest, reading, place)
    if material is not None and material.end < slot.shortest:
        reading.say(
            place,
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
    span = pictures(field.timeline)[number].source_range
    made = other_take(
        material, rates.frames_at(rates.seconds(span.duration), field.rate), said
    )

    def added(takes: Takes) -> Takes:
        if content_of(made) in [content_of(one) for one in takes]:
            raise FieldError(
                f"The slot has {made.name} already.",
                place=slot_id,
                remedy="Approve it if it is under quarantine.",
            )
        return [*takes, made]

    return _changed(field, number, added)


def with_approved(field: Field, slot_id: str, take: str | int) -> Field:
    """Return a field in which a take is no longer under quarantine.

    Raises
    ------
    FieldError
        It has no such slot or take.
    """
    number = named_slot(field, slot_id)
    _, index = named_take(field.timeline, number, slot_id, take)

    def approved(takes: Takes) -> Takes:
        # The active one is its document's own already.
        takes[index] = takes[index] if index == 0 else _shell(takes[index])
        said = metadata.read(takes[index], "take") or plain_take()
        metadata.put(takes[index], "take", said | {"review": "ok"})
        return takes

    return _changed(field, number, approved)


def without_take(field: Field, slot_id: str, take: str | int) -> Field:
    """Return a field without a take.

    Raises
    ------
    FieldError
        It has no such slot or take, or the take is the active one.
    """
    number = named_slot(field, slot_id)
    clips, index = named_take(field.timeline, number, slot_id, take)
    if index == 0:
        raise FieldError(
            f"{clips[0].name} is the active take.",
            place=slot_id,
            remedy="Promote another first.",
        )
    return _changed(field, number, lambda takes: [*takes[:index], *takes[index + 1 :]])


def _shell(clip: otio.schema.Clip) -> otio.schema.Clip:
    """Return a clip of its own with the media of another, which are shared.

    Its metadata are its own; objects in them, a slot's other takes, are shared, too.
    """
    if type(clip) is not otio.schema.Clip:
        return copy.deepcopy(clip)
    made = otio.schema.Clip(
        clip.name,
        source_range=clip.source_range,
        effects=list(clip.effects),
        markers=list(clip.markers),
        color=clip.color,
        metadata=_own(clip.metadata),
    )
    made.enabled = clip.enabled
    made.set_media_references(
        dict(clip.media_references()), clip.active_media_reference_key
    )
    return made


def _own(kept: Any) -> dict[str, Any]:
    return {key: kept[key] for key in metadata.each(kept)}


def _changed(field: Field, number: int, change: Callable[[Takes], Takes]) -> Field:
    timeline = alike(field.timeline)
    clip = pictures(timeline)[number]
    active, *others = change([clip, *(metadata.read(clip, "takes") or ())])
    metadata.put(active, "takes", others)
    mark(active, field.rate)
    return _reread(field, timeline, number)


def alike(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """Return a timeline of its own, whose pictures share media and takes."""
    made = otio.schema.Timeline(
        timeline.name,
        global_start_time=timeline.global_start_time,
        metadata=_own(timeline.metadata),
    )
    stack, first = timeline.tracks, timeline.video_tracks()[0]
    made.tracks.name, made.tracks.source_range = stack.name, stack.source_range
    made.tracks.enabled, made.tracks.color = stack.enabled, stack.color
    made.tracks.metadata.update(_own(stack.metadata))
    made.tracks.effects.extend(stack.effects)
    made.tracks.markers.extend(stack.markers)
    for track in stack:
        made.tracks.append(_track(track) if track is first else copy.deepcopy(track))
    return made


def _track(track: otio.schema.Track) -> otio.schema.Track:
    made = otio.schema.Track(
        track.name,
        [
            _shell(item) if isinstance(item, otio.schema.Clip) else copy.deepcopy(item)
            for item in metadata.each(track)
        ],
        track.source_range,
        track.kind,
        _own(track.metadata),
    )
    made.enabled, made.color = track.enabled, track.color
    made.effects.extend(track.effects)
    made.markers.extend(track.markers)
    return made


def _reread(field: Field, timeline: otio.schema.Timeline, number: int) -> Field:
    """Return the field of a document that differs in one slot."""
    old = field.slots[number]
    fixed = (old.id,) if old.policy == "fixed" else ()
    reading = Reading(flags=field.flags)
    clip = pictures(timeline)[number]
    slot = slots_of([clip], [old.id], fixed, _film(field), reading)[0]
    if reading.problems or slot is None:
        # All of it is named by whoever reads the whole.
        return read_field(timeline)
    slots = list(field.slots)
    slots[number] = replace(slot, at=old.at)
    made = replace(field, timeline=timeline, slots=tuple(slots))
    if _alike_drawn(old, slot):
        return made
    pinned = field.runtime.shortest, field.runtime.longest, field.runtime.exact
    timed = any(part is not None for part in (*pinned, *(one.at for one in slots)))
    rules = field.groups, field.branches
    if timed and bounds(slots, *rules) != bounds(field.slots, *rules):
        # It may be that no film keeps its times any more.
        return read_field(timeline)
    return replace(made, fingerprint=fingerprint(made))


def _alike_drawn(old: Slot, new: Slot) -> bool:
    """Whether a slot may show what it might before: a take waits, or went unseen."""
    before, after = ([one.content for one in slot.options] for slot in (old, new))
    return before == after


def _film(field: Field) -> Film:
    return Film(field.rate, field.size, field.style)
