"""To an editor: write the timeline in its format, and say what it cannot carry.

The formats are ours where fidelity needs it (Premiere and Resolve XML) and
OpenTimelineIO's adapters elsewhere. Nothing is written until the whole text exists,
and nothing is overwritten unasked.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import opentimelineio as otio

from otio_genai.check import check
from otio_genai.errors import InterchangeError
from otio_genai.interchange import Loss, write_xmeml
from otio_genai.interchange.urls import Dialect
from otio_genai.media import files, locate

__all__ = ["TARGETS", "export"]

#: What ``to`` may be: target, and the suffix of its usual file name.
TARGETS = {"otio": ".otio", "premiere": ".premiere.xml", "resolve": ".resolve.xml"}


def export(
    timeline: otio.schema.Timeline,
    path: str | Path,
    *,
    to: str,
    force: bool = False,
) -> Loss:
    """Write ``timeline`` for another program.

    Parameters
    ----------
    timeline
        What to write; it is not changed.
    path
        The file to make.
    to
        A name of `TARGETS`.
    force
        Replace a file that is there.

    Returns
    -------
    Loss
        What was approximated or dropped, item by item; empty is a promise. Media
        files that are not there are noted: the editor will ask for them.

    Raises
    ------
    InterchangeError
        The target is unknown, or its format has no such rate.
    OutputError
        The file is there already, is media of the film, or cannot be written.
    """
    if to not in TARGETS:
        raise InterchangeError(
            f"There is no target {to!r}.", remedy=f"Use one of: {', '.join(TARGETS)}."
        )
    files.spare_originals([path], locate.originals(timeline))
    if to in ("premiere", "resolve"):
        text, loss = write_xmeml(timeline, cast(Dialect, to))
    else:
        text, loss = timeline.to_json_string(), Loss()
    with files.write_beside(Path(path), force=force) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    absent = (p for p in check(timeline) if p.code == "media-missing")
    return loss + Loss(notes=tuple(f"{p.place}: {p.text}" for p in absent))
