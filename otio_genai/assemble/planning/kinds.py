"""Which join is planned as what: by share and place, by note, and by what suits."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

from otio_genai.assemble import fracture
from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.grid import lengths
from otio_genai.assemble.planning.openings import openings
from otio_genai.assemble.planning.tables import pair_costs
from otio_genai.assemble.sequence import Join
from otio_genai.assemble.style import Style

__all__ = ["first", "half_frames", "joined", "suited"]

# Joins that were dry, or transitions, in an earlier film draw to be so again.
_KEPT = 2.0
_SECONDS = {"carry": "carry_s", "dissolve": "dissolve_s", "dip": "dip_s"}


def first(brief: Brief, cuts: Sequence[int]) -> list[str]:
    """Return planned kinds before takes are chosen: the earlier film's, or by place."""
    kept = brief.earlier
    drawn = fracture.attractions(cuts, brief.places, brief.rate, brief.style)
    forced = brief.directions.numbered_kinds(len(cuts))
    if kept is not None and len(kept.planned) == len(cuts):
        if _as_shared(brief):
            return list(kept.planned)
        forced = {k: kept.planned[k] for k in kept.locked} | forced
        marked = {k for k, kind in enumerate(kept.planned) if kind in fracture.MARKED}
        drawn = [pull + _KEPT * (k in marked) for k, pull in enumerate(drawn)]
    return fracture.plan(drawn, brief.style, forced=forced)


def _as_shared(brief: Brief) -> bool:
    """Tell whether an earlier film's joins are still what the shares ask for."""
    kept = brief.earlier
    if kept is None or not kept.planned or not all(kept.planned):
        return False
    return all(
        kept.planned.count(kind) == round(_share(brief.style, kind) * len(kept.planned))
        for kind in fracture.MARKED
    )


def suited(
    brief: Brief,
    takes: Sequence[int],
    cuts: Sequence[int],
    planned: Sequence[str],
    *,
    again: bool,
) -> list[str]:
    """Return planned kinds for takes in their order.

    Parameters
    ----------
    brief
        The brief.
    takes
        The take of each shot.
    cuts
        Record frames of the joins.
    planned
        The kinds so far.
    again
        Whether to plan them again by how these takes meet; otherwise they stay, as
        long as that is what was noted.
    """
    forced = _forced(brief, takes)
    if not again and all(planned[k] == kind for k, kind in forced.items()):
        return list(planned)
    kept = brief.earlier
    drawn = fracture.attractions(cuts, brief.places, brief.rate, brief.style)
    if kept is not None:
        # Joins of an earlier film keep their kind wherever its takes still meet.
        known = _kept(kept.takes, kept.planned, takes)
        if _as_shared(brief):
            forced = known | forced
        marked = {k for k, kind in known.items() if kind in fracture.MARKED}
        drawn = [pull + _KEPT * (k in marked) for k, pull in enumerate(drawn)]
    table = _table(brief, takes, cuts)
    return fracture.plan(drawn, brief.style, forced=forced, costs=table)


def _forced(brief: Brief, takes: Sequence[int]) -> dict[int, str]:
    """Return the kinds that notes and locks give, for takes in their order."""
    kept = brief.earlier
    found: dict[int, str] = {}
    if kept is not None:
        found = {k: kept.planned[join] for k, join in kept.locks_in(takes).items()}
    return found | brief.directions.kinds(takes)


def _kept(
    before: Sequence[int | None], planned: Sequence[str], takes: Sequence[int]
) -> dict[int, str]:
    known = {
        pair: kind
        for pair, kind in zip(itertools.pairwise(before), planned, strict=False)
        if kind
    }
    pairs = enumerate(itertools.pairwise(takes))
    return {k: known[pair] for k, pair in pairs if pair in known}


def _table(
    brief: Brief, takes: Sequence[int], cuts: Sequence[int]
) -> dict[str, list[float]]:
    """Return what each join would cost as each kind that the style wants."""
    style, chosen = brief.style, brief.chosen(takes)
    opened = [
        openings(material, min(frames, material.usable_frames))
        for material, frames in zip(chosen, lengths(cuts, brief.total), strict=True)
    ]
    wanted = ("match", *(kind for kind in fracture.MARKED if _share(style, kind)))
    table: dict[str, list[float]] = {kind: [] for kind in wanted}
    for k in range(len(chosen) - 1):
        before, after = opened[k], opened[k + 1]
        for kind in wanted:
            motion = costs.joins(kind, before.exits, after.entries, style).min()
            pair = pair_costs(kind, chosen[k : k + 2], style)[0, 1]
            table[kind].append(float(motion + pair))
    return table


def _share(style: Style, kind: str) -> float:
    return float(getattr(style, f"{kind}_share"))


def joined(brief: Brief, takes: Sequence[int], planned: Sequence[str]) -> list[Join]:
    """Return the joins as they are planned, with the room their transitions want."""
    noted = brief.directions.kinds(takes)
    wished = brief.directions.join_frames(takes)
    locked = {} if brief.earlier is None else brief.earlier.locks_in(takes)
    splits_s = brief.directions.splits_s(takes)
    return [
        Join(
            kind=kind,
            half=half_frames(kind, brief, wished.get(k)),
            locked=k in locked,
            noted=k in noted,
            split_s=splits_s.get(k),
        )
        for k, kind in enumerate(planned)
    ]


def half_frames(kind: str, brief: Brief, frames: int | None = None) -> int:
    """Return the record frames a kind wants on each side of its cut; 0 for a cut.

    Parameters
    ----------
    kind
        Planned kind.
    brief
        Its style has the lengths in seconds.
    frames
        Length of this one transition, where it is noted.
    """
    if kind not in _SECONDS:
        return 0
    if frames is not None:
        return max(1, round(frames / 2))
    length_s = Fraction(getattr(brief.style, _SECONDS[kind]))
    return max(1, round(length_s * brief.rate / 2))
