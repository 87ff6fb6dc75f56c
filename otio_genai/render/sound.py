"""The sound of a film: every stretch summed at its level, block by block.

Conventions
    float32, two channels, full scale ±1, samples counted from the film's start.
    Levels are amplitude factors, linear from key to key, exact at every sample.
    A mix is never clipped: where its true peak (ITU-R BS.1770-4, annex 2: four times
    oversampled) would pass −1 dBTP, the whole programme is turned down by one
    constant gain, and the record of the render says so. Nothing is turned up.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from fractions import Fraction
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from otio_genai import rates
from otio_genai.maps import SoundSpan
from otio_genai.media import locate
from otio_genai.media.sound import SoundReader
from otio_genai.render.plan import SAMPLE_RATE

__all__ = ["CEILING_DBTP", "Mixer", "gains", "safe_gain", "true_peak"]

Samples = NDArray[np.float32]

#: Highest true peak of a film (EBU R 128 s1 for distribution).
CEILING_DBTP = -1.0

_BLOCK_SAMPLES = SAMPLE_RATE
_IDLE_READERS = 4
_OVERSAMPLING, _TAPS_PER_PHASE = 4, 12


class Mixer:
    """Sums stretches of sound; any block can be asked for, in order is cheap.

    Parameters
    ----------
    spans
        The stretches, as `otio_genai.maps.sound_map` gives them at 48 kHz.
    samples
        Length of the film.
    """

    def __init__(self, spans: tuple[SoundSpan, ...], samples: int) -> None:
        self.spans, self.samples = spans, samples
        self._playing: dict[int, SoundReader] = {}
        self._idle: OrderedDict[str, SoundReader] = OrderedDict()

    def block(self, start_samples: int, count_samples: int) -> Samples:
        """Return a block of the mix, (count, 2); silence outside the film.

        Raises
        ------
        MediaError
            A sound cannot be read.
        """
        end = start_samples + count_samples
        mix = np.zeros((count_samples, 2), np.float32)
        for index, span in enumerate(self.spans):
            first = max(start_samples, span.record_in_samples, 0)
            last = min(end, span.record_out_samples, self.samples)
            if last <= first:
                self._rest(index)
                continue
            offset = first - span.record_in_samples
            source = rates.frame_at(span.source_in_s, Fraction(SAMPLE_RATE))
            heard = self._reader(index).block(source + offset, last - first)
            level = gains(span, offset, last - first)
            mix[first - start_samples : last - start_samples] += heard * level[:, None]
        return mix

    def blocks(self) -> Iterator[Samples]:
        """Yield the whole mix in blocks of a second."""
        for start in range(0, self.samples, _BLOCK_SAMPLES):
            yield self.block(start, min(_BLOCK_SAMPLES, self.samples - start))

    def _reader(self, index: int) -> SoundReader:
        if index not in self._playing:
            url = self.spans[index].url
            reader = self._idle.pop(url, None) or SoundReader(locate.path(url))
            self._playing[index] = reader
        return self._playing[index]

    def _rest(self, index: int) -> None:
        # The next stretch is often of the same file, a little further on.
        reader = self._playing.pop(index, None)
        if reader is None:
            return
        old = self._idle.pop(self.spans[index].url, None)
        if old is not None:
            old.close()
        self._idle[self.spans[index].url] = reader
        while len(self._idle) > _IDLE_READERS:
            self._idle.popitem(last=False)[1].close()

    def close(self) -> None:
        """Close every file; asking for a block opens them again."""
        for reader in (*self._playing.values(), *self._idle.values()):
            reader.close()
        self._playing.clear()
        self._idle.clear()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def gains(span: SoundSpan, start_samples: int, count_samples: int) -> Samples:
    """Return the amplitude factor of each sample from ``start_samples`` of a span.

    Sample ``k`` of a fade of ``n`` has ``k / n`` going in, ``1 - k / n`` going out,
    so that the two sides of a cross-fade always sum to one.
    """
    keys = span.levels
    length = span.record_out_samples - span.record_in_samples
    fade_in, fade_out = span.fade_in_samples, span.fade_out_samples
    flat = not keys or all(level == keys[0][1] for _, level in keys)
    if flat and not fade_in and not fade_out:
        return np.full(count_samples, keys[0][1] if keys else 1.0, np.float32)
    here = np.arange(start_samples, start_samples + count_samples, dtype=np.float64)
    level = np.ones(count_samples)
    if keys:
        level = np.interp(here, [k for k, _ in keys], [g for _, g in keys])
    if fade_in:
        level *= np.clip(here / fade_in, 0, 1)
    if fade_out:
        level *= np.clip((length - here) / fade_out, 0, 1)
    return level.astype(np.float32)


def true_peak(mixer: Mixer, heard: Callable[[int], None] | None = None) -> float:
    """Return the true peak of the whole mix, full scale being 1.

    Parameters
    ----------
    mixer
        It is read through once.
    heard
        Called with the number of samples heard so far.
    """
    # The interpolating filter looks half its length to both sides.
    tail = np.zeros((_TAPS_PER_PHASE - 1, 2), np.float32)
    peak, done = 0.0, 0
    for block in mixer.blocks():
        whole = np.concatenate([tail, block])
        peak = max(peak, _peak_of(whole))
        tail = whole[-len(tail) :]
        done += len(block)
        if heard is not None:
            heard(done)
    return max(peak, _peak_of(np.concatenate([tail, np.zeros_like(tail)])))


def _peak_of(block: Samples) -> float:
    sampled = float(np.abs(block).max(initial=0.0))
    # Between samples a filter of this length rises to 3 times the highest at most.
    if sampled * 3 < 10 ** (CEILING_DBTP / 20):
        return sampled
    between = (
        np.abs(np.convolve(channel, phase, "valid")).max(initial=0.0)
        for channel in block.T
        for phase in _PHASES
    )
    return max(sampled, float(max(between)))


def _phases() -> list[NDArray[np.float64]]:
    # Windowed sinc at each quarter of a sample, every phase of unit gain.
    half = _TAPS_PER_PHASE / 2
    found = []
    for part in range(1, _OVERSAMPLING):
        at = np.arange(_TAPS_PER_PHASE) - half + 1 - part / _OVERSAMPLING
        taps = np.sinc(at) * np.cos(np.pi * at / (2 * half)) ** 2
        found.append(taps / taps.sum())
    return found


_PHASES = _phases()


def safe_gain(peak: float) -> float:
    """Return the constant gain that keeps a true peak under the ceiling, 1 at most."""
    if not math.isfinite(peak) or peak <= 0:
        return 1.0
    return min(1.0, float(10 ** (CEILING_DBTP / 20)) / peak)
