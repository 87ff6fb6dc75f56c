"""Which takes of a field some film shows, and why the others are never shown."""

from __future__ import annotations

from collections.abc import Iterator

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, reachable, space
from otio_genai.field.drawing.ways import ways
from otio_genai.field.judge_apart import relief
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
            seen = reachable(space(field, Conditions(turn=turn), reasons=False))
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
    into = [
        (p, relief(field, (p, slot), (shown[p], alone)))
        for p in earlier[slot]
        if any(shown[p])
    ]
    if into and all(said for _, said in into):
        names = ", ".join(field.slots[p].id for p, _ in into)
        return f"no join from {names} to it is allowed: {into[0][1]}"
    last = slot == len(field.slots) - 1 or any(
        branch.at == slot and branch.to == len(field.slots) for branch in field.branches
    )
    onward = [
        (n, relief(field, (slot, n), (alone, shown[n])))
        for n, found in earlier.items()
        if slot in found and any(shown[n])
    ]
    if onward and not last and all(said for _, said in onward):
        names = ", ".join(field.slots[n].id for n, _ in onward)
        return f"no join from it to {names} is allowed: {onward[0][1]}"
    return None
