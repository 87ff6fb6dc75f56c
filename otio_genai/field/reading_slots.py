"""Reading the slots of a field from its picture track."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.field.model import Option, Slot
from otio_genai.field.reading import Reading
from otio_genai.field.reading_takes import Film, Lengths, material_of, option_of
from otio_genai.field.values import text

__all__ = ["ids_of", "pictures", "slots_of"]

_SECONDS = {"carry": "carry_s", "dissolve": "dissolve_s", "dip": "dip_s"}


def pictures(
    timeline: otio.schema.Timeline, reading: Reading
) -> list[otio.schema.Clip]:
    """Return the clips of the picture track, one for each slot."""
    tracks = timeline.video_tracks()
    if not tracks:
        reading.say("the timeline", "it has no picture track, so there is no slot")
        return []
    found = []
    for number, item in enumerate(tracks[0]):
        if isinstance(item, otio.schema.Clip):
            found.append(item)
        elif not isinstance(item, otio.schema.Transition):
            reading.say(
                f"item {number + 1} of the picture track",
                f"a {type(item).__name__} cannot be a slot; put a clip there",
            )
    if not found:
        reading.say("the picture track", "there is no slot on it")
    return found


def ids_of(clips: list[otio.schema.Clip], reading: Reading) -> list[str]:
    """Return the name of each slot; one that has none gets its number's."""
    found = []
    for number, clip in enumerate(clips):
        said = _kept(clip, "slot")
        name = said.get("id") if isinstance(said, dict) else None
        try:
            found.append(text(name))
        except ValueError:
            found.append(f"clip {number + 1}")
    for name, count in Counter(found).items():
        if count > 1:
            reading.say(name, f"{count} slots have this name")
        if name == "end":
            reading.say(name, "no slot may be called that: it is the film's end")
    return found


def _kept(obj: Any, key: str, reading: Reading | None = None, place: str = "") -> Any:
    """Return what is kept under a key; None, with the fault kept, if unreadable."""
    try:
        return metadata.read(obj, key)
    except GenaiError as error:
        if reading is not None:
            reading.say(place, error.sentence.rstrip("."))
        return None


def slots_of(
    clips: list[otio.schema.Clip],
    ids: list[str],
    fixed: tuple[str, ...],
    film: Film,
    reading: Reading,
) -> list[Slot | None]:
    """Return the slots in order; None, with faults kept, where one cannot be."""
    return [
        _slot(clip, name, name in fixed, film, reading)
        for clip, name in zip(clips, ids, strict=True)
    ]


def _slot(
    clip: otio.schema.Clip, name: str, fixed: bool, film: Film, reading: Reading
) -> Slot | None:
    before = len(reading.problems)
    told = _kept(clip, "slot", reading, name)
    if told is None and len(reading.problems) > before:
        return None
    if told is None:
        reading.say(name, 'it has no `slot`: give it one, at least {"id": …}')
        told = {"id": name}
    said = reading.table("slot", told, name)
    reading.known_flags(said["sets"], f"{name}, sets")
    lengths = _lengths(said, film, reading, name)
    join = reading.table("join", said["join"], f"{name}, join")
    options = _options(clip, name, lengths, film, reading)
    requires = reading.condition(said["requires"], f"{name}, requires")
    if len(reading.problems) > before:
        return None
    at_s = said["at_s"]
    return Slot(
        id=name,
        options=tuple(options),
        policy="fixed" if fixed else said["policy"],
        shortest=lengths.shortest,
        longest=lengths.longest,
        kind=join["kind"],
        half=_half(join, film),
        requires=requires,
        sets=said["sets"],
        at=None if at_s is None else rates.frames_at(Fraction(at_s), film.rate),
        tags=said["tags"],
    )


def _lengths(said: dict[str, Any], film: Film, reading: Reading, place: str) -> Lengths:
    style = film.style
    shortest_s = said["shortest_s"] or style.min_shot_s
    longest_s = said["longest_s"] or style.max_shot_s
    shortest = max(1, rates.frames_at(Fraction(shortest_s), film.rate))
    longest = max(1, rates.frames_at(Fraction(longest_s), film.rate))
    if shortest > longest:
        reading.say(
            place,
            f"its shortest shot, {shortest_s:g} s, is longer than its longest, "
            f"{longest_s:g} s",
        )
    return Lengths(shortest, max(shortest, longest))


def _half(join: dict[str, Any], film: Film) -> int:
    if join["kind"] not in _SECONDS:
        return 0
    length_s = join["length_s"] or getattr(film.style, _SECONDS[join["kind"]])
    return max(1, round(Fraction(length_s) * film.rate / 2))


def _options(
    clip: otio.schema.Clip, name: str, lengths: Lengths, film: Film, reading: Reading
) -> list[Option]:
    """Return the approved takes of a slot, the active one first."""
    before = len(reading.problems)
    others = _kept(clip, "takes")
    if others is not None and not isinstance(others, list):
        reading.say(f"{name}, takes", "must be a list of clips")
        others = []
    found = []
    for number, one in enumerate([clip, *(others or ())]):
        if not isinstance(one, otio.schema.Clip):
            reading.say(f"{name}, take {number + 1}", "it is no clip")
            continue
        place = f"{name}, take {number + 1} ({one.name})"
        option, approved = _option(one, lengths, film, reading, place)
        if number == 0 and not approved:
            reading.say(
                place,
                "it is the active take and under quarantine: approve it, or promote "
                "another",
            )
        if number == 0:
            _within(one, option, film, reading, place)
        if option is not None and approved:
            found.append(option)
    if not found and len(reading.problems) == before:
        reading.say(name, "no take of it is approved, so it is empty")
    return found


def _option(
    clip: otio.schema.Clip,
    lengths: Lengths,
    film: Film,
    reading: Reading,
    place: str,
) -> tuple[Option | None, bool]:
    told = _kept(clip, "take", reading, place)
    said = reading.table("take", {} if told is None else told, place)
    reading.table("prompt", said["prompt"], f"{place}, prompt")
    cuts = reading.table("cuts", said["cuts"], f"{place}, cuts")
    reading.known_flags(said["sets"], f"{place}, sets")
    material = material_of(clip, film, lengths.longest, reading, place)
    if material is None:
        return None, said["review"] == "ok"
    option = option_of(material, said, cuts, lengths, reading, place)
    return option, said["review"] == "ok"


def _within(
    clip: otio.schema.Clip,
    option: Option | None,
    film: Film,
    reading: Reading,
    place: str,
) -> None:
    """Keep a fault where the active take is not a whole shot of its media."""
    span = clip.source_range
    if option is None:
        return
    if span is None:
        reading.say(place, "its range is not stated; trim it to what the film shows")
        return
    try:
        begin_s = rates.seconds(clip.media_reference.available_range.start_time)
        first = (rates.seconds(span.start_time) - begin_s) * film.rate
        frames = rates.seconds(span.duration) * film.rate
    except (GenaiError, ArithmeticError, ValueError):
        reading.say(place, "its range cannot be read")
        return
    if frames.denominator != 1 or frames < 1:
        reading.say(place, "its length is no whole number of record frames")
    elif first < 0 or first + frames > option.material.end + 1:
        reading.say(place, "its range reaches beyond its media")
