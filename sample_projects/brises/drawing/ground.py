"""A dry lake bed, and the fissure that runs through it with a cold light inside."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .camera import Pose, bands, rays
from .noise import Floats, cells, fractal, smoothstep
from .palette import SAND, TEAL, ramp, table, to_rgb
from .sky import SMALL, glow, sky, sun_disc

__all__ = ["Ground"]

TILE_M, TEXELS = 16.0, 1024
FISSURE_M = 96.0
"""The fissure's course repeats after this length."""
SAND_STEPS = 200
"""Lights below this are sand, those above are the fissure's own."""


@lru_cache(maxsize=1)
def _bed() -> NDArray[np.uint8]:
    """The lake bed's light at five sharpnesses, one after the other."""
    shape = (TEXELS, TEXELS)
    plates = cells(TEXELS, 190, 31)[0] + 4 * fractal(shape, 32, power=2.1, low=4)
    small = cells(TEXELS, 1300, 33)[0] + 2 * fractal(shape, 34, power=1.8, low=8)
    curl = smoothstep(2, 22, plates)
    slope = np.roll(curl, -2, 1) - np.roll(curl, 2, 1)
    light = 0.66 - 1.15 * slope + 0.030 * fractal(shape, 35, power=0.9, low=6)
    light += 0.05 * fractal(shape, 36, power=2.2, low=1, high=20)
    light -= 0.46 * smoothstep(4.5, 0.5, plates) + 0.09 * smoothstep(2.0, 0.3, small)
    level = np.clip(light, 0.03, 0.97).astype(np.float32) * SAND_STEPS
    levels = [level]
    for _ in range(4):
        a = levels[-1]
        levels.append((a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2]) / 4)
    return np.concatenate([a.ravel() for a in levels]).astype(np.uint8)


@lru_cache(maxsize=1)
def _course() -> tuple[Floats, Floats]:
    """The fissure's x and half width in metres at 4096 places along `FISSURE_M`."""
    bend = 1.15 * fractal((8, 4096), 37, power=1.35, low=2)[0]
    bend += 0.035 * fractal((8, 4096), 38, power=1.3, low=60)[0]
    wide = 0.20 + 0.09 * fractal((8, 4096), 39, power=1.4, low=3)[0]
    return bend, np.maximum(wide, 0.04).astype(np.float32)


class Ground:
    """The lake bed, to be photographed from any angle.

    Parameters
    ----------
    haze_m : float
        At this distance half of the light is haze.
    """

    def __init__(self, *, haze_m: float = 45.0) -> None:
        self.haze_m = haze_m
        self.lut = table(
            np.concatenate([ramp(SAND, SAND_STEPS), ramp(TEAL, 256 - SAND_STEPS)])
        )
        self.bed = _bed()
        self.bend, self.wide = _course()

    def frame(
        self, pose: Pose, width: int, height: int, t_s: float
    ) -> tuple[NDArray[np.uint8], Floats]:
        """One picture: uint8 (height, width, 3), and its small glow."""
        rgb = np.empty((height, width, 3), np.uint8)
        pulse = 0.85 + 0.15 * math.sin(2.0 * t_s)
        down = [
            self._band(rgb[band], pose, rays(pose, width, height, band), pulse)
            for band in bands(height)
        ]
        open_sky = ~np.concatenate(down)
        if open_sky.any():
            air = np.array(sky(pose, width, height))
            sun_disc(air, open_sky, pose)
            np.copyto(rgb, air, where=open_sky[..., None])
        return rgb, self._cold_air(pose, width, height, pulse)

    def _band(
        self,
        rgb: NDArray[np.uint8],
        pose: Pose,
        ray: tuple[Floats, Floats, Floats],
        pulse: float,
    ) -> NDArray[np.bool_]:
        """Paint some rows, in place; returns which rays meet the ground."""
        dx, dy, dz = ray
        down = dy < -0.004
        if not down.any():
            return down
        reach = np.where(
            down, -pose.y / np.minimum(dy, np.float32(-0.004)), np.float32(1e4)
        )
        x, z = pose.x + reach * dx, pose.z + reach * dz
        light = self._light(x, z, reach, pose.focal_px(rgb.shape[1]))
        gap = self._gap(x, z)
        rim = gap < np.float32(1.6)
        close = gap[rim]
        seams = light[rim] < 0.40 * SAND_STEPS * (1 - close / np.float32(1.6))
        inside = np.clip(0.10 - close * 4.2, 0.05, 1.0) * pulse
        cold = SAND_STEPS + (255 - SAND_STEPS) * np.where(
            close < 0, inside, 0.5 * pulse * np.exp(-close)
        )
        light[rim] = np.where(
            (close < 0) | seams, cold, light[rim] * np.minimum(0.55 + 2.2 * close, 1)
        )
        far = np.minimum(reach, 1e4) * np.float32(1 / self.haze_m)
        rgb[:] = to_rgb(self.lut, light, 1 - 1 / (1 + far * far))
        return down

    def _gap(self, x: Floats, z: Floats) -> Floats:
        """Metres to the fissure's lip; negative inside."""
        place = (z * np.float32(4096 / FISSURE_M)).astype(np.int32) & 4095
        return np.abs(x - self.bend.take(place)) - self.wide.take(place)

    def _light(self, x: Floats, z: Floats, reach: Floats, focal: float) -> Floats:
        scale = np.float32(TEXELS / TILE_M)
        u, v = (
            np.clip(a * scale, -1e8, 1e8).astype(np.int32) & (TEXELS - 1)
            for a in (x, z)
        )
        level = np.clip(
            np.log2(np.maximum(reach * (1.5 * scale / focal), 1)), 0, 4
        ).astype(np.int32)
        offset = np.array([0, *np.cumsum([4 ** (10 - k) for k in range(5)])], np.int32)
        index = offset.take(level) + ((v >> level) << (10 - level)) + (u >> level)
        return self.bed.take(index).astype(np.float32)

    def _cold_air(self, pose: Pose, width: int, height: int, pulse: float) -> Floats:
        """The haze over the fissure, lit from below, beside the sun's own."""
        w, h = width // SMALL, height // SMALL
        dx, dy, dz = rays(pose, w, h)
        reach = -pose.y / np.minimum(dy, np.float32(-0.02))
        gap = np.maximum(self._gap(pose.x + reach * dx, pose.z + reach * dz), 0)
        cold = (
            np.exp(-gap * 1.6) * (dy < -0.02) / (1 + (reach / 12) ** 2) * (0.30 * pulse)
        )
        teal = np.array((0.10, 0.62, 0.62), np.float32)
        warm = glow(pose, width, height) if not pose.roll else np.float32(0)
        return np.asarray(warm + cold[..., None] * teal, np.float32)
