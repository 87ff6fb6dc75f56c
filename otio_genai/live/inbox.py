"""Takes that are dropped into the inbox while the show goes on.

The folder is looked at in a thread, files are opened and analysed in a process of their
own, and the show is told of what came of it. Nothing that happens to a file ends the
watch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai.errors import GenaiError
from otio_genai.ingest.generators import slate_of
from otio_genai.live.arriving import Workshop, Wrong, take_of
from otio_genai.live.intake import Event, Intake
from otio_genai.prompts import which
from otio_genai.providers.folder import FolderProvider, News, Taken
from otio_genai.providers.inspecting import Inspected, inspect
from otio_genai.providers.protocol import Job

__all__ = ["Inbox", "prompt_of"]


async def _kept() -> bool:
    return True


def prompt_of(name: str, prompts: Sequence[str]) -> int | None:
    """Return which of some prompts a file's name speaks of; None if none or several.

    Examples
    --------
    >>> prompt_of("kling_20250901_Image_to_Video_The_neon_b_900_0.mp4",
    ...           ["A dune at dawn", "The neon bar in the rain"])
    1
    """
    return which(str(slate_of(name).get("prompt", "")), prompts)


class Inbox:
    """Watches an inbox.

    Parameters
    ----------
    provider
        The inbox.
    intake
        Who lets takes in.
    workshop
        Who opens and analyses files.
    clock
        Returns seconds that only rise.
    said
        Given a request that a file answers, returns what its slate should say and
        whether it is too late for the showing that plays.
    cache
        As `otio_genai.live.arriving.take_of`.
    kept
        Returns whether all that was let in is on the disk; the inbox forgets what it
        brought until then.
    """

    def __init__(
        self,
        provider: FolderProvider,
        intake: Intake,
        workshop: Workshop,
        clock: Callable[[], float],
        *,
        said: Callable[[Job], tuple[Mapping[str, Any], bool]] = lambda job: ({}, False),
        cache: str | None = None,
        kept: Callable[[], Awaitable[bool]] = _kept,
    ) -> None:
        self._kept = kept
        self._provider, self._intake, self._workshop = provider, intake, workshop
        self._clock, self._said, self._cache = clock, said, cache
        self._fault = ""

    async def look(self) -> list[Event]:
        """Look once, and return what came of it."""
        try:
            news = await self._provider.poll(self._clock(), self._inspected)
        except (GenaiError, OSError) as error:
            return self._ill(getattr(error, "sentence", None) or str(error))
        events = [
            self._tell("refused", item.slot, item.name, item.why)
            for item in news.refused
        ]
        events += self._gone(news)
        for taken in news.taken:
            event = await self._arrived(taken)
            if event.kind == "refused" and not event.again:
                self._provider.unwanted(taken.file.slot, taken.digest, event.why)
            events.append(event)
        return events + await self._keep()

    async def ended(self) -> None:
        """Keep what came, at the end of the show."""
        await self._keep()

    async def _keep(self) -> list[Event]:
        if not await self._kept():
            # Told by whoever could not; the files are new again to the next show.
            return []
        try:
            await asyncio.to_thread(self._provider.keep)
        except (GenaiError, OSError) as error:
            return self._ill(getattr(error, "sentence", None) or str(error))
        self._fault = ""
        return []

    async def _arrived(self, taken: Taken) -> Event:
        file = taken.file
        said, late = self._said(taken.job) if taken.job else ({}, False)
        try:
            made = await self._workshop.do(
                take_of, str(file.path), dict(said), self._cache
            )
        except Exception as error:
            # Whatever a file may do to those who open it.
            made = Wrong(getattr(error, "sentence", None) or str(error))
        if isinstance(made, Wrong):
            return self._tell("refused", file.slot, file.name, str(made))
        clip = otio.adapters.read_from_string(made, "otio_json")
        return await self._intake.add(file.slot, clip, late=late)

    async def _inspected(self, path: Path) -> Inspected:
        try:
            return await self._workshop.do(inspect, path)
        except OSError:
            raise
        except Exception as error:
            return Inspected("", getattr(error, "sentence", None) or str(error))

    def _gone(self, news: News) -> list[Event]:
        why = "The file is no longer where it was; put it back before the next show."
        return [self._tell("gone", None, name, why) for name in news.gone]

    def _ill(self, why: str) -> list[Event]:
        # Told once, not at every look.
        if why == self._fault:
            return []
        self._fault = why
        return [self._tell("refused", None, self._provider.name, why)]

    def _tell(self, kind: Any, slot: str | None, name: str, why: str) -> Event:
        event = Event(kind, slot, name, why)
        self._intake.tell(event)
        return event
