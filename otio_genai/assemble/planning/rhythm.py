"""The film's rhythm: a first list of cuts, and the exact one for takes in order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning import kinds, slots
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.grid import SPREAD, recut
from otio_genai.assemble.planning.retime import Rhythm, Timed, Wish, retime, room
from otio_genai.assemble.planning.stills import Still
from otio_genai.errors import AssembleError

__all__ = ["Costs", "first_cuts", "timed", "with_kept_cuts"]

Costs = NDArray[np.float64]

# Parts of the handles that transitions want: given up by half, then altogether.
_HANDLES = (1.0, 0.5, 0.0)


def with_kept_cuts(brief: Brief, cost_at: Costs) -> Costs:
    """Return the costs of cuts with those of an earlier film made cheaper."""
    if brief.earlier is None:
        return cost_at
    kept = cost_at.copy()
    for cut in brief.earlier.cuts:
        if 0 < cut < brief.total:
            kept[cut] -= brief.style.weight_keep
    return kept


def first_cuts(brief: Brief, cost_at: Costs) -> list[int]:
    """Return a first rhythm: the earlier film's, the shot list's, or a new one.

    Raises
    ------
    AssembleError
        The shots of the list cannot fill the film.
    """
    kept, count = brief.earlier, brief.directions.shots
    kept_at_all = kept is not None and brief.style.weight_keep > 0
    if kept is not None and kept_at_all and sum(kept.lengths) == brief.total:
        return list(kept.cuts)
    if count is None:
        found = slots.divide(cost_at, brief.pool, brief.style, brief.rate)
        found = _parted(found, brief.directions.moments, cost_at)
        count = brief.directions.least_shots
        if not brief.style.repeats:
            count = min(count, len(brief.pool))
        if len(found) + 1 >= count or count > brief.total:
            return found
        brief.warnings.append(
            f"Shots are shorter than the style asks: {count} takes have a place."
        )
    rooms = [_room(brief, slot, count) for slot in range(count)]
    shortest = max(1, round(Fraction(brief.style.min_shot_s) * brief.rate))
    bounds = [(min(shortest, room), room) for room in rooms]
    for slot, length in brief.directions.slot_lengths.items():
        bounds[slot] = (length, length)
    return _recut(brief, bounds, cost_at)


def _parted(
    cuts: Sequence[int], moments: Mapping[int, int], cost_at: Costs
) -> list[int]:
    """Return the cuts, with more where two takes have their moments in one shot."""
    found = list(cuts)
    frames = sorted(frame for frame in moments.values() if frame < len(cost_at) - 1)
    for before, after in itertools.pairwise(frames):
        if before < after and not any(before < cut <= after for cut in found):
            found.append(before + 1 + int(np.argmin(cost_at[before + 1 : after + 1])))
    return sorted(found)


def _room(brief: Brief, slot: int, count: int) -> int:
    for rule in brief.directions.rules:
        if rule.slot is not None and rule.place(count) == slot:
            return brief.pool[rule.take].usable_frames
    return max(material.usable_frames for material in brief.pool)


def _recut(
    brief: Brief, bounds: Sequence[tuple[int, int]], cost_at: Costs
) -> list[int]:
    mean = slots.mean_frames(brief.total, len(bounds), brief.style, brief.rate)
    scaled = slots.rhythm_costs(cost_at, brief.style)
    # Shots shorter than the style's shortest are better than no film.
    loose = [(low if low == high else 1, high) for low, high in bounds]
    for tried in (bounds, loose):
        found = recut(scaled, mean, tried)
        if found is not None:
            return found
    raise _unfilled(brief, loose)


def _unfilled(brief: Brief, bounds: Sequence[tuple[int, int]]) -> AssembleError:
    least, most = (sum(bound[side] for bound in bounds) for side in (0, 1))
    nearest = most if most < brief.total else least
    film_s, least_s, most_s = (
        float(frames / brief.rate) for frames in (brief.total, least, most)
    )
    return AssembleError(
        f"These shots cannot fill a film of {film_s:.2f} s: together they last "
        f"{least_s:.2f} to {most_s:.2f} s.",
        remedy=f"Set length_s = {slots.length_s(nearest, brief.rate)}, or change the "
        "lengths of shots.",
    )


def timed(
    brief: Brief,
    takes: Sequence[int],
    cuts: Sequence[int],
    planned: Sequence[str],
    cost_at: Costs,
) -> Timed:
    """Return the best cuts and in-points for takes in their order.

    What cannot be had is given up in turn: handles for transitions, then the style's
    shortest and longest shots.

    Parameters
    ----------
    brief
        The brief.
    takes
        The take of each shot.
    cuts
        Cuts to begin with.
    planned
        Kind of each join.
    cost_at
        Cost of a cut at each record frame.

    Raises
    ------
    AssembleError
        The lengths and in-points that were noted do not fill the film.
    """
    chosen = brief.chosen(takes)
    mean = slots.mean_frames(brief.total, len(takes), brief.style, brief.rate)
    scaled = slots.rhythm_costs(cost_at, brief.style)
    windows = _windows(brief, takes, cuts)
    for loose, handles in itertools.product((False, True), _HANDLES):
        halves = _halves(brief, takes, planned, handles)
        bounds = _bounds(brief, takes, halves, loose=loose)
        expected = recut(scaled, mean, bounds, windows)
        if expected is None:
            continue
        guesses = [expected]
        if brief.earlier is not None and len(brief.earlier.cuts) == len(expected):
            guesses.insert(0, list(cuts))
        for guess in guesses:
            rhythm = Rhythm(cost_at, mean, SPREAD, guess, windows)
            wishes = _wishes(brief, takes, halves, bounds)
            found = retime(chosen, planned, wishes, rhythm, brief.style)
            if found is not None:
                return found
    bounds = _bounds(brief, takes, [], loose=True)
    if recut(scaled, mean, bounds) is None:
        raise _unfilled(brief, bounds)
    raise _out_of_place(brief)


def _out_of_place(brief: Brief) -> AssembleError:
    moments = brief.directions.moments.items()
    return AssembleError(
        "These takes cannot be on screen at their moments: the shots between them "
        "would be too long or too short.",
        remedy="Change a moment, or the lengths of shots.",
        items=[
            f"{brief.pool[take].name} at {float(frame / brief.rate):.2f} s"
            for take, frame in sorted(moments, key=lambda moment: moment[1])
        ],
    )


def _halves(
    brief: Brief, takes: Sequence[int], planned: Sequence[str], part: float
) -> list[int]:
    """Return the handles that transitions want on either side of each join."""
    noted = brief.directions.join_frames(takes)
    return [
        round(part * kinds.half_frames(kind, brief, noted.get(join)))
        for join, kind in enumerate(planned)
    ]


def _bounds(
    brief: Brief, takes: Sequence[int], halves: Sequence[int], *, loose: bool
) -> list[tuple[int, int]]:
    """Return the shortest and longest length of each shot, as notes leave it."""
    chosen, given = brief.chosen(takes), _lengths(brief, takes)
    wide = slots.limits(chosen, brief.style, brief.rate, given, loose=loose)
    wishes = _wishes(brief, takes, halves, wide)
    found = []
    for material, wish in zip(chosen, wishes, strict=True):
        low, high = wish.limits
        if not isinstance(material, Still):
            first, last = room(material, wish)
            high = min(high, last - first)
        found.append((low, high))
    return found


def _lengths(brief: Brief, takes: Sequence[int]) -> dict[int, int]:
    """Return the slots whose length is noted."""
    noted = brief.directions
    found = {
        slot: noted.lengths[take]
        for slot, take in enumerate(takes)
        if take in noted.lengths
    }
    return found | noted.slot_lengths


def _windows(
    brief: Brief, takes: Sequence[int], cuts: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return where cuts may fall so that takes are on screen at their moments."""
    whole = (1, brief.total - 1)
    found: dict[int, tuple[int, int]] = {}
    edges = [0, *cuts, brief.total]
    for take, frame in brief.directions.moments.items():
        there = [slot for slot, shown in enumerate(takes) if shown == take]
        if not there:
            continue
        # Of a take that comes more than once, the shot that is nearest by now.
        slot = min(there, key=lambda s: max(edges[s] - frame, frame - edges[s + 1] + 1))
        if slot:
            low, high = found.get(slot, whole)
            found[slot] = (low, min(high, frame))
        if slot + 1 < len(takes):
            low, high = found.get(slot + 1, whole)
            found[slot + 1] = (max(low, frame + 1), high)
    return found


