"""Reading what is heard in a field's films."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.field.model import Audio, Gains, Group, Spoken, Stem
from otio_genai.field.reading import Reading

__all__ = ["audio_of"]

_BROKEN = (ArithmeticError, AttributeError, GenaiError, TypeError, ValueError)


def audio_of(
    said: Any, rate: Fraction, groups: Sequence[Group], reading: Reading
) -> Audio:
    """Return what is heard; what of it cannot be has its fault kept."""
    told = reading.table("audio", said, "audio")
    if told["bed"] is not None:
        _sounds(told["bed"], reading, "audio, bed")
    stems = []
    for number, row in enumerate(told["stems"]):
        place = f"audio, stem {number + 1}"
        stem = reading.table("stem", row, place)
        if stem["clip"] is not None and _sounds(stem["clip"], reading, place):
            stems.append(Stem(stem["clip"], stem["chance"], stem["gain_db"]))
    voices = _voices(told["voice"], rate, groups, reading)
    gains = reading.table("gains", told["gains"], "audio, gains")
    return Audio(told["bed"], tuple(stems), tuple(voices), Gains(**gains))


def _voices(
    rows: Sequence[Any], rate: Fraction, groups: Sequence[Group], reading: Reading
) -> list[Spoken]:
    found: list[Spoken] = []
    for number, row in enumerate(rows):
        place = f"audio, voice {number + 1}"
        voice = reading.table("voice", row, place)
        slot = reading.slot(voice["slot"], f"{place}, slot")
        if slot is None or voice["clip"] is None:
            continue
        if not _sounds(voice["clip"], reading, place):
            continue
        if found and slot < found[-1].slot:
            reading.say(
                place,
                f"{voice['slot']} comes before the slot of the voice before it; "
                "voices keep their order",
            )
        together = [
            group.id
            for group in groups
            if group.order != "fixed"
            and slot in group.slots
            and any(one.slot in group.slots for one in found)
        ]
        for name in together:
            reading.say(
                place,
                f"another voice begins in shuffled group {name!r}, too, so that their "
                "order would change",
            )
        pad = rates.frames_at(Fraction(voice["pad_s"]), rate)
        found.append(Spoken(slot, voice["clip"], pad))
    return found


def _sounds(clip: otio.schema.Clip, reading: Reading, place: str) -> bool:
    """Tell whether a clip is a sound with facts; keep the fault if it is not."""
    try:
        reference = clip.media_reference
        facts = metadata.read(reference, "media") or {}
        length_s = rates.seconds(reference.available_range.duration)
        whole = length_s > 0 and int(facts["sample_rate"]) > 0
        good = whole and bool(reference.target_url)
    except (*_BROKEN, LookupError):
        good = False
    if not good:
        reading.say(
            f"{place} ({clip.name})",
            "nothing is known of its sound: analyse it first (`otio-genai analyse`)",
        )
    return good
