"""Speed as stock time effects: one, constant, or none."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from otio_genai.interchange.account import Account
from otio_genai.interchange.layout import Spot
from otio_genai.interchange.rebuild import Place
from otio_genai.metadata import each

__all__ = ["warp"]


def warp(
    item: otio.core.Item, spot: Spot, account: Account, place: Place
) -> otio.schema.LinearTimeWarp | None:
    """Return the one time effect of an item; None at its own speed.

    A speed that varies becomes the mean of what is shown, from the same first frame;
    how far that is off is told.
    """
    others = [e for e in each(item.effects) if _shapeless(e)]
    for effect in others:
        name = effect.effect_name or effect.name or "time effect"
        gets, remedy = "the clip at its own speed", "Render it in."
        account.add(f"time effect {name!r}", "dropped", gets, remedy, **place.report())
    if spot.run.keys:
        return _mean(item, spot, account, place)
    if spot.speed == 0:
        return otio.schema.FreezeFrame()
    if spot.speed == 1:
        return None
    return otio.schema.LinearTimeWarp(time_scalar=float(spot.speed))


def _shapeless(effect: otio.schema.Effect) -> bool:
    timed = isinstance(effect, otio.schema.TimeEffect)
    return timed and not isinstance(effect, otio.schema.LinearTimeWarp)


def _mean(
    item: otio.core.Item, spot: Spot, account: Account, place: Place
) -> otio.schema.LinearTimeWarp | None:
    length = spot.end - spot.start
    first, last = spot.at_s(0), spot.at_s(length)
    factor = (last - first) * spot.run.rate / length
    factor = factor.limit_denominator(100_000)
    off = max(
        abs(spot.at_s(k) - first - k * factor / spot.run.rate) for k in range(length)
    )
    frames = float(off * spot.run.rate)
    account.add(
        "variable speed",
        "approximated",
        f"one speed of {100 * float(factor):.1f} %: up to {frames:.1f} frames off",
        "Render the retimed clip and place it at its own speed.",
        **place.report(),
    )
    # The range of a speed that varies is its lowest media time: so it stays for
    # one that runs on, and for one that runs back.
    if factor == 0:
        return otio.schema.FreezeFrame()
    if factor == Fraction(1):
        return None
    return otio.schema.LinearTimeWarp(time_scalar=float(factor))
