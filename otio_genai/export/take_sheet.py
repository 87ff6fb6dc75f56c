"""Every take of every shot as a table that any spreadsheet opens (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.export.resolve_takes import system_path
from otio_genai.interchange.account import clean
from otio_genai.interchange.fielded import fielded
from otio_genai.interchange.loss import Loss
from otio_genai.maps.layout import Placed, layout

__all__ = ["COLUMNS", "take_sheet"]

#: Names of the columns; ``in`` and ``out`` are the take's media frames, half-open.
COLUMNS = (
    "slot", "record in", "record out", "take", "active", "name", "file", "in", "out",
    "seconds", "weight", "review", "policy", "in points", "out points", "requires",
    "sets", "pinned s", "shortest s", "longest s", "prompt",
)  # fmt: skip

_KEPT = frozenset(
    ["weights", "policy", "condition", "pin", "points", "length", "review", "prompt"]
)
# Begins a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BYTE_ORDER = "\ufeff"


def take_sheet(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    """Return a table of all takes of a timeline's first video track, and its loss.

    Texts that a spreadsheet would take for a formula begin with an apostrophe.

    Raises
    ------
    TimelineError
        It states no rate, or a clip of it no range.
    """
    rate = maps.record_rate(timeline)
    begin = timeline.global_start_time
    start = 0 if begin is None else rates.frames_at(rates.seconds(begin), rate)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for track in timeline.video_tracks()[:1]:
        number = 0
        for spot in layout(track, rate)[0]:
            if isinstance(spot.item, otio.schema.Clip):
                number += 1
                for row in _rows(spot, number, max(0, start), rate):
                    table.writerow([_cell(row.get(name)) for name in COLUMNS])
    note = "A sheet lists the takes of each shot; it is no film."
    told = fielded(timeline, takes="each in a row of its own", keeps=_KEPT)
    return _BYTE_ORDER + out.getvalue(), told + Loss(notes=(note,))


def _rows(
    spot: Placed, number: int, start: int, rate: Fraction
) -> Iterator[Mapping[str, Any]]:
    slot = _facts(metadata.read(spot.item, "slot"))
    takes = metadata.takes(spot.item)
    shared = {
        "slot": slot.get("id") or f"{number}",
        "record in": rates.timecode(spot.record_in + start, rate),
        "record out": rates.timecode(spot.record_out + start, rate),
        "policy": slot.get("policy"),
        "requires": slot.get("requires"),
        "pinned s": slot.get("at_s"),
        "shortest s": slot.get("shortest_s"),
        "longest s": slot.get("longest_s"),
    }
    for index, clip in enumerate((spot.item, *takes), 1):
        sets = _facts(slot.get("sets")) | _facts(_facts(_take(clip)).get("sets"))
        yield (
            shared
            | _told(clip, rate)
            | {
                "take": index,
                "active": "yes" if index == 1 else "",
                "sets": ", ".join(f"{flag}: {sets[flag]}" for flag in sets),
            }
        )


def _told(clip: otio.schema.Clip, rate: Fraction) -> dict[str, Any]:
    take, run = _take(clip), maps.speed(clip, rate)
    cuts, prompt = _facts(take.get("cuts")), take.get("prompt")
    facts = _facts(metadata.read(clip.media_reference, "media"))
    source = rates.rate(facts["rate"]) if facts.get("rate") else rate
    first_s = run.at(0)[0]
    length_s = run.length_frames / rate
    url = getattr(clip.media_reference, "target_url", None) or ""
    return {
        "name": clip.name,
        "file": system_path(url) if url else "",
        "in": rates.frame_at(first_s, source),
        "out": rates.frame_at(first_s + length_s - Fraction(1, 10**9), source) + 1,
        "seconds": f"{float(length_s):.3f}",
        "weight": take.get("weight"),
        "review": take.get("review"),
        "in points": _points(cuts.get("in")),
        "out points": _points(cuts.get("out")),
        "prompt": json.dumps(prompt, ensure_ascii=False) if prompt else "",
    }


def _take(clip: otio.schema.Clip) -> dict[str, Any]:
    return _facts(metadata.read(clip, "take"))


def _facts(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _points(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    text = clean(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
