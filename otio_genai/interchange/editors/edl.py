"""CMX 3600 edit decision lists: one picture track, times as timecode, no rate stated.

Conventions
    Record timecode is the film's, its start included. A dissolve lies wholly on the
    incoming clip, as the format has it: the cut moves, the pictures do not.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.editors import edl_rate
from otio_genai.interchange.editors.adapter import module
from otio_genai.interchange.editors.edl_rate import CODE, EVENT, REMARK, SPEED
from otio_genai.interchange.editors.edl_rate import frames as frames_of
from otio_genai.interchange.editors.plain import Plain
from otio_genai.interchange.editors.table import Editor
from otio_genai.maps.layout import Placed, layout

__all__ = ["readable", "write"]

# Lines that hold timecode: events, speeds and markers.
_TIMED = re.compile(r"^(\d+\s|M2\s|\*?\s*LOC:)")
_BLEND = re.compile(r"\s(D|W\d{3})\s+\d+\s")
_FROM = re.compile(r"^\*?\s*FROM (CLIP|FILE):")
_TO = re.compile(r"^(\*?\s*)TO( (?:CLIP|FILE):)")


def write(plain: Plain, editor: Editor, path: Path) -> None:
    """Write an EDL.

    Raises
    ------
    InterchangeError
        The film has no picture, or a rate that timecode does not know.
    """
    edl_rate.ensure_rate(plain.rate, "Assemble the film at one of")
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
    _report_rate(text, plain)
    text = f"{text.rstrip()}\n{edl_rate.remark(plain.rate)}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _report_rate(text: str, plain: Plain) -> None:
    """Say at which rate others take what states none."""
    own = edl_rate.named(plain.rate)
    taken = edl_rate.likeliest(text).rate
    if taken == plain.rate:
        said = f"An EDL states no rate: set the other editor's project to {own} first."
        plain.account.note(said)
        return
    plain.account.add(
        "frame rate",
        "approximated",
        f"a remark that we alone read: others take {edl_rate.named(taken)}, "
        "or their project's rate",
        f"Set its project to {own}; read what comes back with --rate {own}.",
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
        frames = frames_of(found[0], rate)
        return found[0] if frames is None else rates.timecode(frames, rate)

    return "\n".join(
        re.sub(CODE, label, line) if _TIMED.match(line) else line
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
        if EVENT.match(line):
            event = index
        found = SPEED.match(line)
        if not found or event < 0:
            continue
        codes = list(re.finditer(CODE, lines[event]))
        times = [frames_of(code[1], rate) for code in codes]
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
        if EVENT.match(line):
            incoming = bool(_BLEND.search(line))
        if REMARK.match(line) or (incoming and _FROM.match(line)):
            continue
        found.append(_TO.sub(r"\1FROM\2", line) if incoming else line)
    return "\n".join(found) + "\n"
