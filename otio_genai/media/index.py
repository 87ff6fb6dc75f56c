"""Which packet becomes which picture: one pass over a file, without decoding.

Aim
    Picture number ``n`` is the ``n``-th presented one, by timestamp. Packets say it
    exactly: those an edit list discards, those before the first keyframe and hidden
    ones are never shown. What packets cannot say (no timestamps, damage) is found by
    decoding the file once.

    Where pictures come unevenly, frames are not pictures: the file is read as if
    conformed to its rate, as editors do. `VideoIndex.picture` tells which is on screen.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import re
import struct
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from otio_genai.media import colour, containers, damage, timing, vpx

__all__ = ["NUMBERING", "VideoIndex", "video_index"]

#: Raised whenever a frame comes to mean another picture: what was measured and kept by
#: number is then measured anew.
NUMBERING = 2

_CACHED_FILES = 256
_OPAQUE = 255
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)$")
_ALWAYS_ALPHA = ("bgra", "pal8")


@dataclass(frozen=True, slots=True)
class VideoIndex:
    """What one pass over a file tells of its pictures.

    Attributes
    ----------
    frames
        How many there are at ``rate``: as many as pictures, unless they are uneven.
    variable
        The pictures come unevenly; ``rate`` is then the commonest one.
    pts
        Timestamps of the pictures in ticks, or 0, 1, 2, … where there are none.
    starts
        Frame from which each picture is on screen; empty unless ``variable``.
    numbers
        Timestamp in ticks of each picture → its number; empty when timestamps do
        not tell pictures apart, and only counting while decoding does.
    order
        Timestamp → place in decoding order, of every packet.
    keys
        Timestamps of the keyframes, in decoding order.
    rotation, mirrored
        The clockwise turn in degrees that puts the picture upright, and whether left
        and right are to be exchanged before it.
    interlaced
        The first picture is flagged as two fields.
    alpha
        The pictures may be transparent: their format has alpha, or VP8 and VP9 carry
        it beside them. A GIF, or a copy of an animated WebP, is judged by its first.
    unreadable
        Numbers of the pictures that damage has reached: destroyed, or made from a
        destroyed one. They keep their place.
    """

    frames: int
    first_pts: int
    tick_s: Fraction
    rate: Fraction
    variable: bool
    numbers: dict[int, int]
    pts: tuple[int, ...]
    starts: tuple[int, ...]
    order: dict[int, int]
    keys: tuple[int, ...]
    width: int
    height: int
    sar: Fraction
    rotation: int
    mirrored: bool
    interlaced: bool
    codec: str
    pix_fmt: str
    colour: colour.Colour
    damage: str
    alpha: bool
    unreadable: frozenset[int]

    @property
    def start_s(self) -> Fraction:
        """When the first picture is shown, on the container's clock."""
        return self.first_pts * self.tick_s

    @property
    def lost(self) -> frozenset[int]:
        """Numbers of the frames whose picture is unreadable."""
        if not self.starts:
            return self.unreadable
        ends = (*self.starts[1:], self.frames)
        spans = (range(self.starts[n], ends[n]) for n in self.unreadable)
        return frozenset(frame for span in spans for frame in span)

    def picture(self, frame: int) -> int:
        """Return the number of the picture on screen in a frame."""
        return bisect_right(self.starts, frame) - 1 if self.starts else frame

    def readable(self, number: int) -> int:
        """Return the last readable picture not after ``number``, else the next."""
        if number not in self.unreadable:
            return number
        after = range(number, len(self.pts))
        ways: tuple[range, range] = range(number, -1, -1), after
        return next(n for way in ways for n in way if n not in self.unreadable)

    def key_for(self, number: int) -> int:
        """Return the place in `keys` of the last one shown not after ``number``."""
        return max(0, bisect_right(self.keys, self.pts[number]) - 1)


@dataclass(slots=True)
class _Pass:
    shown: list[int]
    order: dict[int, int]
    keys: list[int]
    last_duration: int
    told: bool
    reordered: bool
    torn: bool
    broken: bool


