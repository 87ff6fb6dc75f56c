"""Weights of branches by how often films are to take them.

Aim
    A branch of weight w beside the way on is taken by w / (1 + w) of films where joins
    are alike (`otio_genai.field.model.Branch`). Where they are not, or films have an
    exact length, a film is still drawn by the weight of the whole of it, and the ways
    with better joins are taken oftener. Here a weight is found from how often its
    branch shall be taken, all that counted.

Method
    With the weight w of one branch all films together weigh A + w B, since no film
    takes it twice: two values of w give A and B exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from otio_genai.errors import FieldError
from otio_genai.field.model import Field

__all__ = ["weights_for"]

_TURNS = 3
_LEAST, _MOST = 1e-9, 1e12
_FAR = 40.0


def weights_for(field: Field, wanted: Mapping[str, float]) -> dict[str, float]:
    """Return the weights of branches with which films take them as often as wanted.

    Parameters
    ----------
    field
        The field.
    wanted
        By a branch's name: the share of all films that take it, above 0 and below 1.

    Returns
    -------
    dict
        By name; as they are where no film can be drawn.
    """
    weights = {branch.id: branch.weight for branch in field.branches}
    # Branches weigh on each other where one leads past another.
    for _ in range(_TURNS if len(wanted) > 1 else 1):
        for name, share in wanted.items():
            found = _log_odds(field, weights, name)
            if found is None:
                continue
            odds = math.log(share / (1 - share)) - found
            exact = math.exp(max(-_FAR, min(_FAR, odds)))
            weights[name] = float(f"{min(_MOST, max(_LEAST, exact)):.4g}")
    return weights


def _log_odds(field: Field, weights: Mapping[str, float], name: str) -> float | None:
    """Return the logarithm of B / A for one branch; None where there is neither."""
    without = _log_weight(field, weights, name, None)
    # In units of the films without it, so that neither part is lost beside the other.
    at = 1.0
    for _ in range(4):
        whole = _log_weight(field, weights, name, at)
        if without is None or whole is None:
            return None
        if whole - without > 1e-3:
            return (
                whole - without + math.log(-math.expm1(without - whole)) - math.log(at)
            )
        at *= 1e4
    return None


def _log_weight(
    field: Field, weights: Mapping[str, float], name: str, at: float | None
) -> float | None:
    """Return the logarithm of the weight of all films, a branch having one of its own.

    With None for it there is no such branch.
    """
    from otio_genai.field import drawing

    branches = tuple(
        replace(branch, weight=at if branch.id == name and at else weights[branch.id])
        for branch in field.branches
        if at is not None or branch.id != name
    )
    try:
        return drawing.space(
            replace(field, branches=branches), reasons=False
        ).log_weight
    except FieldError:
        return None
