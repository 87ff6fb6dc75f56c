"""The sky, the sun and the light it spreads through the haze."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .camera import Pose, rays
from .noise import Floats, fractal
from .palette import HAZE, SUN, ZENITH
from .terrain import SUN_HEIGHT_DEG

__all__ = ["SMALL", "glow", "sky", "sun_disc", "sun_place"]

SMALL = 8
"""Smooth things are drawn this many times smaller, and enlarged."""


@lru_cache(maxsize=1)
def _clouds() -> Floats:
    return fractal((512, 1024), 5, power=1.7, low=2, high=120, stretch=3.5)


def sun_place(pose: Pose, width: int, height: int) -> tuple[float, float] | None:
    """The sun's centre in pixels for a camera that is not rolled, or None behind it."""
    turn = math.radians(90 - pose.yaw)
    if math.cos(turn) < 0.05:
        return None
    focal = pose.focal_px(width)
    horizon = height / 2 + focal * math.tan(math.radians(pose.pitch))
    rise = math.tan(math.radians(SUN_HEIGHT_DEG)) / math.cos(turn)
    return width / 2 + focal * math.tan(turn), horizon - focal * rise


def sky(pose: Pose, width: int, height: int) -> NDArray[np.uint8]:
    """The sky alone for a camera that is not rolled: uint8 (height, width, 3)."""
    w, h = width // SMALL, height // SMALL
    focal = pose.focal_px(w)
    across = (np.arange(w, dtype=np.float32)[None] + 0.5 - w / 2) / focal
    rise = (h / 2 - np.arange(h, dtype=np.float32)[:, None]) / focal
    rise = rise + math.tan(math.radians(pose.pitch))
    elevation = rise / np.sqrt(1 + across * across)
    azimuth = math.radians(pose.yaw) + np.arctan(across) + 0 * rise
    high = np.clip(elevation / 0.75, 0, 1)[..., None] ** 0.75
    colour = HAZE * 1.05 * (1 - high) + ZENITH * high
    columns = (azimuth / (2 * np.pi) * 1024 * 2).astype(np.int32) % 1024
    rows = (np.clip(elevation, 0, 2) ** 0.7 * 620).astype(np.int32) % 512
    streak = (
        _clouds()[rows, columns][..., None] * np.clip(elevation * 5, 0, 1)[..., None]
    )
    colour = colour + streak * np.array((0.034, 0.030, 0.028), np.float32)
    small = Image.fromarray(np.clip(colour * 255, 0, 255).astype(np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR))


def sun_disc(rgb: NDArray[np.uint8], open_sky: NDArray[np.bool_], pose: Pose) -> None:
    """Draw the sun's disc, in place, where the sky is open."""
    height, width = rgb.shape[:2]
    place = sun_place(pose, width, height)
    if place is None:
        return
    radius = pose.focal_px(width) * math.tan(math.radians(1.5))
    x0, x1 = (int(np.clip(place[0] + s * (radius + 2), 0, width)) for s in (-1, 1))
    y0, y1 = (int(np.clip(place[1] + s * (radius + 2), 0, height)) for s in (-1, 1))
    if x0 >= x1 or y0 >= y1:
        return
    dx = np.arange(x0, x1)[None] + 0.5 - place[0]
    dy = np.arange(y0, y1)[:, None] + 0.5 - place[1]
    inside = np.clip(radius - np.hypot(dx, dy) + 0.5, 0, 1) * open_sky[y0:y1, x0:x1]
    patch = rgb[y0:y1, x0:x1]
    patch[:] = patch + (np.array((255, 246, 226)) - patch) * inside[..., None]


def glow(pose: Pose, width: int, height: int, *, strength: float = 1.0) -> Floats:
    """The light that the haze scatters around the sun: float32 (rows, columns, 3),
    small."""
    right, up, ahead = rays(pose, width // SMALL, height // SMALL)
    e = math.radians(SUN_HEIGHT_DEG)
    towards = (right * math.cos(e) + up * math.sin(e)) / np.sqrt(
        right**2 + up**2 + ahead**2
    )
    towards = np.clip(towards, 0, 1)
    light = 0.20 * towards**6 + 0.30 * towards**40 + 0.30 * towards**400
    return np.asarray(strength * light[..., None] * SUN, np.float32)
