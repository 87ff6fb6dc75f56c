"""How many films a field holds, exactly, and which of them is number n.

Method
    The recursion of `otio_genai.field.drawing.filter` with one for every weight that is
    not zero, in whole numbers. Films are in the order of the ways on, of takes,
    in-points and out-points; the number of a film is how many come before it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing import digits
from otio_genai.field.drawing.digits import Digits
from otio_genai.field.drawing.route import END, Step
from otio_genai.field.drawing.space import Space
from otio_genai.field.model import Chosen

__all__ = ["Counted", "counted"]

Floats = NDArray[np.float64]

#: Bytes that exact counts of one field may take.
_MOST_BYTES = 2**31


class Counted:
    """A field's films, counted from its end.

    Parameters
    ----------
    space
        The films.
    into
        Films from each in-point of each node on, shape (T, K A, length).
    out
        Films after each out-point, shape (U, K B, length).
    """

    def __init__(
        self, space: Space, into: Sequence[Digits], out: Sequence[Digits]
    ) -> None:
        self._space, self._seen = space, space.seen
        self._into, self._out = into, out
        self._known: dict[tuple[bool, int, int], list[int]] = {}
        self._sums: dict[tuple[int, int], list[int]] = {}
        left = len(space.seen.ending) - 1
        self.films = sum(
            self._all(step, None, 0, left)[-1] for step in space.seen.route.starts
        )
        "How many there are."

    def film(self, number: int) -> tuple[Chosen, ...]:
        """Return film ``number``.

        Raises
        ------
        FieldError
            There are fewer.
        """
        if not 0 <= number < self.films:
            raise FieldError(
                f"There is no film {number}.",
                remedy=f"Ask for 0 to {self.films - 1}.",
            )
        seen, times = self._seen, self._space.times
        found: list[Chosen] = []
        steps, before, line = seen.route.starts, None, 0
        left, tick = len(seen.ending) - 1, 0
        while True:
            for step in steps:
                sums = self._all(step, before, line, left)
                if number < sums[-1]:
                    break
                number -= sums[-1]
            if step.to == END:
                return tuple(found)
            place = bisect_right(sums, number)
            number -= sums[place - 1] if place else 0
            node = seen.route.nodes[step.to]
            ways = seen.ways[node.slot]
            option, a = divmod(place, ways.shape[1])
            ends = self._ends(step.to, option, a, left)
            b = bisect_right(ends, number)
            number -= ends[b - 1] if b else 0
            ticks = int(ways.ticks[option, a, b])
            frames = int(ways.frames[option, a, b])
            if times.frames:
                frames = times.length(tick, ticks)
            found.append(Chosen(node.slot, option, int(ways.ins[option, a]), frames))
            left, tick = left - ticks * times.counts, tick + ticks
            steps = node.steps[node.classes[option]]
            before, line = node.slot, option * ways.shape[2] + b

    def number(self, film: Sequence[Chosen]) -> int:
        """Return the number of a film.

        Raises
        ------
        FieldError
            It is none of them.
        """
        seen, times, found = self._seen, self._space.times, 0
        steps, before, line = seen.route.starts, None, 0
        left, tick = len(seen.ending) - 1, 0
        for shot in [*film, None]:
            to = None
            for step in steps:
                sums = self._all(step, before, line, left)
                slot = END if step.to == END else seen.route.nodes[step.to].slot
                if slot == (END if shot is None else shot.slot):
                    to = step.to
                    break
                found += sums[-1]
            if to is None or (shot is None and not sums[-1]):
                raise _foreign(film)
            if shot is None:
                return found
            option, a, b = self._place(shot, tick)
            ways, node = seen.ways[shot.slot], seen.route.nodes[to]
            place = option * ways.shape[1] + a
            earlier = sums[place - 1] if place else 0
            if sums[place] == earlier:
                raise _foreign(film)
            ends = self._ends(to, option, a, left)
            first = ends[b - 1] if b else 0
            if ends[b] == first:
                raise _foreign(film)
            found += earlier + first
            ticks = int(ways.ticks[option, a, b])
            left, tick = left - ticks * times.counts, tick + ticks
            steps = node.steps[node.classes[option]]
            before, line = shot.slot, option * ways.shape[2] + b
        raise AssertionError(film)

    def _place(self, shot: Chosen, tick: int) -> tuple[int, int, int]:
        ways, times = self._seen.ways[shot.slot], self._space.times
        if 0 <= shot.option < len(ways.ins) and shot.way >= 0:
            for a in np.flatnonzero(ways.ins[shot.option] == shot.way):
                for b in np.flatnonzero(ways.fits[shot.option, a] > 0):
                    frames = int(ways.frames[shot.option, a, b])
                    if times.frames:
                        ticks = int(ways.ticks[shot.option, a, b])
                        frames = times.length(tick, ticks)
                    if frames == shot.frames:
                        return shot.option, int(a), int(b)
        raise _foreign((shot,))

    def _all(self, step: Step, before: int | None, line: int, left: int) -> list[int]:
        """Return how many films there are up to each in-point that a step leads to."""
        seen = self._seen
        if step.weight <= 0:
            return [0]
        if step.to == END:
            return [int(0 <= left < len(seen.ending) and seen.ending[left] > 0)]
        row = seen.ahead[step.to].band.row(left)
        if row is None:
            return [0]
        after = seen.route.nodes[step.to].slot
        if before is not None:
            table = seen.joins(before, after)
            allowed = table[line] > 0
            if not allowed.all():
                each = self._integers(True, step.to, row)
                pairs = zip(each, allowed.tolist(), strict=True)
                return list(accumulate(n if ok else 0 for n, ok in pairs))
        if (step.to, row) not in self._sums:
            each = self._integers(True, step.to, row)
            self._sums[step.to, row] = list(accumulate(each))
        return self._sums[step.to, row]

    def _ends(self, number: int, option: int, a: int, left: int) -> list[int]:
        """Return how many films there are up to each out-point of an in-point."""
        seen, band = self._seen, self._seen.ahead[number].band
        slot = seen.route.nodes[number].slot
        fits = seen.fits[slot][option, a]
        ticks = seen.ways[slot].ticks[option, a] * self._space.times.counts
        first, found = option * len(fits), []
        for b in range(len(fits)):
            row = left - int(ticks[b]) - band.out_low
            inside = fits[b] > 0 and 0 <= row < band.outs
            each = self._integers(False, number, row)[first + b] if inside else 0
            found.append(each)
        return list(accumulate(found))

    def _integers(self, into: bool, number: int, row: int) -> list[int]:
        key = (into, number, row)
        if key not in self._known:
            held = (self._into if into else self._out)[number][row]
            self._known[key] = digits.integers(held)
        return self._known[key]


def counted(space: Space) -> Counted:
    """Return the films of a space, counted: each as one, whatever it weighs.

    Parameters
    ----------
    space
        The films. What should rest counts as well.

    Raises
    ------
    FieldError
        Takes lie in so many slots that films without repeats cannot be counted, or the
        counts would not fit into memory.
    """
    if not space.exact:
        raise FieldError(
            "The films of this field cannot be counted: too many takes lie in several "
            "slots.",
            remedy="Count with repeats, which is a bound, or share fewer takes.",
        )
    seen = space.seen
    into: list[Digits] = [np.zeros(0)] * len(seen.route.nodes)
    out: list[Digits] = [np.zeros(0)] * len(seen.route.nodes)
    size = 0
    for number in reversed(range(len(seen.route.nodes))):
        after = _after(space, number, into)
        out[number] = digits.packed(after)
        into[number] = digits.packed(_through(space, number, after))
        size += into[number].nbytes + out[number].nbytes
        if size > _MOST_BYTES:
            raise FieldError(
                "This field is too large to be counted exactly with its clock.",
                remedy="Draw from it without numbers, or set fewer ticks a second.",
            )
    return Counted(space, into, out)


def _after(space: Space, number: int, into: Sequence[Digits]) -> Floats:
    """Return how many films follow each out-point, shape (U, K B, length)."""
    seen, node = space.seen, space.seen.route.nodes[number]
    band = seen.ahead[number].band
    takes, _, outs = seen.ways[node.slot].shape
    found = np.zeros((band.outs, takes * outs, 1))
    for which, steps in enumerate(node.steps):
        mine = np.repeat((node.classes == which) & node.allowed, outs)
        for step in steps:
            if step.weight <= 0 or not mine.any():
                continue
            if step.to == END:
                ends = seen.ending[band.out_low : band.out_low + band.outs] > 0
                found[: len(ends), mine, 0] += ends[:, None]
                continue
            there = seen.ahead[step.to].band
            low = max(band.out_low, there.low)
            high = min(band.out_low + band.outs, there.low + there.ins)
            if low >= high:
                continue
            part = into[step.to][low - there.low : high - there.low].astype(float)
            table = seen.joins(node.slot, seen.route.nodes[step.to].slot) > 0
            value = _over(table[mine], part)
            found = digits.widened(found, value.shape[-1])
            rows = slice(low - band.out_low, high - band.out_low)
            found[rows, mine, : value.shape[-1]] += value
    return digits.carried(found)


def _over(table: NDArray[np.bool_], part: Floats) -> Floats:
    if table.all():
        value = np.repeat(part.sum(axis=1, keepdims=True), len(table), axis=1)
    else:
        value = table.astype(float) @ part
    return digits.carried(value)


def _through(space: Space, number: int, after: Floats) -> Floats:
    """Return how many films there are from each in-point on, shape (T, K A, length)."""
    seen, node = space.seen, space.seen.route.nodes[number]
    band, ways = seen.ahead[number].band, seen.ways[node.slot]
    takes, ins, outs = ways.shape
    may = node.allowed & (not band.void) & (seen.weights[node.slot] > 0)
    fits = (seen.fits[node.slot] > 0) & may[:, None, None]
    length = after.shape[-1]
    found = np.zeros((band.ins, takes, ins, length))
    later = after.reshape(band.outs, takes, outs, length)
    for ticks in np.unique(ways.ticks[fits]) if space.times.counts else [0]:
        way = fits & (ways.ticks == ticks) if space.times.counts else fits
        for row in range(band.ins):
            to = row + band.low - int(ticks) - band.out_low
            if 0 <= to < band.outs:
                found[row] += way.astype(float) @ later[to]
    return digits.carried(found.reshape(band.ins, takes * ins, length))


def _foreign(film: Sequence[Chosen]) -> FieldError:
    return FieldError(
        "This film is none of the field's.",
        remedy="Ask by the conditions it was drawn under.",
        items=[str(shot) for shot in film],
    )
