"""What was rendered once is not rendered again: files kept by what they were made of.

Conventions
    An entry is one file in one of 256 folders: ``<key>.<digest><suffix>``, the digest
    being the first 16 digits of the SHA-256 of its bytes. It comes there by one rename,
    so it is whole or not there, and its name tells whether its bytes are still its own.
    What a cache has found or added stays readable until that cache is closed, whatever
    other processes remove: it is linked into a folder of its own.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from otio_genai.errors import OutputError
from otio_genai.media import store
from otio_genai.media.closing import Closing
from otio_genai.render.session import Session

__all__ = ["BOUND_BYTES", "SegmentCache"]

#: How large the cache may grow unless told otherwise.
BOUND_BYTES = 20_000_000_000

_ENTRIES, _SESSIONS = "entries", "sessions"
_DIGITS = 16
_SHARD, _ENTRY = re.compile("[0-9a-f]{2}"), re.compile(r"[0-9a-f]+\.[0-9a-f]{16}\.")
_NONE = (FileNotFoundError, NotADirectoryError)
_FULL = (errno.ENOSPC, errno.EDQUOT)
# Room is looked for again when so many parts of the bound were added.
_PARTS = 20


class _Entry(NamedTuple):
    used_ns: int
    bytes: int
    path: Path


class SegmentCache(Closing):
    """Files by key, in a folder with a bound, for several processes at once.

    Use it as a context manager, or `close` it: the paths it gave out are gone then.
    A process that needs its own opens its own on the same folder.

    Parameters
    ----------
    folder
        Where it lies; ``render`` in `otio_genai.media.store.cache_folder` by default.
    bound_bytes
        What it may hold. The longest unused go first, never what this cache has found
        or added: a film larger than the bound is kept whole while it is rendered.

    Attributes
    ----------
    damaged
        Entries that were removed because their bytes were no longer their own.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """

    def __init__(
        self, folder: Path | None = None, bound_bytes: int = BOUND_BYTES
    ) -> None:
        self.folder = Path(folder) if folder else store.cache_folder() / "render"
        self.bound_bytes = bound_bytes
        self.damaged = 0
        self._held: dict[str, Path] = {}
        self._spare_bytes = 0
        self._counter = itertools.count()
        try:
            self._entries = self.folder / _ENTRIES
            self._entries.mkdir(parents=True, exist_ok=True)
            self._session = Session(self.folder / _SESSIONS)
        except OSError as error:
            raise self._unwritable(error) from error
        self._session.sweep()

    def find(self, key: str) -> Path | None:
        """Return the file kept under ``key``, its bytes checked; None without one.

        An entry whose bytes are not those it was made with is removed, counted in
        `damaged`, and not found. What is found counts as used now.
        """
        if key in self._held:
            return self._held[key]
        shard = self._shard(key)
        names = []
        with contextlib.suppress(*_NONE), os.scandir(shard) as files:
            names = sorted(file.name for file in files)
        for name in names:
            if name.startswith(f"{key}.") and self._hold(key, shard / name):
                return self._held[key]
        return None

    def _hold(self, key: str, entry: Path) -> bool:
        """Make an entry this cache's own, if it is what its name says."""
        held = self._session.folder / entry.name
        # Another process may remove it at any moment, and disks fail: both mean that
        # it is not there.
        with contextlib.suppress(OSError):
            own = _linked(entry, held)
            if _digest(own) == entry.name.split(".")[1]:
                with contextlib.suppress(PermissionError):
                    os.utime(own)
                self._held[key] = own
                return True
            self.damaged += 1
            held.unlink(missing_ok=True)
            entry.unlink(missing_ok=True)
        return False

    @contextmanager
    def adding(self, key: str, suffix: str) -> Iterator[Path]:
        """Yield a path to write; the file is kept under ``key`` when all went well.

        Raises
        ------
        OutputError
            The cache cannot be written further.
        """
        made = self._session.folder / f"{next(self._counter)}.part{suffix}"
        try:
            try:
                yield made
            except OSError as error:
                if error.errno in _FULL:
                    raise self._unwritable(error) from error
                raise
            try:
                self._keep(key, made, suffix)
            except OSError as error:
                raise self._unwritable(error) from error
        finally:
            made.unlink(missing_ok=True)

    def _keep(self, key: str, made: Path, suffix: str) -> None:
        name = f"{key}.{_digest(made)}{suffix}"
        size = made.stat().st_size
        shard = self._shard(key)
        shard.mkdir(exist_ok=True)
        held = self._session.folder / name
        # Linked first: once it lies in the cache, anyone may remove it there.
        own = _linked(made, held)
        made.replace(shard / name)
        self._held[key] = held if own == held else shard / name
        self._spare_bytes -= size
        if self._spare_bytes < 0:
            self._trim()

    def put(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Return the file kept under ``key``; if there is none, let ``make`` write it.

        Parameters
        ----------
        make
            Called with the path to write; its errors pass through, and nothing is
            kept.

        Raises
        ------
        OutputError
            The cache cannot be written further.
        """
        found = self.find(key)
        if found is None:
            with self.adding(key, suffix) as path:
                make(path)
            found = self._held[key]
        return found

    def _trim(self, keep_bytes: int | None = None) -> None:
        """Remove the longest unused until the bound is kept, and a little more."""
        bound = self.bound_bytes if keep_bytes is None else keep_bytes
        entries = sorted(self._all())
        total = sum(entry.bytes for entry in entries)
        step = self.bound_bytes // _PARTS
        if total > bound:
            for entry in entries:
                if total <= bound - step:
                    break
                if entry.path.name.split(".")[0] not in self._held:
                    with contextlib.suppress(OSError):
                        entry.path.unlink()
                        total -= entry.bytes
        # When all that is left is in use, it is not asked again for each new file.
        self._spare_bytes = min(bound - total, step) if total <= bound else step

    def _all(self) -> Iterator[_Entry]:
        for shard in os.scandir(self._entries):
            # What others put here is not ours to count, nor to remove.
            if not _SHARD.fullmatch(shard.name):
                continue
            with contextlib.suppress(*_NONE):
                for file in os.scandir(shard.path):
                    if not _ENTRY.match(file.name):
                        continue
                    with contextlib.suppress(FileNotFoundError):
                        facts = file.stat()
                        yield _Entry(facts.st_mtime_ns, facts.st_size, Path(file))

    def ensure_room(self, bytes_needed: int) -> None:
        """Make sure that so much can be written here; old entries go for it.

        Raises
        ------
        OutputError
            There is not so much room on the disk.
        """
        lacking = bytes_needed - shutil.disk_usage(self.folder).free
        if lacking > 0:
            self._trim(self.size_bytes() - lacking)
            lacking = bytes_needed - shutil.disk_usage(self.folder).free
        if lacking > 0:
            raise OutputError(
                f"The film needs about {_megabytes(bytes_needed)} MB while it is "
                f"rendered; {_megabytes(lacking)} MB of them are not free.",
                place=str(self.folder),
                remedy="Make room, or set OTIO_GENAI_CACHE to another disk.",
            )

    def size_bytes(self) -> int:
        """Return the size of all entries."""
        return sum(entry.bytes for entry in self._all())

    def clear(self) -> None:
        """Remove all entries; what is in use stays readable to those who use it."""
        for entry in self._all():
            with contextlib.suppress(OSError):
                entry.path.unlink()

    def close(self) -> None:
        """Let go of what was found or added; may be called twice."""
        self._held.clear()
        self._session.close()

    def _shard(self, key: str) -> Path:
        return self._entries / key[:2]

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"The cache cannot be written ({error.strerror}).",
            place=str(self.folder),
            remedy="Make room, set OTIO_GENAI_CACHE to a folder that is yours, "
            "or use --no-cache.",
        )


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:_DIGITS]


def _linked(file: Path, name: Path) -> Path:
    """Return ``name``, made another name of a file; the file where there are no links.

    Some file systems have none, and then nothing keeps an entry from being removed.
    """
    try:
        name.hardlink_to(file)
    except FileExistsError:
        pass
    except FileNotFoundError:
        raise
    except OSError:
        return file
    return name
