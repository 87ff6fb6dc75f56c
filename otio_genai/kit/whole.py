"""A kit that is there whole or not at all, in a folder that may hold other things.

Films name their media by where they lie, so a kit is made in its own place: an older
one is put aside meanwhile, and comes back when the making fails.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from otio_genai.errors import OutputError

__all__ = ["whole"]


@contextlib.contextmanager
def whole(
    place: Path, folders: Sequence[str], names: Sequence[str], *, force: bool
) -> Iterator[None]:
    """Make the kit's folders; when the block raises, all is as it was.

    Parameters
    ----------
    place
        The kit's folder.
    folders, names
        The folders and files in it that are the kit's; the first of ``names`` is what
        a finished kit is known by.
    force
        Replace a kit that is there. What is no part of the new one stays in it.

    Raises
    ------
    OutputError
        The folder's own folder is missing, or a kit, or something else of the same
        names, is there already.
    """
    _ensure_free(place, folders, names, force)
    new = not place.exists()
    own = [place / name for name in (*folders, *names)]
    aside: Path | None = None
    begun = False
    try:
        if any(path.exists() for path in own):
            aside = Path(tempfile.mkdtemp(prefix=".kit-", dir=place))
            _move(own, aside)
        begun = True
        for name in (".", *folders):
            (place / name).mkdir(exist_ok=True)
        yield
    except BaseException as error:
        _undo(place, own if begun else (), aside, new=new)
        if isinstance(error, OSError):
            raise OutputError(
                f"The kit cannot be made ({error.strerror or error}).",
                place=str(place),
                remedy="Write elsewhere.",
            ) from error
        raise
    if aside is not None:
        _merge(aside, place)
        shutil.rmtree(aside, ignore_errors=True)


def _ensure_free(
    place: Path, folders: Sequence[str], names: Sequence[str], force: bool
) -> None:
    if not place.resolve().parent.is_dir():
        raise OutputError(
            f"The folder {str(place.parent)!r} does not exist.",
            place=str(place),
            remedy="Make it first, or write elsewhere.",
        )
    there = [name for name in (*folders, *names) if (place / name).exists()]
    finished = (place / names[0]).is_file()
    if there and not finished:
        raise OutputError(
            "This folder is no kit, and holds what a kit would replace:",
            place=str(place),
            remedy="Write to a folder of its own.",
            items=there,
        )
    if finished and not force:
        raise OutputError(
            "A kit exists already.",
            place=str(place),
            remedy="Use --force to make it again, or write elsewhere.",
        )


def _move(paths: Sequence[Path], to: Path) -> None:
    for path in paths:
        if path.exists():
            path.rename(to / path.name)


def _undo(place: Path, made: Sequence[Path], aside: Path | None, *, new: bool) -> None:
    for path in made:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if aside is not None:
        _move(list(aside.iterdir()), place)
    for folder in (aside, place if new else None):
        if folder is not None:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _merge(aside: Path, place: Path) -> None:
    """Give back what others put into the older kit."""
    for folder, _, files in os.walk(aside):
        for name in files:
            kept = Path(folder) / name
            home = place / kept.relative_to(aside)
            if not home.exists():
                home.parent.mkdir(parents=True, exist_ok=True)
                kept.rename(home)
