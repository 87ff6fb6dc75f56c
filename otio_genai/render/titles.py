"""Drawn pictures: plain colours, colour bars and titles, by their address alone.

Conventions
    Everything that decides a drawing is in its address (`otio_genai.maps.Drawing`) and
    the frame's size. Lengths are told in pixels of a frame whose shorter side is 1080.
    Words stay inside title-safe, 90 % of either side (SMPTE ST 2046-1): lines are
    broken to fit it, and letters made smaller where there are too many.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from otio_genai.maps import Drawing, drawing
from otio_genai.render import fonts

__all__ = ["SAFE", "picture", "settled"]

#: Part of either side that is safe for titles.
SAFE = 0.9

_SHORT_SIDE = 1080
_SIZE, _SPACING, _PADDING, _OVERHANG = 72.0, 0.07, 0.35, 0.5
_WHITE = (1.0, 1.0, 1.0, 1.0)
_EDGE_ALPHA = 0.85
_SMALLEST_PX, _SHRINK = 6, 0.92
# Both are large at 1080p; a film shows few at once.
_KEPT = 8


@functools.lru_cache(maxsize=_KEPT)
def picture(url: str, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a drawn picture.

    Parameters
    ----------
    url
        Its address, as `settled` leaves it.
    size
        Width and height of the frame in pixels.

    Returns
    -------
    uint8 (height, width, 4)
        RGBA, alpha not multiplied in; shared between calls, so it cannot be written.

    Raises
    ------
    RenderError
        A title's font is not there.
    """
    wanted = drawing(url) or Drawing("")
    said = wanted.read()
    if wanted.kind == "solid":
        made = np.empty((size[1], size[0], 4), np.uint8)
        made[:] = _levels((*said["color"][:3], 1.0))
    elif wanted.kind == "bars":
        made = _bars(size)
    elif wanted.kind == "title":
        made = _title(_Words.read(said, size), size)
    else:
        made = np.zeros((size[1], size[0], 4), np.uint8)
    made.flags.writeable = False
    return made


def settled(wanted: Drawing) -> tuple[Drawing, tuple[str, ...]]:
    """Return a drawing that looks alike on every computer, and what is amiss with it.

    Fonts become files with a hash; letters that no font has are left out.
    """
    if wanted.kind != "title":
        return wanted, ()
    said = wanted.read()
    notes = []
    named = said.pop("font", "")
    file = fonts.font_file(named) if named else None
    if named and file is None:
        notes.append(f"the font {named!r} is not installed, another is used")
    text = fonts.drawable(said["text"])
    file, lacking = fonts.wider_font(text, file)
    if lacking:
        notes.append(f"no font here has {' '.join(lacking)}, left out")
        text = "".join(sign for sign in text if sign not in lacking)
    said["text"] = text
    if file is not None:
        said |= {"font": str(file), "font_hash": fonts.font_hash(file)}
    return replace(wanted, parameters=Drawing.told(said)), tuple(notes)


@dataclass(frozen=True, slots=True)
class _Words:
    """A title in pixels."""

    text: str
    font: tuple[str, str]
    size_px: float
    edge_px: float
    color: tuple[float, ...]
    background: tuple[float, ...] | None
    align: str
    anchor: str
    position: tuple[float, float]

    @classmethod
    def read(cls, said: dict[str, Any], size: tuple[int, int]) -> Self:
        px = min(size) / _SHORT_SIDE
        align = said.get("align", "center")
        margin = (1 - SAFE) / 2
        across = {"left": margin, "right": 1 - margin}.get(align, 0.5)
        background = said.get("background")
        return cls(
            text=said["text"],
            font=(said.get("font", ""), said.get("font_hash", "")),
            size_px=said.get("size", _SIZE) * px,
            edge_px=said.get("edge", 0.0) * px,
            color=tuple(said.get("color", _WHITE)),
            background=tuple(background) if background else None,
            align=align,
            anchor=said.get("anchor", "middle"),
            position=tuple(said.get("position", (across, 0.5))),
        )


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of a title, broken and measured."""

    font: fonts.Font
    lines: tuple[str, ...]
    width: int
    height: int
    pitch: float
    ascent: int


def _block(words: _Words, room: tuple[float, float]) -> _Block:
    """Return the lines as large as asked for, or as large as the room lets them be."""
    size_px = words.size_px
    while True:
        whole_px = max(_SMALLEST_PX, round(size_px))
        font = fonts.load(*words.font, whole_px)
        lines = tuple(
            line
            for told in words.text.strip("\n").split("\n")
            for line in _broken(told.strip(), font, room[0])
        )
        ascent, descent = font.getmetrics()
        pitch = (ascent + descent) * (1 + _SPACING)
        width = max(round(font.getlength(line)) for line in lines)
        height = round(pitch * (len(lines) - 1)) + ascent + descent
        if height <= room[1] or whole_px == _SMALLEST_PX:
            return _Block(font, lines, width, height, pitch, ascent)
        size_px *= _SHRINK


def _broken(text: str, font: fonts.Font, room_px: float) -> list[str]:
    """Return a line in as many as fit the room, broken between words if it can be."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= room_px:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while len(line) > 1 and font.getlength(line) > room_px:
            cut = _fitting(line, font, room_px)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line]


def _fitting(word: str, font: fonts.Font, room_px: float) -> int:
    """Return how many letters of a word fit, at least one."""
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(word[:middle]) <= room_px:
            low = middle
        else:
            high = middle - 1
    return low


