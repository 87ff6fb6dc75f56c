"""The levels of a film's sound, sample by sample, as its timeline states them.

Conventions
    The law is that of `otio_genai.assemble.sound`: at each record frame a level is the
    lowest of all ducks and fades, and between frames it is linear in amplitude. A film
    that is not ended yet (its length is None) is taken to outlast all music.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from otio_genai import maps, rates
from otio_genai.assemble.sound import mix
from otio_genai.assemble.style import Style

__all__ = [
    "CUT_FADE_S",
    "Duck",
    "Music",
    "Samples",
    "Voice",
    "curve",
    "ducks",
    "from_end",
]

Samples: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.float64]

#: A voice that the end of the film cuts off fades for so long.
CUT_FADE_S = 0.05

_RATE = 48_000


@dataclass(frozen=True, slots=True, eq=False)
class Music:
    """Music from record frame 0 on."""

    samples: NDArray[np.float32]
    frames: int
    "Its length in record frames."
    gain_db: float
    fade_in_s: float
    fade_out_s: float

    def add(self, block: Samples, start: int, level: Samples) -> None:
        """Add what is heard of it to a block that begins at a sample, in place."""
        part = self.samples[max(start, 0) : max(start + len(block), 0)]
        first = max(start, 0) - start
        if len(part):
            last = first + len(part)
            block[first:last] += part * level[first:last, None]


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """A voice in its place."""

    samples: NDArray[np.float32]
    frames: int
    record_in: int
    gain_db: float

    def add(
        self, block: Samples, start: int, total: int | None, rate: Fraction
    ) -> None:
        """Add what is heard of it to a block that begins at a sample, in place."""
        frames = self.frames
        if total is not None:
            frames = min(frames, total - self.record_in)
        if frames < 1:
            return
        begin = _sample(self.record_in, rate)
        end = _sample(self.record_in + frames, rate)
        low, high = max(start, begin), min(start + len(block), end)
        if low >= high:
            return
        fade_s = CUT_FADE_S if frames < self.frames else 0.0
        keys = _keys(frames, self.gain_db, rate, 0.0, fade_s)
        at = [_sample(self.record_in + k, rate) for k, _ in keys]
        values = [factor for _, factor in keys]
        level = np.interp(np.arange(low, high), at, values).astype(np.float32)
        part = self.samples[low - begin : high - begin]
        low -= start
        block[low : low + len(part)] += part * level[: len(part), None]


@dataclass(frozen=True, slots=True)
class Duck:
    """A stretch under which music steps back, in record frames."""

    keys: tuple[tuple[int, float], ...]
    "(record frame, amplitude factor), linear between; 1 before and after."
    held: int
    "Until when it stays back, whoever speaks next."

    @property
    def span(self) -> tuple[int, int]:
        """The first record frame that it changes, and the one after the last."""
        return self.keys[0][0], self.keys[-1][0]


def ducks(
    words_s: Sequence[tuple[float, float]],
    depth_db: float,
    style: Style,
    rate: Fraction,
) -> list[Duck]:
    """Return the ducks under speech, as `otio_genai.assemble.sound.mix` lays them.

    Parameters
    ----------
    words_s
        Spans of speech in record seconds.
    depth_db
        Level under the words, at most 0.
    style
        Attack, hold and release.
    rate
        Record rate.
    """
    found = []
    for shape in mix.duck(words_s, depth_db, style):
        frames = max(1, math.ceil(shape[-1][0] * rate) + 2)
        # Levels are laid from the film's start, so that each falls on its frame.
        keys = mix.levels(frames, 0.0, rate, ducked=[shape])
        factors = tuple((int(k), maps.gain(level_db)) for k, level_db in keys)
        found.append(Duck(factors, math.floor(shape[2][0] * rate)))
    return found


def curve(
    music: Music,
    total: int | None,
    under: Sequence[Duck],
    rate: Fraction,
    start: int,
    stop: int,
) -> Samples:
    """Return the amplitude factor of music at each sample from ``start`` to ``stop``.

    Parameters
    ----------
    music
        What is heard.
    total
        Length of the film in record frames; None while it is not ended.
    under
        Ducks that lie there; others do no harm.
    rate
        Record rate.
    """
    frames = music.frames if total is None else min(music.frames, total)
    first = max(0, math.floor(start * rate / _RATE) - 1)
    last = max(first + 1, math.ceil(stop * rate / _RATE) + 1)
    at = np.arange(first, last + 1)
    low = _interpolated(at, _keys(frames, 0.0, rate, music.fade_in_s, music.fade_out_s))
    for duck in under:
        if duck.span[0] <= last and duck.span[1] >= first:
            low = np.minimum(low, _interpolated(at, duck.keys))
    ends = [_sample(k, rate) for k in range(first, last + 1)]
    here = np.arange(start, stop)
    level = np.interp(here, ends, low * 10 ** (music.gain_db / 20))
    level[here >= _sample(frames, rate)] = 0.0
    return level.astype(np.float32)


@functools.lru_cache(maxsize=4096)
def _sample(frame: int, rate: Fraction) -> int:
    return rates.sample_at(frame, rate, _RATE)


@functools.lru_cache(maxsize=256)
def _keys(
    frames: int, gain_db: float, rate: Fraction, fade_in_s: float, fade_out_s: float
) -> tuple[tuple[int, float], ...]:
    """Return the level of a sound with fades alone, as (frame, amplitude factor)."""
    found = mix.levels(
        frames, gain_db, rate, fade_in_s=fade_in_s, fade_out_s=fade_out_s
    )
    return tuple((int(k), maps.gain(level_db)) for k, level_db in found)


def _interpolated(at: NDArray[np.int64], keys: Sequence[tuple[int, float]]) -> Floats:
    frames, values = zip(*keys, strict=True)
    found: Floats = np.interp(at, frames, values)
    return found


def from_end(music: Music, total: int, rate: Fraction) -> int | None:
    """Return the record frame from which a film's end changes music; None if none."""
    if total >= music.frames:
        return None
    if rates.frames_at(music.fade_in_s, rate) > total // 2:
        return 0
    return total - min(rates.frames_at(music.fade_out_s, rate), total // 2)
