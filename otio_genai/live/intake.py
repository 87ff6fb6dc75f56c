"""The field's document while takes come: what is new, what waits for the artist.

Conventions
    ``next-showing``: a new take is under quarantine until the artist approves it, and
    is drawn from the next showing on. ``auto``: it is an option at once, in the showing
    that plays too, unless it came too late for that. Every change makes a new document;
    a showing that plays keeps the one it has until it is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import GenaiError
from otio_genai.field.adding import add_take, approve, remove
from otio_genai.live.requesting import words_of

__all__ = ["Event", "Intake", "Kind", "Mode", "Reach"]

#: When a new take may be drawn.
Mode = Literal["next-showing", "auto"]
#: Where a new document counts: kept only, from the next showing on, in all that play.
Reach = Literal["kept", "next", "now"]
Kind = Literal[
    "asked",
    "added",
    "quarantined",
    "approved",
    "refused",
    "late",
    "failed",
    "cancelled",
    "gone",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a take, for the desk."""

    kind: Kind
    slot: str | None
    name: str
    "The take, file or job."
    why: str = ""


class Intake:
    """Holds the document and lets takes in.

    Parameters
    ----------
    document
        The field as it is; it is not changed.
    mode
        When a new take may be drawn.
    tell
        Called with every event.
    changed
        Called in a thread with every new document and where it counts. A `GenaiError`
        of it refuses the take, and the document stays as it was.
    """

    def __init__(
        self,
        document: otio.schema.Timeline,
        *,
        mode: Mode = "next-showing",
        tell: Callable[[Event], None] = lambda event: None,
        changed: Callable[[otio.schema.Timeline, Reach], None] = lambda made, reach: (
            None
        ),
    ) -> None:
        self._document, self.mode = document, mode
        self._changed, self.tell = changed, tell
        self._turn = asyncio.Lock()

    @property
    def document(self) -> otio.schema.Timeline:
        """The field as it is now; it is replaced, never changed."""
        return self._document

    def slots(self) -> list[str]:
        """Return the ids of the field's slots."""
        return [slot_id for slot_id, _ in self._slots()]

    async def add(
        self, slot: str, clip: otio.schema.Clip, *, late: bool = False
    ) -> Event:
        """Let a take in, or refuse it; either is told.

        Parameters
        ----------
        slot
            The slot it is for.
        clip
            The analysed take; it is renamed where the slot has one of its name.
        late
            Whether it came too late for the showing that plays.
        """
        async with self._turn:
            twin = self._twin(slot, clip)
            if twin:
                return self._told("refused", slot, clip.name, twin)
            auto = self.mode == "auto"
            review: Literal["ok", "quarantine"] = "ok" if auto else "quarantine"
            clip.name = self._unlike(slot, str(clip.name))
            try:
                made = await asyncio.to_thread(
                    add_take, self._document, slot, clip, review=review
                )
                reach: Reach = "kept" if not auto else "next" if late else "now"
                await self._renew(made, reach)
            except GenaiError as error:
                return self._told("refused", slot, clip.name, words_of(error))
            return self._told("added" if auto else "quarantined", slot, clip.name)

    async def approve(self, slot: str, name: str) -> Event:
        """Let a take out of quarantine: it may be drawn from the next showing on."""
        async with self._turn:
            try:
                made = await asyncio.to_thread(approve, self._document, slot, name)
                await self._renew(made, "now" if self.mode == "auto" else "next")
            except GenaiError as error:
                return self._told("refused", slot, name, words_of(error))
            return self._told("approved", slot, name)

    async def refuse(self, slot: str, name: str) -> Event:
        """Take one under quarantine out of the field; its file stays where it is."""
        async with self._turn:
            try:
                made = await asyncio.to_thread(remove, self._document, slot, name)
                await self._renew(made, "kept")
            except GenaiError as error:
                return self._told("failed", slot, name, words_of(error))
            return self._told("refused", slot, name, "You would not have it.")

    def quarantined(self) -> list[tuple[str, str]]:
        """Return (slot, take) of all that waits for the artist."""
        return [
            (slot_id, str(take.name))
            for slot_id, clip in self._slots()
            for take in _takes(clip)
            if metadata.read(take, "take", {}).get("review") == "quarantine"
        ]

    async def _renew(self, document: otio.schema.Timeline, reach: Reach) -> None:
        await asyncio.to_thread(self._changed, document, reach)
        self._document = document

    def _told(self, kind: Kind, slot: str | None, name: str, why: str = "") -> Event:
        event = Event(kind, slot, name, why)
        self.tell(event)
        return event

    def _slots(self) -> list[tuple[str, otio.schema.Clip]]:
        track = self._document.video_tracks()[0]
        clips = [item for item in track if isinstance(item, otio.schema.Clip)]
        told = [(metadata.read(clip, "slot", {}).get("id"), clip) for clip in clips]
        return [(slot_id, clip) for slot_id, clip in told if slot_id]

    def _unlike(self, slot: str, name: str) -> str:
        """Return a name that no take of the slot has, so that it can be approved."""
        known = {
            str(take.name)
            for slot_id, active in self._slots()
            for take in (_takes(active) if slot_id == slot else ())
        }
        found, number = name, 1
        while found in known:
            number += 1
            found = f"{name} {number}"
        return found

    def _twin(self, slot: str, clip: otio.schema.Clip) -> str:
        packets = _packets(clip)
        for slot_id, active in self._slots():
            for take in _takes(active) if slot_id == slot else ():
                if packets and _packets(take) == packets:
                    return f"It shows the same as the take {take.name}."
        return ""


def _takes(clip: otio.schema.Clip) -> list[otio.schema.Clip]:
    return [clip, *metadata.read(clip, "takes", [])]


def _packets(clip: otio.schema.Clip) -> str:
    found = metadata.read(clip.media_reference, "hash", {}).get("packets", "")
    return str(found)
