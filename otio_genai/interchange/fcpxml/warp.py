"""Time as a function of time: how one timeline of a document runs through another.

Conventions
    A `Warp` is a list of exact (time, value) points with ascending times, linear
    between them and going on at the outermost slopes beyond them. Plain placement is
    a warp of slope 1.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Warp", "affine"]


@dataclass(frozen=True, slots=True)
class Warp:
    """A piecewise linear function, of at least two points with ascending times."""

    points: tuple[tuple[Fraction, Fraction], ...]

    def _segment(self, index: int) -> tuple[Fraction, Fraction, Fraction]:
        """Return (time, value, slope) of the segment after a point."""
        (a, x), (b, y) = self.points[index : index + 2]
        return a, x, (y - x) / (b - a)

    def _index(self, time_s: Fraction) -> int:
        found = bisect.bisect_right(self.points, time_s, key=lambda point: point[0]) - 1
        return min(max(found, 0), len(self.points) - 2)

    def at(self, time_s: Fraction) -> Fraction:
        """Return the value at a time."""
        begin, value, slope = self._segment(self._index(time_s))
        return value + (time_s - begin) * slope

    @property
    def is_plain(self) -> bool:
        """True for one line of slope 1."""
        (a, x), (b, y) = self.points[:2]
        return len(self.points) == 2 and b - a == y - x

    @property
    def slope(self) -> Fraction | None:
        """The one slope of it; None when it has several."""
        slopes = {self._segment(index)[2] for index in range(len(self.points) - 1)}
        return slopes.pop() if len(slopes) == 1 else None

    def within(self, first_s: Fraction, last_s: Fraction) -> Warp:
        """Return the part between two times; the same values there."""
        inner = [point for point in self.points if first_s < point[0] < last_s]
        if last_s <= first_s:
            last_s = first_s + 1
        ends = (first_s, self.at(first_s)), (last_s, self.at(last_s))
        return Warp(_straight([ends[0], *inner, ends[1]]))

    def after(self, inner: Warp) -> Warp:
        """Return what this makes of the values of ``inner``: self(inner(time))."""
        if inner.is_plain:
            shift = inner.points[0][1] - inner.points[0][0]
            return Warp(tuple((t - shift, v) for t, v in self.points))
        times = {time_s for time_s, _ in inner.points}
        for index in range(len(inner.points) - 1):
            begin, value, slope = inner._segment(index)
            if slope == 0:
                continue
            ends = inner.points[index][0], inner.points[index + 1][0]
            for mine, _ in self.points:
                time_s = begin + (mine - value) / slope
                before = index == 0 and time_s < ends[0]
                beyond = index == len(inner.points) - 2 and time_s > ends[1]
                if ends[0] <= time_s <= ends[1] or before or beyond:
                    times.add(time_s)
        ordered = sorted(times)
        ordered = [ordered[0] - 1, *ordered, ordered[-1] + 1]
        return Warp(_straight((t, self.at(inner.at(t))) for t in ordered))

    def time_of(self, value: Fraction) -> Fraction | None:
        """Return the time of a value; None when it has none, or several slopes."""
        begin, first, slope = self._segment(0)
        if self.slope is None or slope == 0:
            return None
        return begin + (value - first) / slope


def _straight(
    points: Iterable[tuple[Fraction, Fraction]],
) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return the points without those that lie on the line of their neighbours."""
    kept: list[tuple[Fraction, Fraction]] = []
    for point in points:
        while len(kept) > 1:
            (a, x), (b, y) = kept[-2:]
            if (y - x) * (point[0] - b) != (point[1] - y) * (b - a):
                break
            kept.pop()
        kept.append(point)
    return tuple(kept)


def affine(time_s: Fraction, value: Fraction, slope: Fraction | int = 1) -> Warp:
    """Return the warp through one point.

    Examples
    --------
    >>> affine(Fraction(2), Fraction(10)).at(Fraction(3))
    Fraction(11, 1)
    """
    return Warp(((time_s, value), (time_s + 1, value + slope)))
