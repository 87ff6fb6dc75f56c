"""Motion drawn as the arrows it moves the picture by.

Conventions
    A motion is the vector ``(T_x, T_y, κz, κr)`` in frame widths per second, y down;
    κ = √((1 + a²) / 12) with a the frame's height over its width, so that the
    vector's length is the rms flow over the frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import ImageDraw

__all__ = ["describe", "draw_flow", "flow_at"]

_REACH_S = 0.35
_COLUMNS, _ROWS = 7, 4
_STILL_FW_S = 0.004


def flow_at(
    motion: Sequence[float], x: float, y: float, aspect: float
) -> tuple[float, float]:
    """Return the flow in fw/s at (x, y), frame widths from the frame's centre.

    Parameters
    ----------
    motion
        The vector (T_x, T_y, κz, κr).
    x, y
        Position from the centre in frame widths, y down.
    aspect
        The frame's height over its width.
    """
    tx, ty, kz, kr = motion
    kappa = math.sqrt((1 + aspect * aspect) / 12)
    zoom, roll = kz / kappa, kr / kappa
    return tx + zoom * x - roll * y, ty + zoom * y + roll * x


def describe(motion: Sequence[float]) -> str:
    """Return the motion in a few words: ``left 0.12``, ``in 0.08``, ``still``."""
    tx, ty, kz, kr = motion
    speed = math.sqrt(sum(value * value for value in motion))
    if speed < 0.02:
        return "still"
    names = {
        "right" if tx > 0 else "left": abs(tx),
        "down" if ty > 0 else "up": abs(ty),
        "in" if kz > 0 else "out": abs(kz),
        "roll cw" if kr > 0 else "roll ccw": abs(kr),
    }
    strongest = max(names.values())
    said = [name for name, size in names.items() if size >= 0.6 * strongest]
    return f"{' + '.join(said)} {speed:.2f}"


def draw_flow(
    draw: ImageDraw.ImageDraw,
    box: tuple[int, int, int, int],
    motion: Sequence[float],
    colour: str,
) -> None:
    """Draw ``motion`` over the picture in ``box`` (left, top, right, bottom in px).

    An arrow is as long as the picture moves at its foot within 0.35 s.
    """
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            x = (column + 0.5) / _COLUMNS - 0.5
            y = ((row + 0.5) / _ROWS - 0.5) * height / width
            vx, vy = flow_at(motion, x, y, height / width)
            foot = (left + (x + 0.5) * width, top + y * width + height / 2)
            if math.hypot(vx, vy) < _STILL_FW_S:
                draw.ellipse(_dot(foot), fill=colour)
                continue
            tip = (
                foot[0] + vx * _REACH_S * width,
                foot[1] + vy * _REACH_S * width,
            )
            _arrow(draw, foot, _inside(tip, box), colour)


def _dot(at: tuple[float, float]) -> tuple[float, float, float, float]:
    return (at[0] - 1.5, at[1] - 1.5, at[0] + 1.5, at[1] + 1.5)


def _inside(
    point: tuple[float, float], box: tuple[int, int, int, int]
) -> tuple[float, float]:
    return (
        min(max(point[0], box[0]), box[2] - 1),
        min(max(point[1], box[1]), box[3] - 1),
    )


def _arrow(
    draw: ImageDraw.ImageDraw,
    foot: tuple[float, float],
    tip: tuple[float, float],
    colour: str,
) -> None:
    angle = math.atan2(tip[1] - foot[1], tip[0] - foot[0])
    size = min(7.0, 2.5 + 0.4 * math.dist(foot, tip))
    for shade, thick in (("#101014", 4), (colour, 2)):
        draw.line([foot, tip], fill=shade, width=thick)
        wings = [
            (tip[0] - size * math.cos(angle + a), tip[1] - size * math.sin(angle + a))
            for a in (0.5, -0.5)
        ]
        draw.line([wings[0], tip, wings[1]], fill=shade, width=thick)
