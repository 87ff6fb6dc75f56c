"""Takes that are asked of a provider while a film plays.

Aim
    What is asked for may come or not: the film is complete without it. A take that is
    there in time is let in; one that comes later is kept for the next showing; one that
    never comes is told to the artist, and that is all.

Conventions
    Time is that of the clock passed in, in seconds; the date comes from another. The
    provider, model, prompt, seed and date of a request are the slate of what it brings,
    and stay with it in the film and what is made of it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai.errors import GenaiError, LiveError
from otio_genai.field.model import Field
from otio_genai.live.arriving import Workshop, Wrong, picture_of, take_of
from otio_genai.live.intake import Event, Intake, Kind
from otio_genai.live.pending import Asked, Pending
from otio_genai.live.requesting import (
    Commission,
    request_of,
    seed_of,
    slate_of,
    token_of,
    words_of,
)
from otio_genai.live.wishes import READY_S, Wish
from otio_genai.providers.folder import FolderProvider
from otio_genai.providers.protocol import ClipProvider, Job, Request

__all__ = ["Commissions"]


async def _kept() -> bool:
    return True


# A server that does not answer so often in a row has lost the job.
_MOST_SILENCES = 20
_MOST_REFUSALS = 3


class Commissions:
    """Asks for takes, and lets in what comes.

    Parameters
    ----------
    provider
        Who is asked. Files of a watch folder are let in by who watches it.
    intake
        Who lets takes in.
    workshop
        Who opens and analyses files.
    folder
        Where takes and pictures are kept.
    clock
        Returns seconds that only rise.
    date
        Returns the date and time.
    seed
        From it every request's own seed follows.
    pending
        Where what was asked for is kept; beside its takes by default.
    kept
        Returns whether all that was let in is on the disk.
    cache
        As `otio_genai.live.arriving.take_of`.
    """

    def __init__(
        self,
        provider: ClipProvider,
        intake: Intake,
        workshop: Workshop,
        folder: Path,
        *,
        clock: Callable[[], float],
        date: Callable[[], datetime],
        seed: int,
        pending: Pending | None = None,
        kept: Callable[[], Awaitable[bool]] = _kept,
        cache: str | None = None,
    ) -> None:
        self._provider, self._intake, self._workshop = provider, intake, workshop
        self._folder, self._clock, self._date = folder, clock, date
        self._seed, self._cache, self._asked = seed, cache, 0
        self._pending, self._kept = pending or Pending(folder), kept
        self._open: dict[str, Commission] = {}
        # Those that are over, but whose takes may not be on the disk yet.
        self._over: list[str] = []
        self._sending: set[asyncio.Future[Event]] = set()
        for asked in self._pending.of(provider.name):
            self._resume(asked)

    @property
    def open(self) -> tuple[Commission, ...]:
        """Return what was asked for and has not come."""
        return tuple(self._open.values())

    @property
    def asked(self) -> int:
        """Return how many takes were asked for so far."""
        return self._asked

    async def ask(
        self,
        field: Field,
        wishes: Sequence[Wish],
        *,
        began_s: float | None,
        known: Mapping[str, str] | None = None,
        most: int = 4,
    ) -> list[Event]:
        """Ask for takes, at most so many at once, one for each slot.

        Parameters
        ----------
        began_s
            When the showing began, on the clock; None where nothing can be too late.
        known
            What prompts may speak of beside the neighbours' captions: ``weather``,
            ``witness_no``; ``hour`` and ``slot`` are always known.
        most
            How many may be open at once.
        """
        events = []
        busy = {commission.job.slot for commission in self._open.values()}
        for wish in wishes:
            slot = field.slots[wish.slot].id
            if len(self._open) >= most:
                break
            if slot in busy:
                continue
            events.append(await self._ask(field, wish, slot, began_s, known or {}))
        return events

    async def look(self) -> list[Event]:
        """Ask after everything that is open, once, and let in what is done."""
        asked = [self._after(commission) for commission in list(self._open.values())]
        told = [event for events in await asyncio.gather(*asked) for event in events]
        await self._settle()
        return told

    async def _settle(self) -> None:
        """Forget what is over, once its take is on the disk."""
        over = list(self._over)
        if over and await self._kept():
            for token in over:
                await asyncio.to_thread(self._pending.drop, token)
            self._over = [token for token in self._over if token not in over]

    async def close(self) -> None:
        """Take back everything that is open, and what is just being asked for."""
        await asyncio.gather(*self._sending, return_exceptions=True)
        for commission in list(self._open.values()):
            if commission.path is not None:
                # It is made and here: the next show lets it in.
                continue
            self._open.pop(commission.job.id, None)
            try:
                await self._provider.cancel(commission.job)
            except Exception as error:
                self._tell("failed", commission, words_of(error))
            else:
                self._tell("cancelled", commission)
            self._pending.drop(commission.request.token)
        await self._settle()

    def said(self, job: Job) -> tuple[Mapping[str, Any], bool]:
        """Return what a take's slate should say, and whether it is too late."""
        commission = self._open.pop(job.id, None)
        if commission is None:
            return {"generator": job.provider}, True
        self._over.append(commission.request.token)
        return commission.slate, commission.late or self._too_late(commission)

    async def _ask(
        self,
        field: Field,
        wish: Wish,
        slot: str,
        began_s: float | None,
        known: Mapping[str, str],
    ) -> Event:
        self._asked += 1
        now, seed = self._date(), seed_of(self._seed, slot, self._asked)
        told = {"hour": str(now.hour), "slot": slot} | dict(wish.captions) | dict(known)
        try:
            prompt = wish.recipe.fill(told, seed)
            request = await request_of(
                wish,
                prompt,
                field=field,
                caps=self._provider.caps(),
                seed=seed,
                token=token_of(self._seed, slot, self._asked),
                began_s=began_s,
                picture=partial(picture_of, self._workshop, self._folder, field.rate),
            )
            slate = slate_of(self._provider, request, prompt, now)
            asked = Asked(
                self._provider.name, slot, prompt.text, request.token, slate=slate
            )
            await asyncio.to_thread(self._pending.put, asked)
        except (GenaiError, OSError) as error:
            return self._told("failed", slot, self._provider.name, words_of(error))
        # A job whose id nobody waited for could not be taken back.
        sending = asyncio.ensure_future(self._send(request, asked))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return await asyncio.shield(sending)

    async def _send(self, request: Request, asked: Asked) -> Event:
        name = self._provider.name
        try:
            job = await self._provider.submit(request)
        except Exception as error:
            # Anybody may write a provider: whatever it raises is told.
            self._pending.drop(asked.token)
            return self._told("failed", request.slot, name, words_of(error))
        self._open[job.id] = Commission(job, request, asked.slate)
        told = dict(job.told)
        await asyncio.to_thread(self._pending.note, asked.token, job=job.id, told=told)
        return self._told("asked", request.slot, job.id, request.prompt)

    def _resume(self, asked: Asked) -> None:
        if asked.slot not in self._intake.slots():
            return
        # Asked for in another showing: it can only be for those to come.
        request = Request(asked.slot, asked.prompt, 0.0, token=asked.token)
        path = Path(asked.file) if asked.file and Path(asked.file).exists() else None
        self._open[asked.as_job().id] = Commission(
            asked.as_job(), request, asked.slate, late=True, path=path
        )

    async def _after(self, commission: Commission) -> list[Event]:
        events = []
        if not commission.late and self._too_late(commission):
            commission.late = True
            if self._intake.mode == "auto":
                # Elsewhere every take is for the next showing.
                why = "It is not there in time; when it comes it is for the next one."
                events.append(self._tell("late", commission, why))
        try:
            if commission.path is not None:
                return events + await self._let_in(commission, commission.path)
            state = await self._provider.state(commission.job)
            if state.phase == "done" and not isinstance(self._provider, FolderProvider):
                events += await self._bring(commission)
            elif state.over and state.phase != "done" and self._ended(commission):
                kind: Kind = "failed" if state.phase == "failed" else "cancelled"
                events.append(self._tell(kind, commission, state.why))
            commission.silences = 0
        except Exception as error:
            # Whatever a provider raises, the others are asked after.
            commission.silences += 1
            if commission.silences >= _MOST_SILENCES and self._ended(commission):
                events.append(self._tell("failed", commission, words_of(error)))
        return events

    async def _bring(self, commission: Commission) -> list[Event]:
        job, token = commission.job, commission.request.token
        try:
            path = await self._provider.fetch(job, self._place(job))
        except Exception as error:
            # It is made and may have cost something: it is fetched again.
            commission.refusals += 1
            if commission.refusals < _MOST_REFUSALS or not self._ended(commission):
                return []
            return [self._tell("failed", commission, words_of(error))]
        commission.path = path
        await asyncio.to_thread(self._pending.note, token, file=str(path))
        return await self._let_in(commission, path)

    async def _let_in(self, commission: Commission, path: Path) -> list[Event]:
        if not self._ended(commission):
            return []
        try:
            made = await self._workshop.do(
                take_of, str(path), dict(commission.slate), self._cache
            )
        except LiveError as error:
            made = Wrong(error.sentence)
        if isinstance(made, Wrong):
            return [self._tell("refused", commission, str(made))]
        clip = otio.adapters.read_from_string(made, "otio_json")
        late = commission.late or self._too_late(commission)
        return [await self._intake.add(commission.job.slot, clip, late=late)]

    def _ended(self, commission: Commission) -> bool:
        """Take it off the list; False where somebody else just did."""
        if self._open.pop(commission.job.id, None) is None:
            return False
        self._over.append(commission.request.token)
        return True

    def _place(self, job: Job) -> Path:
        digest = hashlib.sha256(f"{job.provider}\0{job.slot}\0{job.id}".encode())
        return self._folder / "takes" / digest.hexdigest()[:12]

    def _too_late(self, commission: Commission) -> bool:
        deadline_s = commission.request.deadline_s
        return deadline_s is not None and self._clock() > deadline_s - READY_S

    def _tell(self, kind: Kind, commission: Commission, why: str = "") -> Event:
        return self._told(kind, commission.job.slot, commission.job.id, why)

    def _told(self, kind: Kind, slot: str, name: str, why: str) -> Event:
        event = Event(kind, slot, name, why)
        self._intake.tell(event)
        return event
