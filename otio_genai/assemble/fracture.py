"""How each join behaves: planned by share and place, then judged by its motion.

Conventions
    ``dry`` a cut of contrast, ``match`` a cut across which motion continues, ``carry``
    a transition that carries motion, ``dissolve`` and ``dip`` transitions of light,
    ``rest`` stillness to stillness, ``open`` a plain cut between the bands. A plan is
    a wish; the name a cut ends up with is what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from otio_genai import rates
from otio_genai.assemble.match import REST_FW_S, is_rest, score, speed
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.style import Style

__all__ = ["MARKED", "Verdict", "attractions", "judge", "plan", "words"]

#: Kinds that are planned by share; every other join is to match.
MARKED = ("dry", "carry", "dissolve", "dip")

_NEAR_S = Fraction(1, 8)
_ANGLE_SAID = 0.6
# Being a phrase start or a sentence break outweighs half a step off the even spread.
_DRAWN_PHRASE, _DRAWN_SENTENCE = 0.5, 0.4
_UNEVEN = 0.5
# Joins this far apart cost no more than twice the even distance.
_FAR = 2.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a join is, and why."""

    kind: str
    score: float
    why: str


def plan(
    drawn: Sequence[float],
    style: Style,
    *,
    forced: Mapping[int, str] | None = None,
    costs: Mapping[str, Sequence[float]] | None = None,
) -> list[str]:
    """Return the planned kind of each join: ``match`` or one of `MARKED`.

    As many joins are marked as the shares ask for. Which ones is found exactly: near
    the places that draw them, evenly spread, no closer than ``spacing`` where that
    leaves room, and where their motion suits them when it is known.

    Parameters
    ----------
    drawn
        How strongly each of the n joins draws a mark (`attractions`).
    style
        Its shares and ``spacing``.
    forced
        Joins whose kind is given; they count toward the shares.
    costs
        What each join would cost as each kind, n of each; ``None`` when the takes
        are not chosen yet.
    """
    given = dict(forced or {})
    count = len(drawn)
    wanted = _wanted(count, style, given)
    free = np.array([k not in given for k in range(count)], dtype=bool)
    gain = -np.asarray(drawn, dtype=float)
    if costs is not None and wanted:
        best = np.min([costs[kind] for kind in set(wanted)], axis=0)
        gain = gain + best - np.asarray(costs["match"])
    taken = [k for k, kind in given.items() if kind in MARKED]
    marks = _marks(gain, free, taken, len(wanted), style.spacing)
    kinds = [given.get(k, "match") for k in range(count)]
    for k, kind in zip(marks, _shared(wanted, marks, costs), strict=True):
        kinds[k] = kind
    return kinds


def _wanted(count: int, style: Style, given: Mapping[int, str]) -> list[str]:
    """Return the kinds to be placed, in turn."""
    shares = (
        style.dry_share,
        style.carry_share,
        style.dissolve_share,
        style.dip_share,
    )
    left = {
        kind: max(0, round(share * count) - list(given.values()).count(kind))
        for kind, share in zip(MARKED, shares, strict=True)
    }
    room = count - len(given)
    while sum(left.values()) > room:
        left[max(left, key=lambda kind: left[kind])] -= 1
    # Interleaved: each kind spread evenly over the marks.
    places = [
        ((k + 0.5) / many, order, kind)
        for order, (kind, many) in enumerate(left.items())
        for k in range(many)
    ]
    return [kind for _, _, kind in sorted(places)]


def _marks(
    gain: NDArray[np.float64],
    free: NDArray[np.bool_],
    taken: Sequence[int],
    count: int,
    spacing: int,
) -> list[int]:
    """Return ``count`` free joins, exactly the best by gain and evenness."""
    if not count:
        return []
    n = len(gain)
    even = (n + 1) / (count + len(taken) + 1)
    for apart in range(min(spacing, n), -1, -1):
        blocked = ~free
        for k in taken:
            blocked[max(0, k - apart) : k + apart + 1] = True
        found = _spread(np.where(blocked, np.inf, gain), count, apart + 1, even)
        if found is not None:
            return found
    return [int(k) for k in np.flatnonzero(free)[:count]]


