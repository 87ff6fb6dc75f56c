"""The kinds of showing: one never seen, one by a seed, one by its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, Counted, counted, permuted, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.book import Book
from otio_genai.field.showing.page import Mode
from otio_genai.field.showing.recipe import digest, noise
from otio_genai.field.showing.rules import Rules, none_left
from otio_genai.field.showing.session import Alone, Listed, orders_of
from otio_genai.field.showing.showing import Showing

__all__ = ["listed", "mode_for", "numbered", "seeded", "unseen"]

_ENTROPY_BYTES = 32
#: Numbers passed over in a row before no film is thought to keep the rules.
_MOST_PASSED = 500


def mode_for(field: Field) -> Mode:
    """Return the kind of book that suits a field.

    ``numbers`` where all its films are alike: takes of a slot weigh the same, and no
    showing depends on those before it. Else ``ledger``, which any field may have.
    """
    alike = all(
        slot.policy in ("fixed", "shuffle")
        and len({option.weight for option in slot.options}) <= 1
        for slot in field.slots
    )
    alike = alike and all(branch.weight == 1 for branch in field.branches)
    coverage = field.coverage
    free = not (coverage.bag or coverage.cooldown or coverage.max_overlap < 1)
    return "numbers" if alike and free else "ledger"


def unseen(field: Field, book: Book, entropy: Callable[[int], bytes]) -> Showing:
    """Return a showing of a film that was never shown.

    Parameters
    ----------
    field
        The field.
    book
        Its book, open. One of numbers gives the next film, leaving out those that break
        a rule of whole films; a ledger lets one be drawn. Where numbers do not suit the
        field the book becomes a ledger first (`listed`).
    entropy
        Gives so many random bytes: of the system, `os.urandom`.

    Raises
    ------
    FieldError
        All films were shown, no film keeps the rules, or the book does not suit.
    OutputError
        The book cannot be written.
    """
    if mode_for(field) == "ledger":
        listed(field, book)
    if book.mode == "ledger":
        seed = int.from_bytes(entropy(_ENTROPY_BYTES), "big")
        return Showing(field, np.random.default_rng(seed), Listed(book))
    films = _numbering(field, book)
    rules = Rules(field)
    refused: Counter[str] = Counter()
    while refused.total() < _MOST_PASSED:
        number = book.number(films.films)
        film = _film(films, book, number)
        said = rules.broken(film)
        if said is None:
            return _settled(field, book, number, film)
        refused[said] += 1
    raise none_left(refused, _MOST_PASSED)


def listed(field: Field, book: Book) -> None:
    """Let a book be a ledger; one of numbers becomes one that knows what it numbered.

    Its key stays, and with it the number of every film. Films that are drawn from it
    may be steered, and its field may change.

    Raises
    ------
    FieldError
        The field has changed since the book was begun: which films were shown cannot
        be known.
    OutputError
        The book cannot be written.
    """
    if book.mode == "ledger":
        return
    shown: list[bytes] = []
    if book.count:
        films, rules = _numbering(field, book), Rules(field)
        for number in range(book.count):
            film = _film(films, book, number)
            if rules.broken(film) is None:
                shown.append(digest(book.key, field, film))
    book.become_ledger(shown)


def seeded(field: Field, seed: int) -> Showing:
    """Return a showing that the same seed repeats; no book knows of it.

    It knows nothing of other showings either: nothing rests, and takes that come in
    turn are those of the first showing.

    Raises
    ------
    FieldError
        No film keeps the rules, or the seed is below 0.
    """
    if seed < 0:
        raise FieldError(f"A seed is 0 or more, not {seed}.")
    rng = np.random.default_rng(seed)
    return Showing(field, rng, Alone(), told={"seed": seed})


def numbered(field: Field, book: Book, number: int) -> Showing:
    """Return a showing of the film that has a place among all films by a book's key.

    The book may be of either kind, and open for reading only; that the film was shown
    is not written down. All films have numbers, those that weights or coverage never
    let be drawn, too.

    Parameters
    ----------
    field
        The field. A book of numbers refuses another than it was begun for; by a
        ledger the numbers of a field that has changed are other films.
    book
        A book.
    number
        0 the first.

    Raises
    ------
    FieldError
        There is no such number; or its film breaks a rule of whole films: then no
        showing has it, and `unseen` passes it over; or the field has changed.
    """
    films = _numbering(field, book)
    if not 0 <= number < films.films:
        raise FieldError(
            f"There is no film {number}: this field has {films.films}, the first is 0."
        )
    film = _film(films, book, number)
    said = Rules(field).broken(film)
    if said is not None:
        raise FieldError(
            f"Film {number} is left out: it breaks this rule: {said}.",
            remedy="Take another number.",
        )
    return _settled(field, book, number, film)


def _numbering(field: Field, book: Book) -> Counted:
    if book.mode == "numbers" and book.fingerprint != field.fingerprint:
        raise FieldError(
            "The field has changed since this book was begun: its numbers mean other "
            "films now.",
            place=str(book.path),
            remedy="Name another file with --book, or delete this one: a new book "
            "knows nothing of the films shown before.",
        )
    return _counted(field, tuple(sorted(orders_of(field, book.key).items())))


@lru_cache(maxsize=2)
def _counted(field: Field, orders: tuple[tuple[str, tuple[int, ...]], ...]) -> Counted:
    return counted(space(field, Conditions(uniform=True, orders=dict(orders))))


def _film(films: Counted, book: Book, number: int) -> tuple[Chosen, ...]:
    return films.film(permuted(number, films.films, book.key))


def _settled(
    field: Field, book: Book, number: int, film: tuple[Chosen, ...]
) -> Showing:
    rng = noise(book.key, "stems", number)
    return Showing(field, rng, Alone(), film=film, told={"number": number})
