"""From slot to slot: what may follow, by groups, branches, flags and contents."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.flags import Condition
from otio_genai.field.model import START, Field, Group

__all__ = ["END", "Passage", "Past", "passage"]

#: In the place of a slot: the film is over.
END = -1

_MOST_LOOSE = 10


@dataclass(frozen=True, slots=True)
class Past:
    """What of a film so far decides how it goes on."""

    behind: frozenset[int] = frozenset()
    "Slots of the group that were shown, this one included."
    flags: frozenset[str] = frozenset()
    "Flags that are set and are asked for later on."
    shown: frozenset[str] = frozenset()
    "Contents shown that lie in a slot ahead."


#: A slot, and what came before it.
State = tuple[int, Past]


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """The rules by which slots follow each other."""

    field: Field
    left_out: frozenset[int]
    "Slots that are passed over, whatever their conditions say."
    orders: Mapping[str, tuple[int, ...]]
    "Orders of groups that are drawn already."
    loose: tuple[Group, ...]
    "Groups whose slots need not lie as they do."
    shared: frozenset[str]
    "Contents that lie in several slots."
    flags: frozenset[str]
    "Flags that are asked for anywhere."
    ahead: tuple[tuple[frozenset[str], frozenset[str]], ...]
    "For each slot and the end: flags asked for, and shared contents, from there on."

    def begun(self) -> dict[State, float]:
        """Return where a film may begin."""
        flags = frozenset(name for name, on in self.field.flags.items() if on)
        return self._led(self._targets(START, flags), flags, frozenset())

    def classes(
        self, slot: int, past: Past
    ) -> tuple[NDArray[np.intp], list[dict[State, float]]]:
        """Return what follows each take of a slot.

        Returns
        -------
        rows
            Which of the ways on each take leads to, -1 if it may not be shown here.
        onwards
            The ways on with their weights.
        """
        here = self.field.slots[slot]
        known: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        rows = np.full(len(here.options), -1)
        for k, option in enumerate(here.options):
            if option.content in past.shown:
                continue
            flags = _set(_set(past.flags, here.sets), option.sets)
            shown = past.shown
            if option.content in self.shared:
                shown = shown | {option.content}
            rows[k] = known.setdefault((flags, shown), len(known))
        return rows, [self._onward(slot, past.behind, *key) for key in known]

    def place(self, slot: int, past: Past) -> int:
        """Return a number that rises along every path."""
        group = self._group(slot)
        return slot if group is None else min(group.slots) + len(past.behind) - 1

    def _group(self, slot: int) -> Group | None:
        return next((group for group in self.loose if slot in group.slots), None)

    def _onward(
        self,
        slot: int,
        behind: frozenset[int],
        flags: frozenset[str],
        shown: frozenset[str],
    ) -> dict[State, float]:
        group = self._group(slot)
        if group is not None:
            inside = self._inside(group, behind, flags)
            if inside:
                return self._states(
                    ((s, behind | {s}, 1.0) for s in inside), flags, shown
                )
            slot = max(group.slots)
        return self._led(self._targets(slot, flags), flags, shown)

    def _targets(self, slot: int, flags: frozenset[str]) -> dict[int, float]:
        """Return where branches and the track lead after a slot, or the start."""
        targets: dict[int, float] = {}
        for branch in self.field.branches:
            if branch.at == slot and _holds(branch.when, flags):
                targets[branch.to] = targets.get(branch.to, 0.0) + branch.weight
        targets.setdefault(slot + 1, 1.0)
        return targets

    def _led(
        self,
        targets: Mapping[int, float],
        flags: frozenset[str],
        shown: frozenset[str],
    ) -> dict[State, float]:
        """Return the states that ways to some slots lead to."""
        found: dict[State, float] = {}
        for target, weight in sorted(targets.items()):
            led = self._states(self._arrived(target, flags), flags, shown)
            for state, share in led.items():
                found[state] = found.get(state, 0.0) + weight * share
        return found

    def _arrived(
        self, slot: int, flags: frozenset[str]
    ) -> list[tuple[int, frozenset[int], float]]:
        while slot < len(self.field.slots):
            group = self._group(slot)
            if group is not None:
                inside = self._inside(group, frozenset(), flags)
                if inside:
                    # All orders together weigh 1, each of them alike.
                    share = 1 / math.factorial(len(inside))
                    return [(s, frozenset({s}), share) for s in inside]
                slot = max(group.slots) + 1
            elif self._shows(slot, flags):
                return [(slot, frozenset(), 1.0)]
            else:
                slot += 1
        return [(END, frozenset(), 1.0)]

    def _inside(
        self, group: Group, behind: frozenset[int], flags: frozenset[str]
    ) -> list[int]:
        """Return the slots of a group that may come next."""
        order = self.orders.get(group.id, group.slots)
        found = [s for s in order if s not in behind and self._shows(s, flags)]
        if group.id in self.orders and found:
            passed = order[: max((order.index(s) + 1 for s in behind), default=0)]
            # What was passed over in a given order does not come later.
            return [s for s in found if s not in passed][:1]
        return found

    def _shows(self, slot: int, flags: frozenset[str]) -> bool:
        requires = self.field.slots[slot].requires
        return slot not in self.left_out and _holds(requires, flags)

    def _states(
        self,
        led: Iterable[tuple[int, frozenset[int], float]],
        flags: frozenset[str],
        shown: frozenset[str],
    ) -> dict[State, float]:
        found: dict[State, float] = {}
        for slot, behind, weight in led:
            past = Past()
            if slot != END:
                asked, contents = self._ahead(slot, behind)
                past = Past(behind, flags & asked, shown & contents)
            found[slot, past] = weight
        return found

    def _ahead(
        self, slot: int, behind: frozenset[int]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return what is asked for from a slot on: flags, and contents of its own."""
        group, ahead = self._group(slot), self.ahead
        if group is None:
            asked, contents = ahead[slot + 1]
            return asked | self._at(slot), contents | self._own(slot)
        asked, contents = ahead[max(group.slots) + 1]
        asked |= self._at(max(group.slots))
        for s in set(group.slots) - behind:
            asked |= _names(self.field.slots[s].requires)
            contents |= self._own(s)
        return asked, contents | self._own(slot)

    def _at(self, slot: int) -> frozenset[str]:
        """Return the flags that branches at a slot ask for."""
        branches = [b.when for b in self.field.branches if b.at == slot]
        return frozenset().union(*map(_names, branches))

    def _own(self, slot: int) -> frozenset[str]:
        options = self.field.slots[slot].options
        return self.shared & {option.content for option in options}


