"""The ways a slot can be filled, as arrays: which take, from where, to where.

Conventions
    A slot of K takes has up to A in-points and B out-points for each; arrays are padded
    to these, and ``fits[k, a, b]`` is 0 where a way is none: padding, too short, too
    long. The ways of a take share its weight, so that a take with many is drawn no
    oftener than one with few. Motion is that of
    `otio_genai.assemble.planning.candidates`, fw/s. For a still an in-point is a move
    of its camera, and an out-point a move with a length.

    With a clock a way lasts a number of ticks. How many frames these are may differ by
    one with the tick it begins on; what is weighed is the length they have on average,
    and a way fits only when it fits wherever it may begin.

Sources
    Lengths are log-normal about the style's mean shot, as those of
    `otio_genai.assemble.planning.grid`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning.grid import SPREAD
from otio_genai.errors import FieldError
from otio_genai.field.drawing.points import Points, points
from otio_genai.field.model import START, Field, Option, Slot

__all__ = ["MOST_JOINS", "Laid", "Ways", "alone", "joins_of", "ways"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Joins that the tables of one field may hold; out-points are thinned until they do.
MOST_JOINS = 2**25

_MOST_OUTS, _LEAST_OUTS = 48, 6
#: Ways that fit are never impossible, however unlike the style.
_LEAST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """How one slot can be filled."""

    weights: Floats
    "Of each take as the document has it, shape (K,)."
    contents: tuple[str, ...]
    "What the pictures of each take are known by."
    ins: Ints
    "In-point, or move, of each take, shape (K, A)."
    frames: Ints
    "Length of each way in record frames, on average, shape (K, A, B)."
    ticks: Ints
    "Its length on the clock; 0 for a field without."
    fits: Floats
    "Its share of its take, 0 where there is none; those of a take sum to 1."
    entering: Floats
    "Motion after each in-point, shape (K, A, 4)."
    leaving: Floats
    "Motion before each out-point, shape (K, B, 4)."
    entry_lab: Floats
    "Colour at the head of each take, shape (K, 3)."
    exit_lab: Floats
    "Colour at its tail, shape (K, 3)."
    head: Ints
    "Record frames of media before each in-point, shape (K, A)."
    tail: Ints
    "Record frames of media after each out-point, shape (K, B)."

    @property
    def able(self) -> NDArray[np.bool_]:
        """Which takes have a way at all, shape (K,)."""
        return np.asarray(self.fits.any(axis=(1, 2)))

    @property
    def shape(self) -> tuple[int, int, int]:
        """K, A and B."""
        takes, ins, outs = self.fits.shape
        return takes, ins, outs


class Laid:
    """A field, equal to any other that is filled and joined alike."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._key = (
            *(field.slots, field.groups, field.rate, field.clock),
            *(field.style, field.motion, field.palette),
            # Slots that films may begin with last otherwise on a clock.
            tuple(b.to for b in field.branches if b.at == START),
        )

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Laid) and self._key == other._key


def ways(field: Field) -> tuple[Ways, ...]:
    """Return how each slot of a field can be filled.

    Out-points that the document leaves open are any that give a length between the
    slot's shortest and longest: at most 48 for each take, evenly spread, fewer where
    tables of joins would hold more than `MOST_JOINS`; every in-point keeps at least
    the length nearest to the style's mean.

    Raises
    ------
    FieldError
        A slot is empty, or none of its takes has a way that fits; all are named.
    """
    return _ways(Laid(field))


