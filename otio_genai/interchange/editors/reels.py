"""Reels and comments of an EDL: kept on the slate of the medium, written again from it.

Conventions
    The slate of a media reference holds ``reel``, the name of the tape or file that the
    timecodes count, and ``note``, the comments of the event, one a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import clean
from otio_genai.interchange.urls import base_name

__all__ = ["reel", "settle", "written"]

_OWN, _GRADE = "cmx_3600", "cdl"
# The reel of what has none.
_UNKNOWN = "AX"
_LONGEST = 8
# Reels that mean black or bars, whatever the clip is.
_SPECIAL = frozenset(["BL", "BLACK", "BARS"])
# What the adapter or an editor writes into every event, and what would be read as more
# than a comment.
_EMPTY = re.compile(
    r"^(OTIO TRUNCATED REEL NAME|OTIO_GENAI RATE:|BLEND,|EFFECTS NAME IS)"
)
_MEANT = re.compile(
    r"^\*?\s*(FROM (CLIP|FILE)|TO (CLIP|FILE)|LOC\b|ASC_|M2|\* FREEZE|OTIO(_GENAI)? )"
)


def settle(timeline: otio.schema.Timeline) -> None:
    """Put reels and comments where every format finds them, in place."""
    for track in timeline.tracks:
        for item in getattr(track, "find_children", list)():
            said = _taken(item)
            for marker in getattr(item, "markers", ()):
                _taken(marker)
            if isinstance(item, otio.schema.Clip) and said:
                _keep(item.media_reference, said)


def _taken(thing: Any) -> dict[str, Any]:
    """Remove and return what the adapter noted on an object."""
    if _OWN not in thing.metadata:
        return {}
    held = thing.metadata[_OWN]
    # A copy: what the library lends is gone with its owner.
    said = {key: _copy(held[key]) for key in held} if hasattr(held, "items") else {}
    del thing.metadata[_OWN]
    return said


def _copy(value: Any) -> Any:
    """Return a text, or a list of what is text; None for all else."""
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return [line for line in value if isinstance(line, str)]
    return None


def _keep(reference: otio.core.MediaReference, said: dict[str, Any]) -> None:
    slate = metadata.read(reference, "slate", {})
    name = said.get("reel")
    if isinstance(name, str) and clean(name).strip():
        slate.setdefault("reel", clean(name).strip())
        # Formats that know no reel know the name a file had on its camera.
        slate.setdefault("name", slate["reel"])
    listed = said.get("comments")
    lines = map(clean, listed) if isinstance(listed, list) else ()
    told = [line for line in lines if line.strip() and not _EMPTY.match(line)]
    if told:
        slate.setdefault("note", "\n".join(told))
    if slate:
        metadata.put(reference, "slate", slate)


def reel(reference: otio.core.MediaReference) -> str:
    """Return the reel of a medium, as a column of an EDL holds it.

    Examples
    --------
    >>> reel(otio.schema.MissingReference())
    'AX'
    """
    if getattr(reference, "generator_kind", "") == "SMPTEBars":
        return "BARS"
    slate = metadata.read(reference, "slate", {})
    if slate.get("reel"):
        # As it was read: reels have dots too, but no spaces.
        kept = re.sub(r"[^!-~]+", "", str(slate["reel"]))
        return _UNKNOWN if not kept or kept.upper() in _SPECIAL else kept
    named = clean(reference.name) or base_name(_address(reference))
    named = named or clean(str(slate.get("name") or ""))
    stem = re.sub(r"[.][a-zA-Z0-9]+$", "", named)
    kept = re.sub(r"[^a-zA-Z0-9]+", "", stem)[:_LONGEST]
    return _UNKNOWN if not kept or kept.upper() in _SPECIAL else kept


def _address(reference: otio.core.MediaReference) -> str:
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return str(reference.name_prefix)
    return getattr(reference, "target_url", None) or ""


def written(clip: otio.schema.Clip) -> dict[str, Any]:
    """Return the metadata of which the adapter writes reel, comments and grade."""
    reference = clip.media_reference
    said: dict[str, Any] = {
        _OWN: {"reel": reel(reference), "comments": _comments(reference)}
    }
    grade = _grade(clip)
    return said if grade is None else {**said, _GRADE: grade}


def _comments(reference: otio.core.MediaReference) -> list[str]:
    """Return the comments of an event, none of which says more than a comment."""
    slate = metadata.read(reference, "slate", {})
    lines = clean(str(slate.get("note") or ""), lines=True).splitlines()
    told = [line.strip() for line in lines if line.strip()]
    return [f"NOTE: {line}" if _MEANT.match(line) else line for line in told]


def _grade(clip: otio.schema.Clip) -> dict[str, Any] | None:
    """Return a clip's colour decision (``cdl``) as an EDL holds it; None: it has none.

    What is no colour decision by its shape is none.
    """
    try:
        held = clip.metadata[_GRADE]
        sop = {
            part: [float(held["asc_sop"][part][k]) for k in range(3)]
            for part in ("slope", "offset", "power")
        }
        return {"asc_sat": float(held["asc_sat"]), "asc_sop": sop}
    except (KeyError, IndexError, TypeError, ValueError):
        return None
