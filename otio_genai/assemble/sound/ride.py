"""Short peaks turned down by hand, so that a programme reaches its loudness.

Aim
    A voice whose peaks are 16 dB above its loudness keeps a whole programme 5 dB soft.
    What an engineer does then is to ride the fader: down before the syllable, up after
    it. Here too: in level keyframes, which exports write and the renderer follows.
    Nothing is compressed: no gain ever follows the waveform.

Method
    At a trial gain, wherever the peaks of all sounds together (the bound that
    `otio_genai.assemble.sound.programme` lays) pass the ceiling, the highest comes down
    to the next, those two to the third, until the sum is the ceiling; no sound by more
    than is allowed, nor below its own usual peaks (their median): what is as high all
    along has no peaks to ride. A dip holds over every record frame that the moment
    touches, with ramps on whole frames before and after; of all dips the lowest counts,
    and keys that are worth little are spared by a lower line. The gain is the least
    that takes the programme to its loudness, dips included, or else comes nearest.

Conventions
    A ride is a factor, 1 at rest, on top of fades and ducks; the relation of all sounds
    is kept wherever none is ridden. Peaks are known for each 100 ms of a sound: a dip
    is no shorter than that.

Source
    Lengths of the ramps are proposals, no findings about hearing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import (
    CEILING_DBTP,
    SILENT_LUFS,
    Floats,
    Laid,
    Ridden,
    Share,
    integrated,
    lay,
    wanted_db,
)
from otio_genai.maps import SoundSpan

__all__ = ["ride"]

Places = npt.NDArray[np.int64]

_DOWN_S, _UP_S = 0.08, 0.2
# Corners are spared where that lowers no frame by more than this factor, nor all of
# them in sum by more than so many seconds of silence would; so many in a row at most.
_LEAST_BRIDGED, _KEY_COST_S, _MOST_BRIDGED = 10 ** (-2.0 / 20), 0.03, 12
# How finely gains are tried; halved so often, the last step is below a hundredth.
_TRIAL_DB, _HALVINGS = 0.25, 5
# Softer than this, against its highest peak, a sound is between its words.
_SOUNDING = 10 ** (-20.0 / 20)
# What is gained must be worth riding for.
_WORTH_LU = 0.1
# Levels are written to the hundredth.
_ROUNDING_DB = 0.01
_FILL_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class _Fader:
    """A share of the film with the frames of its clip, on which its keys may lie."""

    share: Share
    at: Places
    "Sample of each frame of the clip, from the film's first; the last ends it."
    low: Places
    "First of the frames between which each step of the share lies."
    high: Places
    "Last of them."
    middle: Places
    "Sample in the middle of each step."
    least: Floats
    "How far the peak of each step may come down."


@dataclass(frozen=True, slots=True)
class _Ride:
    curves: dict[int, Floats]
    "Factor at every frame of the clip, by the number of the fader."
    places: int
    "Stretches of the film where peaks were too high."
    gain_db: float
    lufs: float


def ride(
    spans: Sequence[SoundSpan],
    samples: int,
    rate: Fraction,
    aim_lufs: float | None,
    most_db: float,
    sample_rate: int = 48_000,
) -> Ridden:
    """Turn down peaks in the levels of the spans' clips, where that makes them louder.

    Parameters
    ----------
    spans
        As `otio_genai.maps.sound_map` gives them; the ``levels`` of their clips are
        changed where a peak is ridden, and the spans are no longer right then.
    samples
        Length of the film.
    rate
        Record rate.
    aim_lufs
        Integrated loudness wanted; with None nothing is ridden.
    most_db
        Most by which a level is turned down; with 0 nothing is ridden.
    sample_rate
        Samples per second of the spans and of the film.
    """
    laid = lay(spans, samples, sample_rate)
    peak = float(laid.peaks().max(initial=0.0))
    loud = integrated(laid.powers())
    if aim_lufs is None or most_db <= 0 or not peak or loud < SILENT_LUFS:
        return Ridden()
    still_db = CEILING_DBTP - 20 * math.log10(peak)
    if wanted_db(laid.powers(), aim_lufs) <= still_db + _WORTH_LU:
        return Ridden()
    desk = _Desk(laid, rate, sample_rate, most_db)
    found = desk.search(still_db, aim_lufs)
    deepest = 1.0
    for number, curve in found.curves.items():
        deepest = min(deepest, float(curve.min()))
        clip = laid.shares[number].span.clip
        keys = mix.ridden(_levels(clip), curve)
        metadata.put(clip, "levels", keys)
    return Ridden(-20 * math.log10(deepest), found.places)


def _fader(
    share: Share, step: int, rate: Fraction, sample_rate: int, most_db: float
) -> _Fader:
    span, peaks = share.span, share.peaks
    key_sample = span.record_in_samples + span.levels[0][0]
    record_in = round(key_sample * rate / sample_rate) - int(_levels(span.clip)[0][0])
    frames = round(span.clip.source_range.duration.value)
    at = (record_in + np.arange(frames + 1, dtype=np.int64)) * rate.denominator
    at = at * sample_rate // rate.numerator
    edges = np.arange(share.steps.start, share.steps.stop + 1) * step
    low = np.searchsorted(at, edges[:-1], "right") - 1
    high = np.searchsorted(at, edges[1:], "left")
    sounding = peaks[peaks > peaks.max(initial=0.0) * _SOUNDING]
    usual = float(np.median(sounding)) if sounding.size else 0.0
    return _Fader(
        share,
        at,
        low=np.clip(low, 0, frames),
        high=np.clip(high, 0, frames),
        middle=(edges[:-1] + edges[1:]) // 2,
        least=np.maximum(peaks * 10 ** (-most_db / 20), np.minimum(peaks, usual)),
    )


def _levels(clip: otio.schema.Clip) -> list[list[float]]:
    return metadata.read(clip, "levels") or [[0, 0.0]]


class _Desk:
    """All faders of a film; any gain can be tried on it."""

    def __init__(
        self, laid: Laid, rate: Fraction, sample_rate: int, most_db: float
    ) -> None:
        self._powers, self._peaks = laid.powers(), laid.peaks()
        self._faders = [
            _fader(share, laid.step_samples, rate, sample_rate, most_db)
            for share in laid.shares
        ]
        self._least = np.zeros(laid.steps)
        for fader in self._faders:
            self._least[fader.share.steps] += fader.least
        self._down = max(1, rates.frames_at(_DOWN_S, rate))
        self._up = max(1, rates.frames_at(_UP_S, rate))
        self._key_cost = _KEY_COST_S * float(rate)

    def search(self, still_db: float, aim_lufs: float) -> _Ride:
        """Return the ride of the least gain that reaches the aim, or comes nearest."""
        unridden = integrated(self._powers * 10 ** (still_db / 10))
        tried = [_Ride({}, 0, still_db, unridden)]
        most_db = CEILING_DBTP - 20 * math.log10(self._least.max()) - still_db
        steps = math.ceil(most_db / _TRIAL_DB)
        for k in range(1, steps + 1):
            tried.append(self._tried(still_db + most_db * k / steps))
            if tried[-1].lufs >= aim_lufs:
                break
        if tried[-1].lufs < aim_lufs:
            loudest = max(found.lufs for found in tried)
            return next(r for r in tried if r.lufs >= loudest - _WORTH_LU)
        best, below_db = tried[-1], tried[-2].gain_db
        for _ in range(_HALVINGS):
            between = self._tried((below_db + best.gain_db) / 2)
            if between.lufs >= aim_lufs:
                best = between
            else:
                below_db = between.gain_db
        return best

    def _tried(self, gain_db: float) -> _Ride:
        limit = 10 ** ((CEILING_DBTP - gain_db - _ROUNDING_DB) / 20)
        curves = {}
        powers = self._powers.copy()
        for number, here, factors in self._needed(limit):
            fader = self._faders[number]
            curve = _eased(_held(fader, here, factors), self._down, self._up)
            curves[number] = _bridged(curve, self._down + self._up, self._key_cost)
            factor = np.interp(fader.middle, fader.at, curves[number])
            powers[fader.share.steps] += fader.share.powers * (factor**2 - 1)
        lufs = integrated(np.maximum(powers, 0) * 10 ** (gain_db / 10))
        hot = np.diff((self._peaks > limit).astype(int), prepend=0)
        return _Ride(curves, int(np.count_nonzero(hot == 1)), gain_db, lufs)

    def _needed(self, limit: float) -> Iterator[tuple[int, Places, Floats]]:
        """Yield (fader, its steps that must come down, factor in each)."""
        hot = np.flatnonzero(self._peaks > limit)
        found = []
        for number, fader in enumerate(self._faders):
            steps = fader.share.steps
            first, last = np.searchsorted(hot, [steps.start, steps.stop])
            if first < last:
                found.append((number, slice(first, last)))
        rows = _rows([part for _, part in found])
        heights, least = np.zeros((2, 1 + max(rows, default=-1), len(hot)))
        for row, (number, part) in zip(rows, found, strict=True):
            fader = self._faders[number]
            heights[row, part] = fader.share.peaks[hot[part] - fader.share.first]
            least[row, part] = fader.least[hot[part] - fader.share.first]
        level = _water(heights, least, limit)
        for row, (number, part) in zip(rows, found, strict=True):
            wanted = np.maximum(level[part], least[row, part])
            down = wanted < heights[row, part]
            if down.any():
                here = hot[part][down] - self._faders[number].share.first
                yield number, here, wanted[down] / heights[row, part][down]


def _rows(parts: Sequence[slice]) -> list[int]:
    """Return a row for each stretch, so that those in one row never overlap."""
    ends: list[int] = []
    rows = []
    for part in parts:
        row = next((r for r, end in enumerate(ends) if end <= part.start), len(ends))
        ends[row : row + 1] = [part.stop]
        rows.append(row)
    return rows


def _water(heights: Floats, least: Floats, limit: float) -> Floats:
    """Return the height at which all is cut off, so that the rest sums to a limit.

    Parameters
    ----------
    heights
        Peaks, (sounds, moments).
    least
        What each of them comes down to at most, likewise.
    limit
        The sum; where not even the least keep to it, 0 is returned.
    """
    below = np.zeros(heights.shape[1])
    above = heights.max(axis=0, initial=0.0)
    for _ in range(_FILL_ROUNDS):
        middle = (below + above) / 2
        fits = np.maximum(least, np.minimum(heights, middle)).sum(axis=0) <= limit
        below, above = np.where(fits, middle, below), np.where(fits, above, middle)
    return below


def _held(fader: _Fader, here: Places, factors: Floats) -> Floats:
    """Return the factor that each frame of a clip must not pass."""
    curve = np.ones(len(fader.at))
    low, high = fader.low[here], fader.high[here]
    for offset in range(int((high - low).max(initial=0)) + 1):
        np.minimum.at(curve, np.minimum(low + offset, high), factors)
    return curve


def _eased(curve: Floats, down: int, up: int) -> Floats:
    """Return a curve with straight ramps of so many frames before and after dips."""
    depth = 1 - curve
    eased = depth.copy()
    for k in range(1, min(down, len(depth))):
        eased[:-k] = np.maximum(eased[:-k], depth[k:] * (1 - k / down))
    for k in range(1, min(up, len(depth))):
        eased[k:] = np.maximum(eased[k:], depth[:-k] * (1 - k / up))
    return 1 - eased


def _bridged(curve: Floats, rest: int, key_cost: float) -> Floats:
    """Return a curve, never higher, with as few corners as their cost is worth.

    Parameters
    ----------
    curve
        Factor at every frame.
    rest
        A curve that rests at 1 for longer than so many frames is left at rest there.
    key_cost
        What one corner may cost: how much lower the curve is without it, summed over
        the frames.
    """
    keys = mix.corners(curve)
    values = [float(value) for value in curve[keys]]
    fixed = [False] * len(keys)
    for k, (one, two) in enumerate(pairwise(keys)):
        if values[k] == values[k + 1] == 1 and two - one > rest:
            fixed[k] = fixed[k + 1] = True
    costs, before = [0.0], [0]
    for last in range(1, len(keys)):
        best, came = math.inf, last - 1
        for first in range(last - 1, max(-1, last - 1 - _MOST_BRIDGED), -1):
            cost = costs[first] + key_cost + _lost(keys, values, first, last)
            if cost < best:
                best, came = cost, first
            if fixed[first]:
                break
        costs.append(best)
        before.append(came)
    kept = [len(keys) - 1]
    while kept[-1] > 0:
        kept.append(before[kept[-1]])
    kept.reverse()
    at = [keys[k] for k in kept]
    return np.interp(np.arange(len(curve)), at, [values[k] for k in kept])


def _lost(keys: Sequence[int], values: Sequence[float], first: int, last: int) -> float:
    """Return how much lower a line between two corners is; infinite if not allowed."""
    slope = (values[last] - values[first]) / (keys[last] - keys[first])
    lost = 0.0
    for k in range(first + 1, last):
        line = values[first] + slope * (keys[k] - keys[first])
        if not _LEAST_BRIDGED * values[k] <= line <= values[k] + 1e-12:
            return math.inf
        lost += (values[k] - line) * (keys[k + 1] - keys[k - 1]) / 2
    return lost
