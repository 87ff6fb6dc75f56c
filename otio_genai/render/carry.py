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
from dataclasses import dataclass

from otio_genai.maps import Sweep
from otio_genai.render.warp import Map, Picture, warper

__all__ = ["swept"]

# Places along the blur are at most this part of the width apart (5 px at 720p).
_SPACING_FW = 1 / 256
# An axis is sampled at a k-th where every point goes this many times k px along it.
_HIDING = 11
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
        RGB, uint8 (height, width, 3), the film's frame; it is not written to.
    sweep
        Its displacement while the shutter is open.
    fast
        With OpenCV, without it, or by default as it is installed. The pictures differ
        by rounding alone.

    Returns
    -------
    uint8 (height, width, 3)
        Mirrored at its edges, so that nothing is uncovered.

    Raises
    ------
    ImportError
        The fast way was asked for and OpenCV is not installed.
    """
    way = warper(fast)
    high, wide = picture.shape[:2]
    first, last = (_similarity(q, wide) for q in (sweep.opening, sweep.closing))
    step = last.after(first.inverse())
    steps = [step.at(p) - p for p in _corners(wide, high)]
    doublings = _doublings(max(map(abs, steps)) / wide)
    if not doublings:
        middle = _middle((wide, high))
        how = _map(step.part(0.5).after(first), (1, 1), middle, middle)
        return way.moved(picture, how)
    factors = (
        _factor([v.real for v in steps], wide),
        _factor([v.imag for v in steps], high),
    )
    whole = factors == (1, 1)
    small = picture if whole else way.reduced(picture, factors)
    size = small.shape[1], small.shape[0]
    left, top, right, below = _margins(step, (wide, high), factors)
    canvas = (left + size[0] + right, top + size[1] + below)
    source, target = _middle(size), _middle(size, (left, top))
    count = 2**doublings
    ways = [_map(step.part(0.5 / count).after(first), factors, source, target)]
    for power in range(doublings):
        further = step.part(2**power / count)
        ways.append(_map(further, factors, target, target))
    moved = way.blurred(small, ways, canvas)
    shown = moved[top : top + size[1], left : left + size[0]]
    return shown if whole else way.enlarged(shown, (wide, high))


def _similarity(q: tuple[float, float, float, float], wide: int) -> _Turn:
    tx, ty, zoom, turn = q
    return _Turn(cmath.exp(complex(zoom, turn)), complex(tx, ty) * wide)


def _corners(wide: int, high: int) -> list[complex]:
    return [complex(x * wide / 2, y * high / 2) for x in (-1, 1) for y in (-1, 1)]


def _doublings(path_fw: float) -> int:
    return max(0, math.ceil(math.log2(max(path_fw / _SPACING_FW, 1) - _TINY)))


def _factor(steps_px: list[float], length_px: int) -> int:
    """Return by how much an axis can be sampled more coarsely than the picture."""
    # Steps are linear over the picture: of one sign, they are least in a corner.
    one_way = min(steps_px) > 0 or max(steps_px) < 0
    least = min(map(abs, steps_px)) if one_way else 0.0
    for factor in _FACTORS:
        if least >= _HIDING * factor and length_px % factor == 0:
            return factor
    return 1


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
