"""What the pictures of a file are asked: motion, steadiness, colour of the ends.

Conventions
    Answers are dictionaries of metadata keys. Frames count from the first picture.
    Every picture is decoded once.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_genai.analyse import motion, palette, steady
from otio_genai.analyse.picture import Luma
from otio_genai.media.frames import FrameReader

__all__ = ["picture", "still"]

_PALETTE_PX = 64
# How far inside a take its ends are looked at a second time.
_PALETTE_INSIDE_S = Fraction(1, 5)


def picture(path: Path) -> dict[str, Any]:
    """Return ``motion``, ``steady`` and ``palette`` of a take.

    Raises
    ------
    MediaError
        The file has no picture that can be read.
    """
    with FrameReader(path) as reader:
        # A still in place of a take has one frame and no rate: any will do.
        rate = reader.rate or Fraction(1)
        looks = _Looks(reader, rate)
        seen = motion.observe(looks.lumas(), rate)
        size = reader.width, reader.height
    return {
        "motion": motion.to_metadata(seen.samples, *size),
        "steady": steady.steadiness(seen).to_metadata(),
        "palette": palette.to_metadata(looks.entry, looks.leaving),
    }


def still(path: Path) -> dict[str, Any]:
    """Return the ``palette`` of a still; errors as `picture`."""
    with FrameReader(path) as reader:
        seen = _small(reader, 0)
    return {"palette": palette.to_metadata([seen], [seen])}


class _Looks:
    """A pass over the pictures that remembers the small ones at both ends."""

    def __init__(self, reader: FrameReader, rate: Fraction) -> None:
        self._reader = reader
        inside, last = round(rate * _PALETTE_INSIDE_S), reader.frames - 1
        self._first = 0, min(inside, last)
        self._last = max(last - inside, 0), last
        self.entry: list[npt.NDArray[np.uint8]] = []
        self.leaving: list[npt.NDArray[np.uint8]] = []

    def lumas(self) -> Iterator[tuple[int, Luma]]:
        for number in range(self._reader.frames):
            if number in self._first:
                self.entry.append(_small(self._reader, number))
            if number in self._last:
                self.leaving.append(_small(self._reader, number))
            yield number, self._reader.luma(number)


def _small(reader: FrameReader, number: int) -> npt.NDArray[np.uint8]:
    height = max(1, round(_PALETTE_PX * reader.height / reader.width))
    return reader.rgb(number, _PALETTE_PX, height)
