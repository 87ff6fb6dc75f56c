"""Notes become constraints: whose shot is where, what follows what, all that conflicts.

Takes are found by name and given as indices into the pool. Slots and joins count
from 0 here; notes count from 1, or from the end with negative numbers.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import rates
from otio_genai.assemble.feasible import Rule, conflict
from otio_genai.assemble.notes import Notes
from otio_genai.assemble.style import Style
from otio_genai.assemble.tables import Material
from otio_genai.errors import AssembleError
from otio_genai.ingest import bin as bins

__all__ = ["Directions", "Settled", "directions"]

_ANY_LENGTH = 100_000


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
    numbered: list[tuple[int, str, int | None]] = field(default_factory=list)
    "Number of a join from the start or the end, its kind, its frames."
    paired: list[tuple[int | None, int | None, str, int | None]] = field(
        default_factory=list
    )
    "Takes before and after a join, its kind, its frames."
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
            paired=[
                (_other(new, a), _other(new, b), kind, frames)
                for a, b, kind, frames in self.paired
            ],
        )

    def settled(
        self,
        slots: int,
        repeats: bool,
        *,
        moments: Mapping[int, int] | None = None,
        locked: Sequence[tuple[int, int]] = (),
    ) -> Settled:
        """Return what is fixed in a film of ``slots`` shots.

        Parameters
        ----------
        slots
            Number of shots.
        repeats
            Whether a take may fill more than one.
        moments
            Take to the slot that its moment lies in.
        locked
            Takes that an earlier film joined and that stay so.

        Raises
        ------
        AssembleError
            The notes contradict each other; the smallest set that does is named.
        """
        rules = list(self.rules)
        for take, slot in (moments or {}).items():
            said = f"a take is pinned to a moment that shot {slot + 1} covers"
            rules.append(Rule(said, take=take, slot=slot))
        for before, after in locked:
            rules.append(Rule("a join is locked", take=before, after=after))
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
        return {join: kind for join, (kind, _) in self._joins(order).items() if kind}

    def join_frames(self, order: Sequence[int]) -> dict[int, int]:
        """Return the joins whose transition's length is noted, in record frames."""
        found = self._joins(order).items()
        return {join: frames for join, (_, frames) in found if frames is not None}

    def _joins(self, order: Sequence[int]) -> dict[int, tuple[str, int | None]]:
        found: dict[int, tuple[str, int | None]] = {}
        count = len(order) - 1
        for before, after, kind, frames in self.paired:
            for join in range(count):
                left, right = order[join], order[join + 1]
                if before in (None, left) and after in (None, right):
                    found[join] = (kind, frames)
        for number, kind, frames in self.numbered:
            join = number - 1 if number > 0 else count + number
            if 0 <= join < count:
                found[join] = (kind, frames)
        return found

    def numbered_kinds(self, count: int) -> dict[int, str]:
        """Return the kinds noted by number, of ``count`` joins."""
        return {
            (number - 1 if number > 0 else count + number): kind
            for number, kind, _ in self.numbered
            if kind and 0 < abs(number) <= count
        }

    @property
    def least_shots(self) -> int:
        """Return how many shots the film has at least, for takes to have theirs."""
        slots = [rule.slot for rule in self.rules if rule.slot is not None]
        head = max((slot + 1 for slot in slots if slot >= 0), default=0)
        tail = max((-slot for slot in slots if slot < 0), default=0)
        return head + tail

    def stray_joins(self, slots: int) -> list[str]:
        """Return a sentence for each numbered join that a film does not have."""
        return [
            f"There is no join {number} in a film of {slots} shots; its note was left."
            for number, _, _ in self.numbered
            if abs(number) > slots - 1
        ]


def directions(
    notes: Notes,
    style: Style,
    found: otio.schema.SerializableCollection,
    pool: Sequence[Material],
    rate: Fraction,
) -> Directions:
    """Return what the notes and the style's two ends ask for.

    Raises
    ------
    AssembleError
        Names that mean no take of this film, in-points or lengths that a take does
        not have; every one is named.
    """
    made = Directions()
    names = _Names(found, pool, notes.source)
    for k, name in enumerate(style.first):
        said = f"{name} is shot {k + 1}" if k else f"{name} opens the film"
        names.rule(made, name, slot=k + 1, said=said)
    for k, name in enumerate(reversed(style.last), start=1):
        said = f"{name} ends the film" if k == 1 else f"{name} is shot -{k}"
        names.rule(made, name, slot=-k, said=said)
    _pins(made, notes, names, rate)
    for lock in notes.locks:
        names.lock(made, lock.before, lock.after, lock.line)
    _joins(made, notes, names, rate)
    _shots(made, notes, names, rate)
    _beyond(made, names, pool, rate)
    if names.wrong:
        # What clashes in a film of any length is named with them.
        clash = conflict(made.rules, _ANY_LENGTH, repeats=style.repeats)
        names.wrong += [rule.text for rule in clash]
        raise AssembleError(
            "Takes named in the film's notes cannot be placed:",
            place=notes.source or None,
            remedy="Write them as `otio-genai ingest` lists them.",
            items=list(dict.fromkeys(names.wrong)),
        )
    return made


