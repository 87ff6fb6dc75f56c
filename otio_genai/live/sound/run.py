"""A stretch of a film's sound encoded anew, to follow frames of another encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from otio_genai.live.sound.law import Samples
from otio_genai.media.aac import FRAME_SAMPLES, AacEncoder

__all__ = ["Mixed", "Run"]

#: Gives the mix between two samples of the film, which may lie before it.
Mixed: TypeAlias = Callable[[int, int], Samples]

# An encoder must have heard so much before what it gives can follow other frames.
_PRE_ROLL_FRAMES = 4


class Run:
    """An encoder at work on a stretch of the film.

    Parameters
    ----------
    first
        The first frame that is wanted of it.
    """

    def __init__(self, first: int) -> None:
        self._encoder = AacEncoder()
        self._heard = self._at = first - _PRE_ROLL_FRAMES
        self._held: list[bytes] = []

    def frame(self, number: int, mixed: Mixed) -> bytes:
        """Return a frame of the film; each is asked for once, in order."""
        while True:
            while self._held:
                frame, self._at = self._held.pop(0), self._at + 1
                if self._at > number:
                    return frame
            start = self._heard * FRAME_SAMPLES
            self._heard += 1
            self._held += self._encoder.push(mixed(start, start + FRAME_SAMPLES))
