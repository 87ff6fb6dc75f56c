"""What a conversion lost, item by item, as data and as a readable list.

Aim
    Every writer returns a `Loss`. An empty one is a promise that the other editor
    gets the same film; anything else names the place, the feature, what the editor
    gets instead and what can be done.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

__all__ = ["Loss", "LossItem", "Outcome"]

# What differs between losses of one kind.
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
# Places that are shown of what happened often.
_MANY = 3

Outcome = Literal["exact", "approximated", "baked", "dropped"]


# Characters of a name that a person still takes in; generators write more.
_LONGEST_NAME = 60


def _short(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[: half - 1]}…{name[-half:]}"


@dataclass(frozen=True, slots=True)
class LossItem:
    """The fate of one feature at one place.

    Parameters
    ----------
    feature
        What it is about, such as ``"transition"`` or ``"levels"``.
    outcome
        ``exact``, ``approximated``, ``baked`` (rendered into a clip) or ``dropped``.
    target_gets
        What the other editor shows or plays instead.
    remedy
        What to do to lose nothing; empty when there is nothing to do.
    track, item
        Names; empty when it concerns the whole timeline.
    record_in, record_out
        Half-open record range as timecode; empty when it concerns the whole timeline.

    Raises
    ------
    ValueError
        ``outcome`` is none of the four.
    """

    feature: str
    outcome: Outcome
    target_gets: str
    remedy: str = ""
    track: str = ""
    item: str = ""
    record_in: str = ""
    record_out: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in get_args(Outcome):
            raise ValueError(f"{self.outcome!r} is not an outcome.")

    def to_json(self) -> dict[str, Any]:
        """Return the item as what JSON holds."""
        return {
            "place": {
                "track": self.track,
                "item": self.item,
                "record_in": self.record_in,
                "record_out": self.record_out,
            },
            "feature": self.feature,
            "outcome": self.outcome,
            "target_gets": self.target_gets,
            "remedy": self.remedy,
        }

    @property
    def place(self) -> str:
        """Track, item and record range as text; empty for the whole timeline."""
        span = f"{self.record_in}-{self.record_out}" if self.record_in else ""
        return " · ".join(
            part for part in (self.track, _short(self.item), span) if part
        )

    @property
    def fate(self) -> str:
        """What became of it, without its place."""
        line = f"{self.feature} {self.outcome}: {self.target_gets}"
        return f"{line} ({self.remedy})" if self.remedy else line

    def readable(self) -> str:
        """Return the item as one line."""
        return f"{self.place or 'timeline'}: {self.fate}"


@dataclass(frozen=True, slots=True)
class Loss:
    """Everything one conversion has to answer for.

    Parameters
    ----------
    items
        In the order of the timeline.
    notes
        Sentences about what nobody has established, where nothing is known to be lost.
    """

    items: tuple[LossItem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lossy(self) -> bool:
        """True when any item is not exact."""
        return any(item.outcome != "exact" for item in self.items)

    @property
    def warnings(self) -> list[str]:
        """What is there but not as it was, and the notes."""
        kept = [
            item.readable()
            for item in self.items
            if item.outcome in ("approximated", "baked")
        ]
        return kept + list(self.notes)

    @property
    def unsupported(self) -> list[str]:
        """What is not there at all."""
        return [item.readable() for item in self.items if item.outcome == "dropped"]

    def __add__(self, other: Loss) -> Loss:
        return Loss(self.items + other.items, self.notes + other.notes)

    def to_json(self) -> dict[str, Any]:
        """Return the account as what JSON holds; both lists are always present."""
        return {
            "lossy": self.lossy,
            "items": [item.to_json() for item in self.items],
            "warnings": self.warnings,
            "unsupported": self.unsupported,
        }

    def readable(self, *, every: bool = False) -> str:
        """Return the account as lines of text, worst first.

        Parameters
        ----------
        every
            A line for each item; else what happened in many places is told once, with
            the first of them.
        """
        if not self.items and not self.notes:
            return "Nothing was lost."
        order: Iterable[Outcome] = ("dropped", "baked", "approximated", "exact")
        lines: list[str] = []
        for outcome in order:
            items = [item for item in self.items if item.outcome == outcome]
            lines += [i.readable() for i in items] if every else _grouped(items)
        lines += [
            f"note: {note}" for note in (self.notes if every else _few(self.notes))
        ]
        head = "Something was lost." if self.lossy else "Nothing was lost."
        return "\n".join([head, *lines])


def _few(notes: tuple[str, ...]) -> Iterator[str]:
    """Give notes, and of many that begin alike the first ones."""
    groups: dict[str, list[str]] = {}
    for note in notes:
        groups.setdefault(note.partition(": ")[0], []).append(note)
    for head, group in groups.items():
        yield from group[:_MANY]
        if len(group) > _MANY:
            yield f"{head}: and {len(group) - _MANY} more (all with --every or --json)."


def _grouped(items: list[LossItem]) -> Iterator[str]:
    groups: dict[str, list[LossItem]] = {}
    for item in items:
        groups.setdefault(_FIGURE.sub("#", item.fate), []).append(item)
    for group in groups.values():
        if len(group) == 1:
            yield group[0].readable()
            continue
        places = Counter(item.place or "timeline" for item in group)
        told = [
            place if count == 1 else f"{place} ({count} times)"
            for place, count in places.items()
        ]
        shown = "; ".join(told[:_MANY])
        more = len(group) - sum(list(places.values())[:_MANY])
        alike = len({item.fate for item in group}) == 1
        yield f"{len(group)} times{'' if alike else ', such as'}: {group[0].fate}"
        yield f"    {shown}" + (f"; and {more} more" if more > 0 else "")
