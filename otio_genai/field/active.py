"""The film of a field's active takes, and laying it anew."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.planning.stills import Still
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise_film import timeline_of
from otio_genai.field.writing import mark, pictures

__all__ = ["active_film", "relaid", "same_lengths"]

_SOUNDS = ("Voice", "Bed", "Takes", "Stems")


def active_film(field: Field) -> tuple[Chosen, ...]:
    """Return the film that a field's document shows, as what was chosen."""
    found = []
    for number, clip in enumerate(pictures(field.timeline)):
        material = field.slots[number].options[0].material
        span = clip.source_range
        begin = clip.media_reference.available_range.start_time
        into_s = rates.seconds(span.start_time) - rates.seconds(begin)
        frames = rates.frames_at(rates.seconds(span.duration), field.rate)
        if isinstance(material, Still):
            framing = metadata.read(clip, "framing") or {}
            way = material.way_of(framing.get("keys") or [])
        else:
            way = max(0, min(rates.frames_at(into_s, field.rate), material.end - 1))
            frames = min(frames, material.end - way)
        found.append(Chosen(number, 0, way, frames))
    return tuple(found)


def same_lengths(field: Field, film: Sequence[Chosen]) -> bool:
    """Tell whether every shot lasts as long as in the document."""
    return [one.frames for one in film] == [one.frames for one in active_film(field)]


def relaid(
    field: Field,
    film: Sequence[Chosen],
    takes: Mapping[int, Sequence[otio.schema.Clip]],
) -> otio.schema.Timeline:
    """Return a field's document with other active takes.

    Joins and transitions are made anew. Shots whose take stays keep what was done to
    them by hand; sound stays where no shot changes its length, but for the takes' own.

    Parameters
    ----------
    field
        The field; it is not changed.
    film
        The film of active takes, all slots in order.
    takes
        By slot: its takes, the active one first, where they are others than before.
    """
    laid = timeline_of(field, film)
    made = copy.deepcopy(field.timeline)
    old, new = pictures(made), pictures(laid)
    for number, (was, now) in enumerate(zip(old, new, strict=True)):
        if number in takes:
            _fill(was, now, takes[number])
            mark(now, field.rate)
        else:
            _keep(was, now)
    _replace(made, laid, keep_sound=same_lengths(field, film))
    facts = metadata.read(made, "film")
    facts["length_frames"] = sum(one.frames for one in film)
    metadata.put(made, "film", facts)
    return made


def _fill(
    was: otio.schema.Clip, now: otio.schema.Clip, takes: Sequence[otio.schema.Clip]
) -> None:
    """Make a new shot the slot that an old one was, in place."""
    active, *others = takes
    metadata.put(now, "slot", metadata.read(was, "slot"))
    metadata.put(now, "take", metadata.read(active, "take"))
    metadata.put(now, "takes", [copy.deepcopy(one) for one in others])
    moved = now.source_range.start_time - was.source_range.start_time
    for one in was.markers:
        made = copy.deepcopy(one)
        span = made.marked_range
        made.marked_range = otio.opentime.TimeRange(
            span.start_time + moved, span.duration
        )
        now.markers.append(made)


def _keep(was: otio.schema.Clip, now: otio.schema.Clip) -> None:
    """Keep of an old shot what was done to it, in place of the new one's."""
    for key in _kept_keys(was):
        metadata.put(now, key, metadata.read(was, key))
    for one in was.markers:
        now.markers.append(copy.deepcopy(one))
    for one in was.effects:
        now.effects.append(copy.deepcopy(one))
    now.name, now.enabled = was.name, was.enabled


def _kept_keys(clip: otio.schema.Clip) -> list[str]:
    still = metadata.fact(clip.media_reference, "kind") == "still"
    anew = {"join", "version"} | ({"framing"} if still else set())
    return [key for key in metadata.get(clip) if key not in anew]


def _replace(
    made: otio.schema.Timeline, laid: otio.schema.Timeline, *, keep_sound: bool
) -> None:
    """Put the new picture, and sound where it changed, in place of the old."""
    tracks: list[Any] = list(made.tracks)
    picture = made.video_tracks()[0]
    fresh = {track.name: track for track in laid.audio_tracks()}
    found = []
    for track in tracks:
        ours = track.kind == otio.schema.TrackKind.Audio and track.name in _SOUNDS
        if track is picture:
            new = laid.video_tracks()[0]
            new.name = track.name
            found.append(new)
        elif ours and (track.name == "Takes" or not keep_sound):
            if track.name in fresh:
                found.append(fresh.pop(track.name))
        else:
            fresh.pop(track.name, None)
            found.append(track)
    if not keep_sound:
        found += fresh.values()
    del laid.tracks[:]
    del made.tracks[:]
    made.tracks.extend(found)
