"""Opening a field: what a bin, a film or several cuts of one leave to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai.assemble.notes import Notes
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError
from otio_genai.field.merging import merge
from otio_genai.field.opening_bin import Wish, from_bin
from otio_genai.field.opening_film import from_film

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
    if isinstance(bin_or_timelines, otio.schema.SerializableCollection):
        films = [x for x in bin_or_timelines if isinstance(x, otio.schema.Timeline)]
        if films:
            return open_field(films, style, title=title)
        wish = Wish(style or Style(), seed, slots, share, title, rate, size, notes)
        return from_bin(bin_or_timelines, wish)
    _refuse(slots, share, rate, size, notes)
    if isinstance(bin_or_timelines, otio.schema.Timeline):
        return from_film(bin_or_timelines, style, title=title)
    if isinstance(bin_or_timelines, Sequence) and not isinstance(bin_or_timelines, str):
        return merge(list(bin_or_timelines), style, title=title)
    raise FieldError(
        f"No field can be opened from a {type(bin_or_timelines).__name__}.",
        remedy="Give an analysed bin, a timeline, or several.",
    )


def _refuse(*wishes: object) -> None:
    slots, share, rate, size, notes = wishes
    given = {"slots": slots, "share": share, "rate": rate, "size": size}
    items = [name for name, value in given.items() if value]
    items += ["notes"] if notes != Notes() else []
    if items:
        raise FieldError(
            "A field opened from films has their slots, takes, rate and size.",
            remedy="Leave these out, or open the field from the bin.",
            items=items,
        )
