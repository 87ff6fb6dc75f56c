"""Segments and questions as tasks of a Dask cluster.

Aim
    The scheduler never holds more than a few tasks for each thread of its workers, and
    a task is some seconds of work: thousands of segments cost it little. A task whose
    worker is lost is done again; one that fails is tried on other workers, since the
    reason may be theirs alone.
"""

from __future__ import annotations

import contextlib
import functools
import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from otio_genai.errors import RenderError
from otio_genai.media.encoding import Encoding
from otio_genai.render import work
from otio_genai.render.cluster import task
from otio_genai.render.cluster.batches import batches, cost_px
from otio_genai.render.cluster.local import installed, local
from otio_genai.render.cluster.places import Places
from otio_genai.render.cluster.rounds import Rounds
from otio_genai.render.workers import Job, Place, Progress, files_of, named

__all__ = ["Dask"]

# Pixels that a task encodes: about three seconds of one x264 at veryfast.
_TASK_PX = 3 * 30 * 1920 * 1080
# Tasks for each thread, at least, so that no worker waits for another's last one.
_SHARES = 4


class Dask:
    """Makes segments on a Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler (``tcp://host:8786``, ``tls://…``); ``local`` starts a cluster
        of processes on this computer, for as long as each call takes.
    workers
        Processes of a local cluster; by default one for each processor.
    media
        Where workers find media that lie elsewhere for them: ``/here=/there``, where
        there may be a URL for fsspec.
    shared
        A folder that workers see as well (under its name in ``media``): segments come
        back through it and not through the scheduler's network.
    security
        Dask's ``Security`` for TLS; by default what Dask's own configuration says.
    folder
        Where segments lie until they are placed.
    patience_s
        How long to wait for the scheduler, and for a worker where there is none.
    """

    def __init__(
        self,
        address: str = "local",
        *,
        workers: int | None = None,
        media: Iterable[str] = (),
        shared: str | os.PathLike[str] | None = None,
        security: Any = None,
        folder: Path | None = None,
        patience_s: float = 60,
    ) -> None:
        self._address, self._workers = address, workers
        self._places = Places.of(media)
        self._shared = None if shared is None else Path(shared).absolute()
        self._security, self._folder = security, folder
        self._patience_s = patience_s

    def run(
        self, jobs: Sequence[Job], place: Place, progress: Progress | None = None
    ) -> None:
        """Make every job and hand each file to ``place`` as soon as it is here.

        Raises
        ------
        RenderError
            No scheduler or no worker answers, a worker has other versions, or segments
            cannot be made by any of them; what was placed before stays.
        """
        there = None
        if self._shared is not None:
            there = self._places.there(str(self._shared))
        function = functools.partial(task.segment, shared=there)
        total, done = sum(job.frames for job in jobs), 0
        costs = [cost_px(job) for job in jobs]
        with (
            tempfile.TemporaryDirectory(dir=self._folder) as folder,
            closing(
                self._each(
                    function,
                    [job.recipe for job in jobs],
                    [named(job) for job in jobs],
                    functools.partial(_batches, costs),
                )
            ) as finished,
        ):
            for index, (digest, content) in finished:
                job = jobs[index]
                path = self._received(job, content, Path(folder))
                if task.digest(path) != digest:
                    raise _damaged(job)
                place(job, path)
                path.unlink(missing_ok=True)
                done += job.frames
                if progress is not None:
                    progress("render", done, total)

    def map(
        self,
        function: Callable[[dict[str, Any]], Any],
        items: Sequence[Mapping[str, Any]],
    ) -> Iterator[tuple[int, Any]]:
        """Yield (place of an item, what the function returned), in any order.

        Parameters
        ----------
        function
            A function of a module that workers have too.
        items
            What it is called with, one at a time, its ``sources`` found on the worker.

        Raises
        ------
        RenderError
            As `run`.
        """
        names = [files_of(item) or f"item {place}" for place, item in enumerate(items)]
        return self._each(function, items, names, lambda _: _single(len(items)))

    def _each(
        self,
        function: Callable[[dict[str, Any]], Any],
        items: Sequence[Mapping[str, Any]],
        names: Sequence[str],
        tasks: Callable[[int], list[list[int]]],
    ) -> Generator[tuple[int, Any], None, None]:
        if not items:
            return
        with self._client() as client:
            terms = task.Terms(self._places, task.here())
            rounds = Rounds(client, function, items, names, terms, self._patience_s)
            threads = rounds.welcome()
            yield from rounds.answers(tasks(threads))

    @contextlib.contextmanager
    def _client(self) -> Iterator[Any]:
        """Yield a client of the cluster, and leave nothing running."""
        distributed = installed()
        with contextlib.ExitStack() as stack:
            address: Any = self._address
            if address == "local":
                address = stack.enter_context(local(self._workers))
            try:
                client = distributed.Client(
                    address,
                    security=self._security,
                    timeout=self._patience_s,
                    set_as_default=False,
                )
            except (OSError, ValueError) as error:
                raise RenderError(
                    f"No Dask scheduler answers there ({error}).",
                    place=str(self._address),
                    remedy="Start one with `dask scheduler`, or give --cluster local.",
                ) from error
            yield stack.enter_context(client)

    def _received(self, job: Job, content: bytes | None, folder: Path) -> Path:
        suffix = work.suffix(Encoding.from_json(job.recipe["encoding"]))
        if content is None and self._shared is not None:
            path = self._shared / (job.key + suffix)
            if not path.is_file():
                raise RenderError(
                    "A worker says that it wrote this segment, but it is not there.",
                    place=str(path),
                    remedy="Is that folder the same for the workers? Say where it is "
                    "there: --media HERE=THERE.",
                )
            return path
        path = folder / (job.key + suffix)
        path.write_bytes(content or b"")
        return path


def _single(count: int) -> list[list[int]]:
    return [[index] for index in range(count)]


def _batches(costs: Sequence[int], threads: int) -> list[list[int]]:
    """Return the places of segments, task by task, the dearest first."""
    enough = min(_TASK_PX, sum(costs) // (_SHARES * threads))
    found = batches(costs, enough)
    return sorted(found, key=lambda one: -sum(costs[index] for index in one))


def _damaged(job: Job) -> RenderError:
    return RenderError(
        "This segment did not arrive as the worker made it.",
        place=named(job),
        remedy="Render again: what came whole is kept.",
    )
