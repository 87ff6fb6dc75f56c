"""The film of greatest weight, and which takes any film shows."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.draw import Drawing
from otio_genai.field.drawing.filter import Filtered
from otio_genai.field.drawing.route import END, Step
from otio_genai.field.drawing.space import Space
from otio_genai.field.model import Chosen

__all__ = ["best", "reachable"]

Floats = NDArray[np.float64]

#: More than any film's weight can make up for, small enough to keep weights exact.
_REST = 1e6


def best(space: Space) -> tuple[Chosen, ...]:
    """Return the film of greatest weight, of those that rest the fewest takes.

    Where the space is not exact it is found cut by cut, and may not be the greatest.

    Raises
    ------
    FieldError
        The space is not exact, and no film was found.
    """
    if not space.exact:
        return _greedy(space)
    greatest = _Greatest(space.seen)
    drawing = Drawing(space)
    seen, left = space.seen, len(space.seen.ending) - 1
    steps, line, before = seen.route.starts, -1, -1
    while True:
        to, place = greatest.onward(steps, before, line, left)
        if to == END:
            return drawing.decided
        node = seen.route.nodes[to]
        ways = seen.ways[node.slot]
        option, a = divmod(place, ways.shape[1])
        b = greatest.out(to, option, a, left)
        ticks = int(ways.ticks[option, a, b])
        frames = int(ways.frames[option, a, b])
        if space.times.frames:
            begun = sum(shot.frames for shot in drawing.decided)
            frames = space.times.length(space.times.tick(begun), ticks)
        drawing.take(Chosen(node.slot, option, int(ways.ins[option, a]), frames))
        if space.times.counts:
            left -= ticks
        before, line = node.slot, option * ways.shape[2] + b
        steps = node.steps[node.classes[option]]


class _Greatest:
    """Logarithm of the greatest weight ahead of every point, less what rests."""

    def __init__(self, seen: Filtered) -> None:
        self._seen = seen
        self.into: list[Floats] = [np.zeros(0)] * len(seen.route.nodes)
        self._out: list[Floats] = [np.zeros(0)] * len(seen.route.nodes)
        with np.errstate(divide="ignore"):
            self._ending = np.log(seen.ending)
            for number in reversed(range(len(seen.route.nodes))):
                self._look(number)

    def _look(self, number: int) -> None:
        seen, band = self._seen, self._seen.ahead[number].band
        node = seen.route.nodes[number]
        ways = seen.ways[node.slot]
        takes, ins, outs = ways.shape
        out = np.full((band.outs, takes * outs), -np.inf)
        for which, steps in enumerate(node.steps):
            mine = np.repeat(node.classes == which, outs)
            for step in steps:
                for row in range(band.outs):
                    value = self._beyond(node.slot, mine, step, band.out_low + row)
                    out[row, mine] = np.maximum(out[row, mine], value)
        self._out[number] = out
        rests = 0.0 if seen.resting is None else _REST * seen.resting[node.slot]
        may = node.allowed & (not band.void)
        weight = np.log(np.where(may, seen.weights[node.slot], 0.0)) - rests
        fits = np.log(seen.fits[node.slot])
        into = np.full((band.ins, takes, ins), -np.inf)
        for row in range(band.ins):
            later = self._later(number, band.low + row)
            into[row] = (fits + later).max(axis=2) + weight[:, None]
        self.into[number] = into.reshape(band.ins, -1)

    def _later(self, number: int, left: int) -> Floats:
        """Return what lies beyond each way of a node that begins with ticks left."""
        seen, band = self._seen, self._seen.ahead[number].band
        ways = seen.ways[seen.route.nodes[number].slot]
        takes, _, outs = ways.shape
        counts = len(seen.ending) > 1
        rows = left - ways.ticks - band.out_low if counts else np.zeros_like(ways.ticks)
        inside = (rows >= 0) & (rows < band.outs)
        columns = np.arange(takes * outs).reshape(takes, 1, outs)
        found = self._out[number][np.where(inside, rows, 0), columns]
        return np.where(inside, found, -np.inf)

    def _beyond(
        self, slot: int, mine: NDArray[np.bool_], step: Step, left: int
    ) -> Floats | float:
        """Return the best beyond some out-points by one step."""
        seen = self._seen
        weight = math.log(step.weight) if step.weight > 0 else -math.inf
        if step.to == END:
            return weight + float(self._ending[left])
        row = seen.ahead[step.to].band.row(left)
        if row is None:
            return -math.inf
        table = seen.joins(slot, seen.route.nodes[step.to].slot)[mine]
        return (
            np.asarray((np.log(table) + self.into[step.to][row]).max(axis=1)) + weight
        )

    def onward(
        self, steps: tuple[Step, ...], before: int, line: int, left: int
    ) -> tuple[int, int]:
        """Return the node and in-point that the best film goes on to."""
        seen, found = self._seen, (END, 0)
        most = -math.inf
        for step in steps:
            if step.weight <= 0:
                continue
            if step.to == END:
                value = np.array([self._ending[left]])
            else:
                row = seen.ahead[step.to].band.row(left)
                if row is None:
                    continue
                value = self.into[step.to][row]
                if before >= 0:
                    table = seen.joins(before, seen.route.nodes[step.to].slot)
                    with np.errstate(divide="ignore"):
                        value = value + np.log(table[line])
            if float(value.max()) + math.log(step.weight) > most:
                most = float(value.max()) + math.log(step.weight)
                found = step.to, int(value.argmax())
        return found

    def out(self, number: int, option: int, a: int, left: int) -> int:
        """Return the out-point of the best film."""
        slot = self._seen.route.nodes[number].slot
        with np.errstate(divide="ignore"):
            fits = np.log(self._seen.fits[slot][option, a])
        return int((fits + self._later(number, left)[option, a]).argmax())


def _greedy(space: Space) -> tuple[Chosen, ...]:
    """Return a good film: the best of some that are drawn."""
    rng = np.random.default_rng(0)
    found: list[tuple[float, tuple[Chosen, ...]]] = []
    for _ in range(8):
        try:
            film = Drawing(space).finish(rng)
        except FieldError:
            continue
        found.append((weight(space, film), film))
    if not found:
        raise FieldError("No film was found.", remedy="Give the slots more takes.")
    return max(found)[1]


def weight(space: Space, film: tuple[Chosen, ...]) -> float:
    """Return the logarithm of a film's weight, branches apart."""
    seen, total, last = space.seen, 0.0, None
    for shot in film:
        ways = seen.ways[shot.slot]
        a = int(np.flatnonzero(ways.ins[shot.option] == shot.way)[0])
        long = np.abs(ways.frames[shot.option, a] - shot.frames).astype(float)
        long[seen.fits[shot.slot][shot.option, a] <= 0] = np.inf
        b = int(long.argmin())
        total += math.log(seen.fits[shot.slot][shot.option, a, b])
        total += math.log(max(seen.weights[shot.slot][shot.option], 1e-300))
        if last is not None:
            table = seen.joins(last[0], shot.slot)
            join = float(table[last[1], shot.option * ways.shape[1] + a])
            total += math.log(max(join, 1e-300))
        last = shot.slot, shot.option * ways.shape[2] + b
    return total


