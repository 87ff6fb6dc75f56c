"""One picture of every join: last frames, first frames, motion, kind and score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
from PIL import Image, ImageDraw

from otio_genai import maps, metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.media import files
from otio_genai.render.bridge import frame_source
from otio_genai.storyboard.flow import describe, draw_flow
from otio_genai.storyboard.ink import FAINT, INK, PAPER, font, short

__all__ = ["Join", "draw_joins", "find_joins"]

#: Colour of each kind of fracture, here and wherever joins are drawn.
KIND_COLOURS = {
    "dry": "#e4574c",
    "match": "#3fb8a4",
    "carry": "#a678d8",
    "dissolve": "#5f9be0",
    "dip": "#d98fa0",
    "rest": "#d8b36a",
    "open": "#9a9aa4",
}
_THUMB_PX = 232
_GAP_PX, _MARGIN_PX, _CAPTION_PX, _TITLE_PX = 4, 22, 46, 64
_ONE_COLUMN = 5
_REACH_FRAMES_S = 0.25
_PLAIN = 4
_MOTIONS = ("motion_out", "motion_in")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Join:
    """A place where two clips of the picture track meet."""

    record_frame: int
    "The cut."
    shown_frames: tuple[int, ...]
    "Record frames that show how it behaves: as many before it as from it on."
    facts: dict[str, Any]
    "The join as the incoming clip records it; empty in a foreign timeline."
    names: tuple[str, str]
    "Outgoing and incoming clip."
    transition: str = ""
    "Kind of the transition over it, if there is one."
    number: int = 0
    "Its number, 1 the first, by which it can be locked."

    @property
    def kind(self) -> str:
        """Return what it is: as recorded, else by what lies over it."""
        return str(self.facts.get("kind") or self.transition or "cut")


def find_joins(timeline: otio.schema.Timeline) -> list[Join]:
    """Return the joins of the lowest video track, in order."""
    tracks = timeline.video_tracks()
    if not tracks:
        return []
    rate = maps.record_rate(timeline)
    total = maps.length_frames(timeline)
    found: list[Join] = []
    clock = 0
    before: otio.schema.Clip | None = None
    over: otio.schema.Transition | None = None
    for item in tracks[0]:
        if isinstance(item, otio.schema.Transition):
            over = item
            continue
        if isinstance(item, otio.schema.Clip) and before is not None:
            shown = _shown_frames(clock, over, rate)
            inside = tuple(min(max(k, 0), total - 1) for k in shown)
            facts = metadata.read(item, "join", {})
            names = (before.name, item.name)
            number = len(found) + 1
            found.append(Join(clock, inside, facts, names, _kind(over), number))
        before = item if isinstance(item, otio.schema.Clip) else None
        clock += rates.frames_at(rates.seconds(item.duration()), rate)
        over = None
    return found


def _kind(over: otio.schema.Transition | None) -> str:
    if over is None:
        return ""
    kind = _recipe(over).get("kind")
    return kind if kind in KIND_COLOURS else "dissolve"


def _recipe(over: otio.schema.Transition) -> dict[str, Any]:
    kept = metadata.read(over, "carry")
    return kept if isinstance(kept, dict) else {}


def _shown_frames(
    cut: int, over: otio.schema.Transition | None, rate: Fraction
) -> tuple[int, ...]:
    """Return two frames on either side of a cut, three where something lies over it."""
    step = max(2, rates.frames_at(_REACH_FRAMES_S, rate))
    if over is None:
        return cut - step, cut - 1, cut, cut + step
    carry = maps.Carry.read(_recipe(over))
    spans_s = (
        (rates.seconds(over.in_offset), rates.seconds(over.out_offset))
        if carry is None
        else (carry.half_s, carry.half_s)
    )
    into, out = (rates.frames_at(span_s, rate) for span_s in spans_s)
    return (
        cut - into - step,
        cut - max(2, into // 2),
        cut - 1,
        cut,
        cut + max(1, out // 2),
        cut + out + step,
    )


def draw_joins(
    timeline: otio.schema.Timeline,
    path: str | Path,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Draw every join of ``timeline`` into one PNG.

    Each row shows two frames before the cut and two after it, as they are
    rendered, with arrows of the motion measured on that side; three smaller ones
    where a transition lies over it, the outermost beyond it.

    Raises
    ------
    TimelineError
        The timeline has no picture.
    OutputError
        The file is there already, or cannot be written.
    """
    joins = find_joins(timeline)
    if maps.length_frames(timeline) == 0:
        raise TimelineError("The timeline has no picture to draw.")
    columns = 1 if len(joins) <= _ONE_COLUMN else 2
    film = metadata.read(timeline, "film", {})
    aspect = film.get("height", 9) / film.get("width", 16)
    cell = _cell_px(aspect)
    rows = max(1, -(-len(joins) // columns))
    sheet = Image.new(
        "RGB",
        (
            columns * cell[0] + (columns + 1) * _MARGIN_PX,
            _TITLE_PX + rows * (cell[1] + _MARGIN_PX),
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    _title(draw, timeline, joins)
    size = (_even(_THUMB_PX), _even(round(_THUMB_PX * aspect)))
    with frame_source(timeline, size=size) as picture:
        for index, join in enumerate(joins):
            column, row = index // rows, index % rows
            left = _MARGIN_PX + column * (cell[0] + _MARGIN_PX)
            top = _TITLE_PX + row * (cell[1] + _MARGIN_PX)
            pictures = [picture(k) for k in join.shown_frames]
            _draw_join(sheet, (left, top), join, pictures, maps.record_rate(timeline))
            if progress is not None:
                progress("joins", index + 1, len(joins))
    with files.write_beside(Path(path), force=force) as beside:
        sheet.save(beside, format="PNG", optimize=True)
    return Path(path)


def _even(pixels: int) -> int:
    return pixels - pixels % 2


def _cell_px(aspect: float) -> tuple[int, int]:
    return (
        4 * _even(_THUMB_PX) + 4 * _GAP_PX,
        _even(round(_THUMB_PX * aspect)) + _CAPTION_PX,
    )


def _title(
    draw: ImageDraw.ImageDraw, timeline: otio.schema.Timeline, joins: Sequence[Join]
) -> None:
    name = short(timeline.name or "untitled")
    counts = {kind: sum(join.kind == kind for join in joins) for kind in KIND_COLOURS}
    draw.text((_MARGIN_PX, 14), name, fill=INK, font=font(22))
    x = _MARGIN_PX + 14 + int(draw.textlength(name, font=font(22)))
    text = f"{len(joins)} joins"
    draw.text((x, 20), text, fill=FAINT, font=font(15))
    x += int(draw.textlength(text, font=font(15))) + 22
    for kind, count in counts.items():
        if count:
            text = f"{count} {kind}"
            draw.text((x, 20), text, fill=KIND_COLOURS[kind], font=font(15))
            x += int(draw.textlength(text, font=font(15))) + 16


def _draw_join(
    sheet: Image.Image,
    corner: tuple[int, int],
    join: Join,
    pictures: Sequence[np.ndarray[Any, Any]],
    rate: Any,
) -> None:
    draw = ImageDraw.Draw(sheet)
    left, top = corner
    colour = KIND_COLOURS.get(join.kind, FAINT)
    width = _even(_THUMB_PX) * 4 + _GAP_PX * 4
    count = len(pictures)
    # Over a transition the movement is seen; the takes' own lies beyond it.
    at_cut = (count // 2 - 1, count // 2) if count == _PLAIN else (0, count - 1)
    motions = dict(zip(at_cut, map(join.facts.get, _MOTIONS), strict=True))
    thumb_px = (width - count * _GAP_PX) // count
    x = left
    for index, pixels in enumerate(pictures):
        thumb = Image.fromarray(pixels)
        if thumb_px < thumb.width:
            high = round(thumb.height * thumb_px / thumb.width)
            thumb = thumb.resize((thumb_px, high), Image.Resampling.BOX)
        y = top + (pixels.shape[0] - thumb.height) // 2
        sheet.paste(thumb, (x, y))
        motion = motions.get(index)
        if motion:
            box = (x, y, x + thumb.width, y + thumb.height)
            draw_flow(draw, box, motion, colour)
        x += thumb.width + _GAP_PX
        if index == count // 2 - 1:
            bar = (x - _GAP_PX, top - 3, x, top + pixels.shape[0] + 3)
            draw.rectangle(bar, colour)
            x += _GAP_PX
    y = top + pictures[0].shape[0] + 5
    _caption(draw, (left, y), join, rate, colour)


def _caption(
    draw: ImageDraw.ImageDraw,
    at: tuple[int, int],
    join: Join,
    rate: Any,
    colour: str,
) -> None:
    left, y = at
    facts = join.facts
    score = facts.get("score")
    head = f"{join.number}  {join.kind.upper()}"
    if score is not None:
        head += f" {score:.2f}"
    draw.text((left, y), head, fill=colour, font=font(16))
    x = left + max(118, 14 + int(draw.textlength(head, font=font(16))))
    text = rates.timecode(join.record_frame, rate)
    if facts.get("motion_out") and facts.get("motion_in"):
        text += f"   {describe(facts['motion_out'])} | {describe(facts['motion_in'])}"
    draw.text((x, y + 1), text, fill=INK, font=font(14))
    names = "  |  ".join(short(name) for name in join.names)
    draw.text((left, y + 21), names, fill=FAINT, font=font(12))
