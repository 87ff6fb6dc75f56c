"""A timeline cut into spans: what each record frame needs, before a file is opened.

Aim
    A *plain* span shows one clip, whole and unmoved: its frames go from decoder to
    encoder. Every other span is *composed*: carries, dissolves, fades, camera moves,
    several layers, black.

Conventions
    Record frames from 0, half-open; samples at the film's sample rate. The film's
    size is the one asked for, else the timeline's own, else its first picture's,
    the latter two made even (the encoder's chroma is halved both ways).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import MediaError, RenderError
from otio_genai.media import locate
from otio_genai.media.probe import probe
from otio_genai.render.captions import burnt
from otio_genai.render.compose import plain
from otio_genai.render.effects import Functions
from otio_genai.render.looks import Looks, see_through, undrawn
from otio_genai.render.shown import Frame, Shown

__all__ = ["GRID_S", "SAMPLE_RATE", "Plan", "Span", "make_plan"]

#: Samples per second of every film.
SAMPLE_RATE = 48_000

#: Length of a whole segment of the film, in seconds of its source.
GRID_S = 2

# Size of a film of drawn pictures alone that states none.
_NO_MEDIA_SIZE = (1920, 1080)
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Span:
    """Record frames that are made the same way."""

    start_frames: int
    "First record frame."
    plain: bool
    "One clip, whole and unmoved."
    frames: tuple[Frame, ...]
    "What each record frame shows."

    @property
    def stop_frames(self) -> int:
        """Return the record frame after the last."""
        return self.start_frames + len(self.frames)


@dataclass(frozen=True, slots=True)
class Plan:
    """All there is to know for rendering a timeline."""

    name: str
    "The timeline's name."
    rate: Fraction
    "Record frames per second."
    size: tuple[int, int]
    "Width and height in pixels, both even."
    spans: tuple[Span, ...]
    "Without a gap from record frame 0."
    sounds: tuple[maps.SoundSpan, ...]
    "Every stretch of sound."
    background: tuple[int, int, int] = (0, 0, 0)
    "What shows where no picture lies: red, green, blue."
    grid_frames: Mapping[str, int] = field(default_factory=dict)
    "Frames of each file, by URL, to a whole segment."
    notes: tuple[str, ...] = ()
    "What is not drawn as the timeline says, one sentence each."

    @property
    def frames(self) -> int:
        """Return the length in record frames."""
        return self.spans[-1].stop_frames

    @property
    def samples(self) -> int:
        """Return the length in samples."""
        return rates.sample_at(self.frames, self.rate, SAMPLE_RATE)


def make_plan(
    timeline: otio.schema.Timeline,
    size: tuple[int, int] | None = None,
    *,
    effects: Functions | None = None,
    captions: bool = False,
) -> Plan:
    """Return the plan of a timeline.

    Parameters
    ----------
    timeline
        Any timeline; it is read, never changed.
    size
        Width and height of the film, even numbers of pixels.
    effects
        Functions from a moviepy clip to a moviepy clip that clips may name.
    captions
        Draw what the film's voices say over it.

    Raises
    ------
    RenderError
        Media are missing or effects cannot be laid on (all of them are listed), there
        is no picture or no length, the size is odd, or a framing cannot be read.
    TimelineError
        The timeline states no rate.
    """
    name = timeline.name or "timeline"
    if size is not None:
        _refuse_size(size)
    rate = maps.record_rate(timeline)
    lost = _missing(timeline, rate)
    if lost:
        raise RenderError(
            f"{len(lost)} of the clips have no media that can be opened.",
            place=name,
            remedy="Put the files back where the timeline says, or relink the clips.",
            items=lost,
        )
    pictures = maps.picture_map(timeline)
    if not any(pictures):
        raise RenderError(
            "This timeline shows no picture at all."
            if pictures
            else "This timeline has no length.",
            place=name,
            remedy="Put at least one clip with a picture on a video track.",
        )
    size = size or _size(timeline, pictures)
    through = see_through(timeline, size, effects)
    if through is not None:
        pictures = maps.picture_map(timeline, through)
    background = _background(timeline)
    looks = Looks(rate, size, effects, bare=background == (0, 0, 0))
    shown = [looks.frame(layers) for layers in pictures]
    _refuse_faults(looks.faults, name)
    notes = [*looks.notes, *undrawn(timeline)]
    if captions:
        notes += _caption(shown, timeline, rate, size)
    return Plan(
        name=name,
        rate=rate,
        size=size,
        spans=tuple(_spans(pictures, shown)),
        sounds=tuple(maps.sound_map(timeline, SAMPLE_RATE)),
        background=background,
        grid_frames=_grid_frames(pictures),
        notes=tuple(dict.fromkeys(notes)),
    )


def _refuse_faults(faults: list[str], name: str) -> None:
    if faults:
        raise RenderError(
            f"{len(faults)} of the effects cannot be laid on.",
            place=name,
            remedy="Take them out, correct them, or pass functions of their names.",
            items=faults,
        )


def _caption(
    shown: list[Frame],
    timeline: otio.schema.Timeline,
    rate: Fraction,
    size: tuple[int, int],
) -> tuple[str, ...]:
    """Lay captions over what is shown, in place; return what is amiss with them."""
    cues = maps.cues(timeline)
    if not cues:
        return ("There are no captions: no voice of the film has words.",)
    found, amiss = burnt(cues, rate, size)
    for one in found:
        layer = Shown(one.url, 0, over=True, name="captions")
        for frame in range(max(one.first, 0), min(one.last, len(shown))):
            shown[frame] = (*shown[frame], layer)
    return tuple(f"captions: {note}." for note in amiss)


def _background(timeline: otio.schema.Timeline) -> tuple[int, int, int]:
    """Return the film's own colour, black unless it has one."""
    kept = metadata.read(timeline, "film", {}).get("background", "#000000")
    if not isinstance(kept, str) or not _COLOUR.fullmatch(kept):
        raise RenderError(
            f"The film's background cannot be read: {kept!r}.",
            place=timeline.name or "timeline",
            remedy="Write a colour such as #0a1420.",
        )
    red, green, blue = bytes.fromhex(kept[1:])
    return red, green, blue


