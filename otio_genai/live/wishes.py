"""Which takes are worth asking for while a film plays, and when it is too late for one.

All of it follows from the field and what is decided; nothing here waits or asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import GenaiError
from otio_genai.field.model import START, Chosen, Field, Option, Slot
from otio_genai.media import locate
from otio_genai.prompts import Recipe, read_recipe

__all__ = [
    "Prompted",
    "Still",
    "Wish",
    "beside",
    "caption",
    "earliest",
    "prompts_of",
    "wishes",
]

#: A take is to be there so long before its slot may begin.
READY_S = 10.0


@dataclass(frozen=True, slots=True)
class Still:
    """A picture of a take: what a new one should begin or end with."""

    path: Path
    at: int
    "Record frame, counted from the take's first."


@dataclass(frozen=True, slots=True)
class Prompted:
    """How more takes of a slot are asked for."""

    recipe: Recipe
    provider: str
    "Who is asked; anyone if empty."


@dataclass(frozen=True, slots=True)
class Wish:
    """A slot for which a take may be asked."""

    slot: int
    recipe: Recipe
    starts_s: float
    "When the slot may begin at the earliest, in seconds of the film."
    captions: Mapping[str, str]
    "What its neighbours show: ``previous_slot.caption``, ``next_slot.caption``."
    first: Still | None
    "The picture before it."
    last: Still | None
    "The picture after it."


def wishes(
    field: Field,
    decided: Sequence[Chosen] = (),
    *,
    after_s: float = 0.0,
    provider: str = "",
    told: Mapping[int, Prompted] | None = None,
) -> list[Wish]:
    """Return the slots for which a take may be asked, the next ones first.

    Parameters
    ----------
    decided
        The film so far.
    after_s
        Slots that may begin before this time of the film are left out: no take of
        theirs could be there in time.
    provider
        Slots that name another provider are left out.
    told
        What `prompts_of` returned, where it is asked again and again.

    Raises
    ------
    FieldError
        A prompt is of no form that can be filled.
    """
    begins = earliest(field, decided)
    taken = {chosen.slot for chosen in decided}
    found = []
    for index, prompted in (prompts_of(field) if told is None else told).items():
        frame = begins[index]
        if index in taken or frame is None:
            continue
        starts_s = float(frame / field.rate)
        other = provider and prompted.provider not in ("", provider)
        if starts_s >= after_s and not other:
            found.append(_wish(field, decided, index, starts_s, prompted.recipe))
    return sorted(found, key=lambda wish: (wish.starts_s, wish.slot))


def prompts_of(field: Field) -> dict[int, Prompted]:
    """Return how more takes are asked for, of each slot that says so and may show them.

    Raises
    ------
    FieldError
        A prompt is of no form that can be filled.
    """
    found = {}
    for index, slot in enumerate(field.slots):
        told = None if slot.policy == "fixed" else _prompt(slot)
        if told is not None:
            found[index] = Prompted(read_recipe(told), str(told.get("provider") or ""))
    return found


def earliest(field: Field, decided: Sequence[Chosen] = ()) -> list[int | None]:
    """Return the record frame at which each slot may begin at the earliest.

    None where the film cannot come by any more. Flags are not looked at: a slot that
    may be left out is taken to last nothing.
    """
    count = len(field.slots)
    passed = sum(chosen.frames for chosen in decided)
    seen = {chosen.slot for chosen in decided}
    last = decided[-1].slot if decided else -1
    ways: dict[int, list[int]] = {}
    for branch in field.branches:
        ways.setdefault(branch.at, []).append(branch.to)
    found: list[int | None] = [None] * count
    # Where each slot, and the end, can be come by in the order of the track.
    comes: list[int | None] = [None] * (count + 1)
    for to in ways.get(START, ()) if last < 0 else ():
        comes[to] = 0
    for unit in _units(field):
        entry = comes[unit[0]]
        if last in unit or (last < 0 and unit[0] == 0):
            entry = passed
        if entry is None:
            continue
        for slot in unit:
            found[slot] = None if slot in seen else entry
        left = entry + sum(_least(field.slots[k]) for k in unit if k not in seen)
        for to in (unit[-1] + 1, *(to for k in unit for to in ways.get(k, ()))):
            before = comes[to]
            comes[to] = left if before is None else min(before, left)
    return found


def _units(field: Field) -> Iterator[tuple[int, ...]]:
    """Give the slots that come in any order together, and each other one alone."""
    groups = {group.slots[0]: group for group in field.groups if group.slots}
    inside = {k for g in field.groups if g.order != "fixed" for k in g.slots}
    for index in range(len(field.slots)):
        group = groups.get(index)
        if group is not None and group.order != "fixed":
            yield group.slots
        elif index not in inside:
            yield (index,)


def _least(slot: Slot) -> int:
    skipped = slot.requires is not None or slot.policy == "once"
    return 0 if skipped else slot.shortest


def beside(
    field: Field, decided: Sequence[Chosen], index: int
) -> tuple[tuple[Option, Chosen] | None, tuple[Option, Chosen] | None]:
    """Return what lies before and after a slot: decided, else what is likeliest.

    Before a slot that may come next lies the last shot decided, wherever the film was
    on the track; before any other, and after each, what is still to come beside it.
    """
    seen = {chosen.slot for chosen in decided}
    begins = earliest(field, decided)
    open_ = [k for k, frame in enumerate(begins) if frame is not None and k not in seen]
    before = next((k for k in reversed(open_) if k < index), None)
    after = next((k for k in open_ if k > index), None)
    left = None if before is None else _likely(field, before)
    if decided and (index in _following(field, decided) or left is None):
        left = decided[-1]
    right = None if after is None else _likely(field, after)
    return _shown(field, left), _shown(field, right)


def _shown(field: Field, chosen: Chosen | None) -> tuple[Option, Chosen] | None:
    if chosen is None:
        return None
    return field.slots[chosen.slot].options[chosen.option], chosen


def _following(field: Field, decided: Sequence[Chosen]) -> set[int]:
    """Return the slots that may come right after what is decided."""
    last, seen = decided[-1].slot, {chosen.slot for chosen in decided}
    unit = next(unit for unit in _units(field) if last in unit)
    rest = set(unit) - seen
    if rest:
        return rest
    branched = {branch.to for branch in field.branches if branch.at in unit}
    return {unit[-1] + 1, *branched}


def caption(clip: otio.schema.Clip) -> str:
    """Return what a take shows, in words: its prompt, else its name."""
    slate = metadata.read(clip.media_reference, "slate", {})
    told = slate.get("caption") or slate.get("prompt") or clip.name
    return " ".join(str(told).split())


def _likely(field: Field, place: int) -> Chosen:
    slot = field.slots[place]
    heaviest = max(range(len(slot.options)), key=lambda k: slot.options[k].weight)
    option = slot.options[heaviest]
    wanted = round(field.style.mean_shot_s * field.rate)
    frames = min(max(wanted, slot.shortest), slot.longest)
    way = option.ins[0] if option.ins else 0
    still = option.material.still
    if not still:
        frames = max(1, min(frames, option.material.end - way))
    if option.outs:
        lengths = [out - (0 if still else way) for out in option.outs]
        legal = [n for n in lengths if slot.shortest <= n <= slot.longest]
        frames = min(legal or [frames], key=lambda n: abs(n - wanted))
    return Chosen(place, heaviest, way, frames)


def _wish(
    field: Field, decided: Sequence[Chosen], index: int, starts_s: float, recipe: Recipe
) -> Wish:
    before, after = beside(field, decided, index)
    captions = {}
    for name, item in (("previous_slot", before), ("next_slot", after)):
        captions[f"{name}.caption"] = caption(item[0].clip) if item else ""
    return Wish(
        index,
        recipe,
        starts_s,
        captions,
        _still(before, leaving=True),
        _still(after, leaving=False),
    )


def _still(item: tuple[Option, Chosen] | None, *, leaving: bool) -> Still | None:
    if item is None:
        return None
    option, chosen = item
    at = 0
    if not option.material.still:
        at = chosen.way + (chosen.frames - 1 if leaving else 0)
    try:
        return Still(locate.path(option.clip.media_reference), at)
    except GenaiError:
        return None


def _prompt(slot: Slot) -> dict[str, object] | None:
    for told in _told(slot):
        if told.get("template"):
            return told
    return None


def _told(slot: Slot) -> Iterator[dict[str, object]]:
    for option in slot.options:
        told = metadata.read(option.clip, "take", {}).get("prompt")
        if isinstance(told, dict):
            yield told
