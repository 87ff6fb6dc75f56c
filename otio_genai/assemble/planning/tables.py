"""Tables of what it costs to put one thing after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.candidates import Take
from otio_genai.assemble.planning.openings import Openings
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.style import Style

__all__ = ["Material", "join_tables", "pair_costs", "unary_costs"]

Material: TypeAlias = Take | Still

Table = NDArray[np.float64]

# Side by side: the same take again, and another take of the same picture.
_SAME_TAKE, _SAME_PICTURE = 10.0, 0.3


def join_tables(
    kinds: Sequence[str],
    pool: Sequence[Material],
    owners: Sequence[int],
    opened: Openings,
    style: Style,
) -> dict[str, Table]:
    """Return for each kind what each way after each other way costs.

    Parameters
    ----------
    kinds
        Kinds of join.
    pool
        N takes and stills.
    owners
        Whose each way is, n of them.
    opened
        The n ways.
    style
        Its weights.

    Returns
    -------
    dict of ndarray, shape (n, n)
        Steadiness of a way is counted where it enters.
    """
    index = np.array(owners)
    shaky = style.weight_steadiness * opened.unsteady
    found = {}
    for kind in kinds:
        motion = costs.joins(kind, opened.exits, opened.entries, style)
        pairs = pair_costs(kind, pool, style)
        found[kind] = motion + pairs[np.ix_(index, index)] + shaky[None, :]
    return found


def pair_costs(kind: str, pool: Sequence[Material], style: Style) -> Table:
    """Return what a join of takes costs beside motion, shape (N, N): colour, kinship.

    Parameters
    ----------
    kind
        Kind of join.
    pool
        N takes and stills.
    style
        Its weights.
    """
    leaving = np.array([m.colours.leaving for m in pool])
    entering = np.array([m.colours.entry for m in pool])
    table = costs.colour_costs(kind, leaving, entering, style)
    names = [m.family or f"\0{i}" for i, m in enumerate(pool)]
    _, families = np.unique(names, return_inverse=True)
    kin = families[:, None] == families[None, :]
    same = np.eye(len(pool), dtype=bool)
    weight = style.weight_repetition
    alike = _SAME_PICTURE * (kin & ~same) + _SAME_TAKE * same
    return np.asarray(table + weight * alike)


def unary_costs(
    pool: Sequence[Material], wanted: Sequence[float] | None, style: Style
) -> Any:
    """Return what each take costs in each slot: energy and tint, shape (S, N) or (N,).

    Parameters
    ----------
    pool
        N takes and stills.
    wanted
        Energy of the S slots as the music has it, or ``None``.
    style
        Its weights.
    """
    tints = costs.tint_costs(np.array([m.colours.mean for m in pool]), style)
    return costs.energy_costs([m.energy for m in pool], wanted, style) + tints
