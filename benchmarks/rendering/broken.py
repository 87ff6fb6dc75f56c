"""Media with something wrong or unusual about them, written by script."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.support.coded import coded_frame, write_take

__all__ = [
    "FRAMES",
    "SIZE",
    "STEPS",
    "broken_gop",
    "cut_short",
    "full_range",
    "half_transparent",
    "hdr",
    "odd",
    "rotated",
    "six_channels",
    "squeezed",
    "uneven",
    "whole",
]

SIZE, FRAMES, RATE = (192, 108), 72, Fraction(24)
_LIMITED, _FULL, _BT709, _BT2020 = 1, 2, 1, 9
_TRANSFERS = {"PQ": 16, "HLG": 18}
_WHITES = {"PQ": 0.58, "HLG": 0.75}

#: When the pictures of an uneven take begin, in frames.
STEPS = [0, *itertools.accumulate((1, 1, 2, 1, 3)[n % 5] for n in range(FRAMES - 1))]


def whole(path: Path, take: int, frames: int = FRAMES) -> Path:
    """Write a take with nothing wrong, a keyframe twice a second."""
    return write_take(path, take, frames, RATE, gop=12, options={"crf": "15"})


def cut_short(path: Path, take: int) -> Path:
    """Write a take whose last 40 % never arrived; its index lies in front."""
    options = {"movflags": "+faststart"}
    write_take(path, take, FRAMES, RATE, gop=12, container_options=options)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    return path


def broken_gop(path: Path, take: int) -> Path:
    """Write a take of which an eighth in its middle was destroyed."""
    whole(path, take)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    stop = content.index(b"moov") - 4
    first = start + (stop - start) * 4 // 10
    last = first + (stop - start) // 8
    content[first:last] = random.Random(3).randbytes(last - first)
    path.write_bytes(content)
    return path


def uneven(path: Path, take: int) -> Path:
    """Write a take whose pictures stay for one, two or three frames."""
    return write_take(path, take, FRAMES, RATE, steps=STEPS, options={"crf": "15"})


def rotated(path: Path, take: int) -> Path:
    """Write a take that lies on its side, with a display matrix that puts it right."""
    shown = [np.rot90(coded_frame(take, n, *SIZE), 1) for n in range(FRAMES)]
    return _written(path, shown, rotation=-90)


def odd(path: Path, take: int) -> Path:
    """Write a take of 193x109 pixels."""
    shown = [coded_frame(take, n, 193, 109) for n in range(FRAMES)]
    return _written(path, shown, pix_fmt="yuv444p")


def squeezed(path: Path, take: int) -> Path:
    """Write a take of 144x108 pixels that are 4:3 each."""
    shown = [coded_frame(take, n, 144, 108) for n in range(FRAMES)]
    return _written(path, shown, sar=Fraction(4, 3))


def full_range(path: Path, take: int) -> Path:
    """Write a take of full range, and tagged so."""
    shown = [coded_frame(take, n, *SIZE) for n in range(FRAMES)]
    return _written(path, shown, tags={"color_range": _FULL})


def hdr(path: Path, take: int, transfer: str) -> Path:
    """Write a 10-bit take of BT.2020 and ``"PQ"`` or ``"HLG"``.

    Its white is the reference white of such films (ITU-R BT.2408: 203 cd/m²), well
    below the largest value.
    """
    white = np.float32(_WHITES[transfer])
    coded = (coded_frame(take, n, *SIZE) for n in range(FRAMES))
    shown = [(picture * white).astype(np.uint8) for picture in coded]
    tags = {
        "color_trc": _TRANSFERS[transfer],
        "colorspace": _BT2020,
        "color_primaries": _BT2020,
    }
    return _written(path, shown, pix_fmt="yuv420p10le", codec="libx265", tags=tags)


def half_transparent(path: Path, take: int) -> Path:
    """Write a take that shows its code on the left and nothing on the right."""
    wide, high = SIZE
    shown = []
    for n in range(FRAMES):
        picture = np.full((high, wide, 4), 255, np.uint8)
        picture[:, : wide // 2, :3] = coded_frame(take, n, wide // 2, high)
        picture[:, wide // 2 :, 3] = 0
        shown.append(picture)
    return _written(path, shown, pix_fmt="rgba", codec="png")


def _written(
    path: Path,
    pictures: Iterable[np.ndarray],
    *,
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    rotation: int = 0,
    sar: Fraction | None = None,
    tags: Mapping[str, int] | None = None,
) -> Path:
    quality = {"libx264": {"crf": "15"}, "libx265": {"x265-params": "log-level=error"}}
    given = {"color_range": _LIMITED, "colorspace": _BT709, **(tags or {})}
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(
            codec, rate=RATE, options=quality.get(codec, {})
        )
        first = True
        for number, picture in enumerate(pictures):
            if first:
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = pix_fmt
                context, first = stream.codec_context, False
                if sar:
                    context.sample_aspect_ratio = sar
                if rotation:
                    stream.set_display_rotation(rotation)
                if codec != "png":
                    for name, value in given.items():
                        setattr(context, name, value)
            kind = "rgba" if picture.shape[2] == 4 else "rgb24"
            whole = np.ascontiguousarray(picture)
            frame = av.VideoFrame.from_ndarray(whole, format=kind)
            if codec != "png":
                frame = frame.reformat(
                    format=pix_fmt,
                    dst_colorspace=given["colorspace"],
                    dst_color_range=given["color_range"],
                )
            frame.pts, frame.time_base = number, 1 / RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def six_channels(path: Path, seconds: int) -> Path:
    """Write a 5.1 sound of which the centre alone is heard, a tone of a quarter."""
    rate = 48_000
    tone = 0.25 * np.sin(2 * np.pi * 440 * np.arange(seconds * rate) / rate)
    planes = np.zeros((6, len(tone)), np.float32)
    planes[2] = tone
    packed = np.ascontiguousarray(planes.T.reshape(1, -1))
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_f32le", rate=rate, layout="5.1")
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="5.1")
        frame.sample_rate, frame.pts = rate, 0
        frame.time_base = Fraction(1, rate)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
