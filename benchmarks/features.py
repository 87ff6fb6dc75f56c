"""One small timeline for each feature of editing; what conversions are tried on.

Each is a function that makes its timeline anew. Nothing in them needs a media file:
adapters are to carry what a timeline says.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from benchmarks.pieces import (
    R24,
    both,
    clip,
    film,
    gap,
    generator,
    heard,
    marked,
    nested,
    ranged_still,
    reference,
    retimed,
    sequence_of_images,
    still,
    tone,
    transition,
    with_effect,
    with_kept,
    with_marker,
)
from otio_genai import metadata, rates

__all__ = ["FEATURES"]

Timeline = otio.schema.Timeline

BLUE = otio.core.Color(r=0.25, g=0.5, b=0.75, a=1.0, name="Blue")


def linked(channels: int = 2) -> Timeline:
    """Return a picture and its sound that move together."""
    made = both(channels=channels, link="1")
    metadata.put(made["more"]["A1"][0], "link", "1")
    return film(made["items"], more=made["more"])


def with_take() -> Timeline:
    """Return a clip that keeps another take of its shot."""
    return film(with_kept(clip("a"), takes=[clip("a take 2", 10)]), clip("b"))


def two_media() -> Timeline:
    """Return a clip with a proxy beside its own medium."""
    made = clip("a")
    made.set_media_references(
        {"DEFAULT_MEDIA": reference("a"), "proxy": reference("a_small")},
        "DEFAULT_MEDIA",
    )
    return film(made)


def no_start() -> Timeline:
    """Return a film that states no start timecode."""
    made = film(clip("a"), clip("b"))
    made.global_start_time = None
    return made


def bare(**without: bool) -> Timeline:
    """Return a clip that lacks one of its ranges."""
    made = clip("a")
    if "source" in without:
        made.source_range = None
    else:
        made.media_reference.available_range = None
    return film(clip("b"), made) if "source" in without else film(made)


def with_track(**kept: Any) -> Timeline:
    """Return a film whose second picture track is as said."""
    made = film(clip("a", 0, 96), more={"V2": [gap(24), clip("b", 0, 24)]})
    track = made.tracks[1]
    for key, value in kept.items():
        if key in ("enabled", "name"):
            setattr(track, key, value)
        else:
            metadata.put(track, key, value)
    return made


def with_label() -> Timeline:
    """Return a clip with a colour label."""
    made = clip("a")
    made.color = BLUE
    return film(made, clip("b"))


def off() -> Timeline:
    """Return a film with a disabled clip."""
    made = clip("b")
    made.enabled = False
    return film(clip("a"), made, clip("c"))


def on_timeline(**kept: Any) -> Timeline:
    """Return a film with a marker of its own."""
    made = film(clip("a"), clip("b"))
    made.tracks.markers.append(marked(**kept))
    return made


def on_track() -> Timeline:
    """Return a film with a marker on its track."""
    made = film(clip("a"), clip("b"))
    made.tracks[0].markers.append(marked(name="on the track"))
    return made


def foreign_metadata() -> Timeline:
    """Return a film with another program's metadata on clip and medium."""
    made = clip("a")
    made.metadata["studio"] = {"shot": "010"}
    made.media_reference.metadata["studio"] = {"roll": "A"}
    return film(made)


def at(url: str) -> Callable[[], Timeline]:
    """Return a maker of a film whose medium lies at ``url``."""
    return lambda: film(clip("a", media=reference(url=url)))


def named(name: str) -> Callable[[], Timeline]:
    """Return a maker of a film with a clip of that name."""
    return lambda: film(clip(name, media=reference("a")), clip("b"))


def across(source: Fraction, record: Fraction = R24) -> Callable[[], Timeline]:
    """Return a maker of a film whose take has another rate."""

    def make() -> Timeline:
        media = reference("a", 240, source)
        trim = rates.span(24, 48, record)
        return film(otio.schema.Clip("a", media, trim), clip("b", rate=record),
                    rate=record)  # fmt: skip

    return make


def of_rate(rate: Fraction, start: int = 0, **facts: Any) -> Callable[[], Timeline]:
    """Return a maker of a film at ``rate``."""
    return lambda: film(
        clip("a", rate=rate), clip("b", rate=rate), rate=rate, start=start, **facts
    )


