"""One picture of a film in another shape: of every clip, what is kept and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_genai.analyse.profiles import map_at
from otio_genai.deliver.crops import CUT, Crop
from otio_genai.deliver.reframe import Reframed
from otio_genai.errors import MediaError, TimelineError
from otio_genai.media import files, locate
from otio_genai.media.frames import FrameReader
from otio_genai.storyboard.ink import FAINT, INK, PAPER, font, short

__all__ = ["draw_reframing"]

#: Colour of each way a clip is treated.
WAY_COLOURS = {
    "chosen": "#3fb8a4",
    "camera": "#5f9be0",
    "by hand": "#d8b36a",
    "placed": "#a678d8",
    "padded": "#d98fa0",
    "whole": "#9a9aa4",
}
_CELL_PX = (320, 180)
_PROFILE_PX, _CAPTION_PX, _MARGIN_PX, _TITLE_PX = 22, 42, 22, 64
_COLUMNS = 4
# How dark it is outside the window, and how much of the heat covers the picture.
_OUTSIDE, _HEAT = 0.4, 0.55
_HEAT_RGB = (255.0, 96.0, 32.0)

Progress = Callable[[str, int, int], None]
Box = tuple[int, int, int, int]


def draw_reframing(
    made: Reframed,
    path: str | Path,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Draw every clip of a reframed film into one PNG.

    Each is shown by the frame in its middle, whole: darkened outside the window that
    is kept, reddened where it is salient, with the salience by column beneath, and by
    a thin line the window that a cut about the middle would keep.

    Raises
    ------
    TimelineError
        The film has no picture.
    OutputError
        The file is there already, or cannot be written.
    """
    if not made.crops:
        raise TimelineError("The timeline has no picture to draw.")
    columns = min(_COLUMNS, len(made.crops))
    cell = _CELL_PX[0], _CELL_PX[1] + _PROFILE_PX + _CAPTION_PX
    rows = -(-len(made.crops) // columns)
    size = (
        columns * (cell[0] + _MARGIN_PX) + _MARGIN_PX,
        _TITLE_PX + rows * (cell[1] + _MARGIN_PX),
    )
    sheet = Image.new("RGB", size, PAPER)
    _title(ImageDraw.Draw(sheet), made)
    for index, crop in enumerate(made.crops):
        left = _MARGIN_PX + index % columns * (cell[0] + _MARGIN_PX)
        top = _TITLE_PX + index // columns * (cell[1] + _MARGIN_PX)
        _draw_crop(sheet, (left, top), crop, made.background)
        if progress is not None:
            progress("sheet", index + 1, len(made.crops))
    with files.write_beside(Path(path), force=force) as beside:
        sheet.save(beside, format="PNG", optimize=True)
    return Path(path)


def _title(draw: ImageDraw.ImageDraw, made: Reframed) -> None:
    name = short(made.timeline.name or "untitled")
    draw.text((_MARGIN_PX, 14), name, fill=INK, font=font(22))
    x = _MARGIN_PX + 14 + int(draw.textlength(name, font=font(22)))
    counts = {way: sum(c.way == way for c in made.crops) for way in WAY_COLOURS}
    texts = [(f"{made.size[0]}x{made.size[1]}", FAINT)]
    texts += [(f"{n} {way}", WAY_COLOURS[way]) for way, n in counts.items() if n]
    for text, colour in texts:
        draw.text((x, 20), text, fill=colour, font=font(15))
        x += int(draw.textlength(text, font=font(15))) + 16


def _draw_crop(
    sheet: Image.Image, corner: tuple[int, int], crop: Crop, background: str | None
) -> None:
    draw = ImageDraw.Draw(sheet)
    colour = WAY_COLOURS[crop.way]
    left, top = corner
    under = top + _CELL_PX[1] + _PROFILE_PX + 4
    _caption(draw, (left, under), crop, colour)
    try:
        picture, salience = _looked_at(crop)
    except MediaError:
        draw.rectangle((left, top, left + _CELL_PX[0], top + _CELL_PX[1]), "#26262c")
        draw.text((left + 8, top + 8), "no picture", fill=FAINT, font=font(14))
        return
    high, wide = picture.shape[:2]
    x, y = left + (_CELL_PX[0] - wide) // 2, top + (_CELL_PX[1] - high) // 2
    cut = crop.way in CUT
    whole = np.array([0.5, 0.5]), np.array([1.0, 1.0])
    middle, size = crop.camera.window(crop.clip_frame) if cut else whole
    kept = _box(middle, size, (wide, high))
    sheet.paste(Image.fromarray(_lit(picture, salience, kept)), (x, y))
    centre = _box(np.array([0.5, 0.5]), size, (wide, high))
    draw.rectangle(_moved(centre, x, y), outline=FAINT)
    draw.rectangle(_moved(kept, x, y), outline=colour, width=3)
    _columns(draw, (x, top + _CELL_PX[1] + 2), wide, salience, colour)
    if crop.way == "padded":
        swatch = left + _CELL_PX[0] - 16, under + 2, left + _CELL_PX[0], under + 18
        draw.rectangle(swatch, background or "#000000", outline=FAINT)


def _looked_at(crop: Crop) -> tuple[NDArray[np.uint8], NDArray[np.floating[Any]]]:
    """Return the frame in the middle of a clip, small, and its salience."""
    with FrameReader(locate.path(crop.clip.media_reference)) as reader:
        number = min(crop.source_frame, reader.frames - 1)
        scale = min(_CELL_PX[0] / reader.width, _CELL_PX[1] / reader.height)
        size = [max(1, round(v * scale)) for v in (reader.width, reader.height)]
        return reader.rgb(number, *size), map_at(reader, number, reader.rate)


def _box(middle: Any, size: Any, whole: tuple[int, int]) -> Box:
    ends = [(middle + sign * size / 2) * whole for sign in (-1, 1)]
    (x0, y0), (x1, y1) = (np.clip(np.rint(end), 0, whole) for end in ends)
    return int(x0), int(y0), int(x1) - 1, int(y1) - 1


def _moved(box: Box, x: int, y: int) -> Box:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _lit(picture: Any, salience: Any, kept: Box) -> NDArray[np.uint8]:
    high, wide = picture.shape[:2]
    heat = Image.fromarray(salience.astype(np.float32))
    heat = heat.resize((wide, high), Image.Resampling.BILINEAR)
    share = np.asarray(heat)[..., None]
    share = _HEAT * np.minimum(share / max(float(np.quantile(share, 0.99)), 1e-12), 1)
    shown = picture * (1 - share) + np.array(_HEAT_RGB) * share
    light = np.full((high, wide, 1), _OUTSIDE)
    light[kept[1] : kept[3] + 1, kept[0] : kept[2] + 1] = 1
    return np.asarray(shown * light, np.uint8)


def _columns(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    wide: int,
    salience: Any,
    colour: str,
) -> None:
    shares = salience.sum(axis=0)
    x, y = corner
    foot = y + _PROFILE_PX - 4
    for index, share in enumerate(shares / shares.max()):
        left = x + index * wide // len(shares)
        right = max(left, x + (index + 1) * wide // len(shares) - 2)
        draw.rectangle(
            (left, foot - round(share * (_PROFILE_PX - 6)), right, foot), colour
        )


def _caption(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], crop: Crop, colour: str
) -> None:
    left, y = at
    head = crop.way.upper()
    draw.text((left, y), head, fill=colour, font=font(15))
    if crop.kept is not None and crop.kept_centre is not None:
        text = f"{crop.kept:.0%} of what is salient; middle {crop.kept_centre:.0%}"
        x = left + 12 + int(draw.textlength(head, font=font(15)))
        draw.text((x, y + 1), text, fill=INK, font=font(13))
    draw.text(
        (left, y + 20), short(crop.clip.name or "clip"), fill=FAINT, font=font(12)
    )
