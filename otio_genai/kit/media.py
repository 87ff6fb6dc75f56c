"""The kit's coded media, in a form every editor opens: H.264 with AAC, and one PNG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from otio_genai import metadata, rates
from otio_genai.kit.coded import coded_frame, coded_tone
from otio_genai.media import files, locate
from otio_genai.media.write import FilmWriter

__all__ = ["TAKES", "Take", "make_media", "reference"]

_SAMPLE_RATE = 48_000
#: Takes last this long: handles on both sides of whatever is cut from them.
_LENGTH_S = 6


@dataclass(frozen=True)
class Take:
    """One coded file.

    Parameters
    ----------
    number
        What its pictures say; ten apart, so that their tones are told apart.
    rate
        Frames per second; None: the film's.
    size
        Pixels.
    still
        A single picture.
    """

    number: int
    rate: Fraction | None = None
    size: tuple[int, int] = (1280, 720)
    still: bool = False

    @property
    def name(self) -> str:
        """Name of its file: plain letters, which every editor links."""
        return f"take{self.number}.{'png' if self.still else 'mp4'}"


#: Three at the film's rate, one at another, one of another size, one still.
TAKES = {
    "a": Take(10),
    "b": Take(20),
    "c": Take(30),
    "other rate": Take(40, rate=Fraction(30)),
    "small": Take(45, size=(640, 360)),
    "still": Take(50, still=True),
}


def make_media(
    folder: Path, rate: Fraction, *, finished: Callable[[], None] = lambda: None
) -> dict[str, otio.schema.ExternalReference]:
    """Write every take into ``folder``; return what refers to each.

    ``finished`` is called after each.

    Raises
    ------
    OutputError
        A file is there already, or cannot be written.
    """
    found = {}
    for name, take in TAKES.items():
        _make(folder / take.name, take, rate)
        finished()
        found[name] = reference(folder / take.name, take, rate)
    return found


def reference(
    path: Path, take: Take, film_rate: Fraction
) -> otio.schema.ExternalReference:
    """Return what refers to a take's file, with the facts a probe would give."""
    facts: dict[str, object] = {"width": take.size[0], "height": take.size[1]}
    if take.still:
        facts["kind"] = "still"
        available = rates.span(0, 86_400, film_rate)
    else:
        rate = take.rate or film_rate
        frames = int(_LENGTH_S * rate)
        available = rates.span(0, frames, rate)
        facts |= {"kind": "take", "rate": rates.text(rate), "frames": frames}
        facts |= {"has_audio": True, "channels": 2, "sample_rate": _SAMPLE_RATE}
    made = otio.schema.ExternalReference(locate.url(path.resolve()), available)
    metadata.put(made, "media", facts)
    return made


def _make(path: Path, take: Take, film_rate: Fraction) -> None:
    if take.still:
        with files.write_beside(path) as beside:
            Image.fromarray(_picture(take, 0, film_rate)).save(beside, format="PNG")
        return
    rate = take.rate or film_rate
    frames = int(_LENGTH_S * rate)
    # One thread gives the same bytes on every machine.
    with FilmWriter(path, *take.size, rate, crf=20, gop_frames=12, threads=1) as film:
        for number in range(frames):
            film.video(_picture(take, number, rate))
        film.sound(coded_tone(take.number, int(frames / rate * _SAMPLE_RATE)))


def _picture(take: Take, number: int, rate: Fraction) -> NDArray[np.uint8]:
    """Return a coded picture that says its code in words too, in its white border."""
    wide, high = take.size
    picture = Image.fromarray(coded_frame(take.number, number, wide, high))
    said = f"take {take.number}"
    if not take.still:
        said += f"  frame {number:04d}  {float(rate):.3f} fps"
    # The inner half of the border: the outer half is what the code is found by.
    border = high // 16
    font = ImageFont.load_default(size=border // 2)
    middle = (wide // 2, border - border // 4)
    ImageDraw.Draw(picture).text(middle, said, fill="black", font=font, anchor="mm")
    return np.asarray(picture)
