"""The joins of a timeline as a table: how each behaves, where it falls, and why.

Conventions
    Joins are numbered from 1, as film files and locks number them. Timecodes count
    from the film's first frame. Joins of timelines that others made have no score and
    no reason; their kind is ``cut`` or that of their transition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.fracture import words

__all__ = ["joins", "joins_text"]

_HEAD = ("#", "timecode", "kind", "score", "from → to", "motion out → in", "place")
_LONGEST_NAME = 24


def joins(timeline: otio.schema.Timeline) -> list[dict[str, Any]]:
    """Return every join of the picture, in order.

    Parameters
    ----------
    timeline
        Any timeline; it is not changed.

    Returns
    -------
    list of dict
        ``number``, ``record_frame``, ``timecode``, ``from``, ``to`` and what is known
        of the join: ``kind``, ``planned``, ``score``, ``confidence``, ``motion_out``
        and ``motion_in`` (fw/s), ``place``, ``distance_frames``, ``why``.

    Raises
    ------
    TimelineError
        The timeline has no rate of its own.
    """
    rate = maps.record_rate(timeline)
    found: list[dict[str, Any]] = []
    clock, before, kind = 0, None, "cut"
    for item in next(iter(timeline.video_tracks()), ()):
        if isinstance(item, otio.schema.Transition):
            known = metadata.read(item, "carry", {})
            kind = str(known.get("kind") or item.name or "transition")
            continue
        if isinstance(item, otio.schema.Clip) and before is not None:
            place = {
                "number": len(found) + 1,
                "record_frame": clock,
                "timecode": rates.timecode(clock, rate),
                "from": before.name,
                "to": item.name,
            }
            found.append({**place, "kind": kind, **metadata.read(item, "join", {})})
        before = item if isinstance(item, otio.schema.Clip) else None
        kind = "cut"
        clock += rates.frames_at(rates.seconds(item.trimmed_range().duration), rate)
    return found


def joins_text(found: Sequence[Mapping[str, Any]]) -> str:
    """Return joins as lines for a person: two for each, the second saying why.

    Parameters
    ----------
    found
        What `joins` returned.
    """
    rows = [_HEAD, *map(_row, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = []
    for row, join in zip(rows, [{}, *found], strict=True):
        cells = [
            cell.rjust(width) if name in ("#", "score") else cell.ljust(width)
            for name, cell, width in zip(_HEAD, row, widths, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
        if join.get("why"):
            lines.append(" " * (widths[0] + 2) + str(join["why"]))
    return "\n".join(lines)


def _row(join: Mapping[str, Any]) -> tuple[str, ...]:
    score = join.get("score")
    sides = [join.get("motion_out"), join.get("motion_in")]
    moved = " → ".join(words(side) if side else "unknown" for side in sides)
    return (
        str(join["number"]),
        str(join["timecode"]),
        str(join["kind"]),
        "" if score is None else f"{score:.2f}",
        f"{_short(join['from'])} → {_short(join['to'])}",
        moved if any(sides) else "",
        _placed(join),
    )


def _placed(join: Mapping[str, Any]) -> str:
    """Return a place with its distance: ``phrase``, ``beat +2 frames``."""
    if not join.get("place"):
        return ""
    distance = join.get("distance_frames") or 0
    frames = "frame" if abs(distance) == 1 else "frames"
    return f"{join['place']} {distance:+d} {frames}" if distance else str(join["place"])


def _short(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"
