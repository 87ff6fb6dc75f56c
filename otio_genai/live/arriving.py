"""A new file becomes a take that a field can hold, in a process of its own.

What ingest and analysis do for a folder is done here for one file. The processor time
it takes is not that of whoever serves the viewers.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import opentimelineio as otio
from PIL import Image

from otio_genai import metadata, rates
from otio_genai.analyse import analyse
from otio_genai.errors import GenaiError, LiveError
from otio_genai.ingest import bin as bins
from otio_genai.ingest.facts import Memory
from otio_genai.ingest.generators import slate_of
from otio_genai.ingest.kinds import by_picture
from otio_genai.ingest.names import unique_names
from otio_genai.live.wishes import Still
from otio_genai.media.files import write_beside
from otio_genai.media.frames import FrameReader

__all__ = ["Workshop", "Wrong", "picture_of", "take_of", "write_picture"]

_YIELDING, _PATIENCE_S = 10, 600.0
_Made = TypeVar("_Made")


class Wrong(str):
    """Why nothing was made: errors do not travel well between processes."""

    __slots__ = ()


def take_of(path: str, said: Mapping[str, Any], cache: str | None = None) -> str:
    """Return the analysed clip of a file as OTIO writes it, or why there is none.

    Parameters
    ----------
    path
        The file; it is not touched.
    said
        What is known of it beside what its name tells: provider, prompt, seed, time.
    cache
        Folder in which facts and answers are remembered; the user's own if None.
    """
    file = Path(path)
    try:
        known = Memory(Path(cache) if cache else None).look(file)
        kind = by_picture(known.facts["kind_hint"])
        if kind is None:
            return Wrong("It has no picture.")
        reference = bins.reference(known, kind, _slate(file.name, said), "content")
        clip = otio.schema.Clip(unique_names([file.name])[0], reference)
        answers = Path(cache) / "analysis" if cache else None
        made = analyse(bins.make([clip]), cache=answers)[0]
        fault = metadata.read(made.media_reference, "fault")
    except GenaiError as error:
        return Wrong(error.sentence)
    return Wrong(fault) if fault else str(made.to_json_string())


def write_picture(path: str, at: int, film_rate: str, target: str) -> str:
    """Write a picture of a file as PNG; return where it lies, or why it does not.

    Parameters
    ----------
    path
        A take or a still.
    at
        Record frame of the take, counted from its first; of no matter for a still.
    film_rate
        Rate of the record grid.
    """
    try:
        with write_beside(target, force=True) as beside:
            _picture(Path(path), at, film_rate).save(beside, format="PNG")
    except (GenaiError, OSError) as error:
        return Wrong(getattr(error, "sentence", None) or str(error))
    return target


def _picture(path: Path, at: int, film_rate: str) -> Image.Image:
    reader = FrameReader(path)
    try:
        source = reader.rate
        # A still has no rate, and one picture.
        number = rates.frame_at(at / rates.rate(film_rate), source) if source else 0
        return Image.fromarray(reader.rgb(max(0, min(number, reader.frames - 1))))
    finally:
        reader.close()


def _slate(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    slate = slate_of(name)
    evidence = [*slate["evidence"], *(["request"] if said else [])]
    # What was asked for is known; what a name tells is read.
    return slate | dict(said) | {"name": name, "evidence": evidence}


class Workshop:
    """Does one thing after another in another process, which is started when needed.

    Parameters
    ----------
    start
        Makes the executor; a process that gives way to others by default.
    patience_s
        How long one thing may take.
    """

    def __init__(
        self,
        start: Callable[[], Executor] | None = None,
        *,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._start, self._patience_s = start or _process, patience_s
        self._executor: Executor | None = None
        self._pid: int | None = None
        self._turn = asyncio.Lock()

    async def do(self, function: Callable[..., _Made], *given: Any) -> _Made:
        """Return what a function of a module makes of something.

        Raises
        ------
        LiveError
            Its process died, or it took too long.
        """
        loop = asyncio.get_running_loop()
        async with self._turn:
            try:
                if self._executor is None:
                    self._executor = self._start()
                    self._pid = await loop.run_in_executor(self._executor, os.getpid)
                made = loop.run_in_executor(self._executor, function, *given)
                return await asyncio.wait_for(made, self._patience_s)
            except BrokenProcessPool as error:
                self.close()
                raise _dead("The process that looks at new takes died.") from error
            except TimeoutError as error:
                self.close()
                raise _dead(f"It takes longer than {self._patience_s:g} s.") from error

    def close(self) -> None:
        """End the process, whatever it does."""
        executor, self._executor = self._executor, None
        pid, self._pid = self._pid, None
        if executor is None:
            return
        executor.shutdown(wait=False, cancel_futures=True)
        # A file that is never decoded to its end would keep it for ever.
        if pid not in (None, os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGTERM)


async def picture_of(
    workshop: Workshop, folder: Path, rate: Fraction, still: Still, name: str
) -> Path | None:
    """Return a picture of a take, written among others; None if it cannot be read."""
    frames = folder / "frames"
    await asyncio.to_thread(frames.mkdir, parents=True, exist_ok=True)
    made = await workshop.do(
        write_picture,
        str(still.path),
        still.at,
        rates.text(rate),
        str(frames / f"{name}.png"),
    )
    # A neighbour that cannot be read costs the picture, not the request.
    return None if isinstance(made, Wrong) else Path(made)


def _dead(sentence: str) -> LiveError:
    return LiveError(sentence, remedy="Take the file away if it happens again.")


def _process() -> Executor:
    # Spawned, never forked: the threads of decoders would be missing in the copy.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_yield)


def _yield() -> None:
    # Ctrl-C reaches every process of a terminal; this one is ended by whom it serves.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_YIELDING)
    threading.Thread(target=_orphaned, daemon=True).start()


def _orphaned() -> None:
    # A show that is killed says nothing; this would wait for its next word for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
