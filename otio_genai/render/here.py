"""Segments made in this process, one after the other or a few side by side.

An encoder with threads of its own fills a small machine. Where it has fewer than the
machine has cores, several are fed at once; each is given the segments of a take in a
row, so that its file stays open and is decoded once.
"""

from __future__ import annotations

import functools
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from otio_genai.media.encoding import Encoding
from otio_genai.render.cache import SegmentCache
from otio_genai.render.effects import Functions
from otio_genai.render.work import Maker, suffix
from otio_genai.render.workers import Job

__all__ = ["make_here"]

Progress = Callable[[str, int, int], None]
Unchanged = Callable[[Iterable[str]], None]

# Each holds an encoder and a few decoders.
_MOST_MAKERS = 8


def make_here(
    jobs: Sequence[Job],
    cache: SegmentCache,
    report: Progress,
    functions: Functions | None = None,
    *,
    unchanged: Unchanged,
) -> None:
    """Make every job and keep it in the cache.

    Parameters
    ----------
    jobs
        Segments of one film, in its order.
    report
        Called with the shot on hand, the pictures done, and all of them; by one
        thread at a time.
    functions
        Effects that the caller passes, by name.
    unchanged
        Called with the URLs of a segment's files before it is kept; raises a
        MediaError if they are others by then.

    Raises
    ------
    MediaError, OutputError, RenderError
        As `otio_genai.render.work.encode`; what was made before is kept.
    """
    if not jobs:
        return
    threads = Encoding.from_json(jobs[0].recipe["encoding"]).threads
    runs = list(_runs(jobs))
    makers = min((os.cpu_count() or 1) // max(threads, 1), len(runs), _MOST_MAKERS)
    desk = _Desk(runs, report, sum(job.frames for job in jobs))
    if makers <= 1:
        _make(desk, cache, functions, unchanged)
        return
    with ThreadPoolExecutor(makers, "maker") as pool:
        try:
            begun = [
                pool.submit(_make, desk, cache, functions, unchanged)
                for _ in range(makers)
            ]
            for ended in as_completed(begun):
                ended.result()
        finally:
            # After an error, or Ctrl-C here: the others end with their next picture.
            desk.stopped = True


class _StoppedError(Exception):
    """Another maker failed."""


class _Desk:
    """What is still to be made, and how much of it is."""

    def __init__(
        self, runs: Sequence[Sequence[Job]], report: Progress, total: int
    ) -> None:
        self.stopped = False
        self._runs, self._report, self._total = iter(runs), report, total
        self._done = 0
        self._lock = threading.Lock()

    def next(self) -> Sequence[Job]:
        """Return the next segments of one take; none when all are given out."""
        with self._lock:
            return () if self.stopped else next(self._runs, ())

    def seen(self, shot: str, _: int) -> None:
        """Count one more picture of a shot."""
        with self._lock:
            if self.stopped:
                raise _StoppedError
            self._done += 1
            self._report(f"render · {shot}", self._done, self._total)


def _make(
    desk: _Desk,
    cache: SegmentCache,
    functions: Functions | None,
    unchanged: Unchanged,
) -> None:
    try:
        with Maker(functions) as maker:
            while run := desk.next():
                for job in run:
                    shot = _shot(job)
                    ended = suffix(Encoding.from_json(job.recipe["encoding"]))
                    place = _watched(cache.adding(job.key, ended), job, unchanged)
                    maker.make(job.recipe, place, functools.partial(desk.seen, shot))
    except _StoppedError:
        return


@contextmanager
def _watched(
    place: AbstractContextManager[Path], job: Job, unchanged: Unchanged
) -> Iterator[Path]:
    with place as path:
        yield path
        unchanged(job.urls)


def _runs(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    """Yield jobs of the same takes that follow each other."""
    for _, run in itertools.groupby(jobs, key=lambda job: job.urls):
        yield tuple(run)


def _shot(job: Job) -> str:
    names = [source["name"] for source in job.recipe["sources"]]
    return " + ".join(dict.fromkeys(names)) or "black"
