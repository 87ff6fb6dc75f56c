"""The places in the desert where the film is set."""

from __future__ import annotations

import math

from .desert import Desert
from .props import Prop
from .shards import Shards

__all__ = ["RUIN", "alone", "crest", "doorways", "mirror", "ruin", "walker"]

RUIN = (247.0, 142.0)
_HEADS_M = (6.4, 3.0, 7.4, 5.2, 1.9, 6.8, 4.1, 2.6)


def _columns() -> tuple[Prop, ...]:
    turns = [k * math.tau / 8 for k in range(8)]
    return tuple(
        Prop(
            "column",
            RUIN[0] + 8 * math.cos(a),
            RUIN[1] + 8 * math.sin(a),
            1.25,
            m,
            0.55,
        )
        for a, m in zip(turns, _HEADS_M, strict=True)
    )


def _doors() -> tuple[Prop, ...]:
    return tuple(
        Prop("door", 505.0 + 0.5 * (k % 2), 128.0 + 8.5 * k, 4.2, 5.6, 0.62)
        for k in range(6)
    )


def crest() -> Desert:
    """Dune behind dune, up to the sun."""
    return Desert(1, mist=0.75)


def walker() -> Desert:
    """Someone on the highest crest."""
    return Desert(1, (Prop("walker", 32.0, 318.0, 0.95, 1.95, 0.4, 1.1),), mist=0.55)


def alone() -> Desert:
    """Someone alone on flat, sunlit sand."""
    return Desert(2, (Prop("walker", 152.0, 560.0, 0.95, 1.95, 0.5, 0.9),), haze_m=260)


def ruin() -> Desert:
    """A circle of broken columns."""
    return Desert(4, _columns(), haze_m=240)


def doorways() -> Desert:
    """Doors without walls, one behind the other."""
    return Desert(5, _doors(), haze_m=200)


def mirror() -> Shards:
    """The broken columns in a broken mirror."""
    return Shards(Desert(4, _columns(), haze_m=240))
