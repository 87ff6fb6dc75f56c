"""How what is worth seeing is spread over a take, twice a second.

Aim
    The best window of any shape, over any part of a take, without opening it again.

Conventions
    A take is sampled every half second from its first frame on, at least every frame;
    a frame belongs to the last sample at or before it. Profiles are the shares of a
    sample's saliency (`otio_genai.analyse.saliency`) by column and by row, `BINS` of
    each, left to right and top to bottom, of sum 1. Samples are measured and kept by
    eights of seconds: of an hour's recording only what is used is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from otio_genai.analyse import palette
from otio_genai.analyse.cache import Cache, Question
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.picture import small
from otio_genai.analyse.saliency import COLUMNS, VERSION, saliency
from otio_genai.media.frames import FrameReader
from otio_genai.media.index import NUMBERING

__all__ = ["BINS", "Profile", "map_at", "profiles", "sampling_frames"]

#: Values of a profile.
BINS = COLUMNS

_SAMPLES_PER_S = 2
# Of animation drawn eight times a second, pictures so far apart always differ.
_APART_S = Fraction(1, 8)
_PART_SAMPLES = 16
_PICTURE_PX = 128
# Shares are kept as whole parts of this.
_STEPS = 10_000
_DARKEST = 0.25
_DIGITS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """One sample of a take."""

    columns: Floats
    "Share of the saliency by column, shape (BINS,)."
    rows: Floats
    "The same by row."
    dark_lab: tuple[float, float, float]
    "Mean Lab of the darkest quarter of the picture."


def sampling_frames(rate: Fraction | None) -> int:
    """Return how many frames of a take apart its samples are; 1 for a still."""
    return 1 if rate is None else max(1, round(rate / _SAMPLES_PER_S))


def profiles(
    path: Path,
    rate: Fraction | None,
    digest: str,
    cache: Cache,
    numbers: Iterable[int],
) -> dict[int, Profile]:
    """Return the profile of each of some frames of a take.

    Parameters
    ----------
    path
        The file; it is opened only for what was never measured.
    rate
        Its frames per second; None for a still.
    digest
        Hash of its bytes.
    cache
        Where answers are kept.
    numbers
        Frames, counted from the first; those beyond the file's last are left out.

    Raises
    ------
    MediaError
        The file cannot be read.
    """
    every = sampling_frames(rate)
    wanted = {number: number // every for number in numbers}
    found: dict[int, Profile] = {}
    for part in sorted({sample // _PART_SAMPLES for sample in wanted.values()}):
        question = Question(
            "saliency",
            f"{VERSION}.{palette.VERSION}.{NUMBERING}",
            (("every_frames", every), ("part", part)),
        )
        answer = cache.answer(digest, question, _Measure(path, rate, part))
        for index, row in enumerate(answer["samples"]):
            found[part * _PART_SAMPLES + index] = _profile(row)
    return {n: found[sample] for n, sample in wanted.items() if sample in found}


def _profile(row: dict[str, Any]) -> Profile:
    columns, rows = (np.array(row[key], float) / _STEPS for key in ("columns", "rows"))
    light, green_red, blue_yellow = row["dark_lab"]
    return Profile(columns, rows, (light, green_red, blue_yellow))


@dataclass(frozen=True, slots=True)
class _Measure:
    """Measures one part of a take."""

    path: Path
    rate: Fraction | None
    part: int

    def __call__(self) -> dict[str, Any]:
        every = sampling_frames(self.rate)
        first = self.part * _PART_SAMPLES * every
        with FrameReader(self.path) as reader:
            last = min(first + _PART_SAMPLES * every, reader.frames)
            rows = [
                _row(reader, number, self.rate) for number in range(first, last, every)
            ]
        return {"samples": rows}


def _row(reader: FrameReader, number: int, rate: Fraction | None) -> dict[str, Any]:
    found = map_at(reader, number, rate)
    colours = palette.pixels_lab(_small_rgb(reader, number)).reshape(-1, 3)
    count = max(1, round(_DARKEST * len(colours)))
    darkest = colours[np.argsort(colours[:, 0], kind="stable")[:count]].mean(axis=0)
    return {
        "columns": _steps(found.sum(axis=0)),
        "rows": _steps(found.sum(axis=1)),
        "dark_lab": [round(float(v), _DIGITS) + 0.0 for v in darkest],
    }


def map_at(reader: FrameReader, number: int, rate: Fraction | None) -> Floats:
    """Return the saliency map of one frame of an open take."""
    picture = _small_rgb(reader, number)
    apart = 0 if rate is None else max(1, math.floor(rate * _APART_S))
    other = number + apart if number + apart < reader.frames else number - apart
    if not apart or other < 0:
        return saliency(picture, None, None)
    # The earlier of the two is decoded first: no file is read backwards.
    pair = {n: small(n, 0, reader.luma(n), 8) for n in sorted((number, other))}
    return saliency(picture, pair[number], pair[other])


def _small_rgb(reader: FrameReader, number: int) -> Any:
    height = max(1, round(_PICTURE_PX * reader.height / reader.width))
    return reader.rgb(number, _PICTURE_PX, height)


def _steps(shares: Floats) -> list[int]:
    """Return shares in `BINS` equal parts of their length, as whole steps."""
    edges = np.linspace(0, 1, len(shares) + 1)
    up_to = np.interp(
        np.linspace(0, 1, BINS + 1), edges, np.concatenate([[0], np.cumsum(shares)])
    )
    return [int(v) for v in np.diff(np.rint(up_to / up_to[-1] * _STEPS))]
