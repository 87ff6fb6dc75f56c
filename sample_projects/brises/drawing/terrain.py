"""The dunes as a map: heights, and the light that lies on them, both baked once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .noise import Floats, fractal, smoothstep

__all__ = ["SIZE", "SUN_HEIGHT_DEG", "TILE_M", "Terrain", "bake"]

SIZE = 1024
TILE_M = 640.0
SUN_HEIGHT_DEG = 11.0
"""The sun stands this high over the +x horizon: along an axis, so that shadows can be
swept."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """A wrapping map of the dunes; row = z, column = x, `TILE_M` metres each way.

    `packed` holds height (metres) as real part and light (0..1) as imaginary part, so
    that one look-up fetches both; `distant` is the same for far away, rounder, because
    the steps of a ray grow and would miss a sharp crest.
    """

    packed: NDArray[np.complex64]
    distant: NDArray[np.complex64]
    ripples: tuple[Floats, ...]

    def height_at(self, x: float, z: float) -> float:
        """The ground's height in metres under a place."""
        scale = SIZE / TILE_M
        i, j = math.floor(z * scale), math.floor(x * scale)
        corner = self.packed[
            np.ix_([i % SIZE, (i + 1) % SIZE], [j % SIZE, (j + 1) % SIZE])
        ].real
        b, a = z * scale - i, x * scale - j
        top, bottom = corner[0] @ (1 - a, a), corner[1] @ (1 - a, a)
        return float(top + (bottom - top) * b)


def _dunes(count: int, lean: float, height: float, steep: float, seed: int) -> Floats:
    """Rows of dunes whose steep side looks away from the sun."""
    x = np.arange(SIZE, dtype=np.float32)[None] / SIZE
    z = np.arange(SIZE, dtype=np.float32)[:, None] / SIZE
    warp = fractal((SIZE, SIZE), seed, power=2.6, low=1, high=24)
    phase = (count * x + round(lean * count) * z + 0.42 * warp) % 1.0
    body = np.where(phase < steep, phase / steep, (1 - phase) / (1 - steep))
    body = np.asarray(body, np.float32) ** 1.25  # hollow flanks, a sharp crest
    size = 0.62 + 0.38 * fractal((SIZE, SIZE), seed + 1, power=2.2, low=1, high=6)
    return np.asarray(height * body * np.clip(size, 0.08, 1.6), np.float32)


def _shadow(height: Floats, fall: float) -> Floats:
    """How far, in metres, each texel lies under the shadow cast from +x; by one
    sweep."""
    ceiling = height[:, 0].copy()
    under = np.zeros_like(height)
    for column in (
        list(range(SIZE - 1, -1, -1)) * 2
    ):  # twice round, because the map wraps
        ceiling = np.maximum(ceiling - fall, height[:, column])
        under[:, column] = ceiling - height[:, column]
    return under


def _ripples(size: int = 1024) -> tuple[Floats, ...]:
    """Wind ripples over 12 m as a pyramid, each level half as sharp and half as
    wide."""
    x = np.arange(size, dtype=np.float32)[None] / size
    warp = fractal((size, size), 71, power=1.9, low=2, high=60, stretch=1.5)
    wave = np.sin(2 * np.pi * (46 * x + 0.9 * warp))
    grain = fractal((size, size), 72, power=0.4, low=30)
    level = (
        24
        * (wave + 0.35 * wave**2)
        * (0.75 + 0.3 * fractal((size, size), 73, low=1, high=8))
        + 7 * grain
    ).astype(np.float32)
    levels = [level - level.mean()]
    while levels[-1].shape[0] > 32:
        a = levels[-1]
        levels.append((a[::2, ::2] + a[1::2, ::2] + a[::2, 1::2] + a[1::2, 1::2]) / 4)
    return tuple(levels)


@lru_cache(maxsize=8)
def bake(
    seed: int = 1, objects: tuple[tuple[float, float, float, float], ...] = ()
) -> Terrain:
    """Make the dunes.

    Parameters
    ----------
    seed : int
        Another seed, another desert.
    objects : tuple of (x, z, width, height) in metres
        What stands on the sand and throws a shadow on it.
    """
    texel = TILE_M / SIZE
    height = _dunes(5, 0.4, 19.0, 0.24, seed) + _dunes(13, -0.3, 3.2, 0.26, seed + 10)
    height += 0.9 * fractal((SIZE, SIZE), seed + 20, power=2.4, low=6, high=90)
    height = ndimage.gaussian_filter(height, 0.7, mode="wrap")
    rounded = ndimage.gaussian_filter(
        height, 1.7, mode="wrap"
    )  # a knife edge would shimmer
    fall = math.tan(math.radians(SUN_HEIGHT_DEG))
    casters = height.copy()
    for x, z, width, tall in objects:
        i, j = round(z / texel), round(x / texel)
        half = max(0, round(width / texel / 2))
        rows = np.arange(i - half, i + half + 1) % SIZE
        casters[rows[:, None], [[j % SIZE, (j + 1) % SIZE]]] += tall
    under = _shadow(casters, fall * texel) + casters - height
    under = ndimage.gaussian_filter(under, 0.6, mode="wrap")
    lit = 1 - smoothstep(0.05, 0.9, under)
    hx = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / (2 * texel)
    hz = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / (2 * texel)
    length = np.sqrt(1 + hx * hx + hz * hz)
    elevation = math.radians(SUN_HEIGHT_DEG + 9)  # a broad sun: haze spreads it upwards
    direct = np.clip((hx * -math.cos(elevation) + math.sin(elevation)) / length, 0, 1)
    streaks = fractal((SIZE, SIZE), seed + 30, power=0.9, low=12, stretch=0.3)
    light = 0.17 + 0.09 / length + 1.12 * direct * lit + 0.016 * streaks
    light = np.clip(light, 0, 1)
    near = rounded + 1j * light
    far = ndimage.gaussian_filter(
        height, 6, mode="wrap"
    ) + 1j * ndimage.gaussian_filter(light, 1.5, mode="wrap")
    return Terrain(near.astype(np.complex64), far.astype(np.complex64), _ripples())
