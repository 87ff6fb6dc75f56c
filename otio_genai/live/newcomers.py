"""New takes in a show: the inbox watched, takes asked for, the artist told and heard.

Conventions
    All of it runs beside the show, in the loop that serves it, in threads and in a
    process of its own; whatever fails is told to the desk and leaves the film as it is.
    The field's document is written beside the field's file whenever a take came or was
    approved, under a name that was free: the file itself stays as it was.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import opentimelineio as otio

from otio_genai.errors import LiveError, OutputError
from otio_genai.field.document import read_field
from otio_genai.field.model import Field
from otio_genai.live.arriving import Workshop
from otio_genai.live.commissions import Commissions
from otio_genai.live.inbox import Inbox, prompt_of
from otio_genai.live.intake import Event, Intake, Reach
from otio_genai.live.newtakes import Film, House, NewTakes, OnAir, on_air, sentence
from otio_genai.live.wishes import READY_S, Prompted, prompts_of, wishes
from otio_genai.media.files import write_beside
from otio_genai.providers.folder import FolderProvider
from otio_genai.providers.opening import open_provider
from otio_genai.providers.protocol import ClipProvider

__all__ = ["Newcomers", "door"]

_ANSWER_S, _FAREWELL_S = 120.0, 5.0


def door(
    how: NewTakes,
    *,
    seed: int,
    playing: Callable[[Any], Film | None] = lambda house: None,
) -> Callable[[Any], Newcomers]:
    """Return what lets takes into a house; called where it is served.

    Parameters
    ----------
    how
        How takes come.
    seed
        From it the seeds of requests follow.
    playing
        Given the house, returns the film that all see, if there is one.
    """

    def made(house: Any) -> Newcomers:
        return Newcomers(
            house,
            how,
            clock=time.monotonic,
            date=lambda: datetime.now().astimezone(),
            seed=seed,
            on_air=lambda: on_air(playing(house), time.monotonic()),
        )

    return made


class Newcomers:
    """Lets takes into a show; made in the loop that serves it, and ended with it.

    Parameters
    ----------
    house
        The show.
    how
        How takes come.
    clock
        Returns seconds that only rise.
    date
        Returns the date and time.
    seed
        From it the seeds of requests follow.
    on_air
        Returns the film that all see; None where there is none, and takes are then
        never too late. Of every film each slot is asked for once.

    Raises
    ------
    ProviderError
        The inbox or a provider cannot be opened.
    """

    def __init__(
        self,
        house: House,
        how: NewTakes,
        *,
        clock: Callable[[], float],
        date: Callable[[], datetime],
        seed: int,
        on_air: Callable[[], OnAir | None] = lambda: None,
        workshop: Workshop | None = None,
    ) -> None:
        self._house, self._how, self._on_air, self._clock = house, how, on_air, clock
        self._loop = asyncio.get_running_loop()
        self._workshop = workshop or Workshop()
        self._intake = Intake(
            house.field.timeline, mode=how.mode, tell=self._tell, changed=self._changed
        )
        self._asking: list[tuple[str, Commissions]] = []
        self._asked: dict[str, tuple[object, set[str | None]]] = {}
        self._inboxes: list[Inbox] = []
        self._read: tuple[Field, Mapping[int, Prompted]] | None = None
        if how.inbox is not None:
            self._watch(FolderProvider(how.inbox, self._intake.slots, which=prompt_of))
        for path in how.providers:
            provider = open_provider(path, self._intake.slots, which=prompt_of)
            asking = self._asker(provider, seed, date)
            if isinstance(provider, FolderProvider):
                self._watch(provider, asking)
        self._task = self._loop.create_task(self._run())

    def waiting(self) -> list[tuple[str, str]]:
        """Return (slot, take) of all that wait for the artist."""
        return self._intake.quarantined()

    def approve(self, slot: str, name: str) -> None:
        """Let a take be drawn; called in another thread than the loop's.

        Raises
        ------
        LiveError
            There is no such take, or the show cannot have it.
        """
        asked = self._intake.approve(slot, name)
        event = asyncio.run_coroutine_threadsafe(asked, self._loop).result(_ANSWER_S)
        if event.kind == "refused":
            raise LiveError(event.why, place=slot)

    def refuse(self, slot: str, name: str) -> None:
        """Take one that waits out of the field; called in another thread.

        Raises
        ------
        LiveError
            There is no such take.
        """
        asked = self._intake.refuse(slot, name)
        event = asyncio.run_coroutine_threadsafe(asked, self._loop).result(_ANSWER_S)
        if event.kind == "failed":
            raise LiveError(event.why, place=slot)

    async def close(self) -> None:
        """End it: what is open is taken back."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def look(self) -> None:
        """Do once all that is done again and again."""
        for inbox in self._inboxes:
            await self._guarded(inbox.look())
        for name, asking in self._asking:
            await self._guarded(self._ask(name, asking))
            await self._guarded(asking.look())

    async def _run(self) -> None:
        try:
            while True:
                await self.look()
                await asyncio.sleep(self._how.every_s)
        finally:
            try:
                for _, asking in self._asking:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(asking.close(), _FAREWELL_S)
            finally:
                self._workshop.close()

    async def _guarded(self, work: Awaitable[object]) -> None:
        try:
            await work
        except Exception as error:
            # Whatever it is, the film goes on, and so does what comes after.
            self._house.tell(f"New takes: {error}")

    async def _ask(self, name: str, asking: Commissions) -> None:
        given, on_air, how = self._house.field, self._on_air(), self._how
        most = min(how.most, len(asking.open) + how.most_in_all - asking.asked)
        if most <= len(asking.open):
            return
        film = on_air.film if on_air else None
        if self._asked.setdefault(name, (film, set()))[0] != film:
            self._asked[name] = (film, set())
        _, done = self._asked[name]
        began_s = on_air.began_s if on_air else None
        decided = on_air.decided if on_air else ()
        after_s = 0.0
        if began_s is not None and how.mode == "auto":
            after_s = self._clock() - began_s + READY_S
        ahead = wishes(
            given, decided, after_s=after_s, provider=name, told=self._prompts(given)
        )
        left = [wish for wish in ahead if given.slots[wish.slot].id not in done]
        events = await asking.ask(
            given, left, began_s=began_s, known=how.known, most=most
        )
        done.update(event.slot for event in events)

    def _prompts(self, given: Field) -> Mapping[int, Prompted]:
        # Read once for a field: it may have thousands of takes.
        if self._read is None or self._read[0] is not given:
            self._read = (given, prompts_of(given))
        return self._read[1]

    def _asker(
        self, provider: ClipProvider, seed: int, date: Callable[[], datetime]
    ) -> Commissions:
        made = Commissions(
            provider,
            self._intake,
            self._workshop,
            self._how.folder,
            clock=self._clock,
            date=date,
            seed=seed + len(self._asking),
        )
        self._asking.append((provider.name, made))
        return made

    def _watch(
        self, provider: FolderProvider, asking: Commissions | None = None
    ) -> None:
        made = (provider, self._intake, self._workshop, self._clock)
        if asking is None:
            self._inboxes.append(Inbox(*made))
        else:
            self._inboxes.append(Inbox(*made, said=asking.said))

    def _changed(self, document: otio.schema.Timeline, reach: Reach) -> None:
        if reach != "kept":
            self._house.renew(read_field(document), now=reach == "now")
        if self._how.document is None:
            return
        try:
            with write_beside(self._how.document, force=True) as beside:
                beside.write_text(document.to_json_string(), "utf-8")
        except (OutputError, OSError) as error:
            # The show has the take; only the file of it is not there.
            self._house.tell(f"The field with its new takes is not written: {error}")

    def _tell(self, event: Event) -> None:
        self._house.tell(sentence(event))
