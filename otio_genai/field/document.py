"""A field from its document: a timeline of active takes, and in metadata the rest.

Conventions
    The keys are those of `otio_genai.field.keys`. A document is right or refused as a
    whole: every fault is named at once, with its place.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError, GenaiError, MetadataError
from otio_genai.field.bounds import bounds
from otio_genai.field.fingerprint import fingerprint
from otio_genai.field.model import (
    Coverage,
    Field,
    Motion,
    Palette,
    Runtime,
    Slot,
)
from otio_genai.field.reading import Reading
from otio_genai.field.reading_rules import (
    branches_of,
    clock_of,
    flags_of,
    groups_of,
    runtime_of,
)
from otio_genai.field.reading_slots import ids_of, pictures, slots_of
from otio_genai.field.reading_sound import audio_of
from otio_genai.field.reading_takes import Film

__all__ = ["VERSION", "faults", "is_field", "read_field"]

VERSION = 1
_LARGEST_PX = 32_768
_FASTEST = 1000
_USUAL_SIZE = (1920, 1080)


def is_field(timeline: object) -> bool:
    """Tell whether a timeline says that it is a field, rightly or not."""
    if not isinstance(timeline, otio.schema.Timeline):
        return False
    try:
        return metadata.read(timeline, "field") is not None
    except GenaiError:
        return False


def faults(timeline: otio.schema.Timeline) -> list[str]:
    """Return everything that is wrong with a field's document, each with its place.

    Raises
    ------
    MetadataError
        It was written by a later version than this one knows.
    """
    return _read(timeline)[1]


def read_field(timeline: otio.schema.Timeline) -> Field:
    """Return the field of a document.

    Parameters
    ----------
    timeline
        The document; it is not changed, and the field refers to its clips.

    Raises
    ------
    FieldError
        It is no field, or contradicts itself; every fault is named.
    MetadataError
        It was written by a later version than this one knows.
    """
    found, problems = _read(timeline)
    if problems or found is None:
        name = getattr(timeline, "name", "") or None
        raise FieldError(
            "This field cannot be.",
            place=str(name) if name else None,
            remedy="Correct what is listed; docs/the-field.md has every key.",
            items=problems,
        )
    return found


def _read(timeline: otio.schema.Timeline) -> tuple[Field | None, list[str]]:
    if not isinstance(timeline, otio.schema.Timeline):
        return None, [f"a {type(timeline).__name__} is no timeline, so no field"]
    reading = Reading()
    told = _told(timeline)
    if told is None:
        return None, [
            "the timeline has no `field` in its metadata; `otio-genai field open` "
            "makes one"
        ]
    said = reading.table("field", told, "field")
    film, whole = _film(timeline, reading)
    reading.flags = flags_of(said["flags"], reading)
    clips = pictures(timeline, reading)
    ids = ids_of(clips, reading)
    reading.index = {name: k for k, name in reversed(list(enumerate(ids)))}
    for name in said["fixed"]:
        reading.slot(name, "fixed")
    slots = slots_of(clips, ids, said["fixed"], film, reading)
    found = _whole(timeline, film, said, slots, reading)
    return found if whole else None, reading.problems


def _told(timeline: otio.schema.Timeline) -> Any:
    told = metadata.read(timeline, "field")
    version = told.get("version") if isinstance(told, dict) else None
    known = isinstance(version, int) and version <= VERSION
    if isinstance(version, int) and not isinstance(version, bool) and not known:
        raise MetadataError(
            f"This field was written with version {version}; this otio-genai knows "
            f"versions up to {VERSION}.",
            place=str(timeline.name),
            remedy="Install a newer otio-genai to read it.",
        )
    return told


def _film(timeline: otio.schema.Timeline, reading: Reading) -> tuple[Film, bool]:
    """Return rate, size and style, and whether they are the film's own.

    Where they cannot be read the faults are kept, and others stand in for them, so that
    what else is wrong is found, too.
    """
    before = len(reading.problems)
    facts = metadata.read(timeline, "film")
    rate, style = Fraction(24), Style()
    if not isinstance(facts, dict):
        reading.say("film", "there is nothing under this key; assemble the film first")
        return Film(rate, _USUAL_SIZE, style), False
    try:
        found = maps.record_rate(timeline)
        if not 1 <= found <= _FASTEST:
            raise ValueError
        rate = found
    except (GenaiError, ArithmeticError, TypeError, ValueError):
        reading.say("the timeline", "its rate cannot be read")
    try:
        style = Style.from_dict(facts.get("style") or {})
    except GenaiError as error:
        for item in error.items or (error.sentence,):
            reading.say("film, style", item)
    except (AttributeError, TypeError, ValueError):
        reading.say("film, style", "must be a dictionary of settings")
    size = _size(facts, reading) or _USUAL_SIZE
    return Film(rate, size, style), len(reading.problems) == before


def _size(facts: dict[str, Any], reading: Reading) -> tuple[int, int] | None:
    found = []
    for key in ("width", "height"):
        value = facts.get(key)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and 2 <= int(value or 0) <= _LARGEST_PX:
            found.append(int(value or 0))
        else:
            reading.say(f"film, {key}", f"must be 2 to {_LARGEST_PX} px, not {value!r}")
    return (found[0], found[1]) if len(found) == 2 else None


def _whole(
    timeline: otio.schema.Timeline,
    film: Film,
    said: dict[str, Any],
    slots: list[Slot | None],
    reading: Reading,
) -> Field | None:
    groups = groups_of(said["groups"], reading)
    branches = branches_of(said["branches"], groups, reading)
    clock = clock_of(said, film.rate, reading)
    runtime = runtime_of(said["runtime"], clock, film.rate, reading)
    motion = reading.table("motion", said["motion"], "motion")
    palette = reading.table("palette", said["palette"], "palette")
    policy = reading.table("policy", said["policy"], "policy")
    audio = audio_of(said["audio"], film.rate, groups, reading)
    for slot in slots:
        if slot is not None and slot.at is not None and clock is None:
            reading.say(
                f"{slot.id}, at_s",
                "a pinned time needs ticks: give the field a `grid` or `ticks_per_s`",
            )
    if reading.problems:
        return None
    whole = Field(
        timeline=timeline,
        title=_title(timeline),
        rate=film.rate,
        size=film.size,
        style=film.style,
        slots=tuple(_snapped(slot, clock) for slot in slots if slot is not None),
        groups=tuple(groups),
        branches=tuple(branches),
        flags=reading.flags,
        runtime=runtime,
        clock=clock,
        motion=Motion(**motion),
        palette=Palette(**palette),
        coverage=Coverage(**policy),
        audio=audio,
    )
    _lasting(whole, reading)
    return replace(whole, fingerprint=fingerprint(whole))


def _title(timeline: otio.schema.Timeline) -> str:
    facts = metadata.read(timeline, "film")
    return str(facts.get("title") or timeline.name or "Untitled")


def _snapped(slot: Slot, clock: Any) -> Slot:
    """Return a slot whose pinned time is the tick nearest to it."""
    if slot.at is None or clock is None:
        return slot
    about = int(slot.at / clock.rate * clock.ticks_per_s)
    near = (clock.frame(max(0, tick)) for tick in range(about - 1, about + 3))
    at = slot.at
    return replace(slot, at=min(near, key=lambda frame: (abs(frame - at), frame)))


def _lasting(field: Field, reading: Reading) -> None:
    """Keep a fault for each time that no film can keep."""
    found, wrong = bounds(field.slots, field.groups, field.branches)
    rate = field.rate

    def told(frames: int) -> str:
        return f"{float(frames / rate):.2f} s"

    for index in wrong:
        slot, bound = field.slots[index], found[index]
        reading.say(
            f"{slot.id}, at_s",
            f"it cannot begin at {told(slot.at or 0)}: what comes before it ends "
            f"between {told(bound.earliest)} and {told(bound.latest)}",
        )
    if wrong:
        return
    end, runtime = found[-1], _asked(field)
    if runtime.shortest is not None and runtime.shortest > end.latest:
        reading.say(
            "runtime",
            f"no film lasts {told(runtime.shortest)}: the longest has "
            f"{told(end.latest)}",
        )
    if runtime.longest is not None and runtime.longest < end.earliest:
        reading.say(
            "runtime",
            f"every film is longer than {told(runtime.longest)}: the shortest has "
            f"{told(end.earliest)}",
        )


def _asked(field: Field) -> Runtime:
    exact = field.runtime.exact
    if exact is None or field.clock is None:
        return field.runtime
    frames = field.clock.frame(exact)
    return Runtime(frames, frames)
