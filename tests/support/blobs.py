"""Takes in which it is known where to look: a thing that moves over a ground."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from otio_genai.media.write import FilmWriter
from tests.support import synth

SIZE = (320, 180)
RATE = Fraction(24)


def picture(x, y=0.5, *, ground=60, levels=230, size=SIZE, side=0.08):
    """A grey picture with a lighter square at (x, y), parts of width and height."""
    wide, high = size
    plain = np.isscalar(ground)
    shown = np.full((high, wide), ground) if plain else ground[:high, :wide].copy()
    shown = shown.astype(np.uint8)
    half = round(side * wide / 2)
    left, top = round(x * wide) - half, round(y * high) - half
    rows = slice(max(0, top), max(0, top + 2 * half))
    shown[rows, max(0, left) : max(0, left + 2 * half)] = levels
    return np.repeat(shown[..., None], 3, axis=2)


def write(path: Path, pictures, rate=RATE, size=SIZE) -> Path:
    """Write pictures as a take."""
    with FilmWriter(path, *size, rate, None, crf=12) as writer:
        for shown in pictures:
            writer.video(np.ascontiguousarray(shown))
    return path


def bobbing(path: Path, x, *, y=0.5, frames=48, mirrored=False, size=SIZE, ground=60):
    """Write a bright square that bobs about (x, y); mirrored left to right on demand.

    ``ground`` is a grey, or the seed's texture if given as ``"texture"``.
    """
    if ground == "texture":
        ground = synth.texture(3, *reversed(size)).clip(20, 200).astype(np.uint8)
    shown = [
        picture(
            x + 0.02 * np.sin(k / 4), y + 0.05 * np.cos(k / 3), ground=ground, size=size
        )
        for k in range(frames)
    ]
    return write(path, [p[:, ::-1] if mirrored else p for p in shown], size=size)
