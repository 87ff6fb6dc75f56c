"""Speed as the format's Time Remap, in the form Premiere writes it.

Conventions
    A retimed clip counts retimed frames: ``in``, ``out`` and ``duration`` are frames of
    the sequence in a copy of the media that runs at the clip's speed, and ``graphdict``
    says which media frame (at the sequence's rate too) each of them shows. Backwards
    that copy begins at the media's end. Keyframes that only mark the ends of the clip
    and of the media are called virtual; those of a speed that varies are not.

Reference
    Files of Premiere: 500 % has in 20, out 177, duration 8442 and keyframes (0, 0),
    (20, 100), (177, 885), (8442, 42211); reverse has (0, 37127), (15299, 21828);
    a varying speed (0, 0), (1, 1), (51, 51), (114, 126), (142, 154) under its mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from otio_genai import rates
from otio_genai.interchange.spot import Spot
from otio_genai.interchange.xmeml.model import Filter, MediaType, Parameter
from otio_genai.interchange.xmeml.parameters import Report

__all__ = ["Retimed", "decimal", "retimed"]

_MARKS = {
    "start": ("speedvirtualkf", "speedkfstart"),
    "in": ("speedvirtualkf", "speedkfin"),
    "out": ("speedvirtualkf", "speedkfout"),
    "end": ("speedvirtualkf", "speedkfend"),
    "": (),
}
_LARGEST_PERCENT = 100_000
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Retimed:
    """What a retimed clip says in place of plain in and out.

    Frames are retimed ones at the sequence's rate, ``ticks_in`` and ``ticks_out``
    count as Premiere's do, and ``first`` is the retimed frame of the record frame
    from which the item's keys count.
    """

    in_frames: int
    out_frames: int
    duration_frames: int
    first: int
    ticks: tuple[int, int]
    filter: Filter


#: (retimed frame, media frames at the sequence's rate, what it marks).
_Key = tuple[int, Fraction, str]


def decimal(value: Fraction) -> str:
    """Return a number as a decimal; all twelve places say that it is rounded.

    Fractions of small denominators are found again from it exactly.
    """
    scaled = value * 10**_DIGITS
    text = f"{Decimal(round(scaled)).scaleb(-_DIGITS):f}"
    if scaled.denominator != 1 or "." not in text:
        return text
    return text.rstrip("0").rstrip(".")


def retimed(
    spot: Spot, length_frames: int, mediatype: MediaType, report: Report
) -> Retimed:
    """Return the retimed frames and the Time Remap of a clip.

    Parameters
    ----------
    spot
        The clip; it does not run at its own speed (``not spot.plain``).
    length_frames
        Frames of its media at the record rate.
    mediatype
        The kind of its track. A sound whose speed varies gets the mean speed.
    report
        Told what is approximated.
    """
    run = spot.run
    if abs(run.factor) * 100 > _LARGEST_PERCENT:
        report("speed", "a speed beyond what the editor plays", "Render the clip.")
    if run.keys and mediatype == "audio":
        report(
            "speed",
            "the sound at its mean speed, which does not vary",
            "Render the sound at its speed.",
        )
    if run.keys and mediatype == "video":
        return _varying(spot, report)
    if run.factor == 0:
        return _held(spot, length_frames, mediatype)
    return _constant(spot, length_frames, mediatype)


def _shown(spot: Spot) -> tuple[int, int]:
    """Return the first record frame shown, from the item's own first, and all."""
    first = spot.start - spot.origin - spot.head
    return first, spot.end - spot.start + spot.head + spot.tail


def _constant(spot: Spot, media_frames: int, mediatype: MediaType) -> Retimed:
    run = replace(spot.run, keys=())
    record, factor = run.rate, run.factor
    first, length = _shown(spot)
    at = run.at(first)[0] * record, run.at(first + length)[0] * record
    run_up = at[0] if factor > 0 else media_frames - at[0]
    in_frames = max(0, rates.frames_at(run_up / abs(factor), Fraction(1)))
    out_frames = in_frames + length
    duration = max(out_frames, math.floor(media_frames / abs(factor)))
    ends = (0, media_frames) if factor > 0 else (media_frames, 0)
    keys: list[_Key] = [(in_frames, at[0], "in"), (out_frames, at[1], "out")]
    if in_frames > 0:
        keys.insert(0, (0, Fraction(ends[0]), "start"))
    if duration > out_frames:
        keys.append((duration, Fraction(ends[1]), "end"))
    ticks = sorted(rates.ticks(max(Fraction(0), edge / record)) for edge in at)
    return Retimed(
        in_frames,
        out_frames,
        duration,
        in_frames - first,
        (ticks[0], ticks[1]),
        _filter(keys, factor, media_frames, mediatype, varies=False),
    )


def _held(spot: Spot, media_frames: int, mediatype: MediaType) -> Retimed:
    first, length = _shown(spot)
    held = spot.run.in_s * spot.run.rate
    keys: list[_Key] = [(0, held, ""), (length, held, "")]
    begin = rates.ticks(spot.run.in_s)
    end = begin + rates.ticks(length / spot.run.rate)
    made = _filter(keys, Fraction(0), media_frames, mediatype, varies=True)
    duration = max(length, media_frames)
    return Retimed(0, length, duration, -first, (begin, end), made)


def _varying(spot: Spot, report: Report) -> Retimed:
    run = spot.run
    record = run.rate
    first, length = _shown(spot)
    earliest = min(Fraction(first), run.keys[0][0])
    base = first - math.floor(earliest)
    keys: dict[int, _Key] = {}
    for frame, mark in ((first, "in"), (first + length, "out")):
        when = base + frame - first
        keys[when] = (when, run.at(frame)[0] * record, mark)
    rounded = 0
    for place, time_s in run.keys:
        frame = rates.frames_at(place, Fraction(1))
        rounded += frame != place
        value = time_s if frame == place else run.at(frame)[0]
        when = base + frame - first
        keys[when] = (when, value * record, "")
    if rounded:
        report(
            "speed keyframes",
            f"{rounded} keyframes moved to whole frames",
            "Set them on whole frames.",
        )
    ordered = [keys[when] for when in sorted(keys)]
    top = max(math.ceil(value) for _, value, _ in ordered)
    out_frames = base + length
    ticks = rates.ticks(base / record), rates.ticks(out_frames / record)
    made = _filter(ordered, run.factor, max(top, 1), "video", varies=True)
    duration = max(out_frames, ordered[-1][0])
    return Retimed(base, out_frames, duration, base - first, ticks, made)


def _filter(
    keys: list[_Key],
    factor: Fraction,
    largest: int,
    mediatype: MediaType,
    *,
    varies: bool,
) -> Filter:
    percent = decimal(abs(factor) * 100)
    bounds = str(-_LARGEST_PERCENT), str(_LARGEST_PERCENT)
    backwards = "TRUE" if factor < 0 and not varies else "FALSE"
    graph = Parameter(
        "graphdict",
        "graphdict",
        "0",
        "0",
        str(largest),
        tuple((when, decimal(value)) for when, value, _ in keys),
        tuple(_MARKS[mark] for _, _, mark in keys),
        "FCPCurve",
    )
    parameters = (
        Parameter("variablespeed", "variablespeed", str(int(varies)), "0", "1"),
        Parameter("speed", "speed", percent, *bounds),
        Parameter("reverse", "reverse", backwards),
        Parameter("frameblending", "frameblending", "FALSE"),
        graph,
    )
    return Filter("timeremap", "Time Remap", "motion", "motion", mediatype, parameters)
