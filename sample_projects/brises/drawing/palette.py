"""The colours of the film: rose, sand, dusty violet, and one cold teal for what is
broken.

Surfaces are drawn as one number, their light; a table turns (light, haze) into a
colour. So a whole picture costs one look-up, and no picture can leave the palette.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .noise import Floats

__all__ = [
    "HAZE",
    "SAND",
    "STONE",
    "SUN",
    "TEAL",
    "VEIL",
    "ZENITH",
    "ramp",
    "table",
    "to_rgb",
]

Ramp = tuple[tuple[float, float, float, float], ...]

SAND: Ramp = (
    (0.00, 0.15, 0.08, 0.14),
    (0.22, 0.36, 0.19, 0.27),
    (0.42, 0.62, 0.35, 0.38),
    (0.62, 0.84, 0.54, 0.48),
    (0.82, 0.97, 0.76, 0.62),
    (1.00, 1.00, 0.92, 0.80),
)
STONE: Ramp = (
    (0.00, 0.09, 0.06, 0.11),
    (0.25, 0.29, 0.18, 0.25),
    (0.50, 0.58, 0.36, 0.37),
    (0.75, 0.88, 0.64, 0.54),
    (1.00, 1.00, 0.93, 0.80),
)
VEIL: Ramp = (
    (0.00, 0.20, 0.07, 0.15),
    (0.30, 0.50, 0.20, 0.29),
    (0.60, 0.83, 0.46, 0.47),
    (0.85, 0.98, 0.74, 0.67),
    (1.00, 1.00, 0.93, 0.86),
)
TEAL: Ramp = (
    (0.00, 0.02, 0.10, 0.13),
    (0.45, 0.08, 0.42, 0.46),
    (0.80, 0.40, 0.82, 0.80),
    (1.00, 0.88, 1.00, 0.97),
)
HAZE = np.array((0.93, 0.72, 0.66), np.float32)
ZENITH = np.array((0.50, 0.38, 0.52), np.float32)
SUN = np.array((1.00, 0.84, 0.64), np.float32)


def ramp(stops: Ramp, steps: int) -> Floats:
    """The colours of a ramp at `steps` even places: float32 (steps, 3) in 0..1."""
    places = np.linspace(0, 1, steps)
    knots = np.array(stops)
    columns = [np.interp(places, knots[:, 0], knots[:, 1 + c]) for c in range(3)]
    return np.stack(columns, -1).astype(np.float32)


def table(colours: Floats, haze: Floats = HAZE) -> NDArray[np.uint32]:
    """The look-up table (256 lights x 256 hazes) of packed colours.

    Parameters
    ----------
    colours : float32 (256, 3)
        What each light looks like without haze.
    haze : float32 (3,)
        What everything tends to in the distance.

    Returns
    -------
    uint32 (65536,)
        Indexed by light * 256 + haze; the bytes are red, green, blue, unused.
    """
    amount = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None]
    mixed = colours[:, None] * (1 - amount) + haze * amount
    packed = np.zeros((256, 256, 4), np.uint8)
    packed[..., :3] = np.clip(mixed * 255 + 0.5, 0, 255)
    return packed.reshape(-1, 4).view(np.uint32).ravel()


def to_rgb(lut: NDArray[np.uint32], light: Floats, haze: Floats) -> NDArray[np.uint8]:
    """Colour a picture: `light` 0..255 and `haze` 0..1 in, uint8 (rows, columns, 3)
    out."""
    index = np.clip(light, 0, 255).astype(np.int32)
    index <<= 8
    index += (np.clip(haze, 0, 1) * 255).astype(np.int32)
    packed = lut.take(index)
    return packed.view(np.uint8).reshape(*index.shape, 4)[..., :3]
