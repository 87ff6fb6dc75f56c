"""A stream of encoded pictures in a file that is being written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.codec.hwaccel import HWAccel
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from otio_genai.media import colour
from otio_genai.media.codecs import x264_steady
from otio_genai.media.encoding import Encoding

__all__ = ["PictureStream"]

_BT709, _LIMITED, _PROGRESSIVE = 1, 1, 1
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


class PictureStream:
    """Turns pictures into packets of a container: BT.709, progressive, counted.

    Parameters
    ----------
    container
        Opened for writing; the stream is added to it.
    size
        (width, height) in pixels, both even.
    rate
        Frames per second, exact; the clock counts frames.
    encoding
        How pictures become packets.

    Attributes
    ----------
    frames
        Pictures taken so far.
    """

    def __init__(
        self,
        container: Any,
        size: tuple[int, int],
        rate: Fraction,
        encoding: Encoding,
    ) -> None:
        self.frames = 0
        self._size, self._rate, self._encoding = size, rate, encoding
        self._scaler = VideoReformatter()
        name = encoding.codec
        self._stream: Any = container.add_stream(
            name,
            rate=rate,
            options=_options(encoding),
            hwaccel=HWAccel("vaapi") if name.endswith("_vaapi") else None,
        )
        context: Any = self._stream.codec_context
        context.width, context.height = size
        context.pix_fmt = encoding.pix_fmt
        context.time_base = 1 / rate
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

    @property
    def unknown_options(self) -> list[str]:
        """Return the options that the encoder, now open, did not know."""
        return list(self._stream.codec_context.options)

    def packets(self, picture: VideoFrame | NDArray[np.uint8]) -> Iterator[Any]:
        """Yield what the encoder gives for the next picture.

        Parameters
        ----------
        picture
            A frame of any format and size, converted to BT.709 in limited range and
            scaled as its tags say; or RGB, uint8 of shape (height, width, 3).

        Raises
        ------
        av.error.FFmpegError
            It cannot be encoded.
        """
        if isinstance(picture, np.ndarray):
            whole = np.ascontiguousarray(picture, dtype=np.uint8)
            picture = VideoFrame.from_ndarray(whole, format="rgb24")
        frame = colour.converted(
            picture, *self._size, self._scaler, self._encoding.pix_fmt
        )
        # It may be the caller's own: it is stamped only while it is encoded.
        before = {name: getattr(frame, name) for name in _STAMP}
        frame.pts, frame.time_base = self.frames, 1 / self._rate
        # Else the picture types of the source are forced on the encoder.
        frame.pict_type = 0
        # ProRes takes them from the frame.
        frame.colorspace = frame.color_primaries = frame.color_trc = _BT709
        frame.color_range = _LIMITED
        try:
            yield from self._encoded(frame)
        finally:
            for name, value in before.items():
                if value is not None or name == "pts":
                    setattr(frame, name, value)
        self.frames += 1

    def rest(self) -> Iterator[Any]:
        """Yield what the encoder still holds; nothing can be encoded after."""
        yield from self._encoded(None)

    def _encoded(self, frame: VideoFrame | None) -> Iterator[Any]:
        for packet in self._stream.encode(frame):
            if self._encoding.codec == "libx265" and self.frames <= _X265_DELAY:
                # Of fewer pictures than its delay it takes the clock from memory
                # that nobody wrote: the muxer then ends the whole process.
                earliest = packet.pts - _X265_DELAY
                packet.dts = min(max(packet.dts, earliest), packet.pts)
            yield packet


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
