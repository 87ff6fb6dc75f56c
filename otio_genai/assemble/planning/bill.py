"""What a planned film costs, rule by rule: the one sum that plans are compared by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning import costs, places
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.grid import SPREAD
from otio_genai.assemble.planning.slots import mean_frames
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.planning.tables import pair_costs
from otio_genai.assemble.sequence import Shot

__all__ = ["bill"]


def bill(
    brief: Brief,
    takes: Sequence[int],
    shots: Sequence[Shot],
    planned: Sequence[str],
    cuts: Sequence[int],
    cost_at: NDArray[np.float64],
) -> dict[str, float]:
    """Return the cost of a film by rule; their sum is what the plan makes small.

    Parameters
    ----------
    brief
        What the film is made from.
    takes
        The take of each shot, by index.
    shots
        The shots.
    planned
        Kind of each join.
    cuts
        Record frames of the joins.
    cost_at
        Cost of a cut at each record frame.
    """
    style = brief.style
    chosen = brief.chosen(takes)
    motion = pairs = 0.0
    for k, kind in enumerate(planned):
        leaving = np.array([shots[k].leaving])
        entering = np.array([shots[k + 1].entering])
        motion += float(costs.joins(kind, leaving, entering, style)[0, 0])
        pairs += float(pair_costs(kind, chosen[k : k + 2], style)[0, 1])
    mean = mean_frames(brief.total, len(shots), style, brief.rate)
    away = np.log([max(1, shot.frames) / mean for shot in shots]) / SPREAD
    return {
        "motion": motion,
        "colour and kinship": pairs,
        "length": style.weight_length * 0.5 * float((away**2).sum()),
        "music and voice": float(sum(cost_at[cut] for cut in cuts)),
        "steadiness": style.weight_steadiness * sum(map(_shaky, shots)),
        "energy": _energy(brief, shots, cuts),
        "tint": float(
            costs.tint_costs(np.array([m.colours.mean for m in chosen]), style).sum()
        ),
        "camera": sum(
            float(shot.material.tastes[shot.way])
            for shot in shots
            if isinstance(shot.material, Still)
        ),
        "kept": _unkept(brief, takes, shots),
    }


def _shaky(shot: Shot) -> float:
    material = shot.material
    if isinstance(material, Still):
        return 0.0
    out = min(shot.way + shot.frames, material.end)
    return float(material.enter_cost[shot.way] + material.leave_cost[out])


def _energy(brief: Brief, shots: Sequence[Shot], cuts: Sequence[int]) -> float:
    wanted = places.energies(brief.places, cuts, brief.total, brief.rate)
    pool = [material.energy for material in brief.pool]
    table = costs.energy_costs(pool, wanted, brief.style)
    if np.ndim(table) == 0:
        return 0.0
    index = {id(material): k for k, material in enumerate(brief.pool)}
    return float(
        sum(table[slot, index[id(s.material)]] for slot, s in enumerate(shots))
    )


def _unkept(brief: Brief, takes: Sequence[int], shots: Sequence[Shot]) -> float:
    """Return what it costs that shots are not as they were."""
    kept = brief.earlier
    if kept is None:
        return 0.0
    changed = 0.0
    for slot, (take, shot) in enumerate(zip(takes, shots, strict=True)):
        there = slot < len(kept.takes) and kept.takes[slot] == take
        changed += 1.0 if not there else 0.5 * (kept.ways[slot] != shot.way)
    return brief.style.weight_keep * changed
