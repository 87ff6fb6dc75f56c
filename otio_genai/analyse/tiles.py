"""The similarity between two small pictures, from the shifts of overlapping tiles.

Aim
    Survive whips (a fast pan moves a third of the frame between two samples), moving
    subjects, haze, black frames and letterbox bars.

Conventions
    Pictures ``(height, width)`` of grey levels on the 8-bit scale, about 140 x 80.
    The result is in frame widths from the centre of the whole frame, y down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from otio_genai.analyse.phase import (
    Floats,
    Peaks,
    Spectra,
    curvature,
    frequencies,
    peaks,
    spectra,
)
from otio_genai.analyse.picture import FLAT_LEVELS, Still, active_area, flat_lines
from otio_genai.analyse.similarity import Fit, fit, median

__all__ = ["Match", "View", "compare"]

_TILE_PX = 32
_MIN_TILE_PX = 8
_MIN_TILES = 6
# Peaks of noise against noise reach 4 to 5 times the mean: a tile below has no vote,
# and a picture whose tiles have such peaks is not known to move at all.
_MIN_QUALITY = 4.0
_NO_QUALITY, _FULL_QUALITY = 5.0, 10.0
_SOFT_LEVELS = 4.0
_LEAST_WEIGHT = 1e-6
# From here on most tiles are sure to be found; if they are further than this from
# where they were looked for, looking there is a little more exact.
_SURE_QUALITY = 15.0
_NEXT_PX = 1.0
# What a picture loses first when it goes soft, in cycles per pixel.
_FINE_CYCLES_PER_PX = 0.2

_STILL = Fit(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

Places = npt.NDArray[np.intp]
Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """How one picture becomes the next.

    ``fit`` the camera's move; ``tiles`` how many had texture; ``quality`` and
    ``likeness`` medians over them (`otio_genai.analyse.phase.Peaks`); ``sharper``
    natural logarithm of how much more fine detail the same things show, ``lighter``
    how many levels they gained, ``stronger`` the logarithm of their gain in contrast.
    """

    fit: Fit
    tiles: int = 0
    quality: float = 0.0
    likeness: float = 0.0
    sharper: float = 0.0
    lighter: float = 0.0
    stronger: float = 0.0


_NOTHING = Match(_STILL)


@dataclass(frozen=True, slots=True)
class _Tiles:
    size: int
    places: Places
    mean: Floats
    deviation: Floats
    spectra: Spectra

    def only(self, kept: Places) -> _Tiles:
        if len(kept) == len(self.places):
            return self
        return _Tiles(
            self.size,
            self.places[kept],
            self.mean[kept],
            self.deviation[kept],
            self.spectra[kept],
        )


@dataclass(frozen=True, slots=True)
class _Tried:
    tiles: _Tiles
    others: _Tiles
    jump: Places
    peaks: Peaks

    @property
    def likeness(self) -> float:
        return median(self.peaks.likeness)

    @property
    def drift(self) -> Floats:
        """How far most tiles still are from where they were looked for (x, y)."""
        x, y = self.peaks.shift_px.T
        return np.array([median(x), median(y)])


class View:
    """A small picture with what its two comparisons, before and after, share."""

    def __init__(self, still: Still, curved: Floats | None = None) -> None:
        self.still = still
        self.grey = still.grey
        #: Curvature of the grey levels, or of the part of them that is to be found.
        self.curved = curvature(still.grey) if curved is None else curved
        #: Jump (x, y) in pixels with which the picture before became this one.
        self.arrived: Places = np.zeros(2, np.intp)
        self._area: Area = (0, 0, 0, 0)
        self._grid: _Tiles | None = None

    @cached_property
    def flat(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Rows and columns without any texture."""
        return flat_lines(self.grey)

    @cached_property
    def whole(self) -> tuple[Spectra, tuple[int, int]]:
        """Spectrum and size of the whole picture."""
        # Transforms of sizes with large prime factors are several times slower.
        top, left = (length % 8 // 2 for length in self.grey.shape)
        height, width = (max(1, length // 8 * 8) for length in self.grey.shape)
        trimmed = self.curved[top : top + height, left : left + width]
        return spectra(trimmed[None]), (trimmed.shape[0], trimmed.shape[1])

    def grid(self, area: Area, size: int) -> _Tiles:
        """Return the tiles that cover the area."""
        if self._grid is None or self._area != area:
            self._area = area
            self._grid = self.tiles(_grid(area, size), size)
        return self._grid

    def tiles(self, places: Places, size: int) -> _Tiles:
        """Return the tiles whose corners (row, column) are given."""
        at, shape = tuple(places.T), (size, size)
        coarse = sliding_window_view(self.grey, shape)[:, :, ::2, ::2][at]
        curved = sliding_window_view(self.curved, shape)[at]
        points = coarse.reshape(len(places), -1)
        mean = points.mean(axis=1)
        # One pass over the points, unlike `std`.
        spread = np.einsum("ij,ij->i", points, points) / points.shape[1] - mean**2
        deviation = np.sqrt(np.maximum(spread, 0))
        return _Tiles(size, places, mean, deviation, spectra(curved))


def compare(a: View, b: View) -> Match:
    """Return how picture ``a`` becomes picture ``b``, of the same shape.

    Still with confidence 0 when there is no texture to measure by.
    """
    area = active_area(a.flat, b.flat)
    top, bottom, left, right = area
    size = min(_TILE_PX, (bottom - top) // 2, (right - left) // 2)
    if size < _MIN_TILE_PX:
        return _NOTHING
    tiles = a.grid(area, size)
    tiles = tiles.only(np.flatnonzero(tiles.deviation >= FLAT_LEVELS))
    if not len(tiles.places):
        return _NOTHING
    found = _found(a, b, tiles, area)
    b.arrived = found.jump
    return _match(a, found, size)


def _found(a: View, b: View, tiles: _Tiles, area: Area) -> _Tried:
    """Find the tiles in ``b``, most of them within a few pixels of where looked."""
    # Cameras are lazy: as a rule they go on as they went.
    found = _tried(a, b, tiles, area, a.arrived)
    if median(found.peaks.quality) >= _SURE_QUALITY:
        if np.abs(found.drift).max() <= _NEXT_PX:
            return found
        jump = found.jump + _whole_px(found.drift)
        return _better(a, b, tiles, area, found, jump)
    spectrum, shape = a.whole
    jump = _whole_px(peaks(spectrum, b.whole[0], shape).shift_px[0])
    found = _better(a, b, tiles, area, found, jump)
    # Something that moves by itself may be the loudest in the whole picture.
    jump = found.jump + _whole_px(found.drift)
    return _better(a, b, tiles, area, found, jump)


def _better(
    a: View, b: View, tiles: _Tiles, area: Area, found: _Tried, jump: Places
) -> _Tried:
    if (jump == found.jump).all():
        return found
    again = _tried(a, b, tiles, area, jump)
    return again if again.likeness > found.likeness else found


def _whole_px(shift: Floats) -> Places:
    return np.rint(shift).astype(np.intp)


def _tried(a: View, b: View, tiles: _Tiles, area: Area, jump: Places) -> _Tried:
    """Look for the tiles of ``a`` in ``b``, ``jump`` pixels (x, y) away."""
    size = tiles.size
    moved = tiles.places + jump[::-1]
    top, bottom, left, right = area
    room = np.array([bottom, right]) - size
    inside = np.flatnonzero(((moved >= [top, left]) & (moved <= room)).all(axis=1))
    if not jump.any() or inside.size < min(_MIN_TILES, len(tiles.places)):
        same = b.grid(area, size)
        if len(same.places) != len(tiles.places):
            kept = (same.places[:, None] == tiles.places).all(axis=2).any(axis=1)
            same = same.only(np.flatnonzero(kept))
        jump, others = np.zeros_like(jump), same
    else:
        tiles, others = tiles.only(inside), b.tiles(moved[inside], size)
    found = peaks(tiles.spectra, others.spectra, (size, size))
    return _Tried(tiles, others, jump, found)


def _match(a: View, tried: _Tried, size: int) -> Match:
    tiles, found = tried.tiles, tried.peaks
    share = tiles.deviation / (tiles.deviation + _SOFT_LEVELS)
    trust = np.maximum(found.quality - _MIN_QUALITY, 0) * share
    about = len(tiles.places), median(found.quality), median(found.likeness)
    if not (trust > 0).any():
        return Match(_STILL, *about)
    # Both tiles stand still, so what they share came from half its way back.
    corner = tiles.places[:, ::-1] - found.shift_px / 2
    middle = (np.array(a.grey.shape[::-1]) - size) / 2
    pixel_fw = a.still.pixel_fw
    moved = fit(
        (corner - middle) * pixel_fw,
        (found.shift_px + tried.jump) * pixel_fw,
        trust + _LEAST_WEIGHT,
    )
    sure = (about[1] - _NO_QUALITY) / (_FULL_QUALITY - _NO_QUALITY)
    moved = replace(moved, confidence=moved.confidence * min(max(sure, 0.0), 1.0))
    others = tried.others
    gain = np.log(_fine(others.spectra, size) / _fine(tiles.spectra, size))
    contrast = np.log((others.deviation + 1) / (tiles.deviation + 1))
    lighter = median(others.mean - tiles.mean)
    return Match(moved, *about, median(gain), lighter, median(contrast))


def _fine(found: Spectra, size: int) -> Floats:
    """Return the power of each tile's fine detail."""
    power = found.real**2 + found.imag**2
    flat = power.reshape(len(power), -1)
    return np.asarray(flat @ _band(size) + 1e-6)


@lru_cache(maxsize=8)
def _band(size: int) -> Floats:
    fy, fx = frequencies(size)[:, None], frequencies(size)[None, :]
    fine = np.hypot(fx, fy) >= _FINE_CYCLES_PER_PX
    half = fine[:, : fine.shape[1] // 2 + 1]
    return np.asarray((half / size**4).ravel(), np.float32)


@lru_cache(maxsize=64)
def _grid(area: Area, size: int) -> Places:
    # Centred, so that a mirrored picture has the mirrored tiles.
    step = size // 2
    axes = []
    for first, last in (area[:2], area[2:]):
        length = last - first
        count = (length - size) // step + 1
        start = first + (length - size - (count - 1) * step) // 2
        axes.append(start + step * np.arange(count))
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
