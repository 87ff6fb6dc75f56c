"""How well slots meet: the weight of each join of two of them.

Method
    A film is drawn many times and by many weights of its takes, none of which changes a
    table: they are made when first asked for and kept. A field that was read anew, or
    has one take more, finds the tables of all pairs of slots that are as they were, as
    long as anyone keeps them.
"""

from __future__ import annotations

import dataclasses
import hashlib
from functools import lru_cache
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.match import score
from otio_genai.assemble.planning.candidates import Take
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError
from otio_genai.field.drawing.joining import SINGLE, Rule, Table, plainly, quickly
from otio_genai.field.drawing.ways import Laid, Ways, alone, ways
from otio_genai.field.model import Chosen, Field

__all__ = ["Joins", "Table", "join_score", "joins"]

#: What decides a table: its rule, and digests of the ends of both slots.
_Key = tuple[Rule, bytes, bytes]
_KNOWN: WeakValueDictionary[_Key, Table] = WeakValueDictionary()


class Joins:
    """Tables of a field's joins, made when first asked for.

    Parameters
    ----------
    field
        Its slots, and what it says of motion and colour.
    style
        Weights of the costs, and the dissonance aimed at.
    """

    def __init__(self, field: Field, style: Style) -> None:
        self._field, self._style = field, style
        self._ways = ways(field)
        self._tables: dict[tuple[int, int], Table] = {}
        self._open: dict[tuple[int, int], NDArray[np.bool_] | None] = {}
        self._means: dict[tuple[int, int], float] = {}
        self._ends: dict[tuple[int, bool], bytes] = {}

    def __call__(self, before: int, after: int) -> Table:
        """Return the weight of each join of two slots.

        Returns
        -------
        ndarray, shape (K B of before, K A of after)
            0 where there may be none.
        """
        found = self._tables.get((before, after))
        if found is None:
            key = self._key(before, after)
            found = _KNOWN.get(key)
            if found is None:
                found = _KNOWN[key] = self._made(before, after)
            self._tables[before, after] = found
        return found

    def may(self, before: int, after: int) -> NDArray[np.bool_] | None:
        """Return which joins of two slots there may be; None if all may."""
        if (before, after) not in self._open:
            table = self(before, after) > 0
            self._open[before, after] = None if table.all() else table
        return self._open[before, after]

    def mean(self, before: int, after: int) -> float:
        """Return the mean weight of the joins of two slots, 0 if there may be none.

        That of takes drawn by their weights alone, and of ways by their liking.
        """
        if (before, after) not in self._means:
            slots, filled = self._field.slots, self._ways
            chances = alone(slots[before], filled[before])
            leaving = chances[:, None] * filled[before].fits.sum(axis=1)
            chances = alone(slots[after], filled[after])
            entering = chances[:, None] * filled[after].fits.sum(axis=2)
            table = self(before, after)
            met = leaving.ravel().astype(table.dtype) @ table
            self._means[before, after] = float(met @ entering.ravel())
        return self._means[before, after]

    def _made(self, before: int, after: int) -> Table:
        first, second = self._ways[before], self._ways[after]
        rows, columns = first.leaving[..., 0].size, second.entering[..., 0].size
        work = quickly if rows * columns > SINGLE else plainly
        return work(self._rule(after), first, second)

    def _rule(self, after: int) -> Rule:
        slot, field, style = self._field.slots[after], self._field, self._style
        if slot.kind != "match":
            # The others do not aim at any dissonance, and need not be made anew.
            style = dataclasses.replace(style, dissonance=0.0)
        return Rule(slot.kind, slot.half, style, field.motion, field.palette)

    def _key(self, before: int, after: int) -> _Key:
        """Return all that decides a table, however it came to be known."""
        ends = []
        for slot, out in ((before, True), (after, False)):
            if (slot, out) not in self._ends:
                self._ends[slot, out] = _digest(self._ways[slot], out)
            ends.append(self._ends[slot, out])
        return self._rule(after), ends[0], ends[1]


def _digest(filled: Ways, out: bool) -> bytes:
    """Return a digest of where and how the takes of a slot end, or begin."""
    held = (
        (filled.leaving, filled.exit_lab, filled.tail)
        if out
        else (filled.entering, filled.entry_lab, filled.head)
    )
    digest = hashlib.blake2b(digest_size=16)
    for part in held:
        digest.update(repr(part.shape).encode())
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.digest()


def joins(field: Field, dissonance: float | None) -> Joins:
    """Return the tables of a field, the same ones each time.

    Fields that differ in nothing that decides a join have the same ones, too.

    Parameters
    ----------
    field
        The field.
    dissonance
        What its joins aim at, 0 to 1, in whole hundredths, to which it is rounded;
        None is as its style has it.
    """
    style = field.style
    if dissonance is not None:
        aim = round(100 * dissonance) / 100
        style = dataclasses.replace(style, dissonance=aim)
    return _joins(Laid(field), style)


@lru_cache(maxsize=4)
def _joins(laid: Laid, style: Style) -> Joins:
    return Joins(laid.field, style)


def join_score(field: Field, before: Chosen, after: Chosen) -> float:
    """Return M of the join of two shots, 0 to 1 (`otio_genai.assemble.match`).

    Raises
    ------
    FieldError
        One of them is none of the field's.
    """
    leaving = _motion(field, before, before.frames)
    return score(leaving.tolist(), _motion(field, after, 0).tolist())


def _motion(field: Field, shot: Chosen, frames: int) -> NDArray[np.float64]:
    """Return the motion so far into a shot: before it at its end, else after it."""
    try:
        material = field.slots[shot.slot].options[shot.option].material
        if isinstance(material, Take) or not material.still:
            side = material.leaving if frames else material.entering  # type: ignore[union-attr]
            return np.asarray(side[shot.way + frames])
        return np.asarray(material.vectors[shot.way])
    except IndexError:
        raise FieldError(f"{shot} is no shot of this field.") from None
