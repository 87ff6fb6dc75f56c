"""New takes in a show: the inbox watched, takes asked for, the artist told and heard.

Conventions
    All of it runs beside the show, in the loop that serves it, in threads and in a
    process of its own; whatever fails is told to the desk and leaves the film as it is.
    The field's document is written beside the field's file whenever a take came or was
    approved, under a name that was free: the file itself stays as it was. What the
    inbox and the providers brought is forgotten by them when it is written there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from otio_genai.errors import LiveError, ProviderError
from otio_genai.field.model import Field
from otio_genai.live.arriving import Workshop
from otio_genai.live.asking import Asker
from otio_genai.live.commissions import Commissions
from otio_genai.live.inbox import Inbox, prompt_of
from otio_genai.live.intake import Event, Intake, Reach
from otio_genai.live.keeping import Keeper, Reviews
from otio_genai.live.newtakes import Film, NewTakes, OnAir, Receiver, on_air, sentence
from otio_genai.live.pending import Pending
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
        house: Receiver,
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
            house.field,
            mode=how.mode,
            tell=self._tell,
            changed=self._changed,
            unwanted=self._unwanted,
        )
        self._keeper = Keeper(
            how.document,
            self._workshop,
            tell=house.tell,
            heard=self._heard,
            clock=clock,
        )
        self._pending = Pending(how.folder)
        self._asking: list[Asker] = []
        self._inboxes: list[Inbox] = []
        self._folders: list[FolderProvider] = []
        if how.inbox is not None:
            self._watch(
                FolderProvider(
                    how.inbox,
                    self._intake.slots,
                    which=prompt_of,
                    held=self._intake.held,
                )
            )
        for given in how.providers:
            provider = self._opened(given)
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
        for work in self._works():
            await work()

    def _works(self) -> list[Callable[[], Awaitable[object]]]:
        """Return what is done again and again, each beside the others."""

        async def asked(asker: Asker) -> None:
            await self._guarded(asker.ask(self._house.field, self._on_air()))
            await self._guarded(asker.commissions.look())

        return [
            *(partial(self._guarded_of, inbox.look) for inbox in self._inboxes),
            *(partial(asked, asker) for asker in self._asking),
            partial(self._guarded_of, self._keeper.kept),
        ]

    async def _run(self) -> None:
        async def again(work: Callable[[], Awaitable[object]]) -> None:
            while True:
                await work()
                await asyncio.sleep(self._how.every_s)

        try:
            # A slow server does not keep the inbox waiting.
            await asyncio.gather(*(again(work) for work in self._works()))
        finally:
            try:
                farewells = (asker.commissions.close() for asker in self._asking)
                for farewell in farewells:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(farewell, _FAREWELL_S)
                await self._guarded(self._keeper.ended())
                for inbox in self._inboxes:
                    await self._guarded(inbox.ended())
            finally:
                self._workshop.close()

    async def _guarded_of(self, work: Callable[[], Awaitable[object]]) -> None:
        await self._guarded(work())

    async def _guarded(self, work: Awaitable[object]) -> None:
        try:
            await work
        except Exception as error:
            # Whatever it is, the film goes on, and so does what comes after.
            self._house.tell(f"New takes: {error}")

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
            pending=self._pending,
            kept=self._keeper.kept,
        )
        self._asking.append(Asker(provider.name, made, self._how, self._clock))
        return made

    def _watch(
        self, provider: FolderProvider, asking: Commissions | None = None
    ) -> None:
        made = (provider, self._intake, self._workshop, self._clock)
        kept = self._keeper.kept
        self._folders.append(provider)
        if asking is None:
            self._inboxes.append(Inbox(*made, kept=kept))
        else:
            self._inboxes.append(Inbox(*made, said=asking.said, kept=kept))

    def _opened(self, given: Path | ClipProvider) -> ClipProvider:
        intake, made = self._intake, given
        if isinstance(made, Path):
            made = open_provider(made, intake.slots, which=prompt_of, held=intake.held)
        if made.name in [asker.name for asker in self._asking]:
            raise ProviderError(
                f"Two providers are called {made.name!r}.",
                place=str(given) if isinstance(given, Path) else None,
                remedy="Give each its own `name`.",
            )
        return made

    def _changed(self, field: Field, reach: Reach) -> None:
        if reach != "kept":
            self._house.renew(field, now=reach == "now")
        self._keeper.changed(field.timeline)

    def _unwanted(self, slot: str, digest: str) -> None:
        for folder in self._folders:
            folder.unwanted(slot, digest, "You would not have it.")

    async def _heard(self, waited: list[tuple[str, str]], said: Reviews) -> None:
        for slot, name in waited:
            review = said.get((slot, name))
            if (slot, name) not in self._intake.quarantined():
                continue
            if review == "ok":
                await self._intake.approve(slot, name)
            elif review is None:
                await self._intake.refuse(slot, name)

    def _tell(self, event: Event) -> None:
        self._house.tell(sentence(event))
