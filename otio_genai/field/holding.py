"""Limits of a field's joins, wide enough for films that it is to hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.field.document import read_field
from otio_genai.field.drawing import space
from otio_genai.field.model import Field
from otio_genai.field.opening_film import STEPS
from otio_genai.field.showing.confined import confined

__all__ = ["held"]


def held(
    made: otio.schema.Timeline, films: Sequence[Mapping[int, str]]
) -> otio.schema.Timeline:
    """Return a field with joins held no tighter than some films need, in place.

    Parameters
    ----------
    made
        The field's document.
    films
        What each film shows, by slot: contents of takes. One that shows a content
        twice, or a take that waits for approval, is no film of any field, and is passed
        over.
    """
    found = read_field(made)
    asked = found.motion.hard_max
    shown = [pairs for film in films if (pairs := _pairs(found, film))]
    wider = [step for step in STEPS if asked is not None and step > asked]
    for limit in (asked, *wider, None):
        motion = replace(found.motion, hard_max=limit)
        among = space(replace(found, motion=motion), reasons=False)
        if all(confined(among, film) for film in shown):
            told = metadata.read(made, "field")
            told["motion"]["hard_max"] = limit
            metadata.put(made, "field", told)
            break
    return made


def _pairs(found: Field, film: Mapping[int, str]) -> set[tuple[int, int]]:
    """Return the takes of a film, as (slot, option); none where it is none."""
    pairs = {
        (number, k)
        for number, content in film.items()
        for k, option in enumerate(found.slots[number].options)
        if option.content == content
    }
    whole = len(pairs) == len(film) == len(set(film.values()))
    return pairs if whole else set()
