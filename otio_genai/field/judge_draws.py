"""What is estimated from draws: what films share, how long they last, which hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from otio_genai.field.drawing import Space, draw_many
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing.rules import Rules

__all__ = ["Drawn", "draw", "ruled", "shared"]


# Half the width of an interval that holds the truth 19 times in 20.
_SURE = 1.96


@dataclass(frozen=True, slots=True)
class Drawn:
    """What some films drawn from a field tell of all."""

    accepted: float
    "Share of films that keep the rules of whole films."
    accepted_between: tuple[float, float]
    "Where that share lies, 19 times in 20; it is known where there is no such rule."
    broken: tuple[tuple[str, int], ...]
    "Rules of whole films, and how many films broke each first, the most first."
    takes: frozenset[tuple[int, int]]
    "(slot, option) of all shots of the films that keep these rules."
    near_frames: tuple[int, ...]
    "Lengths of films drawn nearest to a runtime that none of them has."
    mean_frames: Fraction
    "Mean length of these, in record frames; of all where none does."
    overlap: float
    "Share of its takes that a film has in common with another."
    overlap_between: tuple[float, float]
    "Where that share lies, 19 times in 20."
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
    said = [rules.broken(film) for film in films]
    kept = [film for film, wrong in zip(films, said, strict=True) if wrong is None]
    shown = kept or films
    lengths = [sum(shot.frames for shot in film) for film in shown]
    slots: dict[int, Counter[int]] = {}
    for film in shown:
        for shot in film:
            slots.setdefault(shot.slot, Counter())[shot.option] += 1
    overlap, between = _overlap(
        [frozenset(_content(field, shot) for shot in film) for film in shown]
    )
    share = len(kept) / len(films)
    return Drawn(
        accepted=share,
        accepted_between=_share(len(kept), len(films)) if ruled(field) else (1.0, 1.0),
        broken=tuple(Counter(wrong for wrong in said if wrong).most_common()),
        takes=frozenset((one.slot, one.option) for film in kept for one in film),
        near_frames=() if kept else _near(field, films),
        mean_frames=Fraction(sum(lengths), len(lengths)),
        overlap=overlap,
        overlap_between=between,
        by_slot=tuple(
            (slot, shared(list(slots[slot].values()))) for slot in sorted(slots)
        ),
    )


def _near(field: Field, films: Sequence[Sequence[Chosen]]) -> tuple[int, ...]:
    """Return the longest length below the runtime asked for, and the least above."""
    low, high = field.runtime.shortest, field.runtime.longest
    lengths = {sum(shot.frames for shot in film) for film in films}
    below = [n for n in lengths if low is not None and n < low]
    above = [n for n in lengths if high is not None and n > high]
    if len(below) + len(above) < len(lengths):
        return ()
    return (*([max(below)] if below else ()), *([min(above)] if above else ()))


def ruled(field: Field) -> bool:
    """Tell whether the field has a rule that only a whole film can break."""
    runtime = field.runtime
    asked = (runtime.shortest, runtime.longest) != (None, None)
    return asked or bool(field.audio.voices)


def _share(hits: int, count: int) -> tuple[float, float]:
    """Return Wilson's interval of a share, which holds at 0 and 1, too."""
    square = _SURE**2
    middle = (hits + square / 2) / (count + square)
    spread = hits * (count - hits) / count + square / 4
    half = _SURE * math.sqrt(spread) / (count + square)
    low = max(0.0, middle - half) if hits else 0.0
    return low, min(1.0, middle + half) if hits < count else 1.0


def _overlap(films: Sequence[frozenset[str]]) -> tuple[float, tuple[float, float]]:
    """Return what share of its takes a film has in common with another, and how sure.

    Each film's mean with all others is one draw of it; they vary twice as much
    together as alone, since each pair counts for two films.
    """
    count = len(films)
    if count < 2:
        return 1.0, (0.0, 1.0)
    often = Counter(content for film in films for content in film)
    mean_takes = sum(often.values()) / count
    each = [
        sum(often[one] - 1 for one in film) / (count - 1) / mean_takes for film in films
    ]
    mean = sum(each) / count
    half = 2 * _SURE * float(np.std(each, ddof=1)) / math.sqrt(count)
    return mean, (max(0.0, mean - half), min(1.0, mean + half))


def _content(field: Field, shot: Chosen) -> str:
    return field.slots[shot.slot].options[shot.option].content


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
