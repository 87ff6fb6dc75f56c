"""Sound files, written block by block beside their place and renamed when whole."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from contextlib import ExitStack
from fractions import Fraction
from importlib import metadata as packages
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from otio_genai.errors import OutputError
from otio_genai.media import files
from otio_genai.media.encoding import SoundEncoding

__all__ = ["SoundWriter", "engine"]

_PCM = "pcm_s24le"
_FULL_SCALE_24 = 2**23
# Encoders are a third slower on frames that outgrow the processor's caches.
_PIECE_SAMPLES = 16_384


@functools.cache
def engine() -> str:
    """Return what decodes, resamples and encodes sound, by name and version."""
    parts = [f"av {av.__version__}"]
    libraries: Mapping[str, tuple[int, ...]] = av.library_versions
    for name in ("libavcodec", "libavformat", "libswresample"):
        parts.append(f"{name} {'.'.join(map(str, libraries[name]))}")
    parts.append(f"soxr {packages.version('soxr')}")
    parts.append(f"numpy {np.__version__.partition('.')[0]}")
    return ", ".join(parts)


class SoundWriter:
    """Writes one file of sound alone, of any length in the memory of one block.

    Use it as a context manager: leaving the block closes the file and puts it in its
    place; an error removes what was written.

    Parameters
    ----------
    path
        Where the file goes; its suffix names the container (``.wav``, ``.mov``,
        ``.m4a``).
    encoding
        ``pcm_s24le``, exact to the 24-bit sample, beyond full scale clipped; or
        ``aac``, whose priming the container declares.
    sample_rate
        Samples per second.
    channels
        1 or 2.
    force
        Overwrite a file that is there.

    Raises
    ------
    OutputError
        The place cannot be written, or the container does not take the encoding.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        encoding: SoundEncoding,
        sample_rate: int = 48_000,
        channels: int = 2,
        *,
        force: bool = False,
    ) -> None:
        self.path, self.samples = Path(path), 0
        self._rate, self._channels = sample_rate, channels
        self._layout = "mono" if channels == 1 else "stereo"
        self._exact = encoding.codec == _PCM
        self._stack = ExitStack()
        beside = self._stack.enter_context(files.write_beside(path, force=force))
        try:
            self._container: Any = av.open(f"file:{beside}", "w")
            self._stream = self._added(self._container, encoding)
        except (av.error.FFmpegError, ValueError) as error:
            self._abandon(error)
            raise OutputError(
                f"The sound file cannot be opened for writing ({error}).",
                place=os.fspath(path),
                remedy="Check the suffix and the encoding.",
            ) from error

    def _added(self, container: Any, encoding: SoundEncoding) -> Any:
        stream = container.add_stream(
            encoding.codec, rate=self._rate, layout=self._layout
        )
        if self._exact:
            stream.codec_context.format = "s32"
        else:
            stream.bit_rate = encoding.bit_rate
            # Noise that is only described is another from every decoder, and from one
            # that begins elsewhere; its peaks could not be measured.
            stream.codec_context.options = {"aac_pns": "0"}
        return stream

    def write(self, block: NDArray[np.float32]) -> None:
        """Write the next samples, float32 of shape (samples, channels).

        Raises
        ------
        OutputError
            There is no room, or the place went away.
        """
        for start in range(0, len(block), _PIECE_SAMPLES):
            self._encode(block[start : start + _PIECE_SAMPLES])

    def _encode(self, block: NDArray[np.float32]) -> None:
        form = "s32" if self._exact else "fltp"
        values = _packed(block) if self._exact else np.ascontiguousarray(block.T)
        frame = AudioFrame.from_ndarray(values, format=form, layout=self._layout)
        frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
        frame.pts = self.samples
        self.samples += len(block)
        self._mux(frame)

    def _mux(self, frame: AudioFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(frame))
        except av.error.FFmpegError as error:
            raise OutputError(
                f"The sound cannot be written further ({error.strerror}).",
                place=str(self.path),
                remedy="Make room, or write elsewhere.",
            ) from error

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
        """Finish the file, or remove what was written of it after an error."""
        if error is not None:
            self._abandon(error)
            return
        try:
            self._mux(None)
            self._container.close()
        except BaseException as fault:
            self._abandon(fault)
            raise
        self._stack.close()


def _packed(block: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return 24-bit samples in the upper bits of 32, interleaved in one row."""
    whole = np.rint(block.astype(np.float64) * _FULL_SCALE_24)
    whole = whole.clip(-_FULL_SCALE_24, _FULL_SCALE_24 - 1)
    packed: NDArray[np.int32] = whole.astype(np.int32) << 8
    return packed.reshape(1, -1)
