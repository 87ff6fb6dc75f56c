"""What may be shown in a shot's place when it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Set

from otio_genai.field.model import Chosen, Field

__all__ = ["stand_ins"]


def stand_ins(
    field: Field, chosen: Chosen, banned: Set[tuple[int, int]]
) -> Iterator[Chosen]:
    """Yield shots of the same slot and length, one of each other take."""
    for number, option in enumerate(field.slots[chosen.slot].options):
        if number == chosen.option or (chosen.slot, number) in banned:
            continue
        for way in option.ins:
            if option.material.still or way + chosen.frames <= option.material.end:
                yield Chosen(chosen.slot, number, way, chosen.frames)
                break
