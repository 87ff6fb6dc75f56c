"""Backward through a field: how much lies ahead of every in-point and out-point.

Aim
    What a cut-by-cut draw needs to be an exact draw of whole films: for each way to
    enter or leave a slot the weight of all that can follow.

Method
    A film's weight is a product over its shots and joins, so the sum over all films is
    one backward pass (Rabiner 1989): for each pair of slots a product of matrix and
    vector. Vectors are divided by their largest value, whose logarithm is kept.

    Takes that should rest are not given a small weight but a *grade*: for every state
    the fewest resting takes that a film through it must show. Only films of the fewest
    are ever drawn, and among them by weight, exactly.

    With a clock there is one such vector for each number of ticks left, as far as a
    film can come to a slot with so many (`otio_genai.field.drawing.bands`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.field.drawing.bands import Band
from otio_genai.field.drawing.route import END, Node, Route, Step
from otio_genai.field.drawing.tables import Table
from otio_genai.field.drawing.ways import Ways

__all__ = ["NOWHERE", "Ahead", "Filtered", "filtered"]

Floats = NDArray[np.float64]
Grades = NDArray[np.int32]

#: Weights ahead of a node, as many as a clock makes them, from which on they are kept
#: in single precision: every viewer has films of his own ahead.
_SINGLE = 2**14

#: Grade of what leads nowhere.
NOWHERE = int(np.iinfo(np.int32).max) // 2


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What lies ahead of one node, by ticks left, from the least of its band on."""

    band: Band
    "Ticks that can be left when it begins, and when it ends."
    into: NDArray[Any]
    "Of its in-points, its own take's weight included, shape (T, K A); at most 1."
    log_in: Floats
    "Natural logarithm of what each row of ``into`` was divided by, shape (T,)."
    out: NDArray[Any]
    "Of its out-points, shape (U, K B)."
    log_out: Floats
    "As for ``into``, shape (U,)."
    grade_in: Grades | None
    "Fewest resting takes from here on, this one included; None if none should rest."
    grade_out: Grades | None
    "Fewest after this one."


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """A field seen from its end."""

    route: Route
    ways: Sequence[Ways]
    joins: Callable[[int, int], Table]
    "Weight of each join of two slots, shape (K B of before, K A of after)."
    fits: Sequence[Floats]
    "Weight of each way of each slot."
    weights: Sequence[Floats]
    "Weight of each take of each slot."
    resting: Sequence[NDArray[Any]] | None
    "Takes of each slot that are shown only if no other film is possible."
    ending: Floats
    "Weight of a film that ends with so many ticks left, shape (T,)."
    ahead: tuple[Ahead, ...]
    "Of each node of the route."

    @property
    def log_weight(self) -> float:
        """Natural logarithm of the weight of all films that may be drawn."""
        left, found = len(self.ending) - 1, []
        for step in self.route.starts:
            ahead = self.ahead[step.to]
            row = ahead.band.row(left)
            if row is None or not ahead.into[row].any() or not step.weight:
                continue
            grades = None if ahead.grade_in is None else ahead.grade_in[row]
            grade = 0 if grades is None else int(grades.min())
            value = ahead.into[row]
            total = value.sum() if grades is None else value[grades == grade].sum()
            log = math.log(step.weight * total) + float(ahead.log_in[row])
            found.append((grade, log))
        least = min((grade for grade, _ in found), default=NOWHERE)
        logs = [log for grade, log in found if grade == least]
        return float(np.logaddexp.reduce(logs)) if logs else -math.inf

    def again(self, weights: Sequence[Floats], first: int, past: int) -> Filtered:
        """Return the same with other weights of takes, as far as some nodes tell.

        Parameters
        ----------
        weights
            Of the takes of each slot.
        first, past
            Nodes that are seen anew; what lies beyond them is taken as it was.
        """
        seen = replace(self, weights=weights)
        ahead = list(self.ahead)
        for number in reversed(range(first, past)):
            ahead[number] = _seen(seen, number, ahead[number].band, ahead)
        return replace(seen, ahead=tuple(ahead))


