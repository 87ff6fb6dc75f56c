"""A timeline as the format of another file gives it back.

What a format cannot hold is no change that anybody made: a film is compared with what
came back of it only after it went the same way.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import opentimelineio as otio

from otio_genai.errors import GenaiError
from otio_genai.export.reading import read
from otio_genai.export.sniff import kind_of, text_of
from otio_genai.export.writers import target

__all__ = ["as_given"]


def as_given(
    timeline: otio.schema.Timeline, like: str | os.PathLike[str]
) -> otio.schema.Timeline:
    """Return a timeline written in the format of a file, and read again.

    Parameters
    ----------
    timeline
        Any timeline; it is not changed.
    like
        A file in the format to go through. Premiere's and Resolve's XML, FCPXML and
        their ``.otio`` are known; for any other, and where the timeline cannot be
        written, it is returned as it is.

    Raises
    ------
    InterchangeError
        The file cannot be read.
    """
    name = _target(Path(like))
    if name is None:
        return timeline
    chosen = target(name)
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / f"film{chosen.suffix}"
        try:
            chosen.write(timeline, there)
            return read(there)[0]
        except GenaiError:
            return timeline


def _target(file: Path) -> str | None:
    kind = kind_of(file)
    if kind == "xmeml":
        # Resolve writes version 5, Premiere 4.
        head = text_of(file)[:4096]
        return "resolve" if 'version="5"' in head else "premiere"
    if kind in ("fcpxml", "fcpxmld"):
        return "finalcut"
    if kind == "otio":
        text = text_of(file)
        for mark, name in (
            ("PremierePro_OTIO", "premiere"),
            ("Resolve_OTIO", "resolve"),
        ):
            if f'"{mark}"' in text:
                return f"otio-{name}"
    return None
