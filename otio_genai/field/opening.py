"""Opening a field: what a bin, a film or several cuts of one leave to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai.assemble.notes import Notes
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError
from otio_genai.field.measured import measured
from otio_genai.field.merging import merge
from otio_genai.field.opening_bin import Wish, from_bin
from otio_genai.field.opening_film import refuse_rough

__all__ = ["open_field"]


def open_field(
    bin_or_timelines: Any,
    style: Style | None = None,
    *,
    seed: int = 0,
    slots: int | None = None,
    share: bool = False,
    title: str | None = None,
    rate: Fraction | float | str | None = None,
    size: tuple[int, int] | None = None,
    notes: Notes = Notes(),  # noqa: B008  # it is immutable
    media: otio.schema.SerializableCollection | None = None,
) -> otio.schema.Timeline:
    """Return the document of a new field.

    A bin becomes a film whose shots are slots, and every take that is not in it another
    take of the slot it suits best. A film becomes a field whose slots are its shots,
    with the other takes that its clips hold. Several cuts of one film are merged
    (`otio_genai.field.merging`).

    Parameters
    ----------
    bin_or_timelines
        An analysed bin, a timeline, or a sequence of timelines; nothing is changed.
    style
        How films are cut; by default that of the film, or the default style.
    seed
        Another seed, another film of active takes.
    slots
        How many slots a bin gets; by default so many that each has about three takes.
    share
        Whether a take of a bin may be offered in several slots. No film shows it
        twice.
    title
        Name of the field; by default the film's.
    rate, size, notes
        Of the film of a bin, as for ``assemble``.
    media
        An analysed bin of the files that timelines show, whose formats say little of
        them: how they move, and what they are known by.

    Returns
    -------
    Timeline
        It reads as a field (`otio_genai.field.document.read_field`); what is worth
        knowing of it stands among the ``warnings`` of its ``film``.

    Raises
    ------
    FieldError
        There is nothing to choose from, or what was found cannot be a field.
    AssembleError
        No film can be made of the bin.

    Examples
    --------
    >>> import otio_genai
    >>> takes = otio_genai.analyse(otio_genai.ingest("my-film"))  # doctest: +SKIP
    >>> field = open_field(takes, seed=7)                          # doctest: +SKIP
    """
    films = _films(bin_or_timelines)
    if films is None:
        _refuse("bin", {"media": media})
        wish = Wish(style or Style(), seed, slots, share, title, rate, size, notes)
        return from_bin(bin_or_timelines, wish)
    asked = {"slots": slots, "share": share, "rate": rate, "size": size}
    _refuse("films", asked | {"notes": None if notes == Notes() else notes})
    if media is not None:
        refuse_rough(films)
        films = [measured(film, media) for film in films]
    return merge(films, style, title=title)


def _films(given: Any) -> list[otio.schema.Timeline] | None:
    """Return the films that a field is opened from; None if it is a bin.

    Raises
    ------
    FieldError
        It is neither.
    """
    if isinstance(given, otio.schema.SerializableCollection):
        return [x for x in given if isinstance(x, otio.schema.Timeline)] or None
    if isinstance(given, otio.schema.Timeline):
        return [given]
    if isinstance(given, Sequence) and not isinstance(given, str):
        return list(given)
    raise FieldError(
        f"No field can be opened from a {type(given).__name__}.",
        remedy="Give an analysed bin, a timeline, or several.",
    )


_REMEDIES = {
    "bin": "Leave these out; they are for fields of films.",
    "films": "Leave these out, or open the field from the bin.",
}
_SENTENCES = {
    "bin": "A field opened from a bin has what the bin knows of its files.",
    "films": "A field opened from films has their slots, takes, rate and size.",
}


def _refuse(source: str, wishes: Mapping[str, object]) -> None:
    """Refuse wishes that cannot be fulfilled of such a source."""
    items = [name for name, value in wishes.items() if value]
    if items:
        raise FieldError(_SENTENCES[source], remedy=_REMEDIES[source], items=items)
