"""Pictures moved by affine maps: with OpenCV where it is installed, else with Pillow.

Conventions
    Pictures are (height, width) or (height, width, channels), uint8; OpenCV takes
    uint16 too. A map is ``(a, b, c, d, e, f)``: the
    pixel (x, y) of the result, counted from 0 at its centre, shows what lies at
    ``(a x + b y + c, d x + e y + f)`` of the source. Both ways give the same pictures
    but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Map", "Picture", "Warper", "warper"]

Picture = NDArray[Any]
Map = tuple[float, float, float, float, float, float]

_RGB, _BITS = 3, 8


class Warper(Protocol):
    """What moves pictures."""

    def moved(self, picture: Picture, how: Map) -> Picture:
        """Return a picture moved, bicubic, its edges mirrored outwards."""

    def blurred(
        self, picture: Picture, ways: Sequence[Map], size: tuple[int, int]
    ) -> Picture:
        """Return a picture moved the first way, then averaged along the others.

        For each of them in turn it becomes the mean of itself and itself moved, all
        bilinear. Its ``size`` (width, height) is filled with mirrored edges at first;
        what the averages then take from beyond it is not defined.
        """

    def reduced(self, picture: Picture, factors: tuple[int, int]) -> Picture:
        """Return means over ``factors`` (across, down), which divide the picture."""

    def enlarged(self, picture: Picture, size: tuple[int, int]) -> Picture:
        """Return a picture of ``size`` (width, height), bilinear."""

    def joined(self, planes: Sequence[Picture], most: int) -> list[Picture]:
        """Return planes of one size as the pictures that are moved most quickly.

        ``most`` is the largest value a sample has.
        """

    def parted(self, pictures: Sequence[Picture]) -> list[Picture]:
        """Return the planes that were joined, and perhaps some of them again."""

    def restored(self, plane: Picture, kind: np.dtype[Any], most: int) -> Picture:
        """Return a plane that was joined in the type it had, at most ``most``."""


@cache
def warper(fast: bool | None = None) -> Warper:
    """Return the fast way where there is one, or the way asked for.

    Raises
    ------
    ImportError
        The fast way was asked for and OpenCV is not installed.
    """
    if fast is None:
        try:
            return _OpenCV()
        except ImportError:
            return _Pillow()
    return _OpenCV() if fast else _Pillow()


class _OpenCV:
    """Fast: the extra ``fast``."""

    def __init__(self) -> None:
        import cv2

        self._cv2: Any = cv2

    def moved(self, picture: Picture, how: Map) -> Picture:
        moved = np.empty_like(picture)
        self._warp(picture, how, moved, self._cv2.INTER_CUBIC)
        return moved

    def blurred(
        self, picture: Picture, ways: Sequence[Map], size: tuple[int, int]
    ) -> Picture:
        channels = picture.shape[2:]
        if channels == (_RGB,):
            picture = self._cv2.cvtColor(picture, self._cv2.COLOR_RGB2RGBA)
        mean = np.empty((size[1], size[0], *picture.shape[2:]), picture.dtype)
        self._warp(picture, ways[0], mean, self._cv2.INTER_LINEAR)
        moved = np.empty_like(mean)
        for how in ways[1:]:
            self._warp(mean, how, moved, self._cv2.INTER_LINEAR)
            self._cv2.addWeighted(mean, 0.5, moved, 0.5, 0, dst=mean)
        if channels == (_RGB,):
            mean = np.asarray(self._cv2.cvtColor(mean, self._cv2.COLOR_RGBA2RGB))
        return mean

    def _warp(self, picture: Picture, how: Map, into: Picture, way: int) -> None:
        self._cv2.warpAffine(
            picture,
            np.array(how, np.float64).reshape(2, 3),
            (into.shape[1], into.shape[0]),
            dst=into,
            flags=way | self._cv2.WARP_INVERSE_MAP,
            borderMode=self._cv2.BORDER_REFLECT_101,
        )

    def reduced(self, picture: Picture, factors: tuple[int, int]) -> Picture:
        size = (picture.shape[1] // factors[0], picture.shape[0] // factors[1])
        area = self._cv2.INTER_AREA
        return np.asarray(self._cv2.resize(picture, size, interpolation=area))

    def enlarged(self, picture: Picture, size: tuple[int, int]) -> Picture:
        linear = self._cv2.INTER_LINEAR
        return np.asarray(self._cv2.resize(picture, size, interpolation=linear))

    def joined(self, planes: Sequence[Picture], most: int) -> list[Picture]:
        if len(planes) == 1:
            return list(planes)
        # OpenCV moves four channels in the time of one.
        return [self._cv2.merge([*planes, planes[0], planes[1]][:4])]

    def parted(self, pictures: Sequence[Picture]) -> list[Picture]:
        apart: list[Picture] = []
        for one in pictures:
            apart += [one] if one.ndim == 2 else self._cv2.split(one)
        return apart

    def restored(self, plane: Picture, kind: np.dtype[Any], most: int) -> Picture:
        # Bicubic samples swing over, for which deep ones have room.
        return np.minimum(plane, kind.type(most)) if kind == np.uint16 else plane


class _Pillow:
    """Everywhere: numpy and Pillow."""

    def moved(self, picture: Picture, how: Map) -> Picture:
        size = (picture.shape[1], picture.shape[0])
        return _mirrored(picture, how, size, Image.Resampling.BICUBIC)

    def blurred(
        self, picture: Picture, ways: Sequence[Map], size: tuple[int, int]
    ) -> Picture:
        way = Image.Resampling.BILINEAR
        mean = _mirrored(picture, ways[0], size, way)
        for how in ways[1:]:
            moved = _transformed(mean, how, size, way)
            # Rounded upwards, because Pillow's samples are cut downwards.
            mean = (mean | moved) - ((mean ^ moved) >> 1)
        return mean

    def reduced(self, picture: Picture, factors: tuple[int, int]) -> Picture:
        return np.asarray(Image.fromarray(picture).reduce(factors), np.uint8)

    def enlarged(self, picture: Picture, size: tuple[int, int]) -> Picture:
        image = Image.fromarray(picture)
        return np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.uint8)

    def joined(self, planes: Sequence[Picture], most: int) -> list[Picture]:
        more = most.bit_length() - _BITS
        if not more:
            return list(planes)
        half = 1 << more >> 1
        shallow = (np.minimum((plane + half) >> more, 255) for plane in planes)
        return [plane.astype(np.uint8) for plane in shallow]

    def parted(self, pictures: Sequence[Picture]) -> list[Picture]:
        return list(pictures)

    def restored(self, plane: Picture, kind: np.dtype[Any], most: int) -> Picture:
        more = most.bit_length() - _BITS
        return plane.astype(kind) << more if more else plane


def _transformed(
    picture: Picture, how: Map, size: tuple[int, int], way: Image.Resampling
) -> Picture:
    a, b, c, d, e, f = how
    # Pillow counts from a pixel's corner.
    data = (a, b, c + (1 - a - b) / 2, d, e, f + (1 - d - e) / 2)
    image = Image.fromarray(picture)
    moved = image.transform(size, Image.Transform.AFFINE, data, way)
    return np.asarray(moved, np.uint8)


def _mirrored(
    picture: Picture, how: Map, size: tuple[int, int], way: Image.Resampling
) -> Picture:
    """Return a picture moved, with as much mirrored edge as the map reads."""
    high, wide = picture.shape[:2]
    a, b, c, d, e, f = how
    corners = [(x, y) for x in (0, size[0] - 1) for y in (0, size[1] - 1)]
    xs = [a * x + b * y + c for x, y in corners]
    ys = [d * x + e * y + f for x, y in corners]
    # Bicubic samples reach two pixels out.
    left, right = (max(0, math.ceil(v) + 2) for v in (-min(xs), max(xs) - wide + 1))
    top, below = (max(0, math.ceil(v) + 2) for v in (-min(ys), max(ys) - high + 1))
    edges = ((top, below), (left, right), (0, 0))
    padded = np.pad(picture, edges[: picture.ndim], "reflect")
    return _transformed(padded, (a, b, c + left, d, e, f + top), size, way)
