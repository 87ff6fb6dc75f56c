"""Why no film can be drawn: the first join, slot or time that no film gets past."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from otio_genai.field.drawing.apart import crowded
from otio_genai.field.drawing.filter import Filtered
from otio_genai.field.drawing.nofilm import NoFilmError
from otio_genai.field.drawing.route import END
from otio_genai.field.drawing.times import Times
from otio_genai.field.model import Field

__all__ = ["refuse"]


def refuse(field: Field, seen: Filtered, times: Times) -> None:
    """Raise an error if no film can be drawn, with what hinders all of them.

    Raises
    ------
    NoFilmError
        There is no film.
    """
    drawable = seen.log_weight > -math.inf
    if drawable and seen.route.whole:
        return
    few = crowded(seen)
    if len(few) > 1:
        raise NoFilmError(
            f"{len(few)} slots have fewer different takes than they are.",
            remedy="Give these slots more takes, or take some of them out.",
            items=[f"slot {field.slots[s].id}" for s in few],
        )
    if drawable:
        return
    empty = [
        f"slot {field.slots[s].id}: none of its takes may be shown"
        for s in sorted({node.slot for node in seen.route.nodes})
        if not (seen.weights[s] > 0).any()
    ]
    hinder = _stuck(field, seen)
    if hinder is None and times.counts:
        raise _untimely(field, seen, times)
    raise NoFilmError(
        "No film can be drawn from this field.",
        place=hinder or "shared takes",
        remedy="Allow more motion or colour to break across joins, or more takes.",
        items=empty,
    )


def _stuck(field: Field, seen: Filtered) -> str | None:
    """Return the first join, along any path, that no film gets past."""
    nodes = seen.route.nodes
    reached: dict[int, NDArray[np.bool_]] = {}
    for step in seen.route.starts:
        if step.weight > 0:
            ins = seen.fits[nodes[step.to].slot].shape[:2]
            reached[step.to] = np.ones(ins, bool)
    last = "the film's start"
    furthest = -1
    for number, node in enumerate(nodes):
        if number not in reached:
            continue
        good = reached[number] & (seen.weights[node.slot] * node.allowed > 0)[:, None]
        outs = ((seen.fits[node.slot] > 0) & good[:, :, None]).any(axis=1)
        for which, steps in enumerate(node.steps):
            mine = (outs & (node.classes == which)[:, None]).ravel()
            for step in steps:
                if not mine.any() or step.weight <= 0:
                    continue
                if step.to == END:
                    return None
                after = nodes[step.to].slot
                into = (seen.joins(node.slot, after)[mine] > 0).any(axis=0)
                held = reached.setdefault(
                    step.to, np.zeros(seen.fits[after].shape[:2], bool)
                )
                held |= into.reshape(held.shape)
        if outs.any() and node.place > furthest:
            furthest = node.place
            after_ids = {
                "the end" if step.to == END else field.slots[nodes[step.to].slot].id
                for steps in node.steps
                for step in steps
            }
            last = f"join of {field.slots[node.slot].id} and "
            last += " or ".join(sorted(after_ids))
    return last


def _untimely(field: Field, seen: Filtered, times: Times) -> NoFilmError:
    """Return what to say of films that can be drawn, but at no time asked for."""
    most = len(times.ending) - 1
    starts = _begins(seen)
    items = []
    for slot, left in sorted(times.pinned.items()):
        found = starts.get(slot, set())
        if most - left not in found:
            items.append(
                f"slot {field.slots[slot].id}: pinned to tick {most - left}, it can "
                f"begin at {_spoken(found, most - left)}"
            )
    ends = starts.get(END, set())
    low = most - int(np.flatnonzero(times.ending > 0)[-1])
    if ends and ends.isdisjoint(range(low, most + 1)):
        wish = f"{low} ticks" if low == most else f"{low} to {most} ticks"
        items.append(
            f"runtime: {wish} are asked for, films of the slots as they are can have "
            f"{_spoken(ends, low)}"
        )
    return NoFilmError(
        "No film of this field keeps the times asked for.",
        remedy="Move what is pinned, or change the lengths of shots.",
        items=items,
    )


def _spoken(ticks: set[int], wish: int) -> str:
    """Return which ticks there are, those near to the one wished for by themselves."""
    if not ticks:
        return "none"
    low, high = min(ticks), max(ticks)
    if len(ticks) == high - low + 1:
        return f"tick {low}" if low == high else f"tick {low} to {high}"
    near = [max((t for t in ticks if t < wish), default=None)]
    near += [min((t for t in ticks if t > wish), default=None)]
    told = " or ".join(str(one) for one in near if one is not None)
    return f"tick {told}, and others from {low} to {high}"


def _begins(seen: Filtered) -> dict[int, set[int]]:
    """Return the ticks at which each slot can begin, joins and pins apart."""
    nodes = seen.route.nodes
    times: list[set[int]] = [set() for _ in nodes]
    found: dict[int, set[int]] = {}
    for step in seen.route.starts:
        times[step.to].add(0)
    for number, node in enumerate(nodes):
        found.setdefault(node.slot, set()).update(times[number])
        may = (seen.weights[node.slot] * node.allowed > 0)[:, None, None]
        ticks = np.unique(seen.ways[node.slot].ticks[(seen.fits[node.slot] > 0) & may])
        ends = {begun + int(length) for begun in times[number] for length in ticks}
        for step in {step for steps in node.steps for step in steps}:
            if step.to == END:
                found.setdefault(END, set()).update(ends)
            else:
                times[step.to].update(ends)
    return found
