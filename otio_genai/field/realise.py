"""Films drawn from a field as ordinary timelines."""

from __future__ import annotations

import opentimelineio as otio

from otio_genai.field.document import read_field
from otio_genai.field.model import Field
from otio_genai.field.realise_film import (
    clashes,
    reaches_of,
    span_of,
    starts,
    timeline_of,
    voices_of,
)
from otio_genai.field.showing.makers import seeded

__all__ = [
    "clashes",
    "reaches_of",
    "realise",
    "span_of",
    "starts",
    "timeline_of",
    "voices_of",
]


def realise(field: Field | otio.schema.Timeline, *, seed: int) -> otio.schema.Timeline:
    """Return a film drawn from a field, as an ordinary timeline.

    Parameters
    ----------
    field
        A field, or its document; it is not changed.
    seed
        The same seed, the same film; 0 or more.

    Raises
    ------
    FieldError
        The document is no field, or no film keeps its rules.

    Examples
    --------
    >>> film = realise(timeline, seed=7)  # doctest: +SKIP
    """
    if isinstance(field, otio.schema.Timeline):
        field = read_field(field)
    showing = seeded(field, seed)
    while showing.next() is not None:
        pass
    made = showing.close(witness=True)
    assert made is not None  # noqa: S101  # a film has at least one shot
    return made
