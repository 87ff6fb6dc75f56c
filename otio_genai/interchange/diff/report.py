"""What changed between two timelines, as data and in an editor's words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from otio_genai import rates

__all__ = ["Change", "Clock", "Diff", "Place"]


@dataclass(frozen=True, slots=True)
class Clock:
    """How record frames are told: rate, first frame's count, drop-frame or not."""

    rate: Fraction
    start_frames: int = 0
    drop: bool = False

    def timecode(self, frames: int) -> str:
        """Return the record timecode of a frame counted from 0."""
        return rates.timecode(frames + self.start_frames, self.rate, drop=self.drop)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in one of the two timelines."""

    kind: str
    "``Video`` or ``Audio``."
    track: int
    "Number of the track among those of its kind, 1 the lowest."
    index: int
    "Index of the item among the children of its track."
    record_in: int
    "First record frame, counted from 0."
    record_out: int
    "Record frame after its last."


@dataclass(frozen=True, slots=True)
class Change:
    """One thing an editor did.

    Parameters
    ----------
    what
        One word for programs: ``added``, ``removed``, ``replaced``, ``moved``,
        ``shifted`` (carried along by a change before it), ``trimmed``, ``slipped``,
        ``cut`` (in two or more), ``rejoined``, ``join``, ``renamed``, ``film`` (the
        timeline as a whole), ``track``, or the feature that changed (``speed``,
        ``level``, ``opacity``, …).
    text
        The same as a sentence without its subject.
    item
        Name of the clip; empty for the timeline or a track.
    before, after
        Its place in either timeline; ``None`` where it is not.
    frames
        By how many record frames, where that is a number.
    also
        Other tracks that were changed alike: the sound of a picture.
    """

    what: str
    text: str
    item: str = ""
    before: Place | None = None
    after: Place | None = None
    frames: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that changed from one timeline to another, in record order."""

    changes: tuple[Change, ...] = ()
    before: Clock = field(default_factory=lambda: Clock(Fraction(24)))
    after: Clock = field(default_factory=lambda: Clock(Fraction(24)))
    untouched: tuple[tuple[Place, Place], ...] = ()
    "Places of clips with the same frames and looks in both: before, after."

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return not self.changes

    @property
    def kept(self) -> int:
        """How many clips are as they were, though they may lie elsewhere."""
        return len(self.untouched)

    def counts(self) -> dict[str, int]:
        """Return how often each kind of change occurs, the commonest first."""
        return dict(Counter(change.what for change in self.changes).most_common())

    def to_json(self) -> dict[str, Any]:
        """Return the whole as what JSON holds."""
        return {
            "same": self.same,
            "kept": self.kept,
            "counts": self.counts(),
            "changes": [self._json(change) for change in self.changes],
        }

    def _json(self, change: Change) -> dict[str, Any]:
        return {
            "what": change.what,
            "text": change.text,
            "item": change.item,
            "before": _place(change.before, self.before),
            "after": _place(change.after, self.after),
            "frames": change.frames,
            "also": list(change.also),
        }

    def readable(self) -> str:
        """Return a line for each change, and one that counts them."""
        if self.same:
            return "Nothing changed."
        lines = [self._line(change) for change in self.changes]
        kept = _number(self.kept, "clip")
        were = "it was" if self.kept == 1 else "they were"
        return "\n".join([*lines, f"{self.summary()}; {kept} as {were}"])

    def summary(self) -> str:
        """Return how often each kind of change occurs, in words."""
        told = Counter(_kind(change) for change in self.changes)
        return ", ".join(
            _number(count, noun, done) for (noun, done), count in told.most_common()
        )

    def _line(self, change: Change) -> str:
        place, clock = change.after, self.after
        if place is None:
            place, clock = change.before, self.before
        if place is None:
            return f"timeline: {change.text}"
        parts = [f"{place.kind} {place.track}"]
        if change.item:
            parts += [change.item, clock.timecode(place.record_in)]
        also = f" (and on {', '.join(change.also)})" if change.also else ""
        return f"{' · '.join(parts)}: {change.text}{also}"


# Changes that are told by what was done, and to a clip.
_DONE = frozenset(
    ("added", "removed", "replaced", "moved", "shifted", "trimmed", "slipped")
) | {"rejoined", "renamed"}
_NOUNS = {
    "film": "setting of the film",
    "label": "colour label",
    "nested": "nested sequence",
    "shifted": "run of clips",
    "effects": "set of effects",
    "channels": "choice of channels",
}


def _kind(change: Change) -> tuple[str, str]:
    """Return what was changed, and how."""
    if change.what == "enabled":
        return "clip", change.text
    if change.what == "cut":
        return "clip", "cut up"
    done = change.text.partition(":")[0].removeprefix(f"{change.what} ")
    if change.what in ("marker", "track") and done in ("added", "removed"):
        return change.what, done
    if change.what in _DONE:
        return _NOUNS.get(change.what, "clip"), change.what
    return _NOUNS.get(change.what, change.what), "changed"


def _number(count: int, noun: str, done: str = "") -> str:
    """Return a count with its noun, such as ``3 joins changed``."""
    head, of, rest = noun.partition(" of ")
    if count != 1:
        head = f"{head[:-1]}ies" if head.endswith("y") else f"{head}s"
    return f"{count} {head}{of}{rest} {done}".rstrip()


def _place(place: Place | None, clock: Clock) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "track": f"{place.kind} {place.track}",
        "index": place.index,
        "record_in": clock.timecode(place.record_in),
        "record_out": clock.timecode(place.record_out),
        "record_frames": [place.record_in, place.record_out],
    }
