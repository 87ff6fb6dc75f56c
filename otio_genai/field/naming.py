"""Finding a slot and a take by what a person calls them."""

from __future__ import annotations

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import FieldError, GenaiError
from otio_genai.field.model import Field
from otio_genai.field.reading import near
from otio_genai.field.writing import pictures
from otio_genai.media import locate

__all__ = ["named_slot", "named_take"]


def named_slot(field: Field, slot_id: str) -> int:
    """Return the number of a slot.

    Raises
    ------
    FieldError
        There is none of that name.
    """
    known = [slot.id for slot in field.slots]
    if slot_id in known:
        return known.index(slot_id)
    raise FieldError(
        f"There is no slot {slot_id!r}{near(str(slot_id), known)}",
        place=field.title,
        remedy="Give a slot by its id.",
        items=known if len(known) <= 30 else (),
    )


def named_take(
    timeline: otio.schema.Timeline, number: int, slot_id: str, take: str | int
) -> tuple[list[otio.schema.Clip], int]:
    """Return all takes of a slot, quarantined ones too, and the index of one of them.

    Raises
    ------
    FieldError
        It has no such take, or several of that name.
    """
    active = pictures(timeline)[number]
    clips = [active, *(metadata.read(active, "takes") or ())]
    if isinstance(take, int) and not isinstance(take, bool):
        found = [take - 1] if 0 < take <= len(clips) else []
    else:
        found = [k for k, clip in enumerate(clips) if clip.name == take]
        found = found or [k for k, one in enumerate(clips) if take in _names(one)]
    if len(found) == 1:
        return clips, found[0]
    listed = [f"{k + 1}: {clip.name}" for k, clip in enumerate(clips)]
    if found:
        raise FieldError(
            f"{len(found)} takes are called {take!r}.",
            place=slot_id,
            remedy="Give the number of the one you mean.",
            items=[listed[k] for k in found],
        )
    raise FieldError(
        f"There is no take {take!r}{near(str(take), [c.name for c in clips])}",
        place=slot_id,
        remedy="Give one of these by its name or number.",
        items=listed,
    )


def _names(clip: otio.schema.Clip) -> tuple[str, ...]:
    try:
        path = locate.path(clip.media_reference)
    except (GenaiError, ValueError, AttributeError):
        return ()
    return path.name, path.stem, str(path)
