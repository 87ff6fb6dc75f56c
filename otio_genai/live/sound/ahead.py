"""How soon the slots of a field that are still to come may begin, at the earliest."""

from __future__ import annotations

from collections.abc import Collection

from otio_genai.field.model import START, Field, Group

__all__ = ["NEVER", "earliest"]

#: Later than any film lasts, in record frames.
NEVER = 1 << 60


def earliest(field: Field, last: int | None, shown: Collection[int]) -> list[int]:
    """Return a lower bound of the record frames until each slot, and the end, begins.

    Parameters
    ----------
    field
        Its groups and branches say what may follow what.
    last
        The slot of the last shot that is decided; None before the first.
    shown
        All slots that are decided.

    Returns
    -------
    list of int
        By slot, counted from the end of what is decided; the last one is the film's
        end. `NEVER` for what cannot come any more.
    """
    walk = _Walk(field, shown)
    first = 0
    if last is None:
        walk.leave(START, 0)
    else:
        group = walk.groups.get(last)
        if group is None:
            walk.leave(last, 0)
            first = last + 1
        else:
            walk.cross(group, 0)
            first = group.slots[-1] + 1
    walk.on(first)
    return walk.found


class _Walk:
    """One sweep over the slots in their order on the track."""

    def __init__(self, field: Field, shown: Collection[int]) -> None:
        self._field, self._shown = field, shown
        self.found = [NEVER] * (len(field.slots) + 1)
        #: The group of each slot whose order is open.
        self.groups: dict[int, Group] = {
            slot: group
            for group in field.groups
            if group.order != "fixed"
            for slot in group.slots
        }

    def reach(self, slot: int, frames: int) -> None:
        self.found[slot] = min(self.found[slot], frames)

    def leave(self, slot: int, frames: int) -> None:
        """Go on from a slot whose shot ends so many frames from now."""
        self.reach(slot + 1, frames)
        for branch in self._field.branches:
            if branch.at == slot:
                self.reach(branch.to, frames)

    def cross(self, group: Group, frames: int) -> None:
        """Go through a group that is entered so many frames from now."""
        left = [slot for slot in group.slots if slot not in self._shown]
        for slot in left:
            self.reach(slot, frames)
        after = frames + sum(self._least(slot) for slot in left)
        self.reach(group.slots[-1] + 1, after)
        for branch in self._field.branches:
            if branch.at in group.slots:
                self.reach(branch.to, after)

    def on(self, first: int) -> None:
        slot = first
        while slot < len(self._field.slots):
            group = self.groups.get(slot)
            if group is not None:
                at = self.found[slot]
                if at < NEVER:
                    self.cross(group, at)
                slot = group.slots[-1] + 1
                continue
            if self.found[slot] < NEVER:
                self.leave(slot, self.found[slot] + self._least(slot))
            slot += 1

    def _least(self, slot: int) -> int:
        """Return the least length of a slot's shot; 0 if it may be left out."""
        one = self._field.slots[slot]
        may_lack = one.requires is not None or one.policy == "once" or not one.options
        return 0 if may_lack else one.shortest
