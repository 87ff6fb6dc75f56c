"""How many ticks can be left when a slot begins, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.field.drawing.route import END, Route
from otio_genai.field.drawing.ways import Ways

__all__ = ["Band", "bands", "spans"]

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Band:
    """Ticks that can be left."""

    low: int
    "The fewest at a node's begin."
    ins: int
    "How many numbers from there on."
    out_low: int
    "The fewest at its end."
    outs: int
    "How many numbers from there on."
    void: bool = False
    "Whether it cannot begin at all, and has one row of noughts."

    def row(self, left: int) -> int | None:
        """Return the row of a number of ticks left at the begin, if it has one."""
        found = left - self.low
        return found if 0 <= found < self.ins else None


def bands(
    route: Route,
    ways: Sequence[Ways],
    ending: NDArray[np.float64],
    pinned: Mapping[int, int],
) -> tuple[Band, ...]:
    """Return the band of each node.

    Parameters
    ----------
    route, ways
        The field.
    ending
        Weight of a film that ends with so many ticks left, shape (T,).
    pinned
        Slots that begin with exactly so many ticks left.
    """
    if len(ending) == 1:
        return (Band(0, 1, 0, 1),) * len(route.nodes)
    most = len(ending) - 1
    least, greatest = _ends(ending)
    before, after = spans(route, ways)
    found = []
    for number, node in enumerate(route.nodes):
        short, long = _ticks(ways[node.slot])
        low = max(most - before[number][1], after[number][0] + least, 0)
        high = min(most - before[number][0], after[number][1] + greatest)
        if node.slot in pinned:
            low, high = max(low, pinned[node.slot]), min(high, pinned[node.slot])
        void = low > high
        low = max(0, low)
        high = max(low, high)
        out_low = max(0, low - long)
        outs = max(1, min(high - short, most) - out_low + 1)
        found.append(Band(low, high - low + 1, out_low, outs, void))
    return tuple(found)


def spans(route: Route, ways: Sequence[Ways]) -> tuple[list[Span], list[Span]]:
    """Return the fewest and most ticks before each node, and from it to the end."""
    count = len(route.nodes)
    before = [(0, 0) if _starts(route, n) else None for n in range(count)]
    after: list[Span] = [(0, 0)] * count
    for number, node in enumerate(route.nodes):
        begun = before[number]
        if begun is None:
            continue
        short, long = _ticks(ways[node.slot])
        for to in {step.to for steps in node.steps for step in steps} - {END}:
            known = before[to] or (begun[0] + short, begun[1] + long)
            before[to] = (
                min(known[0], begun[0] + short),
                max(known[1], begun[1] + long),
            )
    for number in reversed(range(count)):
        node = route.nodes[number]
        short, long = _ticks(ways[node.slot])
        onward = [
            (0, 0) if step.to == END else after[step.to]
            for steps in node.steps
            for step in steps
        ]
        low = min((span[0] for span in onward), default=0)
        high = max((span[1] for span in onward), default=0)
        after[number] = (short + low, long + high)
    return [span or (0, 0) for span in before], after


def _starts(route: Route, number: int) -> bool:
    return any(step.to == number for step in route.starts)


def _ends(ending: NDArray[np.float64]) -> Span:
    good = np.flatnonzero(ending > 0)
    return int(good[0]), int(good[-1])


def _ticks(slot: Ways) -> Span:
    held = slot.ticks[slot.fits > 0]
    return (int(held.min()), int(held.max())) if held.size else (0, 0)
