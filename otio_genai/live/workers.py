"""Processes that render joins while a show goes on.

Conventions
    Started afresh, never forked: FFmpeg's threads would be missing in the copy. They
    give way to the process that serves the viewers. One that dies answers None for
    what it held, and another takes its place: at once the first times, then after
    pauses that grow, for what kills each one would have them started for ever.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

__all__ = ["Process", "pause_after_s"]

_END_S = 2.0
_YIELDING = 5
_READY = "ready"
# Deaths in a row before others are started with pauses, of which each is twice as long.
_DEATHS, _PAUSE_S, _LONGEST_S = 3, 1.0, 60.0

Reply = Callable[[Sequence[bytes] | None], None]


class Process:
    """A worker: see `otio_genai.live.schedule.Worker`.

    Parameters
    ----------
    render
        A function of a module, which the process imports: samples of a request.
    tell
        Called, from any thread, with a sentence when it has died.
    """

    def __init__(
        self,
        render: Callable[[Any], Sequence[bytes]],
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._render, self._tell = render, tell
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._reply: Reply | None = None
        self._closed = False
        self._deaths = 0
        self._start()

    @property
    def ready(self) -> bool:
        """Whether it has started and holds nothing."""
        return self._warm and self._reply is None and not self._closed

    def run(self, request: Any, reply: Reply) -> None:
        """Render; `reply` is called from another thread."""
        with self._lock:
            self._reply = reply
            pipe = self._pipe
        try:
            pipe.send((self._render, request))
        except (OSError, ValueError):
            # It has died; the thread that listens to it answers and starts another.
            return

    def replace(self) -> None:
        """Kill the process; what it held stays unanswered."""
        with self._lock:
            self._reply = None
        self._process.kill()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
        self._closing.set()
        self._process.terminate()
        self._process.join(_END_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        self._listener.join(_END_S)

    def _start(self) -> None:
        self._warm = False
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_serve, args=(theirs, self._render), daemon=True
        )
        with _undisturbed():
            self._process.start()
        theirs.close()
        self._listener = threading.Thread(
            target=self._listen, args=(self._pipe,), daemon=True
        )
        self._listener.start()

    def _listen(self, pipe: Connection) -> None:
        try:
            while True:
                answer = pipe.recv()
                if answer == _READY:
                    self._warm = True
                else:
                    self._deaths = 0
                    self._answer(answer)
        except (EOFError, OSError):
            pass
        with contextlib.suppress(OSError):
            pipe.close()
        with self._lock:
            self._warm = False
            if self._closed:
                return
            self._deaths += 1
        pause_s = pause_after_s(self._deaths)
        self._tell(
            f"Processes that render joins die again and again; the next is started in "
            f"{pause_s:.0f} s, and cuts are dry meanwhile."
            if pause_s
            else "A process that renders joins has died and is replaced."
        )
        self._answer(None)
        # It may yet be about to die; once dead it stays in the system's list until it
        # is asked after.
        self._process.kill()
        self._process.join()
        self._closing.wait(pause_s)
        with self._lock:
            # Whoever closed this meanwhile would end the one that has died only.
            if not self._closed:
                self._start()

    def _answer(self, samples: Sequence[bytes] | None) -> None:
        with self._lock:
            reply, self._reply = self._reply, None
        if reply is not None:
            reply(samples)


def pause_after_s(deaths: int) -> float:
    """Return how long nobody takes the place of one, after so many deaths in a row."""
    if deaths <= _DEATHS:
        return 0.0
    # Larger powers than are needed would be too large.
    return min(_LONGEST_S, _PAUSE_S * 2.0 ** min(deaths - _DEATHS - 1, 16))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a process begin that Ctrl-C does not reach while it is not yet its own."""
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows only
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, render: Callable[[Any], Sequence[bytes]]) -> None:
    # Ctrl-C reaches every process of a terminal; ours are ended by whom they serve.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(_YIELDING)
    try:
        pipe.send(_READY)
        while True:
            render, request = pipe.recv()
            pipe.send(_rendered(render, request))
    except (EOFError, OSError):
        return


def _rendered(
    render: Callable[[Any], Sequence[bytes]], request: Any
) -> Sequence[bytes] | None:
    try:
        return [bytes(sample) for sample in render(request)]
    except Exception:
        # Whatever went wrong, the film has a dry cut for it.
        return None
