"""Forward through a field: a film, decided cut by cut.

Each decision is drawn in proportion to all that can follow it, so the film as a whole
is an exact draw although no more of it exists than what is decided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.apart import Apart
from otio_genai.field.drawing.filter import NOWHERE
from otio_genai.field.drawing.route import END, Step
from otio_genai.field.drawing.space import Space
from otio_genai.field.model import Chosen

__all__ = ["Chance", "Drawing"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a take comes next."""

    slot: int
    "The number of slots for the film's end."
    option: int
    "0 for the end."
    probability: float


class Drawing:
    """A film being drawn.

    Parameters
    ----------
    space
        The films it is one of.
    """

    def __init__(self, space: Space) -> None:
        self._space, self._seen = space, space.seen
        self._decided: list[Chosen] = []
        self._begin()

    def _begin(self) -> None:
        self._node, self._option, self._b = END, 0, 0
        self._left = len(self._seen.ending) - 1
        self._tick = 0
        self._over = False
        self._apart = None if self._space.exact else Apart(self._seen)
        self._barred: set[tuple[int, int]] = set()
        self._stale = False

    @property
    def decided(self) -> tuple[Chosen, ...]:
        """What is decided so far."""
        return tuple(self._decided)

    @property
    def over(self) -> bool:
        """Whether the end is decided."""
        return self._over

    def copy(self) -> Drawing:
        """Return another drawing that begins as this one."""
        made = Drawing.__new__(Drawing)
        made._space, made._seen = self._space, self._seen
        made._decided = list(self._decided)
        made._node, made._option, made._b = self._node, self._option, self._b
        made._left, made._tick, made._over = self._left, self._tick, self._over
        made._apart = None if self._apart is None else self._apart.copy()
        made._barred, made._stale = set(self._barred), self._stale
        return made

    def look(self, space: Space) -> None:
        """Go on by other conditions; what is decided stays, whatever they say.

        Raises
        ------
        FieldError
            The new space has no place for what is decided. Nothing has changed then.
        """
        made = Drawing(space)
        for chosen in self._decided:
            made.take(chosen)
        made._over = self._over
        for name, value in vars(made).items():
            setattr(self, name, value)

    def chances(self) -> list[Chance]:
        """Return what may come next, likeliest first; empty after the end."""
        if self._over:
            return []
        found: list[Chance] = []
        if self._apart is not None:
            self._bar()
        parts = self._parts()
        total = sum(float(part.sum()) for _, part in parts)
        for to, part in parts:
            if to == END:
                number = len(self._space.field.slots)
                found.append(Chance(number, 0, float(part.sum()) / total))
                continue
            slot = self._seen.route.nodes[to].slot
            shape = self._seen.fits[slot].shape[:2]
            for option, chance in enumerate(part.reshape(shape).sum(axis=1)):
                if chance > 0:
                    found.append(Chance(slot, option, float(chance) / total))
        return sorted(found, key=lambda c: (-c.probability, c.slot, c.option))

    def next(self, rng: Generator) -> Chosen | None:
        """Decide the next shot; None when the film is over.

        Raises
        ------
        FieldError
            No film goes on like this one.
        """
        if self._over:
            return None
        while True:
            to, place = self._drawn(rng)
            if to == END:
                self._over = True
                return None
            slot = self._seen.route.nodes[to].slot
            option, a = divmod(place, self._seen.fits[slot].shape[1])
            if self._apart is None or self._apart.leaves(to, option):
                break
            self._barred.add((to, option))
        b = self._out(to, option, a, rng)
        return self._decide(to, option, a, b)

    def finish(self, rng: Generator) -> tuple[Chosen, ...]:
        """Decide all the rest, and return the whole film."""
        while self.next(rng) is not None:
            pass
        return self.decided

    def take(self, chosen: Chosen) -> None:
        """Decide the next shot oneself.

        It need not be one that would be drawn, but the field must know a way there. A
        length that lies between those that are drawn from counts as the nearest.

        Raises
        ------
        FieldError
            The field knows none.
        """
        for step in self._steps():
            if step.to != END and self._seen.route.nodes[step.to].slot == chosen.slot:
                self._decide(step.to, chosen.option, *self._way(chosen), chosen)
                return
        raise FieldError(
            f"Slot {chosen.slot} cannot come after "
            f"{self._decided[-1] if self._decided else 'the start'}.",
            remedy="Choose one of the takes that may come next.",
        )

    def _way(self, chosen: Chosen) -> tuple[int, int]:
        slot = self._seen.ways[chosen.slot]
        if 0 <= chosen.option < len(slot.ins):
            found = np.flatnonzero(slot.ins[chosen.option] == chosen.way)
            if chosen.way >= 0 and len(found):
                a = int(found[0])
                fits = slot.fits[chosen.option, a] > 0
                apart = np.abs(slot.frames[chosen.option, a] - chosen.frames)
                if fits.any():
                    return a, int(
                        np.where(fits, apart, np.iinfo(np.int64).max).argmin()
                    )
        raise FieldError(
            f"{chosen} is no way of filling its slot.",
            remedy="Choose one of the takes that may come next.",
        )

    def _decide(
        self, to: int, option: int, a: int, b: int, given: Chosen | None = None
    ) -> Chosen:
        number = self._seen.route.nodes[to].slot
        slot = self._seen.ways[number]
        ticks = int(slot.ticks[option, a, b])
        chosen = given
        if chosen is None:
            frames = int(slot.frames[option, a, b])
            if self._space.times.frames:
                frames = self._space.times.length(self._tick, ticks)
            chosen = Chosen(number, option, int(slot.ins[option, a]), frames)
        if self._space.times.counts:
            self._left -= ticks
        self._tick += ticks
        self._node, self._option, self._b = to, option, b
        self._decided.append(chosen)
        if self._apart is not None:
            self._apart.show(to, option)
            self._barred.clear()
            self._stale = True
        return chosen

    def _steps(self) -> tuple[Step, ...]:
        route = self._seen.route
        if self._node == END:
            return route.starts
        node = route.nodes[self._node]
        return node.steps[node.classes[self._option]]

    def _drawn(self, rng: Generator) -> tuple[int, int]:
        """Return the node and the in-point drawn."""
        parts = self._parts()
        if len(parts) == 1:
            return parts[0][0], _place(parts[0][1], rng)
        place = _place(np.concatenate([part for _, part in parts]), rng)
        for to, part in parts:
            if place < part.size:
                return to, place
            place -= part.size
        raise AssertionError(place)

    def _parts(self) -> list[tuple[int, Floats]]:
        """Return the weights of all in-points that may come next, by node."""
        if self._stale and self._apart is not None:
            self._seen = self._apart.ahead(self._space.seen, self._node)
            self._stale = False
        steps = self._steps()
        found = [(s, *self._reached(s.to)) for s in steps if s.weight > 0]
        if self._seen.resting is not None:
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
                place=f"after {len(self._decided)} shots",
                remedy="Ask for fewer takes to be shown or left out.",
            )
        return parts

    def _reached(self, to: int) -> tuple[float, Floats, int]:
        """Return logarithm, weights and grade of what a step leads to."""
        seen, left = self._seen, self._left
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
        seen, ahead = self._seen, self._seen.ahead[to]
        slot = seen.route.nodes[to].slot
        fits = seen.fits[slot][option, a]
        outs = len(fits)
        columns = slice(option * outs, option * outs + outs)
        if not self._space.times.counts:
            later = ahead.out[0, columns]
            grades = None if ahead.grade_out is None else ahead.grade_out[0, columns]
        else:
            rows = self._left - seen.ways[slot].ticks[option, a] - ahead.band.out_low
            inside = (rows >= 0) & (rows < ahead.band.outs)
            rows = np.where(inside, rows, 0)
            ends = np.arange(columns.start, columns.stop)
            logs = np.where(inside & (fits > 0), ahead.log_out[rows], -np.inf)
            scale = np.exp(logs - logs.max()) if logs.max() > -np.inf else 0.0 * fits
            later = ahead.out[rows, ends] * scale
            grades = None if ahead.grade_out is None else ahead.grade_out[rows, ends]
        weight = fits * later
        if grades is not None:
            grades = np.where(weight > 0, grades, NOWHERE)
            weight = np.where(grades == grades.min(), weight, 0.0)
        return _place(weight, rng)

    def _bar(self) -> None:
        """Leave out whatever would leave too few takes for later."""
        assert self._apart is not None  # noqa: S101  # asked only where it is not
        for to, part in self._parts():
            if to == END:
                continue
            shape = self._seen.fits[self._seen.route.nodes[to].slot].shape[:2]
            for option in np.flatnonzero(part.reshape(shape).any(axis=1)):
                if not self._apart.leaves(to, int(option)):
                    self._barred.add((to, int(option)))


def _place(weights: Floats, rng: Generator) -> int:
    """Return an index in proportion to its weight; one of weight 0 never."""
    sums = weights.cumsum()
    place = int(sums.searchsorted(rng.random() * sums[-1], side="right"))
    return place if place < len(sums) else int(np.flatnonzero(weights)[-1])
