"""What a field holds, and what is wrong with it.

Conventions
    Numbers of films, takes out of reach and worst joins are exact; what films have in
    common, how long they last and how many keep the rules of whole films is estimated
    from draws, as many as are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import FieldError
from otio_genai.field.bounds import bounds
from otio_genai.field.document import faults, read_field
from otio_genai.field.drawing import Conditions, Space, counted, space
from otio_genai.field.judge_apart import apart, every_take
from otio_genai.field.judge_branches import strays
from otio_genai.field.judge_draws import Drawn, draw, ruled
from otio_genai.field.judge_joins import worst_joins
from otio_genai.field.judge_reach import at_least, coverage, reached, why_not
from otio_genai.field.judge_rules import RARE, advice, forbidden, spoken, tried
from otio_genai.field.judge_size import digits, told
from otio_genai.field.judge_turns import lacking
from otio_genai.field.judge_words import readable
from otio_genai.field.model import Field
from otio_genai.field.odds import Share, shares

__all__ = ["Apart", "Judgement", "Runtime", "Unreachable", "WorstJoin", "judge"]

_DRAWS = 500

#: Called as ``progress(stage, done, total)``.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Apart:
    """Two slots that may come one after the other and that no join connects."""

    before_slot: str
    slot: str
    why: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A take that no film shows."""

    slot: str
    take: str
    why: str


@dataclass(frozen=True, slots=True)
class WorstJoin:
    """The take of a slot that is joined to least well, and its best join."""

    slot: str
    take: str
    before_slot: str
    before_take: str
    kind: str
    "What the join is meant to be."
    match: float
    "Its M, 0 to 1."
    weight: float
    "How readily it is drawn, 0 to 1."


@dataclass(frozen=True, slots=True)
class Runtime:
    """How long films are, in seconds."""

    shortest_s: float
    longest_s: float
    "No film lies outside these two."
    mean_s: float
    "Of the films drawn."


@dataclass(frozen=True, slots=True)
class Judgement:
    """What `judge` found."""

    title: str
    slots: int
    takes: int
    "Approved ones."
    contradictions: tuple[str, ...] = ()
    "Why there is no film at all."
    remedy: str | None = None
    "What to do about it."
    films: int = 0
    "How many films one showing is drawn from, before the rules of whole films."
    draws: int = 0
    "How many were drawn to estimate what is not counted."
    accepted: float | None = None
    "Estimated share of films that keep the rules of whole films."
    accepted_between: tuple[float, float] | None = None
    "Where it lies, 19 times in 20; 1 to 1 where there are no such rules."
    branches: tuple[Share, ...] = ()
    "How often each branch is taken, before the rules of whole films."
    broken: tuple[tuple[str, int], ...] = ()
    "Rules of whole films, and how many of the films drawn broke each first."
    rare: tuple[str, ...] = ()
    "What would do, where so few films keep them that a showing may find none."
    near_s: tuple[float, ...] = ()
    "Lengths of films drawn nearest to a runtime that none of them has."
    runtime: Runtime | None = None
    overlap: float | None = None
    "Estimated share of takes that two showings drawn alone have in common."
    overlap_between: tuple[float, float] | None = None
    "Where it lies, 19 times in 20."
    overlap_by_slot: tuple[tuple[str, float], ...] = ()
    "How often two showings that both show a slot show the same take there."
    showings_to_cover: int | None = None
    "No fewer showings in a row can show everything; None if not known. Exact where no "
    "rules of whole films hold."
    showings_tried: int | None = None
    "After so many of a new book all had come, tried once, where such rules hold."
    showings_at_least: int = 0
    "No fewer can: one slot alone has so many takes."
    worst_joins: tuple[WorstJoin, ...] = ()
    unreachable: tuple[Unreachable, ...] = ()
    apart: tuple[Apart, ...] = ()
    "Slots that may meet and cannot be joined, so that some orders never come."
    lacking: tuple[str, ...] = ()
    "What holds between showings and cannot be kept for long."
    quarantined: tuple[tuple[str, str], ...] = ()
    "Slots, and takes that wait for approval."

    @property
    def fine(self) -> bool:
        """Whether there are films, enough keep all rules, and every take is shown."""
        wrong = self.contradictions or self.unreachable or self.lacking or self.rare
        return not wrong

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it; a number of films too long for it as text."""
        found = asdict(self)
        found["films"] = {"told": told(self.films), "digits": digits(self.films)}
        if digits(self.films) <= 4300:
            found["films"]["exact"] = str(self.films)
        found["overlap_by_slot"] = dict(self.overlap_by_slot)
        found["quarantined"] = [list(pair) for pair in self.quarantined]
        found["broken"] = [list(pair) for pair in self.broken]
        for key in ("accepted_between", "overlap_between"):
            found[key] = None if found[key] is None else list(found[key])
        found["branches"] = [
            {**asdict(one), "note": strays(one)} for one in self.branches
        ]
        lists = ("contradictions", "worst_joins", "unreachable", "apart", "lacking")
        for key in (*lists, "near_s", "rare"):
            found[key] = list(found[key])
        return {**found, "fine": self.fine}

    def readable(self) -> str:
        """Return it in lines for a person."""
        return readable(self)


def judge(
    field: Field | otio.schema.Timeline,
    *,
    draws: int = _DRAWS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Judgement:
    """Say what a field holds and what is wrong with it.

    Parameters
    ----------
    field
        The field, or its document, which is judged even where it contradicts itself.
    draws
        From how many films is estimated what is not counted.
    seed
        Of these draws.
    progress
        Called as ``progress("judging", done, total)``.

    Raises
    ------
    MetadataError
        The document was written by a later version than this one knows.
    """
    if isinstance(field, otio.schema.Timeline):
        wrong = faults(field)
        if wrong:
            return _contradicted(field, wrong)
        field = read_field(field)
    tell = _Steps(progress)
    found = Judgement(
        title=field.title,
        slots=len(field.slots),
        takes=sum(len(slot.options) for slot in field.slots),
        quarantined=tuple(_quarantined(field.timeline)),
    )
    try:
        whole = space(field)
        tell()
        films = counted(space(field, Conditions(uniform=True))).films
    except FieldError as error:
        return _without(found, field, error)
    if not films:
        return replace(found, contradictions=("no film keeps all of its rules",))
    tell()
    return _measured(found, field, whole, films, draws, seed, tell)


class _Steps:
    """How far a judgement is."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._done = progress, 0
        self(0)

    def __call__(self, steps: int = 1) -> None:
        self._done += steps
        if self._progress is not None:
            self._progress("judging", self._done, 5)


