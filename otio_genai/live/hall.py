"""Who is let in, and to which film: one for all, or each his own."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal

from otio_genai.errors import LiveError
from otio_genai.live.screening import Maker, Screening
from otio_genai.live.viewer import Viewer

__all__ = ["Hall", "Limits", "Mode"]

Mode = Literal["shared", "private"]

_NAME_BYTES = 18
_WINDOW_S = 10.0
# Whoever comes is served before anything is made for the next.
_CALM_S = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What is granted, so that nobody takes it from the others."""

    viewers: int = 400
    "Viewers of a shared showing."
    private: int = 120
    "Viewers who each have a film of their own."
    arrivals: int = 300
    "Viewers from one address in ten seconds."
    message_bytes: int = 512
    "Longest message of a player."
    messages: int = 20
    "Messages of a player in ten seconds."
    patience_s: float = 6.0
    "How long a viewer may see nothing because he does not read."
    idle_s: float = 30.0
    "How long a viewer who comes for his pieces may stay away."


class Hall:
    """Lets viewers in and out.

    Parameters
    ----------
    house
        Makes the films.
    mode
        One film for all, or one for each.
    pool
        Threads in which films are decided.
    now_s
        The clock.
    limits
        What is granted.
    pause_s, again
        As `otio_genai.live.screening.Screening`.
    spares
        Private films that are at hand before anybody comes for them; nothing of them
        is decided, and those that nobody sees leave nothing.
    """

    def __init__(
        self,
        house: Maker,
        mode: Mode,
        pool: Executor,
        now_s: Callable[[], float],
        *,
        limits: Limits | None = None,
        pause_s: float = 3.0,
        again: bool = True,
        spares: int = 0,
    ) -> None:
        self._house, self.mode, self._pool = house, mode, pool
        self._now_s = now_s
        self.limits = limits or Limits()
        self._pause_s, self._again = pause_s, again
        self._seats: OrderedDict[str, tuple[Viewer, Screening]] = OrderedDict()
        self._tasks: dict[Screening, asyncio.Task[None]] = {}
        self._arrivals: dict[str, deque[float]] = {}
        self._shared: Screening | None = None
        self._most_spares = spares if mode == "private" else 0
        self._spares: OrderedDict[Screening, asyncio.Task[None]] = OrderedDict()
        self._providing: asyncio.Task[None] | None = None

    @property
    def viewers(self) -> list[Viewer]:
        """All who are in."""
        # The desk counts them in a thread while others come and go.
        return [viewer for viewer, _ in list(self._seats.values())]

    @property
    def screenings(self) -> list[Screening]:
        """All films that play or are about to, the oldest first."""
        return list(self._tasks)

    def open(self) -> None:
        """Begin; a shared film is prepared and waits for its first viewer."""
        if self.mode == "shared":
            self._shared = self._begin()
        elif self._most_spares:
            self._providing = asyncio.get_running_loop().create_task(self._provide())

    def enter(self, address: str, *, pushed: bool = True) -> tuple[Viewer, Screening]:
        """Let somebody in.

        Raises
        ------
        LiveError
            There is no room, or too many come from there at once.
        """
        self._ensure_room(address)
        viewer = Viewer(
            secrets.token_urlsafe(_NAME_BYTES),
            address,
            pushed=pushed,
            patience_s=self.limits.patience_s,
        )
        viewer.seen_s = self._now_s()
        screening = self._shared or self._spare() or self._begin()
        self._seats[viewer.name] = (viewer, screening)
        screening.enter(viewer)
        return viewer, screening

    def seat(self, name: str) -> tuple[Viewer, Screening] | None:
        """Return whom a name belongs to, and what he sees."""
        found = self._seats.get(name)
        if found is not None:
            found[0].seen_s = self._now_s()
        return found

    def holds(self, name: str) -> bool:
        """Tell whether somebody of that name is in."""
        return name in self._seats

    def leave(self, viewer: Viewer) -> None:
        """Let somebody go; a film that was his alone ends."""
        found = self._seats.pop(viewer.name, None)
        if found is None:
            return
        screening = found[1]
        screening.leave(viewer)
        if screening is not self._shared:
            task = self._tasks.pop(screening, None)
            if task is not None:
                task.cancel()

    def sweep(self) -> None:
        """Let go who has stayed away too long."""
        now_s = self._now_s()
        for viewer in self.viewers:
            if not viewer.pushed and now_s - viewer.seen_s > self.limits.idle_s:
                self.leave(viewer)
        for address, times in list(self._arrivals.items()):
            if not times or now_s - times[-1] > _WINDOW_S:
                del self._arrivals[address]

    async def close(self) -> None:
        """End all."""
        for viewer in self.viewers:
            viewer.give_up("The show has ended.")
        tasks = [*self._tasks.values(), *self._spares.values()]
        tasks += [self._providing] if self._providing is not None else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._spares.clear()
        self._seats.clear()

    def _ensure_room(self, address: str) -> None:
        shared = self.mode == "shared"
        most = self.limits.viewers if shared else self.limits.private
        if len(self._seats) >= most:
            raise LiveError("The house is full.", remedy="Come again later.")
        now_s = self._now_s()
        times = self._arrivals.setdefault(address, deque())
        while times and now_s - times[0] > _WINDOW_S:
            times.popleft()
        if len(times) >= self.limits.arrivals:
            raise LiveError("Too many come from there.", remedy="Come again later.")
        times.append(now_s)

    def _spare(self) -> Screening | None:
        if not self._spares:
            return None
        screening, task = self._spares.popitem(last=False)
        self._tasks[screening] = task
        return screening

    async def _provide(self) -> None:
        """Keep films at hand, one made after the other while nobody comes."""
        while True:
            await asyncio.sleep(_CALM_S)
            room = self.limits.private - len(self._seats)
            if len(self._spares) < min(self._most_spares, room):
                self._made(self._spares)

    def _begin(self) -> Screening:
        return self._made(self._tasks)

    def _made(self, place: dict[Screening, asyncio.Task[None]]) -> Screening:
        screening = Screening(
            self._house,
            self._pool,
            pause_s=self._pause_s,
            again=self._again,
            patient=self.mode == "private",
        )
        task = asyncio.get_running_loop().create_task(screening.run())
        place[screening] = task

        def ended(done: asyncio.Task[None]) -> None:
            self._tasks.pop(screening, None)
            self._spares.pop(screening, None)
            if not done.cancelled() and done.exception() is not None:
                self._house.tell(f"A film broke off: {done.exception()!r}")

        task.add_done_callback(ended)
        return screening
