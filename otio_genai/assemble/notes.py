"""What the director has noted: pins, locks, joins of her own, a shot list.

A `otio_genai.assemble.style.Style` says how films are cut; notes say what must be in
this one. Takes are named by clip name, file name or the end of a path.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "JoinNote", "Lock", "Notes", "Pin", "ShotNote"]

#: Kinds of join that can be asked for.
KINDS = ("match", "dry", "carry", "dissolve", "dip")


@dataclass(frozen=True, slots=True)
class Pin:
    """A take with a place of its own."""

    take: str
    "Which take."
    slot: int | None = None
    "Number of its shot, 1 the first; -1 is the last, -2 the one before."
    at_s: float | None = None
    "Or a moment of the film at which it is on screen, in seconds."
    in_s: float | None = None
    "Where in the take its shot begins, in seconds from its first frame."
    length_s: float | None = None
    "How long its shot lasts, in seconds."
    line: int = 0
    "Line of the file that says so; 0 when none does."


@dataclass(frozen=True, slots=True)
class Lock:
    """Two takes that follow one another."""

    before: str
    after: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class JoinNote:
    """How one join is to behave, whatever the style's shares say."""

    kind: str = ""
    "One of `KINDS`; empty leaves it open."
    number: int | None = None
    "Number of the join, 1 the first; negative counts from the end."
    before: str = ""
    "Or the take that leaves,"
    after: str = ""
    "or the take that enters, or both: then these two follow one another."
    length_s: float | None = None
    "Length of its transition in seconds."
    split_s: float | None = None
    "Split edit of the takes' sound there; above 0 an L cut, below a J cut."
    line: int = 0


@dataclass(frozen=True, slots=True)
class ShotNote:
    """One line of a shot list: a take and what is wished of its shot."""

    take: str
    "Which take; empty for a shot that any take may fill."
    in_s: float | None = None
    length_s: float | None = None
    join: str = ""
    "Kind of the join before it."
    line: int = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """Everything noted for one film."""

    pins: tuple[Pin, ...] = ()
    locks: tuple[Lock, ...] = ()
    joins: tuple[JoinNote, ...] = ()
    shots: tuple[ShotNote, ...] = ()
    "A shot list: these shots, in this order, and no others."
    source: str = ""
    "File that says so, for messages."
    list_source: str = ""
    "File of the shot list, for messages."
