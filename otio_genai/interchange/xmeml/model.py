"""A sequence as the format counts it: integer frames, and nothing of OpenTimelineIO.

Conventions
    ``start_frames``/``end_frames`` of an item are record frames of the sequence, -1
    beside a transition. ``in_frames``/``out_frames`` count from the media's first frame
    at the item's own ``rate``. Ranges are half-open. Empty text means "not there".
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

__all__ = [
    "ClipItem",
    "Filter",
    "Link",
    "Marker",
    "MediaFile",
    "MediaType",
    "Parameter",
    "Rate",
    "Sequence",
    "Timecode",
    "Track",
    "TransitionItem",
    "Value",
]

MediaType = Literal["video", "audio"]
#: Text, or (horizontal, vertical).
Value = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    """``timebase`` frames per second, times 1000/1001 when ``ntsc``."""

    timebase: int
    ntsc: bool

    @property
    def exact(self) -> Fraction:
        """The rate in frames per second."""
        return _exact(self.timebase, self.ntsc)


@functools.lru_cache(maxsize=256)
def _exact(timebase: int, ntsc: bool) -> Fraction:
    return Fraction(timebase * 1000, 1001) if ntsc else Fraction(timebase)


@dataclass(frozen=True, slots=True)
class Timecode:
    """The label of the first frame, counted in frames."""

    rate: Rate
    frames: int
    drop: bool = False


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One media file; zero width means no picture, zero channels no sound.

    ``source`` names what makes the picture when there is no file, such as ``Slug``.
    """

    id: str
    name: str
    pathurl: str
    rate: Rate
    duration_frames: int
    timecode: Timecode
    width_px: int = 0
    height_px: int = 0
    sample_rate: int = 0
    channels: int = 0
    has_video: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of an effect; keyframes are (media frame as in and out count, value).

    ``marks`` names the further elements of each keyframe, ``curve`` the interpolation
    of all of them.
    """

    id: str
    name: str
    value: Value
    low: str = ""
    high: str = ""
    keyframes: tuple[tuple[int, Value], ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()
    curve: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """An effect on a clip.

    ``tree`` holds the whole element of one that is not known or switched off, to be
    written again as it was: [tag, attributes, text, [children]].
    """

    effect_id: str
    name: str
    category: str
    kind: str
    mediatype: MediaType
    parameters: tuple[Parameter, ...]
    enabled: bool = True
    tree: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One member of a group of clips that move together; indices from 1."""

    clip_id: str
    mediatype: MediaType
    track_index: int
    clip_index: int


@dataclass(frozen=True, slots=True)
class Marker:
    """A note at a frame; ``out_frames`` -1 for a single point, ``color`` 0xAABBGGRR."""

    name: str
    comment: str
    in_frames: int
    out_frames: int = -1
    color: int | None = None


# Not frozen, though nothing changes one: a frozen one takes twice as long to make.
@dataclass(slots=True)
class ClipItem:
    """A clip on a track: of a file, of a nested sequence, or generated.

    ``generator`` is the effect element of what is generated, as
    `otio_genai.interchange.xmeml.foreign` has it. Never written are ``unit``, which
    the channels of one clip share; ``group``, which clips share that were said to move
    together; ``link_key``: (source, seconds between record and media time, start,
    end), by which sounds find their picture; and ``unread``, what no timeline holds.
    """

    id: str
    name: str
    rate: Rate
    duration_frames: int
    start_frames: int
    end_frames: int
    in_frames: int
    out_frames: int
    file: MediaFile | None
    masterclip_id: str = ""
    ticks_in: int | None = None
    ticks_out: int | None = None
    enabled: bool = True
    alpha: str = "none"
    source_track: int = 0
    channel_type: str = ""
    filters: tuple[Filter, ...] = ()
    links: tuple[Link, ...] = ()
    markers: tuple[Marker, ...] = ()
    description: str = ""
    note: str = ""
    original_name: str = ""
    link_key: tuple[str, Fraction, int, int] | None = None
    sequence: Sequence | None = None
    generator: list[Any] | None = None
    label: str = ""
    scene: str = ""
    shot_take: str = ""
    unit: tuple[str, int, int] = ("", 0, 0)
    group: str = ""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransitionItem:
    """A transition over [start, end); ``cut_ticks`` counts from its start.

    ``tree`` holds the whole effect element of one that is not known.
    """

    start_frames: int
    end_frames: int
    alignment: str
    rate: Rate
    effect_id: str
    name: str
    mediatype: MediaType
    cut_ticks: int | None = None
    tree: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """Items in record order; ``stereo_side`` 0 or 1 for half of a stereo pair."""

    mediatype: MediaType
    items: tuple[ClipItem | TransitionItem, ...]
    name: str = ""
    enabled: bool = True
    output_channel: int = 0
    channel_type: str = ""
    stereo_side: int = 0
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence, its tracks bottom first; ``notes`` are never written."""

    id: str
    name: str
    rate: Rate
    duration_frames: int
    width_px: int
    height_px: int
    sample_rate: int
    timecode: Timecode
    video: tuple[Track, ...]
    audio: tuple[Track, ...]
    markers: tuple[Marker, ...] = ()
    version: int = 4
    notes: tuple[str, ...] = ()
