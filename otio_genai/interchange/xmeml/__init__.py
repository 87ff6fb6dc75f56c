"""xmeml, the XML that Premiere (version 4) and Resolve (version 5) import.

Written and read by our own code: ``build`` and ``to_timeline`` know
OpenTimelineIO, ``write`` and ``parse`` know XML, and both meet in ``model``.
"""

from __future__ import annotations

import opentimelineio as otio

from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.interchange import garbage
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.urls import Dialect

__all__ = ["read_xmeml", "write_xmeml"]


@garbage.kept()
def write_xmeml(timeline: otio.schema.Timeline, dialect: Dialect) -> tuple[str, Loss]:
    """Return a timeline as xmeml, and the account of what was lost.

    Parameters
    ----------
    timeline
        Any OpenTimelineIO timeline; it is not altered.
    dialect
        ``"premiere"`` (version 4 with Premiere's extensions) or ``"resolve"``
        (version 5, nothing beyond the format's own grammar).

    Raises
    ------
    InterchangeError
        The dialect is unknown, the timeline's rate cannot be written, or what it
        keeps in our metadata is of another kind than it should be.
    """
    from otio_genai.interchange.xmeml.build import build
    from otio_genai.interchange.xmeml.write import write

    try:
        sequence, loss = build(timeline, dialect)
        return write(sequence, dialect), loss
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as e:
        if isinstance(e, GenaiError):
            raise
        raise InterchangeError(
            f"What the timeline keeps in its metadata cannot be meant: {e}.",
            remedy="Write levels, framing, media facts … as documented.",
        ) from e


@garbage.kept()
def read_xmeml(
    text: str, dialect: Dialect | None = None, *, sequence: str | None = None
) -> tuple[otio.schema.Timeline, Loss]:
    """Return a sequence of an xmeml document as a timeline, and what it lost.

    Parameters
    ----------
    text
        The document.
    dialect
        The editor it came from; by default Premiere for versions up to 4.
    sequence
        Name of the sequence; by default the first that is not nested in another.

    Raises
    ------
    InterchangeError
        The text is no xmeml, or holds no such sequence.
    """
    from otio_genai.interchange.xmeml.parse import parse
    from otio_genai.interchange.xmeml.to_timeline import to_timeline

    return to_timeline(parse(text, sequence), dialect)
