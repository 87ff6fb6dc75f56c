"""The law of a carry: where each frame's picture is while the shutter is open.

Conventions
    Displacements are ``q = (t_x, t_y, z, r)``: a picture point p, from the frame's
    centre in frame widths (fw), y down, goes to ``e^z R(r) p + t``. Times are seconds
    from the cut. Record frame k, counted from the cut, is on from ``k / rate``; its
    shutter (180°) is open for the middle half of it.

The law
    With ``u`` rising from 0 to 1 at the cut within the half length h, and falling
    after it, a side's movement is its own plus ``(V - v) u²``, V being shared: it is
    displaced by ``±(V - v) h u³ / 3``. At the cut both sides move at V. On top both are
    pushed in by a log scale of ``u² (3 - 2u)`` times a constant, which stands still at
    the cut.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from otio_genai import rates
from otio_genai.errors import GenaiError, TimelineError

__all__ = [
    "VERSION",
    "Carry",
    "Sweep",
    "Vector",
    "at",
    "extra",
    "scaled",
    "sum_of",
    "vector",
]

#: Counts up whenever the law changes; a recipe says by which it was made.
VERSION = 1

#: Four parameters of a similarity, or of its rate of change.
Vector = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sweep:
    """How one frame's picture is displaced while the shutter is open."""

    opening: Vector
    "Displacement (t_x, t_y, z, r) when it opens: fw, fw, log scale, radians."
    closing: Vector
    "The same when it closes."

    def plus(self, other: Sweep) -> Sweep:
        """Return both displacements together."""
        return Sweep(
            sum_of(self.opening, other.opening), sum_of(self.closing, other.closing)
        )


@dataclass(frozen=True, slots=True)
class Carry:
    """A carry as the law needs it.

    Parameters
    ----------
    half_s
        Length of either side, in seconds.
    shared
        The movement at the cut: (T_x, T_y, z, r) per second.
    own
        The movement (T_x, T_y, z, r) that the outgoing and the incoming take have.
    push
        Log scale that is added at the cut on either side.
    """

    half_s: Fraction
    shared: Vector
    own: tuple[Vector, Vector]
    push: tuple[float, float]

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self | None:
        """Return the carry of a recipe; None for any other transition.

        Raises
        ------
        TimelineError
            It is a carry's recipe, but not one that can be read.
        """
        if kept.get("kind") != "carry" or "half_frames" not in kept:
            return None
        try:
            if int(kept["version"]) > VERSION:
                raise ValueError("it was made by a later otio-genai")
            half_s = int(kept["half_frames"]) / rates.rate(kept["rate"])
            if half_s <= 0:
                raise ValueError("it has no length")
            shared, leaving, entering = (
                vector(kept[key]) for key in ("shared", "own_out", "own_in")
            )
            return cls(
                half_s,
                shared,
                (leaving, entering),
                (float(kept["push_out"]), float(kept["push_in"])),
            )
        except (KeyError, TypeError, ValueError, GenaiError) as error:
            raise TimelineError(
                f"This recipe of a carry cannot be read: {error}.",
                place="transition",
                remedy="Assemble the film again, or remove the transition.",
            ) from None

    def displacement(self, time_s: float, *, incoming: bool) -> Vector:
        """Return the displacement of one side at a time; none outside its half."""
        side = 1 if incoming else 0
        half_s = float(self.half_s)
        most = extra(self.shared, self.own[side], half_s, incoming=incoming)
        near = 1 - (time_s if incoming else -time_s) / half_s
        return at(most, self.push[side], min(max(near, 0.0), 1.0))

    def sweep(self, offset_frames: int, rate: Fraction) -> Sweep | None:
        """Return how record frame ``offset_frames`` from the cut is swept; None: not.

        Frames before 0 are the outgoing picture's, from 0 on the incoming one's.
        """
        incoming = offset_frames >= 0
        times = (offset_frames + share for share in (Fraction(1, 4), Fraction(3, 4)))
        opening, closing = (
            self.displacement(float(time / rate), incoming=incoming) for time in times
        )
        return Sweep(opening, closing) if any((*opening, *closing)) else None


def vector(values: Sequence[Any]) -> Vector:
    """Return four finite numbers.

    Raises
    ------
    TypeError, ValueError
        They are not.
    """
    tx, ty, zoom, turn = (float(value) for value in values)
    if not all(map(math.isfinite, (tx, ty, zoom, turn))):
        raise ValueError("not all of its numbers are finite")
    return tx, ty, zoom, turn


def extra(shared: Vector, own: Vector, half_s: float, *, incoming: bool) -> Vector:
    """Return the displacement of one side at the cut, without the push."""
    return scaled(sum_of(shared, own, -1), (-half_s if incoming else half_s) / 3)


def at(most: Vector, push: float, near: float) -> Vector:
    """Return the displacement at ``near`` (u of the law) of one ``most`` at the cut."""
    tx, ty, zoom, turn = scaled(most, near**3)
    return tx, ty, zoom + push * near * near * (3 - 2 * near), turn


def sum_of(a: Vector, b: Vector, factor: float = 1.0) -> Vector:
    """Return ``a + factor * b``."""
    return (
        a[0] + factor * b[0],
        a[1] + factor * b[1],
        a[2] + factor * b[2],
        a[3] + factor * b[3],
    )


def scaled(a: Vector, factor: float) -> Vector:
    """Return ``factor * a``."""
    return a[0] * factor, a[1] * factor, a[2] * factor, a[3] * factor
