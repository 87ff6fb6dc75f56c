"""Where in a picture the eye goes: what stands out from its surround, and what moves.

Aim
    The part of a wide picture that a narrow frame should keep, without a model: by
    published formulas, numpy and scipy.

Conventions
    Maps are floats ``(high, wide)``, not negative, of sum 1, `COLUMNS` wide whatever
    the picture. Pictures are ``uint8`` sRGB ``(height, width, 3)``, of any size: they
    are averaged down.

Source
    Colour: differences of Gaussians in Lab over centres of 0.5, 1 and 2 columns and
    surrounds 4 and 8 times as wide, each weighed by how few places it picks out (Itti,
    Koch and Niebur, *A model of saliency-based visual attention*, 1998; its ``N(.)``
    with the mean in place of the mean of local maxima). Motion: what is left of the
    difference of two pictures when the camera's own move
    (`otio_genai.analyse.tiles`) is taken back, over the root of the local contrast,
    since strong edges differ much for little movement (normal flow: Horn and Schunck,
    1981). Together: the geometric mean, so that what stands out *and* moves counts
    most.

Limits
    Nothing here knows a face or a person. Of two people it prefers who moves more;
    parallax of near things counts as movement.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from otio_genai.analyse.palette import pixels_lab
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.picture import Still
from otio_genai.analyse.tiles import View, compare

__all__ = ["COLUMNS", "VERSION", "moving", "saliency", "standing_out"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 1

#: Columns of every map.
COLUMNS = 64

_CENTRES = (0.5, 1.0, 2.0)
_SURROUNDS = (4, 8)
# Grain and compression differ by this many levels where nothing moves.
_NOISE_LEVELS = 1.5
_MOTION_BLUR_PX = 1.5
# Contrast per pixel below which movement cannot be told from noise.
_SOFT_CONTRAST = 4.0
# Across a cut or a flash less of the tiles agree: what differs there is no movement.
_LEAST_CONFIDENCE = 0.1
# What stands out in a picture that stays counts so much beside what moves; what does
# not stand out at all has this part of an even share.
_STAYING, _PLAIN = 0.1, 0.2


def saliency(
    picture: npt.NDArray[np.uint8], before: Still | None, after: Still | None
) -> Floats:
    """Return the map of a picture.

    Parameters
    ----------
    picture
        The picture itself.
    before, after
        The small luma (`otio_genai.analyse.picture.small`) of two pictures some frames
        apart, one of them this one; None for a still, which has no movement.

    Examples
    --------
    >>> spot = np.full((90, 160, 3), 60, np.uint8)
    >>> spot[40:50, 30:40] = 250
    >>> found = saliency(spot, None, None).sum(axis=0)
    >>> bool(found[10:18].sum() > 0.5)
    True
    """
    static = standing_out(picture)
    motion = np.zeros_like(static)
    if before is not None and after is not None:
        motion = _at_size(moving(before, after), static.shape)
    floor = _PLAIN / static.size
    return _shares(np.sqrt((static + floor) * (motion + _STAYING * static)))


def standing_out(picture: npt.NDArray[np.uint8]) -> Floats:
    """Return the map of what differs in colour from what is around it."""
    # Loading it takes longer than all the rest of this module.
    from scipy import ndimage

    high, wide = picture.shape[:2]
    rows = max(1, round(COLUMNS * high / wide))
    small = Image.fromarray(picture).resize((COLUMNS, rows), Image.Resampling.BOX)
    colours = pixels_lab(np.asarray(small))
    blurred = {
        sigma: ndimage.gaussian_filter(colours, (sigma, sigma, 0), mode="nearest")
        for sigma in {c * s for c in _CENTRES for s in (1, *_SURROUNDS)}
    }
    found = np.zeros((rows, COLUMNS))
    for centre in _CENTRES:
        for surround in _SURROUNDS:
            apart = blurred[centre] - blurred[centre * surround]
            found += _weighed(np.linalg.norm(apart, axis=-1))
    return _shares(found**2)


def _weighed(found: Floats) -> Floats:
    """Return a map scaled to its maximum, by how much that exceeds the mean."""
    most = float(found.max())
    if most <= 1e-6:
        return np.zeros_like(found)
    scaled = found / most
    return np.asarray(scaled * (1 - scaled.mean()) ** 2)


def moving(before: Still, after: Still) -> Floats:
    """Return the map of what moves by itself, of the pictures' size; zeros for none."""
    from scipy import ndimage

    match = compare(View(before), View(after))
    if match.tiles and match.fit.confidence < _LEAST_CONFIDENCE:
        return np.zeros_like(before.grey)
    high, wide = before.grey.shape
    down, across = np.mgrid[:high, :wide]
    place = (across - (wide - 1) / 2) + 1j * (down - (high - 1) / 2)
    shift = complex(match.fit.x_fw, match.fit.y_fw) / before.pixel_fw
    went = shift + complex(match.fit.zoom, match.fit.turn) * place
    x, y = across + went.real, down + went.imag
    inside = (x >= 0) & (x <= wide - 1) & (y >= 0) & (y <= high - 1)
    back = ndimage.map_coordinates(after.grey, [y, x], order=1, mode="nearest")
    differs = np.abs(back - before.grey) * inside
    differs = ndimage.gaussian_filter(differs, _MOTION_BLUR_PX)
    slopes = np.gradient(ndimage.gaussian_filter(before.grey, 1.0))
    contrast = ndimage.gaussian_filter(np.hypot(*slopes), _MOTION_BLUR_PX)
    left = np.maximum(differs - _NOISE_LEVELS, 0)
    return _shares(left / np.sqrt(contrast + _SOFT_CONTRAST), empty=True)


def _at_size(found: Floats, shape: tuple[int, ...]) -> Floats:
    image = Image.fromarray(found.astype(np.float32))
    size = shape[1], shape[0]
    averaged = image.resize(size, Image.Resampling.BOX)
    return _shares(np.asarray(averaged, float), empty=True)


def _shares(found: Floats, *, empty: bool = False) -> Floats:
    """Return a map as shares of its sum; where nothing is, even shares or none."""
    whole = float(found.sum())
    if whole > 0:
        return np.asarray(found / whole)
    return np.full(found.shape, 0.0 if empty else 1 / found.size)
