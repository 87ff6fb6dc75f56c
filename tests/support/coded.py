"""Coded takes: pictures that carry their own take and frame number.

The oracle of every picture test; the pictures are those of `otio_genai.kit.coded`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from otio_genai.kit.coded import (
    Code,
    coded_frame,
    coded_tone,
    read_blend,
    read_code,
)

__all__ = [
    "Code",
    "bursts",
    "coded_frame",
    "coded_tone",
    "decoded",
    "read_blend",
    "read_code",
    "read_film",
    "write_sound",
    "write_take",
]


def bursts(
    places: Sequence[int], samples: int, rate: int = 48000, channels: int = 2
) -> np.ndarray:
    """Return 10 ms bursts of 1 kHz that begin exactly at ``places``, in silence."""
    out = np.zeros((samples, channels), np.float32)
    length = rate // 100
    tone = 0.8 * np.cos(2 * np.pi * 1000 * np.arange(length) / rate)
    for place in places:
        span = out[place : place + length]
        span[:] = tone[: len(span), np.newaxis]
    return out


def write_take(
    path: Path,
    take: int,
    frames: int,
    rate: Fraction | int = 24,
    *,
    size: tuple[int, int] = (192, 108),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    gop: int | None = None,
    bframes: int | None = None,
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    start_frames: int = 0,
    first_number: int = 0,
    steps: Sequence[int] | None = None,
    tags: Mapping[str, int] | None = None,
    sar: Fraction | None = None,
    rotation: int = 0,
    sound: np.ndarray | None = None,
    sound_rate: int = 48000,
    sound_codec: str = "aac",
) -> Path:
    """Write a coded take; the suffix chooses the container (``.webp``: animated).

    Parameters
    ----------
    start_frames
        Timestamp of the first frame, in frames: positive makes a late start,
        negative an edit list that hides as many frames (MP4, MOV).
    first_number
        Number coded in the first frame.
    steps
        Timestamp of every frame in frames, for uneven timing; else 0, 1, 2, …
    tags
        Attributes of the codec context: colorspace, color_range, ….
    sound
        float32 of shape (samples, channels).
    """
    rate = Fraction(rate)
    pictures = [coded_frame(take, first_number + n, *size) for n in range(frames)]
    if path.suffix == ".webp":
        return _write_webp(path, pictures, rate)
    with av.open(
        str(path), "w", container_options=dict(container_options or {})
    ) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        if rotation:
            stream.set_display_rotation(rotation)
        given = {"gop_size": gop, "max_b_frames": bframes, "sample_aspect_ratio": sar}
        _set_up(stream.codec_context, rate, options, given | dict(tags or {}))
        audio = _sound_stream(container, sound, sound_rate, sound_codec)
        for packet in _picture_packets(stream, pictures, rate, start_frames, steps):
            container.mux(packet)
        if audio is not None:
            _mux_sound(container, audio, sound, sound_rate)
    return path


def _set_up(context, rate, options, attributes) -> None:
    context.time_base = 1 / rate
    context.options = {"crf": "23", **(options or {})}
    if context.name == "libvpx-vp9":
        context.options |= {"deadline": "realtime", "cpu-used": "8"}
    for name, value in attributes.items():
        if value is not None:
            setattr(context, name, value)


def _picture_packets(stream, pictures, rate, start, steps) -> Iterator[av.Packet]:
    for n, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame = frame.reformat(format=stream.pix_fmt)
        frame.pts = start + (steps[n] if steps else n)
        frame.time_base = 1 / rate
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _write_webp(path: Path, pictures: Sequence[np.ndarray], rate: Fraction) -> Path:
    images = [Image.fromarray(picture) for picture in pictures]
    stay_ms = round(1000 / rate)
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        duration=stay_ms,
        lossless=True,
        method=0,
    )
    return path


def _sound_stream(container, sound, rate, codec):
    if sound is None:
        return None
    layout = "mono" if sound.shape[1] == 1 else "stereo"
    return container.add_stream(codec, rate=rate, layout=layout)


def _mux_sound(container, stream, sound, rate) -> None:
    layout = "mono" if sound.shape[1] == 1 else "stereo"
    for start in range(0, len(sound), rate):
        block = np.ascontiguousarray(sound[start : start + rate].T)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        frame.pts = start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def write_sound(
    path: Path, sound: np.ndarray, rate: int, codec: str, **options: str
) -> Path:
    """Write a sound file alone, float32 of shape (samples, channels)."""
    with av.open(str(path), "w", container_options=options) as container:
        stream = _sound_stream(container, sound, rate, codec)
        _mux_sound(container, stream, sound, rate)
    return path


def decoded(path: Path) -> Iterator[np.ndarray]:
    """Yield every picture that a plain decode gives, RGB, without our reader."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def read_film(path: Path) -> list[Code | None]:
    """Return the code of every picture of a film, decoded from start to end."""
    return [read_code(picture) for picture in decoded(path)]
