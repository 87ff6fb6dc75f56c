"""Takes, clips, joins and films to put small timelines together from.

Nothing in them needs a media file.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates

__all__ = [
    "R24",
    "Items",
    "both",
    "clip",
    "film",
    "gap",
    "generator",
    "heard",
    "marked",
    "nested",
    "ranged_still",
    "reference",
    "retimed",
    "sequence_of_images",
    "sound",
    "still",
    "tone",
    "transition",
    "with_effect",
    "with_kept",
    "with_marker",
]

Timeline = otio.schema.Timeline
Items = list[otio.core.Composable]

R24 = Fraction(24)


def reference(
    name: str = "a",
    frames: int = 120,
    rate: Fraction = R24,
    *,
    begin: int = 0,
    suffix: str = "mp4",
    url: str = "",
    **facts: Any,
) -> otio.schema.ExternalReference:
    """Return a take's reference with the facts a probe would give."""
    made = otio.schema.ExternalReference(url or f"file:///media/{name}.{suffix}")
    made.available_range = rates.span(begin, frames, rate)
    known = {"kind": "take", "rate": rates.text(rate), "frames": frames}
    known |= {"width": 1280, "height": 720, **facts}
    metadata.put(made, "media", known)
    return made


def sound(name: str = "s", seconds: int = 20, channels: int = 2, suffix: str = "wav"):
    """Return a sound's reference, counted in samples."""
    made = otio.schema.ExternalReference(f"file:///media/{name}.{suffix}")
    made.available_range = rates.span(0, seconds * 48_000, Fraction(48_000))
    facts = {"kind": "sound", "has_audio": True, "channels": channels}
    metadata.put(made, "media", facts | {"sample_rate": 48_000})
    return made


def clip(
    name: str = "a",
    start: int = 24,
    length: int = 48,
    rate: Fraction = R24,
    media: Any = None,
) -> otio.schema.Clip:
    """Return a clip of ``length`` frames from ``start`` of its media."""
    media = reference(name, rate=rate) if media is None else media
    begin = media.available_range.start_time if media.available_range else None
    first = start + (0 if begin is None else int(begin.rescaled_to(float(rate)).value))
    return otio.schema.Clip(name, media, rates.span(first, length, rate))


def gap(length: int, rate: Fraction = R24) -> otio.schema.Gap:
    """Return black of ``length`` frames."""
    return otio.schema.Gap(source_range=rates.span(0, length, rate))


def transition(before: int, after: int, kind: str = "SMPTE_Dissolve", name: str = "x"):
    """Return a transition of that many frames either side of its cut."""
    offsets = rates.time(before, R24), rates.time(after, R24)
    return otio.schema.Transition(name, kind, *offsets)


def film(
    *items: otio.core.Composable,
    rate: Fraction = R24,
    start: int = 0,
    more: dict[str, Items] | None = None,
    **facts: Any,
) -> Timeline:
    """Return a timeline: one picture track, then ``more`` named ``V2``, ``A1`` …."""
    made = Timeline("film", global_start_time=rates.time(start, rate))
    known = {"rate": rates.text(rate), "width": 1280, "height": 720}
    metadata.put(made, "film", known | facts)
    if items:
        made.tracks.append(otio.schema.Track("V1", kind="Video", children=list(items)))
    for name, children in (more or {}).items():
        kind = "Video" if name.startswith("V") else "Audio"
        made.tracks.append(otio.schema.Track(name, kind=kind, children=children))
    return made


def with_kept(item: Any, **kept: Any) -> Any:
    """Return the item with values in our namespace."""
    for key, value in kept.items():
        metadata.put(item, key, value)
    return item


def with_effect(item: Any, effect: otio.schema.Effect) -> Any:
    """Return the item with an effect."""
    item.effects.append(effect)
    return item


def retimed(factor: float, keys: list[list[str]] | None = None) -> otio.schema.Clip:
    """Return a clip at another speed, or one that varies."""
    warp = otio.schema.LinearTimeWarp("speed", factor)
    if keys:
        metadata.put(warp, "retime", {"keys": keys})
    return with_effect(clip("a", 12, 24, media=reference("a", 240)), warp)


def marked(**kept: Any) -> otio.schema.Marker:
    """Return a marker of three frames at frame 30."""
    range_ = rates.span(30, 3, R24)
    return otio.schema.Marker(marked_range=range_, **kept)


def with_marker(item: Any, **kept: Any) -> Any:
    """Return the item with a marker."""
    item.markers.append(marked(**kept))
    return item


def still() -> otio.schema.ExternalReference:
    """Return a still that may be held for an hour."""
    made = otio.schema.ExternalReference("file:///media/still.png")
    made.available_range = rates.span(0, 86_400, R24)
    metadata.put(made, "media", {"kind": "still", "width": 1280, "height": 720})
    return made


def ranged_still() -> otio.schema.ExternalReference:
    """Return a still whose range is its one frame."""
    made = otio.schema.ExternalReference("file:///media/still.png")
    made.available_range = rates.span(0, 1, R24)
    return made


def sequence_of_images() -> otio.schema.ImageSequenceReference:
    """Return a numbered sequence of images."""
    return otio.schema.ImageSequenceReference(
        "file:///media/shot/", "shot.", ".png", 1001, 1, 24.0, 4,
        available_range=rates.span(0, 120, R24),
    )  # fmt: skip


def generator(kind: str, **parameters: Any) -> otio.schema.Clip:
    """Return a generated picture of two seconds."""
    made = otio.schema.GeneratorReference(kind, kind, rates.span(0, 48, R24))
    for key, value in parameters.items():
        made.parameters[key] = value
    return otio.schema.Clip(kind, made, rates.span(0, 48, R24))


def nested(*items: otio.core.Composable, kind: str = "Video") -> otio.schema.Stack:
    """Return a sequence to be placed within another."""
    made = otio.schema.Stack("inner")
    made.append(otio.schema.Track("I1", kind=kind, children=list(items)))
    made.source_range = rates.span(6, 36, R24)
    return made


def both(name: str = "a", channels: int = 2, **kept: Any) -> dict[str, Any]:
    """Return a picture and its sound as the tracks of a film."""
    media = reference(name, has_audio=True, channels=channels, sample_rate=48_000)
    picture, heard = clip(name, media=media), clip(name, media=media.deepcopy())
    return {"items": with_kept(picture, **kept), "more": {"A1": [heard]}}


def heard(*items: otio.core.Composable, **more: Items) -> Timeline:
    """Return a film of one picture with sounds under it."""
    return film(clip("a", 0, 96), more={"A1": list(items), **more})


def tone(name: str = "s", start: int = 0, length: int = 96, channels: int = 2, **kept):
    """Return a sound clip."""
    return with_kept(clip(name, start, length, media=sound(name, 20, channels)), **kept)
