"""Branches of a field's document weighed so that films take them as often as wished."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import FieldError
from otio_genai.field.document import read_field
from otio_genai.field.odds import shares, weights_for

__all__ = ["weighed"]


def weighed(
    timeline: otio.schema.Timeline, wanted: Mapping[str, float] | None = None
) -> otio.schema.Timeline:
    """Return the document with the weights that give each branch its share.

    Parameters
    ----------
    timeline
        The document; it is not changed.
    wanted
        By a branch's name: how many of the films that come to it shall take it, above 0
        and below 1. Of others it is the ``share`` that the document asks for, else that
        of the weight it has beside the way on. The document keeps all of them.

    Raises
    ------
    FieldError
        It is no field, it has no such branch, or a share is none.
    """
    field = read_field(timeline)
    asked = dict(wanted or {})
    names = [branch.id for branch in field.branches]
    items = [f"there is no branch {name!r}" for name in asked if name not in names]
    items += [
        f"{name}: {share:g} is not above 0 and below 1"
        for name, share in asked.items()
        if not 1e-6 <= share <= 1 - 1e-6
    ]
    if items or not names:
        raise FieldError(
            "Branches of this field cannot be weighed like this.",
            remedy="Name branches of the field, and shares such as 0.2."
            if names
            else "Give the field a branch first.",
            items=items or ["it has no branches"],
        )
    wished = {one.branch: one.wished for one in shares(field)} | asked
    found = weights_for(field, wished, at_fork=True)
    made = copy.deepcopy(timeline)
    told = metadata.read(made, "field")
    for row in told["branches"]:
        row["share"] = round(wished[row["id"]], 6)
        row["weight"] = found[row["id"]]
    metadata.put(made, "field", told)
    return made
