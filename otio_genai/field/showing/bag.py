"""Which takes rest: those shown since their slot began anew, and those just shown.

Conventions
    A take is known by its mark (`otio_genai.field.showing.recipe.marks`). A *block* of
    a slot lasts until each of its takes was shown; then the next begins, in which the
    takes of the last showing rest first. The *round* of the field lasts until every
    take of every slot was shown: how few showings it may take is what
    `otio_genai.field.showing.cover` finds. Only slots whose takes are drawn take part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from otio_genai.field.model import Coverage

__all__ = ["Marks", "Memory", "remembered", "resting", "unseen_of"]

#: Marks of each slot's takes.
Marks = Sequence[Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Memory:
    """What showings leave behind for those after them, as marks of takes."""

    seen: frozenset[bytes] = frozenset()
    "Shown in the block of their slot."
    covered: frozenset[bytes] = frozenset()
    "Shown in the round of the field."
    rests: tuple[frozenset[bytes], ...] = ()
    "Takes of the last showings, the latest first."


def remembered(
    memory: Memory,
    shown: frozenset[bytes],
    slots: Sequence[frozenset[bytes]],
    coverage: Coverage,
) -> Memory:
    """Return what is remembered after one showing more.

    Parameters
    ----------
    memory
        What was before.
    shown
        Its takes.
    slots
        Takes of each slot that can be shown.
    coverage
        What the field asks for: no more is kept than that needs.
    """
    depth = max(
        coverage.cooldown,
        coverage.over if coverage.max_overlap < 1 else 0,
        1 if coverage.bag else 0,
    )
    kept = replace(memory, rests=(shown, *memory.rests)[:depth])
    if not coverage.bag:
        return replace(kept, seen=frozenset(), covered=frozenset())
    seen = memory.seen | shown
    for slot in slots:
        if slot <= seen:
            seen -= slot
    covered = memory.covered | shown
    if frozenset().union(*slots) <= covered:
        covered = frozenset()
    return replace(kept, seen=seen, covered=covered)


def resting(
    memory: Memory,
    marks: Marks,
    slots: Sequence[frozenset[bytes]],
    coverage: Coverage,
) -> frozenset[tuple[int, int]]:
    """Return the takes that should rest, as (slot, option).

    Parameters
    ----------
    memory
        What showings left behind.
    marks
        Of each slot's takes.
    slots
        Takes of each slot that can be shown; empty for one that takes no part.
    coverage
        What the field asks for.
    """
    tired = frozenset[bytes]().union(*memory.rests[: coverage.cooldown])
    if coverage.bag:
        last = memory.rests[0] if memory.rests else frozenset()
        for slot in slots:
            block = memory.seen & slot
            tired |= block or (last & slot)
    parts = frozenset[bytes]().union(*slots)
    return frozenset(
        (number, k)
        for number, row in enumerate(marks)
        for k, mark in enumerate(row)
        if mark in tired & parts
    )


def unseen_of(
    memory: Memory, marks: Marks, slots: Sequence[frozenset[bytes]]
) -> frozenset[tuple[int, int]]:
    """Return the takes that the round of the field still lacks, as (slot, option)."""
    lacking = frozenset[bytes]().union(*slots) - memory.covered
    return frozenset(
        (number, k)
        for number, row in enumerate(marks)
        for k, mark in enumerate(row)
        if mark in lacking
    )
