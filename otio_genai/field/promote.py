"""Making another take of a slot the active one."""

from __future__ import annotations

import numpy as np
import opentimelineio as otio

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.stills import Still
from otio_genai.errors import FieldError
from otio_genai.field.active import active_film, relaid
from otio_genai.field.document import read_field
from otio_genai.field.model import Chosen, Field, Option, Slot
from otio_genai.field.naming import named_slot, named_take
from otio_genai.field.realise_film import clashes

__all__ = ["promote"]


def promote(
    timeline: otio.schema.Timeline, slot_id: str, take: str | int
) -> otio.schema.Timeline:
    """Return a field's document in which another take of a slot is the active one.

    The shot keeps its length if the take can fill it, else it gets the nearest length
    that the slot allows; its in-point is the one that suits its neighbours best. The
    take that was active takes the other's place.

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
        The document is no field, or has no such slot or take, or the take is under
        quarantine, or with it two voices would sound at once.
    """
    field = read_field(timeline)
    number = named_slot(field, slot_id)
    clips, index = named_take(timeline, number, slot_id, take)
    option = _option_of(field.slots[number], clips[index])
    if option is None:
        raise FieldError(
            f"{clips[index].name} is under quarantine.",
            place=slot_id,
            remedy="Approve it first.",
        )
    film = list(active_film(field))
    film[number] = _fitted(field, film, number, option)
    faults = clashes(field, film)
    if faults:
        raise FieldError(
            f"With {clips[index].name} the active film cannot be heard.",
            place=slot_id,
            remedy="Promote a longer take, or move the voices to later slots or pads.",
            items=faults,
        )
    order = list(clips)
    order[0], order[index] = order[index], order[0]
    return relaid(field, film, {number: order})


def _option_of(slot: Slot, clip: otio.schema.Clip) -> int | None:
    """Return which option of a slot a clip is; None for one under quarantine."""
    same = [k for k, o in enumerate(slot.options) if o.clip is clip]
    alike = [k for k, o in enumerate(slot.options) if o.clip.is_equivalent_to(clip)]
    return next(iter(same or alike), None)


def _fitted(field: Field, film: list[Chosen], number: int, option: int) -> Chosen:
    """Return a take as the slot's shot: its length kept or nearest, its joins best."""
    slot, wanted = field.slots[number], film[number].frames
    spans = _spans(slot, slot.options[option], wanted)
    near = min(abs(frames - wanted) for _, frames in spans)
    able = sorted(span for span in spans if abs(span[1] - wanted) == near)
    prices = [_price(field, film, number, option, way, n) for way, n in able]
    way, frames = able[int(np.argmin(prices))]
    return Chosen(number, option, way, frames)


def _spans(slot: Slot, option: Option, wanted: int) -> list[tuple[int, int]]:
    """Return every in-point of a take with the length nearest to the one wanted."""
    found = []
    still = isinstance(option.material, Still)
    for way in option.ins:
        room = slot.longest if still else min(slot.longest, option.material.end - way)
        if option.outs is None:
            lengths = [max(slot.shortest, min(wanted, room))]
        else:
            lengths = list(option.outs) if still else [out - way for out in option.outs]
        found += [(way, n) for n in lengths if slot.shortest <= n <= room]
    return found


def _price(
    field: Field, film: list[Chosen], number: int, option: int, way: int, frames: int
) -> float:
    entering, leaving = _motion(field, Chosen(number, option, way, frames))
    total = 0.0
    if number:
        kind = field.slots[number].kind
        _, before = _motion(field, film[number - 1])
        total += float(costs.joins(kind, before, entering, field.style)[0, 0])
    if number + 1 < len(film):
        kind = field.slots[number + 1].kind
        after, _ = _motion(field, film[number + 1])
        total += float(costs.joins(kind, leaving, after, field.style)[0, 0])
    return total


def _motion(field: Field, one: Chosen) -> tuple[np.ndarray, np.ndarray]:
    """Return the motion after the in-point and before the out-point, (1, 4) each."""
    material = field.slots[one.slot].options[one.option].material
    if isinstance(material, Still):
        vector = material.vectors[one.way][None]
        return vector, vector
    out = min(one.way + one.frames, material.end)
    return material.entering[one.way][None], material.leaving[out][None]
