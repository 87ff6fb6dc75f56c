"""Clips on sound tracks whose files hold no sound: silence, and a note of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from otio_genai import rates
from otio_genai.errors import RenderError
from otio_genai.maps import SoundSpan
from otio_genai.media import containers, kinds, locate
from otio_genai.render.plan import SAMPLE_RATE, Plan

__all__ = ["heard"]


def heard(plan: Plan, *, strict: bool = False) -> Plan:
    """Return a plan without the sounds that its files do not have.

    Editors lay the silent picture of a take on a sound track without a word.

    Raises
    ------
    RenderError
        ``strict``, and there are some; all are named.
    MediaError
        A file cannot be opened.
    """
    silent = {url for url in {span.url for span in plan.sounds} if _is_silent(url)}
    if not silent:
        return plan
    lost = tuple(_notes(plan, silent))
    if strict:
        raise RenderError(
            "Some clips on sound tracks have no sound:",
            place=plan.name,
            remedy="Take them out or relink them, or leave out --strict.",
            items=lost,
        )
    sounds = tuple(span for span in plan.sounds if span.url not in silent)
    return replace(plan, sounds=sounds, notes=(*plan.notes, *lost))


def _is_silent(url: str) -> bool:
    file = locate.path(url)
    if kinds.kind(file) is not kinds.Kind.STREAM:
        return True
    return not containers.has_sound(file)


def _notes(plan: Plan, silent: set[str]) -> Iterator[str]:
    for span in plan.sounds:
        if span.url in silent:
            yield (
                f"{span.clip.name or 'clip'} at {_place(span, plan.rate)} is silent: "
                f"{locate.path(span.url).name} holds no sound."
            )


def _place(span: SoundSpan, rate: Fraction) -> str:
    begins_s = Fraction(span.record_in_samples, SAMPLE_RATE)
    return rates.timecode(rates.frames_at(begins_s, rate), rate)
