"""Segments made from their recipes, in this process or any other.

Aim
    Nothing but the recipe and the files it names is read, so that a segment is the
    same wherever it is made.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import Any

from av.video.frame import VideoFrame

from otio_genai import rates
from otio_genai.errors import RenderError
from otio_genai.media.closing import Closing
from otio_genai.media.encoding import Encoding
from otio_genai.media.segment import SegmentWriter
from otio_genai.render.compose import Composer
from otio_genai.render.effects import Functions
from otio_genai.render.memory import give_back
from otio_genai.render.segments import engine, shown

__all__ = ["Maker", "encode", "suffix"]

_ISO, _MOV = ".mp4", ".mov"
# About as many as an encoder looks ahead.
_AHEAD_FRAMES = 16
# Encoders of smaller pictures hold little, and giving it back takes milliseconds: it is
# done now and then, for a show that goes on for hours.
_LARGE_PIXELS, _SMALL_SEGMENTS = 1920 * 1080 * 3 // 4, 16


def suffix(encoding: Encoding) -> str:
    """Return the suffix of a file that holds segments of an encoding."""
    return _MOV if encoding.codec.startswith("prores") else _ISO


def encode(recipe: Mapping[str, Any], path: Path) -> None:
    """Make one segment.

    Parameters
    ----------
    recipe
        As `otio_genai.render.segments.recipe` gives it.
    path
        The file to write; what is there is replaced.

    Raises
    ------
    MediaError
        A file it names cannot be read.
    OutputError
        The file cannot be written.
    RenderError
        It was meant for another version of this program or of its libraries.
    """
    with Maker() as maker:
        maker.make(recipe, nullcontext(path))


class Maker(Closing):
    """Makes segments one after the other; files stay open from one to the next.

    An encoder gives its last pictures only when it is told that there are no more.
    That is done beside the beginning of the next segment.

    Parameters
    ----------
    functions
        Effects that the caller passes, by name.
    """

    def __init__(self, functions: Functions | None = None) -> None:
        self._functions = functions
        self._composer: Composer | None = None
        self._canvas: tuple[Any, ...] = ()
        self._drain = ThreadPoolExecutor(1, "drain")
        self._draining: Future[None] | None = None
        self._kept_back = 0

    def make(
        self,
        recipe: Mapping[str, Any],
        place: AbstractContextManager[Path],
        seen: Callable[[int], None] | None = None,
    ) -> None:
        """Begin a segment and give its encoder all pictures; `settle` ends it.

        Parameters
        ----------
        recipe
            What to make.
        place
            Gives the file to write; it is left when the segment is whole, or with
            the error that it is not.
        seen
            Called with the number of pictures given so far.

        Raises
        ------
        MediaError, OutputError, RenderError
            As `encode`; also for the segment before.
        """
        _refuse_stranger(recipe)
        encoding = Encoding.from_json(recipe["encoding"])
        composer = self._composing(recipe, encoding)
        rate = rates.rate(recipe["rate"])
        with ExitStack() as stack:
            path = stack.enter_context(place)
            frames = self._begun(map(composer.frame, shown(recipe)))
            writer = stack.enter_context(
                SegmentWriter(path, tuple(recipe["size"]), rate, encoding)
            )
            for done, frame in enumerate(frames, 1):
                writer.write(frame)
                if seen is not None:
                    seen(done)
            self._draining = self._drain.submit(stack.pop_all().close)

    def _begun(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        """Return the frames, the first of them made while the last encoder drains.

        A second encoder beside it would take as much memory again.
        """
        ready: deque[VideoFrame] = deque()
        while self._draining is not None and not self._draining.done():
            frame = next(frames, None) if len(ready) < _AHEAD_FRAMES else None
            if frame is None:
                break
            ready.append(frame)
        self.settle()
        return itertools.chain(_popping(ready), frames)

    def settle(self) -> None:
        """Wait for the last segment to be whole.

        Raises
        ------
        OutputError
            It could not be written.
        """
        if self._draining is not None:
            draining, self._draining = self._draining, None
            draining.result()
            self._kept_back += 1
            large = self._canvas[0] * self._canvas[1] >= _LARGE_PIXELS
            if large or self._kept_back >= _SMALL_SEGMENTS:
                self._kept_back = 0
                give_back()

    def _composing(self, recipe: Mapping[str, Any], encoding: Encoding) -> Composer:
        canvas = (
            *recipe["size"],
            recipe["rate"],
            encoding.pix_fmt,
            *recipe["background"],
        )
        if self._composer is None or canvas != self._canvas:
            if self._composer is not None:
                self._composer.close()
            self._canvas = canvas
            self._composer = Composer(
                tuple(recipe["size"]),
                rates.rate(recipe["rate"]),
                pix_fmt=encoding.pix_fmt,
                background=tuple(recipe["background"]),
                functions=self._functions,
            )
        return self._composer

    def close(self) -> None:
        """Wait for the last segment and close every file."""
        try:
            self.settle()
        finally:
            self._drain.shutdown()
            if self._composer is not None:
                self._composer.close()
                self._composer = None


def _popping(ready: deque[VideoFrame]) -> Iterator[VideoFrame]:
    while ready:
        yield ready.popleft()


def _refuse_stranger(recipe: Mapping[str, Any]) -> None:
    wanted = recipe["engine"]
    here = {engine(composing=True), engine(composing=False)}
    if wanted not in here:
        raise RenderError(
            f"This segment is for {wanted}; here is {engine(composing=True)}.",
            remedy="Install the same versions everywhere: bytes depend on them.",
        )
