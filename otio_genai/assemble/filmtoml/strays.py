"""Names in a film file that no file of its media folder can have.

`otio_genai.assemble.film.assemble` refuses them too, but only after everything was
analysed; this looks at nothing but the names of files.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath

from otio_genai.assemble.filmtoml.filmfile import FilmFile
from otio_genai.ingest.files import scan

__all__ = ["strays"]


def strays(film: FilmFile) -> list[tuple[str, str]]:
    """Return (place, what is wrong) of each name that fits no file.

    Parameters
    ----------
    film
        The film file; its media folder is read, its media are not opened.
    """
    named = list(_named(film))
    if not named:
        return []
    known = [name for path in scan(film.folder).files for name in _names(path)]
    folded = {_folded(name) for name in known}
    found = []
    for place, name in named:
        if _folded(name) not in folded:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "."
            found.append((place, f"No file is called {name!r}{hint}"))
    return found


def _named(film: FilmFile) -> Iterator[tuple[str, str]]:
    """Yield (place, name) of every name of a file."""
    source, notes = film.notes.source, film.notes
    for key, listed in (("first", film.style.first), ("last", film.style.last)):
        yield from ((f"{source}, [order] {key}", name) for name in listed)
    if film.bed:
        yield f"{source}, [music] bed", film.bed
    for pin in notes.pins:
        yield f"{source}, line {pin.line}", pin.take
    pairs = [(lock.line, lock.before, lock.after) for lock in notes.locks]
    pairs += [(join.line, join.before, join.after) for join in notes.joins]
    for line, *names in pairs:
        yield from ((f"{source}, line {line}", name) for name in names if name)
    for shot in notes.shots:
        if shot.take:
            yield f"{film.home / (film.shot_list or '')}, line {shot.line}", shot.take


def _names(path: str) -> Iterator[str]:
    """Yield every name by which a file may be meant: ends of its path."""
    parts = PurePosixPath(path).parts
    for depth in range(1, len(parts) + 1):
        end = PurePosixPath(*parts[-depth:])
        yield str(end.with_suffix(""))
        yield str(end)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().removeprefix("./")
