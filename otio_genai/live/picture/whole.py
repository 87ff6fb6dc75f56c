"""A take alone, from end to end, as films of its field show it.

What a film shows of a take where nothing happens to it is the same wherever it lies:
that is prepared once. Told by the renderer's own plan, so that scaling, cropping and
uneven rates are those of any render.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from otio_genai import metadata
from otio_genai.assemble.planning.stills import Still
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise import span_of
from otio_genai.render.plan import Plan, make_plan
from otio_genai.render.shown import Frame

__all__ = ["Name", "Run", "frames_of", "name_of", "whole"]

#: What a prepared take is known by while a show runs.
Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What consecutive record frames show, kept small.

    Nearly always they differ in nothing but the number of the file's frame.
    """

    first: Frame
    numbers: array[int]
    others: tuple[Frame, ...] = ()
    "Every frame, where they differ in more."

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> Run:
        """Return record frames, kept small."""
        first = frames[0]
        if len(first) != 1:
            return cls(first, array("l"), tuple(frames))
        numbers = array("l", (one[0].number if one else 0 for one in frames))
        run = cls(first, numbers)
        if all(run.frame(k) == one for k, one in enumerate(frames)):
            return run
        return cls(first, array("l"), tuple(frames))

    def frame(self, index: int) -> Frame:
        """Return what a record frame shows."""
        if self.others:
            return self.others[index]
        return (replace(self.first[0], number=self.numbers[index]),)

    def __len__(self) -> int:
        """Return the number of record frames."""
        return len(self.others) or len(self.numbers)


def name_of(field: Field, one: Chosen, gop_frames: int) -> Name:
    """Return what decides which prepared take a chosen one is shown from.

    In-points off the grid of keyframes have a file of their own, whose keyframes they
    are.
    """
    slot = field.slots[one.slot]
    option = slot.options[one.option]
    reference = option.clip.media_reference
    known = (option.content, str(getattr(reference, "target_url", "")))
    if isinstance(option.material, Still):
        beyond = max(each.half for each in field.slots)
        move = option.material.moves[one.way]
        return (*known, repr(move), str(slot.longest), str(beyond))
    facts = metadata.read(reference, "media", {})
    grid = str(facts.get("rate")), str(facts.get("frames"))
    return (*known, *grid, str(one.way % gop_frames))


def whole(
    field: Field, one: Chosen, gop_frames: int, size: tuple[int, int]
) -> tuple[Plan, int]:
    """Return the plan of all that a chosen take may show, and its first frame.

    Raises
    ------
    FieldError, RenderError
        The field does not hold it, or its file is not there.
    """
    slot = field.slots[one.slot]
    material = slot.options[one.option].material
    if isinstance(material, Still):
        first, all_of_it = 0, replace(one, frames=slot.longest)
    else:
        first = one.way % gop_frames
        all_of_it = replace(one, way=first, frames=material.end - first)
    steady = replace(field, style=replace(field.style, fade_in_s=0.0))
    return make_plan(span_of(steady, [all_of_it], 0, 1, ended=False), size), first


def frames_of(plan: Plan, first: int = 0) -> list[Frame]:
    """Return what a plan's record frames show from one on, its clips unnamed."""
    frames = [frame for span in plan.spans for frame in span.frames]
    return [
        tuple(replace(layer, name="clip") for layer in frame)
        for frame in frames[first:]
    ]
