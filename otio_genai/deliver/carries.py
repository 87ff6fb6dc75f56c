"""Carries of a film whose frame has changed: the same motions, in other widths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.analyse.motion import kappa

__all__ = ["remake"]


def remake(
    timeline: otio.schema.Timeline,
    growths: Mapping[int, float],
    usual: float,
    aspect: float,
) -> None:
    """Make every carry of a timeline anew, in place, from the motions it holds.

    Parameters
    ----------
    timeline
        The timeline, in its new frame.
    growths
        By `id` of each clip: how many times wider, in frame widths, its picture is
        than it was: its motion is as many times faster.
    usual
        The growth of what is no clip of these.
    aspect
        Height over width of the new frame.

    Raises
    ------
    TimelineError
        A recipe cannot be read.
    """
    for transition in timeline.find_children(
        descended_from_type=otio.schema.Transition
    ):
        kept = metadata.read(transition, "carry")
        if not isinstance(kept, dict) or maps.Carry.read(kept) is None:
            continue
        beside = transition.parent().neighbors_of(transition)
        motions = [
            _motion(kept[key], growths.get(id(item), usual), aspect)
            for key, item in zip(("own_out", "own_in"), beside, strict=True)
        ]
        made = maps.carry.recipe(
            *motions,
            aspect=aspect,
            half_frames=int(kept["half_frames"]),
            rate=rates.rate(kept["rate"]),
        )
        fallback = kept.get("fallback", made["fallback"])
        metadata.put(transition, "carry", kept | made | {"fallback": fallback})


def _motion(own: Any, growth: float, aspect: float) -> list[float]:
    """Return (T_x, T_y, κz, κr) in the new frame of (T_x, T_y, z, r) in the old."""
    tx, ty, zoom, turn = (float(value) for value in own)
    factor = kappa(aspect)
    return [tx * growth, ty * growth, zoom * factor, turn * factor]
