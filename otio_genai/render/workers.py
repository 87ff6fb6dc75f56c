"""Segments made by several processes of this computer.

Aim
    A worker that dies takes nothing with it but the segment on its hands, which is
    made again by another. What a segment holds does not depend on who made it.

Conventions
    Processes are started afresh, never forked from a process that has decoded: FFmpeg's
    threads would be missing in the copy. A script that renders with several of them
    therefore needs its ``if __name__ == "__main__":``.
"""

from __future__ import annotations

import functools
import multiprocessing
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from otio_genai.errors import RenderError

if TYPE_CHECKING:
    from otio_genai.render.work import Maker

__all__ = ["Executor", "Job", "Place", "Processes", "Progress", "files_of", "named"]

#: Called with what is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]

_ATTEMPTS = 3
_END_S = 5.0
_READY = "ready"


@dataclass(frozen=True, slots=True)
class Job:
    """A segment that is not there yet."""

    key: str
    "Hash of its recipe, as `otio_genai.render.segments.key` gives it."
    recipe: Mapping[str, Any]
    "All that makes it."
    frames: int
    "Its record frames."

    @property
    def urls(self) -> tuple[str, ...]:
        """Return the files it is made of."""
        return tuple(source["url"] for source in self.recipe["sources"])


#: Called with a job and the file that was made; it takes the file or copies it.
Place = Callable[[Job, Path], None]


class Executor(Protocol):
    """Whoever makes segments."""

    def run(
        self, jobs: Sequence[Job], place: Place, progress: Progress | None = None
    ) -> None:
        """Make every job and hand each file to ``place`` as soon as it is whole."""

    def map(
        self,
        function: Callable[[dict[str, Any]], Any],
        items: Sequence[Mapping[str, Any]],
    ) -> Iterator[tuple[int, Any]]:
        """Yield (place of an item, what the function returned), in any order."""


