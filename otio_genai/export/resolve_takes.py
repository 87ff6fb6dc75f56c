"""For Resolve: the script that adds other takes to the clips of a timeline.

Resolve keeps takes in its projects alone, in no format that it reads; its scripting
has them (``TimelineItem.AddTake``, ``SelectTakeByIndex``). `resolve_script` is that
script without its shots.
"""

from __future__ import annotations

from fractions import Fraction
from importlib import resources
from typing import Any
from urllib.parse import unquote_to_bytes

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import Account, clean, place_of, start_frames
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.urls import from_pathurl
from otio_genai.maps.layout import Placed, layout

__all__ = ["active_alone", "script", "system_path"]

_SLOTS = "SLOTS: Any = []"
_TIMELINE = 'TIMELINE: Any = ""'
_UNRUN = (
    "The script that adds the takes follows Resolve's scripting notes; it was tested "
    "against a model of them, and nothing of it was run in Resolve."
)


def active_alone(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """Return a timeline without the other takes of its clips."""
    made = timeline.deepcopy()
    for clip in made.find_clips():
        if metadata.read(clip, "takes") is not None:
            metadata.put(clip, "takes", None)
    return made


def script(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    """Return the script of a timeline's other takes, and what it cannot add.

    Parameters
    ----------
    timeline
        Any timeline; clips of its first video track have their other takes in their
        metadata.

    Raises
    ------
    InterchangeError
        The timeline has no video track.
    TimelineError
        It states no rate.
    """
    track = next(iter(timeline.video_tracks()), None)
    if track is None:
        raise InterchangeError(
            "There is no video track, so no shot has takes.",
            place=timeline.name,
            remedy="Export the film with its pictures.",
        )
    rate = maps.record_rate(timeline)
    film = metadata.read(timeline, "film") or {}
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    account = Account(rate, start_frames(timeline, rate), drop)
    slots = [
        _slot(spot, number, place_of(track), rate, account)
        for number, spot in enumerate(layout(track, rate)[0], 1)
        if isinstance(spot.item, otio.schema.Clip) and metadata.read(spot.item, "takes")
    ]
    account.note(_UNRUN)
    return _filled([slot for slot in slots if slot["takes"]], timeline), account.loss()


def _filled(slots: list[dict[str, Any]], timeline: otio.schema.Timeline) -> str:
    """Return the script with its shots, in ASCII whatever they are called."""
    source = resources.files("otio_genai.export").joinpath("resolve_script.py")
    text = source.read_text("utf-8")
    rows = "".join(f"    {slot!a},\n" for slot in slots)
    # Through split, since a name may look like what is to be replaced.
    head, _, tail = text.partition(_SLOTS)
    middle, _, end = tail.partition(_TIMELINE)
    name = clean(timeline.name or "")
    listed = f"SLOTS: Any = [\n{rows}]" if rows else _SLOTS
    return f"{head}{listed}{middle}TIMELINE: Any = {name!a}{end}"


def _slot(
    spot: Placed, number: int, track: str, rate: Fraction, account: Account
) -> dict[str, Any]:
    clip = spot.item
    said = metadata.read(clip, "slot") or {}
    takes = []
    kept = metadata.read(clip, "takes")
    for take in kept if isinstance(kept, list) else ():
        made, why = _take(take, spot.record_out - spot.record_in, rate)
        if made is not None:
            takes.append(made)
        if why:
            account.add(
                "other takes",
                "dropped" if made is None else "approximated",
                why,
                track=track,
                item=clean(clip.name),
                span=(spot.record_in, spot.record_out),
            )
    return {
        "id": str(said.get("id") or clean(clip.name) or f"shot {number}"),
        "begin": spot.record_in,
        "end": spot.record_out,
        "file": _file(clip),
        "takes": takes,
    }


def _take(
    take: object, length: int, rate: Fraction
) -> tuple[dict[str, Any] | None, str]:
    """Return what the script is told of a take, and what is lost of it."""
    if not isinstance(take, otio.schema.Clip):
        return None, "the other takes alone: this one is no clip"
    name = clean(take.name)
    file = _file(take)
    if not file:
        return None, f"the other takes alone: {name!r} has no file"
    run = maps.speed(take, rate)
    facts = metadata.read(take.media_reference, "media") or {}
    available = take.media_reference.available_range
    source = rates.rate(facts["rate"]) if facts.get("rate") else rate
    if not facts.get("rate") and available is not None:
        source = rates.of(available.duration)
    frames = min(length, max(1, run.length_frames))
    first = rates.frame_at(run.at(0)[0], source)
    last = rates.frame_at(run.at(0)[0] + (frames - 1) / rate, source)
    plain = run.factor == 1 and not run.keys
    made = {"name": name, "file": file, "first": first, "last": last}
    return made, "" if plain else f"{name!r} at its own speed"


def _file(clip: otio.schema.Clip) -> str:
    url = getattr(clip.media_reference, "target_url", None) or ""
    return system_path(url) if url else ""


def system_path(address: str) -> str:
    r"""Return the path that a file's address is for the system that has it.

    Examples
    --------
    >>> system_path("file:///D:/a%20b/x.mp4"), system_path("file:///films/x.mp4")
    ('D:\\a b\\x.mp4', '/films/x.mp4')
    """
    found = from_pathurl(address)
    if not found.startswith("file://"):
        return found
    path = unquote_to_bytes(found.removeprefix("file://"))
    text = path.decode("utf-8", "surrogateescape")
    if not text.startswith("/"):
        return "\\\\" + text.replace("/", "\\")
    if text[2:3] == ":":
        return text[1:].replace("/", "\\")
    return text