def _measured(
    found: Judgement,
    field: Field,
    whole: Space,
    films: int,
    draws: int,
    seed: int,
    tell: Callable[[], None],
) -> Judgement:
    shown = reached(field)
    tell()
    drawn = draw(field, whole, np.random.default_rng(seed), draws)
    tell()
    never, can = [], shown
    if ruled(field):
        never = list(forbidden(field, whole, shown, drawn.takes, seed))
        out = {(slot, take) for slot, take, _ in never}
        can = {
            slot: [there and (slot, take) not in out for take, there in enumerate(row)]
            for slot, row in shown.items()
        }
    found = replace(
        found,
        films=films,
        draws=max(2, draws),
        accepted=drawn.accepted,
        accepted_between=drawn.accepted_between,
        branches=shares(field),
        broken=drawn.broken,
        near_s=tuple(float(n / field.rate) for n in drawn.near_frames),
        runtime=_runtime(field, drawn),
        overlap=drawn.overlap,
        overlap_between=drawn.overlap_between,
        overlap_by_slot=tuple(
            (field.slots[slot].id, share) for slot, share in drawn.by_slot
        ),
        rare=advice(field, whole, seed) if drawn.accepted < RARE else (),
        showings_to_cover=coverage(field, can),
        showings_tried=tried(field, can, seed) if ruled(field) else None,
        showings_at_least=at_least(field, can),
        worst_joins=tuple(_joins(field, shown)),
        unreachable=tuple(
            Unreachable(field.slots[slot].id, _name(field, slot, take), why)
            for slot, take, why in sorted([*why_not(field, shown), *never])
        ),
        apart=_apart(field, shown),
        lacking=lacking(field, shown),
    )
    tell()
    return found


def _without(found: Judgement, field: Field, error: FieldError) -> Judgement:
    """Return the judgement of a field without a film: why it has none."""
    said = error.sentence.rstrip(".")
    place = f"{error.place}: " if error.place else ""
    items = tuple(f"  {item}" for item in error.items)
    try:
        far = _apart(field, every_take(field))
    # What cannot even be laid out has no joins to look at.
    except FieldError:
        far = ()
    return replace(
        found,
        contradictions=(f"{place}{said}", *items),
        remedy=error.remedy,
        apart=far,
    )


def _apart(field: Field, shown: dict[int, list[bool]]) -> tuple[Apart, ...]:
    return tuple(
        Apart(field.slots[one.before].id, field.slots[one.after].id, one.why)
        for one in apart(field, shown)
    )


def _contradicted(timeline: otio.schema.Timeline, wrong: list[str]) -> Judgement:
    tracks = timeline.video_tracks()
    clips = [c for c in tracks[0] if isinstance(c, otio.schema.Clip)] if tracks else []
    return Judgement(str(timeline.name), len(clips), 0, tuple(wrong))


def _quarantined(timeline: otio.schema.Timeline) -> Iterator[tuple[str, str]]:
    for clip in timeline.video_tracks()[0]:
        if not isinstance(clip, otio.schema.Clip):
            continue
        slot = metadata.read(clip, "slot") or {}
        for one in [clip, *(metadata.read(clip, "takes") or ())]:
            if (metadata.read(one, "take") or {}).get("review") == "quarantine":
                yield str(slot.get("id")), str(one.name)


def _name(field: Field, slot: int, take: int) -> str:
    return str(field.slots[slot].options[take].clip.name)


def _joins(field: Field, shown: dict[int, list[bool]]) -> Iterator[WorstJoin]:
    for worst in worst_joins(field, shown):
        earlier, leaving = worst.before
        yield WorstJoin(
            slot=field.slots[worst.slot].id,
            take=_name(field, worst.slot, worst.take),
            before_slot=field.slots[earlier].id,
            before_take=_name(field, earlier, leaving),
            kind=worst.kind,
            match=worst.match,
            weight=worst.weight,
        )


def _runtime(field: Field, drawn: Drawn) -> Runtime:
    ends, _ = bounds(field.slots, field.groups, field.branches)
    shortest, longest = ends[-1].earliest, ends[-1].latest
    asked = field.runtime
    if asked.exact is not None and field.clock is not None:
        shortest = longest = field.clock.frame(asked.exact)
    shortest = max(shortest, asked.shortest or 0, spoken(field, ends))
    longest = min(longest, longest if asked.longest is None else asked.longest)
    rate = field.rate
    mean = Fraction(drawn.mean_frames) / rate
    return Runtime(float(shortest / rate), float(longest / rate), float(mean))
