"""How each join behaves: planned by share and place, then judged by its motion.

Conventions
    ``dry`` a cut of contrast, ``match`` a cut across which motion continues, ``carry``
    a transition that carries motion, ``rest`` stillness to stillness, ``open`` a plain
    cut between the bands. A plan is a wish; the name a join ends up with is what was
    measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from otio_genai import rates
from otio_genai.assemble.match import is_rest, score, speed
from otio_genai.assemble.style import Style

__all__ = ["Verdict", "judge", "plan", "words"]

_NEAR_S = Fraction(1, 8)
_ANGLE_SAID = 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a join is, and why."""

    kind: str
    score: float
    why: str


def plan(
    cuts: Sequence[int], phrases_s: Sequence[float], rate: Fraction, style: Style
) -> list[str]:
    """Return the planned kind of each join: ``match``, ``dry`` or ``carry``.

    Dry cuts are spread evenly. Carries go to phrase starts first, then evenly over
    the joins left.
    """
    count = len(cuts)
    kinds = ["match"] * count
    for k in _spread(range(count), round(style.dry_share * count)):
        kinds[k] = "dry"
    wanted = round(style.carry_share * count)
    phrases = [rates.frame_with(p, rate) for p in phrases_s]
    reach = _NEAR_S * rate
    left = [k for k in range(count) if kinds[k] == "match"]
    near = [k for k in left if any(abs(cuts[k] - p) <= reach for p in phrases)]
    for k in _spread(near, wanted):
        kinds[k] = "carry"
    left = [k for k in left if kinds[k] == "match"]
    for k in _spread(left, wanted - kinds.count("carry")):
        kinds[k] = "carry"
    return kinds


def _spread(places: Sequence[int], count: int) -> list[int]:
    """Return ``count`` of the places, evenly spread."""
    count = max(0, min(count, len(places)))
    return [places[(2 * k + 1) * len(places) // (2 * count)] for k in range(count)]


def judge(
    planned: str,
    leaving: Sequence[float],
    entering: Sequence[float],
    style: Style,
    *,
    offsets: tuple[int, int] = (0, 0),
    wanted: int = 0,
) -> Verdict:
    """Return what the join is.

    Parameters
    ----------
    planned
        The kind it was planned as.
    leaving, entering
        Motion on both sides, fw/s.
    style
        Where the bands begin.
    offsets
        Frames of real handle that a carry got before and after the cut.
    wanted
        Frames of handle a carry wanted on each side.
    """
    value = score(leaving, entering)
    sides = f"{words(leaving)}, then {words(entering)}"
    if planned == "carry":
        if sum(offsets) >= 2:
            short = "" if min(offsets) >= wanted else "; shortened, the takes end there"
            return Verdict("carry", value, f"carried by a dissolve: {sides}{short}")
        sides += "; planned as a carry, but the takes have no handles there"
    if is_rest(leaving, entering):
        return Verdict("rest", value, f"both stand still: {sides}")
    if value >= style.match_floor:
        return Verdict("match", value, f"the motion continues: {sides}")
    stands = (speed(leaving) < 0.02) != (speed(entering) < 0.02)
    if value < style.contrast_ceiling:
        kind = "stillness against motion" if stands else "the motion breaks"
        return Verdict("dry", value, f"{kind}: {sides}")
    return Verdict("open", value, f"neither match nor contrast: {sides}")


def words(motion: Sequence[float]) -> str:
    """Return a motion in words: ``left at 0.12``, ``still``.

    Examples
    --------
    >>> words((-0.12, 0.0, 0.0, 0.0)), words((0.0, 0.0, 0.0, 0.001))
    ('left at 0.12', 'still')
    """
    size = speed(motion)
    if size < 0.02:
        return "still"
    tx, ty, zoom, roll = motion
    parts = {
        "right" if tx > 0 else "left": abs(tx),
        "down" if ty > 0 else "up": abs(ty),
        "inward" if zoom > 0 else "outward": abs(zoom),
        "clockwise" if roll > 0 else "anticlockwise": abs(roll),
    }
    most = max(parts.values())
    said = [name for name, part in parts.items() if part >= _ANGLE_SAID * most]
    return f"{' and '.join(said)} at {size:.2f}"
