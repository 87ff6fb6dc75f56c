"""Segments: short pieces of film, each encoded on its own, made to be joined.

A segment begins with a keyframe and looks at no other (closed GOPs); its timestamps
count frames from 0 in a clock that holds every frame exactly. It has no sound: AAC
cannot be joined. Same pictures, same encoding, same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.codec.hwaccel import HWAccel
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from otio_genai.errors import OutputError
from otio_genai.media import colour
from otio_genai.media.codecs import can_encode, x264_steady
from otio_genai.media.encoding import Encoding

__all__ = [
    "ISO_SUFFIXES",
    "SegmentWriter",
    "ticks_per_second",
    "write_failed",
]

#: Suffixes of the ISO base media family, whose muxer takes our options.
ISO_SUFFIXES = (".mp4", ".mov", ".m4v")

_BT709, _LIMITED, _PROGRESSIVE = 1, 1, 1
_LEAST_TICKS = 10_000
_STAMP = (
    "pts",
    "time_base",
    "pict_type",
    "colorspace",
    "color_primaries",
    "color_trc",
    "color_range",
)
_X265_DELAY = 2
_SOFTWARE = ("libx264", "libx265", "prores_ks", "libsvtav1")


class SegmentWriter:
    """Encodes one segment to the very path it is given.

    Use it as a context manager: leaving the block finishes the file, an error removes
    it. `close` may be called from another thread than `write`, once all is written:
    the encoder's queue can be drained while the next segment begins.

    Parameters
    ----------
    path
        The file to write, ``.mp4``, ``.mov`` or ``.mkv``; replaced if it is there.
    size
        (width, height) in pixels, both even.
    rate
        Frames per second, exact.
    encoding
        How pictures become packets.

    Raises
    ------
    OutputError
        The encoder is not on this computer, its options or the size do not suit it,
        or the place cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        size: tuple[int, int],
        rate: Fraction,
        encoding: Encoding,
    ) -> None:
        self.path, self.size, self.rate = Path(path), size, Fraction(rate)
        self.encoding = encoding
        self.frames = 0
        self._scaler = VideoReformatter()
        if min(size) <= 0 or size[0] % 2 or size[1] % 2:
            raise OutputError(
                f"A picture of {size[0]}x{size[1]} cannot be encoded: "
                "both sides must be even.",
                place=str(self.path),
            )
        try:
            self._open()
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self.abandon()
            raise _refused(self.path, encoding.codec, error) from error

    def _open(self) -> None:
        iso = self.path.suffix.lower() in ISO_SUFFIXES
        self._container: Any = av.open(
            f"file:{self.path}",
            "w",
            container_options=_without_edit_list(self.rate) if iso else {},
        )
        name, encoding = self.encoding.codec, self.encoding
        self._stream: Any = self._container.add_stream(
            name,
            rate=self.rate,
            options=_options(encoding),
            hwaccel=HWAccel("vaapi") if name.endswith("_vaapi") else None,
        )
        context: Any = self._stream.codec_context
        context.width, context.height = self.size
        context.pix_fmt = encoding.pix_fmt
        context.time_base = 1 / self.rate
        context.thread_type = "FRAME"
        context.thread_count = encoding.threads
        context.gop_size = encoding.gop_frames
        context.flags |= av.codec.context.Flags.closed_gop
        if encoding.bframes is not None:
            context.max_b_frames = encoding.bframes
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        context.field_order = _PROGRESSIVE
        if encoding.tag:
            context.codec_tag = encoding.tag
        # Now, that a refusal comes before the first picture is made.
        self._container.start_encoding()
        if context.options:
            unknown = ", ".join(context.options)
            raise ValueError(f"{name} has no option {unknown}")

    def write(self, picture: VideoFrame | NDArray[np.uint8]) -> None:
        """Encode the next picture.

        Parameters
        ----------
        picture
            A frame of any format and size, converted to BT.709 in limited range and
            scaled as its tags say; or RGB, uint8 of shape (height, width, 3).

        Raises
        ------
        OutputError
            The file cannot be written further.
        """
        if isinstance(picture, np.ndarray):
            whole = np.ascontiguousarray(picture, dtype=np.uint8)
            picture = VideoFrame.from_ndarray(whole, format="rgb24")
        frame = colour.converted(
            picture, *self.size, self._scaler, self.encoding.pix_fmt
        )
        # It may be the caller's own: it is stamped only while it is encoded.
        before = {name: getattr(frame, name) for name in _STAMP}
        frame.pts, frame.time_base = self.frames, 1 / self.rate
        # Else the picture types of the source are forced on the encoder.
        frame.pict_type = 0
        # ProRes takes them from the frame.
        frame.colorspace = frame.color_primaries = frame.color_trc = _BT709
        frame.color_range = _LIMITED
        try:
            self._mux(frame)
        finally:
            for name, value in before.items():
                if value is not None or name == "pts":
                    setattr(frame, name, value)
        self.frames += 1

    def _mux(self, frame: VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                if self.encoding.codec == "libx265" and self.frames <= _X265_DELAY:
                    # Of fewer pictures than its delay it takes the clock from memory
                    # that nobody wrote: the muxer then ends the whole process.
                    earliest = packet.pts - _X265_DELAY
                    packet.dts = min(max(packet.dts, earliest), packet.pts)
                self._container.mux_one(packet)
        except av.error.FFmpegError as error:
            raise write_failed(self.path, error) from error

    def close(self) -> None:
        """Drain the encoder and finish the file.

        Raises
        ------
        OutputError
            Nothing was written, or the rest of it cannot be; the file is removed.
        """
        try:
            if not self.frames:
                raise OutputError(
                    "A segment without pictures cannot be written.",
                    place=str(self.path),
                )
            self._mux(None)
            try:
                self._container.close()
            except av.error.FFmpegError as error:
                raise write_failed(self.path, error) from error
        except BaseException:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Give the segment up: close and remove its file."""
        container = getattr(self, "_container", None)
        try:
            if container is not None:
                container.close()
        except (av.error.FFmpegError, ValueError):
            pass
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, or remove it after an error."""
        if error is None:
            self.close()
        else:
            self.abandon()


def ticks_per_second(rate: Fraction) -> int:
    """Return a clock in which every frame of ``rate`` lies on a tick.

    The rate's numerator, doubled until it is at least 10,000: FFmpeg's own choice,
    24000 for 23.976 and 12288 for 24.
    """
    ticks = rate.numerator
    while ticks < _LEAST_TICKS:
        ticks *= 2
    return ticks


def _without_edit_list(rate: Fraction) -> dict[str, str]:
    return {
        "movflags": "+negative_cts_offsets",
        "use_editlist": "0",
        "video_track_timescale": str(ticks_per_second(rate)),
    }


def _options(encoding: Encoding) -> dict[str, str]:
    """Return the encoder's options with those that make its bytes steady."""
    given = dict(encoding.options)
    steady: Mapping[str, str] = {}
    if encoding.codec == "libx264":
        steady = x264_steady()
    elif encoding.codec == "libx265":
        # It says hello on the terminal unless told not to.
        quiet = f"open-gop=0:keyint={encoding.gop_frames}:log-level=error"
        steady = {"x265-params": quiet}
    elif encoding.codec == "libsvtav1":
        steady = {"svtav1-params": f"lp={encoding.threads}"}
    for name, value in steady.items():
        # What comes later in such a list wins: the caller's own.
        given[name] = f"{value}:{given[name]}" if given.get(name) else value
    return given


def write_failed(path: Path, error: BaseException) -> OutputError:
    """Return the error for a file that the system does not let us finish."""
    return OutputError(
        f"The file cannot be written further ({_reason(error)}).",
        place=str(path),
        remedy="Make room, or write elsewhere.",
    )


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)


def _refused(path: Path, codec: str, error: BaseException) -> BaseException:
    built = [name for name in _SOFTWARE if can_encode(name)]
    if codec in built:
        return OutputError(
            f"The segment cannot be opened for writing ({_reason(error)}).",
            place=str(path),
            remedy="Check the folder, the suffix and the encoder's options.",
        )
    return OutputError(
        f"The encoder {codec!r} does not work on this computer ({_reason(error)}).",
        place=str(path),
        remedy=f"Choose one of: {', '.join(built)}. `otio-genai doctor` shows others.",
    )
