"""Which takes of a field some film shows, and why the others are never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, reachable, space
from otio_genai.field.drawing.tables import joins
from otio_genai.field.drawing.ways import ways
from otio_genai.field.judge_joins import before
from otio_genai.field.model import Field
from otio_genai.field.showing.cover import Cover

__all__ = ["at_least", "coverage", "reached", "why_not"]

_IN_TURN = ("cycle", "once", "stopping")


def reached(field: Field) -> dict[int, list[bool]]:
    """Return for each slot which of its takes some showing may show.

    Takes that come in turn are looked for in every turn there is.
    """
    turns = max(
        (len(slot.options) for slot in field.slots if slot.policy in _IN_TURN),
        default=1,
    )
    found = {n: [False] * len(slot.options) for n, slot in enumerate(field.slots)}
    for turn in range(turns):
        try:
            seen = reachable(space(field, Conditions(turn=turn)))
        # A turn without a film shows nothing; others may.
        except FieldError:
            continue
        for number, row in enumerate(seen):
            both = zip(found[number], row, strict=True)
            found[number] = [bool(a or b) for a, b in both]
    return found


def coverage(field: Field, shown: dict[int, list[bool]]) -> int | None:
    """Return the least number of showings in a row that show all that can be shown.

    None where it is not known: there are too many ways to reckon with.
    """
    wanted = {
        (number, take)
        for number, slot in enumerate(field.slots)
        for take, seen in enumerate(shown[number])
        if seen and slot.policy == "shuffle"
    }
    least = Cover(field, Conditions()).least(wanted)
    return None if least is None else max(least, at_least(field, shown))


def at_least(field: Field, shown: dict[int, list[bool]]) -> int:
    """Return how many showings no order of films can do without: one for each take."""
    counts = [
        sum(shown[number])
        for number, slot in enumerate(field.slots)
        if slot.policy == "shuffle"
    ]
    in_turn = [len(slot.options) for slot in field.slots if slot.policy in _IN_TURN]
    return max([1, *counts, *in_turn])


def why_not(
    field: Field, shown: dict[int, list[bool]]
) -> Iterator[tuple[int, int, str]]:
    """Yield slot, take and reason of each take that no showing shows.

    Takes that wait behind the active one of a fixed slot are left so by intent.
    """
    for number, slot in enumerate(field.slots):
        for take, seen in enumerate(shown[number]):
            if not seen and not (slot.policy == "fixed" and take):
                yield number, take, _reason(field, shown, number, take)


def _reason(field: Field, shown: dict[int, list[bool]], slot: int, take: int) -> str:
    this, option = field.slots[slot], field.slots[slot].options[take]
    rate = float(field.rate)
    if not ways(field)[slot].fits[take].any():
        still = option.material.still
        room = "any length" if still else f"{option.material.end / rate:.2f} s"
        return (
            f"none of its cuts gives a shot of {this.shortest / rate:.2f} to "
            f"{this.longest / rate:.2f} s: it has {room}"
        )
    twin = _fixed_twin(field, slot, take)
    if twin is not None:
        return f"its pictures are those of {twin}, which every film shows"
    if not any(shown[slot]):
        said = this.requires.text if this.requires else None
        if said:
            return f"no film shows its slot: {said!r} never holds where it comes"
        return "no film shows its slot: every way leads past it"
    return _unjoined(field, shown, slot, take) or (
        "whatever it is joined to, no film with it comes to an end that its rules allow"
    )


def _fixed_twin(field: Field, slot: int, take: int) -> str | None:
    content = field.slots[slot].options[take].content
    for number, other in enumerate(field.slots):
        always = other.policy == "fixed" or len(other.options) == 1
        if number != slot and always and other.options[0].content == content:
            return other.id
    return None


def _unjoined(
    field: Field, shown: dict[int, list[bool]], slot: int, take: int
) -> str | None:
    """Return which side of a take no join is allowed on, if that is the reason."""
    earlier = before(field)
    alone = [k == take for k in range(len(shown[slot]))]
    into = earlier[slot]
    if into and not any(_meet(field, (p, slot), (shown[p], alone)) for p in into):
        names = ", ".join(field.slots[p].id for p in into)
        return f"no join from {names} to it is allowed{_limits(field)}"
    onward = [n for n, found in earlier.items() if slot in found]
    last = slot == len(field.slots) - 1 or any(
        branch.at == slot and branch.to == len(field.slots) for branch in field.branches
    )
    if last or not onward:
        return None
    if not any(_meet(field, (slot, n), (alone, shown[n])) for n in onward):
        names = ", ".join(field.slots[n].id for n in onward)
        return f"no join from it to {names} is allowed{_limits(field)}"
    return None


def _meet(
    field: Field,
    slots: tuple[int, int],
    takes: tuple[Sequence[bool], Sequence[bool]],
) -> bool:
    """Tell whether any of some takes of a slot may be joined to any of another's."""
    may = joins(field, None).may(*slots)
    if may is None:
        return True
    first, second = (ways(field)[slot] for slot in slots)
    rows = (first.fits > 0).any(axis=1) & np.array(takes[0])[:, None]
    columns = (second.fits > 0).any(axis=2) & np.array(takes[1])[:, None]
    return bool(may[np.ix_(rows.reshape(-1), columns.reshape(-1))].any())


def _limits(field: Field) -> str:
    said = []
    if field.motion.hard_max is not None:
        said.append(f"hard_max is {field.motion.hard_max:g}")
    if field.palette.most_de is not None:
        said.append(f"most_de is {field.palette.most_de:g}")
    if any(slot.kind in ("dissolve", "dip") for slot in field.slots):
        said.append("dissolves need handles")
    return f" ({', '.join(said)})" if said else ""
