"""Small grey pictures for measuring: averaged down, trimmed of bars, compared.

Conventions
    Luma planes are ``(height, width)``: ``uint8``, ``uint16`` of a stated depth, or
    floats on the 8-bit scale 0-255. Everything returned is ``float32`` on that scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats

__all__ = [
    "FLAT_LEVELS",
    "Luma",
    "Still",
    "active_area",
    "flat_lines",
    "is_other_light",
    "levels",
    "small",
]

Luma = npt.NDArray[np.generic]
Flags = npt.NDArray[np.bool_]

#: Grey-level deviation below which there is nothing to hold on to.
FLAT_LEVELS = 1.5

# About 140 x 80: as accurate as optical flow at 320 x 180 and half its cost.
_WORKING_AREA_PX = 140 * 80
_SCENE_BINS = 32
_SCENE_SHARE = 0.6
# A line is called flat by about this many of its points.
_POINTS = 48


@dataclass(frozen=True, slots=True)
class Still:
    """One frame picked for measuring: its number and its small picture.

    ``birth`` counts the different pictures before it; ``pixel_fw`` is the width of a
    small pixel in frame widths; ``aspect`` is height over width of the whole frame.
    """

    frame: int
    birth: int
    grey: Floats
    pixel_fw: float
    aspect: float


def small(frame: int, birth: int, luma: Luma, bits: int) -> Still:
    """Return a luma plane averaged down to about 140 x 80 in whole boxes."""
    height, width = luma.shape
    factor = max(1, round(math.sqrt(height * width / _WORKING_AREA_PX)))
    h, w = height // factor, width // factor
    top, left = (height - h * factor) // 2, (width - w * factor) // 2
    area = luma[top : top + h * factor, left : left + w * factor]
    # Whole rows run along memory, and the sum of a few bytes fits 16 bits.
    wide: type[np.generic] = np.float32
    if area.dtype.kind == "u":
        wide = np.uint16 if area.dtype == np.uint8 and factor <= 256 else np.uint32
    rows = area[::factor].astype(wide)
    for k in range(1, factor):
        rows += area[k::factor]
    boxes = rows.astype(np.float32).reshape(-1, factor) @ np.ones(factor, np.float32)
    boxes *= np.float32(levels(luma, bits) / factor**2)
    return Still(frame, birth, boxes.reshape(h, w), factor / width, height / width)


def levels(luma: Luma, bits: int) -> float:
    """Return what one step of a plane is on the 8-bit scale."""
    return 2.0 ** (8 - bits) if luma.dtype == np.uint16 else 1.0


def is_other_light(a: Floats, b: Floats) -> bool:
    """Tell whether more than 0.6 of the pixels left their bin of a 32-bin histogram."""
    scale = np.float32(_SCENE_BINS / 256)
    count_a, count_b = (
        np.bincount(
            np.clip(p * scale, 0, _SCENE_BINS - 1).astype(np.intp).ravel(),
            minlength=_SCENE_BINS,
        )
        for p in (a, b)
    )
    return bool(np.abs(count_a - count_b).sum() / 2 > _SCENE_SHARE * a.size)


def flat_lines(picture: Floats) -> tuple[Flags, Flags]:
    """Return which rows and which columns of a picture hold nothing but one grey."""
    rows = picture[:, :: max(1, picture.shape[1] // _POINTS)]
    columns = picture[:: max(1, picture.shape[0] // _POINTS)]
    return _flat(rows, "i"), _flat(columns, "j")


def _flat(picture: Floats, kept: str) -> Flags:
    off = picture - picture[0, 0]
    count = picture.size // picture.shape["ij".index(kept)]
    mean = np.einsum(f"ij->{kept}", off) / count
    squares = np.einsum(f"ij,ij->{kept}", off, off) / count
    return np.asarray(squares - mean**2 < FLAT_LEVELS**2)


def active_area(
    a: tuple[Flags, Flags], b: tuple[Flags, Flags]
) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) of the picture inside its bars, half-open.

    Bars are edge lines flat in both pictures (`flat_lines`); one more line is cut off
    with them, since the edge of a bar is itself a thing that never moves.
    """
    top, bottom = _inside(a[0] & b[0])
    left, right = _inside(a[1] & b[1])
    return top, bottom, left, right


def _inside(flat: Flags) -> tuple[int, int]:
    busy = np.flatnonzero(~flat)
    if not busy.size:
        return 0, 0
    first, last = int(busy[0]), int(busy[-1]) + 1
    return first + (first > 0), last - (last < flat.size)
