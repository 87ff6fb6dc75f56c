"""New takes for a slot: added, approved, taken away.

What does not change is shared by the document given and the one returned, so that a
large field costs no more than its slot (`otio_genai.field.renewing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import FieldError
from otio_genai.field.document import read_field
from otio_genai.field.naming import named_slot, named_take
from otio_genai.field.renewing import with_approved, with_take, without_take

__all__ = ["add_take", "approve", "remove"]


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
    made = with_take(
        read_field(timeline), slot_id, clip, review=review, weight=weight, prompt=prompt
    )
    return made.timeline


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
        The document is no field, has no such slot or take, or the take is under no
        quarantine.
    """
    field = read_field(timeline)
    takes, index = named_take(timeline, named_slot(field, slot_id), slot_id, take)
    if (metadata.read(takes[index], "take") or {}).get("review") != "quarantine":
        raise FieldError(
            "This take is under no quarantine: it may be shown already.",
            place=f"{slot_id}, {takes[index].name}",
            remedy="Give one of those that `otio-genai field check` lists.",
        )
    return with_approved(field, slot_id, take).timeline


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
    return without_take(read_field(timeline), slot_id, take).timeline
