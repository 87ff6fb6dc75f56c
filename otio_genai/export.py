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

__all__ = ["TARGETS", "export", "read_timeline"]

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


def read_timeline(path: str | Path) -> otio.schema.Timeline:
    """Read a timeline from any file that OpenTimelineIO has an adapter for.

    Raises
    ------
    InterchangeError
        The file is missing, cannot be read, or holds no single timeline.
    """
    place = Path(path)
    if not place.exists():
        raise InterchangeError(
            "There is no such file.", place=str(place), remedy="Check the path."
        )
    try:
        found = otio.adapters.read_from_file(str(place))
    except otio.exceptions.OTIOError as error:
        raise InterchangeError(
            f"It cannot be read: {error}",
            place=str(place),
            remedy="Install the adapter of its format, or export it as .otio.",
        ) from error
    except (ValueError, OSError) as error:
        raise InterchangeError(
            f"It cannot be read: {error}",
            place=str(place),
            remedy="Export it again from the program that made it.",
        ) from error
    if not isinstance(found, otio.schema.Timeline):
        kind = type(found).__name__
        raise InterchangeError(
            f"It holds a {kind}, not a timeline.",
            place=str(place),
            remedy="Assemble a bin first: `otio-genai assemble bin.otio -o film.otio`.",
        )
    _make_absolute(found, place.resolve().parent)
    return found


def _make_absolute(timeline: otio.schema.Timeline, folder: Path) -> None:
    # A relative URL means the folder of the file that states it, not the one of
    # whoever reads it.
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            url = getattr(reference, "target_url", None)
            if url and ":" not in url and not url.startswith("/"):
                reference.target_url = locate.url(locate.path(url, folder))
