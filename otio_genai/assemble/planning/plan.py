"""The plan of a film: order, choice, in and out points, rhythm and fractures at once.

Aim
    The film of least cost. Everything depends on everything, so what can be found
    exactly is found exactly with the rest held (`rhythm`, `fracture.plan`, `retime`),
    the order by annealing (`order`), and these take turns as long as the film gets
    cheaper. Several orders are sought, and the cheapest film is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from otio_genai.assemble.planning import kinds as joins
from otio_genai.assemble.planning import order, places, rhythm
from otio_genai.assemble.planning.bill import bill
from otio_genai.assemble.planning.brief import Brief, Planned
from otio_genai.assemble.planning.earlier import Earlier
from otio_genai.assemble.planning.retime import Timed
from otio_genai.assemble.planning.shortlist import shortlist
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.sequence import Shot
from otio_genai.errors import AssembleError

__all__ = ["make_plan"]

# Turns that kinds and cuts take for each order.
_TURNS = 2
# Films that cost no more than this for each join above the cheapest are as good.
_AS_GOOD = 0.01
# A film of few shots has no second as good; then one that costs so much more will do.
_NEARLY = 0.3


def make_plan(brief: Brief) -> Planned:
    """Return the best film that was found.

    Parameters
    ----------
    brief
        Takes, length, style, music and voice, notes; its ``warnings`` may grow.

    Raises
    ------
    AssembleError
        The notes contradict each other, or the shots they ask for do not fill the
        film's length.
    """
    cost_at = places.cost_of_frames(brief.places, brief.total, brief.rate, brief.style)
    cost_at = rhythm.with_kept_cuts(brief, cost_at)
    cuts = rhythm.first_cuts(brief, cost_at)
    settled = order.settle(brief, cuts)
    kept = brief.earlier
    if kept is not None and kept.brief == brief.digest and _stands(kept, brief.total):
        return _as_it_was(brief, kept, cost_at)
    planned = joins.first(brief, cuts)
    brief, settled = shortlist(brief, settled, cuts, planned)
    found, refused = [], []
    for takes in order.orders(brief, cuts, planned, settled):
        try:
            found.append(_finished(brief, takes, cuts, planned, cost_at))
        except AssembleError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    anew = brief.earlier is None or not brief.style.weight_keep
    film = _picked(found, brief.seed if anew else 0)
    index = {id(material): k for k, material in enumerate(brief.pool)}
    takes = [index[id(shot.material)] for shot in film.shots]
    names = [material.name for material in brief.pool]
    brief.warnings.extend(brief.directions.stray_joins(takes, names))
    return film


def _stands(kept: Earlier, total: int) -> bool:
    """Tell whether nothing of an earlier film is missing."""
    return None not in kept.takes and all(kept.planned) and sum(kept.lengths) == total


def _as_it_was(brief: Brief, kept: Earlier, cost_at: rhythm.Costs) -> Planned:
    """Return the earlier film: where nothing changed, nothing moves."""
    takes = [take for take in kept.takes if take is not None]
    timed = Timed(kept.cuts, kept.ways, 0.0)
    return _film(brief, takes, kept.planned, timed, cost_at)


def _picked(found: Sequence[Planned], seed: int) -> Planned:
    """Return the cheapest film, or by another seed than 0 one hardly dearer."""
    distinct = {tuple(map(_identity, film.shots)): film for film in found[::-1]}
    ordered = sorted(distinct.values(), key=lambda film: film.cost)
    few = len(ordered[0].shots) <= order.FEW_SHOTS
    for margin in (_AS_GOOD, _NEARLY) if few else (_AS_GOOD,):
        dearest = ordered[0].cost + margin * max(1, len(ordered[0].joins))
        good = [film for film in ordered if film.cost <= dearest]
        if len(good) > 1:
            break
    return good[seed % len(good)]


def _identity(shot: Shot) -> tuple[str, int, int]:
    return shot.material.name, shot.way, shot.frames


def _finished(
    brief: Brief,
    takes: Sequence[int],
    cuts: Sequence[int],
    planned: Sequence[str],
    cost_at: rhythm.Costs,
) -> Planned:
    """Return the best film of takes in their order, kinds and cuts in turns."""
    best: Planned | None = None
    for turn in range(_TURNS):
        planned = joins.suited(brief, takes, cuts, planned, again=turn > 0)
        timed = rhythm.timed(brief, takes, cuts, planned, cost_at)
        found = _film(brief, takes, planned, timed, cost_at)
        if best is not None and found.cost >= best.cost - 1e-9:
            break
        best, cuts = found, timed.cuts
    assert best is not None  # noqa: S101  # the first turn always gives one
    return best


def _film(
    brief: Brief,
    takes: Sequence[int],
    planned: Sequence[str],
    timed: Timed,
    cost_at: rhythm.Costs,
) -> Planned:
    edges = [0, *timed.cuts, brief.total]
    shots = [
        _shot(brief, take, way, after - before)
        for take, way, before, after in zip(
            takes, timed.ways, edges, edges[1:], strict=False
        )
    ]
    made = joins.joined(brief, takes, planned)
    costs = bill(brief, takes, shots, planned, timed.cuts, cost_at)
    return Planned(shots, made, timed.cuts, costs)


def _shot(brief: Brief, take: int, way: int, frames: int) -> Shot:
    material = brief.pool[take]
    if isinstance(material, Still):
        vector = tuple(float(v) for v in material.vectors[way])
        return Shot(material, frames, way, vector, vector)
    _, entering = material.moves_at(np.array([way]))
    leaving, _ = material.moves_at(np.array([min(way + frames, material.end)]))
    return Shot(
        material,
        frames,
        way,
        tuple(float(v) for v in leaving[0]),
        tuple(float(v) for v in entering[0]),
    )
