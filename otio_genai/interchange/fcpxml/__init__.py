"""FCPXML, the XML of Final Cut Pro, which Resolve and others import too.

Written as version 1.10, the widest that is read elsewhere; read from 1.5 to 1.14.
"""

from __future__ import annotations

import opentimelineio as otio

from otio_genai.interchange import garbage
from otio_genai.interchange.loss import Loss

__all__ = ["read_fcpxml", "write_fcpxml"]


@garbage.kept()
def write_fcpxml(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    """Return a timeline as FCPXML 1.10, and the account of what was lost.

    Parameters
    ----------
    timeline
        Any OpenTimelineIO timeline; it is not altered.

    Raises
    ------
    InterchangeError
        The object is no timeline.
    TimelineError
        The timeline states no rate.
    """
    from otio_genai.interchange.fcpxml.build import build
    from otio_genai.interchange.fcpxml.write import document

    root, loss = build(timeline)
    return document(root), loss


@garbage.kept()
def read_fcpxml(
    text: str, *, project: str | None = None
) -> tuple[otio.schema.Timeline, Loss]:
    """Return a project of an FCPXML document as a timeline, and what was lost.

    Parameters
    ----------
    text
        The document, of version 1.5 to 1.14.
    project
        Name of the project; by default the first, or the clips of the document
        one after another when it has none.

    Raises
    ------
    InterchangeError
        The text is no FCPXML, of an unknown version, or has no such project.
    """
    from otio_genai.interchange.fcpxml.read import read

    return read(text, project)
