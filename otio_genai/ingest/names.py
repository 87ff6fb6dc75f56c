"""Readable names for clips, unlike one another however alike the files are called."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

__all__ = ["unique_names"]


def unique_names(files: Sequence[str]) -> list[str]:
    """Return a name for each relative path: as short as tells it from the others.

    The file name without extension, else with it, else preceded by as many folders as
    it takes. Control characters, which no editor shows, become spaces.

    Examples
    --------
    >>> unique_names(["a/wind.mp4", "b/wind.mp4", "b/dune.mp4", "b/dune.png"])
    ['a/wind', 'b/wind', 'dune.mp4', 'dune.png']
    """
    choices = [_choices(PurePosixPath(name)) for name in files]
    level = [0] * len(files)
    while True:
        names = [ladder[step] for ladder, step in zip(choices, level, strict=True)]
        count = Counter(name.casefold() for name in names)
        longer = [
            at
            for at, name in enumerate(names)
            if count[name.casefold()] > 1 and level[at] + 1 < len(choices[at])
        ]
        if not longer:
            return _numbered(names)
        for at in longer:
            level[at] += 1


def _choices(path: PurePosixPath) -> list[str]:
    ladder = [path.stem, path.name]
    for depth in range(1, len(path.parts)):
        folders = path.parts[-1 - depth : -1]
        ladder.append("/".join([*folders, path.stem]))
        ladder.append("/".join([*folders, path.name]))
    return [_readable(name) for name in ladder]


def _readable(name: str) -> str:
    shown = "".join(
        " " if unicodedata.category(letter) == "Cc" else letter
        for letter in unicodedata.normalize("NFC", name)
    )
    return shown.strip() or "untitled"


def _numbered(names: list[str]) -> list[str]:
    # Only names that differ in case or unseen characters alone are still alike.
    taken: set[str] = set()
    count = Counter(name.casefold() for name in names)
    result = []
    for name in names:
        unlike, number = name, 1
        while unlike.casefold() in taken or (number > 1 and count[unlike.casefold()]):
            number += 1
            unlike = f"{name} ({number})"
        taken.add(unlike.casefold())
        result.append(unlike)
    return result
