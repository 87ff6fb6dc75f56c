"""What runs on a worker."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

import otio_genai
from otio_genai.errors import GenaiError, RenderError
from otio_genai.media import files
from otio_genai.media.encoding import Encoding
from otio_genai.render import segments, work
from otio_genai.render.cluster.places import Places

__all__ = ["Done", "Failed", "Terms", "answer", "at_work", "digest", "here", "segment"]

_SIDE_PX = 16


class _Here(threading.local):
    """What a thread of a worker has at hand; a worker may have several."""

    maker: work.Maker


_here = _Here()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker has to know and to be."""

    places: Places
    "Where its media lie."
    versions: str
    "What `here` gives where the film was planned."


@dataclass(frozen=True, slots=True)
class Done:
    """One item's answer."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no answer on this worker; another may have one."""

    worker: str
    "Its address."
    error: GenaiError


@functools.cache
def here() -> str:
    """Return whatever decides bytes in this process, by name and version."""
    return ", ".join(
        [
            f"release {otio_genai.__version__}",
            segments.engine(composing=True),
            _x264(),
        ]
    )


def _x264() -> str:
    """Return x264's name for itself, from the note it leaves in a stream."""
    context: VideoCodecContext = av.CodecContext.create("libx264", "w")
    context.width = context.height = _SIDE_PX
    context.pix_fmt, context.time_base = "yuv420p", Fraction(1, 1)
    stream = [
        *context.encode(VideoFrame(_SIDE_PX, _SIDE_PX, "yuv420p")),
        *context.encode(None),
    ]
    found = re.search(rb"x264 - (core \d+[^-]*)", b"".join(map(bytes, stream)))
    return f"x264 {found[1].decode().strip()}" if found else "x264 unknown"


@contextmanager
def at_work() -> Iterator[None]:
    """Keep files open from one `segment` to the next: neighbours read the same."""
    with work.Maker() as _here.maker:
        yield


def answer(
    function: Callable[[dict[str, Any]], Any],
    items: Sequence[Mapping[str, Any]],
    terms: Terms,
) -> list[Done | Failed]:
    """Return what the function says of every item, its files found on this worker."""
    with at_work():
        return [_one(function, item, terms) for item in items]


def _one(
    function: Callable[[dict[str, Any]], Any], item: Mapping[str, Any], terms: Terms
) -> Done | Failed:
    try:
        if here() != terms.versions:
            raise RenderError(
                f"This worker has {here()}; the film is planned with {terms.versions}.",
                remedy="Install the same versions everywhere: bytes depend on them.",
            )
        done = Done(function(terms.places.local(item)))
        # Nothing counts that was made of a file while it became another.
        terms.places.local(item)
        return done
    except GenaiError as error:
        return Failed(_address(), error)
    except Exception as error:
        # Whatever it is may be this computer's alone: no memory, no room, no codec.
        return Failed(_address(), RenderError(f"{type(error).__name__}: {error}"))


def _address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return f"{socket.gethostname()}:{os.getpid()}"


def segment(
    recipe: Mapping[str, Any], shared: str | None = None
) -> tuple[str, bytes | None]:
    """Make a segment; return the SHA-256 of its file, and the file or None.

    Called within `at_work`, as `answer` does.

    Parameters
    ----------
    recipe
        What to make.
    shared
        A folder that whoever asks sees as well: the file is left there, under its key.
    """
    name = segments.key(recipe) + work.suffix(Encoding.from_json(recipe["encoding"]))
    if shared is not None:
        with files.write_beside(Path(shared, name), force=True) as beside:
            _encode(recipe, beside)
            return digest(beside), None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        _encode(recipe, path)
        return digest(path), path.read_bytes()


def _encode(recipe: Mapping[str, Any], path: Path) -> None:
    _here.maker.make(recipe, nullcontext(path))
    _here.maker.settle()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
