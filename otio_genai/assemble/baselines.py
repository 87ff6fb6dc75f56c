"""What the same slots give when takes are laid into them without thought.

Conventions
    A baseline fills the slots of a film with other takes, keeps the planned kind of
    every join, and is scored as the film is. Its in-points are the best there are for
    its order, found exactly, unless nobody looks at pictures at all (``beat_only``).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.match import scores
from otio_genai.assemble.planning.openings import Openings, openings
from otio_genai.assemble.planning.tables import Material

__all__ = [
    "Means",
    "Slotted",
    "beat_only",
    "file_order",
    "means",
    "shuffled",
    "trimmed",
]


@dataclass(frozen=True, slots=True)
class Slotted:
    """The slots of a film."""

    pool: Sequence[Material]
    lengths: Sequence[int]
    "Record frames of each slot."
    kinds: Sequence[str]
    "Planned kind of each join, one fewer."
    aim: float = 1.0
    "Score that joins which are not dry aim at: 1 less the style's dissonance."


@dataclass(frozen=True, slots=True)
class Means:
    """Mean score of the joins that are to match, and of the dry ones; None for none."""

    flow: float | None
    dry: float | None


def means(values: Sequence[float], kinds: Sequence[str]) -> Means:
    """Return the mean scores of joins by what they were planned as.

    Transitions are left out: a carry may join anything.
    """
    pairs = list(zip(values, kinds, strict=True))
    sides = []
    for wanted in ("match", "dry"):
        chosen = [value for value, kind in pairs if kind == wanted]
        sides.append(round(float(np.mean(chosen)), 3) if chosen else None)
    return Means(*sides)


def file_order(slotted: Slotted) -> Means:
    """Return the scores of takes in the order of their names."""
    return _laid(slotted, np.arange(len(slotted.pool)))


def shuffled(slotted: Slotted, seeds: int) -> Means:
    """Return the mean scores of takes in ``seeds`` random orders."""
    rng = np.random.default_rng(0)
    found = [_laid(slotted, rng.permutation(len(slotted.pool))) for _ in range(seeds)]
    return Means(_mean([one.flow for one in found]), _mean([one.dry for one in found]))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 3) if known else None


def beat_only(slotted: Slotted) -> Means:
    """Return the scores of takes in file order, each from its first usable frame.

    What a beat tracker and a folder give: cuts where ours are, pictures unseen.
    """
    return _scored(slotted, _opened(slotted, np.arange(len(slotted.pool))), None)


def _laid(slotted: Slotted, order: NDArray[np.intp]) -> Means:
    opened = _opened(slotted, order)
    return _scored(slotted, opened, trimmed(opened, slotted.kinds, slotted.aim))


def _opened(slotted: Slotted, order: NDArray[np.intp]) -> list[Openings]:
    takes = [
        slotted.pool[int(order[slot % len(order)])]
        for slot in range(len(slotted.lengths))
    ]
    return [
        openings(take, min(frames, take.usable_frames))
        for take, frames in zip(takes, slotted.lengths, strict=True)
    ]


def _scored(
    slotted: Slotted, opened: Sequence[Openings], picks: Sequence[int] | None
) -> Means:
    chosen = picks if picks is not None else [0] * len(opened)
    values = [
        float(scores(before.exits[i : i + 1], after.entries[k : k + 1])[0, 0])
        for (before, i), (after, k) in itertools.pairwise(
            zip(opened, chosen, strict=True)
        )
    ]
    return means(values, slotted.kinds)


def trimmed(
    opened: Sequence[Openings], kinds: Sequence[str], aim: float = 1.0
) -> list[int]:
    """Return the best way of each slot, exactly (Viterbi over in-points).

    Parameters
    ----------
    opened
        The ways to fill each slot.
    kinds
        The planned joins between them, one fewer; ``dry`` seeks contrast.
    aim
        Score that every other kind seeks.
    """
    value = np.zeros(len(opened[0].ways))
    came: list[NDArray[np.intp]] = []
    for before, after, kind in zip(opened, opened[1:], kinds, strict=False):
        table = scores(before.exits, after.entries)
        cost = value[:, None] + (table if kind == "dry" else np.abs(table - aim))
        came.append(np.argmin(cost, axis=0))
        value = cost.min(axis=0)
    path = [int(np.argmin(value))]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]
