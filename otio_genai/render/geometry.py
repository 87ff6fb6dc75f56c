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
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray
from PIL import Image

from otio_genai import metadata
from otio_genai.errors import RenderError
from otio_genai.render.shown import Look, Pose

__all__ = ["Box", "Framing", "Pose", "box_in_film", "box_in_source", "framing", "moved"]

_FITS = ("cover", "contain", "native")
_KEY_NUMBERS = 5


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


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels."""

    x: int
    y: int
    width: int
    height: int


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


def box_in_source(source: tuple[int, int], film: tuple[int, int]) -> Box:
    """Return the centred part of a picture that covers the film's frame.

    Sides and offsets are even, so that subsampled chroma is cut where it was
    sampled; a side that needs no cutting keeps its length.
    """
    wide, high = source
    film_wide, film_high = film
    cut_wide = min(wide, _even(high * film_wide / film_high))
    cut_high = min(high, _even(wide * film_high / film_wide))
    if cut_wide < wide and cut_high < high:  # pragma: no cover - rounding alone
        cut_wide = wide
    return Box(
        (wide - cut_wide) // 4 * 2, (high - cut_high) // 4 * 2, cut_wide, cut_high
    )


def box_in_film(source: tuple[int, int], film: tuple[int, int]) -> Box:
    """Return the centred part of the film's frame that contains the whole picture."""
    wide, high = source
    film_wide, film_high = film
    put_wide = min(film_wide, _even(film_high * wide / high))
    put_high = min(film_high, _even(film_wide * high / wide))
    return Box(
        (film_wide - put_wide) // 4 * 2,
        (film_high - put_high) // 4 * 2,
        put_wide,
        put_high,
    )


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))


def moved(
    picture: NDArray[np.uint8], film: tuple[int, int], how: Look, pose: Pose
) -> NDArray[np.uint8]:
    """Return the picture as the camera shows it in one pose.

    Parameters
    ----------
    picture
        RGB or RGBA, uint8 (height, width, 3 or 4), as large as the file has it.
    film
        Size of the film's frame.
    how, pose
        How the whole clip lies, and where the picture does now.

    Returns
    -------
    uint8 (film height, film width, 3 or 4)
        Sampled at sub-pixel positions; black where there is no picture, with alpha
        see-through.
    """
    high, wide = picture.shape[:2]
    ratios = (film[0] / wide, film[1] / high)
    fits = {"cover": max(ratios), "contain": min(ratios), "native": 1.0}
    fit = fits[how.fit]
    # One sampler for the whole clip: two would differ visibly where they meet.
    if how.turns:
        return _turned(picture, film, fit, pose, fit * how.largest)
    return _boxed(picture, film, fit * pose.scale, pose)


def _boxed(
    picture: NDArray[np.uint8], film: tuple[int, int], scale: float, pose: Pose
) -> NDArray[np.uint8]:
    high, wide = picture.shape[:2]
    across, down = film[0] / scale, film[1] / scale
    left = wide / 2 - pose.x_fw * film[0] / scale - across / 2
    top = high / 2 - pose.y_fw * film[0] / scale - down / 2
    sides = (left, top, left + across, top + down)
    if not (left < wide and top < high and sides[2] > 0 and sides[3] > 0):
        return np.zeros((film[1], film[0], picture.shape[2]), np.uint8)
    image = Image.fromarray(picture)
    tiny = 1e-6 * max(wide, high)
    before = [math.ceil(max(0.0, -near - tiny)) for near in (left, top)]
    after = [
        math.ceil(max(0.0, far - end - tiny))
        for far, end in ((sides[2], wide), (sides[3], high))
    ]
    if any(before) or any(after):
        size = (wide + before[0] + after[0], high + before[1] + after[1])
        wider = Image.new(image.mode, size)
        wider.paste(image, (before[0], before[1]))
        image = wider
    edges = (*image.size, *image.size)
    offsets = (*before, *before)
    box = tuple(
        min(max(side + offset, 0.0), float(edge))
        for side, offset, edge in zip(sides, offsets, edges, strict=True)
    )
    sampled = image.resize(film, Image.Resampling.BICUBIC, box=box)
    return np.array(sampled, dtype=np.uint8)


def _turned(
    picture: NDArray[np.uint8],
    film: tuple[int, int],
    fit: float,
    pose: Pose,
    largest: float,
) -> NDArray[np.uint8]:
    image = Image.fromarray(picture)
    if largest < 1:
        # The affine sampler reads single pixels: make them as coarse as the film's.
        size = (
            max(1, round(image.width * largest)),
            max(1, round(image.height * largest)),
        )
        image = image.resize(size, Image.Resampling.BICUBIC)
    per_x = picture.shape[1] / image.width
    per_y = picture.shape[0] / image.height
    scale = fit * pose.scale
    turn = math.radians(pose.rotation_deg)
    a, b = math.cos(turn) / scale / per_x, math.sin(turn) / scale / per_x
    d, e = -math.sin(turn) / scale / per_y, math.cos(turn) / scale / per_y
    centre_x = film[0] / 2 + pose.x_fw * film[0]
    centre_y = film[1] / 2 + pose.y_fw * film[0]
    c = image.width / 2 - a * centre_x - b * centre_y
    f = image.height / 2 - d * centre_x - e * centre_y
    sampled = image.transform(
        film, Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BICUBIC
    )
    return np.array(sampled, dtype=np.uint8)