def _spread(
    gain: NDArray[np.float64], count: int, least: int, even: float
) -> list[int] | None:
    """Return the best ``count`` joins at least ``least`` apart, or ``None``.

    Dynamic programming over (marks set, last mark); a gap g costs its squared
    relative distance from the even one.
    """
    n = len(gain)
    gaps = np.arange(n + 2)
    uneven = _UNEVEN * np.minimum(((gaps - even) / even) ** 2, _FAR)
    value = gain + uneven[1 : n + 1]
    came: list[NDArray[np.intp]] = []
    # Before each mark, the gap from every earlier one; impossible ones are infinite.
    apart = np.arange(n)[None, :] - np.arange(n)[:, None]
    cost = np.where(apart >= least, uneven[np.clip(apart, 0, n + 1)], np.inf)
    for _ in range(count - 1):
        reached = value[:, None] + cost
        came.append(reached.argmin(axis=0))
        value = reached.min(axis=0) + gain
    value = value + uneven[n - np.arange(n)]
    last = int(np.argmin(value))
    if not np.isfinite(value[last]):
        return None
    found = [last]
    for back in reversed(came):
        found.append(int(back[found[-1]]))
    return found[::-1]


def _shared(
    wanted: Sequence[str],
    marks: Sequence[int],
    costs: Mapping[str, Sequence[float]] | None,
) -> list[str]:
    """Return the kind of each mark: in turn, or where each costs least."""
    if costs is None or len(set(wanted)) < 2:
        return list(wanted)
    from scipy.optimize import linear_sum_assignment

    # A little for being in turn, so that equal costs keep kinds spread.
    turn = np.abs(np.subtract.outer(range(len(marks)), range(len(wanted))))
    table = [[costs[kind][k] for kind in wanted] for k in marks]
    rows, columns = linear_sum_assignment(np.array(table) + 0.05 * turn)
    chosen = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    return [wanted[chosen[row]] for row in range(len(marks))]


def attractions(
    cuts: Sequence[int], places: Places, rate: Fraction, style: Style
) -> list[float]:
    """Return how strongly each cut draws dry cuts and transitions, 0 at least.

    Parameters
    ----------
    cuts
        Record frames.
    places
        Phrases and sentences.
    rate
        The film's rate.
    style
        Its ``fall_on``.
    """
    phrases = style.fall_on in ("auto", "phrases")
    sentences = style.fall_on in ("auto", "sentences")
    reach = max(1, round(_NEAR_S * rate))
    starts = (*places.phrases_s, *places.sections_s, *places.markers_s)
    musical = [rates.frame_with(time_s, rate) for time_s in starts]
    # A sentence break is a stretch: from the pause's middle to the first word.
    spoken = [rates.frame_with(time_s, rate) for time_s in places.breaks_s]
    lead = max(1, round(Fraction(1, 2) * rate))
    found = []
    for cut in cuts:
        on_phrase = phrases and any(abs(cut - p) <= reach for p in musical)
        in_break = sentences and any(-lead <= cut - b <= 0 for b in spoken)
        found.append(_DRAWN_PHRASE * on_phrase + _DRAWN_SENTENCE * in_break)
    return found


def judge(
    planned: str,
    leaving: Sequence[float],
    entering: Sequence[float],
    style: Style,
    *,
    carried: bool = False,
) -> Verdict:
    """Return what the join is.

    Parameters
    ----------
    planned
        The kind it was planned as.
    leaving, entering
        Motion on both sides, fw/s.
    style
        Where the bands begin, and how dissonant joins are meant to be.
    carried
        Whether the transition that was planned could be placed.
    """
    value = score(leaving, entering)
    sides = f"{words(leaving)}, then {words(entering)}"
    if planned in ("carry", "dissolve", "dip"):
        if carried:
            return Verdict(planned, value, f"{_SAID[planned]}: {sides}")
        sides += f"; planned as a {planned}, but the takes have no handles there"
    if is_rest(leaving, entering):
        return Verdict("rest", value, f"both stand still: {sides}")
    stands = (speed(leaving) < REST_FW_S) != (speed(entering) < REST_FW_S)
    if value >= style.match_floor:
        kind = "hardly anything moves" if stands else "the motion continues"
        return Verdict("match", value, f"{kind}: {sides}")
    missed = planned == "match" and style.dissonance > 0
    if missed:
        sides += f"; missed on purpose (dissonance {style.dissonance:g})"
    if value < style.contrast_ceiling:
        kind = "stillness against motion" if stands else "the motion breaks"
        return Verdict("dry", value, f"{kind}: {sides}")
    return Verdict("open", value, f"neither match nor contrast: {sides}")


_SAID = {
    "carry": "carried across",
    "dissolve": "dissolved",
    "dip": "through black",
}


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
