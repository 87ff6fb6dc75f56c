"""How early and how late each slot of a field can begin.

Conventions
    Bounds are necessary, not sufficient: what lies outside cannot be, what lies inside
    may still be forbidden by something else. Record frames throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from otio_genai.field.model import START, Branch, Group, Option, Slot

__all__ = ["Bound", "bounds", "shot_lengths"]


@dataclass(frozen=True, slots=True)
class Bound:
    """When a slot, or the film's end, can come."""

    earliest: int
    latest: int


def shot_lengths(slot: Slot) -> tuple[int, int]:
    """Return the least and the greatest length of a slot's shots."""
    options = slot.options[:1] if slot.policy == "fixed" else slot.options
    each = [_option_lengths(option, slot) for option in options]
    return min(low for low, _ in each), max(high for _, high in each)


def _option_lengths(option: Option, slot: Slot) -> tuple[int, int]:
    still = option.material.still
    if option.outs is None:
        room = math.inf if still else option.material.end - min(option.ins)
        return slot.shortest, int(min(slot.longest, max(slot.shortest, room)))
    found = option.outs if still else {b - a for a in option.ins for b in option.outs}
    legal = [n for n in found if slot.shortest <= n <= slot.longest]
    return min(legal), max(legal)


def bounds(
    slots: Sequence[Slot], groups: Sequence[Group], branches: Sequence[Branch]
) -> tuple[list[Bound], list[int]]:
    """Return the bound of each slot and of the end, and the slots pinned beyond theirs.

    A pinned slot holds those after it, unless it may be left out.
    """
    count = len(slots)
    shuffled = {
        group.slots[0]: group.slots for group in groups if group.order != "fixed"
    }
    low, high = [math.inf] * (count + 1), [-math.inf] * (count + 1)
    low[0] = high[0] = 0
    wrong: list[int] = []

    def reach(to: int, earliest: float, latest: float) -> None:
        low[to], high[to] = min(low[to], earliest), max(high[to], latest)

    for branch in branches:
        if branch.at == START:
            reach(branch.to, 0, 0)
    at = 0
    while at < count:
        block = shuffled.get(at, (at,))
        begin = low[at], high[at]
        end = _after(slots, block, begin, wrong)
        if len(block) > 1:
            for inner in block:
                low[inner], high[inner] = begin[0], max(begin[1], end[1])
        after = block[-1] + 1
        reach(after, *end)
        for branch in branches:
            if branch.at == block[-1]:
                reach(branch.to, *end)
        at = after
    found = [Bound(int(a), int(b)) for a, b in zip(low, high, strict=True)]
    return found, wrong


def _after(
    slots: Sequence[Slot],
    block: Sequence[int],
    begin: tuple[float, float],
    wrong: list[int],
) -> tuple[float, float]:
    """Return when a block of slots can be over, having begun within bounds."""
    spans = [shot_lengths(slots[k]) for k in block]
    optional = [_optional(slots[k]) for k in block]
    least = sum(span[0] for span, may in zip(spans, optional, strict=True) if not may)
    most = sum(span[1] for span in spans)
    if len(block) > 1:
        last = begin[1] + most
        for k, span in zip(block, spans, strict=True):
            pin = slots[k].at
            if pin is not None and not begin[0] <= pin <= last - span[0]:
                wrong.append(k)
        return begin[0] + least, last
    pin = slots[block[0]].at
    if pin is None:
        return begin[0] + least, begin[1] + most
    if not begin[0] <= pin <= begin[1]:
        wrong.append(block[0])
        return begin[0] + least, begin[1] + most
    if optional[0]:
        return begin[0], max(begin[1], pin + most)
    return pin + least, pin + most


def _optional(slot: Slot) -> bool:
    return slot.requires is not None or slot.policy == "once"
