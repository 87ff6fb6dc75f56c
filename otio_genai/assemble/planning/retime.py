"""Cuts and in-points of takes in their order, found together and exactly.

Aim
    The order is known; where each cut falls, where each take begins and (with a still)
    what its camera does are not. All of it together costs a sum over neighbours, so
    the least is found by dynamic programming over (cut frame, way of the take that
    enters), on a grid of cut frames around a first rhythm.

Conventions
    Record frames. Shots are 0 to S - 1; cut k lies between shots k - 1 and k, with cut
    0 the film's start and cut S its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.candidates import Take
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style

__all__ = ["Rhythm", "Timed", "Wish", "retime", "room"]

Values = NDArray[np.float64]
Frames = NDArray[np.intp]

_MOST_CUTS = 24
_REACH_SHOTS = 1.0
# Another in-point than an earlier film's, in parts of another take altogether.
_MOVED = 0.5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of one shot; ``None`` leaves it open."""

    limits: tuple[int, int]
    "Shortest and longest length."
    record_in: int | None = None
    "Its in-point, or the move of a still."
    record_out: int | None = None
    "Its out-point."
    handles: tuple[int, int] = (0, 0)
    "Handles wanted before the in and after the out point."
    near: int | None = None
    "In-point or move of an earlier film, which costs less than any other."


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Where cuts may fall and what that costs."""

    costs: Values
    "Cost of a cut at each record frame, shape (total + 1,)."
    mean_frames: float
    "Length that shots tend to."
    spread: float
    "Of the length law, in natural logarithms."
    expected: Sequence[int]
    "A first list of the S - 1 cuts."
    windows: dict[int, tuple[int, int]] = field(default_factory=dict)
    "Cut to its first and last allowed frame, where it is bound."

    @property
    def total(self) -> int:
        """Length of the film in record frames."""
        return len(self.costs) - 1


@dataclass(frozen=True, slots=True)
class Timed:
    """The film with its cuts and ways, and what it costs."""

    cuts: tuple[int, ...]
    "The S - 1 cuts."
    ways: tuple[int, ...]
    "In-point of each take, or move of each still."
    cost: float
    "Everything but what depends on the order alone."


def retime(
    order: Sequence[Material],
    kinds: Sequence[str],
    wishes: Sequence[Wish],
    rhythm: Rhythm,
    style: Style,
) -> Timed | None:
    """Return the best cuts and ways, or ``None`` when no film fits the wishes.

    Parameters
    ----------
    order
        The take or still of each shot, S of them.
    kinds
        Planned kind of each of the S - 1 joins.
    wishes
        What is asked of each shot.
    rhythm
        Where cuts may fall.
    style
        Weights.
    """
    search = _Search(order, kinds, wishes, rhythm, style)
    return search.run()


class _Search:
    def __init__(
        self,
        order: Sequence[Material],
        kinds: Sequence[str],
        wishes: Sequence[Wish],
        rhythm: Rhythm,
        style: Style,
    ) -> None:
        self.order, self.kinds, self.wishes = order, kinds, wishes
        self.rhythm, self.style = rhythm, style
        self.cuts = _grids(rhythm, len(order))
        self.ways = [_ways(m, w) for m, w in zip(order, wishes, strict=True)]
        self.before: list[Values] = []

    def run(self) -> Timed | None:
        value = np.zeros((1, len(self.ways[0]))) + self._entering(0)[None, :]
        for shot in range(len(self.order)):
            self.before.append(value)
            if not value.size or not len(self._outs(shot)):
                return None
            left = self._left(shot, value)
            if shot == len(self.order) - 1:
                break
            step = (left[:, :, None] + self._joined(shot)[None]).min(axis=1)
            at = self.rhythm.costs[self.cuts[shot + 1]]
            value = step + at[:, None] + self._entering(shot + 1)[None, :]
            if not np.isfinite(value).any():
                return None
        cost = float(left.min()) if left.size else np.inf
        return self._traced(left, cost) if np.isfinite(cost) else None

    def _entering(self, shot: int) -> Values:
        material, ways = self.order[shot], self.ways[shot]
        if isinstance(material, Still):
            return self._unmoved(shot, material.tastes[ways])
        shaky = self.style.weight_steadiness * material.enter_cost[ways]
        return self._unmoved(shot, shaky)

    def _unmoved(self, shot: int, cost: Values) -> Values:
        near = self.wishes[shot].near
        if near is None:
            return cost
        moved = self.ways[shot] != near
        return np.asarray(cost + _MOVED * self.style.weight_keep * moved)

    def _outs(self, shot: int) -> Frames:
        """Return the out-points that a shot may have, or the ways of a still."""
        material, ways, wish = self.order[shot], self.ways[shot], self.wishes[shot]
        if isinstance(material, Still):
            return ways
        if wish.record_out is not None:
            return np.array([wish.record_out])
        _, last = room(material, wish)
        return np.arange(int(ways[0]) + wish.limits[0], last + 1)

    def _law(self, shot: int) -> Values:
        """Return the cost of each (cut before, cut after) by length alone."""
        low, high = self.wishes[shot].limits
        lengths = self.cuts[shot + 1][None, :] - self.cuts[shot][:, None]
        inside = (lengths >= low) & (lengths <= high)
        away = np.log(np.maximum(lengths, 1) / self.rhythm.mean_frames)
        law = self.style.weight_length * 0.5 * (away / self.rhythm.spread) ** 2
        return np.where(inside, law, np.inf)

    def _left(self, shot: int, value: Values) -> Values:
        """Return the least cost of leaving by each (cut after, out-point)."""
        law, outs, ways = self._law(shot), self._outs(shot), self.ways[shot]
        material = self.order[shot]
        if isinstance(material, Still):
            return np.asarray((value[:, None, :] + law[:, :, None]).min(axis=0))
        left = np.full((len(self.cuts[shot + 1]), len(outs)), np.inf)
        lengths = self.cuts[shot + 1][None, :] - self.cuts[shot][:, None]
        # Axes: cut before, way, cut after.
        out = ways[None, :, None] + lengths[:, None, :] - outs[0]
        reached = value[:, :, None] + law[:, None, :]
        good = np.isfinite(reached) & (out >= 0) & (out < len(outs))
        after = np.broadcast_to(np.arange(left.shape[0])[None, None, :], out.shape)
        np.minimum.at(left, (after[good], out[good]), reached[good])
        leaving = material.leave_cost[np.minimum(outs, material.end)]
        return np.asarray(left + self.style.weight_steadiness * leaving[None, :])

    def _joined(self, shot: int) -> Values:
        """Return the cost of each (out-point, way of the next shot)."""
        material, following = self.order[shot], self.order[shot + 1]
        outs, ways = self._outs(shot), self.ways[shot + 1]
        if isinstance(material, Still):
            leaving = material.vectors[outs]
        else:
            leaving = material.leaving[np.minimum(outs, material.end)]
        if isinstance(following, Still):
            entering = following.vectors[ways]
        else:
            entering = following.entering[ways]
        return costs.joins(self.kinds[shot], leaving, entering, self.style)

    def _traced(self, left: Values, cost: float) -> Timed:
        cut, out = 0, int(np.argmin(left[0]))
        cuts: list[int] = []
        ways: list[int] = []
        for shot in reversed(range(len(self.order))):
            value = self.before[shot]
            before, way = self._back(shot, value, cut, out)
            ways.append(int(self.ways[shot][way]))
            cut = before
            if not shot:
                break
            cuts.append(int(self.cuts[shot][cut]))
            earlier = self._left(shot - 1, self.before[shot - 1])
            out = int(np.argmin(earlier[cut] + self._joined(shot - 1)[:, way]))
        return Timed(tuple(reversed(cuts)), tuple(reversed(ways)), cost)

    def _back(self, shot: int, value: Values, cut: int, out: int) -> tuple[int, int]:
        """Return the (cut before, way) from which a (cut after, out) was reached."""
        law, outs, ways = self._law(shot)[:, cut], self._outs(shot), self.ways[shot]
        if isinstance(self.order[shot], Still):
            return int(np.argmin(value[:, out] + law)), out
        lengths = self.cuts[shot + 1][cut] - self.cuts[shot]
        fits = ways[None, :] + lengths[:, None] == outs[out]
        reached = np.where(fits, value + law[:, None], np.inf)
        before, way = np.unravel_index(int(np.argmin(reached)), reached.shape)
        return int(before), int(way)


def _grids(rhythm: Rhythm, shots: int) -> list[Frames]:
    """Return the frames at which each cut may fall, the film's two ends included."""
    total = rhythm.total
    reach = round(_REACH_SHOTS * rhythm.mean_frames)
    grids = [np.array([0], dtype=np.intp)]
    for cut in range(1, shots):
        low, high = rhythm.windows.get(cut, (1, total - 1))
        low, high = max(low, 1), min(high, total - 1)
        centre = max(low, min(rhythm.expected[cut - 1], high))
        first, last = max(low, centre - reach), min(high, centre + reach)
        grids.append(_chosen(rhythm.costs, first, last, centre))
    return [*grids, np.array([total], dtype=np.intp)]


