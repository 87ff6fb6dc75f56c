"""The colour with which a take begins and ends.

Conventions
    Pictures are ``uint8`` sRGB ``(height, width, 3)``. Lab is CIE 1976 under D65:
    L 0-100, a green to red, b blue to yellow. Luma is the mean of Y' on 0-255.

Source
    IEC 61966-2-1 (sRGB), CIE 15 (Lab), ITU-R BT.709 (luma).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats

__all__ = ["VERSION", "hex_colour", "lab", "pixels_lab", "to_metadata"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 1

_GRID_PX = 64
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(axis=1)
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def lab(picture: npt.NDArray[np.uint8]) -> tuple[Floats, float]:
    """Return the mean Lab ``(3,)`` and the mean luma of a picture.

    Examples
    --------
    >>> np.round(lab(np.full((9, 16, 3), 255, np.uint8))[0], 1).tolist()
    [100.0, 0.0, 0.0]
    """
    step = max(1, min(picture.shape[:2]) // _GRID_PX)
    points = picture[::step, ::step, :3].reshape(-1, 3)
    luma = float((points / 255 @ _LUMA).mean() * 255)
    return pixels_lab(points).mean(axis=0) + 0.0, luma


def pixels_lab(picture: npt.NDArray[np.uint8]) -> Floats:
    """Return the Lab of every pixel, shape ``(..., 3)`` as the picture has it."""
    coded = picture / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    bent = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * 841 / 108 + 4 / 29)
    x, y, z = (bent[..., part] for part in range(3))
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def hex_colour(colour: Sequence[float]) -> str:
    """Return a Lab colour as ``#rrggbb``, each part cut to what sRGB has.

    Examples
    --------
    >>> hex_colour((100, 0, 0)), hex_colour((0, 0, 0))
    ('#ffffff', '#000000')
    """
    light, green_red, blue_yellow = colour
    y = (light + 16) / 116
    bent = np.array([y + green_red / 500, y, y - blue_yellow / 200])
    ratio = np.where(bent > 6 / 29, bent**3, (bent - 4 / 29) * 108 / 841)
    linear = np.clip(np.linalg.solve(_TO_XYZ, ratio * _WHITE), 0, 1)
    coded = np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in coded)


def to_metadata(
    entry: Sequence[npt.NDArray[np.uint8]], leaving: Sequence[npt.NDArray[np.uint8]]
) -> dict[str, Any]:
    """Return what a media reference carries under ``palette``.

    ``entry_lab`` and ``exit_lab`` are means over the first and last pictures given,
    ``entry_luma`` and ``exit_luma`` likewise, ``lab`` the mean of both ends.
    """
    ends = [_mean(pictures) for pictures in (entry, leaving)]
    return {
        "version": VERSION,
        "lab": _rounded((ends[0][0] + ends[1][0]) / 2),
        "entry_lab": _rounded(ends[0][0]),
        "exit_lab": _rounded(ends[1][0]),
        "entry_luma": round(ends[0][1], 1),
        "exit_luma": round(ends[1][1], 1),
    }


def _mean(pictures: Sequence[npt.NDArray[np.uint8]]) -> tuple[Floats, float]:
    found = [lab(picture) for picture in pictures]
    return (
        np.mean([colour for colour, _ in found], axis=0),
        float(np.mean([luma for _, luma in found])),
    )


def _rounded(colour: Floats) -> list[float]:
    return [round(float(part), 2) + 0.0 for part in colour]
