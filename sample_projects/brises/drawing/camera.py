"""A camera in metres and degrees, and the ways it moves through a take.

x is right, y is up, z is ahead; yaw turns right, pitch looks up, roll leans to the
right. A move is a function of u, which runs from 0 to 1 over the take.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from .noise import Floats

__all__ = ["Move", "Pose", "bands", "glide", "orbit", "rays", "sway", "whip"]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera stands (metres), where it looks (degrees), how wide it sees
    (degrees)."""

    x: float = 0.0
    y: float = 1.6
    z: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    fov: float = 60.0

    def focal_px(self, width: int) -> float:
        """The focal length in pixels of a picture `width` pixels wide."""
        return width / 2 / math.tan(math.radians(self.fov) / 2)


Move = Callable[[float], Pose]


def _mix(a: Pose, b: Pose, s: float) -> Pose:
    both = ((getattr(a, f.name), getattr(b, f.name)) for f in fields(Pose))
    return Pose(*(p + (q - p) * s for p, q in both))


def _ease(u: float) -> float:
    """An even glide whose speed is halved at both ends, as an operator starts and
    stops."""
    return u - 0.5 * math.sin(2 * math.pi * u) / (2 * math.pi)


def glide(a: Pose, b: Pose) -> Move:
    """From one pose to another."""
    return lambda u: _mix(a, b, _ease(u))


def whip(a: Pose, b: Pose, *, at: float = 0.7, share: float = 0.9) -> Move:
    """A slow drift that breaks into a whip around `at`, where `share` of the way is
    made."""

    def move(u: float) -> Pose:
        burst = 0.5 + 0.5 * math.tanh((u - at) / 0.09)
        return _mix(a, b, (1 - share) * u + share * burst)

    return move


def orbit(
    x: float,
    z: float,
    radius: float,
    start: float,
    end: float,
    *,
    y: float,
    pitch: float = 0.0,
    fov: float = 50.0,
) -> Move:
    """Around the upright line at (x, z), looking at it; angles in degrees of yaw."""

    def move(u: float) -> Pose:
        yaw = start + (end - start) * _ease(u)
        a = math.radians(yaw)
        return Pose(
            x - radius * math.sin(a), y, z - radius * math.cos(a), yaw, pitch, 0.0, fov
        )

    return move


def sway(move: Move, seconds: float, seed: int, *, amount: float = 1.0) -> Move:
    """The same move by hand: a slow, smooth unrest in place and aim."""
    phase = np.random.default_rng(seed).uniform(0, 2 * math.pi, (5, 2))

    def wave(k: int, t: float) -> float:
        a, b = phase[k]
        return float(math.sin(1.7 * t + a) + 0.6 * math.sin(2.9 * t + b)) * amount

    def swayed(u: float) -> Pose:
        p, t = move(u), u * seconds
        return Pose(
            p.x + 0.012 * wave(0, t),
            p.y + 0.010 * wave(1, t),
            p.z,
            p.yaw + 0.10 * wave(2, t),
            p.pitch + 0.07 * wave(3, t),
            p.roll + 0.08 * wave(4, t),
            p.fov,
        )

    return swayed


def bands(height: int, rows: int = 48) -> list[slice]:
    """A picture's rows in bands small enough to stay in the processor's cache."""
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def rays(
    pose: Pose, width: int, height: int, band: slice = slice(None)
) -> tuple[Floats, Floats, Floats]:
    """The direction of every pixel's ray, one unit ahead along the camera's axis.

    Parameters
    ----------
    pose : Pose
    width, height : int
        Of the whole picture, in pixels.
    band : slice
        Which of its rows.

    Returns
    -------
    three float32 (rows, width)
        World x, y and z of the directions; not normalised.
    """
    focal = pose.focal_px(width)
    sx = ((np.arange(width, dtype=np.float32) + 0.5 - width / 2) / focal)[None]
    sy = ((height / 2 - 0.5 - np.arange(height, dtype=np.float32)[band]) / focal)[
        :, None
    ]
    cr, sr = math.cos(math.radians(pose.roll)), math.sin(math.radians(pose.roll))
    cp, sp = math.cos(math.radians(pose.pitch)), math.sin(math.radians(pose.pitch))
    cy, sn = math.cos(math.radians(pose.yaw)), math.sin(math.radians(pose.yaw))
    # Roll, then pitch, then yaw; kept as sums of a row and a column, which cost
    # nothing.
    ax, bx = sx * cr, sy * sr
    ay, by = -sx * sr, sy * cr
    up = (sp + ay * cp) + by * cp
    fore_a, fore_b = cp - ay * sp, -by * sp
    right = (ax * cy + fore_a * sn) + (bx * cy + fore_b * sn)
    ahead = (fore_a * cy - ax * sn) + (fore_b * cy - bx * sn)
    return right.astype(np.float32), up.astype(np.float32), ahead.astype(np.float32)