RAMP = [["0", "1/2"], ["12", "3/2"], ["24", "7/4"]]

MOVE = {"fit": "cover", "keys": [[0, 1.0, 0.0, 0.0, 0.0], [47, 1.25, 0.1, -0.05, 5.0]]}

NTSC24, NTSC30 = Fraction(24_000, 1001), Fraction(30_000, 1001)

HOUR = 86_400

#: Feature: maker of its timeline.
FEATURES: dict[str, Callable[[], Timeline]] = {
    "plain cuts": lambda: film(clip("a"), clip("b"), clip("c")),
    "same clip twice, gap between": lambda: film(clip("a"), gap(24), clip("a")),
    "dissolve 6/6": lambda: film(clip("a"), transition(6, 6), clip("b")),
    "dissolve 4/9": lambda: film(clip("a"), transition(4, 9), clip("b")),
    "dissolve 0/12": lambda: film(clip("a"), transition(0, 12), clip("b")),
    "dissolve 12/0": lambda: film(clip("a"), transition(12, 0), clip("b")),
    "fade in first": lambda: film(transition(0, 12), clip("a")),
    "fade out last": lambda: film(clip("a"), transition(12, 0)),
    "dip to black": lambda: film(
        clip("a"),
        with_kept(transition(6, 6), carry={"kind": "dip", "colour": [0, 0, 0]}),
        clip("b"),
    ),
    "wipe": lambda: film(
        clip("a"), transition(6, 6, "Custom_Transition", "Wipe"), clip("b")
    ),
    "no handles": lambda: film(clip("a", 0, 120), transition(6, 6), clip("b", 0, 120)),
    "speed 2": lambda: film(retimed(2.0), clip("b")),
    "speed 1/2": lambda: film(retimed(0.5), clip("b")),
    "reverse": lambda: film(retimed(-1.0), clip("b")),
    "freeze": lambda: film(
        with_effect(clip("a"), otio.schema.FreezeFrame()), clip("b")
    ),
    "speed that varies": lambda: film(retimed(1.25, RAMP), clip("b")),
    "leading gap": lambda: film(gap(24), clip("a")),
    "trailing gap": lambda: film(clip("a"), gap(24)),
    "overlay on V2": lambda: film(
        clip("a", 0, 96), more={"V2": [gap(24), clip("b", 0, 24)]}
    ),
    "30 fps take in 24": across(Fraction(30)),
    "23.976 take in 24": across(NTSC24),
    "25 fps take in 23.976": across(Fraction(25), NTSC24),
    "23.976 film": of_rate(NTSC24),
    "25 fps film": of_rate(Fraction(25)),
    "59.94 film": of_rate(Fraction(60_000, 1001)),
    "29.97 drop frame": of_rate(NTSC30, 107_892, drop_frame=True),
    "start timecode": of_rate(R24, HOUR),
    "no start timecode": no_start,
    "media with timecode": lambda: film(clip("a", media=reference("a", begin=HOUR))),
    "no available range": lambda: bare(available=True),
    "no source range": lambda: bare(source=True),
    "still": lambda: film(clip("a"), clip("still", 0, 48, media=still())),
    "still of one frame": lambda: film(
        otio.schema.Clip("still", ranged_still(), rates.span(0, 48, R24))
    ),
    "image sequence": lambda: film(clip("seq", media=sequence_of_images())),
    "linked picture and sound": linked,
    "linked mono": lambda: linked(1),
    "sound track": lambda: heard(tone()),
    "mono sound": lambda: heard(tone(channels=1)),
    "one channel of a stereo sound": lambda: heard(with_kept(tone(), channels=[2])),
    "six channels": lambda: heard(tone(channels=6)),
    "sound alone": lambda: film(more={"A1": [tone()]}),
    "two sound tracks": lambda: heard(tone(), A2=[gap(12), tone("t", 0, 48)]),
    "level": lambda: heard(tone(levels=[[0, -12.0]])),
    "level keys (duck)": lambda: heard(
        tone(levels=[[0, 0.0], [12, 0.0], [18, -14.0], [60, -14.0], [72, 0.0]])
    ),
    "pan": lambda: heard(tone(channels=1, pan=[[0, -0.5]])),
    "sound crossfade": lambda: heard(
        tone("s", 0, 48), transition(6, 6), tone("t", 48, 48)
    ),
    "sound crossfade of equal power": lambda: heard(
        tone("s", 0, 48), with_kept(transition(6, 6), curve="power"), tone("t", 48, 48)
    ),
    "sound fade in and out": lambda: heard(
        transition(0, 12), tone(length=72), transition(12, 0)
    ),
    "opacity": lambda: film(
        clip("a", 0, 96), more={"V2": [with_kept(clip("b"), opacity=[[0, 0.5]])]}
    ),
    "opacity keys": lambda: film(
        clip("a", 0, 96),
        more={"V2": [with_kept(clip("b"), opacity=[[0, 0.0], [24, 1.0]])]},
    ),
    "crop": lambda: film(with_kept(clip("a"), crop=[[0, 0.1, 0.2, 0.0, 0.05]])),
    "scale and position": lambda: film(
        with_kept(
            clip("a"), framing={"fit": "cover", "keys": [[0, 1.5, 0.1, -0.05, 0]]}
        )
    ),
    "motion keys": lambda: film(with_kept(clip("a"), framing=MOVE)),
    "another raster": lambda: film(
        clip("a", media=reference("a", width=960, height=540)), clip("b")
    ),
    "clip marker": lambda: film(with_marker(clip("a"), name="here")),
    "clip marker with colour and comment": lambda: film(
        with_marker(clip("a"), name="here", color="PURPLE", comment="why")
    ),
    "timeline marker": lambda: on_timeline(name="here"),
    "timeline marker with colour and comment": lambda: on_timeline(
        name="here", color="CYAN", comment="why"
    ),
    "track marker": on_track,
    "nested sequence": lambda: film(nested(clip("a"), clip("b")), clip("c")),
    "nested sound": lambda: heard(nested(tone(), kind="Audio")),
    "nested twice": lambda: film(nested(nested(clip("a")), clip("b"))),
    "track in track": lambda: film(
        otio.schema.Track("inner", kind="Video", children=[clip("a")]), clip("b")
    ),
    "other takes": with_take,
    "two media of a clip": two_media,
    "missing media": lambda: film(
        otio.schema.Clip("gone", otio.schema.MissingReference(), rates.span(0, 48, R24))
    ),
    "colour": lambda: film(clip("a"), generator("SolidColor", color=[1, 0.5, 0, 1])),
    "title": lambda: film(clip("a"), generator("Title", text="Brisés")),
    "unknown effect": lambda: film(
        with_effect(clip("a"), otio.schema.Effect("glow", "Glow"))
    ),
    "colour label": with_label,
    "disabled clip": off,
    "disabled track": lambda: with_track(enabled=False),
    "locked track": lambda: with_track(locked=True),
    "track name": lambda: with_track(name="Overlays"),
    "metadata of others": foreign_metadata,
    "prompt": lambda: film(
        clip("a", media=with_kept(reference("a"), slate={"prompt": "a broken vase"}))
    ),
    "carry": lambda: film(
        clip("a"), with_kept(transition(6, 6), carry={"kind": "carry"}), clip("b")
    ),
    "name é — 夜": named("Prêt — 夜の街"),
    "name <&>": named("a < b & c > d"),
    "name with control signs": named("a\x00b\nc"),
    "url %20": at("file:///media/a%20b.mp4"),
    "url é": at("file:///media/caf%C3%A9.mp4"),
    "url with apostrophe": at("file:///media/it's.mp4"),
    "url of a share": at("file://server/share/a.mp4"),
    "path of Windows": at("C:\\media\\a.mp4"),
    "relative url": at("media/a.mp4"),
    "fractional frame": lambda: film(
        otio.schema.Clip(
            "a",
            reference("a"),
            otio.opentime.TimeRange(
                otio.opentime.RationalTime(24.5, 24), otio.opentime.RationalTime(48, 24)
            ),
        ),
        clip("b"),
    ),
}
