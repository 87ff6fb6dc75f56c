"""Of thousands of takes, those that the film is likely to be made of.

Aim
    Annealing compares every take with every other, which a thousand takes forbid. So
    chains of good joins are grown from many starts through a tree of motions, whose
    distance is the one that joins are scored by, and what the best chains use is the
    shortlist. Memory and time grow with the number of takes, not with its square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.earlier import Earlier
from otio_genai.assemble.planning.noted import Directions, Settled
from otio_genai.assemble.style import Style

__all__ = ["shortlist"]

# Below this many takes there is no need.
_MANY = 160
_PER_SLOT = 5
_STARTS = 24
_NEIGHBOURS = 48

Vectors = NDArray[np.float64]


def shortlist(
    brief: Brief, settled: Settled, cuts: Sequence[int], planned: Sequence[str]
) -> tuple[Brief, Settled]:
    """Return the brief with fewer takes, and what is fixed in terms of those.

    Parameters
    ----------
    brief
        The brief.
    settled
        What is fixed.
    cuts
        The first rhythm.
    planned
        Kind of each join.
    """
    slots = len(cuts) + 1
    room = max(_MANY, _PER_SLOT * slots)
    free = brief.style.order == "free"
    if not free or len(brief.pool) <= room or brief.directions.shots is not None:
        return brief, settled
    length = round(brief.total / slots)
    able = [i for i, m in enumerate(brief.pool) if m.usable_frames >= length]
    named = _named(settled, brief.directions) | _shown(brief.earlier)
    chosen = set(named)
    rng = np.random.default_rng(brief.seed)
    if len(able) > slots:
        for chain in _chains(brief, able, planned, rng):
            if len(chosen) >= room:
                break
            chosen |= set(chain)
    else:
        longest = sorted(range(len(brief.pool)), key=lambda i: -_room(brief, i))
        chosen |= set(longest[:room])
    return _reduced(brief, settled, sorted(chosen))


def _room(brief: Brief, take: int) -> int:
    return brief.pool[take].usable_frames


def _shown(kept: Earlier | None) -> set[int]:
    return set() if kept is None else {take for take in kept.takes if take is not None}


def _named(settled: Settled, noted: Directions) -> set[int]:
    linked = {take for pair in settled.locks for take in pair}
    both = [side for join in noted.joins for side in (join.before, join.after)]
    sides = {side for side in both if side is not None}
    return {*settled.fixed.values(), *linked, *sides, *noted.moments}


def _chains(
    brief: Brief,
    able: Sequence[int],
    planned: Sequence[str],
    rng: np.random.Generator,
) -> list[list[int]]:
    """Return chains of takes, cheapest first."""
    from scipy.spatial import cKDTree

    sketches = [brief.pool[i].sketch for i in able]
    entries = np.array([entering for entering, _ in sketches])
    exits = np.array([leaving for _, leaving in sketches])
    tree = cKDTree(entries)
    starts = rng.choice(len(able), size=min(_STARTS, len(able)), replace=False)
    found = []
    for start in starts:
        chain, cost = _grown(int(start), entries, exits, tree, planned, brief.style)
        found.append((cost, [able[k] for k in chain]))
    return [chain for _, chain in sorted(found)]


def _grown(
    start: int,
    entries: Vectors,
    exits: Vectors,
    tree: object,
    planned: Sequence[str],
    style: Style,
) -> tuple[list[int], float]:
    """Return a chain grown by the cheapest join each time, and its cost."""
    chain, used, total = [start], {start}, 0.0
    for kind in planned:
        leaving = exits[chain[-1]]
        # Contrast lies where motion is opposed.
        seeking = -leaving if kind == "dry" or style.dissonance > 0.5 else leaving
        near = np.atleast_1d(tree.query(seeking, k=_NEIGHBOURS)[1])  # type: ignore[attr-defined]
        near = np.array([k for k in near if k < len(entries) and k not in used])
        if not len(near):
            near = np.array([k for k in range(len(entries)) if k not in used][:1])
        cost = costs.joins(kind, leaving[None], entries[near], style)[0]
        pick = int(np.argmin(cost))
        chain.append(int(near[pick]))
        used.add(chain[-1])
        total += float(cost[pick])
    return chain, total


def _reduced(
    brief: Brief, settled: Settled, chosen: Sequence[int]
) -> tuple[Brief, Settled]:
    new = {take: k for k, take in enumerate(chosen)}
    fixed = {slot: new[take] for slot, take in settled.fixed.items()}
    locks = tuple((new[a], new[b]) for a, b in settled.locks)
    pool = [brief.pool[take] for take in chosen]
    noted = brief.directions.renumbered(new)
    kept = brief.earlier
    if kept is not None:
        takes = tuple(None if take is None else new[take] for take in kept.takes)
        kept = replace(kept, takes=takes)
    made = replace(brief, pool=pool, directions=noted, shortlisted=True, earlier=kept)
    return made, Settled(fixed, locks)
