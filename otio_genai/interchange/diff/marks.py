"""What was done to markers, each told once: set, taken away, moved, recoloured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

__all__ = ["Mark", "marks_changed"]


class Mark(NamedTuple):
    """A marker as an editor sees it."""

    at: int
    "Record frames from the start of what it is set on."
    frames: int
    "Its length."
    name: str
    comment: str
    color: str


def marks_changed(
    before: Sequence[Mark],
    after: Sequence[Mark],
    said: Callable[[Mark], str] = lambda mark: mark.name or "unnamed",
) -> Iterator[str]:
    """Yield a sentence for each marker that is not as it was.

    Parameters
    ----------
    before, after
        The markers of one thing.
    said
        What a marker is called.
    """
    old = _beyond(before, after)
    new = _beyond(after, before)
    weighed = sorted(
        (found, i, j)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
        if (found := _unlike(one, other)) is not None
    )
    known: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in weighed:
        if i not in taken and j not in known:
            known[j] = i
            taken.add(i)
    for j, mark in enumerate(new):
        if j in known:
            parts = ", ".join(_parts(old[known[j]], mark))
            yield f"marker {said(mark)}: {parts}"
        else:
            yield f"marker added: {said(mark)}"
    for i, mark in enumerate(old):
        if i not in taken:
            yield f"marker removed: {said(mark)}"


def _beyond(these: Sequence[Mark], those: Sequence[Mark]) -> list[Mark]:
    """Return the markers of which there are fewer among ``those``, in their order."""
    rest = Counter(those)
    found = []
    for mark in these:
        if rest[mark]:
            rest[mark] -= 1
        else:
            found.append(mark)
    return found


def _unlike(one: Mark, other: Mark) -> tuple[int, int] | None:
    """Return how unlike two markers are; ``None`` if they are two and not one."""
    differing = sum(a != b for a, b in zip(one, other, strict=True))
    named = one.name and one.name == other.name
    # Without a name nothing but its place tells a marker, unless it only moved.
    if not named and one.at != other.at and differing > 1:
        return None
    return differing, abs(other.at - one.at)


def _parts(one: Mark, other: Mark) -> Iterator[str]:
    if one.at != other.at:
        count = abs(other.at - one.at)
        where = "later" if other.at > one.at else "earlier"
        yield f"moved {count} frame{'s' * (count != 1)} {where}"
    if one.frames != other.frames:
        yield f"{other.frames} frames long instead of {one.frames}"
    if one.name != other.name:
        yield f"renamed from {one.name!r}"
    if one.comment != other.comment:
        yield f"comment {one.comment!r} became {other.comment!r}"
    if one.color != other.color:
        yield f"colour {one.color.lower()} became {other.color.lower()}"
