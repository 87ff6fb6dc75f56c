"""What an editor left alone, as it was in the film that she was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.assemble.edited.slots import Slot

__all__ = ["restore", "settled"]


def _neighbours(
    clip: otio.schema.Clip, step: int
) -> tuple[otio.schema.Transition | None, otio.core.Composable | None]:
    """Return the transition and the item next to a clip on its track, if any."""
    track = clip.parent()
    if track is None:
        return None, None
    spot = next(k for k, item in enumerate(track) if item is clip)
    near = [k for k in (spot + step, spot + 2 * step) if 0 <= k < len(track)]
    passage = (
        track[near[0]]
        if near and isinstance(track[near[0]], otio.schema.Transition)
        else None
    )
    items = near[1:] if passage is not None else near[:1]
    return passage, track[items[0]] if items else None


def settled(
    untouched: Mapping[int, otio.schema.Clip],
) -> dict[int, otio.schema.Clip]:
    """Return the clips left alone without those whose carry lost its other side.

    Unless it was rendered, a carry may lie in the very settings of its two clips in
    the editor's file: where one of them was changed, both are as they came back.

    Parameters
    ----------
    untouched
        Children of the edited track, by index, with the clips they were.
    """
    found = dict(untouched)
    while True:
        there = list(found.values())
        lost = [index for index, clip in found.items() if _halved(clip, there)]
        if not lost:
            return found
        for index in lost:
            del found[index]


def _halved(clip: otio.schema.Clip, there: Sequence[otio.schema.Clip]) -> bool:
    for step in (-1, 1):
        passage, other = _neighbours(clip, step)
        recipe = metadata.read(passage, "carry", {}) if passage is not None else {}
        alone = any(one is other for one in there)
        if recipe.get("kind") == "carry" and not alone:
            return True
    return False


def restore(slots: Sequence[Slot], passages: dict[int, otio.schema.Transition]) -> None:
    """Put the transitions between shots left alone back as they were, in place.

    Parameters
    ----------
    slots
        The shots.
    passages
        Transitions by the slot that they lead into, one past the last at the end.
    """
    for number in range(len(slots) + 1):
        before = slots[number - 1].was if number else None
        after = slots[number].was if number < len(slots) else None
        sides = slots[max(0, number - 1) : number + 1]
        if not sides or not all(slot.alone for slot in sides):
            continue
        if after is not None:
            was, other = _neighbours(after, -1)
        elif before is not None:
            was, other = _neighbours(before, 1)
        # At an end of her film it is only what was at an end of the film before.
        if other is before or other is after:
            passages.pop(number, None)
            if was is not None:
                passages[number] = was
