"""Small pictures of a field's takes, each file opened once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_genai import rates
from otio_genai.errors import GenaiError
from otio_genai.field.model import Chosen, Field, Option
from otio_genai.media import locate
from otio_genai.media.frames import FrameReader
from otio_genai.storyboard.editions_counts import MOST
from otio_genai.storyboard.editions_strips import Scale

__all__ = ["Thumbs"]

Take = tuple[int, int]


class Thumbs:
    """Pictures of the shots of some films.

    Parameters
    ----------
    field
        The field.
    films
        The films whose pictures are wanted.
    scale
        How large they are drawn.
    """

    def __init__(
        self, field: Field, films: Sequence[Sequence[Chosen]], scale: Scale
    ) -> None:
        wanted: dict[Take, set[int]] = defaultdict(set)
        for film in films:
            for shot in film:
                wanted[shot.slot, shot.option].update(scale.shown(shot))
        # What never came is shown, too, as far as it is counted.
        for number, slot in enumerate(field.slots):
            for at, option in enumerate(slot.options[:MOST]):
                if not wanted[number, at]:
                    middle = min(option.material.usable_frames, slot.longest) // 2
                    wanted[number, at].add(option.material.first + middle)
        self._pictures: dict[tuple[Take, int], Image.Image] = {}
        size = scale.thumb_px, scale.row_px
        for take, frames in sorted(wanted.items()):
            option = field.slots[take[0]].options[take[1]]
            for at, picture in _read(option, sorted(frames), field.rate, size).items():
                self._pictures[take, at] = picture

    def picture(self, take: Take, at: int) -> Image.Image | None:
        """Return a take at one of its record frames; None if it cannot be read."""
        return self._pictures.get((take, at))

    def any(self, take: Take) -> Image.Image | None:
        """Return a picture of a take, if one was read."""
        found = (p for (known, _), p in self._pictures.items() if known == take)
        return next(found, None)


def _read(
    option: Option, frames: Sequence[int], rate: Fraction, size: tuple[int, int]
) -> dict[int, Image.Image]:
    """Return what a take shows at some record frames, filling a size."""
    try:
        with FrameReader(locate.path(option.clip.media_reference)) as reader:
            wide, high = _covering((reader.width, reader.height), size)
            found = {}
            for at in frames:
                number = 0
                if reader.rate is not None:
                    number = rates.frame_at(Fraction(at) / rate, reader.rate)
                pixels = reader.rgb(min(number, reader.frames - 1), wide, high)
                found[at] = Image.fromarray(_middle(pixels, size))
            return found
    # A sheet of what is there says more than none.
    except GenaiError:
        return {}


def _covering(whole: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    scale = max(size[0] / whole[0], size[1] / whole[1])
    return max(size[0], round(whole[0] * scale)), max(size[1], round(whole[1] * scale))


def _middle(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[Any]:
    left = (pixels.shape[1] - size[0]) // 2
    top = (pixels.shape[0] - size[1]) // 2
    return np.ascontiguousarray(pixels[top : top + size[1], left : left + size[0]])