def passage(
    field: Field, left_out: frozenset[int], orders: Mapping[str, tuple[int, ...]]
) -> Passage:
    """Return the rules of passage of a field.

    Parameters
    ----------
    field
        The field.
    left_out
        Slots that are passed over.
    orders
        Orders of groups that are drawn already.

    Raises
    ------
    FieldError
        A group or a branch cannot be as it is, or a group is too large to be shuffled.
    """
    loose = tuple(
        group
        for group in field.groups
        if len(group.slots) > 1 and (group.order != "fixed" or group.id in orders)
    )
    _refuse(field, loose, orders)
    found: Counter[str] = Counter()
    for number, slot in enumerate(field.slots):
        if number not in left_out:
            found.update({option.content for option in slot.options})
    shared = frozenset(content for content, count in found.items() if count > 1)
    ahead = [(frozenset[str](), frozenset[str]())]
    for number in reversed(range(len(field.slots))):
        slot, (asked, contents) = field.slots[number], ahead[-1]
        asked |= _names(slot.requires)
        for branch in field.branches:
            if branch.at == number:
                asked |= _names(branch.when)
        if number not in left_out:
            contents |= shared & {option.content for option in slot.options}
        ahead.append((asked, contents))
    ahead.reverse()
    return Passage(field, left_out, orders, loose, shared, ahead[0][0], tuple(ahead))


def _refuse(
    field: Field, loose: tuple[Group, ...], orders: Mapping[str, tuple[int, ...]]
) -> None:
    items, count = [], len(field.slots)
    for group in loose:
        low, high = min(group.slots), max(group.slots)
        if sorted(group.slots) != list(range(low, high + 1)):
            items.append(f"group {group.id}: its slots are no neighbours")
        if group.id not in orders and len(group.slots) > _MOST_LOOSE:
            items.append(
                f"group {group.id}: {len(group.slots)} slots are too many to come in "
                f"any order, {_MOST_LOOSE} at most"
            )
    seen: Counter[int] = Counter(s for group in loose for s in group.slots)
    items += [
        f"slot {field.slots[s].id}: lies in {n} groups"
        for s, n in seen.items()
        if n > 1
    ]
    for branch in field.branches:
        onward = START <= branch.at < branch.to <= count
        if not onward or (branch.at, branch.to) == (START, count):
            items.append(f"branch {branch.id}: leads to no later slot")
        for group in loose:
            if branch.at in group.slots and branch.at != max(group.slots):
                items.append(f"branch {branch.id}: leads out of group {group.id}")
            if branch.to in group.slots and branch.to != min(group.slots):
                items.append(f"branch {branch.id}: leads into group {group.id}")
    if items:
        raise FieldError(
            "The groups and branches of this field cannot be.",
            remedy="Mend what is named.",
            items=items,
        )


def _set(flags: frozenset[str], sets: Mapping[str, bool]) -> frozenset[str]:
    if not sets:
        return flags
    on = {name for name, value in sets.items() if value}
    return (flags - set(sets)) | on


def _names(condition: Condition | None) -> frozenset[str]:
    return frozenset() if condition is None else condition.names


def _holds(condition: Condition | None, flags: frozenset[str]) -> bool:
    return condition is None or condition.holds(dict.fromkeys(flags, True))
