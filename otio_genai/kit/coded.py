"""Pictures that carry their own take and frame number, and tones that name a take.

Aim
    A film rendered anywhere says itself which frames it shows. A frame is a grid of
    8 x 4 black and white blocks, take (8 bits), number (16 bits) and a checksum
    (8 bits), inside a white border. It survives compression, scaling, letterboxing and
    fading; what cannot be read for certain is ``None``, never a wrong number.

    In a dissolve the frames of both takes are known, so their weights are too:
    `read_blend` finds them by least squares over the blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Code",
    "Picture",
    "code_box",
    "coded_frame",
    "coded_tone",
    "read_blend",
    "read_code",
    "tone_strength",
]

Picture = NDArray[Any]
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


def _bits(take: int, number: int) -> Picture:
    if not (0 <= take < 256 and 0 <= number < 65536):
        raise ValueError(f"no code for take {take}, frame {number}")
    whole = take << 24 | number << 8 | _checksum(take, number)
    return np.array([whole >> (31 - n) & 1 for n in range(32)], np.uint8)


def _edges(length: int, parts: int) -> list[int]:
    border = max(1, round(length * BORDER))
    inner = length - 2 * border
    return [border + round(n * inner / parts) for n in range(parts + 1)]


def coded_frame(take: int, number: int, width: int = 192, height: int = 108) -> Picture:
    """Return the coded picture, uint8 of shape (height, width, 3)."""
    picture = np.full((height, width), 255, np.uint8)
    xs, ys = _edges(width, COLUMNS), _edges(height, ROWS)
    for n, bit in enumerate(_bits(take, number)):
        row, column = divmod(n, COLUMNS)
        picture[ys[row] : ys[row + 1], xs[column] : xs[column + 1]] = 255 * bit
    return np.repeat(picture[:, :, np.newaxis], 3, axis=2)


def _located(grey: Picture) -> tuple[Picture, float] | None:
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


def code_box(rgb: Picture) -> tuple[float, float, float, float] | None:
    """Return (left, top, right, bottom) of a coded picture in parts of the frame."""
    grey = _grey(rgb)
    high, wide = grey.shape
    found = _located(grey)
    if found is None:
        return None
    bright = float(np.percentile(grey, 99)) / 2
    rows = np.flatnonzero((grey > bright).mean(axis=1) > 0.2)
    columns = np.flatnonzero((grey > bright).mean(axis=0) > 0.2)
    left, right = columns[0] / wide, (columns[-1] + 1) / wide
    return float(left), rows[0] / high, float(right), (rows[-1] + 1) / high


def _blocks(grey: Picture) -> Picture:
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


def _grey(rgb: Picture) -> Picture:
    values = np.asarray(rgb, np.float32)
    return values.mean(axis=2) if values.ndim == 3 else values


def read_code(rgb: Picture, margin: float = 0.3) -> Code | None:
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
    rgb: Picture, candidates: Sequence[Code], residual: float = 0.06
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


def coded_tone(take: int, samples: int, rate: int = 48000) -> NDArray[np.float32]:
    """Return a sine that belongs to a take, float32 (samples, 2), peak 0.25.

    Takes differ by semitones from 220 Hz, five octaves around.
    """
    wave = 0.25 * np.sin(_turns(take, samples, rate))
    return np.stack([wave, wave], axis=1).astype(np.float32)


def tone_strength(sound: NDArray[np.float32], take: int, rate: int = 48000) -> float:
    """Return the amplitude of a take's tone in mono sound, by correlation.

    A tenth of a second tells takes apart that are ten semitones from each other.
    """
    window = np.hanning(len(sound))
    wave = np.exp(-1j * _turns(take, len(sound), rate)) * window
    return float(2 * abs(np.sum(wave * sound)) / np.sum(window))


def _turns(take: int, samples: int, rate: int) -> NDArray[np.float64]:
    hertz = 220 * 2 ** (take % 60 / 12)
    return 2 * np.pi * hertz * np.arange(samples, dtype=np.float64) / rate
