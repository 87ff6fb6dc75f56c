"""What a clip says, feature by feature; see `otio_genai.interchange.census`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.interchange.urls import from_pathurl
from otio_genai.maps.layout import layout, source_in

__all__ = ["clip_marker", "color", "label", "links", "of_clip", "raster"]

# Decimals kept of values: formats write six, and gains as amplitude factors.
_DIGITS = 3
_GAIN_DIGITS = 2
# What a clip shows and sounds like that says nothing of it.
_NEUTRAL = {
    "levels": (0.0,),
    "pan": (0.0,),
    "opacity": (1.0,),
    "crop": (0.0,) * 4,
    "framing": (1.0, 0.0, 0.0, 0.0),
}
# A faster rate counts samples.
_FASTEST_PICTURE = 2_000


def raster(
    stack: otio.schema.Stack, film: dict[str, Any], outer: tuple[int, int] = (0, 0)
) -> tuple[int, int]:
    """Return the (width, height) in pixels that pictures are framed in.

    As every writer takes it: of the film, else of what lies around it, else of its
    first medium that states one; zeros when nobody does.
    """
    found = _size(film)
    if 0 not in found:
        return found
    if 0 not in outer:
        return outer
    sizes = (_size(metadata.read(c.media_reference, "media")) for c in _clips(stack))
    return next((size for size in sizes if 0 not in size), (0, 0))


def _clips(stack: otio.schema.Stack) -> list[otio.schema.Clip]:
    found = [t for t in stack if getattr(t, "kind", "") == otio.schema.TrackKind.Video]
    return [clip for track in found for clip in track.find_clips()]


def _size(facts: dict[str, Any] | None) -> tuple[int, int]:
    facts = facts or {}
    return int(facts.get("width") or 0), int(facts.get("height") or 0)


def of_clip(
    clip: otio.schema.Clip, rate: Fraction, raster: tuple[int, int]
) -> Iterator[tuple[str, Hashable]]:
    """Give (feature, value) of everything a clip says but its name and markers."""
    yield from _media(clip, rate)
    run = maps.speed(clip, rate)
    if run.keys:
        shown = tuple(round(float(run.at(k)[0]), 4) for k in range(run.length_frames))
        yield "variable speed", shown
    elif run.factor != 1:
        feature = "freeze" if run.factor == 0 else "speed"
        yield feature, round(float(run.factor), 5)
    for feature, digits in (
        ("levels", _GAIN_DIGITS),
        ("pan", _DIGITS),
        ("opacity", _DIGITS),
        ("crop", _DIGITS),
    ):
        keys = metadata.read(clip, feature)
        if keys and not _plain(feature, keys):
            yield feature, _keys(keys, digits)
    framing = _framing(clip, raster)
    if framing is not None:
        yield "framing", framing
    channels = metadata.read(clip, "channels")
    facts = metadata.read(clip.media_reference, "media") or {}
    every = range(1, int(facts.get("channels") or 0) + 1)
    # A clip that names no channels plays all that its medium has.
    if channels and list(channels) != list(every):
        yield "channels", tuple(channels)
    for effect in clip.effects:
        if not isinstance(effect, otio.schema.TimeEffect):
            yield "effect", effect.effect_name or effect.name
    for owner in (clip, clip.media_reference):
        for name in owner.metadata:
            if name != metadata.NAMESPACE:
                yield "metadata of others", str(name)
    if len(clip.media_references()) > 1:
        yield "other media", tuple(sorted(clip.media_references()))
    for take in metadata.takes(clip):
        yield "other take", (take.name, *dict(_media(take, rate)).get("media", ()))


def _framing(
    clip: otio.schema.Clip, raster: tuple[int, int]
) -> tuple[Hashable, ...] | None:
    """Return how a picture is framed; None when it fills the frame as it is.

    Where the sizes are known a fit is only a scale: a picture of the frame's own
    shape covers it and is contained by it alike.
    """
    said = metadata.read(clip, "framing")
    if not said:
        return None
    fit, keys = str(said.get("fit", "cover")), list(said.get("keys") or [])
    size = _size(metadata.read(clip.media_reference, "media"))
    if isinstance(clip.media_reference, otio.schema.GeneratorReference):
        size = raster
    if fit != "cover" and 0 not in size and 0 not in raster:
        across, down = Fraction(raster[0], size[0]), Fraction(raster[1], size[1])
        own = min(across, down) if fit == "contain" else Fraction(1)
        scale = float(own / max(across, down))
        if scale != 1 and not keys:
            keys = [[0, 1.0, 0.0, 0.0, 0.0]]
        keys = [[key[0], scale * key[1], *key[2:]] for key in keys]
        fit = "cover"
    if fit == "cover" and (not keys or _plain("framing", keys)):
        return None
    return fit, _keys(keys)


def _media(
    clip: otio.schema.Clip, rate: Fraction
) -> Iterator[tuple[str, tuple[Hashable, ...]]]:
    reference = clip.media_reference
    url = getattr(reference, "target_url", None)
    if isinstance(reference, otio.schema.GeneratorReference):
        said = sorted((str(k), _said(v)) for k, v in dict(reference.parameters).items())
        yield "generator", (reference.generator_kind, tuple(said))
        return
    if isinstance(reference, otio.schema.ImageSequenceReference):
        address = from_pathurl(reference.target_url_base)
        pattern = reference.name_prefix, reference.start_frame, reference.frame_step
        yield "image sequence", (address, *pattern, *_shown(clip, rate))
        return
    if not url:
        yield "no media", (clip.name,)
        return
    yield "media", (from_pathurl(url), *_shown(clip, rate))
    if reference.available_range is not None:
        first = rates.seconds(reference.available_range.start_time)
        if first:
            yield "media timecode", (first,)
    slate = metadata.read(reference, "slate") or {}
    for key in ("prompt",):
        if slate.get(key):
            yield key, (str(slate[key]),)


def _said(value: Any) -> str:
    """Return a parameter as text: 1 and 1.0 are the same number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:.6g}"
    if hasattr(value, "__iter__") and not isinstance(value, (str, dict)):
        return f"[{', '.join(map(_said, value))}]"
    return str(value)