def _chosen(at: Values, first: int, last: int, centre: int) -> Frames:
    """Return some frames of a window: the cheapest, and others evenly between."""
    window = np.arange(first, last + 1)
    if len(window) <= _MOST_CUTS:
        return window
    cheap = window[np.argsort(at[window], kind="stable")[: _MOST_CUTS // 2]]
    even = np.linspace(first, last, _MOST_CUTS // 2).round().astype(np.intp)
    return np.union1d(np.concatenate([cheap, even]), [centre]).astype(np.intp)


def _ways(material: Material, wish: Wish) -> Frames:
    if isinstance(material, Still):
        every = np.arange(len(material.moves))
        return every if wish.record_in is None else every[[wish.record_in]]
    low, high = wish.limits
    first, last = room(material, wish)
    if wish.record_in is not None:
        return np.array([wish.record_in])
    if wish.record_out is not None:
        # The out-point is given: any in-point may be needed to meet a cut.
        return np.arange(max(first, last - high), last - low + 1)
    ins = material.ins(low, wish.handles)
    return ins if wish.near is None else np.union1d(ins, [wish.near])


def room(material: Take, wish: Wish) -> tuple[int, int]:
    """Return the first in-point and the last out-point that a wish leaves a take.

    What is noted may lie where the take is not steady.
    """
    low, high = wish.limits
    first, last = material.span(low, wish.handles)
    if wish.record_in is not None:
        first = wish.record_in
        last = last if first + low <= last else material.end
    if wish.record_out is not None:
        last = wish.record_out
        first = first if last - first >= low else max(0, last - high)
    return first, last
