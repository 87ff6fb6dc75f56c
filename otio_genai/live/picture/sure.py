"""Shots that are known, without a plan of the film, to be shown as they are prepared.

Aim
    A plan of every cut would be most of what a film costs that is only cut. What a
    plan says of a shot depends on the shot alone but where a transition or a fade
    reaches: so each take is planned once, alone, and compared with what is prepared.

Conventions
    Only takes that move by themselves: a still's camera, and effects, may depend on
    how long the shot is.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from otio_genai import metadata, rates
from otio_genai.assemble.planning.stills import Still
from otio_genai.errors import GenaiError
from otio_genai.field.model import Field
from otio_genai.field.realise import span_of
from otio_genai.live.picture.laid import Laid
from otio_genai.live.picture.whole import frames_of
from otio_genai.render.plan import make_plan

__all__ = ["Sure", "untouched"]

# The field that plays, those that films began with before takes came, a spare.
_FIELDS = 4


@dataclass(frozen=True, slots=True)
class _Known:
    given: Field
    even: dict[tuple[int, int], bool] = field(default_factory=dict)
    alike: dict[tuple[int, int, int], bool] = field(default_factory=dict)


class Sure:
    """What was found out about the takes of the last few fields; for many films."""

    def __init__(self) -> None:
        self._fields: OrderedDict[int, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, given: Field, shot: Laid, size: tuple[int, int]) -> bool:
        """Tell whether a shot alone is shown as it is prepared, frame by frame."""
        one = shot.chosen
        known = self._known(given)
        take = one.slot, one.option
        if take not in known.even:
            known.even[take] = _even(given, shot)
        # Where a record frame is a frame of the file, every in-point is alike.
        at = *take, -1 if known.even[take] else one.way
        if at not in known.alike:
            known.alike[at] = _alike(given, shot, size)
        return known.alike[at]

    def _known(self, given: Field) -> _Known:
        with self._lock:
            # The field is kept, so that its identity stays its own.
            found = self._fields.setdefault(id(given), _Known(given))
            self._fields.move_to_end(id(given))
            while len(self._fields) > _FIELDS:
                self._fields.popitem(last=False)
            return found


def untouched(given: Field, shots: Sequence[Laid], first: int, last: int) -> bool:
    """Tell whether no transition and no fade in reaches record frames [first, last).

    Parameters
    ----------
    shots
        All that lie there, and those beside them that are decided.
    """
    opening = math.ceil(given.style.fade_in_s * given.rate)
    if given.style.fade_in_s > 0 and first <= opening:
        return False
    for shot in shots[1:]:
        # One without handles on one side may lie on the other altogether.
        reach = 2 * given.slots[shot.chosen.slot].half
        if reach and shot.begin - reach < last and first < shot.begin + reach:
            return False
    return True


def _alike(given: Field, shot: Laid, size: tuple[int, int]) -> bool:
    one, made = shot.chosen, shot.made
    slot = given.slots[one.slot]
    material = slot.options[one.option].material
    if isinstance(material, Still) or made.run.others or len(made.run.first) != 1:
        return False
    look = made.run.first[0].look
    if look.moves or look.turns or look.effects or look.length_frames:
        return False
    longest = replace(one, frames=material.end - one.way)
    steady = replace(given, style=replace(given.style, fade_in_s=0.0))
    try:
        plan = make_plan(span_of(steady, [longest], 0, 1, ended=False), size)
    except GenaiError:
        return False
    shown = frames_of(plan)
    return all(frame == made.shows(one.way + k) for k, frame in enumerate(shown))


def _even(given: Field, shot: Laid) -> bool:
    numbers = shot.made.run.numbers
    if not numbers or any(b - a != 1 for a, b in pairwise(numbers)):
        return False
    option = given.slots[shot.chosen.slot].options[shot.chosen.option]
    rate = metadata.read(option.clip.media_reference, "media", {}).get("rate")
    return rate is not None and rates.rate(str(rate)) == given.rate
