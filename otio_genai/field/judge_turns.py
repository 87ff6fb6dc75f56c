"""What a field asks of showings in a row, and has too few takes for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from otio_genai.field.model import Field, Slot

__all__ = ["lacking"]


def lacking(field: Field, shown: Mapping[int, Sequence[bool]]) -> tuple[str, ...]:
    """Return what holds between showings and cannot be kept for long, in sentences.

    Parameters
    ----------
    field
        The field.
    shown
        For each slot which of its takes some showing may show.

    Notes
    -----
    Overlap is looked at where films show every slot, and none in turn: among R + 1
    showings of a slot with k takes at least so many pairs are alike as when takes come
    evenly, and each pair of showings may be alike in so many slots as ``max_overlap``
    says. So what is told cannot be; what is not told may still not be.
    """
    found = []
    over, most = field.coverage.over, field.coverage.max_overlap
    plain = not field.branches and all(map(_plain, field.slots))
    takes = {n: sum(row) for n, row in shown.items() if sum(row) > 1}
    if plain and takes and most < 1:
        alike = sum(_alike(over + 1, count) for count in takes.values())
        each = math.floor(most * len(takes) + 1e-9)
        if alike > each * math.comb(over + 1, 2):
            few = min(takes, key=lambda number: takes[number])
            found.append(
                f"policy, max_overlap: of {over + 1} showings in a row two have more "
                f"than {most:.0%} of their takes in common, since slots have too few "
                f"({field.slots[few].id} has {takes[few]}): give them more, or lower "
                "`over`"
            )
    if all(slot.policy == "once" for slot in field.slots):
        turns = max(len(slot.options) for slot in field.slots)
        found.append(
            f'policy "once": after {turns} showings every slot is left out, and there '
            "is no film"
        )
    return tuple(found)


def _plain(slot: Slot) -> bool:
    return slot.requires is None and slot.policy in ("fixed", "shuffle")


def _alike(showings: int, takes: int) -> int:
    """Return how many pairs of so many showings are alike at least in a slot."""
    each, more = divmod(showings, takes)
    return more * math.comb(each + 1, 2) + (takes - more) * math.comb(each, 2)
