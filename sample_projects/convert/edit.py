"""The sample edit: a little of everything that editors offer."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

import otio_genai
from otio_genai import metadata, rates
from otio_genai.ingest import bin as bins

__all__ = ["edit"]

RATE = Fraction(24)
Clip, Gap = otio.schema.Clip, otio.schema.Gap


def edit(folder: Path) -> otio.schema.Timeline:
    """Return the edit of the media in ``folder``.

    Half a minute at 24 fps: dry cuts, a dissolve, a dip, slow motion, a reverse, a held
    frame, a ramp, a picture in picture with opacity and crop, a moving still, a nested
    sequence, a title, markers, another take, music with a duck and fades.
    """
    media = otio_genai.ingest(folder, rate=RATE)

    def clip(name: str, start: int, length: int, **kept: object) -> Clip:
        found = bins.find(media, name)
        assert found is not None
        made = Clip(name, found.media_reference.deepcopy())
        made.source_range = rates.span(start, length, RATE)
        for key, value in kept.items():
            metadata.put(made, key, value)
        return made

    pictures = [
        clip("dunes", 12, 60),
        clip("veil", 24, 60),
        cross(8, 4),
        clip("vase", 36, 60, takes=[clip("shards", 24, 60)]),
        warped(clip("dunes", 48, 48), otio.schema.LinearTimeWarp("slow", 0.5)),
        cross(6, 6, carry={"kind": "dip", "colour": [0, 0, 0]}),
        warped(clip("shards", 24, 48), otio.schema.LinearTimeWarp("back", -1.0)),
        warped(clip("veil", 90, 24), otio.schema.FreezeFrame("hold")),
        ramp(clip("vase", 0, 48)),
        inner(clip("dunes", 100, 30), clip("veil", 10, 30)),
        clip("still", 0, 72, framing=PUSH),
        title("Brisés", 48),
    ]
    over = [black(72), clip("shards", 60, 48, opacity=FADED, crop=NARROW)]
    sound = [cross(0, 24), clip("tune", 0, 474, levels=DUCK), cross(48, 0)]
    return film(pictures, over, sound)


FADED = [[0, 0.0], [12, 0.6], [47, 0.6]]
NARROW = [[0, 0.2, 0.2, 0.1, 0.1]]
PUSH = {"fit": "cover", "keys": [[0, 1.0, 0, 0, 0], [71, 1.2, 0.03, -0.02, 0]]}
DUCK = [[0, -6.0], [120, -6.0], [132, -18.0], [240, -18.0], [264, -6.0]]


def cross(before: int, after: int, **kept: object) -> otio.schema.Transition:
    """Return a transition of that many frames either side of its cut."""
    offsets = rates.time(before, RATE), rates.time(after, RATE)
    made = otio.schema.Transition("cross", "SMPTE_Dissolve", *offsets)
    for key, value in kept.items():
        metadata.put(made, key, value)
    return made


def warped(clip: Clip, effect: otio.schema.Effect) -> Clip:
    """Return the clip at another speed."""
    clip.effects.append(effect)
    return clip


def ramp(clip: Clip) -> Clip:
    """Return the clip slowing down, from double speed to half."""
    warp = otio.schema.LinearTimeWarp("ramp", 1.25)
    keys = [["0", "1/2"], ["24", "5/2"], ["48", "3"]]
    metadata.put(warp, "retime", {"keys": keys})
    return warped(clip, warp)


def inner(*clips: Clip) -> otio.schema.Stack:
    """Return clips as a sequence within the sequence."""
    made = otio.schema.Stack("inner")
    made.append(otio.schema.Track("V1", kind="Video", children=list(clips)))
    made.source_range = rates.span(6, 48, RATE)
    return made


def title(text: str, length: int) -> Clip:
    """Return white text on black."""
    reference = otio.schema.GeneratorReference(
        text, "Title", rates.span(0, length, RATE), {"text": text}
    )
    return Clip(text, reference, rates.span(0, length, RATE))


def black(length: int) -> Gap:
    """Return nothing, for that many frames."""
    return Gap(source_range=rates.span(0, length, RATE))


def film(*tracks: list[otio.core.Composable]) -> otio.schema.Timeline:
    """Return the tracks as a film that starts at one hour."""
    made = otio.schema.Timeline("convert", global_start_time=rates.time(86_400, RATE))
    known = {"title": "convert", "rate": "24/1", "width": 640, "height": 360}
    metadata.put(made, "film", known)
    for name, children in zip(("V1", "V2", "A1"), tracks, strict=True):
        kind = "Audio" if name.startswith("A") else "Video"
        made.tracks.append(otio.schema.Track(name, kind=kind, children=children))
    for frame, name, colour in ((60, "veil", "CYAN"), (402, "title", "RED")):
        where = rates.span(frame, 0, RATE)
        marker = otio.schema.Marker(name, where, colour, comment="sample")
        made.tracks.markers.append(marker)
    return made
