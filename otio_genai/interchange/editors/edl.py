"""CMX 3600 edit decision lists: one picture track, times as timecode, no rate stated.

Conventions
    Record timecode is the film's, its start included. A dissolve lies wholly on the
    incoming clip, as the format has it: the cut moves, the pictures do not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.editors.adapter import module
from otio_genai.interchange.editors.plain import Plain
from otio_genai.interchange.editors.table import Editor
from otio_genai.maps.layout import Placed, layout

__all__ = [
    "Event",
    "ensure_rate",
    "events",
    "is_drop",
    "rate_of",
    "readable",
    "write",
]

_CODE = r"(\d{2}[:;,.]\d{2}[:;,.]\d{2}[:;,.]\d{2,3})"
_EVENT = re.compile(rf"^\s*\d+\s+.*?{_CODE}\s+{_CODE}\s+{_CODE}\s+{_CODE}\s*$")
_SPEED = re.compile(r"^M2\s+.*?\s(-?\d+(?:\.\d+)?)\s+\S+\s*$")
# Lines that hold timecode: events, speeds and markers.
_TIMED = re.compile(r"^(\d+\s|M2\s|\*?\s*LOC:)")
_BLEND = re.compile(r"\s(D|W\d{3})\s+\d+\s")
_FROM = re.compile(r"^\*?\s*FROM (CLIP|FILE):")
_TO = re.compile(r"^(\*?\s*)TO( (?:CLIP|FILE):)")
_DROP = re.compile(r"^\s*FCM:\s*DROP", re.IGNORECASE | re.MULTILINE)

#: Rates an EDL may be of, the likelier first.
CANDIDATES = tuple(
    rates.rate(value) for value in (24, 25, 30, 23.976, 29.97, 50, 60, 59.94, 48)
)


def write(plain: Plain, editor: Editor, path: Path) -> None:
    """Write an EDL.

    Raises
    ------
    InterchangeError
        The film has no picture, or a rate that timecode does not know.
    """
    ensure_rate(plain.rate, "Assemble the film at one of")
    timeline = plain.timeline
    track = next(iter(timeline.video_tracks()), None)
    if track is None or not any(isinstance(i, otio.schema.Clip) for i in track):
        raise _empty(plain)
    start = timeline.global_start_time
    _cut_black_end(track, plain)
    _report_events(track, plain)
    # What lies before the first record frame makes the adapter count from the start.
    track.source_range = otio.opentime.TimeRange(
        -start, track.available_range().duration
    )
    timeline.global_start_time = None
    text = module(editor).write_to_string(timeline, rate=float(plain.rate))
    text = _with_source_lengths(text, plain.rate)
    if rates.is_drop_rate(plain.rate):
        if not plain.drop:
            text = _relabelled(text, plain.rate)
        kind = "DROP FRAME" if plain.drop else "NON-DROP FRAME"
        title, _, rest = text.partition("\n")
        text = f"{title}\nFCM: {kind}\n{rest}"
    path.write_text(text, encoding="utf-8", newline="\n")


def ensure_rate(rate: Fraction, remedy: str) -> None:
    """Refuse a rate that timecode does not count.

    Raises
    ------
    InterchangeError
        It is none of `CANDIDATES`; ``remedy`` is told with all of them.
    """
    if float(rate) not in map(float, CANDIDATES):
        known = ", ".join(f"{float(r):.5g}" for r in sorted(CANDIDATES))
        raise InterchangeError(
            f"An EDL cannot have {float(rate):.5g} frames per second.",
            remedy=f"{remedy} {known}.",
        )


def _empty(plain: Plain) -> InterchangeError:
    """Return why nothing is left to be written."""
    if not plain.pictures:
        return InterchangeError(
            "An EDL holds pictures, and there are none.",
            remedy="Export the sound as AAF.",
        )
    dropped = [i for i in plain.account.loss().items if i.outcome == "dropped"]
    return InterchangeError(
        "Nothing that is seen can be written into an EDL:",
        remedy="Render what is dropped, or try another format.",
        items=[item.readable() for item in dropped],
    )


def _relabelled(text: str, rate: Fraction) -> str:
    """Count every label, where the adapter leaves some out unasked."""

    def label(found: re.Match[str]) -> str:
        frames = _frames(found[0], rate)
        return found[0] if frames is None else rates.timecode(frames, rate)

    return "\n".join(
        re.sub(_CODE, label, line) if _TIMED.match(line) else line
        for line in text.split("\n")
    )


def _cut_black_end(track: otio.schema.Track, plain: Plain) -> None:
    if isinstance(track[-1], otio.schema.Gap):
        length = rates.frames_at(rates.seconds(track[-1].duration()), plain.rate)
        gets = f"no black at the end ({length} frames)"
        plain.account.add("length", "approximated", gets)
        del track[-1]


def _report_events(track: otio.schema.Track, plain: Plain) -> None:
    """Name what the format spells otherwise."""
    placed, overlaps, _ = layout(track, plain.rate)
    for overlap in overlaps:
        if overlap.in_frames:
            for index in (overlap.before, overlap.after):
                _report(
                    placed[index],
                    plain,
                    "cut of a dissolve",
                    "the cut at the dissolve's start; the pictures are the same",
                )
    for spot in placed:
        clip = spot.item
        if not isinstance(clip, otio.schema.Clip):
            continue
        reference = clip.media_reference
        if reference.target_url and reference.available_range.start_time.value:
            gets = "source timecode, without where the media begins"
            _report(spot, plain, "media timecode", gets)
        for marker in clip.markers:
            if marker.name != marker.name.upper() or marker.marked_range.duration.value:
                gets = "its name in capitals, without a length"
                _report(spot, plain, "clip marker", gets)


def _report(spot: Placed, plain: Plain, feature: str, gets: str) -> None:
    plain.account.add(
        feature,
        "approximated",
        gets,
        item=spot.item.name,
        span=(spot.record_in, spot.record_out),
    )


def _with_source_lengths(text: str, rate: Fraction) -> str:
    """State how much of its source a retimed event uses.

    The adapter divides by the speed where it should multiply.
    """
    lines = text.split("\n")
    event = -1
    for index, line in enumerate(lines):
        if _EVENT.match(line):
            event = index
        found = _SPEED.match(line)
        if not found or event < 0:
            continue
        codes = list(re.finditer(_CODE, lines[event]))
        times = [_frames(code[1], rate) for code in codes]
        if len(times) != 4 or None in times:
            continue
        first, _, begin, end = (time or 0 for time in times)
        speed = Fraction(found[1]) / rate
        used = max(1, math.floor((end - begin) * speed + Fraction(1, 2)))
        drop = ";" in codes[1][1]
        out = rates.timecode(first + used, rate, drop=drop)
        span = codes[1].span()
        lines[event] = lines[event][: span[0]] + out + lines[event][span[1] :]
    return "\n".join(lines)


def readable(text: str, rate: Fraction) -> str:
    """Return an EDL as the adapter reads it rightly.

    It gives the incoming clip of a dissolve the medium it dissolves from, and does
    not know drop-frame timecode in speeds and markers.
    """
    lines = text.splitlines()
    if rates.is_drop_rate(rate):
        lines = [
            line if line[:1].isdigit() else _relabelled(line, rate) for line in lines
        ]
    found: list[str] = []
    incoming = False
    for line in lines:
        if _EVENT.match(line):
            incoming = bool(_BLEND.search(line))
        if incoming and _FROM.match(line):
            continue
        found.append(_TO.sub(r"\1FROM\2", line) if incoming else line)
    return "\n".join(found) + "\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an EDL: timecodes of source in and out, record in and out."""

    line: int
    codes: tuple[str, str, str, str]
    retimed: bool = False


