"""The rules by which a field leaves films out, one by one, and what is near to each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from otio_genai.field.drawing.conditions import Conditions
from otio_genai.field.drawing.ways import joins_of, ways
from otio_genai.field.model import Field, Palette, Slot

__all__ = ["Asked", "Rule", "rules"]

#: Joins up to which limits are tried out: each makes all tables of them anew.
_MOST_TRIED = 2**21
#: Ticks on each side that are tried.
_NEAR = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """A field, and what is asked of a film of it."""

    field: Field
    conditions: Conditions
    repeats: bool = False
    "Whether a film may show one content twice."


#: What could be said instead, nearest first, and what is asked then.
Instead = Iterable[tuple[str, Asked]]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """Something that leaves films out."""

    kind: str
    said: str
    "Where it is written, and what it says."
    without: Callable[[Asked], Asked]
    instead: Callable[[Asked], Iterable[Instead]]
    "What else it could say, on each side of what it says."


def _nothing(asked: Asked) -> Iterable[Instead]:
    return ()


def rules(asked: Asked) -> Iterator[Rule]:
    """Yield all rules that leave films out, those for the whole field first."""
    yield from _limits(asked.field)
    yield from _runtime(asked.field)
    yield Rule(
        "twice",
        "no film shows a take twice, in whichever slots it lies",
        lambda one: replace(one, repeats=True),
        _nothing,
    )
    for number, slot in enumerate(asked.field.slots):
        yield from _slot(asked.field, number, slot, asked.conditions)
    for number, branch in enumerate(asked.field.branches):
        if branch.when is not None:
            said = f"branch {branch.id}, when: only if {branch.when.text}"
            yield Rule("when", said, partial(_anyhow, number), _nothing)
    for number in range(len(asked.field.slots)):
        yield from _conditions(asked, number)
    for name in asked.conditions.orders:
        said = f"group {name}: its slots follow each other in one order, drawn once"
        yield Rule("order", said, partial(_unordered, name), _nothing)


# Of the whole field --------------------------------------------------------------


def _limits(field: Field) -> Iterator[Rule]:
    if joins_of(ways(field)) > _MOST_TRIED:
        return
    most, most_de = field.motion.hard_max, field.palette.most_de
    if most is not None:
        said = f"motion, hard_max: no join costs more than {most:g}"
        yield Rule("hard_max", said, partial(_motion, None), partial(_wider, most))
    if most_de is not None:
        said = f"palette, most_de: no join differs by more than {most_de:g} in colour"
        yield Rule("most_de", said, partial(_palette, None), partial(_paler, most_de))


def _motion(most: float | None, asked: Asked) -> Asked:
    motion = replace(asked.field.motion, hard_max=most)
    return replace(asked, field=replace(asked.field, motion=motion))


def _palette(most: float | None, asked: Asked) -> Asked:
    return replace(asked, field=replace(asked.field, palette=Palette(most)))


def _wider(most: float, asked: Asked) -> Iterable[Instead]:
    return [[(f"{n:g}", _motion(n, asked)) for n in _ladder(most, 0.05)]]


def _paler(most: float, asked: Asked) -> Iterable[Instead]:
    return [[(f"{n:g}", _palette(n, asked)) for n in _ladder(most, 1.0)]]


def _ladder(value: float, step: float) -> Iterator[float]:
    """Yield round numbers above a value, a twentieth apart or more."""
    tried = value
    for _ in range(40):
        more = max(step, tried / 20)
        tried = round((math.floor(tried / more + 1e-6) + 1) * more, 2)
        yield tried


def _runtime(field: Field) -> Iterator[Rule]:
    runtime, clock = field.runtime, field.clock
    if clock is None:
        return
    if runtime.exact is not None:
        said = f"runtime, exact_ticks: {_ticks(field, runtime.exact)}"
        yield Rule("runtime", said, partial(_lasting, {"exact": None}), _exactly)
    for name, key, frames in (
        ("shortest", "min_s", runtime.shortest),
        ("longest", "max_s", runtime.longest),
    ):
        if frames is not None:
            said = f"runtime, {key}: {float(frames / field.rate):.2f} s"
            other = partial(_bounded, name, frames)
            yield Rule("runtime", said, partial(_lasting, {name: None}), other)


def _lasting(changes: dict[str, Any], asked: Asked) -> Asked:
    runtime = replace(asked.field.runtime, **changes)
    return replace(asked, field=replace(asked.field, runtime=runtime))


def _ticks(field: Field, count: int) -> str:
    clock = field.clock
    if clock is None:
        return f"{count} ticks"
    return f"{count} ticks ({float(clock.frame(count) / field.rate):.2f} s)"


def _exactly(asked: Asked) -> Iterable[Instead]:
    exact = asked.field.runtime.exact or 0
    for side in (-1, 1):
        yield [
            (_ticks(asked.field, n), _lasting({"exact": n}, asked))
            for n in range(exact + side, exact + side * (_NEAR + 1), side)
            if n > 0
        ]


def _bounded(name: str, frames: int, asked: Asked) -> Iterable[Instead]:
    clock, rate = asked.field.clock, asked.field.rate
    if clock is None:
        return
    side = -1 if name == "shortest" else 1
    first = round(frames / rate * clock.ticks_per_s)
    near = (
        clock.frame(first + side * n) for n in range(_NEAR + 1) if first + side * n > 0
    )
    yield [
        (f"{float(one / rate):.2f} s", _lasting({name: one}, asked))
        for one in near
        if (one - frames) * side > 0
    ]


# Of a slot -----------------------------------------------------------------------


def _changed(number: int, changes: dict[str, Any], asked: Asked) -> Asked:
    slots = list(asked.field.slots)
    slots[number] = replace(slots[number], **changes)
    return replace(asked, field=replace(asked.field, slots=tuple(slots)))


def _slot(field: Field, number: int, slot: Slot, told: Conditions) -> Iterator[Rule]:
    if slot.at is not None and field.clock is not None:
        said = f"{slot.id}, at_s: it begins at {float(slot.at / field.rate):.2f} s"
        without = partial(_changed, number, {"at": None})
        yield Rule("at_s", said, without, partial(_moved, number, slot.at))
    if slot.kind in ("dissolve", "dip") and slot.half:
        said = (
            f"{slot.id}, join: a {slot.kind} needs {slot.half} frames of media beyond "
            "the cut on both sides"
        )
        without = partial(_changed, number, {"half": 0})
        yield Rule("handles", said, without, _nothing)
    if slot.requires is not None:
        said = f"{slot.id}, requires: {slot.requires.text}"
        without = partial(_changed, number, {"requires": None})
        yield Rule("requires", said, without, _nothing)
    if slot.policy != "shuffle" and number not in told.pinned:
        named = slot.options[0].clip.name
        said = f"{slot.id}, policy: {slot.policy}"
        if slot.policy == "fixed":
            said = f"{slot.id} is fixed: it always shows {named!r}"
        without = partial(_changed, number, {"policy": "shuffle"})
        yield Rule("policy", said, without, _nothing)


def _moved(number: int, at: int, asked: Asked) -> Iterable[Instead]:
    clock, rate = asked.field.clock, asked.field.rate
    if clock is None:
        return
    first = round(at / rate * clock.ticks_per_s)
    for side in (-1, 1):
        near = {
            clock.frame(first + side * n)
            for n in range(_NEAR + 1)
            if first + side * n >= 0
        }
        yield [
            (f"{float(one / rate):.2f} s", _changed(number, {"at": one}, asked))
            for one in sorted(near, key=lambda frame: abs(frame - at))
            if (one - at) * side > 0
        ]


def _anyhow(number: int, asked: Asked) -> Asked:
    branches = list(asked.field.branches)
    branches[number] = replace(branches[number], when=None)
    return replace(asked, field=replace(asked.field, branches=tuple(branches)))


# Of a showing --------------------------------------------------------------------


def _conditions(asked: Asked, number: int) -> Iterator[Rule]:
    slot, told = asked.field.slots[number], asked.conditions
    if number in told.pinned:
        named = slot.options[told.pinned[number]].clip.name
        said = f"{slot.id} is pinned to {named!r}"
        yield Rule("pin", said, partial(_kept, "pinned", number), _nothing)
    gone = sorted(k for n, k in told.banned if n == number)
    if gone:
        yield Rule(
            "ban",
            f"{slot.id}: {_names(slot, gone)} banned",
            partial(_kept, "banned", number),
            _nothing,
        )
    gone = sorted(k for (n, k), w in told.weights.items() if n == number and not w)
    if gone:
        yield Rule(
            "weight",
            f"{slot.id}: {_names(slot, gone)} given no weight",
            partial(_kept, "weights", number),
            _nothing,
        )


def _names(slot: Slot, takes: list[int]) -> str:
    names = [repr(str(slot.options[k].clip.name)) for k in takes[:4]]
    if len(takes) == len(slot.options) > 1:
        return f"all of its {len(takes)} takes are"
    if len(takes) > 4:
        return f"{', '.join(names)} and {len(takes) - 4} more takes are"
    return f"{' and '.join(names)} {'is' if len(takes) == 1 else 'are'}"


def _kept(name: str, number: int, asked: Asked) -> Asked:
    """Return what is asked without what some slot is held to."""
    told: Any = getattr(asked.conditions, name)
    left: Any
    if name == "pinned":
        left = {slot: option for slot, option in told.items() if slot != number}
    elif name == "banned":
        left = frozenset(pair for pair in told if pair[0] != number)
    else:
        left = {
            pair: weight for pair, weight in told.items() if pair[0] != number or weight
        }
    return replace(asked, conditions=replace(asked.conditions, **{name: left}))


def _unordered(name: str, asked: Asked) -> Asked:
    orders = {group: o for group, o in asked.conditions.orders.items() if group != name}
    return replace(asked, conditions=replace(asked.conditions, orders=orders))