def _other(new: Mapping[int, int], take: int | None) -> int | None:
    return None if take is None else new[take]


class _Names:
    """Finds takes by name, and remembers what could not be found."""

    def __init__(
        self,
        found: otio.schema.SerializableCollection,
        pool: Sequence[Material],
        source: str,
    ) -> None:
        self.found, self.pool, self.source = found, pool, source
        self.wrong: list[str] = []

    def index(self, name: str, line: int) -> int | None:
        clip = bins.find(self.found, name)
        at = f"line {line}: " if line else ""
        if clip is None:
            known = [material.name for material in self.pool]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            self.wrong.append(
                f"{at}{name}: no file, or more than one, goes by this name{hint}"
            )
            return None
        for index, material in enumerate(self.pool):
            if material.clip is clip:
                return index
        self.wrong.append(f"{at}{name}: it is no take or still of this film")
        return None

    def rule(
        self, made: Directions, name: str, *, slot: int, said: str, line: int = 0
    ) -> int | None:
        take = self.index(name, line)
        if take is not None:
            made.rules.append(Rule(_told(line, said), take=take, slot=_zero(slot)))
        return take

    def lock(self, made: Directions, before: str, after: str, line: int) -> None:
        left, right = self.index(before, line), self.index(after, line)
        if left is not None and right is not None:
            said = _told(line, f"{before} is followed by {after}")
            made.rules.append(Rule(said, take=left, after=right))


def _zero(number: int) -> int:
    return number - 1 if number > 0 else number


def _told(line: int, text: str) -> str:
    return f"line {line}: {text}" if line else text


def _pins(made: Directions, notes: Notes, names: _Names, rate: Fraction) -> None:
    for pin in notes.pins:
        if pin.slot is not None:
            said = f"{pin.take} is shot {pin.slot}"
            take = names.rule(made, pin.take, slot=pin.slot, said=said, line=pin.line)
        else:
            take = names.index(pin.take, pin.line)
        if take is None:
            continue
        if pin.at_s is not None:
            made.moments[take] = rates.frame_with(pin.at_s, rate)
        if pin.in_s is not None:
            made.ins[take] = rates.frame_with(pin.in_s, rate)
        if pin.length_s is not None:
            made.lengths[take] = _frames(pin.length_s, rate)


def _joins(made: Directions, notes: Notes, names: _Names, rate: Fraction) -> None:
    for note in notes.joins:
        frames = None if note.length_s is None else _frames(note.length_s, rate)
        if note.number is not None:
            made.numbered.append((note.number, note.kind, frames))
            continue
        sides = [
            names.index(name, note.line) if name else None
            for name in (note.before, note.after)
        ]
        if sides == [None, None]:
            continue
        made.paired.append((sides[0], sides[1], note.kind, frames))
        if note.before and note.after:
            names.lock(made, note.before, note.after, note.line)


def _shots(made: Directions, notes: Notes, names: _Names, rate: Fraction) -> None:
    if not notes.shots:
        return
    made.shots = len(notes.shots)
    for slot, shot in enumerate(notes.shots):
        if shot.take:
            said = f"{shot.take} is shot {slot + 1} of the shot list"
            names.rule(made, shot.take, slot=slot + 1, said=said, line=shot.line)
        if shot.length_s is not None:
            made.slot_lengths[slot] = _frames(shot.length_s, rate)
        if shot.in_s is not None:
            made.slot_ins[slot] = rates.frame_with(shot.in_s, rate)
        if shot.join and slot:
            made.numbered.append((slot, shot.join, None))


def _beyond(
    made: Directions, names: _Names, pool: Sequence[Material], rate: Fraction
) -> None:
    """Complain of in-points and lengths that takes do not have."""
    asked = [(take, made.ins.get(take), made.lengths.get(take)) for take in made.ins]
    asked += [(t, None, n) for t, n in made.lengths.items() if t not in made.ins]
    slots = {rule.slot: rule.take for rule in made.rules if rule.slot is not None}
    for slot in {*made.slot_ins, *made.slot_lengths}:
        if slot in slots and made.shots is not None:
            given = made.slot_ins.get(slot), made.slot_lengths.get(slot)
            asked.append((slots[slot], *given))
    for take, begin, length in asked:
        material = pool[take]
        end = (begin or 0) + (length or 1)
        if not material.still and end > material.end:
            lasts = f"{float(material.end / rate):.2f} s"
            wants = f"{float(end / rate):.2f} s"
            names.wrong.append(f"{material.name}: it lasts {lasts}, not {wants}")


def _frames(length_s: float, rate: Fraction) -> int:
    return max(1, rates.frames_at(length_s, rate))