@lru_cache(maxsize=4)
def _ways(laid: Laid) -> tuple[Ways, ...]:
    field = laid.field
    empty = [f"slot {slot.id} has no takes" for slot in field.slots if not slot.options]
    if empty or not field.slots:
        raise FieldError(
            "This field has nothing to draw from.",
            remedy="Give every slot at least one approved take.",
            items=empty or ["there are no slots"],
        )
    first = _firsts(field)
    most = _MOST_OUTS
    while True:
        found = tuple(
            _filled(field, slot, most, number in first, number == 0)
            for number, slot in enumerate(field.slots)
        )
        if most <= _LEAST_OUTS or joins_of(found) <= MOST_JOINS:
            return found
        most = max(_LEAST_OUTS, most // 2)


def alone(slot: Slot, filled: Ways) -> Floats:
    """Return how likely each take of a slot is by the document alone, shape (K,)."""
    weights = filled.weights.copy()
    if slot.policy == "fixed":
        weights[1:] = 0
    weights[~filled.able] = 0
    return weights / (weights.sum() or 1.0)


def joins_of(found: Sequence[Ways]) -> int:
    """Return how many joins neighbours have, which is what most tables hold."""
    sizes = [one.shape for one in found]
    return sum(
        takes * outs * more * ins
        for (takes, _, outs), (more, ins, _) in zip(sizes[:-1], sizes[1:], strict=True)
    )


def _firsts(field: Field) -> set[int]:
    """Return the slots that a film may begin with."""
    loose = {s: g.slots for g in field.groups if g.order != "fixed" for s in g.slots}
    found: set[int] = set()
    for begin in (0, *(b.to for b in field.branches if b.at == START)):
        for number, slot in enumerate(field.slots[begin:], begin):
            found.update(loose.get(number, (number,)))
            if slot.requires is None and slot.policy != "once":
                break
    return found


def _filled(field: Field, slot: Slot, most: int, first: bool, zeroth: bool) -> Ways:
    always = zeroth and not any(
        0 in group.slots and group.order != "fixed" for group in field.groups
    )
    steps = _lengths(field, slot, first, always)
    rows = [points(option, slot, steps, most, _mean(field)) for option in slot.options]
    # Where nothing fits there is still a table, of noughts.
    ins, outs = (max(len(r.ins) for r in rows), max(len(r.tail) for r in rows))
    count = len(rows), max(1, ins), max(1, outs)
    made = Ways(
        weights=np.array([option.weight for option in slot.options], float),
        contents=tuple(option.content for option in slot.options),
        ins=np.zeros(count[:2], np.int64),
        frames=np.zeros(count, np.int64),
        ticks=np.zeros(count, np.int64),
        fits=np.zeros(count),
        entering=np.zeros((*count[:2], 4)),
        leaving=np.zeros((count[0], count[2], 4)),
        entry_lab=_labs(slot.options, "entry"),
        exit_lab=_labs(slot.options, "leaving"),
        head=np.zeros(count[:2], np.int64),
        tail=np.zeros((count[0], count[2]), np.int64),
    )
    for take, row in enumerate(rows):
        _lay(made, take, row, field)
    return made


def _lay(made: Ways, take: int, row: Points, field: Field) -> None:
    ins, outs = len(row.ins), len(row.tail)
    made.ins[take, :ins] = row.ins
    # No in-point is -1, so what is padding is never taken for one.
    made.ins[take, ins:] = -1
    made.frames[take, :ins, :outs] = row.frames
    made.ticks[take, :ins, :outs] = row.ticks
    liking = np.where(row.fits, _liking(row, field), 0.0)
    made.fits[take, :ins, :outs] = liking / (liking.sum() or 1.0)
    made.entering[take, :ins] = row.entering
    made.leaving[take, :outs] = row.leaving
    made.head[take, :ins] = row.head
    made.tail[take, :outs] = row.tail


def _liking(row: Points, field: Field) -> Floats:
    """Return how readily each way is drawn, over 0."""
    style, tau = field.style, field.motion.tau
    away = np.log(np.maximum(row.frames, 1) / _mean(field)) / SPREAD
    length = np.exp(-style.weight_length * away**2 / 2)
    shaky = row.shaky_in[:, None] + row.shaky_out[None, :]
    steady = np.exp(-((style.weight_steadiness * shaky / tau) ** 2) / 2)
    return np.asarray(np.maximum(length * steady, _LEAST))


def _mean(field: Field) -> float:
    return max(1.0, field.style.mean_shot_s * float(field.rate))


def _labs(options: Sequence[Option], end: str) -> Floats:
    return np.array([getattr(o.material.colours, end) for o in options], float)


def _lengths(
    field: Field, slot: Slot, first: bool, always: bool
) -> tuple[tuple[int, int, int, int], ...] | None:
    """Return ticks, usual, least and greatest frames of each length on the clock."""
    clock = field.clock
    if clock is None:
        return None
    each = clock.rate / clock.ticks_per_s
    if each < 1:
        raise FieldError(
            "The field's clock ticks more often than there are frames.",
            remedy="Set fewer ticks a second, at most one a frame.",
        )
    found = []
    for ticks in range(1, int((slot.longest + 1) / each) + 2):
        usual = int(ticks * each + Fraction(1, 2))
        low, high = math.floor(ticks * each), math.ceil(ticks * each)
        if first:
            begun = clock.frame(ticks)
            usual = begun if always else usual
            low = begun if always else min(low, begun)
            high = begun if always else max(high, begun)
        if slot.shortest <= low and high <= slot.longest:
            found.append((ticks, usual, low, high))
    return tuple(found)
