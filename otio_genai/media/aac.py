"""AAC-LC frame by frame, for streams that are put together of frames.

Clock
    A frame carries 1024 samples. Since frames overlap by half their window, the samples
    of a frame come out right only after the frame before it was decoded, and one frame
    is encoded from its own samples and the next frame's.

Quality
    It is the same in every frame, by as many bits as that takes. Encoders at a constant
    bit rate save bits up for what is hard: one that has just begun has none, and a word
    that comes in suddenly is heard to be rough, or a stretch of the music is.
"""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from otio_genai.errors import OutputError

__all__ = ["FRAME_SAMPLES", "QUALITY", "AacEncoder"]

#: Samples of a frame.
FRAME_SAMPLES = 1024

#: What the encoder adds lies 53 dB and more below music with speech (at 220 to 350
#: kbit/s), 30 dB below noise (400): `benchmarks/live_sound.py`.
QUALITY = 4.0

_RATE = 48_000
# FFmpeg's unit of quality.
_LAMBDA = 118


class AacEncoder:
    """Encodes stereo sound at 48 kHz; frame n comes when sample 1024 (n + 3) is in.

    Its first frame carries the first 1024 samples; what an encoder gives before that is
    left out, so that there is no priming to be declared.

    Raises
    ------
    OutputError
        There is no encoder for it.
    """

    def __init__(self) -> None:
        try:
            context = av.CodecContext.create("aac", "w")
            context.sample_rate, context.layout = _RATE, "stereo"
            context.format, context.time_base = "fltp", Fraction(1, _RATE)
            context.options = {
                # As in `otio_genai.media.soundfile`: noise that is only described is
                # another from an encoder that begins elsewhere.
                "aac_pns": "0",
                # The other search aims at a bit rate; at this quality it takes twice
                # the time and is worse.
                "aac_coder": "fast",
                "flags": "+qscale",
                "global_quality": str(round(QUALITY * _LAMBDA)),
            }
            context.open()
        except (av.error.FFmpegError, ValueError) as error:
            raise OutputError(
                f"Sound cannot be encoded as AAC ({error}).",
                remedy="Install PyAV with FFmpeg's own AAC encoder.",
            ) from error
        self._context = context
        self._fed = 0
        self._primed = False
        #: AudioSpecificConfig (ISO 14496-3) of every frame.
        self.config = bytes(context.extradata or b"")

    def push(self, samples: NDArray[np.float32]) -> list[bytes]:
        """Take whole frames of samples, (1024 k, 2); return the frames that are ready.

        Raises
        ------
        ValueError
            They are no whole frames.
        """
        if len(samples) % FRAME_SAMPLES:
            raise ValueError("Samples are taken in whole frames of 1024.")
        found: list[bytes] = []
        for start in range(0, len(samples), FRAME_SAMPLES):
            values = np.ascontiguousarray(samples[start : start + FRAME_SAMPLES].T)
            frame = AudioFrame.from_ndarray(values, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base = _RATE, Fraction(1, _RATE)
            frame.pts = self._fed
            self._fed += FRAME_SAMPLES
            found += self._encoded(frame)
        return found

    def _encoded(self, frame: AudioFrame) -> list[bytes]:
        found = [bytes(packet) for packet in self._context.encode(frame)]
        if found and not self._primed:
            self._primed = True
            return found[1:]
        return found
