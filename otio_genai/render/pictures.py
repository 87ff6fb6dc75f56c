"""The picture of a layer, by number: fitted to the film, as YUV or RGB.

A clip that does not move is fitted in YUV, straight from its decoder, and its RGB is
made from that same fitted frame: it looks the same alone and in a dissolve.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from otio_genai.media import colour, locate
from otio_genai.media.frames import FrameReader
from otio_genai.render.carry import swept
from otio_genai.render.geometry import Box, box_in_film, box_in_source, moved
from otio_genai.render.planes import blank, ground
from otio_genai.render.shown import Shown

__all__ = ["OPEN_READERS", "Pictures"]

#: Files that are open at once, at most.
OPEN_READERS = 4

# A file is read on by the same reader up to this many frames further.
_NEAR = 60
# Fitted frames kept: a slower take shows one for several record frames.
_KEPT = 4
_BT709, _LIMITED, _FULL = 1, 1, 2
# Chroma interpolated at full width: swscale's quick road is up to 3 levels off, and
# a dissolve would begin with a visible step.
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
_EXACT |= Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
# Formats whose planes can be cut at even offsets: 8-bit planar YUV.
_PLANAR = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p")


class Pictures:
    """Fetches the pictures of layers; files open when needed, four at most.

    Parameters
    ----------
    size
        Width and height of the film, even.
    pix_fmt
        Planar YUV of 8 to 16 bits.
    background
        RGB of what no picture covers.
    """

    def __init__(
        self,
        size: tuple[int, int],
        pix_fmt: str = "yuv420p",
        background: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        self.size, self.pix_fmt = size, pix_fmt
        self.levels = ground(background, pix_fmt)
        self.ground = blank(size, pix_fmt, self.levels)
        self.held: dict[str, int] = {}
        self._readers: OrderedDict[tuple[str, int], FrameReader] = OrderedDict()
        self._fitted: OrderedDict[tuple[str, str, int], VideoFrame] = OrderedDict()
        self._scaler = VideoReformatter()
        self._to_rgb = VideoReformatter()

    def yuv(self, layer: Shown) -> VideoFrame:
        """Return a layer's picture: BT.709, of the film's size and pixel format.

        The frame may be returned again: stamp it, but do not write into it.

        Raises
        ------
        MediaError
            The file cannot be read there.
        """
        if not layer.fitted or layer.sweep:
            picture = self.rgb(layer)
            if layer.sweep is not None:
                picture = swept(picture, layer.sweep)
            frame = VideoFrame.from_ndarray(picture, format="rgb24")
            return colour.stamped(self._converted(frame, *self.size))
        reader = self._reader(layer)
        number = self._number(layer, reader)
        fit = layer.look.fit
        key = (layer.url, fit, number)
        if key not in self._fitted:
            self._fitted[key] = self._fit(reader.frame(number), fit)
            if len(self._fitted) > _KEPT:
                self._fitted.popitem(last=False)
        self._fitted.move_to_end(key)
        return self._fitted[key]

    def rgb(self, layer: Shown) -> NDArray[np.uint8]:
        """Return a layer's picture as the camera shows it, RGB of the film's size.

        Raises
        ------
        MediaError
            The file cannot be read there.
        """
        if layer.fitted:
            return self.as_rgb(self.yuv(replace(layer, sweep=None)))
        reader = self._reader(layer)
        frame = reader.frame(self._number(layer, reader))
        if colour.is_rgb(frame):
            picture = colour.rgb(frame, scaler=self._scaler)
        else:
            size = (frame.width, frame.height)
            picture = self.as_rgb(self._converted(frame, *size))
        return moved(picture, self.size, layer.look, layer.pose)

    def _converted(self, frame: VideoFrame, wide: int, high: int) -> VideoFrame:
        return colour.converted(frame, wide, high, self._scaler, self.pix_fmt)

    def as_rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return a frame of the film's own colours as RGB, right to half a level."""
        shown = self._to_rgb.reformat(
            frame,
            format="rgb24",
            src_colorspace=_BT709,
            src_color_range=_LIMITED,
            dst_color_range=_FULL,
            interpolation=_EXACT,
        )
        return np.asarray(shown.to_ndarray(), dtype=np.uint8)

    def _reader(self, layer: Shown) -> FrameReader:
        # Both sides of a dissolve may be the same file, at places far apart.
        places = [key for key in self._readers if key[0] == layer.url]
        near = min(places, key=lambda key: abs(layer.number - key[1]), default=None)
        if near is not None and abs(layer.number - near[1]) <= _NEAR:
            reader = self._readers.pop(near)
        else:
            while len(self._readers) >= OPEN_READERS:
                self._readers.popitem(last=False)[1].close()
            reader = FrameReader(locate.path(layer.url))
        self._readers[layer.url, layer.number] = reader
        return reader

    def _number(self, layer: Shown, reader: FrameReader) -> int:
        # The timeline may promise more frames than the file has: hold its last.
        last = reader.frames - 1
        if layer.number > last:
            self.held[layer.name] = self.held.get(layer.name, 0) + 1
        return min(layer.number, last)

    def _fit(self, frame: VideoFrame, fit: str) -> VideoFrame:
        source = (frame.width, frame.height)
        if fit == "contain":
            box = box_in_film(source, self.size)
            inner = self._converted(frame, box.width, box.height)
            whole = (box.width, box.height) == self.size
            fitted = inner if whole else self._on_ground(inner, box)
        else:
            part = _cut(frame, box_in_source(source, self.size))
            fitted = self._converted(part, *self.size)
        # Scaling keeps the source's tags although it converts to these.
        return colour.stamped(fitted)

    def _on_ground(self, frame: VideoFrame, box: Box) -> VideoFrame:
        whole = blank(self.size, self.pix_fmt, self.levels)
        for into, part in zip(colour.planes(whole), colour.planes(frame), strict=True):
            x = box.x * into.shape[1] // self.size[0]
            y = box.y * into.shape[0] // self.size[1]
            into[y : y + part.shape[0], x : x + part.shape[1]] = part
        return whole

    def close(self) -> None:
        """Close every file; asking for a picture opens them again."""
        self._fitted.clear()
        while self._readers:
            self._readers.popitem()[1].close()

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


def _cut(frame: VideoFrame, box: Box) -> VideoFrame:
    """Return part of a frame; the frame itself if the part is the whole."""
    if (box.width, box.height) == (frame.width, frame.height):
        return frame
    if frame.format.name not in _PLANAR:
        rows = slice(box.y, box.y + box.height)
        picture = colour.rgb(frame)[rows, box.x : box.x + box.width]
        return VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    part = VideoFrame(box.width, box.height, frame.format.name)
    for plane, old in zip(part.planes, colour.planes(frame), strict=True):
        # Offsets are even: halved chroma is cut at whole samples.
        x = box.x * old.shape[1] // frame.width
        y = box.y * old.shape[0] // frame.height
        lines = np.zeros((plane.height, plane.line_size), np.uint8)
        lines[:, : plane.width] = old[y : y + plane.height, x : x + plane.width]
        plane.update(lines.tobytes())
    part.colorspace, part.color_range = frame.colorspace, frame.color_range
    return part
