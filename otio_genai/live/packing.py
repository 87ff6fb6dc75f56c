"""Samples of a show wrapped as the pieces that players take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from otio_genai.live.picture import fmp4
from otio_genai.live.picture.format import Format
from otio_genai.live.picture.packets import is_key
from otio_genai.live.pieces import Piece

__all__ = ["LONGEST_S", "Packer"]

#: No piece is longer, unless no keyframe lies in it: lists promise a longest one, and
#: whoever joins a showing begins with the piece on air.
LONGEST_S = 4

Sample = bytes | memoryview


class Packer:
    """Wraps one film, whose clocks begin at 0."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._counts = {fmp4.VIDEO: 0, fmp4.AUDIO: 0}
        self._sounded = 0

    def pictures(self, record_in: int, samples: Sequence[Sample]) -> list[Piece]:
        """Return the pieces of pictures that begin at a record frame, with a key."""
        made = []
        for first, last, keys in self._cuts(samples):
            ticks = self._form.ticks
            start = (record_in + first) * ticks
            made.append(
                self._piece(fmp4.VIDEO, start, samples[first:last], ticks, keys)
            )
        return made

    def sound(self, frames: Sequence[bytes]) -> list[Piece]:
        """Return the pieces of AAC frames that follow those given before."""
        most = LONGEST_S * fmp4.AUDIO_RATE // fmp4.AUDIO_TICKS
        made = []
        for first in range(0, len(frames), most):
            part = frames[first : first + most]
            start = self._sounded * fmp4.AUDIO_TICKS
            made.append(self._piece(fmp4.AUDIO, start, part, fmp4.AUDIO_TICKS, None))
            self._sounded += len(part)
        return made

    def _cuts(
        self, samples: Sequence[Sample]
    ) -> Iterator[tuple[int, int, Sequence[bool]]]:
        keys = [is_key(sample) for sample in samples]
        places = [n for n, key in enumerate(keys) if key and n]
        longest = int(LONGEST_S * self._form.rate)
        first = 0
        while len(samples) - first > longest:
            fitting = [n for n in places if first < n <= first + longest]
            if not fitting:
                break
            yield first, fitting[-1], keys[first : fitting[-1]]
            first = fitting[-1]
        yield first, len(samples), keys[first:]

    def _piece(
        self,
        track: int,
        start: int,
        samples: Sequence[Sample],
        ticks: int,
        keys: Sequence[bool] | None,
    ) -> Piece:
        number = self._counts[track]
        self._counts[track] += 1
        video = track == fmp4.VIDEO
        scale = self._form.timescale if video else fmp4.AUDIO_RATE
        buffers = fmp4.segment(track, number + 1, start, samples, ticks, keys)
        return Piece(
            "video" if video else "audio",
            number,
            Fraction(start, scale),
            Fraction(len(samples) * ticks, scale),
            tuple(buffers),
        )
