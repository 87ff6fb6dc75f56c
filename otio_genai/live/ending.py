"""How a show is ended from outside: once, and in peace.

Conventions
    Ctrl-C, a system that shuts down and a terminal that closes all end a show alike.
    Who says so again, as service managers do to every process of a group, changes
    nothing: what must be written is being written. Signals belong to the main thread;
    a show in another one ends as whoever began it likes.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = ["Ending", "ending"]

# Windows has no SIGHUP.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Ending:
    """Whether a show was told to end."""

    def __init__(self) -> None:
        self._told = False
        self._serving: asyncio.Task[object] | None = None

    def serving(self) -> None:
        """Let the running task be what is ended."""
        self._serving = asyncio.current_task()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """End what is served, the first time."""
        if self._told:
            return
        self._told = True
        if self._serving is None:
            # Nobody was let in yet.
            raise KeyboardInterrupt
        self._serving.get_loop().call_soon_threadsafe(self._serving.cancel)


@contextlib.contextmanager
def ending() -> Iterator[Ending]:
    """Let signals end a show until all of it is closed."""
    found = Ending()
    if threading.current_thread() is not threading.main_thread():
        yield found
        return
    signals = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    # None is a handler that was not set from Python, and cannot be set again from it.
    before = {one: signal.getsignal(one) or signal.SIG_DFL for one in signals}
    try:
        for one in signals:
            signal.signal(one, found.hear)
        yield found
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
