"""Colour tags, and frames made upright, square and opaque.

Untagged pictures are read as every player does: ITU-R BT.709 for high definition,
BT.601 for less. Range is limited ("tv") unless the file or its format says full.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from otio_genai.media.limits import write_limited

__all__ = [
    "NO_COLOUR",
    "ONE_THREAD",
    "Colour",
    "alike",
    "colour_of",
    "converted",
    "display_size",
    "has_alpha",
    "interpolation",
    "is_rgb",
    "luma",
    "opaque",
    "planes",
    "rgb",
    "rgba",
    "scaler_matrix",
    "stamped",
    "tagged",
    "tags_of",
    "timed",
    "upright",
]

# ITU-T H.273 code points: matrix, primaries, transfer, as names used in files.
_MATRICES = {
    0: "rgb",
    1: "bt709",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
    10: "bt2020c",
}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}
_TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "smpte170m",
    8: "linear",
    13: "srgb",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}
_RANGES = {1: "tv", 2: "pc"}
_UNSPECIFIED = 2
_LIMITED, _FULL = 1, 2
_BT709, _BT601 = 1, 6
_HD_WIDTH, _SD_HEIGHT = 1280, 576
# swscale names matrices by other numbers than H.273.
_SWS = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}
# swscale's flags; careful: accurate rounding, full chroma interpolation, and the same
# bytes on every processor.
_AREA, _BICUBIC, _CAREFUL = 0x20, 4, 0xC2000
_BITS = 8
# What the scaler need not touch but for its range, which it brings too high.
_BY_HAND = {(_BT709, f"yuv4{part}p") for part in (20, 22, 44)}
_PLANAR = len("yuv420p")
#: For every scaler: what several make of a larger picture depends on how many they are.
ONE_THREAD = 1


class Colour(NamedTuple):
    """The colour tags of a file by name; None where it has none."""

    range: str | None
    matrix: str | None
    primaries: str | None
    transfer: str | None


NO_COLOUR = Colour(None, None, None, None)


def colour_of(context: Any) -> Colour:
    """Return the tags of a codec context or frame."""
    return Colour(
        _RANGES.get(int(context.color_range)),
        _MATRICES.get(int(context.colorspace)) if int(context.colorspace) else None,
        _PRIMARIES.get(int(context.color_primaries)),
        _TRANSFERS.get(int(context.color_trc)),
    )


def display_size(
    width: int, height: int, sar: Fraction, rotation: int
) -> tuple[int, int]:
    """Return the size in square pixels once upright; neither side ever shrinks."""
    if sar > 1:
        width = round(width * sar)
    elif 0 < sar < 1:
        height = round(height / sar)
    return (height, width) if rotation % 180 else (width, height)


def is_rgb(frame: VideoFrame) -> bool:
    """Tell whether the frame holds RGB or a palette."""
    return _is_rgb(frame.format.name)


@functools.cache
def _is_rgb(pix_fmt: str) -> bool:
    return bool(VideoFormat(pix_fmt).is_rgb) or pix_fmt.startswith("pal")


def has_alpha(frame: VideoFrame) -> bool:
    """Tell whether the frame's format has transparency."""
    return _has_alpha(frame.format.name)


@functools.cache
def _has_alpha(pix_fmt: str) -> bool:
    parts = VideoFormat(pix_fmt).components
    return pix_fmt.startswith("pal") or any(part.is_alpha for part in parts)


def tags_of(frame: VideoFrame) -> tuple[int, int]:
    """Return the matrix and range of a frame (H.273 numbers), stated or assumed."""
    matrix, span = int(frame.colorspace), int(frame.color_range)
    if is_rgb(frame):
        return matrix, _FULL
    if matrix in (0, _UNSPECIFIED):
        hd = frame.width >= _HD_WIDTH or frame.height > _SD_HEIGHT
        matrix = _BT709 if hd else _BT601
    if span not in (_LIMITED, _FULL):
        full = frame.format.name.startswith(("yuvj", "gray"))
        span = _FULL if full else _LIMITED
    return matrix, span


def scaler_matrix(matrix: int) -> int:
    """Return swscale's number of a matrix of H.273."""
    return _SWS.get(matrix, 5)


