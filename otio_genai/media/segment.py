"""Segments: short pieces of film, each encoded on its own, made to be joined.

A segment begins with a keyframe and looks at no other (closed GOPs); its timestamps
count frames from 0 in a clock that holds every frame exactly. It has no sound: AAC
cannot be joined. Same pictures, same encoding, same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai.errors import OutputError
from otio_genai.media.codecs import can_encode
from otio_genai.media.encoding import Encoding
from otio_genai.media.stream import PictureStream

__all__ = [
    "ISO_SUFFIXES",
    "SegmentWriter",
    "ticks_per_second",
    "write_failed",
]

#: Suffixes of the ISO base media family, whose muxer takes our options.
ISO_SUFFIXES = (".mp4", ".mov", ".m4v")

_LEAST_TICKS = 10_000
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
        self._pictures = PictureStream(
            self._container, self.size, self.rate, self.encoding
        )
        # Now, that a refusal comes before the first picture is made.
        self._container.start_encoding()
        unknown = self._pictures.unknown_options
        if unknown:
            codec = self.encoding.codec
            raise ValueError(f"{codec} has no option {', '.join(unknown)}")

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
        self._mux(self._pictures.packets(picture))

    @property
    def frames(self) -> int:
        """Return how many pictures were written."""
        return self._pictures.frames

    def _mux(self, packets: Iterator[Any]) -> None:
        try:
            for packet in packets:
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
            self._mux(self._pictures.rest())
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
