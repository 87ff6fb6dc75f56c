"""Writing a field into the timeline of its active takes."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.sequence import Shot
from otio_genai.field.keys import TABLES
from otio_genai.field.reading_takes import grid_ins

__all__ = ["Plan", "dress", "mark", "other_take", "pictures", "plain_take", "rules"]

_MARK = "FIELD "
_AUDIO: dict[str, Any] = {"bed": None, "stems": [], "voice": [], "gains": {}}
_CLOSEST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a slot of a new field is to be."""

    id: str
    kind: str
    "Kind of the join before it."
    shortest: int
    "In record frames."
    longest: int
    others: Sequence[otio.schema.Clip] = ()
    "Takes beside the active one, as `other_take` gave them."
    facts: Mapping[str, Any] = field(default_factory=dict)
    "What else its `slot` says."


def pictures(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    """Return the clips of the picture track."""
    tracks = timeline.video_tracks()
    items = tracks[0] if tracks else []
    return [item for item in items if isinstance(item, otio.schema.Clip)]


def rules(**said: Any) -> dict[str, Any]:
    """Return what a new field says of itself, every key written out."""
    found: dict[str, Any] = {"version": 1}
    for key in TABLES["field"]:
        if key.name != "version" and (key.default is not None):
            found[key.name] = list(key.default) if key.default == () else key.default
    for name in ("motion", "palette", "policy"):
        found[name] = {key.name: key.default for key in TABLES[name]}
    found["audio"] = copy.copy(_AUDIO)
    return found | said


def dress(
    timeline: otio.schema.Timeline,
    plans: Sequence[Plan],
    told: Mapping[str, Any],
    rate: Fraction,
) -> None:
    """Write slots, takes, markers and rules into a timeline, in place.

    Parameters
    ----------
    timeline
        The film of the active takes.
    plans
        One for each clip of its picture track.
    told
        Its `field`.
    rate
        Record rate.
    """
    for clip, plan in zip(pictures(timeline), plans, strict=True):
        said = {
            "id": plan.id,
            "policy": "shuffle",
            "shortest_s": seconds(plan.shortest, rate),
            "longest_s": seconds(plan.longest, rate),
            "join": {"kind": plan.kind},
        }
        metadata.put(clip, "slot", said | dict(plan.facts))
        if metadata.read(clip, "take") is None:
            metadata.put(clip, "take", plain_take())
        metadata.put(clip, "takes", list(plan.others))
        mark(clip, rate)
    metadata.put(timeline, "field", dict(told))


def seconds(frames: int, rate: Fraction) -> float:
    """Return a length in seconds, as short as still means so many frames."""
    exact = frames / rate
    for digits in range(_CLOSEST):
        found = round(float(exact), digits)
        if found and rates.frames_at(Fraction(found), rate) == frames:
            return found
    return float(exact)


def plain_take(**said: Any) -> dict[str, Any]:
    """Return what a new take says of itself."""
    cuts = {"in": "grid", "out": "any"}
    return {"weight": 1.0, "cuts": cuts, "review": "ok"} | said


def other_take(
    material: Material, frames: int, said: Mapping[str, Any] | None = None
) -> otio.schema.Clip:
    """Return a take as a clip of its own, cut to a length or as near as it can be.

    Parameters
    ----------
    material
        The take; its clip is not changed.
    frames
        Length wanted, in record frames.
    said
        Its `take`; what a new one says by default.
    """
    rate = material.rate
    length = max(1, min(frames, material.end))
    if isinstance(material, Still):
        shot = Shot(material, length, 0, (), ())
    else:
        shot = Shot(material, length, grid_ins(material, length)[0], (), ())
    reference = copy.deepcopy(material.clip.media_reference)
    begin_s = rates.seconds(reference.available_range.start_time)
    start = otio.opentime.RationalTime(
        float(begin_s * rate + shot.record_in), float(rate)
    )
    made = otio.schema.Clip(
        material.name,
        reference,
        otio.opentime.TimeRange(start, rates.time(length, rate)),
    )
    metadata.put(made, "take", dict(said or plain_take()))
    return made


def mark(clip: otio.schema.Clip, rate: Fraction) -> None:
    """Put a marker that says how many takes it has on a slot, in place of an old."""
    count = 1 + len(metadata.read(clip, "takes") or ())
    kept = [one for one in clip.markers if not str(one.name).startswith(_MARK)]
    del clip.markers[:]
    for one in kept:
        clip.markers.append(one)
    start = rates.time(0, rate)
    if clip.source_range is not None:
        start = clip.source_range.start_time
    clip.markers.append(
        otio.schema.Marker(
            name=f"{_MARK}{count} take{'s' if count > 1 else ''}",
            marked_range=otio.opentime.TimeRange(start, rates.time(0, rate)),
            color=otio.schema.MarkerColor.PURPLE,
        )
    )