def video_index(path: str | os.PathLike[str]) -> VideoIndex:
    """Return the index of a file's pictures; kept in memory while it is unchanged.

    Raises
    ------
    MediaError
        The file cannot be opened, or no picture in it can be decoded.
    """
    file = containers.existing(path)
    state = file.stat()
    return _index(str(file.absolute()), state.st_size, state.st_mtime_ns)


@functools.lru_cache(maxsize=_CACHED_FILES)
def _index(path: str, size: int, _mtime_ns: int) -> VideoIndex:
    file = Path(path)
    with containers.opened(file, containers.undecoded(file)) as container:
        stream = containers.video(container)
        if stream is None:
            raise containers.no_streams(file)
        found = _demuxed(container, stream, size)
        found.torn = found.torn or containers.is_torn(file)
    first, decoded = _first_frame(file)
    shown, told = sorted(found.shown), found.told
    if told and not found.torn and decoded.pts is not None:
        shown = [pts for pts in shown if pts >= decoded.pts]
        told = bool(shown) and shown[0] == decoded.pts
    said, good = "", set(shown)
    if found.broken and told and not found.torn:
        good &= damage.intact(file)
        if not good:
            raise containers.damaged(file, "No picture of this file can be decoded.")
        said = _damage(len(good))
    elif found.torn or not told:
        counted = _decoded_pts(file)
        said = _damage(len(counted)) if found.torn else ""
        known = [pts for pts in counted if pts is not None]
        told = not found.reordered and len(set(known)) == len(counted)
        shown = sorted(known) if told else list(range(len(counted)))
        good = set(shown)
    unreadable = frozenset(n for n, pts in enumerate(shown) if pts not in good)
    return _assembled(found, shown, told, said, unreadable, first, decoded)


def _demuxed(container: InputContainer, stream: Any, size: int) -> _Pass:
    shown: list[int] = []
    order: dict[int, int] = {}
    keys: list[int] = []
    vp8 = stream.codec_context.name in ("vp8", "libvpx")
    reordered = _hides_order(container, stream)
    torn, told, last, final, place = False, not reordered, (0, 0), 0, 0
    broken, led_by = False, damage.length_bytes(stream)
    for packet in containers.packets(container, stream):
        torn = torn or packet.is_corrupt or (packet.pos or 0) + packet.size > size
        broken = broken or not damage.is_whole(packet, led_by)
        pts = packet.pts
        if pts is None or pts in order:
            told = False
            continue
        order[pts] = place
        place += 1
        if packet.is_keyframe:
            keys.append(pts)
        if keys and not packet.is_discard and not (vp8 and _is_hidden(packet)):
            shown.append(pts)
            final = packet.duration or 0
            last = max(last, (pts, final))
    torn = torn or _promised(stream) > size
    keys = keys if keys == sorted(keys) else []
    # Where pictures are reordered a packet lasts to the next one decoded: only of the
    # very last that is no matter of another picture's place.
    stays = max(min(last[1], final), _written_end(stream) - last[0])
    told = told and bool(keys)
    return _Pass(shown, order, keys, stays, told, reordered, torn, broken)


def _written_end(stream: Any) -> int:
    # Matroska keeps no durations of blocks, but when the last of a track ends.
    found = _CLOCK.match(stream.metadata.get("DURATION", ""))
    if not found:
        return 0
    hours, minutes, seconds = (Fraction(part) for part in found.groups())
    return round((hours * 3600 + minutes * 60 + seconds) / Fraction(stream.time_base))


def _hides_order(container: InputContainer, stream: Any) -> bool:
    # AVI numbers packets as they are decoded; FFmpeg puts only older codecs right.
    context = stream.codec_context
    avi = container.format.name == "avi"
    return avi and context.name in ("h264", "hevc") and bool(context.has_b_frames)


def _is_hidden(packet: Any) -> bool:
    # RFC 6386, 9.1: bit 4 of a VP8 frame's first byte is show_frame.
    return not memoryview(packet)[0] >> 4 & 1


def _promised(stream: Any) -> int:
    # Where the container's own index says the last packet ends.
    entries = stream.index_entries
    return max((entry.pos + entry.size for entry in entries), default=0)


