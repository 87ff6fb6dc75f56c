"""A veil in the wind: folds that travel, a weave that shows the camera's own move, a
tear."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from .camera import Pose, rays
from .noise import Floats, fractal, smoothstep
from .palette import TEAL, VEIL, ramp, table, to_rgb
from .sky import SMALL

__all__ = ["Veil"]

WEAVE_M, TEXELS = 2.4, 1024
CLOTH_STEPS = 200
"""Lights below this are cloth, those above are what the tear lets through."""
SHARE = 4
"""Folds are soft, so they are drawn this many times smaller."""


@lru_cache(maxsize=1)
def _weave() -> Floats:
    """Threads, slubs and stains of the cloth, wrapping: light to add, in steps."""
    x = np.arange(TEXELS, dtype=np.float32) / TEXELS * 2 * np.pi
    warp = fractal((TEXELS, TEXELS), 61, power=1.0, low=8, stretch=0.12)
    weft = fractal((TEXELS, TEXELS), 62, power=1.0, low=8, stretch=8.0)
    threads = np.sin(170 * x)[None] * 2.0 + np.sin(150 * x)[:, None] * 2.0
    motif = fractal((TEXELS, TEXELS), 63, power=1.5, low=3, high=40)
    broken = smoothstep(0.12, 0.0, np.abs(motif))  # faint printed lines, like cracks
    return np.asarray(
        4.5 * (warp + weft) + threads - 13 * broken + 4 * motif, np.float32
    )


@lru_cache(maxsize=1)
def _fray() -> Floats:
    """A torn edge: 1024 places, wrapping."""
    return fractal((8, 1024), 64, power=0.9, low=5)[0]


class Veil:
    """A hanging veil, lit from behind.

    Parameters
    ----------
    tear : bool
        Whether a tear runs down the cloth near x = 0.
    """

    def __init__(self, *, tear: bool = False) -> None:
        self.tear = tear
        self.lut = table(
            np.concatenate([ramp(VEIL, CLOTH_STEPS), ramp(TEAL, 256 - CLOTH_STEPS)])
        )

    def frame(
        self, pose: Pose, width: int, height: int, t_s: float
    ) -> tuple[NDArray[np.uint8], Floats]:
        """One picture: uint8 (height, width, 3), and its small glow."""
        dx, dy, dz = rays(pose, width, height)
        reach = -pose.z / np.maximum(dz, 0.1)
        x, y = pose.x + reach * dx, pose.y + reach * dy
        small = (slice(None, None, SHARE), slice(None, None, SHARE))
        light, push = self._folds(x[small], y[small], t_s)
        size = (width, height)
        light, push = (
            np.asarray(Image.fromarray(a).resize(size, Image.Resampling.BICUBIC))
            for a in (light, push)
        )
        scale = np.float32(TEXELS / WEAVE_M)
        u = ((x + push) * scale).astype(np.int32) & (TEXELS - 1)
        v = (y * scale + 64 * TEXELS).astype(np.int32) & (TEXELS - 1)
        level = light * CLOTH_STEPS
        level += _weave().ravel().take((v << 10) + u) * (0.4 + light)
        level = np.clip(level, 4, CLOTH_STEPS - 6)
        cold = np.zeros((height // SMALL, width // SMALL), np.float32)
        if self.tear:
            open_ = self._torn(x + push, y, t_s)
            level = np.where(
                open_ > 0, CLOTH_STEPS + 16 + 36 * np.clip(open_ * 14, 0, 1), level
            )
            cold = ndimage.gaussian_filter(
                (open_ > 0)[4::SMALL, 4::SMALL].astype(np.float32), 5
            )
            cold = cold[: height // SMALL, : width // SMALL]
        rgb = np.ascontiguousarray(to_rgb(self.lut, level, np.full_like(level, 0.06)))
        return rgb, self._backlight(pose, width, height, cold)

    @staticmethod
    def _folds(x: Floats, y: Floats, t_s: float) -> tuple[Floats, Floats]:
        """The cloth's light (0..1) and how far its folds push the weave sideways
        (metres)."""
        hang = (
            x + 0.20 * np.sin(0.9 * y + 0.5 * t_s) + 0.05 * np.sin(2.6 * y - 0.8 * t_s)
        )
        slope, lift = np.zeros_like(x), np.zeros_like(x)
        for k, speed, size, lean in (
            (2.3, 0.6, 0.52, 0.30),
            (5.1, -0.9, 0.42, -0.22),
            (9.3, 1.2, 0.30, 0.40),
            (17.0, -1.5, 0.12, 0.1),
        ):
            phase = k * hang + lean * k * y * 0.5 + speed * t_s
            slope += size * np.cos(phase)
            lift += size / k * np.sin(phase)
        light = 0.50 + 0.46 * np.tanh(1.1 * slope) + 0.30 * lift
        light += 0.10 * np.maximum(
            0, 1 - np.abs(slope) * 5
        )  # light gathers along the fold
        return light.astype(np.float32), (0.22 * lift).astype(np.float32)

    @staticmethod
    def _torn(x: Floats, y: Floats, t_s: float) -> Floats:
        """How far inside the tear a place is, in metres; negative outside."""
        place = (y * (1024 / 8)).astype(np.int32)
        course = 0.10 * np.sin(1.3 * y + 0.4) + 0.030 * _fray().take(place, mode="wrap")
        left, right = (0.010 * _fray().take(place * k, mode="wrap") for k in (2, 3))
        reach = np.clip(1 - np.abs(y - 1.55) / 1.2, -1, 1)
        width = (0.12 + 0.03 * np.sin(0.9 * t_s)) * reach
        return np.asarray(
            np.minimum(x - course + width + left, course + width + right - x),
            np.float32,
        )

    @staticmethod
    def _backlight(pose: Pose, width: int, height: int, cold: Floats) -> Floats:
        right, up, ahead = rays(pose, width // SMALL, height // SMALL)
        away = (right / ahead - 0.28) ** 2 + (up / ahead - 0.16) ** 2
        warm = 0.30 * np.exp(-away * 5) + 0.16 * np.exp(-away * 60)
        out = warm[..., None] * np.array((1.0, 0.72, 0.58)) + cold[
            ..., None
        ] * np.array((0.1, 0.5, 0.5))
        return out.astype(np.float32)