def _shown(clip: otio.schema.Clip, rate: Fraction) -> tuple[int, int]:
    """Return the first and the last media frame of a clip.

    Frames and not seconds: in-points between two frames show the same pictures.
    """
    facts = metadata.read(clip.media_reference, "media", {})
    own = rates.rate(facts["rate"]) if "rate" in facts else source_in(clip)[1]
    run = maps.speed(clip, rate)
    last = max(run.length_frames - 1, 0)
    suffix = PurePosixPath(getattr(clip.media_reference, "target_url", "")).suffix
    plain = not facts and suffix.lower() in maps.STILL_SUFFIXES
    if facts.get("kind") == "still" or plain:
        return 0, 0
    if own > _FASTEST_PICTURE:
        # Sound is counted in samples, but editors place it by frames.
        own = rate
    return run.source_frame(0, own), run.source_frame(last, own)


def _keys(keys: Any, digits: int = _DIGITS) -> tuple[tuple[float, ...], ...]:
    rows = [tuple(round(float(v), digits) + 0.0 for v in key) for key in keys]
    # A value that never changes is one key, wherever it stands.
    if len({row[1:] for row in rows}) == 1:
        return ((0.0, *rows[0][1:]),)
    return tuple(rows)


def _plain(feature: str, keys: Any) -> bool:
    rows = _keys(keys)
    return len(rows) == 1 and rows[0][1:] == _NEUTRAL[feature]


def clip_marker(
    item: otio.core.Item, marker: otio.schema.Marker, rate: Fraction
) -> tuple[Hashable, ...]:
    """Return a clip's marker: media seconds, length, name, comment, colour."""
    begin_s = Fraction(0)
    reference = getattr(item, "media_reference", None)
    if reference is not None and reference.available_range is not None:
        begin_s = rates.seconds(reference.available_range.start_time)
    at_s = rates.seconds(marker.marked_range.start_time) - begin_s
    length_s = rates.seconds(marker.marked_range.duration)
    frames = rates.frames_at(at_s, rate), rates.frames_at(length_s, rate)
    return (*frames, marker.name, marker.comment, color(marker.color))


def color(name: str | None) -> str:
    """Return a marker's colour; without one it is green, as OpenTimelineIO says."""
    return name or "GREEN"


def label(value: Any) -> tuple[float, ...]:
    """Return a clip's colour by its parts, in steps an editor tells apart."""
    return tuple(round(float(part), 2) for part in (value.r, value.g, value.b))


def links(
    stack: otio.schema.Stack, rate: Fraction
) -> list[frozenset[tuple[str, int, int]]]:
    """Return the groups of clips that move together, each a set of places."""
    groups: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    numbers: dict[str, int] = defaultdict(int)
    for track in stack:
        if not isinstance(track, otio.schema.Track):
            continue
        numbers[track.kind] += 1
        for spot in layout(track, rate)[0]:
            group = metadata.read(spot.item, "link")
            if group:
                place = track.kind, numbers[track.kind], spot.record_in
                groups[str(group)].add(place)
    found = [frozenset(group) for group in groups.values() if len(group) > 1]
    return sorted(found, key=sorted)
