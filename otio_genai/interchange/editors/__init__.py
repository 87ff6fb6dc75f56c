"""Other editors' files by way of OpenTimelineIO's adapters: EDL, AAF, Kdenlive, MLT.

Each adapter is wrapped: it is given a copy of what it can carry (``plain``), all it is
not given is named, its file is read back and compared where it can be read, and
whatever it raises becomes a sentence. ``table`` says what each carries. They are
installed by the extra ``otio-genai[editors]``.
"""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from otio_genai.interchange.loss import Loss

__all__ = ["read_with", "write_with"]


def write_with(timeline: otio.schema.Timeline, name: str, path: str | Path) -> Loss:
    """Write a timeline by one of the adapters; what is at ``path`` is replaced.

    Parameters
    ----------
    timeline
        Any OpenTimelineIO timeline; it is not altered.
    name
        ``"edl"``, ``"aaf"``, ``"kdenlive"`` or ``"mlt"``.
    path
        The file to make.

    Returns
    -------
    Loss
        What the adapter was not given, and what its own reader does not find again.

    Raises
    ------
    InterchangeError
        There is no such adapter, it is not installed, or it cannot write this.
    TimelineError
        The timeline states no rate.
    """
    from otio_genai.interchange.editors.writing import write

    return write(timeline, name, Path(path))


def read_with(
    name: str, path: str | Path, *, rate: str | float | None = None
) -> tuple[otio.schema.Timeline, Loss]:
    """Read a file by one of the adapters, and say what is uncertain of it.

    Parameters
    ----------
    name
        ``"edl"``, ``"aaf"`` or ``"kdenlive"``; ``"mlt"`` can be written only.
    path
        The file.
    rate
        Frames per second of an EDL, which states none; by default it is worked out.

    Raises
    ------
    InterchangeError
        There is no such adapter, it is not installed, or it cannot read this.
    """
    from otio_genai.interchange.editors.reading import read

    return read(name, Path(path), rate)
