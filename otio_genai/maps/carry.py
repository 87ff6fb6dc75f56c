"""The carry: two takes that accelerate into one movement and cut in its midst.

Aim
    A join that repairs any pair of motions. Before the cut the outgoing picture
    gathers speed towards a movement both sides share, after it the incoming one comes
    to rest from it. Each record frame shows one take, its own frame, whole: nothing
    is laid over anything, and no frame beyond the clips is needed.

Conventions
    Motions are vectors ``(T_x, T_y, κz, κr)`` in frame widths (fw) per second,
    ``κ = sqrt((1 + a²) / 12)``, a the frame's height over its width.

The law
    `otio_genai.maps.sweep` has the curve. The shared movement V points where both
    motions together point (where they cancel, where the faster one does), and is fast
    enough for its blur to hide the cut. Both sides are pushed in by at most 15 %, so
    that less of the picture is made up by mirroring; key poses for editors, which do
    not mirror, are pushed in until the picture covers the frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from otio_genai import rates
from otio_genai.errors import TimelineError
from otio_genai.maps.sweep import VERSION, Vector, at, extra, scaled, sum_of, vector

__all__ = ["cover_scale", "recipe"]

# By eye, at 24 fps: the speed at which the blur of one frame hides the cut, and the
# rates above which zooms and turns look like faults.
_SPEED_FW_S = 2.2
_MOST_ZOOM_S, _MOST_TURN_S = 4.0, 1.5
# Below this part of the sum of speeds two motions cancel, and the faster one leads.
_OPPOSED = 0.35
_STILL_FW_S = 0.03
_MOST_PUSH = math.log(1.15)
_STEPS = 240
_DIGITS = 6


def recipe(
    leaving: Sequence[float],
    entering: Sequence[float],
    *,
    aspect: float,
    half_frames: int,
    rate: Fraction,
) -> dict[str, Any]:
    """Return a carry for a pair of motions, as a transition's metadata holds it.

    Parameters
    ----------
    leaving, entering
        Motion of the outgoing take before the cut and of the incoming one after it,
        (T_x, T_y, κz, κr) in fw/s.
    aspect
        Height over width of the film's frame.
    half_frames
        Record frames on either side of the cut; both clips should be as long.
    rate
        Record frames per second.

    Returns
    -------
    dict
        ``kind``, ``version``, ``fallback`` (what other tools may make of it),
        ``half_frames``, ``rate``, ``aspect``; ``shared``, ``own_out``, ``own_in``
        (T_x, T_y, z, r) per second; ``push_out``, ``push_in`` log scales; ``keys_out``,
        ``keys_in`` poses ``[record frame from the cut, scale, x_fw, y_fw, rotation in
        degrees]``, one a frame and one of rest beside them, under which the picture
        covers the frame everywhere.

    Raises
    ------
    TimelineError
        Half a carry is shorter than a frame, or a motion is no four finite numbers.

    Examples
    --------
    >>> made = recipe(
    ...     (0.1, 0, 0, 0), (0.2, 0, 0, 0), aspect=9 / 16, half_frames=6,
    ...     rate=Fraction(24),
    ... )
    >>> made["shared"], made["keys_out"][0]
    ([2.2, 0.0, 0.0, 0.0], [-7, 1.0, 0.0, 0.0, 0.0])
    """
    if half_frames < 1:
        raise TimelineError("Half a carry is at least one frame long.")
    try:
        ends = vector(leaving), vector(entering)
    except (TypeError, ValueError) as error:
        raise TimelineError(f"This motion cannot be carried: {error}.") from None
    shared = _rounded(_shared(*ends, aspect))
    own = tuple(_rounded(_parted(end, aspect)) for end in ends)
    half_s = float(half_frames / rate)
    made: dict[str, Any] = {
        "kind": "carry",
        "version": VERSION,
        "fallback": "dissolve",
        "half_frames": int(half_frames),
        "rate": rates.text(rate),
        "aspect": round(aspect, _DIGITS),
        "shared": list(shared),
    }
    for name, mine in zip(("out", "in"), own, strict=True):
        most = extra(shared, mine, half_s, incoming=name == "in")
        whole = _covering_push(most, aspect)
        made[f"own_{name}"] = list(mine)
        made[f"push_{name}"] = round(min(whole, _MOST_PUSH), _DIGITS)
        made[f"keys_{name}"] = _keys(most, whole, aspect, half_frames)
    made["keys_in"] = [[-1 - key[0], *key[1:]] for key in reversed(made["keys_in"])]
    return made


def cover_scale(x_fw: float, y_fw: float, turn_rad: float, aspect: float) -> float:
    """Return the least scale at which a turned and shifted picture covers the frame.

    The frame's corners, taken back into the picture, must lie inside it. Exact, in
    landscape and in portrait.

    Examples
    --------
    >>> cover_scale(0.1, 0.0, 0.0, 9 / 16)
    1.2
    """
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    # The shift as the picture sees it, along its own sides.
    x, y = cos * x_fw + sin * y_fw, cos * y_fw - sin * x_fw
    across = abs(cos) + abs(sin) * aspect + 2 * abs(x)
    down = abs(cos) + (abs(sin) + 2 * abs(y)) / aspect
    return max(across, down)


def _rounded(vector: Vector) -> Vector:
    tx, ty, zoom, turn = (round(value, _DIGITS) + 0.0 for value in vector)
    return tx, ty, zoom, turn


def _parted(motion: Vector, aspect: float) -> Vector:
    """Return (T_x, T_y, z, r) of (T_x, T_y, κz, κr)."""
    kappa = math.sqrt((1 + aspect * aspect) / 12)
    return motion[0], motion[1], motion[2] / kappa, motion[3] / kappa


def _shared(leaving: Vector, entering: Vector, aspect: float) -> Vector:
    speeds = math.hypot(*leaving), math.hypot(*entering)
    way = sum_of(leaving, entering)
    if math.hypot(*way) < _OPPOSED * sum(speeds):
        way = leaving if speeds[0] >= speeds[1] else entering
    if math.hypot(*way) < _STILL_FW_S:
        way = (0.0, 0.0, 1.0, 0.0)
    fast = _parted(scaled(way, _SPEED_FW_S / math.hypot(*way)), aspect)
    over = max(1.0, abs(fast[2]) / _MOST_ZOOM_S, abs(fast[3]) / _MOST_TURN_S)
    return scaled(fast, 1 / over)


def _covering_push(most: Vector, aspect: float) -> float:
    """Return the push at the cut under which the picture covers at every time."""
    push = 0.0
    for step in range(1, _STEPS + 1):
        near = step / _STEPS
        tx, ty, zoom, turn = at(most, 0.0, near)
        lacking = math.log(cover_scale(tx, ty, turn, aspect)) - zoom
        push = max(push, lacking / (near * near * (3 - 2 * near)))
    return push


def _keys(
    most: Vector, push: float, aspect: float, half_frames: int
) -> list[list[float]]:
    """Return the poses before the cut; those after it are mirrored in time."""
    keys: list[list[float]] = [[-half_frames - 1, 1.0, 0.0, 0.0, 0.0]]
    for step in range(half_frames):
        near = (step + 0.5) / half_frames
        tx, ty, zoom, turn = at(most, push, near)
        tx, ty, degrees = (round(v, _DIGITS) for v in (tx, ty, math.degrees(turn)))
        least = cover_scale(tx, ty, math.radians(degrees), aspect)
        # Rounded upwards, so that rounding uncovers nothing.
        scale = math.ceil(max(math.exp(zoom), least) * 10**_DIGITS) / 10**_DIGITS
        keys.append([step - half_frames, scale, tx + 0.0, ty + 0.0, degrees + 0.0])
    return keys
