"""The timeline itself: shots, joins and sound as stock OpenTimelineIO objects."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.pictured import Film, Join, Shot, picture, reaches
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.soundtrack import Constant, Heard, soundtrack

__all__ = ["Film", "Join", "Shot", "build", "reaches", "span"]

_VERSION = 2


def build(
    film: Film,
    shots: Sequence[Shot],
    joins: Sequence[Join],
    bed: otio.schema.Clip | None,
    voices: Sequence[mix.Sound],
    warnings: Sequence[str],
    *,
    constant: Constant | None = None,
) -> otio.schema.Timeline:
    """Return the timeline of the shots, the bed, the voices and the takes' sound.

    With ``constant`` levels nothing is balanced: each sound has the gain it is given.
    """
    total = sum(shot.frames for shot in shots)
    timeline = otio.schema.Timeline(
        film.title, global_start_time=rates.time(0, film.rate)
    )
    timeline.tracks.append(picture(film, shots, joins))
    warnings = [*warnings, *_short_fades(film, shots)]
    sound = soundtrack(
        shots=_heard(shots, joins),
        voices=voices,
        bed=bed,
        total=total,
        rate=film.rate,
        style=film.style,
        constant=constant,
    )
    timeline.tracks.extend(sound.tracks)
    facts = _facts(film, total) | {
        "costs": {name: round(cost, 4) for name, cost in film.costs.items()},
        "brief": film.brief,
        "programme": sound.programme,
        "warnings": [*warnings, *sound.warnings],
        "version": _VERSION,
    }
    metadata.put(timeline, "film", facts)
    return timeline


def span(
    film: Film, shots: Sequence[Shot], joins: Sequence[Join], first: int, last: int
) -> otio.schema.Timeline:
    """Return the pictures of some shots of a film, without its sound.

    Their frames are those of the whole film, but for the transitions at the edges of
    the part, which are left away. It is there to be read: its media references are the
    materials' own.

    Parameters
    ----------
    film, shots, joins
        The whole film.
    first, last
        Shots ``first`` to ``last - 1``.
    """
    timeline = otio.schema.Timeline(
        film.title, global_start_time=rates.time(0, film.rate)
    )
    # A show asks for thousands an hour, and OTIO keeps 32 bytes for good of each nested
    # dictionary that was read, of every copy anew.
    timeline.tracks.append(picture(film, shots, joins, first, last, shared=True))
    total = sum(shot.frames for shot in shots[first:last])
    metadata.put(timeline, "film", _facts(film, total) | {"version": _VERSION})
    return timeline


def _facts(film: Film, total: int) -> dict[str, Any]:
    seeded = {} if film.seed is None else {"seed": film.seed}
    return {
        "title": film.title,
        "rate": rates.text(film.rate),
        "width": film.size[0],
        "height": film.size[1],
        "sample_rate": 48_000,
        "length_frames": total,
        "style": film.style.to_dict(),
    } | seeded


def _short_fades(film: Film, shots: Sequence[Shot]) -> list[str]:
    """Return a sentence for each fade that is longer than its shot."""
    ends = (
        ("fade_in_s", film.style.fade_in_s, shots[0]),
        ("fade_out_s", film.style.fade_out_s, shots[-1]),
    )
    return [
        f"{name} is {float(shot.frames / film.rate):.1f} s at most, as long as its "
        f"shot, not {wanted_s:g} s."
        for name, wanted_s, shot in ends
        if round(Fraction(wanted_s) * film.rate) > shot.frames
    ]


def _heard(shots: Sequence[Shot], joins: Sequence[Join]) -> list[Heard]:
    found, clock = [], 0
    for index, shot in enumerate(shots):
        facts = metadata.read(shot.material.clip.media_reference, "media", {})
        head, tail = shot.handles
        found.append(
            Heard(
                clip=shot.material.clip,
                record_in=clock,
                frames=shot.frames,
                source_in_frames=shot.record_in,
                head_frames=head,
                tail_frames=tail,
                sounds=bool(facts.get("has_audio")),
                split_s=joins[index - 1].split_s if index else None,
            )
        )
        clock += shot.frames
    return found
