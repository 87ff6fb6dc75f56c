"""The rest of a film drawn until it keeps every rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from numpy.random import Generator

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, Drawing, counted, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.mesh import Pair
from otio_genai.field.showing.rules import none_left
from otio_genai.field.showing.session import SHOWN, UNCOVERED, Session

__all__ = ["Draft", "planned", "redrawn"]

#: Films drawn before another way is tried.
TRIES = 600
# Before one that is held is kept: its rest is as good a draw as any other.
_REDRAWN = 30
# Films that cover too little, each of which costs a flow; films along one path.
_UNCOVERED, _PATH_TRIES = 12, 60
#: Fields of no more films than this are listed when chance finds none that is left.
MOST_LISTED = 20_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A film that is drawn so far, and what holds for it."""

    field: Field
    conditions: Conditions
    drawing: Drawing
    session: Session


def planned(draft: Draft, rng: Generator) -> tuple[Chosen, ...]:
    """Return a whole film that goes on as the drawing does and keeps every rule.

    Drawn by chance, until one is accepted: so the law of what is returned is that of
    the field, given all its rules. Where no film in so many covers enough, the films of
    the least cover are tried; then coverage gives way, and the session remarks it; in
    the end a small field is listed, and any film that is left taken.

    Raises
    ------
    FieldError
        There is none; the rule that most films break is named.
    """
    refused: Counter[str] = Counter()
    found = _by_chance(draft, rng, draft.drawing, refused, TRIES)
    if found is None and refused[UNCOVERED]:
        found = _along(draft, rng) or _by_chance(
            draft, rng, draft.drawing, refused, TRIES, covering=False
        )
    if found is None and refused[SHOWN]:
        found = _listed(draft, rng, refused)
    if found is None:
        raise none_left(refused, refused.total())
    return found


def redrawn(draft: Draft, rng: Generator) -> tuple[Chosen, ...] | None:
    """Return another film that goes on as the drawing does, if chance finds one soon.

    Which of two films goes on, this or the one that is held, alters no chances: both
    are drawn by the same law, and whether one is found depends on neither.
    """
    return _by_chance(draft, rng, draft.drawing, Counter(), _REDRAWN)


def _by_chance(
    draft: Draft,
    rng: Generator,
    drawing: Drawing,
    refused: Counter[str],
    tries: int,
    *,
    covering: bool = True,
) -> tuple[Chosen, ...] | None:
    uncovered = 0
    for _ in range(tries):
        film = drawing.copy().finish(rng)
        said = draft.session.broken(film, covering=covering)
        if said is None:
            if not covering:
                _remark_uncovered(draft.session)
            return film
        refused[said] += 1
        uncovered += said == UNCOVERED
        if uncovered > _UNCOVERED:
            break
    return None


def _along(draft: Draft, rng: Generator) -> tuple[Chosen, ...] | None:
    """Return a film with the takes of one of the least cover's."""
    for takes in draft.session.paths():
        try:
            drawing = _only(draft, takes)
        except FieldError:
            continue
        found = _by_chance(draft, rng, drawing, Counter(), _PATH_TRIES)
        if found is not None:
            return found
    return None


def _only(draft: Draft, takes: frozenset[Pair]) -> Drawing:
    """Return the drawing confined to some takes."""
    slots = {slot for slot, _ in takes}
    others = {
        (number, k)
        for number, slot in enumerate(draft.field.slots)
        for k in range(len(slot.options))
        if number in slots and (number, k) not in takes
    }
    banned = draft.conditions.banned | others
    confined = replace(draft.conditions, banned=banned, resting=frozenset())
    drawing = draft.drawing.copy()
    drawing.look(space(draft.field, confined))
    return drawing


def _listed(
    draft: Draft, rng: Generator, refused: Counter[str]
) -> tuple[Chosen, ...] | None:
    """Return any film of a small field that goes on like this one and is accepted.

    Raises
    ------
    FieldError
        The field has been listed, and all its films were shown.
    """
    asked = replace(draft.conditions, resting=frozenset(), uniform=True)
    try:
        films = counted(space(draft.field, asked))
    except FieldError:
        # What cannot be counted cannot be listed.
        return None
    if films.films > MOST_LISTED:
        return None
    decided = draft.drawing.decided
    only: Counter[str] = Counter()
    for number in rng.permutation(films.films):
        film = films.film(int(number))
        if film[: len(decided)] != decided:
            continue
        said = draft.session.broken(film, covering=False)
        if said is None:
            return film
        only[said] += 1
    if set(only) == {SHOWN} and not decided:
        said = "one film" if films.films == 1 else f"{films.films} films"
        raise FieldError(
            f"This field has {said}, and all of them were shown, or are being shown.",
            remedy="Give it more takes, or begin a new book and let films come again.",
        )
    refused.clear()
    refused.update(only)
    return None


def _remark_uncovered(session: Session) -> None:
    said = (
        "No film was found that keeps the number of showings least in which all takes "
        "are shown."
    )
    if said not in session.remarks:
        session.remarks.append(said)