def events(text: str) -> Iterator[Event]:
    """Give every event of an EDL."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        found = _EVENT.match(line)
        if not found:
            continue
        rest = lines[number : number + 8]
        after = next((k for k, s in enumerate(rest) if _EVENT.match(s)), len(rest))
        retimed = any(_SPEED.match(s) or s.startswith("M2") for s in rest[:after])
        yield Event(number, (found[1], found[2], found[3], found[4]), retimed)


def is_drop(text: str) -> bool:
    """Tell whether an EDL counts drop-frame."""
    return bool(_DROP.search(text)) or any(";" in e.codes[2] for e in events(text))


def rate_of(text: str) -> tuple[Fraction, bool]:
    """Return the rate whose timecodes agree best, and whether no other agrees as well.

    At the right rate an event is as long on the source as on the record side, and
    no frame number reaches the rate.

    Raises
    ------
    InterchangeError
        It has no events, or timecodes of no rate.
    """
    found = list(events(text))
    if not found:
        raise InterchangeError(
            "It has no events, so it is no EDL.", remedy="Check which file this is."
        )
    drop = is_drop(text)
    scores: list[tuple[int, Fraction]] = []
    for rate in CANDIDATES:
        if drop != rates.is_drop_rate(rate) and (drop or rates.is_drop_rate(rate)):
            continue
        score = _score(found, rate)
        if score is not None:
            scores.append((score, rate))
    if not scores:
        raise InterchangeError(
            "Its timecodes fit no frame rate.",
            remedy="Check its frame numbers, or state the rate.",
        )
    best = min(score for score, _ in scores)
    fitting = [rate for score, rate in scores if score == best]
    bases = {rates.ntsc(rate)[0] for rate in fitting}
    return fitting[0], len(bases) == 1


def _score(found: list[Event], rate: Fraction) -> int | None:
    """Return how many events disagree; None when a timecode is none at this rate."""
    wrong = 0
    end: int | None = None
    for event in found:
        times = [_frames(code, rate) for code in event.codes]
        if any(time is None for time in times):
            return None
        source_in, source_out, record_in, record_out = (time or 0 for time in times)
        wrong += not event.retimed and source_out - source_in != record_out - record_in
        wrong += end is not None and record_in < end
        end = record_out
    return wrong


def _frames(code: str, rate: Fraction) -> int | None:
    hours, minutes, seconds, part = (int(p) for p in re.split("[:;,.]", code))
    base, _ = rates.ntsc(rate)
    if part >= base or minutes > 59 or seconds > 59:
        return None
    frames = ((hours * 60 + minutes) * 60 + seconds) * base + part
    if ";" in code and rates.is_drop_rate(rate):
        total = hours * 60 + minutes
        frames -= base // 15 * (total - total // 10)
    return frames
