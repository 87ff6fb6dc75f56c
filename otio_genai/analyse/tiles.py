"""The similarity between two small pictures, from the shifts of overlapping tiles.

Aim
    Survive whips (a fast pan moves a third of the frame between two samples), moving
    subjects, haze, black frames and letterbox bars.

Conventions
    Pictures ``(height, width)`` of grey levels on the 8-bit scale, about 160 x 90.
    The result is in frame widths from the centre of the whole frame, y down.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from otio_genai.analyse.phase import Floats, shifts
from otio_genai.analyse.picture import FLAT_LEVELS, active_area
from otio_genai.analyse.similarity import Fit, fit

__all__ = ["compare"]

_TILE_PX = 32
_MIN_TILE_PX = 8
_MIN_TILES = 6
# Peaks of noise against noise reach 3 to 4 times the mean.
_MIN_QUALITY = 4.0
_SOFT_LEVELS = 4.0
_LEAST_WEIGHT = 1e-6

_STILL = Fit(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

Places = npt.NDArray[np.intp]


def compare(a: Floats, b: Floats, pixel_fw: float) -> Fit:
    """Return the similarity that takes picture ``a`` to picture ``b``.

    Parameters
    ----------
    a, b
        Pictures of one shape.
    pixel_fw
        Width of their pixels in frame widths.

    Returns
    -------
    Fit
        Still with confidence 0 when there is no texture to measure by.
    """
    top, bottom, left, right = active_area(a, b)
    size = min(_TILE_PX, (bottom - top) // 2, (right - left) // 2)
    if size < _MIN_TILE_PX:
        return _STILL
    inner_a, inner_b = a[top:bottom, left:right], b[top:bottom, left:right]
    places = _grid(inner_a.shape, size)
    deviation = _deviations(inner_a, places, size)
    textured = deviation >= FLAT_LEVELS
    if not textured.any():
        return _STILL
    places, deviation = places[textured], deviation[textured]
    rest, jump, used, quality = _tile_shifts(inner_a, inner_b, places, size)
    kept = deviation[used]
    trust = np.maximum(quality - _MIN_QUALITY, 0) * kept / (kept + _SOFT_LEVELS)
    if not (trust > 0).any():
        return _STILL
    # Both tiles stand still, so what they share came from half its way back.
    corner = places[used][:, ::-1] + [left, top] - rest / 2
    middle = (np.array([a.shape[1], a.shape[0]]) - size) / 2
    return fit(
        (corner - middle) * pixel_fw,
        (rest + jump) * pixel_fw,
        trust + _LEAST_WEIGHT,
    )


def _tile_shifts(
    a: Floats, b: Floats, places: Places, size: int
) -> tuple[Floats, Places, Places, Floats]:
    whole, _ = shifts(*(_trimmed(picture)[None] for picture in (a, b)))
    jump = np.rint(whole[0][::-1]).astype(np.intp)
    moved = places + jump
    room = np.array(b.shape) - size
    inside = np.flatnonzero(((moved >= 0) & (moved <= room)).all(axis=1))
    if inside.size < min(_MIN_TILES, len(places)):
        jump[:] = 0
        inside, moved = np.arange(len(places)), places
    windows_a = sliding_window_view(a, (size, size))
    windows_b = sliding_window_view(b, (size, size))
    rest, quality = shifts(
        windows_a[tuple(places[inside].T)], windows_b[tuple(moved[inside].T)]
    )
    return rest, jump[::-1], inside, quality


def _trimmed(picture: Floats) -> Floats:
    # Transforms of sizes with large prime factors are several times slower.
    top, left = (length % 8 // 2 for length in picture.shape)
    height, width = (length // 8 * 8 for length in picture.shape)
    return picture[top : top + height, left : left + width]


def _grid(shape: tuple[int, ...], size: int) -> Places:
    # Centred, so that a mirrored picture has the mirrored tiles.
    step = size // 2
    axes = []
    for length in shape:
        count = (length - size) // step + 1
        start = (length - size - (count - 1) * step) // 2
        axes.append(start + step * np.arange(count))
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)


def _deviations(picture: Floats, places: Places, size: int) -> Floats:
    tiles = sliding_window_view(picture, (size, size))[tuple(places.T)]
    return np.asarray(tiles.std(axis=(1, 2)))
