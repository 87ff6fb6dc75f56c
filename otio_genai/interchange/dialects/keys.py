"""Keyframes between our form and an editor's: one list of rows, or a series each.

Conventions
    Ours is rows of ``[record frame, value, …]``; editors keep a series of their own
    for each parameter. Between keys values are linear, outside them constant.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from typing import Any

import opentimelineio as otio

from otio_genai.metadata import each

__all__ = ["Series", "finite", "plain", "reduced", "rows_of", "series_of", "space_of"]

#: (frame, value) in ascending order; one is a value that never changes.
Series = tuple[tuple[float, float], ...]


def plain(value: Any) -> Any:
    """Return metadata as plain dictionaries and lists; objects stay what they are."""
    kind = type(value)
    if kind in (str, float, int, bool):
        return value
    if hasattr(value, "keys"):
        return {str(key): plain(value[key]) for key in each(value)}
    if isinstance(value, (list, tuple)) or kind.__name__ == "AnyVector":
        return [plain(part) for part in each(value)]
    return value


def space_of(obj: otio.core.SerializableObjectWithMetadata, space: str) -> Any:
    """Return what a program keeps on an object, plain; None: nothing."""
    held = obj.metadata
    return plain(held[space]) if space in each(held) else None


def finite(value: Any) -> float | None:
    """Return a number as a float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def series_of(rows: Sequence[Sequence[float]], part: int) -> Series:
    """Return one part of our rows as a series; ``part`` counts from 1.

    Examples
    --------
    >>> series_of([[0, 1.0, 5.0], [9, 1.0, 6.0]], 1)
    ((0, 1.0),)
    """
    found = sorted({int(row[0]): float(row[part]) for row in rows}.items())
    return reduced(tuple((frame, value) for frame, value in found))


def reduced(series: Series) -> Series:
    """Return a series whose value never changes as its first key alone."""
    return series if len({value for _, value in series}) > 1 else series[:1]


def rows_of(parts: Sequence[Series], defaults: Sequence[float]) -> list[list[float]]:
    """Return series side by side as rows, with a key wherever one of them has one.

    Examples
    --------
    >>> rows_of([((0, 1.0), (8, 2.0)), ()], (1.0, 0.0))
    [[0, 1.0, 0.0], [8, 2.0, 0.0]]
    >>> rows_of([((0, 1.0), (8, 2.0)), ((0, 0.0), (4, 1.0))], (1.0, 0.0))
    [[0, 1.0, 0.0], [4, 1.5, 1.0], [8, 2.0, 1.0]]
    """
    moving = [series for series in parts if len(series) > 1]
    frames = sorted({round(frame) for series in moving for frame, _ in series}) or [0]
    return [
        [frame, *(_at(s, frame, d) for s, d in zip(parts, defaults, strict=True))]
        for frame in frames
    ]


def _at(series: Series, frame: float, default: float) -> float:
    if not series:
        return default
    index = bisect.bisect_right([key for key, _ in series], frame)
    if index == 0:
        return series[0][1]
    first, a = series[index - 1]
    if index == len(series):
        return a
    last, b = series[index]
    return a + (b - a) * (frame - first) / (last - first)
