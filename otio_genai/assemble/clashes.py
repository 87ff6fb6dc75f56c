"""Settings of a style that are right alone and wrong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["conflicts"]


def conflicts(values: Mapping[str, Any]) -> list[str]:
    """Return which settings of a style contradict each other.

    Parameters
    ----------
    values
        Value of every field of `Style`, each within its own limits.
    """
    found = []
    if not values["min_shot_s"] <= values["mean_shot_s"] <= values["max_shot_s"]:
        found.append(
            "min_shot_s, mean_shot_s and max_shot_s must not fall: they are "
            f"{values['min_shot_s']}, {values['mean_shot_s']}, {values['max_shot_s']} "
            "(those not written have their defaults)"
        )
    shares = ("dry_share", "carry_share", "dissolve_share", "dip_share")
    # Shares that add up to one may add up to a little more as floats.
    if sum(values[name] for name in shares) > 1 + 1e-9:
        given = " + ".join(f"{values[name]}" for name in shares)
        found.append(
            f"{', '.join(shares)} are more than all joins together: {given} "
            "(those not written have their defaults)"
        )
    if values["contrast_ceiling"] > values["match_floor"]:
        found.append(
            f"contrast_ceiling {values['contrast_ceiling']} is above "
            f"match_floor {values['match_floor']}"
        )
    length_s = values["length_s"]
    if length_s is not None and length_s < values["min_shot_s"]:
        found.append(
            f"length_s {length_s} is shorter than one shot, {values['min_shot_s']}"
        )
    return found
