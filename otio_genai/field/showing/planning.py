"""The rest of a film drawn until it keeps every rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from numpy.random import Generator

from otio_genai.errors import FieldError
from otio_genai.field.drawing import counted, space
from otio_genai.field.model import Chosen
from otio_genai.field.showing.block import shared_out
from otio_genai.field.showing.rules import none_left
from otio_genai.field.showing.seeking import (
    SAME_TAKES,
    Draft,
    by_chance,
    leaning,
    only,
    sought,
)
from otio_genai.field.showing.session import SHOWN

__all__ = ["Draft", "planned", "redrawn"]

#: Films drawn before another way is tried.
TRIES = 600
# Before one that is held is kept: its rest is as good a draw as any other.
_REDRAWN = 30
# Plans of a block; covers; takes that are led to one by one.
_PLANS, _COVERS, _MOST_THROUGH = 4, 3, 24
#: Fields of no more films than this are listed when chance finds none that is left.
MOST_LISTED = 20_000


def planned(draft: Draft, rng: Generator) -> tuple[Chosen, ...]:
    """Return a whole film that goes on as the drawing does and keeps every rule.

    Where nothing is to be covered it is drawn by chance until one is accepted: so the
    law of what is returned is that of the field, given all its rules. Else its takes
    are those that `otio_genai.field.showing.block` shares out, and its law is that of
    the field, given these.

    If no such film is accepted, these are tried in turn: films by chance; films of the
    least covers; any that shows a take not yet seen; any, whatever rests. The session
    remarks what gave way. Other slots show a take that rests, and one that the showing
    before showed, only where no such film does without. Where hardly a film has a
    length that rules allow, films are sought that are longer, or shorter. In the end a
    small field is listed, and any film that is left taken.

    Raises
    ------
    FieldError
        There is none; the rule that most films break is named.
    """
    refused: Counter[str] = Counter()
    found = _shared_out(draft, rng, refused) if draft.session.covers else None
    if found is None:
        found = by_chance(draft, rng, draft.drawing, refused, TRIES)
    if found is None and draft.session.covers:
        found = _along(draft, rng) or _through(draft, rng)
    if found is None and (draft.session.covers or draft.conditions.resting):
        found = _anyhow(draft, rng, refused)
    elif found is None and set(refused) - {SHOWN}:
        found = leaning(draft, rng, (), {}, refused, False)
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
    return by_chance(draft, rng, draft.drawing, Counter(), _REDRAWN)


def _shared_out(
    draft: Draft, rng: Generator, refused: Counter[str]
) -> tuple[Chosen, ...] | None:
    """Return a film of the takes that are left, shared out among those that follow."""
    decided = len(draft.drawing.decided)
    for _ in range(_PLANS):
        film = draft.drawing.copy().finish(rng)
        takes = shared_out(draft.space, film, decided, rng)
        drawing = None if takes is None else only(draft, takes, alone=True)
        if drawing is None:
            continue
        mine: Counter[str] = Counter()
        found = by_chance(draft, rng, drawing, mine, SAME_TAKES // _PLANS)
        if found is not None:
            return found
        refused += mine
    return None


def _along(draft: Draft, rng: Generator) -> tuple[Chosen, ...] | None:
    """Return a film with the takes of one of the least covers' that are wanted."""
    tried = set()
    for _ in range(_COVERS):
        for takes in draft.session.paths(rng):
            if takes in tried:
                continue
            tried.add(takes)
            found = sought(draft, rng, takes, Counter())
            if found is not None:
                return found
    return None


def _through(draft: Draft, rng: Generator) -> tuple[Chosen, ...] | None:
    """Return a film that shows a take not yet seen, though others cover more."""
    for pair in draft.session.lacking(rng)[:_MOST_THROUGH]:
        mine: Counter[str] = Counter()
        found = sought(draft, rng, (pair,), mine, covering=False)
        if found is not None:
            _remark(
                draft,
                "No film was found that keeps the number of showings least in which "
                "all takes are shown.",
            )
            return found
        if not mine or SHOWN in mine or not draft.session.bar(pair):
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
        found = sought(
            draft, rng, (), refused, tries=TRIES, covering=False, tired=rests
        )
        if found is not None:
            if draft.session.covers:
                _remark(draft, "No film was found that shows a take not yet seen.")
            if not rests:
                _remark(draft, "No film was found without takes that should rest.")
            return found
    return None


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
            remedy="Give it more takes; or name another file with --book, or delete "
            "the book of this field, and films come again.",
        )
    refused.clear()
    refused.update(only)
    return None


def _remark(draft: Draft, said: str) -> None:
    if said not in draft.session.remarks:
        draft.session.remarks.append(said)
