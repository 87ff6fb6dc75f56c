"""The field's document kept on the disk while takes come, and what others say in it.

Aim
    What is told as done is on the disk before anything else relies on it. The file may
    be edited meanwhile, by ``otio-genai field approve`` and ``field remove``: what it
    says of takes that wait counts, and the file as it was edited is set aside, never
    lost.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import GenaiError
from otio_genai.field.saving import Saver
from otio_genai.field.writing import pictures
from otio_genai.live.arriving import Workshop, Wrong
from otio_genai.live.intake import waiting_in

__all__ = ["Keeper", "Reviews", "reviews_of"]

#: What a file says of each take: ``ok`` or ``quarantine``, by slot and name.
Reviews = Mapping[tuple[str, str], str]

_REST_S, _AGAIN_S = 0.004, 30.0


class Keeper:
    """Keeps a field's document.

    Parameters
    ----------
    path
        Where; nowhere if None.
    workshop
        Who reads what others wrote.
    tell
        Called with a sentence when it cannot be kept.
    heard
        Called with what waited when the file was written, and what it says now.
    clock
        Returns seconds that only rise.
    """

    def __init__(
        self,
        path: Path | None,
        workshop: Workshop,
        *,
        tell: Callable[[str], None],
        heard: Callable[[list[tuple[str, str]], Reviews], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._path, self._workshop, self._tell, self._heard = (
            path,
            workshop,
            tell,
            heard,
        )
        # A pause between parts: whoever serves the viewers is to have most of the time.
        self._saver = Saver(path, self._rest) if path else None
        self._clock, self._again_s, self._rest_s = clock, 0.0, _REST_S
        self._newest: otio.schema.Timeline | None = None
        self._written: otio.schema.Timeline | None = None
        self._turn, self._writing = asyncio.Lock(), threading.Lock()

    def changed(self, document: otio.schema.Timeline) -> None:
        """Take note of a new document; called in any thread."""
        self._newest = document

    async def kept(self) -> bool:
        """Write what is new, hear what others wrote; whether all is on the disk."""
        if self._saver is None or self._path is None:
            return True
        if self._clock() < self._again_s:
            return self._newest is self._written
        async with self._turn:
            try:
                if not await asyncio.to_thread(self._saver.untouched):
                    await self._hear(self._path)
                while self._newest is not self._written:
                    newest = self._newest
                    if newest is not None:
                        await asyncio.to_thread(self._write, self._saver, newest)
                    self._written = newest
            except (GenaiError, OSError) as error:
                # The show has the takes; only the file of them is not there.
                self._tell(f"The field with its new takes is not written: {error}")
                self._again_s = self._clock() + _AGAIN_S
                return False
            return True

    async def ended(self) -> bool:
        """Write what is new at once: nobody is served any more."""
        self._rest_s = self._again_s = 0.0
        return await self.kept()

    def _rest(self) -> None:
        if self._rest_s:
            time.sleep(self._rest_s)

    def _write(self, saver: Saver, document: otio.schema.Timeline) -> None:
        # Whoever waited for it may have gone while a thread still writes.
        with self._writing:
            saver.write(document)

    async def _hear(self, path: Path) -> None:
        waited = waiting_in(self._written) if self._written else []
        self._written = None
        if not path.exists():
            return
        found = await self._workshop.do(reviews_of, str(path))
        aside = _free(path)
        path.replace(aside)
        if isinstance(found, Wrong):
            self._tell(f"{path.name} was changed and cannot be read: {found}")
            return
        self._tell(f"{path.name} was changed; it lies in {aside.name} as it was.")
        await self._heard(waited, found)


def reviews_of(path: str) -> dict[tuple[str, str], str] | Wrong:
    """Return what a field's file says of the review of each take."""
    try:
        made = otio.adapters.read_from_file(path)
        return {
            (str(slot["id"]), str(take.name)): str(
                metadata.read(take, "take", {}).get("review", "ok")
            )
            for active in pictures(made)
            if (slot := metadata.read(active, "slot"))
            for take in [active, *metadata.read(active, "takes", [])]
        }
    except Exception as error:
        # Whatever may stand in a file that somebody else wrote.
        return Wrong(f"{type(error).__name__}: {error}")


def _free(path: Path) -> Path:
    number, found = 1, path.with_name(f"{path.stem} edited{path.suffix}")
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem} edited {number}{path.suffix}")
    return found