def _title(words: _Words, size: tuple[int, int]) -> NDArray[np.uint8]:
    made = np.zeros((size[1], size[0], 4), np.uint8)
    if not words.text.strip():
        return made
    block = _block(words, (size[0] * SAFE, size[1] * SAFE))
    left, top = _corner(words, block, size)
    # Letters may hang over their lines: what is drawn on is somewhat larger.
    more = math.ceil(words.size_px * _OVERHANG + 2 * words.edge_px)
    x, y = max(0, int(left) - more), max(0, int(top) - more)
    wide = min(size[0], math.ceil(left + block.width) + more) - x
    high = min(size[1], math.ceil(top + block.height) + more) - y
    part = _drawn(words, block, (left - x, top - y), (wide, high))
    made[y : y + high, x : x + wide] = part
    return made


def _drawn(
    words: _Words, block: _Block, corner: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.uint8]:
    letters, rim = Image.new("L", size), Image.new("L", size)
    # However small the frame, white on white must have its edge.
    edge = max(1, round(words.edge_px)) if words.edge_px else 0
    for number, line in enumerate(block.lines):
        spare = block.width - block.font.getlength(line)
        shift = {"left": 0.0, "right": spare}.get(words.align, spare / 2)
        down = corner[1] + block.ascent + number * block.pitch
        for canvas, stroke in ((letters, 0), (rim, edge))[: 2 if edge else 1]:
            ImageDraw.Draw(canvas).text(
                (corner[0] + shift, down),
                line,
                fill=255,
                font=block.font,
                anchor="ls",
                stroke_width=stroke,
            )
    made = np.zeros((size[1], size[0], 4), np.float32)
    if words.background is not None:
        _lay(made, _panel(words, block, corner, size), words.background)
    if edge:
        soft = rim.filter(ImageFilter.GaussianBlur(edge / 2))
        _lay(made, soft, (0.0, 0.0, 0.0, _EDGE_ALPHA))
    _lay(made, letters, words.color)
    return _straight(made)


def _corner(words: _Words, block: _Block, size: tuple[int, int]) -> tuple[float, float]:
    """Return the upper left corner of the block, kept inside title-safe."""
    across, down = words.position[0] * size[0], words.position[1] * size[1]
    left = across - {"left": 0.0, "right": 1.0}.get(words.align, 0.5) * block.width
    top = down - {"top": 0.0, "bottom": 1.0}.get(words.anchor, 0.5) * block.height
    corner = []
    for place, length, side in (
        (left, block.width, size[0]),
        (top, block.height, size[1]),
    ):
        margin = side * (1 - SAFE) / 2
        corner.append(min(max(place, margin), max(margin, side - margin - length)))
    return corner[0], corner[1]


def _panel(
    words: _Words, block: _Block, corner: tuple[float, float], size: tuple[int, int]
) -> Image.Image:
    pad = words.size_px * _PADDING
    made = Image.new("L", size)
    ImageDraw.Draw(made).rectangle(
        (
            round(corner[0] - pad),
            round(corner[1] - pad / 2),
            round(corner[0] + block.width + pad),
            round(corner[1] + block.height + pad / 2),
        ),
        fill=255,
    )
    return made


def _lay(
    under: NDArray[np.float32], mask: Image.Image, color: tuple[float, ...]
) -> None:
    """Lay a colour over a picture whose alpha is multiplied in, in place."""
    box = mask.getbbox()
    if box is None:
        return
    red, green, blue, alpha = (*color, 1.0)[:4]
    part = np.asarray(mask.crop(box), np.float32)[..., np.newaxis] * (alpha / 255)
    into = under[box[1] : box[3], box[0] : box[2]]
    paint = np.array([red, green, blue, 1.0], np.float32)
    into[:] = paint * part + into * (1 - part)


def _straight(made: NDArray[np.float32]) -> NDArray[np.uint8]:
    alpha = made[..., 3:]
    shades = np.divide(
        made[..., :3], alpha, where=alpha > 0, out=np.zeros_like(made[..., :3])
    )
    whole = np.concatenate([shades, alpha], axis=2) * 255 + np.float32(0.5)
    return whole.astype(np.uint8)


def _levels(color: tuple[float, ...]) -> tuple[int, ...]:
    return tuple(round(255 * part) for part in color)


def _bars(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return SMPTE colour bars (EG 1-1990), 75 %, PLUGE as far as RGB has it."""
    wide, high = size
    made = np.zeros((high, wide, 4), np.uint8)
    made[..., 3] = 255
    tops = round(high * 2 / 3), round(high * 3 / 4)
    rows = ((0, tops[0], _BARS), (*tops, _CASTELLATIONS), (tops[1], high, _PLUGE))
    for first, last, parts in rows:
        total, done = sum(share for share, _ in parts), 0
        for share, color in parts:
            begin, end = (round(wide * n / total) for n in (done, done + share))
            made[first:last, begin:end, :3] = color
            done += share
    return made


_GREY, _YELLOW, _CYAN = (191, 191, 191), (191, 191, 0), (0, 191, 191)
_GREEN, _MAGENTA, _RED, _BLUE = (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191)
_BLACK = (0, 0, 0)
_BARS = [(1, shade) for shade in (_GREY, _YELLOW, _CYAN, _GREEN, _MAGENTA, _RED, _BLUE)]
_CASTELLATIONS = [
    (1, shade) for shade in (_BLUE, _BLACK, _MAGENTA, _BLACK, _CYAN, _BLACK, _GREY)
]
# In 84ths of the width: -I, white, +Q, black, the three steps around black, black.
_PLUGE = [
    (15, (0, 33, 76)),
    (15, (255, 255, 255)),
    (15, (50, 0, 106)),
    (15, _BLACK),
    (4, _BLACK),
    (4, _BLACK),
    (4, (10, 10, 10)),
    (12, _BLACK),
]
