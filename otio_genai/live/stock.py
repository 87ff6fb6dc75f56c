"""What a show is made of, prepared before its doors open."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from otio_genai.errors import LiveError
from otio_genai.export import read_timeline
from otio_genai.field.document import is_field, read_field
from otio_genai.field.drawing import Conditions, draw_many, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing import Book
from otio_genai.live.picture import Atlas, Format, Mezzanines, build_atlas, prepare
from otio_genai.live.sound import prepared as sounds
from otio_genai.media.store import cache_folder

__all__ = ["Stock", "prepared", "read", "size_of"]

Progress = Callable[[str, int, int], None]

_LARGEST = (1280, 720)
_FILMS = 60


@dataclass(frozen=True, slots=True)
class Stock:
    """What was prepared for a show."""

    field: Field
    mezzanines: Mezzanines
    sound: sounds.Prepared
    sound_folder: Path
    book: Book
    atlas: Atlas | None = None

    def close(self) -> None:
        """Let go of all of it."""
        self.mezzanines.close()
        self.book.close()


def size_of(given: Field, asked: tuple[int, int] | None) -> tuple[int, int]:
    """Return the size of a show's pictures: even, the field's shape by default."""
    if asked is not None:
        return asked
    wide, high = given.size
    part = min(Fraction(1), Fraction(_LARGEST[0], wide), Fraction(_LARGEST[1], high))
    return max(2, int(wide * part) // 2 * 2), max(2, int(high * part) // 2 * 2)


def read(path: Path) -> Field:
    """Return the field of a file.

    Raises
    ------
    LiveError
        It holds no field.
    """
    timeline = read_timeline(path)
    if not is_field(timeline):
        raise LiveError(
            "This is a timeline, but no field: there is nothing to choose.",
            place=str(path),
            remedy=f"Make one of it: otio-genai field open {path} -o field.otio",
        )
    return read_field(timeline)


def prepared(
    path: Path,
    *,
    size: tuple[int, int] | None = None,
    cache: Path | None = None,
    book: Path | None = None,
    atlas_mb: float = 500.0,
    beforehand: bool = False,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Stock:
    """Return a field with everything prepared that its films are made of.

    Parameters
    ----------
    path
        Its document.
    size, cache, book, atlas_mb, beforehand
        As `otio_genai.live.theatre.Settings`.
    progress
        Told what is prepared, and how much of how much.
    jobs
        Processes that prepare.

    Raises
    ------
    LiveError, FieldError
        Takes or sounds are missing, all of them named, or there are no films.
    OutputError
        There is no room for it.
    """
    given = read(path)
    found = space(given, Conditions())
    form = Format(size_of(given, size), given.rate)
    folder = (cache or cache_folder()) / "live"
    sound_folder = folder / "sound"
    # First, so that nothing is prepared for a show that another one keeps from opening.
    kept = _book(book or path.with_suffix(".book.json"))
    mezzanines = None
    try:
        mezzanines = prepare(
            given, form, folder / "takes", progress=progress, jobs=jobs
        )
        sound = sounds.prepare(given, sound_folder, progress=progress)
        atlas = Atlas(folder / "joins", atlas_mb)
        if beforehand:
            films: Sequence[Sequence[Chosen]]
            films = draw_many(found, np.random.default_rng(0), _FILMS)
            build_atlas(given, mezzanines, atlas, films, jobs=jobs, progress=progress)
    except BaseException:
        kept.close()
        if mezzanines is not None:
            mezzanines.close()
        raise
    return Stock(given, mezzanines, sound, sound_folder, kept, atlas)


def _book(path: Path) -> Book:
    if path.exists():
        return Book.open(path)
    # A ledger stays true when takes come and go, as they may while a show goes on.
    return Book.make(path, "ledger", os.urandom)
