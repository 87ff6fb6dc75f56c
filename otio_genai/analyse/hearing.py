"""One pass over the sound of a file, however long, for all that is asked of it.

Aim
    Loudness is measured in stereo at 48 kHz, music and speech in mono at lower rates.
    One pass serves both, and of two hours of sound only seconds are held.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import signal

from otio_genai.analyse.loudness import Loudness, Meter
from otio_genai.analyse.phase import Floats
from otio_genai.media.sound import SoundReader, sound_facts

__all__ = ["Hearing", "Resampler"]

SAMPLE_RATE = 48_000
_CHANNELS = 2
# Enough of the sound on either side for the filter that resamples it.
_LOBES = 10


class Resampler:
    """Mono sound at another sample rate, piece by piece.

    All pieces together are what `scipy.signal.resample_poly` makes of the whole.

    Parameters
    ----------
    given, wanted
        Sample rates in Hz, unlike each other.
    """

    def __init__(self, given: int, wanted: int) -> None:
        common = math.gcd(given, wanted)
        self._up, self._down = wanted // common, given // common
        larger = max(self._up, self._down)
        # The window and length that `resample_poly` itself takes.
        self._filter = signal.firwin(
            2 * _LOBES * larger + 1, 1 / larger, window=("kaiser", 5.0)
        ).astype(np.float32)
        lobes = -(-_LOBES * larger // self._up)
        # Pieces begin on samples that exist at both rates.
        self._around = -(-lobes // self._down) * self._down
        self._held = np.zeros(0, np.float32)
        self._before = 0

    def add(self, samples: Floats) -> Floats:
        """Return what can be said after the next samples of shape ``(n,)``."""
        self._held = np.concatenate([self._held, np.asarray(samples, np.float32)])
        known = self._held.size - self._before - self._around
        return self._made(max(0, known // self._down * self._down))

    def rest(self) -> Floats:
        """Return what is left at the end."""
        return self._made(self._held.size - self._before)

    def _made(self, count: int) -> Floats:
        if count <= 0:
            return np.zeros(0, np.float32)
        stop = self._before + count
        fine = signal.resample_poly(
            self._held[: stop + self._around], self._up, self._down, window=self._filter
        )
        first = self._before * self._up // self._down
        made = fine[first : first + -(-count * self._up // self._down)]
        kept = min(stop // self._down * self._down, self._around)
        self._held = self._held[stop - kept :]
        self._before = kept
        return np.asarray(made, np.float32)


class Hearing:
    """The sound of a file.

    Parameters
    ----------
    path
        A file with sound.

    Raises
    ------
    MediaError
        From every method: it cannot be opened or has no sound.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heard: list[Loudness] = []

    def mono(self, sample_rate: int) -> Iterator[Floats]:
        """Yield the mean of all channels at ``sample_rate``, in pieces ``(n,)``."""
        resampler = Resampler(SAMPLE_RATE, sample_rate)
        for block in self._blocks():
            yield resampler.add(block.mean(axis=1))
        yield resampler.rest()

    def loudness(self) -> Loudness:
        """Return the loudness, from an earlier pass if there was one."""
        if not self._heard:
            for _ in self._blocks():
                pass
        return self._heard[-1]

    def _blocks(self) -> Iterator[Floats]:
        meter = Meter(SAMPLE_RATE, _CHANNELS)
        count = math.floor(self.length_s * SAMPLE_RATE + Fraction(1, 2))
        with SoundReader(self._path, SAMPLE_RATE, _CHANNELS) as reader:
            for start in range(0, count, SAMPLE_RATE):
                block = reader.block(start, min(SAMPLE_RATE, count - start))
                meter.add(block)
                yield block
        self._heard.append(meter.result())

    @cached_property
    def length_s(self) -> Fraction:
        """How long it sounds, in seconds."""
        # Counting decodes once more, at a tenth of the cost of what follows.
        facts = sound_facts(self._path)
        return Fraction(facts.samples, facts.sample_rate)
