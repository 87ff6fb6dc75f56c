"""What the notes of a film come to, with every take found in the pool.

Takes are indices into the pool. Slots and joins count from 0, but for numbers as they
were noted: those count from 1, or from the end when negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from otio_genai.assemble.planning.feasible import Rule, conflict
from otio_genai.errors import AssembleError

__all__ = ["Directions", "NotedJoin", "Settled"]


@dataclass(frozen=True, slots=True)
class NotedJoin:
    """What is noted of one join, told by its number or by its takes."""

    number: int | None = None
    "Its number from the start, or from the end when negative."
    before: int | None = None
    "The take that leaves."
    after: int | None = None
    "The take that enters."
    kind: str = ""
    "What it is to be; empty leaves it open."
    frames: int | None = None
    "Length of its transition."
    split_s: float | None = None
    "Split edit of the takes' sound."

    def said(self, names: Sequence[str]) -> str:
        """Return in words which join it speaks of."""
        if self.number is not None:
            return f"join {self.number}"
        left = "" if self.before is None else f" from {names[self.before]}"
        right = "" if self.after is None else f" to {names[self.after]}"
        return f"join{left}{right}"

    def join(self, order: Sequence[int]) -> list[int]:
        """Return the joins that it speaks of, for takes in their order."""
        count = len(order) - 1
        if self.number is not None:
            join = self.number - 1 if self.number > 0 else count + self.number
            return [join] if 0 <= join < count else []
        return [
            join
            for join in range(count)
            if self.before in (None, order[join])
            and self.after in (None, order[join + 1])
        ]


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds in a film of a known number of shots."""

    fixed: dict[int, int]
    "Slot to take."
    locks: tuple[tuple[int, int], ...]
    "Takes that follow one another."


@dataclass(slots=True)
class Directions:
    """The notes with every name found."""

    rules: list[Rule] = field(default_factory=list)
    "Takes in slots, takes that follow one another."
    moments: dict[int, int] = field(default_factory=dict)
    "Take to the record frame at which it is on screen."
    ins: dict[int, int] = field(default_factory=dict)
    "Take to its in-point, in record frames from its first."
    lengths: dict[int, int] = field(default_factory=dict)
    "Take to the length of its shot."
    slot_lengths: dict[int, int] = field(default_factory=dict)
    "Slot of a shot list to its length."
    slot_ins: dict[int, int] = field(default_factory=dict)
    "Slot of a shot list to its in-point."
    joins: list[NotedJoin] = field(default_factory=list)
    "What is noted of joins."
    shots: int | None = None
    "How many shots a shot list has."

    def renumbered(self, new: Mapping[int, int]) -> Directions:
        """Return the same for a pool of fewer takes, given their new indices."""

        def only(found: dict[int, int]) -> dict[int, int]:
            return {new[take]: value for take, value in found.items() if take in new}

        return replace(
            self,
            rules=[],
            moments=only(self.moments),
            ins=only(self.ins),
            lengths=only(self.lengths),
            joins=[
                replace(
                    join,
                    before=_other(new, join.before),
                    after=_other(new, join.after),
                )
                for join in self.joins
            ],
        )

    def settled(
        self,
        slots: int,
        repeats: bool,
        *,
        also: Sequence[Rule] = (),
    ) -> Settled:
        """Return what is fixed in a film of ``slots`` shots.

        Parameters
        ----------
        slots
            Number of shots.
        repeats
            Whether a take may fill more than one.
        also
            What else must hold: takes at their moments, locked joins.

        Raises
        ------
        AssembleError
            The notes contradict each other; the smallest set that does is named.
        """
        rules = [*self.rules, *also]
        wrong = conflict(rules, slots, repeats=repeats or self.shots is not None)
        if wrong:
            raise AssembleError(
                "These cannot all hold:"
                if len(wrong) > 1
                else f"This cannot hold in a film of {slots} shot{'s'[: slots - 1]}:",
                remedy="Change or drop one of them.",
                items=[rule.text for rule in wrong],
            )
        return Settled(
            {rule.place(slots): rule.take for rule in rules if rule.slot is not None},
            tuple(
                dict.fromkeys(
                    (rule.take, rule.after) for rule in rules if rule.after is not None
                )
            ),
        )

    def kinds(self, order: Sequence[int]) -> dict[int, str]:
        """Return the joins whose kind is noted, for takes in their order."""
        found = self._of_joins(order).items()
        return {join: note.kind for join, note in found if note.kind}

    def join_frames(self, order: Sequence[int]) -> dict[int, int]:
        """Return the joins whose transition's length is noted, in record frames."""
        found = self._of_joins(order).items()
        return {join: note.frames for join, note in found if note.frames is not None}

    def splits_s(self, order: Sequence[int]) -> dict[int, float]:
        """Return the joins whose split edit is noted, in seconds."""
        found = self._of_joins(order).items()
        return {join: note.split_s for join, note in found if note.split_s is not None}

    def _of_joins(self, order: Sequence[int]) -> dict[int, NotedJoin]:
        # What is said of a number counts more than what is said of takes.
        ranked = sorted(self.joins, key=lambda note: note.number is not None)
        return {join: note for note in ranked for join in note.join(order)}

    def numbered_kinds(self, count: int) -> dict[int, str]:
        """Return the kinds noted by number, of ``count`` joins."""
        anything = [-1] * (count + 1)
        return {
            join: note.kind
            for note in self.joins
            if note.kind and note.number is not None
            for join in note.join(anything)
        }

    @property
    def least_shots(self) -> int:
        """Return how many shots the film has at least, for takes to have theirs."""
        slots = [rule.slot for rule in self.rules if rule.slot is not None]
        head = max((slot + 1 for slot in slots if slot >= 0), default=0)
        tail = max((-slot for slot in slots if slot < 0), default=0)
        named = {side for rule in self.rules for side in (rule.take, rule.after)}
        return max(head + tail, len((named | set(self.moments)) - {None}))

    def stray_joins(self, order: Sequence[int], names: Sequence[str]) -> list[str]:
        """Return a sentence for each note of a join that a film does not follow.

        Parameters
        ----------
        order
            The take of each shot.
        names
            Name of each take.
        """
        told = []
        counted = self._of_joins(order)
        for note in self.joins:
            said = note.said(names)
            there = note.join(order)
            if not there:
                told.append(f"There is no {said} in this film; its note was left.")
            elif any(_clash(note, counted[join]) for join in there):
                told.append(f"Two notes speak of {said}; the other one counts.")
        return told


def _clash(note: NotedJoin, other: NotedJoin) -> bool:
    return bool(note.kind and other.kind and note.kind != other.kind)


def _other(new: Mapping[int, int], take: int | None) -> int | None:
    return None if take is None else new[take]
