"""A folder for as long as a process lives: what a dead one left is recognised.

Each session holds a lock on a file beside its folder. The system lets go of the lock
when the process ends, however it ends; so whoever gets the lock of another session may
remove it. Process numbers would not tell: they are given again, and differ between
machines and containers that share a folder. On file systems without locks a session
has no such file, and its folder is removed when nothing was put there for a week.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import sys
from pathlib import Path

__all__ = ["Session"]

_LOCK = ".lock"
# How often a lock is tried before none are thought to be had.
_ATTEMPTS = 3
_WEEK_NS = 7 * 24 * 3600 * 10**9


class Session:
    """A folder of one's own below ``root``, removed when closed or at exit.

    Raises
    ------
    OSError
        Nothing can be made there.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._handle: int | None = None
        for _ in range(_ATTEMPTS):
            self.folder = root / secrets.token_hex(8)
            self._mark = self.folder.with_suffix(_LOCK)
            handle = os.open(self._mark, os.O_CREAT | os.O_EXCL | os.O_RDWR)
            # A sweeper may have taken the file between its making and its locking.
            if _locked(handle) and self._mark.exists():
                self._handle = handle
                break
            os.close(handle)
            # Nor must it stay: it would tell others that this session is dead.
            with contextlib.suppress(OSError):
                self._mark.unlink()
        self.folder.mkdir()
        self._open, self._process = True, os.getpid()
        atexit.register(self.close)

    def close(self) -> None:
        """Remove the folder and all that is in it; may be called twice."""
        # A forked child has a copy of this; the folder is its parent's.
        if not self._open or os.getpid() != self._process:
            return
        self._open = False
        atexit.unregister(self.close)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._handle is not None:
            _dropped(self._mark, self._handle)

    def sweep(self) -> None:
        """Remove what sessions of dead processes left."""
        root = self.folder.parent
        for mark in root.glob(f"*{_LOCK}"):
            with contextlib.suppress(OSError):
                if mark != self._mark:
                    _swept(mark)
        # Ours was just made: it tells the time as the file system has it.
        old_ns = self.folder.stat().st_mtime_ns - _WEEK_NS
        for folder in root.iterdir():
            with contextlib.suppress(OSError):
                unmarked = not folder.with_suffix(_LOCK).exists()
                if unmarked and folder.is_dir() and folder.stat().st_mtime_ns < old_ns:
                    shutil.rmtree(folder, ignore_errors=True)


def _swept(mark: Path) -> None:
    handle = os.open(mark, os.O_RDWR)
    if _locked(handle):
        shutil.rmtree(mark.with_suffix(""), ignore_errors=True)
        _dropped(mark, handle)
    else:
        os.close(handle)


def _dropped(mark: Path, handle: int) -> None:
    # Unlinked while locked, so that nobody locks a file that is about to go; Windows
    # wants it closed first, and gives its lock to nobody then.
    if sys.platform == "win32":  # pragma: no cover - Windows only
        os.close(handle)
        mark.unlink(missing_ok=True)
    else:
        mark.unlink(missing_ok=True)
        os.close(handle)


def _locked(handle: int) -> bool:
    """Lock an open file unless somebody else has; a system without locks says no."""
    try:
        if sys.platform == "win32":  # pragma: no cover - Windows only
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
