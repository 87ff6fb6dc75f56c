"""Many films at once, node by node: what `Drawing` does, for all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from otio_genai.field.drawing.draw import Drawing
from otio_genai.field.drawing.filter import NOWHERE
from otio_genai.field.drawing.route import END, Step
from otio_genai.field.drawing.space import Space
from otio_genai.field.model import Chosen

__all__ = ["draw_many"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Weights that are drawn from together: so many stay in a processor's cache.
_TOGETHER = 2**16


def draw_many(space: Space, rng: Generator, count: int) -> list[tuple[Chosen, ...]]:
    """Return ``count`` films, each drawn for itself.

    Parameters
    ----------
    space
        The films they are of.
    rng
        Chance. The films are as likely as those of `Drawing`, not the same ones.
    count
        How many.

    Raises
    ------
    FieldError
        The space is not exact and a film came to where none goes on.
    """
    if not space.exact:
        return [Drawing(space).finish(rng) for _ in range(count)]
    width = max(ahead.into.shape[1] for ahead in space.seen.ahead)
    at_once = min(4096, max(64, _TOGETHER // width))
    found: list[tuple[Chosen, ...]] = []
    while len(found) < count:
        found += _Reel(space, rng, min(at_once, count - len(found))).films()
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Lot:
    """Films that come to one node."""

    films: Ints
    "Which."
    places: Ints
    "Option and in-point of each, as one number."


class _Reel:
    """Some films that are drawn together."""

    def __init__(self, space: Space, rng: Generator, count: int) -> None:
        self._space, self._seen, self._rng = space, space.seen, rng
        self._left = np.full(count, len(space.seen.ending) - 1)
        self._tick = np.zeros(count, np.int64)
        self._lots: dict[int, list[_Lot]] = {}
        self._films: list[list[Chosen]] = [[] for _ in range(count)]
        self._frames = np.array(space.times.frames or (0,))

    def films(self) -> list[tuple[Chosen, ...]]:
        every = np.arange(len(self._films))
        self._lead(every, self._seen.route.starts, None, every)
        for number, node in enumerate(self._seen.route.nodes):
            lots = self._lots.pop(number, [])
            if not lots:
                continue
            films = np.concatenate([lot.films for lot in lots])
            places = np.concatenate([lot.places for lot in lots])
            options, lines = self._cut(number, films, places)
            classes = node.classes[options]
            for which, steps in enumerate(node.steps):
                mine = classes == which
                if mine.any():
                    self._lead(films[mine], steps, node.slot, lines[mine])
        return [tuple(film) for film in self._films]

    def _cut(self, number: int, films: Ints, places: Ints) -> tuple[Ints, Ints]:
        """Decide where shots end; return their options and out-points."""
        seen, ahead = self._seen, self._seen.ahead[number]
        slot = seen.route.nodes[number].slot
        ways, times = seen.ways[slot], self._space.times
        _, ins, outs = ways.shape
        options, a = np.divmod(places, ins)
        fits = seen.fits[slot][options, a]
        columns = options[:, None] * outs + np.arange(outs)
        if times.counts:
            rows = self._left[films, None] - ways.ticks[options, a] - ahead.band.out_low
            inside = (rows >= 0) & (rows < ahead.band.outs) & (fits > 0)
            rows = np.where(inside, rows, 0)
            logs = np.where(inside, ahead.log_out[rows], -np.inf)
            weight = fits * ahead.out[rows, columns] * _scaled(logs)
        else:
            rows = np.zeros_like(columns)
            weight = fits * ahead.out[0, columns]
        if ahead.grade_out is not None:
            weight = _fewest(weight, ahead.grade_out[rows, columns])[0]
        b = self._drawn(weight)
        ticks = ways.ticks[options, a, b]
        frames = ways.frames[options, a, b]
        if times.frames:
            last = len(self._frames) - 1
            begun = self._tick[films]
            ended = self._frames[np.minimum(begun + ticks, last)]
            frames = ended - self._frames[np.minimum(begun, last)]
        if times.counts:
            self._left[films] -= ticks
        self._tick[films] += ticks
        shown = zip(
            films.tolist(),
            options.tolist(),
            ways.ins[options, a].tolist(),
            frames.tolist(),
            strict=True,
        )
        for film, option, way, length in shown:
            self._films[film].append(Chosen(slot, option, way, length))
        return options, options * outs + b

    def _lead(
        self, films: Ints, steps: Sequence[Step], before: int | None, lines: Ints
    ) -> None:
        """Decide what follows out-points of one slot, or the start."""
        steps = [step for step in steps if step.weight > 0]
        reached = [self._reached(step, films, before, lines) for step in steps]
        if any(step.to != END and self._graded(step) for step in steps):
            least = np.min([grade for _, _, grade in reached], axis=0)
            reached = [
                (np.where((grade == least)[:, None], value, 0.0), log, grade)
                for value, log, grade in reached
            ]
        if len(steps) == 1:
            weights = reached[0][0]
        else:
            good = [v.any(axis=1) for v, _, _ in reached]
            logs = np.array(
                [
                    np.where(ok, log + np.log(step.weight), -np.inf)
                    for ok, (_, log, _), step in zip(good, reached, steps, strict=True)
                ]
            )
            scale = _scaled(logs.T).T
            parts = zip(reached, scale, strict=True)
            weights = np.concatenate([v * s[:, None] for (v, _, _), s in parts], axis=1)
        place = self._drawn(weights)
        base = 0
        for step, (value, _, _) in zip(steps, reached, strict=True):
            mine = (place >= base) & (place < base + value.shape[1])
            if step.to != END and mine.any():
                lot = _Lot(films[mine], place[mine] - base)
                self._lots.setdefault(step.to, []).append(lot)
            base += value.shape[1]

    def _graded(self, step: Step) -> bool:
        return self._seen.ahead[step.to].grade_in is not None

    def _reached(
        self, step: Step, films: Ints, before: int | None, lines: Ints
    ) -> tuple[Floats, Floats, Ints]:
        """Return weights, logarithms and grades of what a step leads to."""
        seen, left = self._seen, self._left[films]
        if step.to == END:
            inside = (left >= 0) & (left < len(seen.ending))
            ends = np.where(inside, seen.ending[np.where(inside, left, 0)], 0.0)
            grades = np.where(ends > 0, 0, NOWHERE)
            return ends[:, None], np.zeros(len(films)), grades
        ahead = seen.ahead[step.to]
        rows = left - ahead.band.low
        inside = (rows >= 0) & (rows < ahead.band.ins)
        rows = np.where(inside, rows, 0)
        if ahead.band.ins == 1 and inside.all():
            value = np.broadcast_to(ahead.into[0], (len(films), ahead.into.shape[1]))
        else:
            value = np.where(inside[:, None], ahead.into[rows], 0.0)
        if before is not None:
            value = value * seen.joins(before, seen.route.nodes[step.to].slot)[lines]
        log = ahead.log_in[rows]
        if ahead.grade_in is None:
            return value, log, np.zeros(len(films), np.int64)
        value, grades = _fewest(value, ahead.grade_in[rows])
        return value, log, grades

    def _drawn(self, weights: Floats) -> Ints:
        """Return for each row an index in proportion to its weight."""
        sums = weights.cumsum(axis=1, dtype=np.float64)
        wanted = self._rng.random(len(weights)) * sums[:, -1]
        place = (sums <= wanted[:, None]).sum(axis=1)
        beyond = np.flatnonzero(place == weights.shape[1])
        for row in beyond:
            place[row] = np.flatnonzero(weights[row])[-1]
        return np.asarray(place, np.int64)


def _fewest(weights: Floats, grades: NDArray[np.int32]) -> tuple[Floats, Ints]:
    """Return the weights of the lowest grade of each row, and that grade."""
    held = np.where(weights > 0, grades, NOWHERE)
    least = held.min(axis=1)
    return np.where(held == least[:, None], weights, 0.0), least.astype(np.int64)


def _scaled(logs: Floats) -> Floats:
    """Return e to the power of each, divided by the greatest of its row."""
    top = logs.max(axis=1, keepdims=True)
    return np.exp(logs - np.where(np.isfinite(top), top, 0.0))