def _wishes(
    brief: Brief,
    takes: Sequence[int],
    halves: Sequence[int],
    bounds: Sequence[tuple[int, int]],
) -> list[Wish]:
    noted, kept = brief.directions, brief.earlier
    near = dict[int, int]()
    if kept is not None:
        old = zip(kept.takes, kept.ways, strict=True)
        near = {take: way for take, way in old if take is not None}
    ins, outs = _locked(brief, takes)
    found = []
    for slot, take in enumerate(takes):
        still = brief.pool[take].still
        begin = noted.slot_ins.get(slot, noted.ins.get(take))
        found.append(
            Wish(
                limits=bounds[slot],
                record_in=ins.get(slot, None if still else begin),
                record_out=None if still else outs.get(slot),
                handles=(
                    halves[slot - 1] if 0 < slot <= len(halves) else 0,
                    halves[slot] if slot < len(halves) else 0,
                ),
                near=near.get(take),
            )
        )
    return found


def _locked(
    brief: Brief, takes: Sequence[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the in-points (moves of stills) and out-points that locks give slots."""
    kept, ins, outs = brief.earlier, dict[int, int](), dict[int, int]()
    if kept is None:
        return ins, outs
    for slot, join in kept.locks_in(takes).items():
        if brief.pool[takes[slot]].still:
            ins[slot] = kept.ways[join]
        outs[slot] = kept.ways[join] + kept.lengths[join]
        ins[slot + 1] = kept.ways[join + 1]
    return ins, outs
