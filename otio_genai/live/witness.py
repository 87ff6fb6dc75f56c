"""A film written down as it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise import starts, timeline_of
from otio_genai.media import files

__all__ = ["free_name", "until", "witnessed", "write"]

_WHY = "It was shown dry, since it was not ready in time."


def until(field: Field, film: Sequence[Chosen], frames: int) -> tuple[Chosen, ...]:
    """Return the shots of a film that were on the screen, the last one whole.

    Parameters
    ----------
    field, film
        The film as it was decided.
    frames
        How many record frames of it were shown. A shot whose transition was begun was
        on the screen; it is not cut short, since transitions depend on its length.
    """
    kept = [
        one
        for one, begin in zip(film, starts(film), strict=False)
        if frames > max(0, begin - 2 * field.slots[one.slot].half)
    ]
    return tuple(kept)


def witnessed(
    field: Field,
    film: Sequence[Chosen],
    stems: Sequence[int],
    dry: Sequence[tuple[int, int]],
    *,
    ended: bool = True,
) -> otio.schema.Timeline:
    """Return a film as it was on the screen.

    Parameters
    ----------
    field, film, stems, ended
        As for `otio_genai.field.realise.timeline_of`.
    dry
        Record frames, first and after the last, in which nothing was rendered: the
        transitions there were cuts.
    """
    made = timeline_of(field, film, stems=stems, ended=ended)
    track = made.video_tracks()[0]
    cuts = starts(film)
    at, gone = 0, False
    for item in list(track):
        if isinstance(item, otio.schema.Clip):
            at += 1
            if gone:
                _say_dry(item)
            gone = False
        elif isinstance(item, otio.schema.Transition):
            gone = any(first <= cuts[at] <= last for first, last in dry)
            if gone:
                del track[track.index(item)]
    return made


def _say_dry(clip: otio.schema.Clip) -> None:
    join = metadata.read(clip, "join", {})
    metadata.put(clip, "join", {**join, "kind": "dry", "why": _WHY})


def free_name(path: Path) -> Path:
    """Return a path where nothing is: the given one, or one with a number."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem} {number}{path.suffix}")
    return found


def write(timeline: otio.schema.Timeline, path: Path) -> None:
    """Write a film where nothing is yet; OutputError where that cannot be."""
    with files.write_beside(path) as beside:
        beside.write_text(timeline.to_json_string(), encoding="utf-8")
