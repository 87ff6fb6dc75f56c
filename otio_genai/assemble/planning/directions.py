"""Notes become constraints: whose shot is where, what follows what, all that conflicts.

Takes are found by clip name, file name or the end of a path.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import PurePath

import opentimelineio as otio

from otio_genai import rates
from otio_genai.assemble.notes import Notes
from otio_genai.assemble.planning.feasible import Rule, conflict
from otio_genai.assemble.planning.noted import Directions, NotedJoin
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError
from otio_genai.ingest import bin as bins

__all__ = ["directions"]

_ANY_LENGTH = 100_000


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
    names = _Names(found, pool)
    for k, name in enumerate(style.first):
        said = f"{name} is shot {k + 1}" if k else f"{name} opens the film"
        names.rule(made, name, slot=k + 1, said=said)
    for k, name in enumerate(reversed(style.last), start=1):
        said = f"{name} ends the film" if k == 1 else f"{name} is shot -{k}"
        names.rule(made, name, slot=-k, said=said)
    _pins(made, notes, names, rate)
    for lock in notes.locks:
        names.lock(made, lock.before, lock.after, _at(lock.line))
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
            remedy="Write names as `otio-genai ingest` lists them, and in-points and "
            "lengths that the takes have.",
            items=list(dict.fromkeys(names.wrong)),
        )
    return made


class _Names:
    """Finds takes by name, and remembers what could not be found."""

    def __init__(
        self,
        found: otio.schema.SerializableCollection,
        pool: Sequence[Material],
    ) -> None:
        self.found, self.pool = found, pool
        self.wrong: list[str] = []

    def index(self, name: str, at: str) -> int | None:
        clip = bins.find(self.found, name)
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
        self, made: Directions, name: str, *, slot: int, said: str, at: str = ""
    ) -> int | None:
        take = self.index(name, at)
        if take is not None:
            made.rules.append(Rule(at + said, take=take, slot=_zero(slot)))
        return take

    def lock(self, made: Directions, before: str, after: str, at: str) -> None:
        left, right = self.index(before, at), self.index(after, at)
        if left is not None and right is not None:
            said = f"{at}{before} is followed by {after}"
            made.rules.append(Rule(said, take=left, after=right))


def _zero(number: int) -> int:
    return number - 1 if number > 0 else number


def _at(line: int, file: str = "") -> str:
    """Return how a message begins that speaks of a line."""
    name = f"{PurePath(file).name}, " if file else ""
    return f"{name}line {line}: " if line else ""


def _pins(made: Directions, notes: Notes, names: _Names, rate: Fraction) -> None:
    for pin in notes.pins:
        if pin.slot is not None:
            said = f"{pin.take} is shot {pin.slot}"
            take = names.rule(
                made, pin.take, slot=pin.slot, said=said, at=_at(pin.line)
            )
        else:
            take = names.index(pin.take, _at(pin.line))
        if take is None:
            continue
        given = [(made.moments, pin.at_s, "moments"), (made.ins, pin.in_s, "in-points")]
        found = [
            (kept, rates.frame_with(time_s, rate), what)
            for kept, time_s, what in given
            if time_s is not None
        ]
        if pin.length_s is not None:
            found.append((made.lengths, _frames(pin.length_s, rate), "lengths"))
        names.wrong += [
            f"{_at(pin.line)}{pin.take} is pinned to two {what}"
            for kept, frames, what in found
            if kept.setdefault(take, frames) != frames
        ]


def _joins(made: Directions, notes: Notes, names: _Names, rate: Fraction) -> None:
    for note in notes.joins:
        before, after = (
            names.index(name, _at(note.line)) if name else None
            for name in (note.before, note.after)
        )
        if note.number is None and before is None and after is None:
            continue
        frames = None if note.length_s is None else _frames(note.length_s, rate)
        made.joins.append(
            NotedJoin(note.number, before, after, note.kind, frames, note.split_s)
        )
        if note.before and note.after:
            names.lock(made, note.before, note.after, _at(note.line))


def _shots(made: Directions, notes: Notes, names: _Names, rate: Fraction) -> None:
    if not notes.shots:
        return
    made.shots = len(notes.shots)
    for slot, shot in enumerate(notes.shots):
        if shot.take:
            said = f"{shot.take} is shot {slot + 1} of the shot list"
            names.rule(
                made,
                shot.take,
                slot=slot + 1,
                said=said,
                at=_at(shot.line, notes.list_source),
            )
        if shot.length_s is not None:
            made.slot_lengths[slot] = _frames(shot.length_s, rate)
        if shot.in_s is not None:
            made.slot_ins[slot] = rates.frame_with(shot.in_s, rate)
        if shot.join and slot:
            made.joins.append(NotedJoin(number=slot, kind=shot.join))


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
    names.wrong += [
        f"{pool[take].name}: its pin and shot {slot + 1} of the list ask for different "
        f"{what}"
        for what, pinned, listed in (
            ("lengths", made.lengths, made.slot_lengths),
            ("in-points", made.ins, made.slot_ins),
        )
        for slot, take in slots.items()
        if take in pinned and listed.get(slot, pinned[take]) != pinned[take]
    ]
    for take, begin, length in asked:
        material = pool[take]
        end = (begin or 0) + (length or 1)
        if not material.still and end > material.end:
            lasts = f"{float(material.end / rate):.2f} s"
            wants = f"{float(end / rate):.2f} s"
            names.wrong.append(f"{material.name}: it lasts {lasts}, not {wants}")


def _frames(length_s: float, rate: Fraction) -> int:
    return max(1, rates.frames_at(length_s, rate))
