"""Which rules of a field leave no film together, in the words of who wrote them.

Method
    A deletion filter (Chinneck and Dravnieks 1991): all rules are taken back, and put
    in force again, kind by kind and then one by one, where without them there would be
    a film. What is left leaves none, and without any one of it there is one; so each
    rule is named with what would do in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from otio_genai.errors import FieldError
from otio_genai.field.drawing.nofilm import NoFilmError
from otio_genai.field.drawing.rules import Asked, Rule, rules

__all__ = ["explained"]

#: Fields that are looked at for one error, each at the price of a filter.
_MOST_LOOKS = 120
#: What is wrong in so many places is told at once.
_MOST_CONFLICTS = 4

Draws = Callable[[Asked], bool]


def explained(error: NoFilmError, asked: Asked, draws: Draws) -> FieldError:
    """Return an error that names the rules that leave no film together.

    Parameters
    ----------
    error
        What is known of why there is no film.
    asked
        The field, and what holds for it.
    draws
        Tells whether there is a film.
    """
    look = _Looks(draws)
    conflicts = _conflicts(asked, look)
    if not conflicts or [rule.kind for rule in conflicts[0]] == ["twice"]:
        # Which takes are too few for which slots is known better.
        return error
    sure = look.left > 0
    items = [*error.items]
    for found in conflicts:
        # The others set aside: what would do here does not mend those.
        gone = [rule for other in conflicts if other is not found for rule in other]
        there = _without(asked, gone)
        even = "" if found is conflicts[0] else "even without these: "
        items += [even + _named(rule, there, look) for rule in found]
    first = conflicts[0]
    one = first[0] if len(first) == len(conflicts) == 1 else None
    remedy = (
        "Loosen it, or take it back."
        if one is not None
        else "Loosen one of the rules that are named, or take one back."
        if sure and len(conflicts) == 1
        else "Loosen some of the rules that are named, or take them back."
    )
    return NoFilmError(
        f"{error.sentence[:-1]}; "
        + ("one rule leaves none." if one else "these rules leave none together."),
        place=error.place,
        remedy=remedy,
        items=items,
    )


def _conflicts(asked: Asked, look: _Looks) -> list[list[Rule]]:
    """Return lists of rules that leave no film, each of them by itself."""
    found: list[list[Rule]] = []
    while len(found) < _MOST_CONFLICTS:
        one = _least(asked, list(rules(asked)), look)
        if not one:
            break
        found.append(one)
        asked = _without(asked, one)
        if look(asked):
            break
    return found


class _Looks:
    """Whether there is a film, asked a limited number of times."""

    def __init__(self, draws: Draws) -> None:
        self._draws, self.left = draws, _MOST_LOOKS

    def __call__(self, asked: Asked) -> bool:
        """Tell whether there is a film; no once it was asked too often."""
        self.left -= 1
        return self.left >= 0 and self._draws(asked)


def _without(asked: Asked, gone: Sequence[Rule]) -> Asked:
    for rule in gone:
        asked = rule.without(asked)
    return asked


def _least(asked: Asked, every: list[Rule], look: _Looks) -> list[Rule]:
    """Return rules that leave no film together, and none of which can be spared."""
    if not look(_without(asked, every)):
        return []
    kept = every
    kinds = dict.fromkeys(rule.kind for rule in every)
    # What is written down for the whole field is spared last.
    for kind in reversed(kinds):
        rest = [rule for rule in kept if rule.kind != kind]
        if _needed(asked, every, rest, look):
            continue
        kept = rest
    for part in (8, 4, 2, 1):
        at = 0
        while at < len(kept):
            rest = kept[:at] + kept[at + part :]
            if _needed(asked, every, rest, look):
                at += part
            else:
                kept = rest
    return kept


def _needed(
    asked: Asked, every: Sequence[Rule], rest: Sequence[Rule], look: _Looks
) -> bool:
    """Tell whether there is a film when only the rest of the rules is in force."""
    gone = [rule for rule in every if rule not in rest]
    # Asked too often, what was not looked at counts as needed.
    return look.left <= 0 or look(_without(asked, gone))


def _named(rule: Rule, asked: Asked, look: _Looks) -> str:
    near = list(_near(rule, asked, look))
    if not near:
        return rule.said
    return f"{rule.said}; {' or '.join(near)} would do"


def _near(rule: Rule, asked: Asked, look: _Looks) -> Iterator[str]:
    """Yield what would do in the place of a rule, the others staying as they are."""
    for side in rule.instead(asked):
        good = None
        for said, other in side:
            if look.left <= 0:
                return
            if look(other):
                good = said
                break
        if good is not None:
            yield good
