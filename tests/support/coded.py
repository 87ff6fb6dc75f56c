"""Coded takes: pictures that carry their own take and frame number.

Aim
    The oracle of every picture test. A frame is a grid of 8 x 4 black and white
    blocks, take (8 bits), number (16 bits) and a checksum (8 bits), inside a white
    border. It survives compression, scaling, letterboxing and fading; what cannot be
    read for certain is ``None``, never a wrong number.

    In a dissolve the frames of both takes are known, so their weights are too:
    `read_blend` finds them by least squares over the blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

Code = tuple[int, int]

COLUMNS, ROWS = 8, 4
#: Thickness of the border as a share of each side of the picture.
BORDER = Fraction(1, 16)


def _checksum(take: int, number: int) -> int:
    # CRC-8 (polynomial 0x07), started so that no flat picture is a code.
    crc = 0xA5
    for byte in (take, number >> 8, number & 0xFF):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc


def _bits(take: int, number: int) -> np.ndarray:
    if not (0 <= take < 256 and 0 <= number < 65536):
        raise ValueError(f"no code for take {take}, frame {number}")
    whole = take << 24 | number << 8 | _checksum(take, number)
    return np.array([whole >> (31 - n) & 1 for n in range(32)], np.uint8)


def _edges(length: int, parts: int) -> list[int]:
    border = max(1, round(length * BORDER))
    inner = length - 2 * border
    return [border + round(n * inner / parts) for n in range(parts + 1)]


def coded_frame(
    take: int, number: int, width: int = 192, height: int = 108
) -> np.ndarray:
    """Return the coded picture, uint8 of shape (height, width, 3)."""
    picture = np.full((height, width), 255, np.uint8)
    xs, ys = _edges(width, COLUMNS), _edges(height, ROWS)
    for n, bit in enumerate(_bits(take, number)):
        row, column = divmod(n, COLUMNS)
        picture[ys[row] : ys[row + 1], xs[column] : xs[column + 1]] = 255 * bit
    return np.repeat(picture[:, :, np.newaxis], 3, axis=2)


def _located(grey: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Return the part inside the white border's outer edge, and its brightness."""
    bright = float(np.percentile(grey, 99))
    if bright < 40:
        return None
    rows = np.flatnonzero((grey > bright / 2).mean(axis=1) > 0.2)
    columns = np.flatnonzero((grey > bright / 2).mean(axis=0) > 0.2)
    if not len(rows) or not len(columns):
        return None
    found = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = found.shape
    if high < 24 or wide < 32:
        return None
    ring_x = max(1, round(wide * BORDER / 2))
    ring_y = max(1, round(high * BORDER / 2))
    sides = (found[:ring_y], found[-ring_y:], found[:, :ring_x], found[:, -ring_x:])
    if min(side.mean() for side in sides) < 0.75 * bright:
        return None
    return found, float(np.mean([side.mean() for side in sides]))


def _blocks(grey: np.ndarray) -> np.ndarray:
    """Return the mean of the middle of each block, 32 values."""
    high, wide = grey.shape
    xs, ys = _edges(wide, COLUMNS), _edges(high, ROWS)
    values = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            y, y_end = ys[row], ys[row + 1]
            x, x_end = xs[column], xs[column + 1]
            dy, dx = (y_end - y) // 4, (x_end - x) // 4
            values.append(grey[y + dy : y_end - dy, x + dx : x_end - dx].mean())
    return np.array(values)


def _grey(rgb: np.ndarray) -> np.ndarray:
    values = np.asarray(rgb, np.float32)
    return values.mean(axis=2) if values.ndim == 3 else values


def read_code(rgb: np.ndarray, margin: float = 0.3) -> Code | None:
    """Return (take, number) of a picture, or None when that is not certain.

    ``margin`` is how near to black or white every block must be, as a share of the
    border's brightness: a dissolve in its middle reads as None.
    """
    found = _located(_grey(rgb))
    if found is None:
        return None
    picture, white = found
    values = _blocks(picture) / white
    bits = values > 0.5
    if (np.minimum(values, np.abs(1 - values)) > margin).any():
        return None
    whole = int("".join("1" if bit else "0" for bit in bits), 2)
    take, number, checksum = whole >> 24, whole >> 8 & 0xFFFF, whole & 0xFF
    return (take, number) if checksum == _checksum(take, number) else None


def read_blend(
    rgb: np.ndarray, candidates: Sequence[Code], residual: float = 0.06
) -> dict[Code, float] | None:
    """Return the weight of each candidate in a dissolved picture.

    The weights are free (they sum to 1 only if the picture says so). None when the
    candidates explain the blocks worse than ``residual`` (root mean square, 1 is
    white): then other frames are in it.
    """
    high, wide = rgb.shape[:2]
    found = _located(_grey(rgb))
    picture = found[0] if found else _grey(rgb)
    values = np.append(_blocks(picture), 255 if found is None else found[1]) / 255
    drawn = [
        np.append(_blocks(_grey(coded_frame(*code, wide, high))) / 255, 1)
        for code in candidates
    ]
    matrix = np.stack(drawn, axis=1)
    weights = np.linalg.lstsq(matrix, values, rcond=None)[0]
    if np.sqrt(np.mean((matrix @ weights - values) ** 2)) > residual:
        return None
    return {code: float(w) for code, w in zip(candidates, weights, strict=True)}


def coded_tone(take: int, samples: int, rate: int = 48000) -> np.ndarray:
    """Return a sine that belongs to a take, float32 (samples, 2), peak 0.25.

    Takes differ by semitones from 220 Hz, five octaves around.
    """
    hertz = 220 * 2 ** (take % 60 / 12)
    wave = 0.25 * np.sin(2 * np.pi * hertz * np.arange(samples) / rate)
    return np.stack([wave, wave], axis=1).astype(np.float32)


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
