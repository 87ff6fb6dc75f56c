"""Where a picture lies in the film's frame: how it is fitted, how the camera moves.

Conventions
    Sizes are (width, height) in pixels; positions are continuous, a pixel's centre
    half a pixel in. A framing has a fit, which at scale 1 covers the frame (cropping),
    is contained in it (black beside it) or shows the picture's own pixels (native, as
    other editors place pictures), and keys
    ``(clip frame, scale, x, y, rotation)``: x and y shift the picture's centre, in
    frame widths, y down; rotation is clockwise, in degrees. Between keys all four
    are linear, outside them constant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray
from PIL import Image

from otio_genai import metadata
from otio_genai.errors import RenderError
from otio_genai.render.shown import Look, Pose

__all__ = [
    "Framing",
    "Grid",
    "Pose",
    "fit_scale",
    "framing",
    "moved",
]

_FITS = ("cover", "contain", "native")
_KEY_NUMBERS = 5
# Less than this beyond an edge is an error of the arithmetic.
_TINY_PX = 1e-3
# Chroma is off by so much of a sample where luma is not.
_SLACK = 0.5


@dataclass(frozen=True, slots=True)
class Framing:
    """How a clip fills the frame."""

    fit: str = "cover"
    "``cover``, ``contain`` or ``native``."
    frames: tuple[float, ...] = ()
    "Clip frames of the keys, ascending."
    poses: tuple[Pose, ...] = ()
    "The pose at each."

    def look(self) -> Look:
        """Return what is alike in every pose."""
        return Look(
            fit=self.fit,
            moves=any(pose != self.poses[0] for pose in self.poses),
            turns=any(pose.rotation_deg for pose in self.poses),
            largest=max((pose.scale for pose in self.poses), default=1.0),
        )

    def at(self, clip_frame: int) -> Pose:
        """Return the pose at a record frame counted from the clip's first."""
        if not self.poses:
            return Pose()
        table = [(p.scale, p.x_fw, p.y_fw, p.rotation_deg) for p in self.poses]
        columns = zip(*table, strict=True)
        return Pose(*(float(np.interp(clip_frame, self.frames, c)) for c in columns))


def framing(clip: otio.schema.Clip) -> Framing:
    """Return the framing kept with a clip; without one it covers and stays.

    Raises
    ------
    RenderError
        What is kept is no framing.
    """
    kept = metadata.read(clip, "framing")
    if kept is None:
        return Framing()
    try:
        fit = kept.get("fit", "cover")
        keys = sorted([float(v) for v in key] for key in kept.get("keys") or ())
        good = fit in _FITS and all(_is_key(key) for key in keys)
    except (AttributeError, TypeError, ValueError):
        good = False
    if not good:
        raise _no_framing(clip, kept)
    poses = tuple(Pose(*key[1:]) for key in keys)
    return Framing(fit, tuple(key[0] for key in keys), poses)


def _is_key(key: list[float]) -> bool:
    return len(key) == _KEY_NUMBERS and all(map(math.isfinite, key)) and key[1] > 0


def _no_framing(clip: otio.schema.Clip, kept: Any) -> RenderError:
    return RenderError(
        f"This framing cannot be read: {kept!r}.",
        place=clip.name or "clip",
        remedy="Write a fit (cover, contain or native) and keys "
        "[frame, scale over 0, x, y, rotation].",
    )


def fit_scale(source: tuple[int, int], film: tuple[int, int], fit: str) -> float:
    """Return by how much a fit scales a picture, in pixels of the film to its own."""
    ratios = (film[0] / source[0], film[1] / source[1])
    return {"cover": max(ratios), "contain": min(ratios), "native": 1.0}[fit]


@dataclass(frozen=True, slots=True)
class Grid:
    """How coarsely a plane samples its picture: pixels to a sample, across and down.

    Samples lie where MPEG-2 has those of chroma: across on the first of their pixels,
    down in the middle of them.
    """

    across: int = 1
    "Pixels to a sample, across."
    down: int = 1
    "Pixels to a sample, down."

    @property
    def aside(self) -> float:
        """Return where the picture's left edge lies, in samples."""
        return 0.5 - 0.5 / self.across


