"""Every stretch of sound summed at its level, block by block.

Any block can be asked for, in order is cheap; the same samples come out however the
film is cut into blocks. Memory is that of one block and of the files that sound in it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from otio_genai.maps import SoundSpan
from otio_genai.media import locate
from otio_genai.media.closing import Closing
from otio_genai.media.sound import SoundReader
from otio_genai.render.plan import SAMPLE_RATE

__all__ = ["Mixer", "Samples", "first_sample", "gains"]

Samples = NDArray[np.float32]

_BLOCK_SAMPLES = SAMPLE_RATE
_IDLE_READERS = 4
# A sound that runs backwards is read forwards in pieces of this length.
_BACKWARDS_SAMPLES = 20 * SAMPLE_RATE


class _How(NamedTuple):
    """What decides the samples of a file: one open reader serves all that share it."""

    url: str
    channels: tuple[int, ...]
    speed: Fraction


class Mixer(Closing):
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
        self._starts = np.array([span.record_in_samples for span in spans], np.int64)
        self._stops = np.array([span.record_out_samples for span in spans], np.int64)
        self._playing: dict[int, _Voice] = {}
        self._idle: OrderedDict[_How, _Voice] = OrderedDict()

    def heard_in(self, start_samples: int, stop_samples: int) -> list[int]:
        """Return the numbers of the spans that sound between two samples, in order."""
        inside = (self._starts < stop_samples) & (self._stops > start_samples)
        return [int(index) for index in np.flatnonzero(inside)]

    def block(self, start_samples: int, count_samples: int) -> Samples:
        """Return a block of the mix, (count, 2); silence outside the film.

        Raises
        ------
        MediaError
            A sound cannot be read.
        """
        end = start_samples + count_samples
        mix = np.zeros((count_samples, 2), np.float32)
        low, high = max(start_samples, 0), min(end, self.samples)
        heard_here = self.heard_in(low, high) if low < high else []
        for index in self._playing.keys() - set(heard_here):
            self._rest(index)
        for index in heard_here:
            span = self.spans[index]
            first = max(low, span.record_in_samples)
            last = min(high, span.record_out_samples)
            if not span.speed:
                continue
            offset = first - span.record_in_samples
            heard = self._voice(index).heard(span, offset, last - first)
            level = gains(span, offset, last - first)
            mix[first - start_samples : last - start_samples] += heard * level[:, None]
        return mix

    def blocks(self, count_samples: int = _BLOCK_SAMPLES) -> Iterator[Samples]:
        """Yield the whole mix in blocks, of a second unless said."""
        for start in range(0, self.samples, count_samples):
            yield self.block(start, min(count_samples, self.samples - start))

    def _voice(self, index: int) -> _Voice:
        if index not in self._playing:
            span = self.spans[index]
            how = _How(span.url, span.channels, abs(span.speed))
            idle = self._idle.pop(how) if how in self._idle else _Voice(how)
            self._playing[index] = idle
        return self._playing[index]

    def _rest(self, index: int) -> None:
        # The next stretch is often of the same file, a little further on.
        voice = self._playing.pop(index)
        old = self._idle.pop(voice.how, None)
        if old is not None:
            old.close()
        self._idle[voice.how] = voice
        while len(self._idle) > _IDLE_READERS:
            self._idle.popitem(last=False)[1].close()

    def close(self) -> None:
        """Close every file; asking for a block opens them again."""
        for voice in (*self._playing.values(), *self._idle.values()):
            voice.close()
        self._playing.clear()
        self._idle.clear()


class _Voice:
    """One open file at one speed, played either way."""

    def __init__(self, how: _How) -> None:
        self.how = how
        self._reader = SoundReader(
            locate.path(how.url), SAMPLE_RATE, picked=how.channels, speed=how.speed
        )
        self._held = np.zeros((0, 2), np.float32)
        self._held_at = 0

    def heard(self, span: SoundSpan, offset: int, count: int) -> Samples:
        """Return samples of a span from an offset into it, before its levels."""
        first = first_sample(span)
        if span.speed > 0:
            return self._reader.block(first + offset, count)
        stop = first + 1 - offset
        return self._forwards(stop - count, stop)[::-1]

    def _forwards(self, start: int, stop: int) -> Samples:
        """Return what is about to be asked for backwards, from a piece held of it."""
        if start < self._held_at or stop > self._held_at + len(self._held):
            self._held_at = min(start, stop - _BACKWARDS_SAMPLES)
            self._held = self._reader.block(self._held_at, stop - self._held_at)
        return self._held[start - self._held_at : stop - self._held_at]

    def close(self) -> None:
        self._reader.close()


def first_sample(span: SoundSpan) -> int:
    """Return the sample of the file, at the span's speed, that is heard first.

    Forwards it is the one on at the in-point; backwards the one that ends there, as
    with pictures, so that a reversed range is its samples flipped.
    """
    if not span.speed:
        return 0
    at = span.source_in_s / abs(span.speed) * SAMPLE_RATE
    return math.floor(at) if span.speed > 0 else math.ceil(at) - 1


def gains(span: SoundSpan, start_samples: int, count_samples: int) -> Samples:
    """Return the amplitude factor of each sample from ``start_samples`` of a span.

    Sample ``k`` of a fade of ``n`` has ``k / n`` going in, ``1 - k / n`` going out,
    so that the two sides of a cross-fade always sum to one; of equal power the sine
    and the cosine of ``k / n`` of a right angle, whose squares do.
    """
    keys = span.levels
    length = span.record_out_samples - span.record_in_samples
    stop = start_samples + count_samples
    rising = start_samples < span.fade_in_samples
    falling = stop > length - span.fade_out_samples and span.fade_out_samples > 0
    flat = not keys or all(level == keys[0][1] for _, level in keys)
    if flat and not rising and not falling:
        return np.full(count_samples, keys[0][1] if keys else 1.0, np.float32)
    here = np.arange(start_samples, stop, dtype=np.float64)
    level = np.ones(count_samples)
    if keys:
        level = np.interp(here, [k for k, _ in keys], [g for _, g in keys])
    if rising:
        level *= _fade(here / span.fade_in_samples, span.fade_in_curve)
    if falling:
        level *= _fade((length - here) / span.fade_out_samples, span.fade_out_curve)
    return level.astype(np.float32)


def _fade(part: NDArray[np.float64], curve: str) -> NDArray[np.float64]:
    part = np.clip(part, 0, 1)
    return np.sin(part * (np.pi / 2)) if curve == "power" else part
