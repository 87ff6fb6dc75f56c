"""Pictures as planes: blank ones, views that can be written to, weighted sums.

Conventions
    Planes are uint8, or uint16 for more than 8 bits, luma first, (height, width), all
    of limited range and BT.709: colour is converted before.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai.media import colour

__all__ = ["Planes", "blank", "ground", "shares", "summed"]

Planes = list[NDArray[np.uint8]] | list[NDArray[np.uint16]]

# BT.709, limited range, 8 bits (ITU-R BT.709-6, 3.2 to 3.5).
_KR, _KB = 0.2126, 0.0722
_LOW, _LUMA, _CHROMA, _NO_CHROMA = 16, 219, 224, 128
# Weights are in 256ths of 8-bit levels, and in 65536ths of deeper ones.
_STEPS = {1: 8, 2: 16}
# Lines summed at once: what they need stays in the processor's cache.
_LINES = 64


def ground(rgb: tuple[int, int, int], pix_fmt: str) -> tuple[int, ...]:
    """Return a colour's levels in each plane of a format."""
    red, green, blue = (level / 255 for level in rgb)
    light = _KR * red + (1 - _KR - _KB) * green + _KB * blue
    levels = (
        _LOW + _LUMA * light,
        _NO_CHROMA + _CHROMA * (blue - light) / (2 - 2 * _KB),
        _NO_CHROMA + _CHROMA * (red - light) / (2 - 2 * _KR),
    )
    more = VideoFormat(pix_fmt).components[0].bits - 8
    return tuple(round(level * 2**more) for level in levels)


def blank(size: tuple[int, int], pix_fmt: str, levels: tuple[int, ...]) -> VideoFrame:
    """Return a frame of one colour, tagged as BT.709 of limited range."""
    frame = VideoFrame(*size, pix_fmt)
    for plane, level in zip(colour.planes(frame), levels, strict=True):
        plane[:] = level
    return colour.stamped(frame)


def shares(weights: Sequence[Fraction], steps: int) -> list[int]:
    """Return weights in whole steps, which add up as the weights do, rounded.

    So equal pictures of weights that make 1 sum to themselves.

    Examples
    --------
    >>> shares([Fraction(1, 3)] * 3, 256)
    [85, 86, 85]
    """
    total, given, found = Fraction(0), 0, []
    for weight in weights:
        total += weight
        found.append(round(total * steps) - given)
        given += found[-1]
    return found


def summed(
    parts: Sequence[tuple[Fraction, VideoFrame]], levels: tuple[int, ...]
) -> VideoFrame:
    """Return the sum of weighted frames; what is left to 1 is one flat colour.

    Parameters
    ----------
    parts
        Weights, together at most 1, and frames of one size and planar format.
    levels
        Of the flat colour, in each plane.

    Notes
    -----
    In whole numbers, rounded half up: the same bytes on every machine. With 8 bits
    a weight is a whole number of 256ths, so that a sum is at most 1 level off.
    """
    first = parts[0][1]
    made = VideoFrame(first.width, first.height, first.format.name)
    pictures = [colour.planes(frame) for _, frame in parts]
    bits = _STEPS[pictures[0][0].itemsize]
    weights = shares([weight for weight, _ in parts], 1 << bits)
    rest = (1 << bits) - sum(weights)
    for index, into in enumerate(colour.planes(made)):
        flat = rest * levels[index] + (1 << bits >> 1)
        _sum([one[index] for one in pictures], weights, flat, bits, into)
    return colour.stamped(made)


def _sum(
    planes: Sequence[NDArray[np.unsignedinteger]],
    weights: Sequence[int],
    flat: int,
    bits: int,
    into: NDArray[np.unsignedinteger],
) -> None:
    kind = np.uint16 if bits == _STEPS[1] else np.uint32
    total = np.empty((_LINES, into.shape[1]), kind)
    part = np.empty_like(total)
    for start in range(0, into.shape[0], _LINES):
        rows = slice(start, min(start + _LINES, into.shape[0]))
        sums, more = total[: rows.stop - start], part[: rows.stop - start]
        sums[:] = flat
        for plane, weight in zip(planes, weights, strict=True):
            np.multiply(plane[rows], kind(weight), out=more, dtype=kind)
            sums += more
        sums >>= kind(bits)
        into[rows] = sums
