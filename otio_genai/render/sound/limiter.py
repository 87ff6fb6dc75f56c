"""A true-peak limiter that looks ahead and delays nothing.

Method
    Where the wave between samples (`otio_genai.render.sound.peaks`) passes the
    ceiling, all channels are turned down together by what is needed. The reduction
    is let go in dB at a steady rate; then the deepest from the hold before to the
    look-ahead after is taken for every sample, and all that is smoothed by a Hann
    window as long as the look-ahead to both sides, so that the level arrives before
    the peak does and nothing clicks. The hold is half a wave of 50 Hz, so that tones
    from there up are not bent; after it a click is soon forgotten.
    The smoothed reduction is never less than the one needed, hence no sample and no
    wave passes. Where nothing does, the sound stays as it is, bit for bit.

    All of it is computed in chunks of a fixed grid from sample 0: the result does not
    depend on how the sound comes in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from otio_genai.render.plan import SAMPLE_RATE
from otio_genai.render.sound.peaks import REACH, factor, peaks_above

__all__ = ["AHEAD_SAMPLES", "HOLD_SAMPLES", "RELEASE_DB_S", "Limiter", "limited"]

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]

#: How far to both sides a reduction is seen, and as far again it is smoothed.
AHEAD_SAMPLES = SAMPLE_RATE // 400
#: How long it stays after that.
HOLD_SAMPLES = SAMPLE_RATE // 100
#: How quickly it is let go.
RELEASE_DB_S = 120.0

_CHUNK = 8192
_BEFORE, _AFTER = 2 * AHEAD_SAMPLES + HOLD_SAMPLES, 2 * AHEAD_SAMPLES
_SLOPE_DB = RELEASE_DB_S / SAMPLE_RATE
# For what two meters may see differently between samples.
_MARGIN_DB = 0.02
_WINDOW = np.hanning(2 * AHEAD_SAMPLES + 3)[1:-1]
_WINDOW /= _WINDOW.sum()


class Limiter:
    """Turns a sound down where its true peak would pass a ceiling.

    Parameters
    ----------
    gain
        Amplitude factor laid on everything before.
    ceiling_dbtp
        Highest true peak of what comes out.
    """

    def __init__(self, gain: float, ceiling_dbtp: float) -> None:
        self._gain = np.float32(gain)
        self._ceiling = factor(ceiling_dbtp - _MARGIN_DB)
        # What came in, from REACH samples before the chunk whose peaks come next.
        self._in = np.zeros((REACH, 2), np.float32)
        self._start = 0
        # Sound and reductions of chunks that are not given out yet, the latter
        # with those of the chunk before.
        self._sound: list[Samples] = []
        self._needed = [np.zeros(_CHUNK)]
        self._given = self._came = 0
        # The lowest of (reduction - slope x sample), which carries the release on.
        self._carry = np.inf
        #: Largest reduction so far in dB, 0 or more.
        self.most_db = 0.0

    def push(self, block: Samples) -> Samples:
        """Take the next samples, (n, 2); return those that are ready."""
        self._came += len(block)
        self._in = np.concatenate([self._in, block * self._gain])
        return self._ready()

    def flush(self) -> Samples:
        """Return all that is left."""
        silence = np.zeros((3 * _CHUNK + REACH, 2), np.float32)
        self._in = np.concatenate([self._in, silence])
        ready = self._ready()
        late = self._given - self._came
        return ready[: len(ready) - late] if late > 0 else ready

    def _ready(self) -> Samples:
        out = [np.zeros((0, 2), np.float32)]
        while len(self._in) >= _CHUNK + 2 * REACH:
            piece = self._in[: _CHUNK + 2 * REACH]
            self._needed.append(self._reduction(piece))
            self._sound.append(piece[REACH : REACH + _CHUNK])
            self._in = self._in[_CHUNK:]
            if len(self._needed) == 3:
                out.append(self._turned_down(self._sound.pop(0)))
                self._needed.pop(0)
                self._given += _CHUNK
        return np.concatenate(out)

    def _reduction(self, piece: Samples) -> Floats:
        """Return what the next chunk must be turned down by in dB, release included."""
        peaks = peaks_above(piece, self._ceiling)
        over = np.flatnonzero(peaks)
        at = self._start + np.arange(_CHUNK)
        self._start += _CHUNK
        if not len(over) and self._carry + _SLOPE_DB * at[0] >= 0:
            self._carry = np.inf
            return np.zeros(_CHUNK)
        due = np.full(_CHUNK, np.inf)
        due[over] = 20 * np.log10(self._ceiling / peaks[over]) - _SLOPE_DB * at[over]
        due[0] = min(due[0], self._carry)
        lowest = np.minimum.accumulate(due)
        self._carry = float(lowest[-1])
        held: Floats = np.minimum(lowest + _SLOPE_DB * at, 0)
        return held

    def _turned_down(self, sound: Samples) -> Samples:
        before, here, after = self._needed
        if not (before.any() or here.any() or after.any()):
            return sound
        deepest = _deepest(np.concatenate([before[-_BEFORE:], here, after[:_AFTER]]))
        removed = np.convolve(1 - 10 ** (deepest / 20), _WINDOW, "valid")
        most = float(removed.max())
        if most > 0:
            self.most_db = max(self.most_db, -20 * np.log10(1 - most))
        return sound * (1 - removed).astype(np.float32)[:, None]


def _deepest(levels_db: Floats) -> Floats:
    """Return the lowest from the hold before each sample to the look-ahead after."""
    width, lowest = 1, levels_db
    wanted = 2 * AHEAD_SAMPLES + HOLD_SAMPLES + 1
    while width < wanted:
        step = min(width, wanted - width)
        lowest = np.minimum(lowest[:-step], lowest[step:])
        width += step
    return lowest


def limited(blocks: Iterable[Samples], limiter: Limiter) -> Iterator[Samples]:
    """Yield a sound as it leaves a limiter, sample for sample."""
    for block in blocks:
        ready = limiter.push(block)
        if len(ready):
            yield ready
    yield limiter.flush()
