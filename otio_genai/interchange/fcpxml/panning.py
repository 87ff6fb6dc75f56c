"""A part of the picture that fills the frame, and the move from one part to another.

Conventions
    A part is [left, right, top, bottom]: what is cut off each side, in parts of the
    picture's own width and height. Final Cut scales what is left until it fits the
    frame, about the middle of which it then lies. Framing keys are ours: scale against
    the conformed picture, x and y in widths of the frame, y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from otio_genai.interchange.fcpxml.values import numbers

__all__ = ["filling", "moved_part", "part_of"]

_LEAST = 1e-3
_SIDES = ("left", "right", "top", "bottom")


def part_of(rect: Element, size: tuple[int, int]) -> list[float]:
    """Return the part a rectangle leaves; its sides are percent of the height."""
    across = 100 * size[0] / size[1]
    found = [numbers(rect.get(side)) for side in _SIDES]
    sides = [value[0] if len(value) == 1 else 0.0 for value in found]
    return [sides[0] / across, sides[1] / across, sides[2] / 100, sides[3] / 100]


def filling(
    part: Sequence[float], own: tuple[int, int], frame: tuple[int, int], fit: str
) -> list[float]:
    """Return [scale, x, y, 0] by which a part of a picture fills the frame.

    Parameters
    ----------
    part
        What is cut off left, right, top, bottom.
    own, frame
        Width and height in pixels of the picture and of the frame.
    fit
        How the picture is conformed to the frame.
    """
    ratios = frame[0] / own[0], frame[1] / own[1]
    known = {"native": 1.0, "contain": min(ratios)}
    base = known.get(fit, max(ratios))
    left, right, top, bottom = part
    wide = max(1 - left - right, _LEAST) * own[0] * base
    high = max(1 - top - bottom, _LEAST) * own[1] * base
    scale = min(frame[0] / wide, frame[1] / high)
    x = (right - left) / 2 * own[0] * base * scale / frame[0]
    y = (bottom - top) / 2 * own[1] * base * scale / frame[0]
    return [scale, x, y, 0.0]


def moved_part(
    rects: Sequence[Element],
    own: tuple[int, int],
    frame: tuple[int, int],
    fit: str,
    length: int,
) -> list[list[float]]:
    """Return framing keys that go from the first part to the last of a clip."""
    ends = [filling(part_of(rect, own), own, frame, fit) for rect in rects]
    if length < 2 or len(ends) < 2 or ends[0] == ends[-1]:
        return [[0, *ends[0]]]
    return [[0, *ends[0]], [length - 1, *ends[-1]]]
