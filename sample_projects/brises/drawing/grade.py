"""From a drawn picture to a photographed one: bloom, vignette, grain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from .camera import bands
from .noise import Floats
from .sky import SMALL

__all__ = ["Grade"]


class Grade:
    """The finish of one take.

    Parameters
    ----------
    width, height : int
        Pixels.
    seed : int
        Which grain.
    grain : float
        Its standard deviation, in 8-bit steps.
    vignette : float
        How much darker the corners are, 0..1.
    """

    def __init__(
        self,
        width: int,
        height: int,
        seed: int,
        *,
        grain: float = 2.2,
        vignette: float = 0.16,
    ) -> None:
        self.size = (width, height)
        self.rng = np.random.default_rng(seed)
        noise = self.rng.standard_normal((height + 256, width + 256), np.float32)
        # A grain is a little wider than a pixel.
        noise = ndimage.gaussian_filter(noise, 0.55)
        noise *= grain / noise.std()
        # Three equal channels side by side: whole rows are quicker than spreading.
        self.grain = np.repeat(np.round(noise).astype(np.int16), 3, axis=1)
        x = (np.arange(width, dtype=np.float32)[None] + 0.5) / width * 2 - 1
        y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height * 2 - 1
        dark = vignette * np.clip((x * x + y * y) / 2, 0, 1) ** 1.3
        self.vignette = np.repeat(
            np.round(256 * (1 - dark)).astype(np.uint16), 3, axis=1
        )

    def finish(
        self, rgb: NDArray[np.uint8], light: Floats | None = None
    ) -> NDArray[np.uint8]:
        """Finish one frame.

        Parameters
        ----------
        rgb : uint8 (height, width, 3)
        light : float32 (height // SMALL, width // SMALL, 3), optional
            Light to add, in 0..1.

        Returns
        -------
        uint8 (height, width, 3)
        """
        width, height = self.size
        small = Image.fromarray(rgb).reduce(
            SMALL, (0, 0, width // SMALL * SMALL, height // SMALL * SMALL)
        )
        bright = np.clip(np.asarray(small, np.float32) / 255 - 0.76, 0, 1) * 2.1
        added = ndimage.gaussian_filter(bright, (3, 3, 0))
        if light is not None:
            added += light
        veil = Image.fromarray(np.clip(added * 255, 0, 255).astype(np.uint8))
        veil = veil.resize(self.size, Image.Resampling.BILINEAR)
        spared = ~np.asarray(veil).reshape(height, -1)
        rows = ~np.ascontiguousarray(rgb).reshape(height, -1)
        y, x = (int(n) for n in self.rng.integers(0, 256, 2))
        out = np.empty_like(rows)
        for band in bands(height):
            # Light on light saturates softly, as on film: darkness times darkness.
            part = rows[band].astype(np.uint16) * spared[band]
            part >>= 8
            part = (255 - part) * self.vignette[band]
            part >>= 8
            grain = self.grain[y + band.start : y + band.stop, 3 * x : 3 * (x + width)]
            out[band] = np.clip(part.view(np.int16) + grain, 0, 255)
        return out.reshape(height, width, 3)