def tagged(frame: VideoFrame) -> VideoFrame:
    """Write `tags_of` a frame into it, in place; RGB is left as it is."""
    if not is_rgb(frame):
        frame.colorspace, frame.color_range = tags_of(frame)
    return frame


def rgb(
    frame: VideoFrame,
    width: int | None = None,
    height: int | None = None,
    scaler: VideoReformatter | None = None,
) -> NDArray[np.uint8]:
    """Return a frame as RGB, uint8 of shape (height, width, 3), over black."""
    wide, high = width or frame.width, height or frame.height
    scaler = scaler or VideoReformatter()
    if has_alpha(frame):
        return rgb(opaque(frame, scaler), width, height)
    matrix, span = tags_of(frame)
    picture = scaler.reformat(
        frame,
        width=wide,
        height=high,
        format="rgb24",
        src_colorspace=scaler_matrix(matrix),
        src_color_range=span,
        dst_color_range=_FULL,
        interpolation=interpolation(frame, wide, high),
        threads=ONE_THREAD,
    )
    return np.asarray(picture.to_ndarray(), dtype=np.uint8)


def rgba(
    frame: VideoFrame, scaler: VideoReformatter | None = None
) -> NDArray[np.uint8]:
    """Return a frame as RGBA, uint8 of shape (height, width, 4), alpha straight."""
    if frame.format.name == "rgba":
        return np.asarray(frame.to_ndarray(), dtype=np.uint8)
    matrix, span = tags_of(frame)
    picture = (scaler or VideoReformatter()).reformat(
        frame,
        format="rgba",
        src_colorspace=scaler_matrix(matrix),
        src_color_range=span,
        dst_color_range=_FULL,
        interpolation=interpolation(frame, frame.width, frame.height),
        threads=ONE_THREAD,
    )
    return np.asarray(picture.to_ndarray(), dtype=np.uint8)


def opaque(frame: VideoFrame, scaler: VideoReformatter | None = None) -> VideoFrame:
    """Return a frame with alpha over black, as rgb24; itself if it has none."""
    if not has_alpha(frame):
        return frame
    flat = VideoFrame.from_ndarray(_over_black(rgba(frame, scaler)), format="rgb24")
    return timed(flat, frame)


def interpolation(
    frame: VideoFrame, width: int, height: int, *, exact: bool = False
) -> int:
    """Return the scaler's method: area means when smaller, else bicubic.

    ``exact`` asks for the careful arithmetic even where nothing is scaled: without,
    matrices are converted up to 5 of 255 too dark, with it 8-bit YUV to RGB costs
    ten times as much for nothing. Accurate rounding alone is the darkest of all.
    """
    smaller = width < frame.width or height < frame.height
    scaled = (width, height) != (frame.width, frame.height)
    deep = any(part.bits > _BITS for part in frame.format.components)
    careful = _CAREFUL if exact or scaled or deep else 0
    return (_AREA if smaller else _BICUBIC) | careful


def converted(
    frame: VideoFrame,
    width: int,
    height: int,
    scaler: VideoReformatter,
    pix_fmt: str = "yuv420p",
) -> VideoFrame:
    """Return a frame as ``pix_fmt``, BT.709, limited range, of the given size.

    The frame itself if it is that already.
    """
    frame = opaque(frame)
    matrix, span = tags_of(frame)
    own_range = (
        span == _FULL
        and (matrix, pix_fmt[:_PLANAR]) in _BY_HAND
        and not any(part.bits > _BITS for part in frame.format.components)
    )
    made = scaler.reformat(
        frame,
        width=width,
        height=height,
        format=pix_fmt[:_PLANAR] if own_range else pix_fmt,
        src_colorspace=scaler_matrix(matrix),
        dst_colorspace=_SWS[_BT709],
        src_color_range=span,
        dst_color_range=_FULL if own_range else _LIMITED,
        interpolation=interpolation(frame, width, height, exact=True),
        threads=ONE_THREAD,
    )
    return _limited(made, pix_fmt) if own_range else made


def _limited(full: VideoFrame, pix_fmt: str) -> VideoFrame:
    made = VideoFrame(full.width, full.height, pix_fmt)
    bits = made.format.components[0].bits
    write_limited(planes(made), planes(full), bits)
    alike(made, full).color_range = _LIMITED
    return timed(made, full)


def _over_black(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + 127) // 255).astype(np.uint8)


