"""The film's rhythm: a first list of cuts, and the exact one for takes in order."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble import kinds, slots
from otio_genai.assemble.brief import Brief
from otio_genai.assemble.grid import SPREAD, recut
from otio_genai.assemble.retime import Rhythm, Timed, Wish, retime
from otio_genai.errors import AssembleError

__all__ = ["Costs", "first_cuts", "timed", "with_kept_cuts"]

Costs = NDArray[np.float64]


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
    if kept is not None and sum(kept.lengths) == brief.total:
        return list(kept.cuts)
    if count is None:
        found = slots.divide(cost_at, brief.pool, brief.style, brief.rate)
        count = brief.directions.least_shots
        if not brief.style.repeats:
            count = min(count, len(brief.pool))
        if len(found) + 1 >= count or count > brief.total:
            return found
        brief.warnings.append(
            f"Shots are shorter than the style asks: {count} takes have a place."
        )
    rooms = [_room(brief, slot) for slot in range(count)]
    shortest = max(1, round(Fraction(brief.style.min_shot_s) * brief.rate))
    bounds = [(min(shortest, room), room) for room in rooms]
    for slot, length in brief.directions.slot_lengths.items():
        bounds[slot] = (length, length)
    return _recut(brief, bounds, cost_at)


def _room(brief: Brief, slot: int) -> int:
    for rule in brief.directions.rules:
        if rule.slot == slot:
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
    least, most = (sum(bound[side] for bound in loose) for side in (0, 1))
    nearest = most if most < brief.total else least
    film_s, least_s, most_s, nearest_s = (
        float(frames / brief.rate) for frames in (brief.total, least, most, nearest)
    )
    raise AssembleError(
        f"These shots cannot fill a film of {film_s:.2f} s: together they last "
        f"{least_s:.2f} to {most_s:.2f} s.",
        remedy=f"Set length_s = {nearest_s:.2f}, or change the lengths of shots.",
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
    given = _lengths(brief, takes)
    mean = slots.mean_frames(brief.total, len(takes), brief.style, brief.rate)
    windows = _windows(brief, takes)
    for loose in (False, True):
        bounds = slots.limits(chosen, brief.style, brief.rate, given, loose=loose)
        expected = recut(
            slots.rhythm_costs(cost_at, brief.style), mean, bounds, windows
        )
        if expected is None:
            continue
        if brief.earlier is not None and len(brief.earlier.cuts) == len(expected):
            expected = list(cuts)
        rhythm = Rhythm(cost_at, mean, SPREAD, expected, windows)
        for handles in (True, False):
            wishes = _wishes(brief, takes, planned, bounds, handles=handles)
            found = retime(chosen, planned, wishes, rhythm, brief.style)
            if found is not None:
                return found
    return _recut_anyway(brief, takes, cost_at)


def _recut_anyway(brief: Brief, takes: Sequence[int], cost_at: Costs) -> Timed:
    """Divide by how long the takes are; or say why no film can be made."""
    chosen, given = brief.chosen(takes), _lengths(brief, takes)
    bounds = slots.limits(chosen, brief.style, brief.rate, given, loose=True)
    cuts = _recut(brief, bounds, cost_at)
    edges = [0, *cuts, brief.total]
    ways = [
        0 if m.still else min(m.first, max(0, m.end - (b - a)))
        for m, a, b in zip(chosen, edges, edges[1:], strict=False)
    ]
    return Timed(tuple(cuts), tuple(ways), 0.0)


def _lengths(brief: Brief, takes: Sequence[int]) -> dict[int, int]:
    """Return the slots whose length is noted."""
    noted = brief.directions
    found = {
        slot: noted.lengths[take]
        for slot, take in enumerate(takes)
        if take in noted.lengths
    }
    return found | noted.slot_lengths


def _windows(brief: Brief, takes: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return where cuts may fall so that takes are on screen at their moments."""
    found: dict[int, tuple[int, int]] = {}
    for take, frame in brief.directions.moments.items():
        if take not in takes:
            continue
        slot = list(takes).index(take)
        if slot:
            found[slot] = (1, min(frame, found.get(slot, (1, frame))[1]))
        if slot + 1 < len(takes):
            found[slot + 1] = (frame + 1, brief.total - 1)
    return found


def _wishes(
    brief: Brief,
    takes: Sequence[int],
    planned: Sequence[str],
    bounds: Sequence[tuple[int, int]],
    *,
    handles: bool,
) -> list[Wish]:
    noted, kept = brief.directions, brief.earlier
    ins, outs = dict(noted.ins), dict[int, int]()
    near = dict[int, int]()
    if kept is not None:
        near = {
            t: a for t, a in zip(kept.takes, kept.ins, strict=True) if t is not None
        }
        for join in kept.locked:
            before, after = kept.takes[join], kept.takes[join + 1]
            if before is not None and after is not None:
                outs[before] = kept.ins[join] + kept.lengths[join]
                ins[after] = kept.ins[join + 1]
    room = [kinds.half_frames(kind, brief) * handles for kind in planned]
    found = []
    for slot, take in enumerate(takes):
        still = brief.pool[take].still
        found.append(
            Wish(
                limits=bounds[slot],
                record_in=None if still else noted.slot_ins.get(slot, ins.get(take)),
                record_out=None if still else outs.get(take),
                handles=(
                    room[slot - 1] if slot else 0,
                    room[slot] if slot < len(room) else 0,
                ),
                near=near.get(take),
            )
        )
    return found