def filtered(
    route: Route,
    ways: Sequence[Ways],
    joins: Callable[[int, int], Table],
    *,
    fits: Sequence[Floats],
    weights: Sequence[Floats],
    ending: Floats,
    bands: Sequence[Band],
    resting: Sequence[NDArray[Any]] | None = None,
) -> Filtered:
    """Return the field seen from its end; parameters as `Filtered` holds them."""
    seen = Filtered(route, ways, joins, fits, weights, resting, ending, ())
    ahead: list[Ahead | None] = [None] * len(route.nodes)
    for number in reversed(range(len(route.nodes))):
        ahead[number] = _seen(seen, number, bands[number], ahead)
    return replace(seen, ahead=tuple(one for one in ahead if one is not None))


def _seen(
    seen: Filtered, number: int, band: Band, ahead: Sequence[Ahead | None]
) -> Ahead:
    """Return what lies ahead of one node, once all after it are known."""
    node = seen.route.nodes[number]
    out, log_out, grade_out = _after(seen, node, band, ahead)
    fits = seen.fits[node.slot]
    # Where there is no clock to keep it does not matter how many are left.
    ticks = seen.ways[node.slot].ticks if len(seen.ending) > 1 else None
    weight = np.where(node.allowed & (not band.void), seen.weights[node.slot], 0.0)
    weight = np.repeat(weight, fits.shape[1])
    log_in, shift = _logs(log_out, band, ticks)

    def through(later: Floats) -> Floats:
        return _through(later, fits, ticks, band, shift)

    into, grade_in = _graded(through, out, grade_out)
    into = into * weight
    if grade_in is not None and seen.resting is not None:
        rests = np.repeat(seen.resting[node.slot], fits.shape[1])
        grade_in = np.where(into > 0, grade_in + rests, NOWHERE)
    scale = into.max(axis=1)
    scale[scale <= 0] = 1.0
    into /= scale[:, None]
    with np.errstate(invalid="ignore"):
        log_in = log_in + np.log(scale)
    if into.size + out.size > _SINGLE:
        kept = into.astype(np.float32), out.astype(np.float32)
        return Ahead(band, kept[0], log_in, kept[1], log_out, grade_in, grade_out)
    return Ahead(band, into, log_in, out, log_out, grade_in, grade_out)


def _after(
    seen: Filtered, node: Node, band: Band, ahead: Sequence[Ahead | None]
) -> tuple[Floats, Floats, Grades | None]:
    """Return what follows each out-point, its logarithms, its grades."""
    takes, _, outs = seen.ways[node.slot].shape
    rows = band.outs
    known: dict[int, tuple[slice, Floats, Floats, Grades | None]] = {}
    for steps in node.steps:
        for step in steps:
            if step.to not in known:
                known[step.to] = _across(seen, node, step, band, ahead)
    log = np.full(rows, -np.inf)
    for where, _, logs, _ in known.values():
        log[where] = np.maximum(log[where], logs)
    out = np.zeros((rows, takes, outs))
    grades = None
    if seen.resting is not None:
        grades = np.full(out.shape, NOWHERE, np.int32)
    for which, steps in enumerate(node.steps):
        mine = node.classes == which
        for step in steps:
            where, value, logs, grade = known[step.to]
            with np.errstate(invalid="ignore"):
                factor = step.weight * np.nan_to_num(np.exp(logs - log[where]))
            value = (value * factor[:, None]).reshape(-1, takes, outs)
            if grades is None or grade is None:
                out[where] += value * mine[None, :, None]
            else:
                _add(out[where], grades[where], value, grade, mine)
    flat = None if grades is None else grades.reshape(rows, -1)
    return out.reshape(rows, -1), log, flat


