"""Premiere's effects as its ``.otio`` spells them: names, parameters, units.

Sources
    The writer of auto-editor (public domain), whose files were imported into
    Premiere; no real export was at hand. What it does not show, such as the unit of
    a sound level, is not written.

Conventions
    A value that never changes is a ``StartValue``, at a time before all others;
    keyframes stand at source times, as the clip's range does. Position is a point
    with 0/0 at the top left and 1/1 at the bottom right of the frame; scale is in
    percent of the media's own pixels, rotation in degrees clockwise, opacity and
    crops in percent, balance from 0 (left) to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.dialects.keys import Series, finite, reduced

__all__ = [
    "MOTION",
    "OPACITY",
    "PANNER",
    "SPACE",
    "When",
    "effect",
    "fixed",
    "parameter",
    "parameters_of",
    "series_in",
]

#: Premiere's key in metadata.
SPACE = "PremierePro_OTIO"
MOTION, OPACITY, PANNER = "AE.ADBE Motion", "AE.ADBE Opacity", "PanProcessor"

#: Source time of a record frame counted from the clip's first.
When = Callable[[float], otio.opentime.RationalTime]

# Before every time of any film.
_BEFORE_ALL = -10_800_000.0
_DIGITS = 9


def effect(
    match_name: str, name: str, parameters: list[dict[str, Any]], *, intrinsic: bool
) -> otio.schema.Effect:
    """Return an effect as Premiere spells it."""
    return otio.schema.Effect(
        name=name if not intrinsic else "",
        effect_name=name,
        metadata={
            SPACE: {
                "IsIntrinsic": intrinsic,
                "MatchName": match_name,
                "Parameters": parameters,
            }
        },
    )


def fixed(name: str, number: int, value: Any, rate: Fraction) -> dict[str, Any]:
    """Return a parameter that never changes."""
    before = otio.opentime.RationalTime(_BEFORE_ALL, float(rate))
    start = {"Position": before, "Value": value}
    return {"DisplayName": name, "ID": number, "StartValue": start}


def parameter(
    name: str, number: int, parts: dict[str, Series], when: When, rate: Fraction
) -> dict[str, Any]:
    """Return a parameter of one part (named ``""``) or of several (X and Y)."""
    held = {part: reduced(series) for part, series in parts.items()}
    if all(len(series) < 2 for series in held.values()):
        return fixed(name, number, _value({k: s[0][1] for k, s in held.items()}), rate)
    frames = sorted({frame for series in parts.values() for frame, _ in series})
    found = {part: dict(series) for part, series in parts.items()}
    keys = [
        {
            "Position": when(frame),
            "Value": _value({part: found[part][frame] for part in parts}),
        }
        for frame in frames
    ]
    return {"DisplayName": name, "ID": number, "Keyframes": keys}


def _value(parts: dict[str, float]) -> Any:
    shown = {part: round(value, _DIGITS) + 0.0 for part, value in parts.items()}
    return shown.get("", shown)


def parameters_of(kept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the parameters of an effect's metadata."""
    listed = kept.get("Parameters")
    for given in listed if isinstance(listed, list) else ():
        if isinstance(given, dict):
            yield given


def series_in(
    given: dict[str, Any] | None, frame: Callable[[Fraction], int], part: str = ""
) -> Series:
    """Return one part of a parameter as a series; empty when it says nothing."""
    if given is None:
        return ()
    keys: dict[int, float] = {}
    listed = given.get("Keyframes")
    for key in listed if isinstance(listed, list) else ():
        value = _part(key, part)
        time = key.get("Position") if isinstance(key, dict) else None
        if value is None or not isinstance(time, otio.opentime.RationalTime):
            continue
        if 0 < time.rate < 1e7 and abs(time.value) < 1e13:
            keys[frame(rates.seconds(time))] = value
    if keys:
        return reduced(tuple(sorted(keys.items())))
    still = _part(given.get("StartValue"), part)
    return () if still is None else ((0, still),)


def _part(key: Any, part: str) -> float | None:
    value = key.get("Value") if isinstance(key, dict) else None
    if part:
        value = value.get(part) if isinstance(value, dict) else None
    return finite(value)
