"""Files written beside their place and renamed: whole, or not there at all."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from otio_genai.errors import OutputError

__all__ = ["ensure_writable", "spare_originals", "write_beside"]

_counter = itertools.count()


def ensure_writable(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Return the path if a file may be made there.

    Raises
    ------
    OutputError
        The folder is missing or read-only, the path is a folder, or a file is
        there already and ``force`` is not given.
    """
    target = Path(path)
    folder = target.parent
    if not folder.is_dir():
        raise OutputError(
            f"The folder {str(folder)!r} does not exist.",
            place=str(target),
            remedy="Make it first, or write elsewhere.",
        )
    if target.is_dir():
        raise OutputError(
            "This is a folder, not a file.",
            place=str(target),
            remedy="Add a file name.",
        )
    if target.exists() and not force:
        raise OutputError(
            "This file exists already.",
            place=str(target),
            remedy="Use --force to overwrite it, or write elsewhere.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(target)
    return target


def spare_originals(
    targets: Iterable[str | os.PathLike[str]],
    originals: Iterable[str | os.PathLike[str]],
) -> None:
    """Refuse to write where an original lies, forced or not.

    Raises
    ------
    OutputError
        Some target is one of the originals; all of them are named.
    """
    kept = {os.path.realpath(original) for original in originals}
    hit = [os.fspath(target) for target in targets if os.path.realpath(target) in kept]
    if hit:
        raise OutputError(
            "These are media of the film itself; originals are never replaced:",
            remedy="Write to another folder or under another name.",
            items=hit,
        )


def _unwritable(target: Path, why: str = "") -> OutputError:
    detail = f" ({why})" if why else ""
    return OutputError(
        f"Nothing can be written in the folder {str(target.parent)!r}{detail}.",
        place=str(target),
        remedy="Write to a folder that is yours and has room.",
    )


@contextmanager
def write_beside(
    path: str | os.PathLike[str], *, force: bool = False
) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; rename it there when all went well.

    The temporary name keeps the suffix, so that writers who judge by it still do.
    When the block raises, nothing remains and an older file stays untouched. Where a
    link leads to another place the file there is replaced, and the link stays.

    Raises
    ------
    OutputError
        As `ensure_writable`, or writing failed on the system's side.
    """
    target = ensure_writable(path, force=force)
    if target.is_symlink():
        target = ensure_writable(target.resolve(), force=force)
    beside = target.with_name(
        f".{target.stem[:80]}-{os.getpid()}-{next(_counter)}.part{target.suffix}"
    )
    try:
        beside.open("xb").close()
    except OSError as error:
        raise _unwritable(target, error.strerror or "") from error
    try:
        yield beside
        ensure_writable(target, force=force)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
