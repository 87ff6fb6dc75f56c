"""Record frames of a film: passed through, summed or composed.

`Composer` gives any record frame. Layers that fill the frame are a weighted sum, made
on their planes as the decoder gave them; it costs about a millisecond. Layers with
holes, drawn ones and those with moviepy's effects are put together by `Layers`.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai.media.closing import Closing
from otio_genai.render.effects import Functions
from otio_genai.render.layers import Layers, made
from otio_genai.render.pictures import Pictures, stays
from otio_genai.render.planes import summed
from otio_genai.render.shown import Frame

__all__ = ["Composer", "plain"]


def plain(shown: Frame) -> bool:
    """Tell whether a record frame needs no composing.

    One picture, whole, neither moving, turned nor with effects: it goes from the
    decoder to the encoder, cut and scaled at most.
    """
    if len(shown) != 1:
        return False
    (layer,) = shown
    whole = layer.weight == 1 and layer.sweep is None
    return whole and stays(layer) and not made(layer)


class Composer(Closing):
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
    functions
        Effects that the caller passes, by name.
    """

    def __init__(
        self,
        size: tuple[int, int],
        rate: Fraction,
        *,
        pix_fmt: str = "yuv420p",
        background: tuple[int, int, int] = (0, 0, 0),
        functions: Functions | None = None,
    ) -> None:
        self.rate = rate
        self.pictures = Pictures(size, pix_fmt, background)
        self._layers = Layers(self.pictures, rate, functions)

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
        pictures.layers = len(shown)
        if not shown:
            return pictures.ground
        if any(made(layer) for layer in shown):
            return self._layers.frame(shown)
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
