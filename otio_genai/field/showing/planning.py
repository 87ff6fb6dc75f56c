"""The rest of a film drawn until it keeps every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from numpy.random import Generator

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, Drawing, Space, counted, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.block import shared_out
from otio_genai.field.showing.confined import confined
from otio_genai.field.showing.mesh import Pair
from otio_genai.field.showing.rules import none_left
from otio_genai.field.showing.session import SHOWN, UNCOVERED, Session

__all__ = ["Draft", "planned", "redrawn"]

#: Films drawn before another way is tried.
TRIES = 600
# Before one that is held is kept: its rest is as good a draw as any other.
_REDRAWN = 30
# Films that cover too little, each of which costs a flow; films of the same takes.
_UNCOVERED, _SAME_TAKES = 6, 60
# Plans of a block; covers; takes that are led to one by one.
_PLANS, _COVERS, _MOST_THROUGH = 4, 3, 24
#: Fields of no more films than this are listed when chance finds none that is left.
MOST_LISTED = 20_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A film that is drawn so far, and what holds for it."""

    field: Field
    conditions: Conditions
    space: Space
    drawing: Drawing
    session: Session


def planned(draft: Draft, rng: Generator) -> tuple[Chosen, ...]:
    """Return a whole film that goes on as the drawing does and keeps every rule.

    Where nothing is to be covered it is drawn by chance until one is accepted: so the
    law of what is returned is that of the field, given all its rules. Else its takes
    are those that `otio_genai.field.showing.block` shares out, and its law is that of
    the field, given these.

    If no such film is accepted, these are tried in turn: films by chance; films of the
    least covers; any that shows a take not yet seen; any, whatever rests. The session
    remarks what gave way. In the end a small field is listed, and any film that is left
    taken.

    Raises
    ------
    FieldError
        There is none; the rule that most films break is named.
    """
    refused: Counter[str] = Counter()
    found = _shared_out(draft, rng, refused) if draft.session.covers else None
    if found is None:
        found = _by_chance(draft, rng, draft.drawing, refused, TRIES)
    if found is None and draft.session.covers:
        found = _along(draft, rng) or _through(draft, rng)
    if found is None and (draft.session.covers or draft.conditions.resting):
        found = _anyhow(draft, rng, refused)
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
            return film
        refused[said] += 1
        uncovered += said == UNCOVERED
        if uncovered > _UNCOVERED:
            break
    return None


def _shared_out(
    draft: Draft, rng: Generator, refused: Counter[str]
) -> tuple[Chosen, ...] | None:
    """Return a film of the takes that are left, shared out among those that follow."""
    decided = len(draft.drawing.decided)
    for _ in range(_PLANS):
        film = draft.drawing.copy().finish(rng)
        takes = shared_out(draft.space, film, decided, rng)
        drawing = None if takes is None else _only(draft, takes)
        if drawing is None:
            continue
        mine: Counter[str] = Counter()
        found = _by_chance(draft, rng, drawing, mine, _SAME_TAKES // _PLANS)
        if found is not None:
            return found
        refused += mine
    return None


def _along(draft: Draft, rng: Generator) -> tuple[Chosen, ...] | None:
    """Return a film with the takes of one of the least covers'."""
    tried = set()
    for _ in range(_COVERS):
        for takes in draft.session.paths(rng):
            drawing = None if takes in tried else _only(draft, takes)
            tried.add(takes)
            if drawing is None:
                continue
            found = _by_chance(draft, rng, drawing, Counter(), _SAME_TAKES)
            if found is not None:
                return found
    return None


def _through(draft: Draft, rng: Generator) -> tuple[Chosen, ...] | None:
    """Return a film that shows a take not yet seen, though others cover more."""
    for pair in draft.session.lacking(rng)[:_MOST_THROUGH]:
        drawing = _only(draft, (pair,), alone=False)
        if drawing is None:
            continue
        mine: Counter[str] = Counter()
        found = _by_chance(draft, rng, drawing, mine, _SAME_TAKES, covering=False)
        if found is not None:
            _remark(
                draft,
                "No film was found that keeps the number of showings least in which "
                "all takes are shown.",
            )
            return found
        if SHOWN in mine or not draft.session.bar(pair):
            continue
        slot = draft.field.slots[pair[0]]
        _remark(
            draft,
            f"Take {slot.options[pair[1]].clip.name!r} of slot {slot.id} is left out "
            f"of the count: all of {mine.total()} films drawn that show it break a "
            f"rule, most of them this: {mine.most_common(1)[0][0]}.",
        )
    return None


def _anyhow(
    draft: Draft, rng: Generator, refused: Counter[str]
) -> tuple[Chosen, ...] | None:
    """Return any film that keeps all rules but those of what is shown when."""
    for rests in (True, False):
        drawing: Drawing | None = draft.drawing
        if not rests:
            drawing = _only(draft, (), alone=False)
        if drawing is None:
            continue
        found = _by_chance(draft, rng, drawing, refused, TRIES, covering=False)
        if found is not None:
            if draft.session.covers:
                _remark(draft, "No film was found that shows a take not yet seen.")
            if not rests:
                _remark(draft, "No film was found without takes that should rest.")
            return found
    return None


def _only(draft: Draft, takes: Iterable[Pair], *, alone: bool = True) -> Drawing | None:
    """Return the drawing confined to some takes; None if no film goes on so."""
    among = confined(draft.space, takes, alone=alone)
    if among is None:
        return None
    drawing = draft.drawing.copy()
    try:
        drawing.look(among)
        drawing.chances()
    except FieldError:
        return None
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


def _remark(draft: Draft, said: str) -> None:
    if said not in draft.session.remarks:
        draft.session.remarks.append(said)
