"""Small grey pictures for measuring: averaged down, trimmed of bars, compared.

Conventions
    Luma planes are ``(height, width)``: ``uint8``, ``uint16`` of a stated depth, or
    floats on the 8-bit scale 0-255. Everything returned is ``float32`` on that scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats

__all__ = ["FLAT_LEVELS", "Luma", "Still", "active_area", "is_scene_change", "stills"]

Luma = npt.NDArray[np.generic]

#: Grey-level deviation below which there is nothing to hold on to.
FLAT_LEVELS = 1.5

# About 160 x 90: as accurate as optical flow at 320 x 180 and half its cost.
_WORKING_AREA_PX = 160 * 90
_THUMB_PX = 80
# A held frame comes back from the encoder with a little noise of its own.
_HELD_LEVELS = 0.08
_IDENTICAL_LEVELS = 0.01
_SCENE_BINS = 32
_SCENE_SHARE = 0.6
# A frame held longer than this many steps is a still picture, not a low frame rate.
_LONGEST_HOLD_STEPS = 5
_HOLD_AT_END_STEPS = 3


@dataclass(frozen=True, slots=True)
class Still:
    """One frame picked for measuring: its number and its small picture.

    ``pixel_fw`` is the width of a small pixel in frame widths; ``aspect`` is height
    over width of the whole frame.
    """

    frame: int
    grey: Floats
    pixel_fw: float
    aspect: float


def stills(
    lumas: Iterable[tuple[int, Luma]], step: int, bits: int = 10
) -> Iterator[Still]:
    """Yield about every ``step``-th frame, passing over frames that are only held.

    A picked frame is numbered by its first appearance, so that the time between two
    picks is the time in which the picture really moved (an 8 fps animation inside a
    24 fps file). After a long hold the held frame itself is picked.
    """
    picked: Still | None = None
    waiting: tuple[int, Luma, bool] | None = None
    anchor = before = np.zeros((0, 0), np.float32)
    born = looked = count = 0
    for frame, luma in lumas:
        thumb = _thumbnail(luma, bits)
        if not _alike(before, thumb, _IDENTICAL_LEVELS):
            born = frame
        before = thumb
        held = _alike(anchor, thumb, _HELD_LEVELS)
        if picked is not None:
            wait = step * (_LONGEST_HOLD_STEPS if held else 1)
            if frame - looked < wait:
                waiting = (frame, luma, held)
                continue
            born = frame if held else max(born, picked.frame + 1)
        picked, waiting = _still(born, luma, bits), None
        anchor, looked, count = thumb, frame, count + 1
        yield picked
    if waiting is not None and picked is not None:
        frame, luma, held = waiting
        long = held and frame - picked.frame >= _HOLD_AT_END_STEPS * step
        if count == 1 or long:
            yield _still(frame, luma, bits)


def is_scene_change(a: Floats, b: Floats) -> bool:
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


def active_area(a: Floats, b: Floats) -> tuple[int, int, int, int]:
    """Return (top, bottom, left, right) of the picture inside its bars, half-open.

    Bars are edge rows or columns flat in both pictures; one more line is cut off
    with them, since the edge of a bar is itself a thing that never moves.
    """
    top, bottom = _inside(_flat(a, 1) & _flat(b, 1))
    left, right = _inside(_flat(a, 0) & _flat(b, 0))
    return top, bottom, left, right


def _flat(picture: Floats, axis: int) -> npt.NDArray[np.bool_]:
    return np.asarray(picture.std(axis=axis) < FLAT_LEVELS)


def _inside(flat: npt.NDArray[np.bool_]) -> tuple[int, int]:
    busy = np.flatnonzero(~flat)
    if not busy.size:
        return 0, 0
    first, last = int(busy[0]), int(busy[-1]) + 1
    return first + (first > 0), last - (last < flat.size)


def _alike(a: Floats, b: Floats, levels: float) -> bool:
    return a.shape == b.shape and bool(np.abs(a - b).mean() <= levels)


def _levels(luma: Luma, bits: int) -> float:
    return 2.0 ** (8 - bits) if luma.dtype == np.uint16 else 1.0


def _thumbnail(luma: Luma, bits: int) -> Floats:
    step = max(1, luma.shape[1] // _THUMB_PX)
    return luma[::step, ::step].astype(np.float32) * np.float32(_levels(luma, bits))


def _still(frame: int, luma: Luma, bits: int) -> Still:
    height, width = luma.shape
    factor = max(1, round(math.sqrt(height * width / _WORKING_AREA_PX)))
    h, w = height // factor, width // factor
    top, left = (height - h * factor) // 2, (width - w * factor) // 2
    area = luma[top : top + h * factor, left : left + w * factor]
    # Rows first: summing whole rows runs along memory, far faster than boxes.
    wide = np.uint32 if area.dtype.kind == "u" else np.float32
    rows = area.reshape(h, factor, w * factor).sum(axis=1, dtype=wide)
    boxes = rows.reshape(h, w, factor).sum(axis=2)
    scale = np.float32(_levels(luma, bits) / factor**2)
    grey = boxes.astype(np.float32) * scale
    return Still(frame, grey, factor / width, height / width)