def _first_frame(file: Path) -> tuple[Any, Any]:
    """Return the (already closed) stream's facts and the first decoded frame."""
    with containers.opened(file, containers.undecoded(file)) as container:
        stream = containers.video(container)
        for packet in containers.packets(container, stream):
            try:
                decoded = packet.decode()
            except av.error.FFmpegError:
                continue
            if decoded:
                return _facts(stream), decoded[0]
        try:
            decoded = stream.decode(None)
        except av.error.FFmpegError:
            decoded = []
        if decoded:
            return _facts(stream), decoded[0]
    raise containers.damaged(file, "No picture of this file can be decoded.")


def _facts(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    return {
        "tick_s": stream.time_base,
        # A GIF declares no rate: what FFmpeg says is a guess from its own steps.
        "declared": ()
        if context.name == "gif"
        else (stream.base_rate, stream.average_rate, stream.guessed_rate),
        "sar": stream.sample_aspect_ratio,
        "codec": context.codec.canonical_name
        if hasattr(context.codec, "canonical_name")
        else context.name,
        "colour": colour.colour_of(context),
        "alpha": vpx.carries_alpha(stream),
    }


def _decoded_pts(file: Path) -> list[int | None]:
    counted: list[int | None] = []
    with containers.opened(file) as container:
        stream = containers.video(container)
        stream.thread_type = "AUTO"
        for packet in containers.packets(container, stream):
            try:
                counted += [frame.pts for frame in packet.decode()]
            except av.error.FFmpegError:
                continue
        with contextlib.suppress(av.error.FFmpegError):
            counted += [frame.pts for frame in stream.decode(None)]
        gif = stream.codec_context.name == "gif"
    # A GIF's decoder hands out the half of a picture that a cut left.
    return counted[:-1] if gif and containers.is_torn(file) else counted


def _damage(readable: int) -> str:
    return f"The file is damaged: only {readable} frames of it can be read."


def _assembled(
    found: _Pass,
    shown: list[int],
    told: bool,
    said: str,
    unreadable: frozenset[int],
    facts: dict[str, Any],
    frame: Any,
) -> VideoIndex:
    tick_s = Fraction(facts["tick_s"])
    if told:
        declared, duration = facts["declared"], found.last_duration
        rate, variable = timing.measure(shown, tick_s, declared, duration)
    else:
        # Without timestamps only the guess from the pictures themselves is no default.
        rate, variable = timing.measure([], tick_s, facts["declared"][::-1])
    starts: tuple[int, ...] = ()
    frames = len(shown)
    if variable:
        starts, frames = timing.conformed(shown, tick_s, rate, found.last_duration)
    rotation, mirrored = _display(frame)
    return VideoIndex(
        frames=frames,
        first_pts=shown[0] if told else (frame.pts or 0),
        tick_s=tick_s,
        rate=rate,
        variable=variable,
        numbers={pts: n for n, pts in enumerate(shown)} if told else {},
        pts=tuple(shown),
        starts=starts,
        order=found.order,
        keys=tuple(found.keys) if told else (),
        width=frame.width,
        height=frame.height,
        sar=Fraction(facts["sar"] or 1),
        rotation=rotation,
        mirrored=mirrored,
        interlaced=bool(frame.interlaced_frame),
        codec=facts["codec"],
        pix_fmt=frame.format.name,
        colour=facts["colour"],
        damage=said,
        unreadable=unreadable,
        alpha=facts["alpha"] or _shows_through(frame),
    )


def _display(frame: Any) -> tuple[int, bool]:
    """Return the clockwise turn in degrees, and whether to mirror before it."""
    held = frame.side_data.get("DISPLAYMATRIX")
    if held is None:
        return 0, False
    # ISO/IEC 14496-12, 6.2.2: (a, b) is where the picture's x axis goes, y down.
    a, b, _, c, d = struct.unpack_from("=5i", bytes(held))
    mirrored = a * d < b * c
    turn = math.degrees(math.atan2(-b, -a) if mirrored else math.atan2(b, a))
    return round(turn) % 360, mirrored


def _shows_through(frame: Any) -> bool:
    # Every GIF is decoded with alpha: only its pixels tell whether there is any.
    if not colour.has_alpha(frame) or frame.format.name not in _ALWAYS_ALPHA:
        return colour.has_alpha(frame)
    return bool(colour.rgba(frame)[..., 3].min() < _OPAQUE)
