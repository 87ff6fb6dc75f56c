"""What is estimated from draws: what films share, how long they last, which hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from otio_genai.field.drawing import Space, draw_many
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.rules import Rules

__all__ = ["Drawn", "draw", "shared"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What some films drawn from a field tell of all."""

    accepted: float
    "Share of films that keep the rules of whole films."
    mean_frames: Fraction
    "Mean length of these, in record frames; of all where none does."
    overlap: float
    "Share of its takes that a film has in common with another."
    by_slot: tuple[tuple[int, float], ...]
    "How often two films that both show a slot show one take there."


def draw(field: Field, whole: Space, rng: np.random.Generator, count: int) -> Drawn:
    """Return what so many draws tell; at least two.

    Parameters
    ----------
    field
        The field.
    whole
        What is drawn from.
    rng
        Where chance comes from.
    count
        How many films are drawn.
    """
    films = [tuple(film) for film in draw_many(whole, rng, max(2, count))]
    rules = Rules(field)
    kept = [film for film in films if rules.broken(film) is None]
    lengths = [sum(shot.frames for shot in film) for film in kept or films]
    takes: Counter[str] = Counter()
    slots: dict[int, Counter[int]] = {}
    for film in kept or films:
        takes.update({_content(field, shot) for shot in film})
        for shot in film:
            slots.setdefault(shot.slot, Counter())[shot.option] += 1
    used = len(kept or films)
    mean_takes = sum(takes.values()) / used
    return Drawn(
        accepted=len(kept) / len(films),
        mean_frames=Fraction(sum(lengths), len(lengths)),
        overlap=_pairs(takes.values(), used) / mean_takes,
        by_slot=tuple(
            (slot, shared(list(slots[slot].values()))) for slot in sorted(slots)
        ),
    )


def _content(field: Field, shot: Chosen) -> str:
    return field.slots[shot.slot].options[shot.option].content


def _pairs(counts: Iterable[int], films: int) -> float:
    """Return how many takes two different ones of these films have in common."""
    if films < 2:
        return float(sum(counts))
    return sum(n * (n - 1) for n in counts) / (films * (films - 1))


def shared(counts: Sequence[int]) -> float:
    """Return how often two different draws are alike, given how often each came.

    It is Σp² without bias, which the squares of shares are not.

    Examples
    --------
    >>> shared([2, 2]), shared([4])
    (0.3333333333333333, 1.0)
    """
    total = sum(counts)
    if total < 2:
        return 1.0
    return sum(n * (n - 1) for n in counts) / (total * (total - 1))
