"""The one namespace ``metadata["otio_genai"]``; no other code reads or writes it.

Conventions
    Each object that carries our data has a plain dictionary with a ``version`` and
    the keys below. Values are what JSON holds; exact rates are ``"24000/1001"``.

    On a media reference, what belongs to the file:
        ``media`` probed facts, ``slate`` generator and prompt, ``hash`` of bytes and
        packets, and what was measured: ``motion``, ``palette``, ``loudness``,
        ``beats``, ``speech``, ``steady``; what the user said of it: ``bed``, ``cues``
        (tempo, beats, markers), ``script`` (sentences or text of a voice).
    On a clip, what belongs to its use; keys count record frames from its first:
        ``join`` how it meets the clip before it, ``levels`` [[frame, dB], ...],
        ``pan`` [[frame, -1 to 1], ...], ``opacity`` [[frame, 0 to 1], ...], ``crop``
        [[frame, left, right, top, bottom], ...] in parts of the media's picture,
        ``framing`` fit and camera move, ``reframe`` {x, y, fit}, what should be in its
        middle when the film takes another shape, ``channels`` of the media that are
        heard, ``link`` what moves together, ``takes`` the shot's other takes.
    On a time effect: ``retime``, a speed that varies (`otio_genai.maps.speed`). On an
    effect or a transition of another editor: ``effect``, what its format needs to
    write it again; on one of moviepy's, its name ``moviepy`` and its ``parameters``.
    On a track: ``locked``. On a timeline: ``film``. On a transition: ``carry``, and
    ``curve`` of a crossfade, ``power`` or ``gain``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import opentimelineio as otio
from opentimelineio import _otio

from otio_genai.errors import MetadataError

__all__ = [
    "NAMESPACE",
    "VERSION",
    "each",
    "fact",
    "get",
    "keep_only",
    "put",
    "read",
    "takes",
]

NAMESPACE = "otio_genai"
VERSION = 1


def each(held: Any) -> Iterator[Any]:
    """Give each key, or part, of one of OTIO's own containers, or of any other.

    Examples
    --------
    >>> clip = otio.schema.Clip(metadata={"scene": 3, "shot": 1})
    >>> list(each(clip.metadata))
    ['scene', 'shot']
    """
    # OTIO ends a loop by throwing, which takes longer than all the rest, and never
    # gives back the memory of a loop over its own dictionaries and vectors. Vectors
    # need none; the keys of a dictionary are to be had in no other way, and are never
    # asked for more than there are.
    if isinstance(held, _VECTORS):
        return map(held.__getitem__, range(len(held)))
    return islice(held, len(held))


def get(obj: otio.core.SerializableObjectWithMetadata) -> dict[str, Any]:
    """Return a plain copy of what we keep on ``obj``; ``{}`` when there is nothing.

    Raises
    ------
    MetadataError
        It was written by a later version than this one knows.
    """
    found: dict[str, Any] = _plain(_checked(obj))
    return found


def _checked(obj: otio.core.SerializableObjectWithMetadata) -> Any:
    """Return a view of what is kept on ``obj``, of a version that we know."""
    kept = obj.metadata
    # OTIO throws for a missing key, too: that is slow, but leaves nothing behind.
    if not len(kept) or NAMESPACE not in kept:
        return {}
    found = kept[NAMESPACE]
    if not hasattr(found, "keys"):
        raise MetadataError(
            f"The metadata under {NAMESPACE!r} is not a dictionary.",
            place=str(obj.name),
            remedy="Remove it, or make the file again.",
        )
    version = found.get("version", VERSION)
    if not isinstance(version, int) or version > VERSION or version < 1:
        raise MetadataError(
            f"This was written with metadata version {version!r}; "
            f"this otio-genai knows versions up to {VERSION}.",
            place=str(obj.name),
            remedy="Install a newer otio-genai to read it.",
        )
    return found


def read(
    obj: otio.core.SerializableObjectWithMetadata, key: str, default: Any = None
) -> Any:
    """Return a plain copy of one key of ``obj``, or ``default``.

    Raises
    ------
    MetadataError
        It was written by a later version than this one knows.
    """
    found = _checked(obj)
    # Only what is asked for is copied: a take's motion is long.
    try:
        kept = found[key]
    except KeyError:
        return default
    return _plain(kept)


def fact(
    obj: otio.core.SerializableObjectWithMetadata, key: str, default: Any = None
) -> Any:
    """Return a plain copy of one of the ``media`` facts of ``obj``, or ``default``.

    Raises
    ------
    MetadataError
        It was written by a later version than this one knows.
    """
    try:
        return _plain(_checked(obj)["media"][key])
    except (KeyError, TypeError):
        # There are none, or what stands in their place is no dictionary.
        return default


def takes(clip: otio.schema.Clip) -> list[otio.schema.Clip]:
    """Return plain copies of the other takes of a clip; what is no clip is left out.

    Raises
    ------
    MetadataError
        It was written by a later version than this one knows.
    """
    kept = read(clip, "takes")
    if not isinstance(kept, list):
        return []
    return [take for take in kept if isinstance(take, otio.schema.Clip)]


def put(obj: otio.core.SerializableObjectWithMetadata, key: str, value: Any) -> None:
    """Write one key of ``obj`` in place; ``None`` removes it.

    Raises
    ------
    MetadataError
        What is there was written by a later version than this one knows.
    """
    kept = _checked(obj)
    kept["version"] = VERSION
    if value is not None:
        kept[key] = value
    elif key in each(kept):
        del kept[key]
    if isinstance(kept, dict):
        obj.metadata[NAMESPACE] = kept


def keep_only(
    obj: otio.core.SerializableObjectWithMetadata, keys: Iterable[str]
) -> None:
    """Remove what we keep on ``obj`` but ``keys``, in place, and those that are empty.

    Raises
    ------
    MetadataError
        It was written by a later version than this one knows.
    """
    kept = _checked(obj)
    wanted = [key for key in keys if key in each(kept) and kept[key]]
    for key in list(each(kept)):
        if key not in wanted:
            del kept[key]
    if wanted:
        kept["version"] = VERSION
    elif not isinstance(kept, dict):
        del obj.metadata[NAMESPACE]


def _plain(value: Any) -> Any:
    # OTIO hands out views of its own containers: copy them, but keep OTIO objects
    # (the other takes of a clip) as they are.
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if kind is _otio.AnyDictionary:
        # A show reads for hours: nothing may be left behind by a loop over the keys.
        said = _otio._serialize_json_to_string(_otio.PyAny(value), {}, -1)
        if _SCHEMA not in said:
            return json.loads(said)
    if isinstance(value, (dict, _otio.AnyDictionary)):
        return {key: _plain(value[key]) for key in each(value)}
    if isinstance(value, (list, tuple, _otio.AnyVector)):
        return [_plain(item) for item in each(value)]
    return value


_VECTORS = (_otio.AnyVector, _otio.EffectVector, _otio.MarkerVector)
# What JSON says of anything but plain values.
_SCHEMA = "OTIO_SCHEMA"
_SIMPLE = frozenset((str, int, float, bool, type(None)))