def _across(
    seen: Filtered, node: Node, step: Step, band: Band, ahead: Sequence[Ahead | None]
) -> tuple[slice, Floats, Floats, Grades | None]:
    """Return one way on: for which rows, its weights, their logarithms, grades."""
    takes, _, outs = seen.ways[node.slot].shape
    graded = seen.resting is not None
    if step.to == END:
        low = band.out_low
        value = seen.ending[low : low + band.outs, None] * np.ones(takes * outs)
        grade = np.where(value > 0, 0, NOWHERE).astype(np.int32) if graded else None
        return slice(0, len(value)), value, np.zeros(len(value)), grade
    there = ahead[step.to]
    assert there is not None  # noqa: S101  # nodes come after those that lead to them
    low = max(band.out_low, there.band.low)
    high = max(low, min(band.out_low + band.outs, there.band.low + there.band.ins))
    part = slice(low - there.band.low, high - there.band.low)
    table = seen.joins(node.slot, seen.route.nodes[step.to].slot)

    def over(into: Floats) -> Floats:
        # Both in the precision of the table, else numpy would copy it whole.
        same = into.astype(table.dtype, copy=False)
        return np.asarray(np.matmul(same, table.T), np.float64)

    grades = None if there.grade_in is None else there.grade_in[part]
    value, grade = _graded(over, there.into[part], grades)
    where = slice(low - band.out_low, high - band.out_low)
    return where, value, there.log_in[part], grade


def _add(
    out: Floats, grades: Grades, value: Floats, grade: Grades, mine: NDArray[np.bool_]
) -> None:
    """Add one way on to the takes of one class, in place: of the fewest alone."""
    grade = np.where(value > 0, grade.reshape(value.shape), NOWHERE)
    grade = np.where(mine[None, :, None], grade, NOWHERE)
    better, as_good = grade < grades, (grade == grades) & (grade < NOWHERE)
    out[better] = value[better]
    out[as_good] += value[as_good]
    np.minimum(grades, grade, out=grades)


def _graded(
    step: Callable[[Floats], Floats], values: Floats, grades: Grades | None
) -> tuple[Floats, Grades | None]:
    """Do one linear step grade by grade; of each result the lowest alone counts."""
    if grades is None:
        return step(values), None
    found: Floats | None = None
    for level in np.unique(grades[grades < NOWHERE]):
        made = step(np.where(grades == level, values, 0))
        if found is None:
            found, reached = made, np.where(made > 0, level, NOWHERE).astype(np.int32)
        else:
            fresh = (reached == NOWHERE) & (made > 0)
            found[fresh], reached[fresh] = made[fresh], level
    if found is None:
        found = step(np.zeros_like(values))
        reached = np.full(found.shape, NOWHERE, np.int32)
    return found, reached


def _logs(
    log_out: Floats, band: Band, ticks: NDArray[np.int64] | None
) -> tuple[Floats, dict[int, Floats]]:
    """Return the scale of each row of in-points, and of what each length adds to it."""
    if ticks is None or not ticks.any():
        return np.broadcast_to(log_out[:1], band.ins), {}
    padded: dict[int, Floats] = {}
    for count in np.unique(ticks[ticks > 0]):
        rows = np.arange(band.ins) + band.low - int(count) - band.out_low
        inside = (rows >= 0) & (rows < band.outs)
        held = log_out[np.clip(rows, 0, band.outs - 1)]
        padded[int(count)] = np.where(inside, held, -np.inf)
    log = np.max(list(padded.values()), axis=0)
    with np.errstate(invalid="ignore"):
        return log, {
            count: np.nan_to_num(np.exp(logs - log)) for count, logs in padded.items()
        }


def _through(
    out: Floats,
    fits: Floats,
    ticks: NDArray[np.int64] | None,
    band: Band,
    shift: dict[int, Floats],
) -> Floats:
    """Return the weight of each in-point from those of the out-points."""
    takes, ins, outs = fits.shape
    if ticks is None:
        later = out.reshape(takes, outs)
        alone: Floats = np.einsum("kab,kb->ka", fits, later)
        return alone.reshape(1, -1)
    found = np.zeros((takes, band.ins, ins))
    columns = np.ascontiguousarray(out.reshape(-1, takes, outs).transpose(1, 0, 2))
    for count, factor in shift.items():
        part = np.where(ticks == count, fits, 0.0).transpose(0, 2, 1)
        rows = np.arange(band.ins) + band.low - count - band.out_low
        good = np.flatnonzero((rows >= 0) & (rows < band.outs) & (factor > 0))
        if len(good):
            low, past = int(rows[good[0]]), int(rows[good[-1]]) + 1
            span = slice(int(good[0]), int(good[-1]) + 1)
            made = columns[:, low:past] @ part
            found[:, span] += made * factor[None, span, None]
    return np.asarray(found.transpose(1, 0, 2).reshape(band.ins, -1))
