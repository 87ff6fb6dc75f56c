"""Joins rendered beforehand, or once: a folder that keeps the ones used last.

Conventions
    One file a join, named by its key: the hash of the samples, their number, their
    sizes, then they themselves. A file whose bytes are not those it was written with
    is removed and not found. Several processes may use one folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from otio_genai.errors import LiveError, OutputError
from otio_genai.media import files

__all__ = ["Atlas"]

_SUFFIX = ".join"
_DIGEST_BYTES = 16
# Room is looked for again when so many parts of the limit were added.
_PARTS = 20


class Atlas:
    """Joins by key.

    Parameters
    ----------
    folder
        Where they lie; made if need be.
    limit_mb
        What they may hold, in megabytes; the longest unused go first.

    Raises
    ------
    LiveError
        The folder cannot be made, or the limit is not over 0.
    """

    def __init__(self, folder: Path, limit_mb: float = 500.0) -> None:
        self.folder = Path(folder)
        if not limit_mb > 0:
            raise LiveError(f"An atlas of {limit_mb} MB holds nothing.")
        self.limit_bytes = int(limit_mb * 1e6)
        self._spare_bytes = 0
        self._lock = threading.Lock()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LiveError(
                f"The folder of joins cannot be made ({error.strerror}).",
                place=str(folder),
                remedy="Choose a folder that is yours.",
            ) from error
        self._trim()

    def get(self, key: str) -> tuple[memoryview, ...] | None:
        """Return the samples of a join; None if it is not there, or not whole."""
        path = self._path(key)
        try:
            whole = memoryview(path.read_bytes())
        except OSError:
            return None
        samples = _unpacked(whole)
        with contextlib.suppress(OSError):
            if samples is None:
                path.unlink()
            else:
                os.utime(path)
        return samples

    def put(self, key: str, samples: Sequence[bytes | memoryview]) -> bool:
        """Keep a join; tell whether that could be done.

        A disk that is full costs time, not the show.
        """
        packed = _packed(samples)
        path = self._path(key)
        try:
            path.parent.mkdir(exist_ok=True)
            with files.write_beside(path, force=True) as beside:
                beside.write_bytes(packed)
        except (OSError, OutputError):
            return False
        with self._lock:
            self._spare_bytes -= len(packed)
            if self._spare_bytes < 0:
                self._trim()
        return True

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a join, whole or not."""
        return self._path(key).is_file()

    def size_bytes(self) -> int:
        """Return the size of all joins."""
        return sum(size for _, size, _ in self._all())

    def _trim(self) -> None:
        total = self.size_bytes()
        step = max(1, self.limit_bytes // _PARTS)
        if total > self.limit_bytes:
            for size, path in self._oldest(total - self.limit_bytes + step):
                with contextlib.suppress(OSError):
                    Path(path).unlink()
                    total -= size
        self._spare_bytes = min(self.limit_bytes - total, step)

    def _oldest(self, enough_bytes: int) -> list[tuple[int, str]]:
        """Return sizes and paths of the joins unused longest, as many as are enough."""
        kept: list[tuple[int, int, str]] = []
        held = 0
        for used_ns, size, path in self._all():
            heapq.heappush(kept, (-used_ns, size, path))
            held += size
            while held - kept[0][1] >= enough_bytes:
                held -= heapq.heappop(kept)[1]
        return [(size, path) for _, size, path in kept]

    def _all(self) -> Iterator[tuple[int, int, str]]:
        """Yield when each join was used, its size, and where it lies."""
        # One at a time, and as strings: paths of all at once are megabytes, between
        # which lasting things come to lie, and that are not given back.
        for folder in _inside(os.fspath(self.folder)):
            for entry in _inside(folder.path):
                if entry.name.endswith(_SUFFIX):
                    with contextlib.suppress(OSError):
                        facts = entry.stat()
                        yield facts.st_mtime_ns, facts.st_size, entry.path

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{_SUFFIX}"


def _inside(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder; nothing if it is none, or gone."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        yield from found


def _packed(samples: Sequence[bytes | memoryview]) -> bytes:
    sizes = struct.pack(f">{1 + len(samples)}I", len(samples), *map(len, samples))
    body = b"".join((sizes, *samples))
    return hashlib.sha256(body).digest()[:_DIGEST_BYTES] + body


def _unpacked(whole: memoryview) -> tuple[memoryview, ...] | None:
    body = whole[_DIGEST_BYTES:]
    digest = hashlib.sha256(body).digest()[:_DIGEST_BYTES]
    if len(body) < 4 or digest != whole[:_DIGEST_BYTES]:
        return None
    (count,) = struct.unpack_from(">I", body)
    sizes = struct.unpack_from(f">{count}I", body, 4)
    place, found = 4 + 4 * count, []
    for size in sizes:
        found.append(body[place : place + size])
        place += size
    return tuple(found)
