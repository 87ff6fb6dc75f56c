"""The picture of a layer, by number: laid in the film's frame, as YUV.

A picture that stays is cut and scaled by the scaler, straight from its decoder; one
that moves is sampled plane by plane. Neither sees RGB unless its file holds it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from otio_genai.maps import Sweep
from otio_genai.media import colour, locate
from otio_genai.media.closing import Closing
from otio_genai.media.frames import FrameReader
from otio_genai.media.siting import Siting
from otio_genai.render.carry import swept_planes
from otio_genai.render.geometry import Grid, moved
from otio_genai.render.placing import Place, place
from otio_genai.render.planes import blank, ground
from otio_genai.render.shown import NO_CROP, Shown

__all__ = ["OPEN_READERS", "Pictures", "stays"]

#: Files that are open at once, unless a frame has more layers: decoders of large
#: pictures take a hundred megabytes each.
OPEN_READERS = 2

# A file is read on by the same reader up to this many frames further.
_NEAR = 60
# Frames kept: a slower take shows one for several record frames.
_KEPT = 4
_BT709, _LIMITED, _FULL = 1, 1, 2
# Chroma interpolated at full width: swscale's quick road is up to 3 levels off, and
# a dissolve would begin with a visible step.
_EXACT = Interpolation.BICUBIC | Interpolation.ACCURATE_RND
_EXACT |= Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
# Planar formats by the pixels to a sample of chroma, across and down.
_FORMATS = {(2, 2): "yuv420p", (2, 1): "yuv422p", (1, 1): "yuv444p"}
_PLANES = 3
# RGB so many times as wide as the film is kept with halved chroma.
_LARGE = 1.5
_Key = TypeVar("_Key")


def stays(layer: Shown) -> bool:
    """Tell whether a picture lies in one place and is not turned in all its clip."""
    look = layer.look
    return not (look.moves or look.turns or look.effects)


class Pictures(Closing):
    """Fetches the pictures of layers; files open when needed, few at once.

    Parameters
    ----------
    size
        Width and height of the film, even.
    pix_fmt
        Planar YUV of 8 to 16 bits.
    background
        RGB of what no picture covers.

    Attributes
    ----------
    layers
        How many the present frame has: so many files may be open.
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
        self.layers = 1
        self._readers: OrderedDict[tuple[str, int], FrameReader] = OrderedDict()
        self._laid: OrderedDict[tuple[Hashable, ...], VideoFrame] = OrderedDict()
        self._whole: OrderedDict[tuple[str, int], VideoFrame] = OrderedDict()
        self._scaler = VideoReformatter()
        self._to_rgb = VideoReformatter()
        self._siting = Siting()

    def yuv(self, layer: Shown) -> VideoFrame:
        """Return a layer's picture as it lies in the frame, swept if it is.

        BT.709 of limited range, the film's size and pixel format. The frame may be
        returned again: stamp it, but do not write into it.

        Raises
        ------
        MediaError
            The file cannot be read there.
        """
        reader = self._reader(layer)
        number = self._number(layer, reader)
        key = (layer.url, number, layer.look, layer.pose, layer.crop)
        make = self._placed if stays(layer) else self._moved
        laid = _kept(self._laid, key, _KEPT, lambda: make(layer, number, reader))
        return laid if layer.sweep is None else _swept(laid, layer.sweep)

    def rgb(self, layer: Shown) -> NDArray[np.uint8]:
        """Return the same as RGB, uint8 (height, width, 3)."""
        return self.as_rgb(self.yuv(layer))

    def rgba(self, layer: Shown) -> NDArray[np.uint8]:
        """Return a layer's picture with its holes, as it lies in the frame, unswept.

        RGBA, uint8 (height, width, 4) of the film's size, alpha straight; nothing is
        opaque where the picture does not reach or is cut away. Errors as `yuv`.
        """
        reader = self._reader(layer)
        picture = reader.rgba(self._number(layer, reader))
        if layer.crop != NO_CROP:
            picture = _cropped(picture, layer.crop, 0)
        return moved(picture, self.size, layer.look, layer.pose)

    def source_size(self, layer: Shown) -> tuple[int, int]:
        """Return the size of the pictures of a layer's file; errors as `yuv`."""
        reader = self._reader(layer)
        return reader.width, reader.height

    def see_through(self, layer: Shown) -> bool:
        """Tell whether the pictures of a layer's file have alpha; errors as `yuv`."""
        return bool(self._reader(layer).alpha)

    def as_rgb(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """Return a frame of the film's own colours as RGB, right to half a level."""
        shown = self._to_rgb.reformat(
            self._siting.left(frame),
            format="rgb24",
            src_colorspace=_BT709,
            src_color_range=_LIMITED,
            dst_color_range=_FULL,
            interpolation=_EXACT,
            threads=colour.ONE_THREAD,
        )
        return np.asarray(shown.to_ndarray(), dtype=np.uint8)

    def from_rgb(self, picture: NDArray[np.uint8]) -> VideoFrame:
        """Return RGB, uint8 (height, width, 3), in the film's colours and format."""
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        high, wide = picture.shape[:2]
        return self._converted(frame, wide, high, self.pix_fmt)

    def _converted(
        self, frame: VideoFrame, wide: int, high: int, pix_fmt: str
    ) -> VideoFrame:
        if colour.is_rgb(frame):
            frame = self._siting.left(frame)
        made = colour.converted(frame, wide, high, self._scaler, pix_fmt)
        # Scaling keeps the source's tags although it converts to these.
        return colour.stamped(made)

    def _reader(self, layer: Shown) -> FrameReader:
        # Both sides of a dissolve may be the same file, at places far apart.
        places = [key for key in self._readers if key[0] == layer.url]
        near = min(places, key=lambda key: abs(layer.number - key[1]), default=None)
        if near is not None and abs(layer.number - near[1]) <= _NEAR:
            reader = self._readers.pop(near)
        else:
            while len(self._readers) >= max(OPEN_READERS, self.layers):
                self._readers.popitem(last=False)[1].close()
            reader = FrameReader(locate.path(layer.url))
        self._readers[layer.url, layer.number] = reader
        return reader

    def _number(self, layer: Shown, reader: FrameReader) -> int:
        # The timeline may promise more frames than the file has: hold its last.
        return min(layer.number, reader.frames - 1)

    def _placed(self, layer: Shown, number: int, reader: FrameReader) -> VideoFrame:
        frame = reader.frame(number)
        source = (frame.width, frame.height)
        lies = place(source, self.size, layer.look, layer.pose, layer.crop)
        if lies is None:
            return self.ground
        across, down = lies.x, lies.y
        part = self._cut(frame, lies)
        scaled = self._converted(part, across.length, down.length, self.pix_fmt)
        if (across.length, down.length) == self.size == (across.shown, down.shown):
            return scaled
        whole = blank(self.size, self.pix_fmt, self.levels)
        for into, plane in zip(
            colour.planes(whole), colour.planes(scaled), strict=True
        ):
            k, m = self.size[0] // into.shape[1], self.size[1] // into.shape[0]
            x, y = across.skipped // k, down.skipped // m
            wide, high = across.shown // k, down.shown // m
            left, top = across.first // k, down.first // m
            shown = plane[y : y + high, x : x + wide]
            into[top : top + high, left : left + wide] = shown
        return whole

    def _cut(self, frame: VideoFrame, lies: Place) -> VideoFrame:
        size = (lies.x.stop - lies.x.start, lies.y.stop - lies.y.start)
        if size == (frame.width, frame.height):
            return frame
        if frame.format.name != "rgb24":
            frame = self._planar(frame)
            part = VideoFrame(*size, frame.format.name)
            old, new = colour.planes(frame), colour.planes(part)
        else:
            part = VideoFrame(*size, "rgb24")
            old = [_packed(frame)]
            new = [_packed(part)]
        for into, plane in zip(new, old, strict=True):
            # Offsets are even: halved chroma is cut at whole samples.
            x = lies.x.start * plane.shape[1] // frame.width
            y = lies.y.start * plane.shape[0] // frame.height
            into[:] = plane[y : y + into.shape[0], x : x + into.shape[1]]
        return self._siting.left(colour.alike(part, frame))

    def _planar(self, frame: VideoFrame) -> VideoFrame:
        """Return a frame with planes of its own; itself where it has them."""
        plain = frame.format.name.removesuffix("le").rstrip("0123456789")
        if len(frame.planes) == _PLANES and plain in ("yuv420p", "yuv422p", "yuv444p"):
            return frame
        return self._converted(frame, frame.width, frame.height, self._format(frame))

    def _format(self, frame: VideoFrame) -> str:
        """Return the film's format with the chroma of a frame of another kind."""
        if colour.is_rgb(frame):
            # Where the film is coarser, its chroma is no finer for it.
            large = frame.width >= _LARGE * self.size[0]
            halves = (2, 2) if large else (1, 1)
        else:
            halves = (
                round(frame.width / frame.format.chroma_width(frame.width)),
                round(frame.height / frame.format.chroma_height(frame.height)),
            )
        deep = self.pix_fmt[len("yuv420p") :]
        return _FORMATS.get(halves, "yuv444p") + deep

    def _moved(self, layer: Shown, number: int, reader: FrameReader) -> VideoFrame:
        at = (layer.url, number)
        whole = _kept(self._whole, at, 2, lambda: self._in_film(reader, number))
        made = VideoFrame(*self.size, self.pix_fmt)
        source = (whole.width, whole.height)
        planes = colour.planes(whole)
        if layer.crop != NO_CROP:
            planes = [
                _cropped(plane, layer.crop, level)
                for plane, level in zip(planes, self.levels, strict=True)
            ]
        most = (1 << made.format.components[0].bits) - 1
        for plane, into, level in zip(
            planes, colour.planes(made), self.levels, strict=True
        ):
            old = _grid(source, plane)
            new = _grid(self.size, into)
            laid = moved(
                plane,
                self.size,
                layer.look,
                layer.pose,
                ground=level,
                source=source,
                grids=(old, new),
            )
            into[:] = np.minimum(laid, most)
        return colour.stamped(made)

    def _in_film(self, reader: FrameReader, number: int) -> VideoFrame:
        """Return a whole picture in the film's colours, its chroma as fine as it is."""
        frame = reader.frame(number)
        return self._converted(frame, frame.width, frame.height, self._format(frame))

    def close(self) -> None:
        """Close every file; asking for a picture opens them again."""
        self._laid.clear()
        self._whole.clear()
        while self._readers:
            self._readers.popitem()[1].close()


def _kept(
    frames: OrderedDict[_Key, VideoFrame],
    key: _Key,
    most: int,
    make: Callable[[], VideoFrame],
) -> VideoFrame:
    if key not in frames:
        frames[key] = make()
        if len(frames) > most:
            frames.popitem(last=False)
    frames.move_to_end(key)
    return frames[key]


def _swept(frame: VideoFrame, sweep: Sweep) -> VideoFrame:
    made = VideoFrame(frame.width, frame.height, frame.format.name)
    most = (1 << frame.format.components[0].bits) - 1
    swept = swept_planes(colour.planes(frame), sweep, most=most)
    for into, plane in zip(colour.planes(made), swept, strict=True):
        into[:] = plane
    return colour.stamped(made)


def _packed(frame: VideoFrame) -> NDArray[np.uint8]:
    plane = frame.planes[0]
    lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return lines[: frame.height, : 3 * frame.width].reshape(
        frame.height, frame.width, 3
    )


def _grid(size: tuple[int, int], plane: NDArray[np.unsignedinteger]) -> Grid:
    high, wide = plane.shape
    return Grid(round(size[0] / wide), round(size[1] / high))


def _cropped(
    plane: NDArray[np.unsignedinteger],
    crop: tuple[float, float, float, float],
    level: int,
) -> NDArray[np.unsignedinteger]:
    high, wide = plane.shape[:2]
    left, top, right, bottom = crop
    rows = slice(round(top * high), round((1 - bottom) * high))
    columns = slice(round(left * wide), round((1 - right) * wide))
    whole = np.full_like(plane, level)
    whole[rows, columns] = plane[rows, columns]
    return whole