def _grid_frames(pictures: Iterable[tuple[maps.Layer, ...]]) -> dict[str, int]:
    rates_of: dict[str, tuple[bool, Fraction]] = {}
    seen: set[int] = set()
    for layers in pictures:
        for layer in layers:
            if id(layer.clip) not in seen and maps.drawing(layer.url) is None:
                seen.add(id(layer.clip))
                # Measured before stated, and not whatever clip comes first.
                told = _source_rate(layer.clip)
                rates_of[layer.url] = max(told, rates_of.get(layer.url, told))
    return {url: max(1, round(GRID_S * rate)) for url, (_, rate) in rates_of.items()}


def _source_rate(clip: otio.schema.Clip) -> tuple[bool, Fraction]:
    """Return whether the rate of a clip's file was measured, and what it is."""
    kept = metadata.read(clip.media_reference, "media", {})
    if kept.get("rate"):
        return True, rates.rate(kept["rate"])
    known = clip.media_reference.available_range or clip.source_range
    return False, rates.rate(known.duration.rate) if known else Fraction(24)


def _refuse_size(size: tuple[int, int]) -> None:
    wide, high = size
    if wide < 2 or high < 2 or wide % 2 or high % 2:
        better = f"{max(2, wide // 2 * 2)}x{max(2, high // 2 * 2)}"
        raise RenderError(
            f"A film of {wide}x{high} pixels cannot be encoded: "
            "both sides must be even and over 0.",
            remedy=f"Ask for {better}.",
        )


def _missing(timeline: otio.schema.Timeline, rate: Fraction) -> list[str]:
    """Return a line for each clip that plays and whose file is not there."""
    lost = []
    for clip in maps.clips(timeline):
        generated = isinstance(clip.media_reference, otio.schema.GeneratorReference)
        if generated or not _plays(clip):
            continue
        try:
            file = locate.path(clip.media_reference)
            why = "" if file.is_file() else f"there is no file {str(file)!r}"
        except MediaError as error:
            why = error.sentence
        except (OSError, ValueError) as error:
            why = str(error)
        if why:
            lost.append(f"{clip.name or 'clip'}{_place(clip, timeline, rate)}: {why}")
    return lost


def _plays(clip: otio.schema.Clip) -> bool:
    item = clip
    while item is not None:
        if not getattr(item, "enabled", True):
            return False
        item = item.parent()
    return True


def _place(
    clip: otio.schema.Clip, timeline: otio.schema.Timeline, rate: Fraction
) -> str:
    try:
        start = clip.transformed_time_range(
            clip.trimmed_range(), timeline.tracks
        ).start_time
    except (otio.exceptions.OTIOError, ValueError):
        return ""
    return f" at {rates.timecode(rates.frames_at(rates.seconds(start), rate), rate)}"


def _size(
    timeline: otio.schema.Timeline, pictures: list[tuple[maps.Layer, ...]]
) -> tuple[int, int]:
    film = metadata.read(timeline, "film", {})
    wide, high = film.get("width"), film.get("height")
    if not (wide and high):
        read = (
            layer
            for layers in pictures
            for layer in reversed(layers)
            if maps.drawing(layer.url) is None
        )
        first = next(read, None)
        if first is None:
            return _NO_MEDIA_SIZE
        kept = metadata.read(first.clip.media_reference, "media", {})
        wide, high = kept.get("width"), kept.get("height")
        if not (wide and high):
            facts = probe(locate.path(first.url))
            wide, high = facts.width, facts.height
    return max(2, int(wide) // 2 * 2), max(2, int(high) // 2 * 2)


def _spans(
    pictures: list[tuple[maps.Layer, ...]], shown: list[Frame]
) -> Iterable[Span]:
    start = 0
    kinds = [
        (
            plain(frame),
            tuple(id(layer.clip) for layer in layers),
            tuple(one.url for one in frame[len(layers) :]),
        )
        for layers, frame in zip(pictures, shown, strict=True)
    ]
    for index in range(1, len(shown) + 1):
        if index == len(shown) or kinds[index] != kinds[start]:
            yield Span(start, kinds[start][0], tuple(shown[start:index]))
            start = index
