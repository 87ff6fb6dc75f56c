"""Segments joined into one film, packet by packet: nothing is decoded or encoded.

Frame ``k`` of the film is shown at exactly ``k / rate``, whatever the segments' own
clocks say; the index lies in front, and there are no edit lists, which half the
players and editors read differently. So packets of sound that begin before the first
picture (the priming of AAC) are left out: what remains is on time to the sample.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av

from otio_genai.errors import OutputError, RenderError
from otio_genai.media import colour, containers, files
from otio_genai.media.segment import ISO_SUFFIXES, ticks_per_second, write_failed

__all__ = ["Joined", "join"]

_ISO = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"}
# Without bitexact every Matroska file has a random number of its own.
_MATROSKA = {"avoid_negative_ts": "disabled", "fflags": "+bitexact"}

# Opening decodes a frame unless told not to: 60 ms of the 61 that it takes at 1080p.
_UNDECODED = {"skip_frame": "all", "probesize": "32"}


@dataclass(frozen=True, slots=True)
class Joined:
    """What was joined."""

    path: Path
    "The film."
    frames: int
    "Its pictures."
    samples: int
    "Samples of its sound per channel; 0 without."


class _Facts(NamedTuple):
    """What must be alike in all segments of a film, for one decoder to read them."""

    codec: str
    tag: str
    size: tuple[int, int]
    clock: Fraction
    colour: colour.Colour
    parameter_sets: bytes


def join(
    path: str | os.PathLike[str],
    segments: Sequence[Path],
    rate: Fraction,
    *,
    sound: Path | None = None,
    metadata: Mapping[str, str] | None = None,
    force: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> Joined:
    """Join segments, and the sound of a file of its own, into one film.

    Parameters
    ----------
    path
        The film: ``.mp4``, ``.mov`` or ``.mkv``.
    segments
        Files as `otio_genai.media.segment.SegmentWriter` makes them, in order, all
        with one encoding; one is open at a time.
    rate
        Frames per second, exact.
    sound
        A file of sound alone (AAC in ``.m4a``, or WAV), of which sample 0 is heard
        with frame 0.
    metadata
        Tags of the film by name (``title``, ``comment``, …); MP4 keeps those it knows.
    force
        Overwrite a film that is there.
    progress
        Called with ``"join"``, the segments done, and all of them.

    Raises
    ------
    RenderError
        There is nothing to join, segments differ in what one decoder needs (all that
        do are named), or one is not whole.
    MediaError
        A segment or the sound cannot be read.
    OutputError
        The film cannot be written, for want of room or else; nothing is left of it.

    Notes
    -----
    AAC decodes each packet with the one before it. The first lacks it here: measured,
    a tone of full strength comes in over 16 ms, and is what it was from there on.
    """
    if not segments:
        raise RenderError("There are no segments to join.", place=os.fspath(path))
    target = Path(path)
    _ensure_room(target, [*segments, sound] if sound else segments)
    with ExitStack() as stack:
        beside = stack.enter_context(files.write_beside(target, force=force))
        film = _Film(beside, target, Fraction(rate), metadata or {})
        stack.callback(film.abandon)
        if sound is not None:
            film.listen(Path(sound), stack)
        for done, segment in enumerate(segments, 1):
            facts = film.append(Path(segment))
            if facts != film.facts:
                raise _unlike(film.facts, segments, done - 1)
            if progress:
                progress("join", done, len(segments))
        film.finish()
    return Joined(target, film.frames, film.samples)


def _ensure_room(target: Path, parts: Sequence[Path]) -> None:
    needed = 0
    for part in parts:
        with suppress(FileNotFoundError):
            needed += Path(part).stat().st_size
    with suppress(FileNotFoundError):
        lacking = needed - shutil.disk_usage(target.parent).free
        if lacking > 0:
            raise OutputError(
                f"The film needs {-(-lacking // 1_000_000)} MB more than are free.",
                place=str(target),
                remedy="Make room, or write elsewhere.",
            )


class _Film:
    """The film being written."""

    def __init__(
        self, beside: Path, target: Path, rate: Fraction, metadata: Mapping[str, str]
    ) -> None:
        self.target, self.rate = target, rate
        self.frames = 0
        self.facts: Any = None
        self._iso = target.suffix.lower() in ISO_SUFFIXES
        self._ticks = ticks_per_second(rate)
        self._step = int(self._ticks / rate)
        self._delay = 0
        self._source: Any = None
        self._picture: Any = None
        self._sound: Any = None
        self._sound_frames, self._sound_end = (1, 1), 0
        self._packets: Iterator[Any] = iter(())
        self._next: Any = None
        clock = {"video_track_timescale": str(self._ticks)}
        try:
            self._container: Any = av.open(
                f"file:{beside}",
                "w",
                container_options=_ISO | clock if self._iso else _MATROSKA,
            )
        except (av.error.FFmpegError, ValueError) as error:
            raise self._refused(error) from error
        self._container.metadata.update(metadata)

    @property
    def samples(self) -> int:
        """Return the samples of sound per channel that were written."""
        if self._source is None:
            return 0
        end: Fraction = self._sound_end * self._source.time_base * self._source.rate
        return round(end)

    def listen(self, path: Path, stack: ExitStack) -> None:
        """Take the sound from a file, which stays open as long as ``stack``."""
        container = stack.enter_context(containers.opened(path))
        self._source = containers.sound(container)
        if self._source is None:
            raise containers.no_streams(path)
        frames = self._source.time_base * self.rate
        self._sound_frames = frames.as_integer_ratio()
        self._packets = containers.packets(container, self._source)

    def append(self, path: Path) -> _Facts:
        """Write the packets of a segment if it fits; return what it is."""
        # The first tells the muxer what is to come, and has to be looked at whole.
        with containers.opened(path, _UNDECODED if self.facts else {}) as container:
            stream = containers.video(container)
            if stream is None:
                raise containers.no_streams(path)
            facts = _facts(stream)
            if self.facts is None:
                self.facts = facts
                self._begin(stream)
            if facts == self.facts:
                self._copy(container, stream, path)
        return facts

    def _begin(self, stream: Any) -> None:
        try:
            self._picture = self._added(stream, Fraction(1, self._ticks))
            # As the encoder's parameter sets say, however short the segment.
            self._delay = stream.codec_context.reorder_depth
            if self._source is not None:
                self._sound = self._added(self._source, self._source.time_base)
                self._advance()
                self._refuse_late_sound()
        except (av.error.FFmpegError, ValueError) as error:
            raise self._refused(error) from error

    def _refuse_late_sound(self) -> None:
        if self._next is not None and self._next.pts:
            raise RenderError(
                "None of the sound's packets begins with the first picture.",
                place=self._source.container.name,
                remedy="Encode it again, in packets that meet sample 0.",
            )

    def _added(self, template: Any, time_base: Fraction) -> Any:
        stream = self._container.add_stream_from_template(template, opaque=True)
        stream.time_base = time_base
        if self._iso and template.type == "video":
            stream.codec_context.codec_tag = template.codec_context.codec_tag
        if template.type == "video":
            stream.codec_context.framerate = self.rate
        return stream

    def _copy(self, container: Any, stream: Any, path: Path) -> None:
        clock, step, first = Fraction(1, self._ticks), self._step, self.frames
        factor, divisor = (stream.time_base * self.rate).as_integer_ratio()
        seen = set()
        for packet in containers.packets(container, stream):
            number = (2 * (packet.pts or 0) * factor + divisor) // (2 * divisor)
            seen.add(number)
            packet.pts = (first + number) * step
            packet.dts = (self.frames - self._delay) * step
            packet.duration = step
            packet.time_base = clock
            packet.stream = self._picture
            self._sound_until(self.frames)
            self._mux(packet)
            self.frames += 1
        count = self.frames - first
        if seen != set(range(count)) or not count or count < stream.frames:
            raise RenderError(
                f"This segment is not whole: {count} of its frames can be read.",
                place=str(path),
                remedy="Render again.",
            )

    def _sound_until(self, frame: float) -> None:
        """Write the sound that is heard before a frame."""
        while self._next is not None and self._due <= frame:
            self._next.stream = self._sound
            self._mux(self._next)
            self._advance()

    def _advance(self) -> None:
        """Go on to the sound's next packet that is not before the film."""
        over, under = self._sound_frames
        for packet in self._packets:
            if packet.pts >= 0:
                self._next, self._due = packet, packet.pts * over // under
                self._sound_end = packet.pts + packet.duration
                return
        self._next = None

    def _mux(self, packet: Any) -> None:
        try:
            self._container.mux_one(packet)
        except av.error.FFmpegError as error:
            raise write_failed(self.target, error) from error

    def finish(self) -> None:
        """Write what is left, and the index."""
        self._sound_until(float("inf"))
        try:
            self._container.close()
        except av.error.FFmpegError as error:
            raise write_failed(self.target, error) from error

    def abandon(self) -> None:
        """Close the file whatever it holds."""
        with suppress(av.error.FFmpegError, ValueError):
            self._container.close()

    def _refused(self, error: BaseException) -> OutputError:
        return OutputError(
            f"The film cannot be opened for writing ({error}).",
            place=str(self.target),
            remedy="Choose another suffix: .mp4, .mov or .mkv.",
        )


def _facts(stream: Any) -> _Facts:
    context = stream.codec_context
    return _Facts(
        codec=context.name,
        tag=context.codec_tag,
        size=(context.width, context.height),
        clock=stream.time_base,
        colour=colour.colour_of(context),
        parameter_sets=bytes(context.extradata or b""),
    )


def _unlike(first: _Facts, segments: Sequence[Path], start: int) -> RenderError:
    """Return the error that names every segment that differs from the first."""
    items = []
    for path in segments[start:]:
        with containers.opened(path, _UNDECODED) as container:
            facts = _facts(containers.video(container))
        unlike = [
            name.replace("_", " ")
            for name, one, other in zip(_Facts._fields, first, facts, strict=True)
            if one != other
        ]
        if unlike:
            items.append(f"{path}: {', '.join(unlike)}")
    return RenderError(
        f"These segments differ from the first, {segments[0]}, and cannot be joined:",
        remedy="Encode all segments of a film alike.",
        items=items,
    )
