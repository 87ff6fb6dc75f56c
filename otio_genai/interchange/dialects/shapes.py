"""What may stand in which field of an ``.otio`` document.

OpenTimelineIO itself ends the whole process on some objects that stand where another
kind belongs, so this is asked before it reads them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["misplaced"]

_TIME, _RANGE = frozenset(("RationalTime",)), frozenset(("TimeRange",))
_MEDIA = frozenset(
    (
        "ExternalReference",
        "GeneratorReference",
        "ImageSequenceReference",
        "MediaReference",
        "MissingReference",
    )
)
_ONE = {
    "available_range": _RANGE,
    "duration": _TIME,
    "global_start_time": _TIME,
    "in_offset": _TIME,
    "marked_range": _RANGE,
    "media_reference": _MEDIA,
    "out_offset": _TIME,
    "source_range": _RANGE,
    "start_time": _TIME,
    "tracks": frozenset(("Stack",)),
}
_EFFECTS = frozenset(("Effect", "FreezeFrame", "LinearTimeWarp", "TimeEffect"))
_ITEMS = frozenset(
    ("Clip", "Composable", "Composition", "Gap", "Item", "Stack", "Track", "Transition")
)
_MANY = {
    "children": _ITEMS,
    "effects": _EFFECTS,
    "markers": frozenset(("Marker",)),
    "media_references": _MEDIA,
}
# Plain values, and the values they are made of.
_VALUES = {
    "Box2d": ("min", "max"),
    "Color": (),
    "RationalTime": (),
    "TimeRange": ("start_time", "duration"),
    "TimeTransform": ("offset",),
    "V2d": (),
}
# Collections hold anything.
_LOOSE = frozenset(("SerializableCollection",))


def misplaced(schema: str, found: dict[str, Any], known: dict[str, int]) -> str:
    """Return the name of the first field that holds what it cannot; empty when none.

    Parameters
    ----------
    schema
        Name of the object's schema, without its version.
    found
        The object.
    known
        Every schema that the library knows: only those are judged.
    """
    if schema in _VALUES:
        inner = (k for k, v in found.items() if isinstance(v, (dict, list)))
        beyond = next((key for key in inner if key not in _VALUES[schema]), "")
        if beyond:
            return beyond
    elif schema not in known or schema in _LOOSE:
        return ""
    for field, allowed in _ONE.items():
        if not _fits(found.get(field), allowed, known):
            return field
    for field, allowed in _MANY.items():
        held = found.get(field)
        if held is None:
            continue
        wanted = dict if field == "media_references" else list
        if not isinstance(held, wanted):
            return field
        each = held.values() if isinstance(held, dict) else held
        if not all(_fits(value, allowed, known) for value in each):
            return field
    return ""


def _fits(value: Any, allowed: frozenset[str], known: dict[str, int]) -> bool:
    if value is None:
        return True
    schema = value.get("OTIO_SCHEMA") if isinstance(value, dict) else None
    if not isinstance(schema, str):
        return False
    name = schema.partition(".")[0]
    return name in allowed or name not in known
