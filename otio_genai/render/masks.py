"""How far a picture covers the frame, plane by plane, where it is not see-through.

Aim
    A picture that is smaller than the frame, cropped or turned goes the quick way of
    all pictures, on its planes. What it covers is told by a flat picture of its size
    that goes the very same way: edges then have the alpha that their levels were made
    with, whatever sampled them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai.media import colour
from otio_genai.render.over import STEPS, Overlay, box
from otio_genai.render.pictures import Pictures
from otio_genai.render.planes import blank
from otio_genai.render.shown import Shown

__all__ = ["Masks"]

# Levels of what covers, against black around it: as far from it as a plane goes.
_BLACK, _COVER = (16, 128, 128), (235, 240, 240)
# Scaling leaves a flat picture as it is but for rounding.
_ROUNDED = 1
_KEPT = 4

_Alphas = tuple[NDArray[np.int32], ...]
_Places = tuple[tuple[slice, slice], ...]


class Masks:
    """Tells what pictures cover of a film's frame.

    Parameters
    ----------
    pictures
        Where they come from.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._flat = _Flat(pictures.size, pictures.pix_fmt)
        self._known: OrderedDict[Shown, tuple[_Places, _Alphas] | None] = OrderedDict()

    def overlay(self, layer: Shown) -> Overlay | None:
        """Return a layer ready to be laid over others; None where nothing of it shows.

        Parameters
        ----------
        layer
            An opaque picture of a file, without effects; swept if it is.

        Raises
        ------
        MediaError
            The file cannot be read there.
        """
        seen = self._seen(layer)
        if seen is None:
            return None
        places, alphas = seen
        values = []
        planes = colour.planes(self._pictures.yuv(layer))
        levels = self._pictures.levels
        for plane, place, alpha, level in zip(
            planes, places, alphas, levels, strict=True
        ):
            # What the picture is mixed with at its edges is taken off again.
            own = plane[place].astype(np.int32) * STEPS - (STEPS - alpha) * level
            # Sharp sampling overshoots beside an edge, the flat picture as much.
            beyond = alpha > STEPS
            own[beyond] = own[beyond].astype(np.int64) * STEPS // alpha[beyond]
            values.append(np.maximum(own, 0).astype(np.uint32))
        whole = tuple(np.minimum(alpha, STEPS).astype(np.uint32) for alpha in alphas)
        return Overlay(places, whole, tuple(values))

    def _seen(self, layer: Shown) -> tuple[_Places, _Alphas] | None:
        wide, high = self._pictures.source_size(layer)
        flat = replace(
            layer, url=f"{wide}x{high}", number=0, clip_frame=0, name="", weight=_ONE
        )
        if flat not in self._known:
            self._known[flat] = _covered(self._flat.yuv(flat))
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self._known.move_to_end(flat)
        return self._known[flat]


_ONE = Shown("", 0).weight


def _covered(frame: VideoFrame) -> tuple[_Places, _Alphas] | None:
    """Return the box that a flat picture covers in each plane, and its alpha there."""
    planes = colour.planes(frame)
    more = frame.format.components[0].bits - 8
    alphas = [
        _alpha(plane, low << more, high << more, _ROUNDED + more)
        for plane, low, high in zip(planes, _BLACK, _COVER, strict=True)
    ]
    seen = box(alphas[0])
    if seen is None:
        return None
    rows, columns = seen
    places = []
    for alpha in alphas:
        down = frame.height // alpha.shape[0]
        across = frame.width // alpha.shape[1]
        places.append(
            (
                slice(rows.start // down, rows.stop // down),
                slice(columns.start // across, columns.stop // across),
            )
        )
    parts = (alpha[place] for alpha, place in zip(alphas, places, strict=True))
    return tuple(places), tuple(parts)


def _alpha(plane: NDArray[Any], low: int, high: int, rounded: int) -> NDArray[np.int32]:
    found = (plane.astype(np.int32) - low) * STEPS // (high - low)
    found[abs(plane.astype(np.int32) - high) <= rounded] = STEPS
    found[plane <= low + rounded] = 0
    return found


class _Flat(Pictures):
    """Pictures of one colour, as large as their address says."""

    def _reader(self, layer: Shown) -> Any:
        if (layer.url, 0) not in self._readers:
            wide, high = (int(length) for length in layer.url.split("x"))
            reader: Any = _FlatReader((wide, high))
            while len(self._readers) >= _KEPT:
                self._readers.popitem(last=False)
            self._readers[layer.url, 0] = reader
        return self._readers[layer.url, 0]


class _FlatReader:
    """Stands for a file whose one picture covers all it can."""

    frames = 1
    alpha = False

    def __init__(self, size: tuple[int, int]) -> None:
        self._frame = blank(size, "yuv444p", _COVER)

    def frame(self, number: int) -> VideoFrame:
        return self._frame

    def close(self) -> None:
        """Close nothing."""
