"""A field as films are drawn from it: slots, what may fill them, and what holds.

Conventions
    Lengths and points are whole record frames of the field's rate; points of a take are
    counted from its first frame, as in `otio_genai.assemble.planning.candidates`. Slots
    and their takes are named by their index; the active take is the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import opentimelineio as otio

from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style
from otio_genai.field.flags import Condition

__all__ = [
    "START",
    "Audio",
    "Branch",
    "Chosen",
    "Clock",
    "Coverage",
    "Field",
    "Gains",
    "Group",
    "Motion",
    "Option",
    "Order",
    "Palette",
    "Policy",
    "Runtime",
    "Slot",
    "Spoken",
    "Stem",
]

#: In the place of the slot that a branch leaves: before the first.
START = -1

#: How a slot's takes follow each other from showing to showing: always the active one;
#: any by weight; in turn, over and over; in turn, then the slot is left out; in turn,
#: then always the last.
Policy = Literal["fixed", "shuffle", "cycle", "once", "stopping"]

#: How a group's slots lie: as they are; in any order, drawn anew for each showing; in
#: any order, drawn once from the key of the field's book.
Order = Literal["fixed", "shuffle", "shuffle-once"]


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """A take that a slot may show."""

    clip: otio.schema.Clip
    "As the field's document holds it."
    material: Material
    "It, on the record grid."
    content: str
    "What its pictures are known by, wherever it lies: a hash, else its address."
    weight: float
    """How readily it is drawn beside the others of its slot, over 0.

    Of takes whose joins are alike each is drawn in proportion to it, however many cut
    points it has and whichever others are banned. Joins still pull: a take that goes on
    well from its neighbours is drawn oftener, and the more so the smaller `Motion.tau`
    is. Takes that should rest are drawn only where no film is without.
    """
    ins: tuple[int, ...]
    "In-points, rising; for a still the moves of its camera."
    outs: tuple[int, ...] | None
    "Out-points, rising; any if None. Those of a still are lengths."
    sets: Mapping[str, bool]
    "Flags that it sets when it is shown."


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place in the film that one of several takes fills."""

    id: str
    options: tuple[Option, ...]
    "The active one first; approved ones only."
    policy: Policy
    shortest: int
    "Least length of its shot."
    longest: int
    "Greatest length."
    kind: str
    "What the join before it is meant to be: match, dry, carry, dissolve or dip."
    half: int
    "Record frames that its transition wants on each side of the cut; 0 for a cut."
    requires: Condition | None
    "Without it the slot is left out."
    sets: Mapping[str, bool]
    "Flags that it sets, whatever it shows."
    at: int | None
    "Record frame at which it must begin."
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Slots that follow each other and may change places."""

    id: str
    slots: tuple[int, ...]
    "Neighbours on the track, rising."
    order: Order


@dataclass(frozen=True, slots=True)
class Branch:
    """A way on from one slot to a later one.

    The way to the next slot has the weight 1, unless a branch leads there, too. Of the
    films that come to a fork each way is taken in proportion to its weight, whatever
    lies along it: a branch of weight w beside the way on by w / (1 + w). That is exact
    where joins are alike, and nearly so while `Motion.tau` is as wide as their costs
    vary. It is not promised where joins are very unlike and tau is small, where limits
    on joins, exact times or takes that lie in several slots leave one way fewer films,
    or where takes should rest; `otio_genai.field.odds` finds the weight for a share.
    """

    id: str
    at: int
    "The slot after which it may be taken; `START` before the first."
    to: int
    "The slot it leads to, later than `at`; the number of slots for the film's end."
    when: Condition | None
    weight: float
    share: float | None = None
    "How many films that come to the fork shall take it; drawing looks at the weight."


@dataclass(frozen=True, slots=True)
class Runtime:
    """How long films may be, in record frames; None leaves a side open."""

    shortest: int | None = None
    longest: int | None = None
    exact: int | None = None
    "Ticks of the clock that every film lasts."


@dataclass(frozen=True, slots=True)
class Clock:
    """Ticks on which every cut falls: beats of the music, or parts of a second."""

    ticks_per_s: Fraction
    offset_s: Fraction
    "When the first tick after the film's start falls, below one tick."
    rate: Fraction

    def frame(self, tick: int) -> int:
        """Return the record frame of a tick; 0 is the film's start."""
        if tick <= 0:
            return 0
        time_s = self.offset_s + Fraction(tick if not self.offset_s else tick - 1) / (
            self.ticks_per_s
        )
        return int(time_s * self.rate + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Motion:
    """How much motion may break across a join."""

    tau: float
    "Cost at which a join is drawn e^(-1/2) times as often as one that costs nothing."
    hard_max: float | None
    "Greatest cost of a join; any if None."


@dataclass(frozen=True, slots=True)
class Palette:
    """How far colours may lie apart across a join."""

    most_de: float | None
    "Greatest CIE 1976 difference; any if None."


@dataclass(frozen=True, slots=True)
class Coverage:
    """What holds between one showing and those before it."""

    bag: bool
    "Whether every take is shown before any comes again."
    cooldown: int
    "Showings for which a take rests after it was shown."
    max_overlap: float
    "Greatest share of takes that a showing has in common with each of the last ones."
    over: int
    "How many showings back."


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A voice that is heard from one slot on."""

    slot: int
    clip: otio.schema.Clip
    pad: int
    "Record frames from the slot's start to the voice's."


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """Music over the bed that some showings have."""

    clip: otio.schema.Clip
    chance: float
    "How often it is heard, 0 to 1."
    gain_db: float


@dataclass(frozen=True, slots=True)
class Gains:
    """Levels that are the same in every showing, in dB."""

    bed_db: float = 0.0
    voice_db: float = 0.0
    duck_db: float = 0.0
    "By how much the bed steps back under the voice, at most 0."
    takes_db: float = 0.0
    levelled: bool = False
    "Whether voices and takes are brought to one loudness first, each by its own."


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """What is heard."""

    bed: otio.schema.Clip | None
    stems: tuple[Stem, ...]
    voices: tuple[Spoken, ...]
    "In the order of their slots."
    gains: Gains


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of films."""

    timeline: otio.schema.Timeline
    "Its document."
    title: str
    rate: Fraction
    size: tuple[int, int]
    style: Style
    slots: tuple[Slot, ...]
    groups: tuple[Group, ...]
    branches: tuple[Branch, ...]
    flags: Mapping[str, bool]
    "All there are, as a film begins."
    runtime: Runtime
    clock: Clock | None
    "None where cuts may fall anywhere."
    motion: Motion
    palette: Palette
    coverage: Coverage
    audio: Audio
    fingerprint: str = field(default="")
    "Digest of all that decides which films there are."

    @property
    def aspect(self) -> float:
        """Height over width of the frame."""
        return self.size[1] / self.size[0]


@dataclass(frozen=True, slots=True, order=True)
class Chosen:
    """A slot filled: what a film drawn from a field consists of."""

    slot: int
    option: int
    way: int
    "In-point, or the move of a still's camera, as `otio_genai.assemble.sequence.Shot`."
    frames: int
    "Length in record frames."
