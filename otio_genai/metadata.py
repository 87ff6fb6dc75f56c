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
        ``framing`` fit and camera move, ``channels`` of the media that are heard,
        ``link`` what moves together, ``takes`` the shot's other takes.
    On a time effect: ``retime``, a speed that varies (`otio_genai.maps.speed`). On an
    effect or a transition of another editor: ``effect``, what its format needs to
    write it again. On a track: ``locked``. On a timeline: ``film``. On a transition:
    ``carry``, and ``curve`` of a crossfade, ``power`` or ``gain``.
"""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otio_genai.errors import MetadataError

__all__ = ["NAMESPACE", "VERSION", "get", "put", "read"]

NAMESPACE = "otio_genai"
VERSION = 1


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
    # OTIO throws for a missing key, which takes longer than all the rest.
    if not len(kept):
        return {}
    try:
        found = kept[NAMESPACE]
    except KeyError:
        return {}
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
    return _plain(found[key]) if key in found else default


def put(obj: otio.core.SerializableObjectWithMetadata, key: str, value: Any) -> None:
    """Write one key of ``obj`` in place; ``None`` removes it.

    Raises
    ------
    MetadataError
        What is there was written by a later version than this one knows.
    """
    kept = _checked(obj)
    kept["version"] = VERSION
    if value is None:
        kept.pop(key, None)
    else:
        kept[key] = value
    if isinstance(kept, dict):
        obj.metadata[NAMESPACE] = kept


def _plain(value: Any) -> Any:
    # OTIO hands out views of its own containers: copy them, but keep OTIO objects
    # (the other takes of a clip) as they are.
    if isinstance(value, dict) or type(value).__name__ == "AnyDictionary":
        return {key: _plain(value[key]) for key in value}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "AnyVector":
        return [_plain(item) for item in value]
    return value
