"""Films sought by chance, by their takes, and where that is not enough by length.

Method
    Rules of whole films are kept by rejection, which fails where hardly a film has a
    length that they allow. There each frame of a film makes it likelier by the same
    factor, or less likely: the films are the same, and the longest, or the shortest, of
    those with some takes are nearly sure to come. That is exact enough to say that no
    film with a take keeps the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from numpy.random import Generator

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, Drawing, Space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.confined import confined
from otio_genai.field.showing.mesh import Pair
from otio_genai.field.showing.session import SHOWN, UNCOVERED, Session

__all__ = ["SAME_TAKES", "Draft", "by_chance", "leaning", "only", "sought"]

#: Films drawn of the same takes.
SAME_TAKES = 60

# Films that cover too little, each of which costs a flow.
_UNCOVERED = 6
# How strongly films lean to longer ones, then to shorter ones, by the length of a mean
# shot, and how many are drawn.
_LEANS, _LEANING = (2.0, 8.0, 32.0), 20
# So many takes that rest for one that the showing before showed.
_JUST = 64


@dataclass(frozen=True, slots=True)
class Draft:
    """A film that is drawn so far, and what holds for it."""

    field: Field
    conditions: Conditions
    space: Space
    drawing: Drawing
    session: Session


def by_chance(
    draft: Draft,
    rng: Generator,
    drawing: Drawing,
    refused: Counter[str],
    tries: int,
    *,
    covering: bool = True,
) -> tuple[Chosen, ...] | None:
    """Return a film that goes on as a drawing does and keeps every rule.

    The session holds it. None if none of so many does; ``refused`` counts what they
    break.
    """
    uncovered = 0
    for _ in range(tries):
        film = drawing.copy().finish(rng)
        said = draft.session.broken(film, covering=covering)
        if said is None:
            return film
        refused[said] += 1
        uncovered += said == UNCOVERED
        if uncovered > _UNCOVERED:
            break
    return None


def sought(
    draft: Draft,
    rng: Generator,
    takes: Iterable[Pair],
    refused: Counter[str],
    *,
    tries: int = SAME_TAKES,
    covering: bool = True,
    tired: bool = True,
) -> tuple[Chosen, ...] | None:
    """Return a film that shows some takes, by chance or else by its length.

    Parameters
    ----------
    draft, rng, refused, tries, covering
        As elsewhere here.
    takes
        The takes.
    tired
        Whether other slots show what rests only where they must.
    """
    takes = tuple(takes)
    rests = _tired(draft) if tired else {}
    drawing = only(draft, takes, tired=rests)
    if drawing is None:
        return None
    mine: Counter[str] = Counter()
    found = by_chance(draft, rng, drawing, mine, tries, covering=covering)
    if found is None and set(mine) - {SHOWN, UNCOVERED}:
        # What rests may be what is as long as it must be.
        for rest in (rests, {}) if rests and not covering else (rests,):
            found = found or leaning(draft, rng, takes, rest, mine, covering)
    refused += mine
    return found


def leaning(
    draft: Draft,
    rng: Generator,
    takes: Iterable[Pair],
    tired: Mapping[Pair, int],
    refused: Counter[str],
    covering: bool,
) -> tuple[Chosen, ...] | None:
    """Return a film that is longer, or shorter, than those that chance finds."""
    mean = float(Fraction(draft.field.style.mean_shot_s) * draft.field.rate)
    for lean in (*_LEANS, *(-one for one in _LEANS)):
        drawing = only(draft, takes, tired=tired, lean=lean / mean)
        if drawing is None:
            return None
        found = by_chance(draft, rng, drawing, refused, _LEANING, covering=covering)
        if found is not None:
            return found
    return None


def _tired(draft: Draft) -> dict[Pair, int]:
    """Return what rests, and how much each take of it should."""
    found = dict.fromkeys(draft.conditions.resting, 1)
    return found | dict.fromkeys(draft.session.just, _JUST)


def only(
    draft: Draft,
    takes: Iterable[Pair],
    *,
    alone: bool = False,
    tired: Mapping[Pair, int] | None = None,
    lean: float = 0.0,
) -> Drawing | None:
    """Return the drawing confined to some takes; None if no film goes on so."""
    among = confined(draft.space, takes, alone=alone, tired=tired, lean=lean)
    if among is None:
        return None
    drawing = draft.drawing.copy()
    try:
        drawing.look(among)
        drawing.chances()
    except FieldError:
        return None
    return drawing
