"""One task done beside another: the sound is mixed while the pictures are encoded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

__all__ = ["Beside"]

Progress = Callable[[str, int, int], None]
Result = TypeVar("Result")


class _StoppedError(Exception):
    """The other task failed."""


class Beside(Generic[Result]):
    """A task in a thread of its own, begun when the block is entered.

    Its progress is told as long as the main task has told none; an error of it ends
    the main task with its next step. Leaving the block by an error ends it likewise.

    Parameters
    ----------
    task
        Called with what to report to.
    report
        Called by one thread at a time.
    """

    def __init__(self, task: Callable[[Progress], Result], report: Progress) -> None:
        self._report, self._task = report, task
        self._lock = threading.Lock()
        self._covered = self._stopped = False
        self._pool = ThreadPoolExecutor(1, "beside")

    def progress(self, what: str, done: int, total: int) -> None:
        """Tell the main task's progress, or raise what ended this one."""
        self._covered = True
        if self._running.done():
            self._running.result()
        with self._lock:
            self._report(what, done, total)

    def result(self) -> Result:
        """Wait for the task and return what it returned; its errors pass through."""
        self._covered = False
        return self._running.result()

    def _step(self, what: str, done: int, total: int) -> None:
        if self._stopped:
            raise _StoppedError
        if not self._covered:
            with self._lock:
                self._report(what, done, total)

    def __enter__(self) -> Self:
        """Begin."""
        self._running: Future[Result] = self._pool.submit(self._task, self._step)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, early after an error."""
        self._stopped = error is not None
        self._pool.shutdown()
