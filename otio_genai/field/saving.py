"""A large field's document written again and again, at the cost of what changed.

Conventions
    The file is byte for byte what OTIO writes. Takes and media are written one by one,
    with a pause after each, so that whoever shares the process never waits for longer
    than one of them lasts; those that are in the file already are copied from it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.field.renewing import alike
from otio_genai.field.writing import pictures
from otio_genai.media.files import write_beside

__all__ = ["Saver"]

_HOLE = "otio-genai hole {}"
_STEP = 4
_FOUND = re.compile(r'"otio-genai hole (\d+)"')


class Saver:
    """Writes the documents of one field into one file.

    Parameters
    ----------
    path
        The file; it is replaced.
    pause
        Called between parts.
    """

    def __init__(self, path: Path, pause: Callable[[], None] = lambda: None) -> None:
        self._path, self._pause = path, pause
        # Each part with where it lies: while it is held here, no other has its id.
        self._places: dict[int, tuple[Any, int, int, int]] = {}
        self._mark: tuple[int, ...] | None = None

    def untouched(self) -> bool:
        """Whether the file is the one that was written last, or none was."""
        return self._mark is None or _mark(self._path) == self._mark

    def write(self, timeline: otio.schema.Timeline) -> None:
        """Write a document.

        Parameters
        ----------
        timeline
            It is not changed. Its takes and media are those of the document written
            before where they are the same objects.

        Raises
        ------
        OutputError, OSError
            It cannot be written; the file stays as it was.
        """
        text, parts = _hollow(timeline)
        known = self._places if self.untouched() and self._mark else {}
        made: dict[int, tuple[Any, int, int, int]] = {}
        with write_beside(self._path, force=True) as beside:
            with beside.open("wb") as out, _opened(self._path, known) as before:
                done = 0
                for start, end, indent, number in _holes(text):
                    out.write(text[done:start].encode())
                    part = parts[number]
                    data = _taken(known.get(id(part)), before, indent)
                    if data is None:
                        data = _indented(part.to_json_string(), indent).encode()
                        self._pause()
                    made[id(part)] = (part, out.tell(), len(data), indent)
                    out.write(data)
                    done = end
                out.write(text[done:].encode())
            mark = _mark(beside)
        self._places, self._mark = made, mark


def _hollow(timeline: otio.schema.Timeline) -> tuple[str, list[Any]]:
    """Return a document as text with holes, and what belongs into them."""
    parts: list[Any] = []

    def hole(part: Any) -> otio.schema.MissingReference:
        parts.append(part)
        return otio.schema.MissingReference(_HOLE.format(len(parts) - 1))

    made = alike(timeline)
    for clip in pictures(made):
        media = clip.media_references()
        holes = {key: hole(reference) for key, reference in media.items()}
        clip.set_media_references(holes, clip.active_media_reference_key)
        takes = metadata.read(clip, "takes")
        if isinstance(takes, list):
            metadata.put(clip, "takes", [hole(take) for take in takes])
    return made.to_json_string(), parts


def _holes(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Give each hole of a text: from where to where, how far indented, its number."""
    for found in _FOUND.finditer(text):
        number = int(found[1])
        whole = otio.schema.MissingReference(_HOLE.format(number)).to_json_string()
        within = text[text.rindex("\n", 0, found.start()) + 1 : found.start()]
        indent = len(within) - len(within.lstrip()) - _STEP
        whole = _indented(whole, indent)
        start = found.start() - whole.index(found[0])
        if text[start : start + len(whole)] == whole:
            yield start, start + len(whole), indent, number


def _indented(text: str, indent: int) -> str:
    return text.replace("\n", "\n" + " " * indent)


@contextlib.contextmanager
def _opened(path: Path, known: object) -> Iterator[BinaryIO | None]:
    if not known:
        yield None
        return
    with path.open("rb") as stream:
        yield stream


def _taken(
    place: tuple[Any, int, int, int] | None, before: BinaryIO | None, indent: int
) -> bytes | None:
    """Return a part as it was written before, if it was and lies as deep."""
    if place is None or before is None or place[3] != indent:
        return None
    before.seek(place[1])
    data = before.read(place[2])
    return data if len(data) == place[2] else None


def _mark(path: Path) -> tuple[int, ...] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