class Processes:
    """Makes segments in processes of this computer.

    Parameters
    ----------
    jobs
        Number of processes, at least 1.
    folder
        Where segments lie until they are placed; by default the system's temporary
        folder. The same file system as their place spares a copy.
    attempts
        How often a segment is begun whose process dies.
    """

    def __init__(
        self, jobs: int, *, folder: Path | None = None, attempts: int = _ATTEMPTS
    ) -> None:
        self._jobs, self._folder, self._attempts = max(1, jobs), folder, attempts

    def run(
        self, jobs: Sequence[Job], place: Place, progress: Progress | None = None
    ) -> None:
        """Make every job, the longest first, and hand each file to ``place``.

        Raises
        ------
        GenaiError
            As `otio_genai.render.work.encode`; what was placed before stays.
        RenderError
            A segment's process died each time, or processes cannot be started.
        """
        order = sorted(jobs, key=lambda job: -job.frames)
        total, done = sum(job.frames for job in jobs), 0
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            items = [
                {"recipe": job.recipe, "path": str(Path(folder, job.key))}
                for job in order
            ]
            names = [named(job) for job in order]
            # Closed at once when placing fails: nobody writes into a folder that goes.
            with closing(self._each(_encode, items, names)) as finished:
                for index, made in finished:
                    job, path = order[index], Path(made)
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
            A function of a module, so that another process finds it.
        items
            What it is called with, one at a time.

        Raises
        ------
        GenaiError
            As the function.
        RenderError
            As `run`.
        """
        names = [files_of(item) or f"item {place}" for place, item in enumerate(items)]
        return self._each(function, items, names)

    def _each(
        self,
        function: Callable[[dict[str, Any]], Any],
        items: Sequence[Mapping[str, Any]],
        names: Sequence[str],
    ) -> Generator[tuple[int, Any], None, None]:
        waiting = deque((index, 1) for index in range(len(items)))
        with _Crew(min(self._jobs, len(items))) as crew:
            while waiting or crew.busy:
                crew.hand_out(function, items, waiting)
                for index, attempt, answer in crew.answers():
                    if not isinstance(answer, _Died):
                        yield index, answer
                        continue
                    if attempt >= self._attempts:
                        raise _given_up(names[index], attempt, answer)
                    waiting.appendleft((index, attempt + 1))


def named(job: Job) -> str:
    """Return what a job is called in messages."""
    shots = files_of(job.recipe) or "black"
    return f"segment {job.key[:12]} ({job.frames} frames of {shots})"


def files_of(item: Mapping[str, Any]) -> str:
    """Return the names of the files that a recipe or a question is about."""
    names = [source["name"] for source in item.get("sources", ())]
    return ", ".join(dict.fromkeys(names))


def _encode(item: Mapping[str, Any]) -> str:
    from otio_genai.media.encoding import Encoding
    from otio_genai.render import work

    recipe = item["recipe"]
    path: str = item["path"] + work.suffix(Encoding.from_json(recipe["encoding"]))
    # Neighbours read the same files: they stay open as long as the process works.
    maker = _maker()
    maker.make(recipe, nullcontext(Path(path)))
    maker.settle()
    return path


@functools.cache
def _maker() -> Maker:
    from otio_genai.render.work import Maker

    return Maker()


@dataclass(frozen=True, slots=True)
class _Died:
    """What is known of a process that ended by itself."""

    exit_code: int | None

    def __str__(self) -> str:
        code = self.exit_code or 0
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"


@dataclass(slots=True)
class _Worker:
    """One process and the item on its hands."""

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    "Whether it has said that it runs."
    held: tuple[int, int] | None = None
    "The item's place and which attempt it is."


@dataclass(slots=True)
class _Crew:
    """So many processes, one item each; whoever dies is replaced."""

    size: int
    _workers: list[_Worker] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            _end(worker)

    @property
    def busy(self) -> bool:
        """Whether anything is on anybody's hands."""
        return any(worker.held for worker in self._workers)

    def hand_out(
        self,
        function: Callable[[dict[str, Any]], Any],
        items: Sequence[Mapping[str, Any]],
        waiting: deque[tuple[int, int]],
    ) -> None:
        """Give everybody idle the next item."""
        while len(self._workers) < self.size:
            self._workers.append(_started())
        for worker in self._workers:
            if worker.held is None and waiting:
                worker.held = waiting.popleft()
                try:
                    worker.pipe.send((function, dict(items[worker.held[0]])))
                except OSError:
                    # It died idle: `answers` finds its pipe at an end.
                    continue

    def answers(self) -> Iterator[tuple[int, int, Any]]:
        """Wait, then yield (item's place, attempt, answer or `_Died`).

        Raises
        ------
        GenaiError
            What the function raised.
        RenderError
            A process ended before it ran.
        """
        for pipe in wait([worker.pipe for worker in self._workers]):
            worker = next(one for one in self._workers if one.pipe is pipe)
            try:
                fine, answer = worker.pipe.recv()
            except (EOFError, OSError):
                fine, answer = True, self._buried(worker)
            if not fine:
                raise answer
            if answer == _READY and not worker.ready:
                worker.ready = True
            elif worker.held is not None:
                held, worker.held = worker.held, None
                yield *held, answer

    def _buried(self, worker: _Worker) -> _Died:
        self._workers.remove(worker)
        _end(worker)
        died = _Died(worker.process.exitcode)
        if not worker.ready and (died.exit_code or 0) >= 0:
            raise RenderError(
                f"A process that should make segments ended before it ran: {died}.",
                remedy='In a script, put the call under `if __name__ == "__main__":`; '
                "or render with one process.",
            )
        return died


def _started() -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    # Ours alone is left, so that its end tells that the process has gone.
    theirs.close()
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    worker.process.join(_END_S)
    if worker.process.exitcode is None:
        worker.process.kill()
        worker.process.join()
    worker.pipe.close()


def _serve(pipe: Connection) -> None:
    """Answer items until there are no more, or nobody to answer."""
    # Ctrl-C reaches every process of a terminal; ours are ended by whom they serve.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        pipe.send((True, _READY))
        while True:
            function, item = pipe.recv()
            pipe.send(_answer(function, item))
    except (EOFError, OSError):
        return


def _answer(
    function: Callable[[dict[str, Any]], Any], item: dict[str, Any]
) -> tuple[bool, Any]:
    try:
        return True, function(item)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        except Exception:
            return False, RuntimeError(f"{type(error).__name__}: {error}")
        return False, error


def _given_up(name: str, attempts: int, died: _Died) -> RenderError:
    return RenderError(
        f"The process that made it was {died}, {attempts} times.",
        place=name,
        remedy="Look whether memory ran out; render with fewer processes, or with one.",
    )