def moved(
    picture: NDArray[Any],
    film: tuple[int, int],
    how: Look,
    pose: Pose,
    *,
    ground: int = 0,
    source: tuple[int, int] | None = None,
    grids: tuple[Grid, Grid] = (Grid(), Grid()),
) -> NDArray[Any]:
    """Return the picture as the camera shows it in one pose.

    Parameters
    ----------
    picture
        uint8 (height, width), or (height, width, 3 or 4) for RGB and RGBA; uint16
        (height, width) for planes of more bits.
    film
        Size of the film's frame.
    how, pose
        How the whole clip lies, and where the picture does now.
    ground
        What is shown where there is no picture.
    source
        Size of the whole picture; by default that of ``picture``.
    grids
        How coarsely it is sampled, and shall be.

    Returns
    -------
    of the picture's type
        Sampled at sub-pixel positions, as large as the film's frame is on its grid.
    """
    wide, high = source or (picture.shape[1], picture.shape[0])
    fit = fit_scale((wide, high), film, how.fit)
    old, new = grids
    view = _on(_view((wide, high), film, fit, pose), old, new)
    size = (film[0] // new.across, film[1] // new.down)
    deep = picture.dtype == np.uint16
    image = Image.fromarray(picture.astype(np.float32) if deep else picture)
    # One sampler for the whole clip: two would differ visibly where they meet.
    if how.turns:
        coarse = fit * how.largest
        most = (coarse * old.across / new.across, coarse * old.down / new.down)
        sampled = _turned(image, size, view, most, ground)
    else:
        slack = _SLACK if new.aside else 0.0
        aside = view[0] * new.aside - old.aside
        sampled = _boxed(image, size, view, ground, _Reach(aside, slack))
    if deep:
        levels = np.rint(np.asarray(sampled, dtype=np.float32))
        return levels.clip(0, None).astype(np.uint16)
    return np.array(sampled, dtype=np.uint8)


# The film's point (x, y) shows the picture's point (a x + b y + c, d x + e y + f).
_Affine = tuple[float, float, float, float, float, float]


def _view(
    source: tuple[int, int], film: tuple[int, int], fit: float, pose: Pose
) -> _Affine:
    scale, turn = fit * pose.scale, math.radians(pose.rotation_deg)
    a, b = math.cos(turn) / scale, math.sin(turn) / scale
    x = film[0] / 2 + pose.x_fw * film[0]
    y = film[1] / 2 + pose.y_fw * film[0]
    return (
        *(a, b, source[0] / 2 - a * x - b * y),
        *(-b, a, source[1] / 2 + b * x - a * y),
    )


def _on(view: _Affine, old: Grid, new: Grid) -> _Affine:
    """Return a view in samples: of the film's grid, to the picture's."""
    a, b, c, d, e, f = view
    aside = new.across * new.aside
    return (
        a * new.across / old.across,
        b * new.down / old.across,
        (c - a * aside) / old.across + old.aside,
        d * new.across / old.down,
        e * new.down / old.down,
        (f - d * aside) / old.down,
    )


def _boxed(
    image: Image.Image,
    size: tuple[int, int],
    view: _Affine,
    ground: int,
    reach: _Reach,
) -> Image.Image:
    wide, high = image.size
    left, top = view[2], view[5]
    sides = (left, top, left + view[0] * size[0], top + view[4] * size[1])
    if not (left < wide and top < high and sides[2] > 0 and sides[3] > 0):
        return Image.new(image.mode, size, ground)
    before = reach.margin(-left, 1), reach.margin(-top)
    after = reach.margin(sides[2] - wide, -1), reach.margin(sides[3] - high)
    if any(map(any, (*before, *after))):
        image = _wider(image, before, after, ground)
    x, y = sum(before[0]), sum(before[1])
    box = (
        max(sides[0] + x, 0.0),
        max(sides[1] + y, 0.0),
        min(sides[2] + x, float(image.width)),
        min(sides[3] + y, float(image.height)),
    )
    return image.resize(size, Image.Resampling.BICUBIC, box=box)


# Samples beyond an edge that are like the one at it, and those of ground after them.
_Margin = tuple[int, int]


class _Reach(NamedTuple):
    """How far samples reach beyond an edge of the picture, where luma does not."""

    aside: float
    "Samples of the picture by which the film's lie further left than their pixels."
    slack: float
    "Samples that are not worth ground."

    def margin(self, beyond: float, aside: int = 0) -> _Margin:
        """Return what is needed for samples seen beyond an edge."""
        seen = math.ceil(beyond - _TINY_PX) if beyond > _TINY_PX else 0
        alike = max(aside * self.aside, 0.0)
        if beyond <= max(alike, self.slack) + _TINY_PX:
            return seen, 0
        alike = min(math.floor(alike + 0.5), seen)
        return alike, seen - alike


def _wider(
    image: Image.Image,
    before: tuple[_Margin, _Margin],
    after: tuple[_Margin, _Margin],
    ground: int,
) -> Image.Image:
    picture = np.asarray(image)
    more = [(0, 0)] * (picture.ndim - 2)
    ways: tuple[dict[str, Any], ...] = {"mode": "edge"}, {"constant_values": ground}
    for part, how in enumerate(ways):
        across, down = ((before[k][part], after[k][part]) for k in (0, 1))
        picture = np.pad(picture, (down, across, *more), **how)
    return Image.fromarray(picture)


def _turned(
    image: Image.Image,
    size: tuple[int, int],
    view: _Affine,
    most: tuple[float, float],
    ground: int,
) -> Image.Image:
    a, b, c, d, e, f = view
    wide, high = image.size
    if min(most) < 1:
        # The affine sampler reads single pixels: make them as coarse as the film's.
        coarse = [
            max(1, round(length * min(part, 1.0)))
            for length, part in zip(image.size, most, strict=True)
        ]
        image = image.resize((coarse[0], coarse[1]), Image.Resampling.BICUBIC)
    x, y = image.width / wide, image.height / high
    data = (a * x, b * x, c * x, d * y, e * y, f * y)
    return image.transform(
        size, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC, fillcolor=ground
    )
