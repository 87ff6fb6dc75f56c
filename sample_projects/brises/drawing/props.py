"""What stands in the desert: a walker, broken columns, doors without walls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .camera import Pose
from .noise import Floats, fractal, smoothstep
from .palette import to_rgb

__all__ = ["Prop", "place"]

Sprite = tuple[Floats, Floats]
"""Cover and light (both 0..1) of a flat figure, (rows, columns)."""


@dataclass(frozen=True, slots=True)
class Prop:
    """A thing of `kind` walker, column or door at (x, z), `width` by `height` metres.

    `light` tells how much of the sun it gets; `speed` moves it along +z, in metres a
    second.
    """

    kind: str
    x: float
    z: float
    width: float
    height: float
    light: float = 0.5
    speed: float = 0.0


@lru_cache(maxsize=160)
def _column(sunward: int, seed: int) -> Sprite:
    """A fluted column with a broken head; `sunward` is the sun's angle to the right in
    tens of degrees."""
    h, w = 512, 128
    u = (np.arange(w, dtype=np.float32) + 0.5) / w * 2 - 1
    v = np.arange(h, dtype=np.float32)[:, None]
    lobe = fractal((8, w), seed, power=1.4, low=1, high=16)[0]
    head = 20 + 14 * (lobe - lobe.min()) + 26 * (u + 1) * (seed % 3)
    cover = smoothstep(-1, 1, v - head) * (np.abs(u) < 0.97)
    angle = np.arcsin(np.clip(u, -1, 1))
    lit = np.clip(np.cos(angle - math.radians(sunward * 10)), 0, 1)
    flute = 0.06 * np.cos(angle * 18)
    worn = 0.05 * fractal((h, w), seed + 1, power=1.2, low=3)
    light = 0.13 + 0.72 * lit + flute * (0.3 + lit) + worn
    drum = np.abs((v / h * 6) % 1 - 0.5) > 0.485
    return cover.astype(np.float32), np.asarray(light - 0.12 * drum, np.float32)


@lru_cache(maxsize=8)
def _walker(stride: int) -> Sprite:
    """Someone in a long cloak, seen from behind; `stride` 0..7 is the phase of the
    step."""
    h, w = 512, 256
    image = Image.new("L", (w, h))
    pen = ImageDraw.Draw(image)
    swing = 16 * math.sin(stride / 8 * 2 * math.pi)
    cloak = [
        (128, 96),
        (160, 118),
        (172, 200),
        (178 + swing / 2, 330),
        (192 + swing, 478),
        (150 + swing, 490),
        (118 - swing / 2, 484),
        (76 - swing / 3, 470),
        (84, 330),
        (88, 200),
        (98, 118),
    ]
    pen.polygon(cloak, fill=255)
    pen.ellipse((106, 34, 150, 96), fill=255)
    pen.polygon([(110, 70), (146, 70), (158, 130), (98, 130)], fill=255)
    pen.polygon(
        [
            (112 - swing, 470),
            (126 - swing, 470),
            (128 - swing, 508),
            (108 - swing, 508),
        ],
        fill=255,
    )
    pen.polygon(
        [
            (140 + swing, 470),
            (154 + swing, 470),
            (158 + swing, 508),
            (138 + swing, 508),
        ],
        fill=255,
    )
    cover = np.asarray(image, np.float32) / 255
    u = np.arange(w, dtype=np.float32)[None] / w
    fold = 0.05 * np.sin(u * 75 + np.arange(h)[:, None] / 160)
    return cover, np.asarray(0.05 + 0.42 * smoothstep(0.52, 0.72, u) + fold, np.float32)


@lru_cache(maxsize=16)
def _door(seed: int) -> Sprite:
    """A doorway with a round head, worn and cracked."""
    h, w = 640, 512
    x = (np.arange(w, dtype=np.float32)[None] + 0.5) / w * 2 - 1
    y = (h - np.arange(h, dtype=np.float32)[:, None] - 0.5) / h
    hole = (np.abs(x) < 0.62) & (y < 0.56) | (np.hypot(x, (y - 0.56) * 2.5) < 0.62)
    rough = fractal((h, w), seed, power=1.6, low=3)
    cover = ((np.abs(x) < 0.97) & (y < 0.965 + 0.004 * rough) & ~hole).astype(
        np.float32
    )
    ring = np.abs(np.hypot(x, np.maximum(y - 0.56, 0) * 2.5) - 0.70) < 0.015
    light = (
        0.40 + 0.10 * x + 0.035 * rough - 0.13 * ring - 0.2 * smoothstep(0.3, 0.0, y)
    )
    return cover, np.asarray(light, np.float32)


def _sprite(prop: Prop, pose: Pose, t_s: float) -> Sprite:
    if prop.kind == "column":
        return _column(round((90 - pose.yaw) / 10), int(abs(prop.x * 7 + prop.z)) % 23)
    if prop.kind == "door":
        return _door(int(abs(prop.z)) % 23)
    return _walker(int(t_s * 9) % 8 if prop.speed else 1)


def place(
    rgb: NDArray[np.uint8],
    prop: Prop,
    pose: Pose,
    depth: Floats,
    ground: float,
    haze_m: float,
    lut: NDArray[np.uint32],
    t_s: float,
) -> None:
    """Draw a prop into a picture, in place, behind whatever stands nearer.

    Parameters
    ----------
    rgb : uint8 (rows, columns, 3)
    prop, pose : Prop, Pose
    depth : float32 (rows, columns)
        Metres along the camera's axis.
    ground : float
        Height of the sand under the prop, metres.
    haze_m : float
        As for the desert.
    lut : uint32 (65536,)
        Colours by light and haze.
    t_s : float
        Seconds since the take began.
    """
    height, width = rgb.shape[:2]
    a = math.radians(pose.yaw)
    rx, rz = prop.x - pose.x, prop.z + prop.speed * t_s - pose.z
    far, side = rx * math.sin(a) + rz * math.cos(a), rx * math.cos(a) - rz * math.sin(a)
    if far < 0.6:
        return
    focal = pose.focal_px(width)
    base = height / 2 + focal * math.tan(math.radians(pose.pitch))
    scale = focal / far
    left = width / 2 + (side - prop.width / 2) * scale
    foot = base - (ground - pose.y - 0.15) * scale
    box = (left, foot - prop.height * scale, left + prop.width * scale, foot)
    x0, y0 = max(0, math.floor(box[0])), max(0, math.floor(box[1]))
    x1, y1 = min(width, math.ceil(box[2])), min(height, math.ceil(box[3]))
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    cover, light = _cut(_sprite(prop, pose, t_s), box, (x0, y0, x1, y1))
    cover = cover * (depth[y0:y1, x0:x1] > far * 0.985)
    haze = 1 - 1 / (1 + (far / haze_m) ** 1.5)
    drawn = to_rgb(lut, light * (0.5 + prop.light) * 255, np.full_like(light, haze))
    patch = rgb[y0:y1, x0:x1]
    patch[:] = patch + (drawn.astype(np.float32) - patch) * cover[..., None]


def _cut(
    sprite: Sprite,
    box: tuple[float, float, float, float],
    window: tuple[int, int, int, int],
) -> Sprite:
    """The part of a sprite that fills the pixels of `window` when it is laid over
    `box`."""
    rows, columns = sprite[0].shape
    sx, sy = columns / (box[2] - box[0]), rows / (box[3] - box[1])
    x0, y0, x1, y1 = window
    part = (
        max(0, (x0 - box[0]) * sx),
        max(0, (y0 - box[1]) * sy),
        min(columns, (x1 - box[0]) * sx),
        min(rows, (y1 - box[1]) * sy),
    )
    size = (x1 - x0, y1 - y0)
    both = [
        np.asarray(Image.fromarray(a).resize(size, Image.Resampling.BILINEAR, box=part))
        for a in sprite
    ]
    return both[0], both[1]
