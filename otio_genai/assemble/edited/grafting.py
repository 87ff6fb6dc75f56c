"""The editor's own clips and transitions in the places that a plan kept for them."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.edited.baked import is_baked
from otio_genai.assemble.edited.slots import Edit, Slot
from otio_genai.maps.layout import layout

__all__ = ["grafted"]

# What our own writers call the joins that they mark.
_JOIN_MARKER = re.compile(r"(?:match|dry|carry|open|rest|dissolve|dip) \d\.\d\d")
_AUDIO = otio.schema.TrackKind.Audio


def grafted(
    edit: Edit,
    planned: otio.schema.Timeline,
    sounds: Sequence[otio.schema.Track] | None = None,
) -> otio.schema.Timeline:
    """Return the planned film with the editor's own clips in their places.

    Parameters
    ----------
    edit
        What was asked for.
    planned
        The film that was planned for it; it is not changed.
    sounds
        Tracks of sound to take instead of the planned ones, unless hers stay.
    """
    made = planned.deepcopy()
    film = _picture(edit, made.video_tracks()[0])
    if sounds is None:
        sounds = made.audio_tracks()
    sounds = [track.deepcopy() for track in sounds]
    over = []
    mine = [track for track in edit.timeline.tracks if track is not edit.picture]
    if edit.keep_sound:
        sounds = []
    for track in mine:
        if not isinstance(track, otio.schema.Track) or not len(track):
            continue
        if track.kind != _AUDIO:
            kept = _without_stale(edit, edit.known.refitted(track))
            if any(not isinstance(child, otio.schema.Gap) for child in kept):
                over.append(kept)
        elif edit.keep_sound:
            sounds.append(edit.known.refitted(track))
    del made.tracks[:]
    made.tracks.extend([film, *over, *sounds])
    for marker in edit.timeline.tracks.markers:
        if not _JOIN_MARKER.fullmatch(marker.name):
            made.tracks.markers.append(marker.deepcopy())
    return made


def _without_stale(edit: Edit, track: otio.schema.Track) -> otio.schema.Track:
    """Take out, in place, baked carries of which the film has the carry itself."""
    clock, sought = 0, list[tuple[int, int]]()
    for number, slot in enumerate(edit.slots):
        if slot.item is None:
            sought.append((clock, clock + slot.frames))
        passage = edit.passages.get(number)
        recipe = metadata.read(passage, "carry", {}) if passage is not None else {}
        if recipe.get("kind") == "carry":
            sought.append((clock - 1, clock + 1))
        clock += slot.frames
    for index, spot in enumerate(layout(track, edit.rate)[0]):
        beneath = any(a < spot.record_out and spot.record_in < b for a, b in sought)
        if beneath and is_baked(spot.item):
            frames = spot.record_out - spot.record_in
            track[index] = otio.schema.Gap(
                source_range=rates.span(0, frames, edit.rate)
            )
    return track


def _picture(edit: Edit, planned: otio.schema.Track) -> otio.schema.Track:
    clips: list[otio.schema.Clip] = []
    led: dict[int, otio.schema.Transition] = {}
    for item in planned:
        if isinstance(item, otio.schema.Transition):
            led[len(clips)] = item
        else:
            clips.append(item)
    made = otio.schema.Track(planned.name, kind=planned.kind)
    for number in range(len(edit.slots) + 1):
        sides = edit.slots[max(0, number - 1) : number + 1]
        hers = all(slot.item is not None for slot in sides)
        passage = (edit.passages if hers else led).get(number)
        if passage is not None:
            made.append(copy.deepcopy(passage))
        if number < len(edit.slots):
            made.append(_item(edit, number, clips[number]))
    return made


def _item(edit: Edit, number: int, planned: otio.schema.Clip) -> otio.core.Item:
    slot = edit.slots[number]
    made = planned.deepcopy() if slot.item is None else edit.known.fitted(slot.item)
    join = metadata.read(planned, "join")
    if slot.alone and (not number or edit.slots[number - 1].alone):
        if not number and metadata.read(made, "join") is not None:
            metadata.put(made, "join", None)
        return made
    if join is not None and isinstance(made, otio.schema.Clip):
        metadata.put(made, "join", _join(join, edit.slots[number - 1], slot))
    return made


def _join(planned: dict[str, Any], before: Slot, after: Slot) -> dict[str, Any]:
    """Return what is kept of a join: hers are locked, and say so."""
    if before.blind or after.blind:
        why = "as edited; the motion of one side is not known"
        return planned | {"kind": "open", "score": 0.0, "confidence": 0.0, "why": why}
    why = str(planned.get("why", ""))
    for said in ("; as noted", "; noted as"):
        why = why.partition(said)[0]
    if before.item is None or after.item is None:
        return planned | {"why": why}
    return planned | {"why": f"{why}; as edited", "locked": True}
