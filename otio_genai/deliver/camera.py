"""A clip's camera, told of one raster, told again of another.

Conventions
    Sizes are (width, height) in pixels. A camera is what a clip's framing says, over
    its keys: ``widths``, how many frame widths wide the picture is shown, and
    ``aims``, the point of the picture in the middle of the frame, in widths of the
    picture from its own middle, y down. Aims, unlike positions, are of the picture
    alone: they mean the same in every raster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from otio_genai.errors import TimelineError

__all__ = ["Camera", "Size", "fit_scale"]

Floats = npt.NDArray[np.floating]
Size = tuple[int, int]

_KEY_NUMBERS = 5
_DIGITS = 6
# A pixel of the largest films: less uncovers nothing that anyone sees.
_ROUNDING_FW = 1e-4
_TINY = 1e-9


def fit_scale(fit: str, picture: Size, film: Size) -> float:
    """Return the pixels of the film a pixel of the picture is wide at scale 1."""
    ratios = [whole / part for whole, part in zip(film, picture, strict=True)]
    return {"cover": max(ratios), "contain": min(ratios), "native": 1.0}[fit]


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """How the picture of a clip lies in the frame."""

    picture: Size
    film: Size
    frames: Floats
    "Clip frames of the keys, shape (keys,)."
    widths: Floats
    "Width of the picture in frame widths."
    aims: Floats
    "What is in the middle of the frame, shape (keys, 2)."
    turns_rad: Floats
    "Clockwise turn of the picture."

    @classmethod
    def read(cls, framing: dict[str, Any] | None, picture: Size, film: Size) -> Self:
        """Return the camera of a framing; without one the picture covers the frame.

        Raises
        ------
        TimelineError
            It is no framing.
        """
        try:
            said = framing or {}
            rows = said.get("keys") or [[0, 1.0, 0.0, 0.0, 0.0]]
            keys = np.array(sorted([float(v) for v in row] for row in rows))
            scale = fit_scale(said.get("fit", "cover"), picture, film)
            if keys.shape[1:] != (_KEY_NUMBERS,) or not (
                np.isfinite(keys).all() and (keys[:, 1] > 0).all()
            ):
                raise ValueError(rows)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise TimelineError(
                f"This framing cannot be read: {framing!r}.",
                remedy="Write a fit (cover, contain or native) and keys "
                "[frame, scale over 0, x, y, rotation].",
            ) from None
        widths = picture[0] * scale * keys[:, 1] / film[0]
        turns = np.radians(keys[:, 4])
        aims = -_turned(keys[:, 2:4], -turns) / widths[:, None]
        return cls(picture, film, keys[:, 0], widths, aims, turns)

    @property
    def fills(self) -> bool:
        """Whether the picture covers the whole frame at every key."""
        return bool((self._rooms() >= np.abs(self.aims) - _ROUNDING_FW).all())

    @property
    def moves(self) -> bool:
        """Whether it changes between its keys."""
        poses = np.column_stack([self.widths, self.aims, self.turns_rad])
        return bool((np.abs(poses - poses[0]) > _ROUNDING_FW).any())

    @property
    def centred(self) -> bool:
        """Whether it moves about the middle of its picture, where nobody put it."""
        middle = (self.aims.min(axis=0) + self.aims.max(axis=0)) / 2
        return bool((np.abs(middle) < 0.01).all())

    def _rooms(self) -> Floats:
        """Return how far from the middle the aims may lie, shape (keys, 2)."""
        high = self.picture[1] / self.picture[0]
        across, down = self._extents().T
        return np.column_stack([1 - across, high - down]) / 2

    def _extents(self) -> Floats:
        """Return width and height of what is seen, in picture widths."""
        aspect = self.film[1] / self.film[0]
        cos, sin = np.abs(np.cos(self.turns_rad)), np.abs(np.sin(self.turns_rad))
        seen = np.column_stack([cos + sin * aspect, sin + cos * aspect])
        return np.asarray(seen / self.widths[:, None])

    @property
    def parts(self) -> Floats:
        """Return what a picture width is of the picture's width and height."""
        return np.array([1, self.picture[0] / self.picture[1]])

    def window(self, frame: float) -> tuple[Floats, Floats]:
        """Return the middle of what is seen and its size, as parts of the picture."""
        parts = self.parts
        aim, extent = (
            np.array([np.interp(frame, self.frames, rows[:, k]) for k in (0, 1)])
            for rows in (self.aims, self._extents())
        )
        return 0.5 + aim * parts, np.minimum(extent * parts, 1.0)

    def refilling(self, film: Size) -> Self:
        """Return the same camera in another raster, covering it everywhere.

        It is as much closer than just covering the frame as it was, and aims at the
        same points; a picture turned so far that it would show its corners is shown
        larger. Aims that the picture's edges forbid are those of `within`.
        """
        before, after = (
            self.picture[0] * fit_scale("cover", self.picture, size) / size[0]
            for size in (self.film, film)
        )
        moved = replace(self, film=film, widths=self.widths * after / before)
        high = self.picture[1] / self.picture[0]
        lacking = float((moved._extents() / [1, high]).max())
        if lacking > 1:
            moved = replace(moved, widths=moved.widths * lacking)
        return moved

    def keeping_place(self, film: Size) -> Self:
        """Return a camera under which the picture has its part and place of the frame.

        For a picture laid into the frame: as wide in parts of the frame's width, its
        middle at the same parts of the frame's width and height.
        """
        aspects = [size[1] / size[0] for size in (film, self.film)]
        places = -_turned(self.aims * self.widths[:, None], self.turns_rad)
        places[:, 1] *= aspects[0] / aspects[1]
        aims = -_turned(places, -self.turns_rad) / self.widths[:, None]
        return replace(self, film=film, aims=aims)

    def within(self) -> Self:
        """Return the camera with its way shortened until it fits into the picture.

        Its speed falls, its direction stays; a way that fits is left as it is, and may
        still have to be moved (`shifts`).
        """
        rooms = np.maximum(self._rooms(), 0)
        middle = (self.aims.min(axis=0) + self.aims.max(axis=0)) / 2
        ways = self.aims[:, None] - self.aims
        most = rooms[:, None] + rooms
        # A rounding error without room must not stop all movement.
        over = ways > most + _TINY
        shares = np.divide(most, ways, out=np.ones_like(ways), where=over)
        share = shares.min(axis=(0, 1))
        return replace(self, aims=middle + share * (self.aims - middle))

    def shifts(self) -> tuple[Floats, Floats]:
        """Return the least and the largest (x, y) by which all aims may be moved."""
        rooms = np.maximum(self._rooms(), 0)
        low, high = (-rooms - self.aims).max(axis=0), (rooms - self.aims).min(axis=0)
        middle = (low + high) / 2
        return np.minimum(low, middle), np.maximum(high, middle)

    def shifted(self, by: Floats) -> Self:
        """Return the camera with all its aims moved."""
        return replace(self, aims=self.aims + by)

    def on_pixels(self) -> Self:
        """Return a camera that stays with the picture on whole pixels of the film."""
        if self.moves or self.turns_rad.any():
            return self
        # Towards the middle: the other way an edge would be uncovered.
        places = np.trunc(-self.aims * self.widths[:, None] * self.film[0])
        return replace(self, aims=-places / self.film[0] / self.widths[:, None])

    def framing(self, fit: str = "cover") -> dict[str, Any]:
        """Return what a clip keeps of it."""
        base = self.picture[0] * fit_scale(fit, self.picture, self.film) / self.film[0]
        places = -_turned(self.aims * self.widths[:, None], self.turns_rad)
        columns = (self.widths / base, *places.T, np.degrees(self.turns_rad))
        keys = [
            [_number(frame), *(round(float(v), _DIGITS) + 0.0 for v in row)]
            for frame, row in zip(self.frames, np.column_stack(columns), strict=True)
        ]
        return {"fit": fit, "keys": keys if self.moves else keys[:1]}


def _number(frame: float) -> int | float:
    return int(frame) if math.floor(frame) == frame else float(frame)


def _turned(points: Floats, by_rad: Floats) -> Floats:
    """Return points turned clockwise (y down), shape (n, 2)."""
    cos, sin = np.cos(by_rad), np.sin(by_rad)
    x, y = points.T
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])