def upright(
    frame: VideoFrame, sar: Fraction, rotation: int, *, mirrored: bool = False
) -> VideoFrame:
    """Return the frame in square pixels and upright; itself if it is so.

    One with alpha becomes RGBA. ``rotation`` is the clockwise turn that puts it
    upright, in degrees, after left and right were exchanged if it is ``mirrored``.
    """
    if has_alpha(frame) and frame.format.name != "rgba":
        whole = VideoFrame.from_ndarray(rgba(frame), format="rgba")
        return upright(timed(whole, frame), sar, rotation, mirrored=mirrored)
    wide, high = display_size(frame.width, frame.height, sar, 0)
    if (wide, high) != (frame.width, frame.height):
        square = frame.reformat(
            width=wide,
            height=high,
            interpolation=_BICUBIC | _CAREFUL,
            threads=ONE_THREAD,
        )
        frame = timed(square, frame)
    quarter = rotation // 90 % 4
    return _turned(frame, quarter, mirrored) if quarter or mirrored else frame


def _turned(frame: VideoFrame, quarters: int, mirrored: bool) -> VideoFrame:
    def seen(picture: NDArray[Any]) -> NDArray[Any]:
        return np.rot90(picture[:, ::-1] if mirrored else picture, -quarters)

    if frame.format.name in ("yuv420p", "yuvj420p", "yuv444p"):
        parts = [seen(part) for part in planes(frame)]
        high, wide = parts[0].shape
        turned = VideoFrame(wide, high, frame.format.name)
        for plane, part in zip(turned.planes, parts, strict=True):
            padded = np.zeros((part.shape[0], plane.line_size), np.uint8)
            padded[:, : part.shape[1]] = part
            plane.update(padded.tobytes())
        turned.colorspace = frame.colorspace
        turned.color_range = frame.color_range
    else:
        whole = has_alpha(frame)
        shown = rgba(frame) if whole else rgb(frame)
        picture = np.ascontiguousarray(seen(shown))
        turned = VideoFrame.from_ndarray(picture, format="rgba" if whole else "rgb24")
    return timed(turned, frame)


def alike(new: VideoFrame, old: VideoFrame) -> VideoFrame:
    """Write the colour tags of a frame into another, in place."""
    new.colorspace, new.color_range = old.colorspace, old.color_range
    new.color_primaries, new.color_trc = old.color_primaries, old.color_trc
    return new


def timed(new: VideoFrame, old: VideoFrame) -> VideoFrame:
    """Write the time of a frame into another, in place."""
    if new is not old:
        new.pts = old.pts
        if old.time_base is not None:
            new.time_base = old.time_base
    return new


def planes(frame: VideoFrame) -> list[NDArray[Any]]:
    """Return views on the planes of a planar frame, without padding.

    uint8, or uint16 for more than 8 bits; writing to them writes to the frame.
    """
    deep = frame.format.components[0].bits > _BITS
    return [
        (_lines(plane).view(np.uint16) if deep else _lines(plane))[
            : plane.height, : plane.width
        ]
        for plane in frame.planes
    ]


def stamped(frame: VideoFrame) -> VideoFrame:
    """Write into a frame, in place, that it is BT.709 of limited range."""
    frame.colorspace, frame.color_range = _BT709, _LIMITED
    frame.color_primaries = frame.color_trc = _BT709
    return frame


def _lines(plane: Any) -> NDArray[np.uint8]:
    flat = np.frombuffer(memoryview(plane), np.uint8)
    return flat.reshape(-1, int(plane.line_size))


def luma(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return the 8-bit luma of a tagged, upright frame, shape (height, width).

    As stored: limited range stays limited. RGB is weighed by BT.709.
    """
    format_ = frame.format
    if is_rgb(frame) or not (format_.is_planar or format_.name.startswith("gray")):
        weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
        return (rgb(frame) @ weights + np.float32(0.5)).astype(np.uint8)
    depth = format_.components[0].bits
    lines = _lines(frame.planes[0])
    if depth == 8:
        return lines[: frame.height, : frame.width]
    wide = lines.view(">u2" if format_.is_big_endian else "<u2")
    cut = wide[: frame.height, : frame.width] >> (depth - 8)
    return np.asarray(cut, dtype=np.uint8)