def reachable(space: Space) -> list[NDArray[np.bool_]]:
    """Return for each slot which of its takes any film shows.

    Takes that should rest count as well. Where the space is not exact a take may be
    called reachable that is not.
    """
    seen = space.seen
    left = len(seen.ending) - 1
    found = [np.zeros(len(slot.options), bool) for slot in space.field.slots]
    reached: list[NDArray[np.bool_]] = [a.into > 0 for a in seen.ahead]
    begun = [np.zeros_like(r) for r in reached]
    for step in seen.route.starts:
        row = seen.ahead[step.to].band.row(left)
        if row is not None and step.weight > 0:
            begun[step.to][row] = reached[step.to][row]
    for number, node in enumerate(seen.route.nodes):
        ways = seen.ways[node.slot]
        takes, ins, outs = ways.shape
        good = begun[number].reshape(-1, takes, ins)
        found[node.slot] |= good.any(axis=(0, 2))
        ended = _ended(seen, number, good)
        for step in {step for each in node.steps for step in each}:
            if step.to == END or step.weight <= 0:
                continue
            mine = np.array([step in node.steps[c] for c in node.classes])
            ends = ended & np.repeat(mine & node.allowed, outs)
            table = seen.joins(node.slot, seen.route.nodes[step.to].slot) > 0
            here, there = seen.ahead[number].band, seen.ahead[step.to].band
            for row in np.flatnonzero(ends.any(axis=1)).tolist():
                at = there.row(here.out_low + row)
                if at is not None:
                    begun[step.to][at] |= table[ends[row]].any(axis=0)
                    begun[step.to][at] &= reached[step.to][at]
    return found


def _ended(seen: Filtered, number: int, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which out-points are reached, by ticks left, shape (U, K B)."""
    ahead, slot = seen.ahead[number], seen.route.nodes[number].slot
    ways, fits = seen.ways[slot], seen.fits[slot] > 0
    takes, _, outs = ways.shape
    found = np.zeros((ahead.band.outs, takes, outs), bool)
    counts = len(seen.ending) > 1
    lengths = np.unique(ways.ticks[fits]).tolist() if counts else [0]
    for ticks in lengths:
        way = fits & (ways.ticks == ticks) if counts else fits
        for row in np.flatnonzero(good.any(axis=(1, 2))).tolist():
            to = row + ahead.band.low - ticks - ahead.band.out_low
            if 0 <= to < ahead.band.outs:
                found[to] |= (way & good[row][:, :, None]).any(axis=1)
    flat = found.reshape(ahead.band.outs, -1)
    return np.asarray(flat & (ahead.out > 0))
