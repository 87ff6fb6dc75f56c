"""Films and sound files, written beside their place and renamed when whole.

A film is H.264 (yuv420p, BT.709, limited range, closed GOPs) with AAC, its index in
front. Time is exact: the encoder's clock is one frame, timestamps are frame numbers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai.errors import OutputError
from otio_genai.media import files
from otio_genai.media.encoding import Encoding, SoundEncoding
from otio_genai.media.segment import ISO_SUFFIXES, write_failed
from otio_genai.media.soundfile import SoundWriter
from otio_genai.media.stream import PictureStream

__all__ = ["FilmWriter", "write_wav"]

_X264_GOP_FRAMES = 250
_AAC_BIT_RATE = 192_000


class FilmWriter:
    """Writes one H.264/AAC film, picture by picture and block by block.

    Use it as a context manager: leaving the block closes the film and puts it in its
    place; an error removes what was written.

    Parameters
    ----------
    path
        Where the film goes (``.mp4``, ``.mov``, ``.mkv``).
    width, height
        Even numbers of pixels.
    rate
        Frames per second, exact.
    sample_rate
        Samples per second of the sound; None for a film without.
    crf, preset, gop_frames, threads
        x264's quality, speed, largest distance of keyframes (None: x264's own), and
        threads (0: as many as suit the machine).
    options
        More options of x264, by name.
    force
        Overwrite a file that is there.

    Raises
    ------
    OutputError
        The place cannot be written, or a side is odd.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        width: int,
        height: int,
        rate: Fraction,
        sample_rate: int | None = 48000,
        *,
        crf: float = 18,
        preset: str = "veryfast",
        gop_frames: int | None = None,
        threads: int = 0,
        options: Mapping[str, str] | None = None,
        force: bool = False,
    ) -> None:
        _refuse_odd(path, width, height)
        self.path = Path(path)
        self.width, self.height, self.rate = width, height, Fraction(rate)
        self.samples = 0
        self._stack = ExitStack()
        beside = self._stack.enter_context(files.write_beside(path, force=force))
        encoding = Encoding(
            options=tuple(
                {"crf": f"{crf:g}", "preset": preset, **(options or {})}.items()
            ),
            gop_frames=gop_frames or _X264_GOP_FRAMES,
            threads=threads,
        )
        try:
            self._open(beside, encoding)
            self._audio = self._sound_stream(sample_rate) if sample_rate else None
        except BaseException as error:
            self._abandon(error)
            raise _refused(path, error) from error

    def _open(self, beside: Path, encoding: Encoding) -> None:
        iso = beside.suffix.lower() in ISO_SUFFIXES
        container_options = {"movflags": "+faststart"} if iso else {}
        self._container: Any = av.open(
            f"file:{beside}", "w", container_options=container_options
        )
        size = (self.width, self.height)
        self._pictures = PictureStream(self._container, size, self.rate, encoding)

    def _sound_stream(self, sample_rate: int) -> Any:
        stream = self._container.add_stream("aac", rate=sample_rate, layout="stereo")
        stream.bit_rate = _AAC_BIT_RATE
        return stream

    def video(self, picture: VideoFrame | NDArray[np.uint8]) -> None:
        """Write the next picture.

        Parameters
        ----------
        picture
            A frame of any format and size, converted to BT.709 and scaled as its
            tags say; or RGB, uint8 of shape (height, width, 3).
        """
        self._mux(self._pictures.packets(picture))

    @property
    def frames(self) -> int:
        """Return how many pictures were written."""
        return self._pictures.frames

    def _mux(self, packets: Iterable[Any]) -> None:
        try:
            self._container.mux(list(packets))
        except av.error.FFmpegError as error:
            raise write_failed(self.path, error) from error

    def sound(self, block: NDArray[np.float32]) -> None:
        """Write the next samples, float32 of shape (samples, 2), full scale ±1.

        Raises
        ------
        OutputError
            The film was opened without sound.
        """
        if self._audio is None:
            raise OutputError(
                "This film was opened without sound.",
                remedy="Open it with a sample rate.",
            )
        if not len(block):
            return
        planes = np.ascontiguousarray(block.T, dtype=np.float32)
        frame = AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate = self._audio.codec_context.sample_rate
        frame.time_base = Fraction(1, frame.sample_rate)
        frame.pts = self.samples
        self.samples += len(block)
        self._mux(self._audio.encode(frame))

    def close(self) -> None:
        """Finish the film and put it in its place.

        Raises
        ------
        OutputError
            It has no pictures, or the last of it cannot be written.
        """
        try:
            if not self.frames:
                raise OutputError("A film without pictures cannot be written.")
            self._mux(self._pictures.rest())
            if self._audio is not None and self.samples:
                self._mux(self._audio.encode(None))
            self._container.close()
        except BaseException as error:
            self._abandon(error)
            raise
        self._stack.close()

    def _abandon(self, error: BaseException) -> None:
        container = getattr(self, "_container", None)
        try:
            if container is not None:
                container.close()
        except (av.error.FFmpegError, ValueError):
            pass
        self._stack.__exit__(type(error), error, error.__traceback__)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the film, or remove what was written of it after an error."""
        if error is None:
            self.close()
        else:
            self._abandon(error)


def _refuse_odd(path: str | os.PathLike[str], width: int, height: int) -> None:
    if width <= 0 or height <= 0 or width % 2 or height % 2:
        even = f"{max(2, width - width % 2)}x{max(2, height - height % 2)}"
        raise OutputError(
            f"A film of {width}x{height} cannot be written: both sides must be even.",
            place=os.fspath(path),
            remedy=f"Choose {even}.",
        )


def _refused(path: str | os.PathLike[str], error: BaseException) -> BaseException:
    if isinstance(error, OutputError) or not isinstance(error, Exception):
        return error
    return OutputError(
        f"The film cannot be opened for writing ({error}).",
        place=os.fspath(path),
        remedy="Check the suffix and the encoder's options.",
    )


def write_wav(
    path: str | os.PathLike[str],
    samples: NDArray[np.float32],
    rate: int,
    *,
    force: bool = False,
) -> None:
    """Write a WAV of 24-bit samples.

    Parameters
    ----------
    samples
        float32, shape (samples,) or (samples, 1 or 2), full scale ±1; beyond is
        clipped.

    Raises
    ------
    OutputError
        The place cannot be written.
    """
    shaped = samples.reshape(len(samples), -1)
    pcm = SoundEncoding("pcm_s24le")
    with SoundWriter(path, pcm, rate, shaped.shape[1], force=force) as writer:
        for start in range(0, len(shaped), rate):
            writer.write(shaped[start : start + rate])
