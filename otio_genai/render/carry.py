"""A swept picture: displaced, and blurred along its way as by an open shutter.

Aim
    What `otio_genai.maps.Sweep` asks for, fast: from opening to closing every point
    goes along one spiral, of which straight lines and rays are limits. So a picture
    averaged with itself a step further, then with that two steps further, four, eight,
    is averaged over sixteen places by four moves.

Conventions
    Similarities of the plane are pairs (m, c) of complex numbers: a point, in pixels
    from the picture's centre, y down, goes to ``m p + c``.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

from otio_genai.maps import Sweep
from otio_genai.render.warp import Map, Picture, Warper, warper

__all__ = ["swept", "swept_planes"]

# Places along the blur are at most this part of the width apart (5 px at 720p).
_SPACING_FW = 1 / 256
# An axis is sampled at a k-th where every point goes this many times k px along it;
# both are sampled at a half where a typical point goes so many px any way: what stays
# sharp then is a middle about which all else turns or grows, for a frame or two.
_HIDING = 6
_ALL_HIDING = 24
_FACTORS = (4, 2)
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class _Turn:
    """A similarity (m, c)."""

    factor: complex
    shift: complex

    def at(self, point: complex) -> complex:
        return self.factor * point + self.shift

    def after(self, first: _Turn) -> _Turn:
        return _Turn(self.factor * first.factor, self.at(first.shift))

    def inverse(self) -> _Turn:
        return _Turn(1 / self.factor, -self.shift / self.factor)

    def part(self, share: float) -> _Turn:
        """Return a share of this movement: twice a half is the whole."""
        if abs(self.factor - 1) < _TINY:
            return _Turn(1, self.shift * share)
        factor = cmath.exp(cmath.log(self.factor) * share)
        return _Turn(factor, self.shift * (factor - 1) / (self.factor - 1))


def swept(picture: Picture, sweep: Sweep, *, fast: bool | None = None) -> Picture:
    """Return a picture as a frame of a carry shows it.

    Parameters
    ----------
    picture
        uint8 (height, width) or (height, width, channels), the film's frame; it is
        not written to.
    sweep
        Its displacement while the shutter is open.
    fast
        With OpenCV, without it, or by default as it is installed. The pictures differ
        by rounding alone.

    Returns
    -------
    uint8, the same shape
        Mirrored at its edges, so that nothing is uncovered.

    Raises
    ------
    ImportError
        The fast way was asked for and OpenCV is not installed.
    """
    size = (picture.shape[1], picture.shape[0])
    way, moves = warper(fast), _Moves(sweep, size)
    small = _reduced(picture, moves.factors, way)
    moved = moves.moved(small, moves.factors, way)
    return _enlarged(moved, size, way)


def swept_planes(
    planes: Sequence[Picture],
    sweep: Sweep,
    *,
    most: int = 255,
    fast: bool | None = None,
) -> list[Picture]:
    """Return the planes of a picture as a frame of a carry shows it.

    Parameters
    ----------
    planes
        Luma, then two of chroma, as large or halved, uint8, or uint16 for more than 8
        bits; they are not written to.
    sweep, fast
        As `swept`.
    most
        The largest value a sample has.

    Returns
    -------
    list
        Planes of the same shapes and types. Without OpenCV, deeper ones are swept in
        8 bits.

    Raises
    ------
    ImportError
        As `swept`.

    Notes
    -----
    Every plane turns about its own middle. Halved chroma may lie on the luma's even
    columns instead (MPEG-2): its middle is then half a pixel off, by which a turn or
    zoom displaces it a twentieth of a pixel, and a shift not at all.
    """
    way = warper(fast)
    luma, *chroma = planes
    high, wide = luma.shape
    moves = _Moves(sweep, (wide, high))
    fine = moves.factors
    halves = (wide // chroma[0].shape[1], high // chroma[0].shape[0])
    # Chroma is sampled as coarsely as luma may be, and with it where that is alike.
    coarse = (max(fine[0], halves[0]), max(fine[1], halves[1]))
    small = [_reduced(luma, fine, way)]
    rest = (coarse[0] // halves[0], coarse[1] // halves[1])
    small += [_reduced(plane, rest, way) for plane in chroma]
    groups = (
        [(small, fine)] if coarse == fine else [(small[:1], fine), (small[1:], coarse)]
    )
    moved = [
        moves.moved(one, factors, way)
        for group, factors in groups
        for one in way.joined(group, most)
    ]
    found = []
    for plane, one in zip(planes, way.parted(moved), strict=False):
        whole = _enlarged(one, (plane.shape[1], plane.shape[0]), way)
        found.append(way.restored(whole, plane.dtype, most))
    return found


def _reduced(picture: Picture, factors: tuple[int, int], way: Warper) -> Picture:
    return picture if factors == (1, 1) else way.reduced(picture, factors)


def _enlarged(picture: Picture, size: tuple[int, int], way: Warper) -> Picture:
    same = (picture.shape[1], picture.shape[0]) == size
    return picture if same else way.enlarged(picture, size)


class _Moves:
    """How the pictures of one sweep are moved over a frame of a size.

    ``factors`` tell how coarsely they can be sampled, across and down: by how many of
    the frame's pixels.
    """

    def __init__(self, sweep: Sweep, size: tuple[int, int]) -> None:
        self._size = size
        first, last = (_similarity(q, size[0]) for q in (sweep.opening, sweep.closing))
        self._first, self._step = first, last.after(first.inverse())
        steps = [self._step.at(p) - p for p in _corners(*size)]
        self._doublings = _doublings(max(map(abs, steps)) / size[0])
        typical = sum(map(abs, steps)) / len(steps) / 2
        self.factors = (
            _factor([v.real for v in steps], size[0], typical),
            _factor([v.imag for v in steps], size[1], typical),
        )

    def moved(self, picture: Picture, factors: tuple[int, int], way: Warper) -> Picture:
        """Return a picture moved and blurred that is sampled by these factors."""
        step, first = self._step, self._first
        size = picture.shape[1], picture.shape[0]
        if not self._doublings:
            middle = _middle(size)
            how = _map(step.part(0.5).after(first), factors, middle, middle)
            if factors == (1, 1):
                return way.moved(picture, how)
            return way.blurred(picture, [how], size)
        left, top, right, below = _margins(step, self._size, factors)
        canvas = (left + size[0] + right, top + size[1] + below)
        source, target = _middle(size), _middle(size, (left, top))
        count = 2**self._doublings
        ways = [_map(step.part(0.5 / count).after(first), factors, source, target)]
        for power in range(self._doublings):
            further = step.part(2**power / count)
            ways.append(_map(further, factors, target, target))
        moved = way.blurred(picture, ways, canvas)
        return moved[top : top + size[1], left : left + size[0]]


def _similarity(q: tuple[float, float, float, float], wide: int) -> _Turn:
    tx, ty, zoom, turn = q
    return _Turn(cmath.exp(complex(zoom, turn)), complex(tx, ty) * wide)


def _corners(wide: int, high: int) -> list[complex]:
    return [complex(x * wide / 2, y * high / 2) for x in (-1, 1) for y in (-1, 1)]


def _doublings(path_fw: float) -> int:
    return max(0, math.ceil(math.log2(max(path_fw / _SPACING_FW, 1) - _TINY)))


def _factor(steps_px: list[float], length_px: int, typical_px: float) -> int:
    """Return by how much an axis can be sampled more coarsely than the picture."""
    # Steps are linear over the picture: of one sign, they are least in a corner.
    one_way = min(steps_px) > 0 or max(steps_px) < 0
    least = min(map(abs, steps_px)) if one_way else 0.0
    for factor in _FACTORS:
        if least >= _HIDING * factor and length_px % factor == 0:
            return factor
    return _FACTORS[-1] if typical_px >= _ALL_HIDING and length_px % 2 == 0 else 1


def _margins(
    step: _Turn, size: tuple[int, int], factors: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return the pixels beyond left, top, right, bottom that move into the frame."""
    back = step.inverse()
    steps = [(back.at(p) - p, p) for p in _corners(*size)]

    def beyond(outwards: list[float], factor: int) -> int:
        return math.ceil(max(0.0, *outwards) / factor) + 2

    return (
        beyond([-v.real for v, p in steps if p.real < 0], factors[0]),
        beyond([-v.imag for v, p in steps if p.imag < 0], factors[1]),
        beyond([v.real for v, p in steps if p.real > 0], factors[0]),
        beyond([v.imag for v, p in steps if p.imag > 0], factors[1]),
    )


def _middle(size: tuple[int, int], before: tuple[int, int] = (0, 0)) -> complex:
    return complex(before[0] + (size[0] - 1) / 2, before[1] + (size[1] - 1) / 2)


def _map(
    turn: _Turn, factors: tuple[int, int], source: complex, target: complex
) -> Map:
    """Return the map that moves a picture; source and target are its middles."""
    back = turn.inverse()
    across, down = factors
    a, e = back.factor.real, back.factor.real
    b, d = -back.factor.imag * down / across, back.factor.imag * across / down
    c = back.shift.real / across - a * target.real - b * target.imag + source.real
    f = back.shift.imag / down - d * target.real - e * target.imag + source.imag
    return a, b, c, d, e, f
