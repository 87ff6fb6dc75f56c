"""One film after the other for an audience: many who see the same, or one alone."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from fractions import Fraction
from typing import Protocol

from otio_genai.errors import GenaiError
from otio_genai.live.pieces import Piece, Shelf
from otio_genai.live.programme import Programme
from otio_genai.live.viewer import Notice, Viewer, Waiting

__all__ = ["Maker", "Screening"]

_AGAIN_S = 5.0
_SHOWN_S = 0.5


class Maker(Protocol):
    """Whoever makes programmes."""

    def programme(self, wake: Callable[[], None]) -> Programme:
        """Return a film that was never seen."""

    def ended(self, programme: Programme) -> None:
        """Take note that one has ended, before it is forgotten."""

    def tell(self, sentence: str) -> None:
        """Say something to the artist."""


class Screening:
    """Shows films to its viewers.

    Parameters
    ----------
    house
        Makes the programmes.
    pool
        Threads in which films are decided.
    pause_s
        Black between two films.
    again
        Whether another film follows.
    patient
        Whether nothing of a film is decided before somebody has come to see it.
    """

    def __init__(
        self,
        house: Maker,
        pool: Executor,
        *,
        pause_s: float = 3.0,
        again: bool = True,
        patient: bool = False,
    ) -> None:
        self._house, self._pool = house, pool
        self._pause_s, self._again, self._patient = pause_s, again, patient
        self._wake = asyncio.Event()
        self.viewers: set[Viewer] = set()
        self.programme: Programme | None = None
        "What plays; None between films."
        self.number = -1
        "Counts the films shown, from 0."
        self.video, self.audio = Shelf(), Shelf()
        self._news = asyncio.Condition()

    def enter(self, viewer: Viewer) -> None:
        """Let somebody in; he begins with the piece that is on air."""
        self.viewers.add(viewer)
        self._wake.set()
        if self.programme is None:
            viewer.film = self.number + 1
            return
        viewer.film = self.number
        viewer.put("begin")
        now_s = Fraction(self.programme.position_s())
        pictures = list(self.video.since(now_s))
        from_s = pictures[0].start_s if pictures else now_s
        pieces = [*pictures, *self.audio.since(from_s)]
        for piece in sorted(pieces, key=lambda one: one.start_s):
            viewer.put(Waiting(piece))
        if self.programme.ended:
            viewer.put("end")

    def leave(self, viewer: Viewer) -> None:
        """Let somebody go."""
        self.viewers.discard(viewer)

    async def run(self) -> None:
        """Show one film after the other; each waits for somebody to see it."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            # The loop may have ended before the last join came.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._wake.set)

        while True:
            made = await self._made(wake)
            try:
                while self._patient and not self.viewers:
                    await self._woken(math.inf)
                await self._show(made)
            finally:
                self.programme = None
                await asyncio.shield(loop.run_in_executor(self._pool, self._end, made))
            if not self._again:
                return
            await asyncio.sleep(self._pause_s)

    async def news(self, seconds: float, enough: Callable[[], bool]) -> None:
        """Wait until something is so, at most so long."""
        async with self._news:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait_for(enough), seconds)

    async def _made(self, wake: Callable[[], None]) -> Programme:
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(
                    self._pool, self._house.programme, wake
                )
            except (GenaiError, OSError) as error:
                self._house.tell(f"No film can be begun: {error}")
                await asyncio.sleep(_AGAIN_S)

    async def _show(self, programme: Programme) -> None:
        self.video, self.audio = Shelf(), Shelf()
        self.number += 1
        self.programme = programme
        for viewer in self.viewers:
            viewer.put("begin")
        try:
            await self._decide(programme)
        except (GenaiError, OSError, ValueError, LookupError) as error:
            # The next film may do better; this one ends here.
            self._house.tell(f"The film ended early: {error}")
        self.video.ended = self.audio.ended = True
        for viewer in self.viewers:
            viewer.put("end")
        await self._tell_news()
        while not self.viewers:
            await self._woken(math.inf)
        self._begin(programme)
        left_s = float(programme.length_s) - programme.position_s()
        await asyncio.sleep(max(0.0, left_s) + _SHOWN_S)

    async def _decide(self, programme: Programme) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            pieces = await loop.run_in_executor(self._pool, programme.step)
            if pieces:
                self._send(pieces, Fraction(programme.position_s()))
                await self._tell_news()
            self._begin(programme)
            if programme.ended:
                return
            due_s = programme.due_s()
            if due_s > 0:
                await self._woken(due_s)

    def _begin(self, programme: Programme) -> None:
        """Let it play once there is something to be seen, and somebody to see it."""
        if self.viewers and not programme.started:
            programme.awaited()
            if len(self.video):
                programme.start()

    async def _woken(self, most_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(
                self._wake.wait(), None if most_s == math.inf else most_s
            )
        self._wake.clear()

    def _send(self, pieces: Sequence[Piece], on_air_s: Fraction) -> None:
        pushed = [viewer for viewer in self.viewers if viewer.pushed]
        for piece in pieces:
            (self.video if piece.kind == "video" else self.audio).add(piece, on_air_s)
            message = piece.message() if len(pushed) > 1 else None
            waiting: Waiting | Notice = Waiting(piece, message)
            for viewer in pushed:
                viewer.put(waiting, on_air_s)

    async def _tell_news(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _end(self, programme: Programme) -> None:
        try:
            self._house.ended(programme)
        except (GenaiError, OSError) as error:
            self._house.tell(f"The film was not written: {error}")
        finally:
            try:
                programme.close()
            except (GenaiError, OSError) as error:
                self._house.tell(f"The book does not know the film yet: {error}")
