"""Reading what holds for a field's films: groups, branches, clock and runtime."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from otio_genai import rates
from otio_genai.errors import GenaiError
from otio_genai.field.model import START, Branch, Clock, Group, Runtime
from otio_genai.field.reading import Reading
from otio_genai.field.values import shown

__all__ = ["branches_of", "clock_of", "flags_of", "groups_of", "runtime_of"]


def flags_of(said: Mapping[str, bool], reading: Reading) -> dict[str, bool]:
    """Return the flags; names that no condition can speak of are faults."""
    for name in said:
        if not name.isidentifier() or keyword.iskeyword(name):
            reading.say(
                "flags",
                f"{shown(name)} is no name for a flag; write letters, digits and _",
            )
    return dict(said)


def groups_of(rows: Sequence[Any], reading: Reading) -> list[Group]:
    """Return the groups that can be; the others' faults are kept."""
    found: list[Group] = []
    owner: dict[int, str] = {}
    names: list[str] = []
    for number, row in enumerate(rows):
        place = _place("group", row, number)
        said = reading.table("group", row, place)
        names += [said["id"]] if said["id"] else []
        slots = [
            slot
            for name in said["slots"] or ()
            if (slot := reading.slot(name, f"{place}, slots")) is not None
        ]
        if said["slots"] is not None and not said["slots"]:
            reading.say(f"{place}, slots", "there is none")
        elif len(slots) == len(said["slots"] or ()) and said["slots"]:
            first = slots[0]
            if slots != list(range(first, first + len(slots))):
                reading.say(
                    f"{place}, slots",
                    "they are no neighbours in their order on the track",
                )
        shared = sorted({owner[slot] for slot in slots if slot in owner})
        for other in shared:
            reading.say(place, f"it shares a slot with group {other!r}")
        owner |= dict.fromkeys(slots, str(said["id"]))
        if said["id"] and slots:
            found.append(Group(said["id"], tuple(slots), said["order"]))
    _twice("groups", names, reading)
    return found


def branches_of(
    rows: Sequence[Any], groups: Sequence[Group], reading: Reading
) -> list[Branch]:
    """Return the branches that can be; the others' faults are kept."""
    count = len(reading.index)
    found, names = [], []
    for number, row in enumerate(rows):
        place = _place("branch", row, number)
        said = reading.table("branch", row, place)
        names += [said["id"]] if said["id"] else []
        begins = said["at"] == "start" and "start" not in reading.index
        at = START if begins else reading.slot(said["at"], f"{place}, at")
        to = count
        if said["to"] != "end":
            aim = reading.slot(said["to"], f"{place}, to")
            to = count if aim is None else aim
        when = reading.condition(said["when"], f"{place}, when")
        if at is None or said["to"] is None:
            continue
        if at == START and to == count:
            reading.say(place, "it leads past every slot: no shot would be left")
            continue
        if to <= at:
            reading.say(
                place,
                f"it leads from {said['at']} back to {said['to']}; branches lead on",
            )
            continue
        for group in groups:
            _through(group, at, to, place, reading)
        if said["id"]:
            found.append(
                Branch(said["id"], at, to, when, said["weight"], said["share"])
            )
    _twice("branches", names, reading)
    return found


def _through(group: Group, at: int, to: int, place: str, reading: Reading) -> None:
    """Keep a fault where a branch leaves or enters a group that is shuffled within."""
    if group.order == "fixed":
        return
    if at in group.slots[:-1]:
        reading.say(place, f"it leads out of the middle of shuffled group {group.id!r}")
    if to in group.slots[1:]:
        reading.say(place, f"it leads into the middle of shuffled group {group.id!r}")


def _twice(what: str, names: Sequence[str], reading: Reading) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            reading.say(what, f"{count} are called {name!r}")


def _place(what: str, row: Mapping[str, Any], number: int) -> str:
    name = row.get("id")
    return f"{what} {name}" if isinstance(name, str) and name else f"{what} {number}"


def clock_of(said: Mapping[str, Any], rate: Fraction, reading: Reading) -> Clock | None:
    """Return the ticks of a field; None where cuts may fall anywhere."""
    if said["grid"] is not None and said["ticks_per_s"] is not None:
        reading.say("ticks_per_s", "there is a grid as well; leave one of them out")
    if said["grid"] is not None:
        grid = reading.table("grid", said["grid"], "grid")
        if grid["bpm"] is None:
            return None
        per_s = Fraction(grid["bpm"]).limit_denominator(1_000_000) / 60
        offset_s = Fraction(grid["offset_s"]).limit_denominator(1_000_000)
        return Clock(per_s, offset_s % (1 / per_s), rate)
    if said["ticks_per_s"] is None:
        return None
    told = said["ticks_per_s"]
    try:
        per_s = rates.rate(told[:32])
    except (GenaiError, ArithmeticError):
        per_s = Fraction(0)
    if not Fraction(1, 60) <= per_s <= rate:
        reading.say(
            "ticks_per_s",
            f"must be a number from 1/60 to the field's rate, {rates.text(rate)}, not "
            f"{shown(told)}",
        )
        return None
    return Clock(per_s, Fraction(0), rate)


def runtime_of(
    said: Any, clock: Clock | None, rate: Fraction, reading: Reading
) -> Runtime:
    """Return how long films may be."""
    told = reading.table("runtime", said, "runtime")
    low, high = (
        None if told[key] is None else rates.frames_at(Fraction(told[key]), rate)
        for key in ("min_s", "max_s")
    )
    exact = told["exact_ticks"]
    if low is not None and high is not None and low > high:
        reading.say(
            "runtime",
            f"min_s, {told['min_s']:g}, is more than max_s, {told['max_s']:g}",
        )
    if exact is not None and clock is None:
        reading.say(
            "runtime, exact_ticks",
            "there are no ticks: give the field a `grid` or `ticks_per_s`",
        )
    elif exact is not None and clock is not None:
        frames = clock.frame(exact)
        if (low or 0) > frames or (high is not None and high < frames):
            reading.say(
                "runtime",
                f"exact_ticks, {exact}, are {float(frames / rate):.2f} s, which is "
                "not between min_s and max_s",
            )
    return Runtime(low, high, exact)
