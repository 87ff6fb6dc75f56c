"""What a showing has to do with the showings before it and beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal, Protocol

from numpy.random import Generator

from otio_genai.field.drawing import Conditions, reachable, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.bag import resting, unseen_of
from otio_genai.field.showing.book import Book
from otio_genai.field.showing.cover import Cover
from otio_genai.field.showing.mesh import Pair
from otio_genai.field.showing.recipe import digest, marks, noise
from otio_genai.field.showing.rules import Rules

__all__ = ["Alone", "Listed", "Outcome", "Session", "orders_of"]

Outcome = Literal["shown", "broken off", "not begun"]

_TURNS = ("cycle", "once", "stopping")
#: Why a film is refused that was shown, or that another showing holds.
SHOWN = "no film is shown twice"
#: Why one is refused after which the takes left would want more showings than need be.
UNCOVERED = "all takes are shown in as few showings as can be"


class Session(Protocol):
    """The part of a showing that knows of others."""

    remarks: list[str]
    "What could not be kept, in words."

    @property
    def covers(self) -> bool:
        """Whether takes not yet seen are to be shown."""

    @property
    def just(self) -> frozenset[Pair]:
        """Takes that the showing before showed, of slots that have others."""

    def look(self, field: Field, asked: Conditions) -> Conditions:
        """Return the conditions to draw by, and judge films by them from now on."""

    def broken(self, film: Sequence[Chosen], *, covering: bool = True) -> str | None:
        """Return the rule that a film breaks; if none it is held from now on."""

    def paths(self, rng: Generator) -> list[frozenset[Pair]]:
        """Return takes not yet seen of films that keep the number of showings least."""

    def lacking(self, rng: Generator) -> list[Pair]:
        """Return the takes not yet seen, in any order."""

    def bar(self, pair: Pair) -> bool:
        """Cover a take no more that the field's rules let no film show.

        Returns
        -------
        bool
            Whether it is so: not where rules change from showing to showing.
        """

    def aired(self, film: Sequence[Chosen]) -> None:
        """Take note that another film was shown than the one that is held."""

    def end(self, outcome: Outcome) -> None:
        """Be done with the showing."""


class Alone:
    """A showing that knows of no other."""

    def __init__(self) -> None:
        self.remarks: list[str] = []
        self._rules: Rules | None = None

    def look(self, field: Field, asked: Conditions) -> Conditions:
        """Return the conditions as they are asked for."""
        self._rules = Rules(field)
        return asked

    def broken(self, film: Sequence[Chosen], *, covering: bool = True) -> str | None:
        """Return the rule of the field that a film breaks."""
        return self._rules.broken(film) if self._rules is not None else None

    @property
    def covers(self) -> bool:
        """Tell that nothing has to be covered."""
        return False

    @property
    def just(self) -> frozenset[Pair]:
        """Tell that there was no showing before."""
        return frozenset()

    def paths(self, rng: Generator) -> list[frozenset[Pair]]:
        """Return none: nothing has to be covered."""
        return []

    def lacking(self, rng: Generator) -> list[Pair]:
        """Return none: nothing has to be covered."""
        return []

    def bar(self, pair: Pair) -> bool:
        """Tell that nothing has to be covered."""
        return False

    def aired(self, film: Sequence[Chosen]) -> None:
        """Take note of nothing."""

    def end(self, outcome: Outcome) -> None:
        """Leave nothing."""


class Listed:
    """A showing whose film a ledger will remember.

    Parameters
    ----------
    book
        A ledger.
    """

    def __init__(self, book: Book) -> None:
        self.remarks: list[str] = []
        self._book = book
        self._entry, self._memory = book.begin()

    def look(self, field: Field, asked: Conditions) -> Conditions:
        """Return the conditions with the takes that rest, and the book's turn."""
        key, coverage = self._book.key, field.coverage
        orders = {**orders_of(field, key), **asked.orders}
        asked = replace(asked, turn=self._entry.turn, orders=orders)
        self._field, self._marks = field, marks(key, field)
        turn = asked.turn if any(s.policy in _TURNS for s in field.slots) else 0
        given = tuple(sorted(orders.items()))
        shown = _shown(field, turn, given)
        self._barred = _barred(field, turn, given)
        self._slots = tuple(
            frozenset(
                mark
                for k, mark in enumerate(row)
                if can[k] and (number, k) not in self._barred
            )
            for number, (row, can) in enumerate(zip(self._marks, shown, strict=True))
        )
        index = {
            mark: (number, k)
            for number, row in enumerate(self._marks)
            for k, mark in enumerate(row)
        }
        rests = [
            frozenset(index[mark] for mark in rest if mark in index)
            for rest in self._memory.rests
        ]
        free = frozenset(k for k, slot in enumerate(self._slots) if len(slot) > 1)
        self._rules = Rules(field, rests, free)
        self._just = frozenset(
            pair for rest in rests[:1] for pair in rest if pair[0] in free
        )
        self._cover: Cover | None = None
        if coverage.bag:
            plain = replace(asked, turn=turn) == Conditions(turn=turn, orders=orders)
            self._cover = _cover(field, turn, given) if plain else Cover(field, asked)
            self._wanted = unseen_of(self._memory, self._marks, self._slots)
            self._least = self._cover.least(self._wanted)
            if self._least is None:
                self._remark(
                    "In how few showings all takes can be shown is not known: this "
                    "field is too large to tell. Takes that were shown rest."
                )
        tired = resting(self._memory, self._marks, self._slots, coverage)
        return replace(asked, resting=tired | self._barred)

    def broken(self, film: Sequence[Chosen], *, covering: bool = True) -> str | None:
        """Return the rule that a film breaks; if none it is held from now on."""
        said = self._rules.broken(film)
        if said is not None:
            return said
        made = digest(self._book.key, self._field, film)
        if self._book.knows(made):
            return SHOWN
        pairs = frozenset((one.slot, one.option) for one in film)
        if covering and not self._covers(pairs):
            return UNCOVERED
        shown = frozenset(self._marks[slot][k] for slot, k in pairs)
        held = self._book.hold(
            self._entry, made, shown, self._slots, self._field.coverage
        )
        return None if held else SHOWN

    def _covers(self, pairs: frozenset[Pair]) -> bool:
        if self._cover is None or not self._least:
            return True
        left = self._wanted - pairs
        slots = [slot for slot, _ in left]
        # Cheap to see, and enough where any take may lie beside any other.
        if not self._cover.quick and any(
            slots.count(slot) >= self._least for slot in set(slots)
        ):
            return False
        return self._cover.within(left, self._least - 1)

    @property
    def covers(self) -> bool:
        """Whether takes not yet seen are to be shown: the field has a bag."""
        return self._cover is not None

    @property
    def just(self) -> frozenset[Pair]:
        """Takes that the showing before showed, of slots that have others."""
        return self._just

    def paths(self, rng: Generator) -> list[frozenset[Pair]]:
        """Return takes not yet seen of films that keep the number of showings least.

        They are those of one cover, and of another each time where there are several.
        """
        if self._cover is None or not self._least:
            return []
        found = self._cover.films(self._wanted, rng) or []
        wanted = (takes & self._wanted for takes in found)
        return sorted(wanted, key=len, reverse=True)

    def lacking(self, rng: Generator) -> list[Pair]:
        """Return the takes not yet seen, in any order."""
        if self._cover is None:
            return []
        found = sorted(self._cover.open(self._wanted))
        return [found[k] for k in rng.permutation(len(found))]

    def bar(self, pair: Pair) -> bool:
        """Cover a take no more in this and all later showings of this field."""
        if self._field.coverage.max_overlap < 1:
            return False
        self._barred.add(pair)
        return True

    def aired(self, film: Sequence[Chosen]) -> None:
        """Take note that another film was shown than the one that is held."""
        made = digest(self._book.key, self._field, film)
        shown = frozenset(self._marks[one.slot][one.option] for one in film)
        self._book.correct(self._entry, made, shown)

    def end(self, outcome: Outcome) -> None:
        """Write down what is to be remembered."""
        self._book.end(self._entry, outcome)

    def _remark(self, said: str) -> None:
        if said not in self.remarks:
            self.remarks.append(said)


