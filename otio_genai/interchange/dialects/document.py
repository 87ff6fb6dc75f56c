"""The text of an ``.otio`` document as objects, whatever wrote it.

Aim
    Every fault is a sentence: a text that is no JSON, nesting without a bottom, a
    schema that this OpenTimelineIO does not know, a time that is no number. What a
    newer version merely spells otherwise is brought back to the older spelling.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

import opentimelineio as otio

from otio_genai.errors import InterchangeError
from otio_genai.interchange.dialects.keys import finite
from otio_genai.interchange.dialects.shapes import misplaced
from otio_genai.metadata import each

__all__ = ["LARGEST_DEPTH", "LARGEST_SIZE", "timeline_of"]

#: Characters of the largest document that is read.
LARGEST_SIZE = 256 * 1024 * 1024
# A field of 200 slots with 50 measured takes each.
_LARGEST_FIELD = 1024 * 1024 * 1024
#: Objects and lists within each other; a level of nesting takes some eight.
LARGEST_DEPTH = 400

_SCHEMA = "OTIO_SCHEMA"
_REMEDY = "Export it again, or read it with the program that wrote it."
_NAMED = 20
_SAID = 200
# Samples a second, and frames, beyond which no film goes and floats lose count.
_FASTEST, _LONGEST = 1e7, 1e13
_SCHEMA_TEXT = re.compile(r"([^.]+)\.(\d{1,9})", re.ASCII)
# How the library names a type in its messages.
_MANGLED = re.compile(r" \(of type '[^']*'\)")


def timeline_of(
    text: str, sequence: str | None = None
) -> tuple[otio.schema.Timeline, list[str]]:
    """Return the timeline of an ``.otio`` document, and notes on how it was read.

    Parameters
    ----------
    text
        The document.
    sequence
        Name of the timeline wanted, where the document holds several; ``NAME#2`` is
        the second of that name.

    Raises
    ------
    InterchangeError
        It is no such document, is of a version not known here, or states times that
        are none.
    """
    document = _json(text)
    notes = _modernised(document)
    try:
        # The text may say a thing twice: what was judged is what is read.
        found = otio.adapters.read_from_string(json.dumps(document), "otio_json")
    except Exception as error:
        # Whatever the library trips over, it is the document's fault.
        raise _broken(_MANGLED.sub("", str(error)).strip()[:_SAID]) from error
    timeline = _timeline(found, sequence, notes)
    if not isinstance(timeline.tracks, otio.schema.Stack):
        raise _broken("its timeline has no tracks")
    notes += _without_rate(timeline)
    _check_times(timeline)
    return timeline, notes


def _broken(what: str) -> InterchangeError:
    return InterchangeError(f"This is no OpenTimelineIO file: {what}.", remedy=_REMEDY)


def _json(text: str) -> dict[str, Any]:
    largest = LARGEST_SIZE
    if len(text) > largest and '"field"' in text:
        largest = _LARGEST_FIELD
    if len(text) > largest:
        raise InterchangeError(
            f"The document has more than {largest} characters.",
            remedy="Export one timeline at a time.",
        )
    try:
        document = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise _too_deep() from None
    except (ValueError, OverflowError) as error:
        raise _broken(str(error)) from error
    if not isinstance(document, dict) or _SCHEMA not in document:
        raise _broken("it names no schema")
    return document


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _too_deep() -> InterchangeError:
    return InterchangeError(
        f"Objects lie more than {LARGEST_DEPTH} deep.",
        remedy="Flatten its nested sequences.",
    )


def _objects(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give every object, parents first; refuse nesting without a bottom."""
    level: list[Any] = [document]
    for _ in range(LARGEST_DEPTH):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                yield value
                deeper += value.values()
            elif isinstance(value, list):
                deeper += value
        level = deeper
        if not level:
            return
    raise _too_deep()


def _modernised(document: dict[str, Any]) -> list[str]:
    """Bring newer spellings back to the older; return what was changed."""
    known = otio.core.type_version_map()
    newer: dict[str, int] = {}
    markers = 0
    for found in _objects(document):
        schema = found.get(_SCHEMA)
        if not isinstance(schema, str):
            continue
        _refuse_deadly(schema, found, known)
        name, _, version = schema.partition(".")
        if schema == "Marker.3":
            _older_marker(found)
            markers += 1
        elif name in known and version.isdecimal() and int(version) > known[name]:
            newer[schema] = newer.get(schema, 0) + 1
    if newer:
        raise InterchangeError(
            "It was written by a later OpenTimelineIO than this one.",
            remedy="Export it for an earlier version, such as OTIO_CORE 0.17.0.",
            items=[f"{n} x {schema}" for schema, n in sorted(newer.items())][:_NAMED],
        )
    if not markers:
        return []
    return [f"{markers} markers are of a later version (Marker.3); they were read."]


def _refuse_deadly(schema: str, found: dict[str, Any], known: dict[str, int]) -> None:
    """Refuse what ends the whole process inside the library."""
    written = _SCHEMA_TEXT.fullmatch(schema)
    if written is None or written[1] == "UnknownSchema":
        raise _broken(f"{schema[:_NAMED]!r} is no schema")
    if written[1] == "Clip" and int(written[2]) < 2 and "media_references" in found:
        raise _broken("a clip of version 1 has the media of version 2")
    field = misplaced(written[1], found, known)
    if field:
        raise _broken(f"{schema} holds in {field!r} what does not belong there")


def _older_marker(marker: dict[str, Any]) -> None:
    """Spell a marker as version 2 does: its colour is a name."""
    marker[_SCHEMA] = "Marker.2"
    color = marker.get("color")
    if isinstance(color, dict):
        marker["color"] = str(color.get("name") or "").upper() or _nearest(color)


