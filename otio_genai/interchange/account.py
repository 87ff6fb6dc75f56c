"""The account a writer keeps while it works."""

from __future__ import annotations

import re
from fractions import Fraction

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.loss import Loss, LossItem, Outcome

__all__ = ["Account", "clean", "is_usual", "place_of", "start_frames"]

# What XML 1.0 cannot hold, and the C1 controls no editor shows.
_BANNED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\r\n\u2028\u2029]")


def clean(text: str, *, lines: bool = False) -> str:
    """Return ``text`` without control characters; line breaks become spaces.

    With ``lines`` line breaks and tabs stay; breaks are line feeds.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _BANNED.sub("", text)
    return text if lines else _BREAKS.sub(" ", text)


def is_usual(name: str, kind: str, number: int) -> bool:
    """Tell whether a track's name is what any editor calls it anyway.

    Examples
    --------
    >>> is_usual("V1", "Video", 1), is_usual("Audio 2", "Audio", 2), is_usual("", "", 1)
    (True, True, True)
    """
    return name in ("", f"{kind[:1]}{number}", f"{kind} {number}")


def place_of(track: otio.schema.Track) -> str:
    """Return what an account calls a track: its name, else V1, A2 as editors count."""
    name = clean(track.name or "")
    if name.strip():
        return name
    number = 1
    for other in track.parent() or ():
        if other is track:
            return f"{track.kind[:1]}{number}"
        number += isinstance(other, otio.schema.Track) and other.kind == track.kind
    return str(track.kind)


# Readers of ours take no later moment for a time of day.
_LATEST_S = 10**7


def start_frames(timeline: otio.schema.Timeline, rate: Fraction) -> int:
    """Return the record frame a film begins at, as far as formats state one.

    Before 00:00:00:00 there is no timecode, and months later neither: such a film
    begins at 0, which `Account.begin` tells.
    """
    begin = timeline.global_start_time
    start = 0 if begin is None else rates.frames_at(rates.seconds(begin), rate)
    return start if 0 <= start < _LATEST_S * rate else 0


class Account:
    """Collects loss items with their place in record timecode."""

    def __init__(self, rate: Fraction, start_frames: int, drop: bool) -> None:
        self._rate = rate
        self._start_frames = start_frames
        self._drop = drop
        self._prefix = ""
        self._told = 0
        self._items: list[LossItem] = []
        self._notes: list[str] = []

    def begin(self, timeline: otio.schema.Timeline) -> None:
        """Tell a start that no timecode can state."""
        begin = timeline.global_start_time
        if begin is None or self._start_frames:
            return
        start = rates.frames_at(rates.seconds(begin), self._rate)
        if start:
            self.add(
                "start timecode",
                "approximated",
                f"a film that begins at 00:00:00:00, not {start} frames from it: "
                "no timecode says that",
                "Let the film begin within a day.",
            )

    def within(self, name: str, rate: Fraction) -> Account:
        """Return the account of a nested sequence, which adds to this one.

        Its places are timecodes of the nested sequence, its tracks bear its name.
        """
        inner = Account(rate, 0, False)
        inner._prefix = f"{self._prefix}{clean(name) or 'nested sequence'} / "
        inner._items, inner._notes = self._items, self._notes
        return inner

    def add(
        self,
        feature: str,
        outcome: Outcome,
        target_gets: str,
        remedy: str = "",
        *,
        track: str = "",
        item: str = "",
        span: tuple[int, int] | None = None,
    ) -> None:
        """Add one item; ``span`` is in record frames from 0."""
        self._told += 1
        first, last = ("", "") if span is None else map(self.timecode, span)
        track = f"{self._prefix}{track}".removesuffix(" / ")
        self._items.append(
            LossItem(feature, outcome, target_gets, remedy, track, item, first, last)
        )

    @property
    def told(self) -> int:
        """How many items were added here, those of nested sequences aside."""
        return self._told

    def note(self, sentence: str) -> None:
        """Add a sentence once."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def timecode(self, frames: int) -> str:
        """Return the record timecode of a frame counted from 0."""
        # A transition may reach to before the first frame.
        first = max(0, frames + self._start_frames)
        return rates.timecode(first, self._rate, drop=self._drop)

    def text(self, text: str, fallback: str, *, track: str = "") -> str:
        """Return a name fit for the format, and say when it had to change."""
        kept = clean(text)
        if kept != text:
            self.add(
                "name",
                "approximated",
                f"{kept!r}: control characters and line breaks are removed",
                "Rename it.",
                track=track,
                item=kept,
            )
        return kept if kept.strip() else fallback

    def loss(self) -> Loss:
        """Return what was collected."""
        return Loss(tuple(self._items), tuple(self._notes))