def orders_of(field: Field, key: bytes) -> dict[str, tuple[int, ...]]:
    """Return the orders of groups that are drawn once, from a book's key."""
    return {
        group.id: tuple(
            int(slot) for slot in noise(key, "order", group.id).permutation(group.slots)
        )
        for group in field.groups
        if group.order == "shuffle-once"
    }


@lru_cache(maxsize=4)
def _shown(
    field: Field, turn: int, orders: tuple[tuple[str, tuple[int, ...]], ...]
) -> tuple[tuple[bool, ...], ...]:
    """Return which takes of slots that are drawn some film shows."""
    found = reachable(space(field, Conditions(turn=turn, orders=dict(orders))))
    return tuple(
        tuple(bool(can) and slot.policy == "shuffle" for can in row)
        for slot, row in zip(field.slots, found, strict=True)
    )


@lru_cache(maxsize=4)
def _barred(
    field: Field, turn: int, orders: tuple[tuple[str, tuple[int, ...]], ...]
) -> set[Pair]:
    """Return the takes found to be in no film that keeps the rules, to be added to."""
    return set()


@lru_cache(maxsize=4)
def _cover(
    field: Field, turn: int, orders: tuple[tuple[str, tuple[int, ...]], ...]
) -> Cover:
    return Cover(field, Conditions(turn=turn, orders=dict(orders)))
