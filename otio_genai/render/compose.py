"""Record frames of a film: passed through, summed or composed.

`Composer` gives any record frame. Layers that fill the frame are a weighted sum, made
on their planes as the decoder gave them; it costs about a millisecond. Layers with
holes, and drawn ones, are put together by moviepy.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import TracebackType
from typing import Self

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai.render.layered import composite, frame_of, opacities
from otio_genai.render.pictures import Pictures
from otio_genai.render.planes import summed
from otio_genai.render.shown import Frame, Shown

__all__ = ["Composer", "Source", "composite", "frame_of", "opacities", "plain"]

#: Gives what a layer shows that is no picture of a file, or more than one: RGB, or
#: RGBA with straight alpha, uint8 (height, width, 3 or 4) of the film's size, as it
#: lies in the frame before any sweep; None for a picture as `Pictures` has it. It is
#: told the layer, where pictures come from, and the film's rate.
Source = Callable[[Shown, Pictures, Fraction], NDArray[np.uint8] | None]


def plain(shown: Frame) -> bool:
    """Tell whether a record frame needs no composing.

    One picture, whole, neither moving, turned nor with effects: it goes from the
    decoder to the encoder, cut and scaled at most.
    """
    if len(shown) != 1:
        return False
    (layer,) = shown
    return layer.weight == 1 and layer.sweep is None and layer.fitted


class Composer:
    """Gives the record frames of a film.

    Parameters
    ----------
    size
        Width and height of the film, even.
    rate
        Record frames per second.
    pix_fmt
        Planar YUV of 8 to 16 bits: ``yuv420p``, ``yuv422p10le``…
    background
        RGB of what no picture covers.
    source
        Gives the layers that are not simply pictures of files.
    """

    def __init__(
        self,
        size: tuple[int, int],
        rate: Fraction,
        *,
        pix_fmt: str = "yuv420p",
        background: tuple[int, int, int] = (0, 0, 0),
        source: Source | None = None,
    ) -> None:
        self.rate = rate
        self.pictures = Pictures(size, pix_fmt, background)
        self._source = source

    @property
    def held(self) -> dict[str, int]:
        """Return how many frames longer than its file each clip was held, by name."""
        return self.pictures.held

    def frame(self, shown: Frame) -> VideoFrame:
        """Return a record frame: BT.709, limited range, the film's size and format.

        The frame may be returned again: stamp it, but do not write into it.

        Parameters
        ----------
        shown
            Its layers, lowest first.

        Raises
        ------
        MediaError
            A file cannot be read there.
        """
        pictures = self.pictures
        if not shown:
            return pictures.ground
        if len(shown) == 1 and shown[0].weight == 1:
            return pictures.yuv(shown[0])
        parts = [(layer.weight, pictures.yuv(layer)) for layer in shown]
        return summed(parts, pictures.levels)

    def rgb(self, shown: Frame) -> NDArray[np.uint8]:
        """Return a record frame as RGB, uint8 (height, width, 3); else as `frame`."""
        return self.pictures.as_rgb(self.frame(shown))

    def close(self) -> None:
        """Close every file; asking for a frame opens them again."""
        self.pictures.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()
