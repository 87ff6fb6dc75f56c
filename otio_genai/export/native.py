"""A carry as keyframes of both clips' framing, for editors that animate pictures.

Editors neither mirror a picture's edges nor blur its way: the key poses of the recipe
push in until the picture covers the frame, and the movement is sharp.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import opentimelineio as otio

from otio_genai import metadata

__all__ = ["compose", "keyed", "most_push"]

# [record frame, scale, x in frame widths, y in frame widths, clockwise degrees].
Key = Sequence[float]
Pose = tuple[float, float, float, float]

_REST: Pose = (1.0, 0.0, 0.0, 0.0)
_DIGITS = 6


def compose(inner: Pose, outer: Pose) -> Pose:
    """Return one pose that moves a picture as two do, the inner one first.

    Poses are (scale, x, y, rotation): a point p of the picture goes to
    ``scale · R(rotation) p + (x, y)``, y down, rotation clockwise in degrees.

    Examples
    --------
    >>> compose((1.0, 0.25, 0.0, 0.0), (2.0, 0.0, 0.0, 90.0))
    (2.0, 0.0, 0.5, 90.0)
    """
    turn = math.radians(outer[3])
    cos, sin = math.cos(turn), math.sin(turn)
    x = outer[0] * (cos * inner[1] - sin * inner[2]) + outer[1]
    y = outer[0] * (sin * inner[1] + cos * inner[2]) + outer[2]
    made = inner[0] * outer[0], x, y, inner[3] + outer[3]
    scale, x, y, degrees = (round(value, _DIGITS) + 0.0 for value in made)
    return scale, x, y, degrees


def most_push(recipe: dict[str, Any]) -> float:
    """Return the largest scale of a recipe's key poses."""
    return max(float(key[1]) for end in ("out", "in") for key in recipe[f"keys_{end}"])


def keyed(
    clip: otio.schema.Clip, carries: Sequence[tuple[int, Sequence[Key]]], length: int
) -> None:
    """Write carries into a clip's framing, in place.

    Parameters
    ----------
    clip
        A clip; its own framing stays beneath.
    carries
        For each carry at its ends the clip frame of the cut and the key poses,
        counted from the cut.
    length
        Record frames of the clip.
    """
    kept = metadata.read(clip, "framing", {})
    own = sorted((list(map(float, key)) for key in kept.get("keys") or ()), key=_frame)
    moved = [
        [[key[0] + cut, *key[1:]] for key in keys if 0 <= key[0] + cut < length]
        for cut, keys in carries
    ]
    frames = {key[0] for keys in (own, *moved) for key in keys}
    made = []
    for frame in sorted(frames):
        pose = _at(own, frame)
        for keys in moved:
            pose = compose(pose, _at(keys, frame))
        whole = int(frame) if frame == int(frame) else frame
        made.append([whole, *pose])
    metadata.put(clip, "framing", {"fit": "cover", **kept, "keys": made})


def _frame(key: Key) -> float:
    return key[0]


def _at(keys: Sequence[Key], frame: float) -> Pose:
    """Return the pose at a frame, linear between keys and constant outside."""
    if not keys:
        return _REST
    index = bisect_left(keys, frame, key=_frame)
    if index == len(keys):
        return _pose(keys[-1])
    if index == 0 or keys[index][0] == frame:
        return _pose(keys[index])
    first, last = keys[index - 1], keys[index]
    share = (frame - first[0]) / (last[0] - first[0])
    scale, x, y, degrees = (
        a + (b - a) * share for a, b in zip(_pose(first), _pose(last), strict=True)
    )
    return scale, x, y, degrees


def _pose(key: Key) -> Pose:
    return float(key[1]), float(key[2]), float(key[3]), float(key[4])
