"""A file that one process at a time may hold.

The system lets go of a lock when the process ends, however it ends: nothing stale is
left behind. Where a file system knows no locks, none is held.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

from otio_genai.errors import FieldError, OutputError

__all__ = ["Lock", "held"]

_TAKEN = frozenset((errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK))


class Lock:
    """The lock of a file, beside it; held from when it is made until closed.

    Raises
    ------
    BlockingIOError
        Somebody else holds it.
    OSError
        Nothing can be made there.
    """

    def __init__(self, path: Path) -> None:
        self._mark = path.with_name(f".{path.name}.lock")
        while True:
            handle = os.open(self._mark, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                _lock(handle)
            except BaseException:
                os.close(handle)
                raise
            # Its last holder may have removed the file between opening and locking.
            if _is_there(handle, self._mark):
                break
            os.close(handle)
        self._handle: int | None = handle

    def close(self) -> None:
        """Let go of it; may be called twice."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        # Windows wants a file closed before it is removed.
        if sys.platform == "win32":  # pragma: no cover - Windows only
            os.close(handle)
        with contextlib.suppress(OSError):
            self._mark.unlink()
        if sys.platform != "win32":
            os.close(handle)


def _is_there(handle: int, mark: Path) -> bool:
    try:
        found = mark.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino)


def _lock(handle: int) -> None:
    try:
        if sys.platform == "win32":  # pragma: no cover - Windows only
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise BlockingIOError(error.errno, "locked") from error


def held(path: Path) -> Lock:
    """Return the lock of a book.

    Raises
    ------
    FieldError
        Another process, or another object of this one, has it open.
    OutputError
        Nothing can be written beside it.
    """
    try:
        return Lock(path)
    except BlockingIOError:
        raise FieldError(
            "This book is open in another process.",
            place=str(path),
            remedy="Wait until its show is over, or use a book of its own.",
        ) from None
    except OSError as error:
        raise OutputError(
            f"Nothing can be written beside this book ({error.strerror}).",
            place=str(path),
            remedy="Put it in a folder that is yours.",
        ) from error