def _nearest(color: dict[str, Any]) -> str:
    """Return the name of the marker colour nearest to one without a name."""
    wanted = [part for part in map(finite, map(color.get, "rgb")) if part is not None]
    if len(wanted) < 3:
        return "GREEN"
    return min(
        _NAMES,
        key=lambda name: sum(
            (a - b) ** 2 for a, b in zip(wanted, _NAMES[name], strict=True)
        ),
    )


_NAMES = {
    "RED": (1.0, 0.0, 0.0),
    "PINK": (1.0, 0.5, 0.75),
    "ORANGE": (1.0, 0.5, 0.0),
    "YELLOW": (1.0, 1.0, 0.0),
    "GREEN": (0.0, 1.0, 0.0),
    "CYAN": (0.0, 1.0, 1.0),
    "BLUE": (0.0, 0.0, 1.0),
    "PURPLE": (0.5, 0.0, 0.5),
    "MAGENTA": (1.0, 0.0, 1.0),
    "BLACK": (0.0, 0.0, 0.0),
    "WHITE": (1.0, 1.0, 1.0),
}


def _timeline(
    found: object, sequence: str | None, notes: list[str]
) -> otio.schema.Timeline:
    held, others = _held(found)
    names = _addresses(held)
    if sequence is None:
        wanted = held[:1]
    else:
        wanted = [one for one in held if one.name == sequence] or [
            one for one, name in zip(held, names, strict=True) if name == sequence
        ]
    if not wanted:
        what = "no timeline" if sequence is None else f"no timeline {sequence!r}"
        remedy = "Assemble a bin first, or name one of its timelines."
        if held:
            remedy = f"It holds {_listed(names)}."
        raise InterchangeError(
            f"It holds a {type(found).__name__}, and {what}.", remedy=remedy
        )
    read = next(k for k, one in enumerate(held) if one is wanted[0])
    rest = [name for k, name in enumerate(names) if k != read]
    if rest:
        notes.append(
            f"It is a collection of {len(held)} timelines, of which number "
            f"{read + 1}, {names[read]!r}, is read. Not read, but to be had by "
            f"`--sequence`: {_listed(rest)}."
        )
    if others:
        notes.append(f"It is a collection; {others} other objects of it were not read.")
    return wanted[0]


def _held(found: object) -> tuple[list[otio.schema.Timeline], int]:
    """Return the timelines of a document in order, and how much else it holds."""
    if isinstance(found, otio.schema.Timeline):
        return [found], 0
    held: list[otio.schema.Timeline] = []
    others = 0
    if isinstance(found, otio.schema.SerializableCollection):
        for child in found:
            if isinstance(
                child, (otio.schema.Timeline, otio.schema.SerializableCollection)
            ):
                inner, more = _held(child)
                held += inner
                others += more
            else:
                others += 1
    return held, others


def _addresses(held: list[otio.schema.Timeline]) -> list[str]:
    """Return what each timeline is asked for by: its name, numbered if shared."""
    shared = Counter(one.name for one in held)
    met: Counter[str] = Counter()
    names = []
    for one in held:
        name = one.name
        if shared[name] > 1 or not name:
            met[name] += 1
            while f"{name}#{met[name]}" in shared:
                met[name] += 1
            name = f"{name}#{met[name]}"
        names.append(name)
    return names


def _listed(names: list[str]) -> str:
    told = ", ".join(repr(name) for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{told} and {more} more" if more > 0 else told


def _without_rate(timeline: otio.schema.Timeline) -> list[str]:
    """Remove media ranges counted at no rate, as Kdenlive writes them."""
    count = 0
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            held = reference.available_range
            if held is not None and held.duration.rate == 0:
                reference.available_range = None
                count += 1
    if not count:
        return []
    return [f"{count} media ranges are counted at no frame rate; they were not read."]


def _check_times(timeline: otio.schema.Timeline) -> None:
    """Refuse times that are no numbers, naming each place."""
    faults = [fault for item in _timed(timeline) for fault in _faults(item)]
    if faults:
        raise InterchangeError(
            "It states times that are none.",
            remedy=_REMEDY,
            items=faults[:_NAMED],
        )


def _timed(timeline: otio.schema.Timeline) -> Iterator[Any]:
    stack: list[Any] = [timeline.tracks]
    while stack:
        item = stack.pop()
        yield item
        yield from each(getattr(item, "markers", ()))
        if isinstance(item, otio.schema.Clip):
            yield from item.media_references().values()
        if isinstance(item, otio.core.Composition):
            stack += each(item)
    yield timeline


def _faults(item: Any) -> Iterator[str]:
    for key in ("source_range", "available_range", "marked_range"):
        held = None if callable(getattr(item, key, None)) else getattr(item, key, None)
        if held is None:
            continue
        if not (_sound(held.start_time) and _sound(held.duration)):
            yield f"{_name(item)}: {key}"
        elif held.duration.value < 0:
            yield f"{_name(item)}: {key} of negative length"
    for key in ("in_offset", "out_offset", "global_start_time"):
        held = getattr(item, key, None)
        if held is None:
            continue
        if not _sound(held) or (key != "global_start_time" and held.value < 0):
            yield f"{_name(item)}: {key}"


def _sound(time: otio.opentime.RationalTime) -> bool:
    # Comparisons with what is no number are false.
    return bool(0 < time.rate < _FASTEST and abs(time.value) < _LONGEST)


def _name(item: Any) -> str:
    return f"{type(item).__name__} {item.name!r}"
