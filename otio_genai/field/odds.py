"""How often branches are taken, and the weights with which they are as often as wished.

Aim
    A branch of weight w beside the way on is taken by w / (1 + w) of films where joins
    are alike (`otio_genai.field.model.Branch`). Where they are not, or films have an
    exact length, a film is still drawn by the weight of the whole of it, and the ways
    with better joins are taken oftener. Here that is reckoned with, exactly; only what
    whole films are refused for (`otio_genai.field.showing.rules`) is not.

Method
    With the weight w of one branch all films together weigh A + w B, since no film
    takes it twice: two values of w give A and B. Those that come to its fork are what
    is added when every way on from there is made twice as heavy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from otio_genai.errors import FieldError
from otio_genai.field.flags import Condition, parse
from otio_genai.field.model import Branch, Field

__all__ = ["Share", "shares", "weights_for"]

_TURNS = 4
_LEAST, _MOST = 1e-9, 1e12
_FAR = 40.0


@dataclass(frozen=True, slots=True)
class Share:
    """How often a branch is taken."""

    branch: str
    of_films: float
    "Of all films, before the rules of whole films."
    of_fork: float | None
    "Of those that come to it and may take it; None if none does, or it is not known."
    wished: float
    "Of those: what the document asks for, else what the weight says."


def shares(field: Field) -> tuple[Share, ...]:
    """Return how often each branch of a field is taken; none where there is no film."""
    whole = _log_weight(field, field.branches)
    if whole is None:
        return ()
    found = []
    for number, branch in enumerate(field.branches):
        others = (*field.branches[:number], *field.branches[number + 1 :])
        without = _log_weight(field, others)
        taken = 1.0 if without is None else -math.expm1(min(0.0, without - whole))
        came = _coming(field, field.branches, branch, whole)
        # What is so rare is lost beside the others in the precision of a weight.
        known = came is not None and came > _FAR * 1e-9
        found.append(
            Share(
                branch.id,
                taken,
                min(1.0, taken / came) if known and came else None,
                branch.share or _written(field, branch),
            )
        )
    return tuple(found)


def weights_for(
    field: Field, wanted: Mapping[str, float], *, at_fork: bool = False
) -> dict[str, float]:
    """Return the weights of branches with which films take them as often as wanted.

    Parameters
    ----------
    field
        The field.
    wanted
        By a branch's name: the share of films that take it, above 0 and below 1.
    at_fork
        Whether it is the share of those films that come to the branch and may take it;
        otherwise of all films.

    Returns
    -------
    dict
        By name; as they are where no film can be drawn.
    """
    found = {branch.id: branch for branch in field.branches}
    # Branches weigh on each other where one leads past another.
    for _ in range(_TURNS if len(wanted) > 1 else 1):
        for name, share in wanted.items():
            others = tuple(one for key, one in found.items() if key != name)
            odds = _log_odds(field, others, found[name], at_fork)
            if odds is None:
                continue
            exact = math.log(share / (1 - share)) - odds
            weight = math.exp(max(-_FAR, min(_FAR, exact)))
            weight = float(f"{min(_MOST, max(_LEAST, weight)):.4g}")
            found[name] = replace(found[name], weight=weight)
    return {name: branch.weight for name, branch in found.items()}


def _written(field: Field, branch: Branch) -> float:
    """Return the share that weights alone give a branch at its fork."""
    beside = [
        other
        for other in field.branches
        if other.at == branch.at and other.when in (None, branch.when)
    ]
    on = [other.weight for other in beside if other.to == branch.at + 1]
    away = [other.weight for other in beside if other.to != branch.at + 1]
    weights = sum(away) + (sum(on) or 1.0)
    return branch.weight / (weights if branch in beside else weights + branch.weight)


def _log_odds(
    field: Field, others: Sequence[Branch], branch: Branch, at_fork: bool
) -> float | None:
    """Return the logarithm of B over what goes elsewhere; None if either is none."""
    without = _log_weight(field, others)
    if without is None:
        return None
    elsewhere = without
    if at_fork:
        came = _coming(field, others, branch, without)
        if came is None or came <= 0:
            return None
        elsewhere += math.log(came)
    # In units of the films without it, so that neither part is lost beside the other.
    at = 1.0
    for _ in range(4):
        whole = _log_weight(field, (*others, replace(branch, weight=at)))
        if whole is None:
            return None
        if whole - without > 1e-3:
            part = math.log(-math.expm1(without - whole))
            return whole + part - math.log(at) - elsewhere
        at *= 1e4
    return None


def _coming(
    field: Field, branches: Sequence[Branch], branch: Branch, whole: float
) -> float | None:
    """Return the share of films that come to a fork and may take one of its branches.

    None where the way on from there is itself a branch that flags open.
    """
    onward = branch.at + 1
    here = [other for other in branches if other.at == branch.at]
    twice = [
        replace(other, id=f"{other.id}, again", when=_both(branch.when, other.when))
        for other in here
    ]
    on = [other for other in here if other.to == onward]
    if any(other.when is not None for other in on):
        return None
    if not on:
        twice.append(Branch("on, again", branch.at, onward, branch.when, 2.0))
    more = _log_weight(field, (*branches, *twice))
    return None if more is None else max(0.0, math.expm1(more - whole))


def _both(one: Condition | None, other: Condition | None) -> Condition | None:
    if one is None or other is None:
        return one or other
    return parse(f"({one.text}) and ({other.text})")


def _log_weight(field: Field, branches: Sequence[Branch]) -> float | None:
    """Return the logarithm of the weight of all films, with other branches."""
    from otio_genai.field import drawing

    try:
        asked = replace(field, branches=tuple(branches))
        return drawing.space(asked, reasons=False).log_weight
    except FieldError:
        return None
