"""Resolve's effects as its ``.otio`` spells them: names, parameters, units.

Sources
    ``effects.otio`` of OpenTimelineIO (a real export) for Transform, Composite and
    clip volume; published measurements of renders by Resolve 21 for keyframe times,
    cropping, pan and rotation.

Conventions
    A parameter at its default is left out, and one whose value equals the default
    that is declared beside it is ignored on import, so both are always written
    together. Keyframes count record frames from the clip's first; between them values
    are linear. Zoom counts from the picture fitted *into* the frame; pan and tilt are
    parts of the fitted picture's width and height, tilt upwards; rotation is in
    degrees counter-clockwise; crops are parts of the picture; opacity and sound pan
    go to 100, volume is in decibels.
"""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otio_genai.interchange.dialects.keys import Series, finite, reduced

__all__ = [
    "LIMITS",
    "SPACE",
    "effect",
    "parameter",
    "parameters_of",
    "series_in",
]

#: Resolve's key in metadata.
SPACE = "Resolve_OTIO"

_NAME = "Resolve Effect"
_TYPES = {
    "Composite": 1,
    "Transform": 2,
    "Cropping": 3,
    "Fairlight Clip Volume and Fades": 62,
    "Fairlight Clip Pan": 72,
}
_SHORT = {"Fairlight Clip Volume and Fades": "Volume", "Fairlight Clip Pan": "Pan"}

#: Default, least and greatest value of each parameter.
LIMITS: dict[str, tuple[float, float, float]] = {
    "transformationZoomX": (1.0, 0.0, 100.0),
    "transformationZoomY": (1.0, 0.0, 100.0),
    "transformationPan": (0.0, -4.0, 4.0),
    "transformationTilt": (0.0, -4.0, 4.0),
    "transformationRotationAngle": (0.0, -100_000.0, 100_000.0),
    "cropLeft": (0.0, 0.0, 1.0),
    "cropRight": (0.0, 0.0, 1.0),
    "cropTop": (0.0, 0.0, 1.0),
    "cropBottom": (0.0, 0.0, 1.0),
    "opacity": (100.0, 0.0, 100.0),
    "volume": (0.0, -100.0, 30.0),
    "pan": (0.0, -100.0, 100.0),
}
_DIGITS = 9


def parameter(name: str, series: Series) -> dict[str, Any] | None:
    """Return a parameter; None when it stays at its default."""
    default, least, most = LIMITS[name]
    held = reduced(tuple((k, _held(v, least, most)) for k, v in series))
    if not held or (len(held) == 1 and held[0][1] == default):
        return None
    keys = {
        str(round(frame)): {"Value": value, "Variant Type": "Double"}
        for frame, value in (held if len(held) > 1 else ())
    }
    return {
        "Default Parameter Value": default,
        "Key Frames": keys,
        "Parameter ID": name,
        "Parameter Value": held[0][1],
        "Variant Type": "Double",
        "maxValue": most,
        "minValue": least,
    }


def _held(value: float, least: float, most: float) -> float:
    # The same digits whichever way a value was reached.
    return round(min(max(value, least), most), _DIGITS) + 0.0


def effect(name: str, parameters: list[dict[str, Any] | None]) -> otio.schema.Effect:
    """Return an effect with those of ``parameters`` that say something."""
    return otio.schema.Effect(
        effect_name=_NAME,
        metadata={
            SPACE: {
                "Effect Name": name,
                "Enabled": True,
                "Name": _SHORT.get(name, name),
                "Parameters": [given for given in parameters if given is not None],
                "Type": _TYPES[name],
            }
        },
    )


def parameters_of(kept: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the parameters of an effect's metadata by their id, those not default."""
    found: dict[str, dict[str, Any]] = {}
    listed = kept.get("Parameters")
    for given in listed if isinstance(listed, list) else ():
        if not isinstance(given, dict):
            continue
        moving = isinstance(given.get("Key Frames"), dict) and given["Key Frames"]
        value = given.get("Parameter Value")
        if moving or value != given.get("Default Parameter Value", _unset):
            found[str(given.get("Parameter ID", ""))] = given
    return found


_unset = object()


def series_in(given: dict[str, Any] | None) -> tuple[Series, bool]:
    """Return a parameter's series, and whether its curve is more than linear."""
    if given is None:
        return (), False
    keys: dict[int, float] = {}
    curved = False
    listed = given.get("Key Frames")
    for frame, key in (listed if isinstance(listed, dict) else {}).items():
        value = finite(key.get("Value")) if isinstance(key, dict) else None
        if value is None or not frame.lstrip("-").isdecimal() or len(frame) > 12:
            continue
        keys[int(frame)] = value
        curved = curved or _bent(key)
    if keys:
        return reduced(tuple(sorted(keys.items()))), curved and len(keys) > 1
    still = finite(given.get("Parameter Value"))
    return (() if still is None else ((0, still),)), False


def _bent(key: dict[str, Any]) -> bool:
    """Tell whether a key has a handle that is not level with a straight line."""
    for name in ("InBez", "OutBez"):
        handle = key.get(name)
        if isinstance(handle, dict) and handle.get(name):
            return True
    return False
