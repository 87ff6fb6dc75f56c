"""Where a film being drawn stands, and what may follow."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.apart import Apart
from otio_genai.field.drawing.filter import NOWHERE
from otio_genai.field.drawing.route import END, Step
from otio_genai.field.drawing.space import Space
from otio_genai.field.model import Chosen

__all__ = ["Forward"]

Floats = NDArray[np.float64]


class Forward:
    """The point that a film has come to.

    Parameters
    ----------
    space
        The films it is one of.
    """

    def __init__(self, space: Space) -> None:
        self._space, self.seen = space, space.seen
        self._node, self._option, self._b = END, 0, 0
        self._left = len(space.seen.ending) - 1
        self._tick = 0
        self._apart = None if space.exact else Apart(space.seen)
        self._barred: set[tuple[int, int]] = set()
        self._stale = False

    def copy(self) -> Forward:
        """Return another at the same point."""
        made = Forward.__new__(Forward)
        for name, value in vars(self).items():
            setattr(made, name, value)
        made._barred = set(self._barred)
        made._apart = None if self._apart is None else self._apart.copy()
        return made

    def steps(self) -> tuple[Step, ...]:
        """Return the ways on."""
        route = self.seen.route
        if self._node == END:
            return route.starts
        node = route.nodes[self._node]
        return node.steps[node.classes[self._option]]

    def drawn(self, rng: Generator) -> tuple[int, int, int, int] | None:
        """Return node, option, in-point and out-point drawn; None for the end.

        Raises
        ------
        FieldError
            Nothing may follow.
        """
        while True:
            to, place = self._drawn(rng)
            if to == END:
                return None
            slot = self.seen.route.nodes[to].slot
            option, a = divmod(place, self.seen.fits[slot].shape[1])
            if self._apart is None or self._apart.leaves(to, option):
                return to, option, a, self._out(to, option, a, rng)
            self._barred.add((to, option))

    def decide(
        self, to: int, option: int, a: int, b: int, given: Chosen | None = None
    ) -> Chosen:
        """Go on by one shot, and return it."""
        number = self.seen.route.nodes[to].slot
        slot, times = self.seen.ways[number], self._space.times
        ticks = int(slot.ticks[option, a, b])
        chosen = given
        if chosen is None:
            frames = int(slot.frames[option, a, b])
            if times.frames:
                frames = times.length(self._tick, ticks)
            chosen = Chosen(number, option, int(slot.ins[option, a]), frames)
        if times.counts:
            self._left -= ticks
        self._tick += ticks
        self._node, self._option, self._b = to, option, b
        if self._apart is not None:
            self._apart.show(to, option)
            self._barred.clear()
            self._stale = True
        return chosen

    def bar(self) -> None:
        """Leave out whatever would leave too few takes for later."""
        if self._apart is None:
            return
        for to, part in self.parts():
            if to == END:
                continue
            shape = self.seen.fits[self.seen.route.nodes[to].slot].shape[:2]
            for option in np.flatnonzero(part.reshape(shape).any(axis=1)):
                if not self._apart.leaves(to, int(option)):
                    self._barred.add((to, int(option)))

    def parts(self) -> list[tuple[int, Floats]]:
        """Return the weights of all in-points that may come next, by node.

        Raises
        ------
        FieldError
            There are none.
        """
        if self._stale and self._apart is not None:
            self.seen = self._apart.ahead(self._space.seen, self._node)
            self._stale = False
        found = [(s, *self._reached(s.to)) for s in self.steps() if s.weight > 0]
        if self.seen.resting is not None:
            least = min((grade for *_, grade in found), default=NOWHERE)
            found = [one for one in found if one[3] == least < NOWHERE]
        if len(found) > 1:
            top = max(log + math.log(s.weight) for s, log, _, _ in found)
            parts = [
                (s.to, value * (s.weight * math.exp(log - top)))
                for s, log, value, _ in found
                if log > -math.inf
            ]
        else:
            parts = [(s.to, value) for s, _, value, _ in found]
        if not any(part.any() for _, part in parts):
            raise FieldError(
                "No film goes on like this one.",
                remedy="Take back pins and bans, or let more takes be shown.",
            )
        return parts

    def _drawn(self, rng: Generator) -> tuple[int, int]:
        """Return the node and the in-point drawn."""
        parts = self.parts()
        if len(parts) == 1:
            return parts[0][0], _place(parts[0][1], rng)
        place = _place(np.concatenate([part for _, part in parts]), rng)
        for to, part in parts:
            if place < part.size:
                return to, place
            place -= part.size
        raise AssertionError(place)

    def _reached(self, to: int) -> tuple[float, Floats, int]:
        """Return logarithm, weights and grade of what a step leads to."""
        seen, left = self.seen, self._left
        if to == END:
            weight = seen.ending[left] if 0 <= left < len(seen.ending) else 0.0
            none = weight <= 0
            return (-math.inf if none else 0.0), np.full(1, weight), NOWHERE * none
        ahead = seen.ahead[to]
        row = left - ahead.band.low
        if not 0 <= row < ahead.band.ins:
            return -math.inf, np.zeros(ahead.into.shape[1]), NOWHERE
        value = ahead.into[row]
        if self._node != END:
            nodes = seen.route.nodes
            before = nodes[self._node].slot
            line = self._option * seen.fits[before].shape[2] + self._b
            value = value * seen.joins(before, nodes[to].slot)[line]
        if self._barred:
            ins = seen.fits[seen.route.nodes[to].slot].shape[1]
            value = value.copy()
            for number, option in self._barred:
                if number == to:
                    value[option * ins : option * ins + ins] = 0
        log = float(ahead.log_in[row])
        if ahead.grade_in is None:
            return log, value, 0
        grades = np.where(value > 0, ahead.grade_in[row], NOWHERE)
        least = int(grades.min())
        return log, np.where(grades == least, value, 0.0), least

    def _out(self, to: int, option: int, a: int, rng: Generator) -> int:
        """Return the out-point drawn for an in-point."""
        seen, ahead = self.seen, self.seen.ahead[to]
        slot = seen.route.nodes[to].slot
        fits = seen.fits[slot][option, a]
        first, outs = option * len(fits), len(fits)
        if not self._space.times.counts:
            columns = slice(first, first + outs)
            later = ahead.out[0, columns]
            grades = None if ahead.grade_out is None else ahead.grade_out[0, columns]
        else:
            rows = self._left - seen.ways[slot].ticks[option, a] - ahead.band.out_low
            inside = (rows >= 0) & (rows < ahead.band.outs) & (fits > 0)
            rows = np.where(inside, rows, 0)
            ends = np.arange(first, first + outs)
            logs = np.where(inside, ahead.log_out[rows], -np.inf)
            later = ahead.out[rows, ends] * np.exp(logs - logs.max())
            grades = None if ahead.grade_out is None else ahead.grade_out[rows, ends]
        weight = fits * later
        if grades is not None:
            grades = np.where(weight > 0, grades, NOWHERE)
            weight = np.where(grades == grades.min(), weight, 0.0)
        return _place(weight, rng)


def _place(weights: Floats, rng: Generator) -> int:
    """Return an index in proportion to its weight; one of weight 0 never."""
    sums = weights.cumsum(dtype=np.float64)
    place = int(sums.searchsorted(rng.random() * sums[-1], side="right"))
    return place if place < len(sums) else int(np.flatnonzero(weights)[-1])
