"""Orders of takes for a film: sought, given, or begun from an earlier one."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from otio_genai.assemble.planning import places
from otio_genai.assemble.planning.anneal import arrange
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.earlier import Earlier
from otio_genai.assemble.planning.feasible import Rule, arranged
from otio_genai.assemble.planning.grid import lengths
from otio_genai.assemble.planning.nodes import Problem, fill
from otio_genai.assemble.planning.noted import Settled
from otio_genai.assemble.planning.tables import unary_costs
from otio_genai.errors import AssembleError

__all__ = ["FEW_SHOTS", "orders", "settle"]

# One order is sought for each of these noises; the best is kept after cuts and
# in-points are exact. Of few shots there are few orders, and only a louder noise finds
# others than the best; of a shortlist of thousands one is enough.
_VARIED, _VARIED_MORE = (0.0, 0.03, 0.03, 0.03), (0.1, 0.2, 0.4)
_HURRIED = 0.4
#: A film of so few shots has few orders that are good.
FEW_SHOTS = 12


def settle(brief: Brief, cuts: Sequence[int]) -> Settled:
    """Return what notes and locks fix in a film with these first cuts.

    Raises
    ------
    AssembleError
        They contradict each other.
    """
    also = [*_at_moments(brief, cuts), *_locked(brief)]
    return brief.directions.settled(len(cuts) + 1, brief.style.repeats, also=also)


def _at_moments(brief: Brief, cuts: Sequence[int]) -> list[Rule]:
    """Return that takes pinned to moments are in the slots that cover these."""
    found, late = [], []
    for take, frame in brief.directions.moments.items():
        at_s = float(frame / brief.rate)
        said = f"{brief.pool[take].name} is on screen at {at_s:.2f} s"
        found.append(Rule(said, take=take, slot=bisect.bisect(cuts, frame)))
        late += [said] * (frame >= brief.total)
    if late:
        raise AssembleError(
            f"The film ends before, at {float(brief.total / brief.rate):.2f} s:",
            remedy="Pin these takes to earlier moments, or make the film longer.",
            items=late,
        )
    return found


def _locked(brief: Brief) -> list[Rule]:
    """Return that takes which locked joins hold together follow one another."""
    kept, found = brief.earlier, list[Rule]()
    if kept is None:
        return found
    # A take that may come again is told by its place.
    placed = brief.style.repeats or brief.directions.shots is not None
    for join in kept.locked:
        before, after = kept.takes[join], kept.takes[join + 1]
        if before is None or after is None:
            continue
        names = f"{brief.pool[before].name} to {brief.pool[after].name}"
        said = f"join {join + 1} is locked, {names}"
        if placed:
            found.append(Rule(said, before, slot=join))
            found.append(Rule(said, after, slot=join + 1))
        else:
            found.append(Rule(said, before, after=after))
    return found


def orders(
    brief: Brief, cuts: Sequence[int], planned: Sequence[str], settled: Settled
) -> list[list[int]]:
    """Return good orders: for each, the take of every shot.

    Parameters
    ----------
    brief
        The brief.
    cuts
        The first rhythm.
    planned
        Kind of each join.
    settled
        What is fixed.
    """
    count = len(cuts) + 1
    start = None
    if brief.earlier is not None:
        start = _start(brief.earlier, settled, count, len(brief.pool))
    problem = Problem(
        pool=brief.pool,
        lengths=lengths(cuts, brief.total),
        kinds=planned,
        style=brief.style,
        unary=_unary(brief, cuts),
        fixed=settled.fixed,
        locks=settled.locks,
        repeats=brief.style.repeats or count > len(brief.pool),
        start=start,
        effort=_HURRIED if brief.shortlisted else 1.0,
    )
    if brief.style.order == "given":
        return [_in_given_order(start or fill(problem), settled)]
    if brief.shortlisted:
        return arrange(problem, seed=brief.seed, varied=_VARIED[1:2])
    if start is not None and brief.style.weight_keep:
        return [start, *arrange(problem, seed=brief.seed, varied=_VARIED[:2])]
    varied = _VARIED + (_VARIED_MORE if count <= FEW_SHOTS else ())
    return arrange(problem, seed=brief.seed, varied=varied)


def _unary(brief: Brief, cuts: Sequence[int]) -> Any:
    wanted = places.energies(brief.places, cuts, brief.total, brief.rate)
    unary = unary_costs(brief.pool, wanted, brief.style)
    if brief.earlier is None:
        return unary
    moved = np.full((len(cuts) + 1, len(brief.pool)), brief.style.weight_keep)
    for slot, take in enumerate(brief.earlier.takes[: len(moved)]):
        if take is not None:
            moved[slot, take] = 0.0
    return unary + moved


def _start(kept: Earlier, settled: Settled, count: int, pool: int) -> list[int]:
    """Return the earlier order where it can still be, filled up with other takes."""
    there = arranged(_unmoved(kept, settled) | settled.fixed, settled.locks, count)
    if there is None:
        there = arranged(settled.fixed, settled.locks, count) or settled.fixed
    order = [there.get(slot, -1) for slot in range(count)]
    for slot, before in enumerate(kept.takes[:count]):
        if order[slot] < 0 and before is not None and before not in order:
            order[slot] = before
    rest = [take for take in range(pool) if take not in order]
    for slot in range(count):
        if order[slot] < 0:
            order[slot] = rest.pop(0) if rest else slot % pool
    return order


def _unmoved(kept: Earlier, settled: Settled) -> dict[int, int]:
    """Return the locked takes that follow one another where they are."""
    found: dict[int, int] = {}
    for join, (before, after) in enumerate(itertools.pairwise(kept.takes)):
        if before is None or after is None:
            continue
        if (before, after) in settled.locks:
            found |= {join: before, join + 1: after}
    return found


def _in_given_order(order: Sequence[int], settled: Settled) -> list[int]:
    """Return the takes in the pool's order, but for those with a place of their own."""
    linked = {take for pair in settled.locks for take in pair}
    free = [
        slot
        for slot, take in enumerate(order)
        if slot not in settled.fixed and take not in linked
    ]
    found = list(order)
    for slot, take in zip(free, sorted(order[s] for s in free), strict=True):
        found[slot] = take
    return found
