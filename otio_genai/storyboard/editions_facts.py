"""What films of a field have in common, and what each has alone."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import opentimelineio as otio

from otio_genai.field.drawing import join_score
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise import span_of
from otio_genai.storyboard.joins import find_joins

__all__ = ["Edition", "Facts", "compare", "letter"]

#: A slot, and one of its options.
Take = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edition:
    """One film of a field, and what it is called on a sheet."""

    label: str
    "Its number or its seed."
    film: tuple[Chosen, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of one film among others."""

    edition: Edition
    frames: int
    "Its length in record frames."
    match: float | None
    "Mean M of its joins that seek a match, found or not; None if none does."
    overlap: float | None
    "Share of its takes that the film before has, too; None for the first."
    alone: frozenset[Take]
    "What no other of the films shows."
    kinds: tuple[str, ...]
    "What its joins are, in order."

    @property
    def takes(self) -> frozenset[Take]:
        """What it shows."""
        return frozenset((shot.slot, shot.option) for shot in self.edition.film)


def compare(field: Field, editions: Sequence[Edition]) -> list[Facts]:
    """Return what is said of each of some films of a field, in their order."""
    contents = [_contents(field, edition) for edition in editions]
    often = Counter(content for shown in contents for content in shown)
    found = []
    for at, (edition, shown) in enumerate(zip(editions, contents, strict=True)):
        film = edition.film
        kinds = tuple(join.kind for join in find_joins(_pictures(field, film)))
        scores = [
            join_score(field, before, after)
            for before, after in zip(film, film[1:], strict=False)
            if field.slots[after.slot].kind == "match"
        ]
        alone = [
            (shot.slot, shot.option)
            for shot in film
            if len(editions) > 1 and often[_content(field, shot)] == 1
        ]
        before = contents[at - 1] if at else None
        found.append(
            Facts(
                edition=edition,
                frames=sum(shot.frames for shot in film),
                match=sum(scores) / len(scores) if scores else None,
                overlap=None if before is None else len(shown & before) / len(shown),
                alone=frozenset(alone),
                kinds=kinds,
            )
        )
    return found


def _pictures(field: Field, film: Sequence[Chosen]) -> otio.schema.Timeline:
    return span_of(field, film, 0, len(film))


def _content(field: Field, shot: Chosen) -> str:
    return field.slots[shot.slot].options[shot.option].content


def _contents(field: Field, edition: Edition) -> frozenset[str]:
    return frozenset(_content(field, shot) for shot in edition.film)


def letter(option: int) -> str:
    """Return the letter a take is called by: a to z, then aa and on.

    Examples
    --------
    >>> letter(0), letter(25), letter(26)
    ('a', 'z', 'aa')
    """
    name, rest = "", option + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        name = string.ascii_lowercase[place] + name
    return name
