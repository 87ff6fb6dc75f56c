"""The field while takes come: what is new, what waits for the artist.

Conventions
    ``next-showing``: a new take is under quarantine until the artist approves it, and
    is drawn from the next showing on. ``auto``: it is an option at once, in the showing
    that plays too, unless it came too late for that. Every change makes a new field,
    which shares with the one before what did not change; a showing that plays keeps the
    one it has until it is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import GenaiError
from otio_genai.field.model import Field
from otio_genai.field.renewing import with_approved, with_take, without_take
from otio_genai.field.writing import pictures
from otio_genai.live.requesting import words_of

__all__ = ["Event", "Intake", "Kind", "Mode", "Reach", "waiting_in"]

#: When a new take may be drawn.
Mode = Literal["next-showing", "auto"]
#: Where a new field counts: kept only, from the next showing on, in all that play.
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
    again: bool = False
    "Whether it may be taken another time: the show refused it, not the field."


class Intake:
    """Holds the document and lets takes in.

    Parameters
    ----------
    field
        The field as it is; it is not changed.
    mode
        When a new take may be drawn.
    tell
        Called with every event.
    changed
        Called in a thread with every new field and where it counts. A `GenaiError` of
        it refuses the take, and the field stays as it was.
    unwanted
        Called with the slot and the SHA-256 of the file of a take that the artist
        would not have.
    """

    def __init__(
        self,
        field: Field,
        *,
        mode: Mode = "next-showing",
        tell: Callable[[Event], None] = lambda event: None,
        changed: Callable[[Field, Reach], None] = lambda made, reach: None,
        unwanted: Callable[[str, str], None] = lambda slot, digest: None,
    ) -> None:
        self._field, self.mode = field, mode
        self._changed, self.tell, self._unwanted = changed, tell, unwanted
        self._turn = asyncio.Lock()
        # Asked for by every desk again and again.
        self._waiting: tuple[Field, list[tuple[str, str]]] | None = None

    @property
    def field(self) -> Field:
        """The field as it is now; it is replaced, never changed."""
        return self._field

    @property
    def document(self) -> otio.schema.Timeline:
        """Its document."""
        return self._field.timeline

    def slots(self) -> list[str]:
        """Return the ids of the field's slots."""
        return [slot.id for slot in self._field.slots]

    def held(self, slot: str) -> set[str]:
        """Return the SHA-256 of the file of each take of a slot."""
        return {_hash(take, "bytes") for take in self._takes(slot)} - {""}

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
                    with_take, self._field, slot, clip, review=review
                )
            except GenaiError as error:
                return self._told("refused", slot, clip.name, words_of(error))
            reach: Reach = "kept" if not auto else "next" if late else "now"
            try:
                await self._renew(made, reach)
            except GenaiError as error:
                why = words_of(error)
                return self._told("refused", slot, clip.name, why, again=True)
            return self._told("added" if auto else "quarantined", slot, clip.name)

    async def approve(self, slot: str, name: str) -> Event:
        """Let a take out of quarantine: it may be drawn from the next showing on."""
        async with self._turn:
            try:
                made = await asyncio.to_thread(with_approved, self._field, slot, name)
                await self._renew(made, "now" if self.mode == "auto" else "next")
            except GenaiError as error:
                return self._told("refused", slot, name, words_of(error))
            return self._told("approved", slot, name)

    async def refuse(self, slot: str, name: str) -> Event:
        """Take one under quarantine out of the field; its file stays where it is."""
        async with self._turn:
            try:
                made = await asyncio.to_thread(without_take, self._field, slot, name)
                gone = self.held(slot)
                await self._renew(made, "kept")
            except GenaiError as error:
                return self._told("failed", slot, name, words_of(error))
            for digest in gone - self.held(slot):
                self._unwanted(slot, digest)
            return self._told("refused", slot, name, "You would not have it.")

    def quarantined(self) -> list[tuple[str, str]]:
        """Return (slot, take) of all that waits for the artist."""
        field, known = self._field, self._waiting
        if known is None or known[0] is not field:
            known = field, waiting_in(field.timeline)
            self._waiting = known
        return list(known[1])

    async def _renew(self, field: Field, reach: Reach) -> None:
        await asyncio.to_thread(self._changed, field, reach)
        # Not in the loop that serves the viewers: there may be thousands of takes.
        waiting = await asyncio.to_thread(waiting_in, field.timeline)
        self._field, self._waiting = field, (field, waiting)

    def _told(
        self, kind: Kind, slot: str, name: str, why: str = "", *, again: bool = False
    ) -> Event:
        event = Event(kind, slot, name, why, again)
        self.tell(event)
        return event

    def _takes(self, slot: str) -> list[otio.schema.Clip]:
        ids = self.slots()
        if slot not in ids:
            return []
        active = pictures(self.document)[ids.index(slot)]
        return [active, *metadata.read(active, "takes", [])]

    def _unlike(self, slot: str, name: str) -> str:
        """Return a name that no take of the slot has, so that it can be approved."""
        known = {str(take.name) for take in self._takes(slot)}
        found, number = name, 1
        while found in known:
            number += 1
            found = f"{name} {number}"
        return found

    def _twin(self, slot: str, clip: otio.schema.Clip) -> str:
        packets = _hash(clip, "packets")
        for take in self._takes(slot) if packets else ():
            if _hash(take, "packets") == packets:
                return f"It shows the same as the take {take.name}."
        return ""


def waiting_in(timeline: otio.schema.Timeline) -> list[tuple[str, str]]:
    """Return (slot, take) of all under quarantine in a field's document."""
    return [
        (str(slot["id"]), str(take.name))
        for active in pictures(timeline)
        if (slot := metadata.read(active, "slot"))
        for take in metadata.read(active, "takes", [])
        if metadata.read(take, "take", {}).get("review") == "quarantine"
    ]


def _hash(clip: otio.schema.Clip, of: str) -> str:
    told = metadata.read(clip.media_reference, "hash", {})
    return str(told.get(of) or "")
