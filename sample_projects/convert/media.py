"""The media of the sample edit: four small takes, a still and a tune."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from otio_genai.media.write import FilmWriter, write_wav

__all__ = ["TAKES", "draw"]

SIZE = (640, 360)
SECONDS = 8
#: Name, rate and colour of each take; rates as generators deliver them.
TAKES: tuple[tuple[str, Fraction, tuple[int, int, int]], ...] = (
    ("dunes", Fraction(24), (196, 138, 120)),
    ("veil", Fraction(25), (120, 146, 186)),
    ("vase", Fraction(30), (132, 168, 126)),
    ("shards", Fraction(24_000, 1001), (176, 150, 196)),
)
SAMPLE_RATE = 48_000


def draw(folder: Path) -> None:
    """Draw what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rate, colour in TAKES:
        path = folder / f"{name}.mp4"
        if not path.exists():
            take(path, rate, name, colour)
    if not (folder / "still.png").exists():
        picture("still", 0, 1, (210, 196, 160)).save(folder / "still.png")
    if not (folder / "tune.wav").exists():
        write_wav(folder / "tune.wav", tune(), SAMPLE_RATE)


def take(path: Path, rate: Fraction, name: str, colour: tuple[int, int, int]) -> None:
    """Write one take: a disc that crosses the frame, its number beside it."""
    count = math.ceil(SECONDS * rate)
    with FilmWriter(path, *SIZE, rate, None) as film:
        for number in range(count):
            film.video(np.asarray(picture(name, number, count, colour)))


def picture(
    name: str, number: int, count: int, colour: tuple[int, int, int]
) -> Image.Image:
    """Return one frame of a take."""
    made = Image.new("RGB", SIZE, colour)
    pen = ImageDraw.Draw(made)
    x = 60 + (SIZE[0] - 120) * number / max(1, count - 1)
    pen.ellipse((x - 40, 140, x + 40, 220), fill=(245, 240, 230))
    pen.text((24, 20), name, fill=(20, 20, 20), font=ImageFont.load_default(36))
    pen.text((24, 300), f"{number:04d}", fill=(20, 20, 20),
             font=ImageFont.load_default(32))  # fmt: skip
    return made


def tune() -> np.ndarray:
    """Return twenty seconds of slow plucked notes, in stereo."""
    at = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
    sound = np.zeros_like(at)
    for step, note in enumerate((0, 7, 3, 10, 5, 12, 7, 3, 0, -5)):
        since = at - 2 * step
        pitch = 220 * 2 ** (note / 12)
        ring = np.exp(-1.5 * np.clip(since, 0, None)) * np.sin(math.tau * pitch * since)
        sound += np.where(since >= 0, 0.2 * ring, 0)
    return np.stack([sound, sound], axis=1).astype(np.float32)
