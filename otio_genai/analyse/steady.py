"""Where a take wobbles, morphs, goes soft or freezes: mostly at its ends.

Aim
    For every motion sample how unsteady the picture is, judged against the take's own
    habit, so that a hand-held shot is not called wobbling nor a soft one blurred.

Method
    Six kinds of evidence, each brought to 0-1 by a straight ramp and joined as
    ``u = 1 - (1 - u_1)(1 - u_2)...``:

    ``bending``  residual of the camera's fit above the median, in deviations;
    ``morphing`` share of the likeness of neighbouring pictures that is lost, beyond
                 what a faster camera explains (blur, turn);
    ``softness`` fine detail missing beside the pictures around, of the same things,
                 beyond the blur of the shutter;
    ``paling``   brightness or contrast of the same things off that of the pictures
                 around, as where a generator has yet to find its exposure;
    ``wobble``   accelerations that change their sign twice running, beside the
                 take's usual ones: a whip speeds up and slows down only once;
    ``freeze``   frames held although the take moves before or after; one that comes
                 to rest slowly, or is still throughout, does not freeze.

    Deviations are 1.4826 MAD. The ramps were set on synthetic takes (steady cameras
    of every kind, and the same with a fault) and looked at on generated ones.

Conventions
    Those of `otio_genai.analyse.motion`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.freezes import Span, freezes
from otio_genai.analyse.motion import Observed
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.similarity import median

__all__ = ["VERSION", "Steadiness", "steadiness"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 1

# A take of fewer samples has no habit to be judged against.
_LEAST_SAMPLES = 8
_MAD_TO_SD = 1.4826
_UNSTEADY = 0.5
_LONGEST_END_S = 0.5
_NO_USE = 3
# Pictures on either side that softness and light are judged against: a bad half
# second is less than half of them even at an end.
_AROUND = 12
_RAMPS = {
    "bending": (4.0, 10.0),
    "morphing": (0.1, 0.3),
    "softness": (0.7, 1.8),
    "paling": (1.0, 2.2),
    "wobble": (1.0, 2.5),
}
# fw/s below which nothing is bent or shaken: three pixels of 1280 from sample to
# sample.
_LEAST_BEND, _LEAST_SHAKE = 0.01, 0.03
# What a faster camera explains: the share of likeness lost at 1 fw/s, and the detail
# lost (log power) from 0.3 fw/s on, where a 180 degree shutter smears the tiles.
_LIKENESS_LOST, _DETAIL_LOST, _SMEARED = 0.45, 4.0, 0.3
# Levels and logarithms of contrast that light may change within a second.
_LIGHT_LEVELS, _CONTRAST = 14.0, 0.15


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How unsteady a take is, sample by sample.

    ``unsteady`` pairs (frame, u) of every motion sample, u 0 (steady) to 1;
    ``head_frames``, ``tail_frames`` how many frames at its ends a cut should leave
    out, at most half a second; ``freezes`` half-open spans of frames.
    """

    unsteady: list[tuple[int, float]]
    head_frames: int
    tail_frames: int
    freezes: list[Span]

    def to_metadata(self) -> dict[str, Any]:
        """Return what a media reference carries under ``steady``."""
        return {
            "version": VERSION,
            "unsteady": [[frame, round(u, 3)] for frame, u in self.unsteady],
            "head_frames": self.head_frames,
            "tail_frames": self.tail_frames,
            "freezes": [list(span) for span in self.freezes],
        }


def steadiness(seen: Observed) -> Steadiness:
    """Return how unsteady a take is, from the pass that measured its motion.

    Parameters
    ----------
    seen
        What `otio_genai.analyse.motion.observe` returned.

    Notes
    -----
    A take of fewer than 8 samples has no habit to be judged by: only its freezes are
    found. A whole take of unsteady samples keeps all but half a second at each end.
    """
    frozen = [
        (seen.first + start, seen.first + stop)
        for start, stop in freezes(seen.changes, seen.rate)
    ]
    inside = [k for k, sample in enumerate(seen.samples) if not sample.cut]
    frames = np.array([seen.samples[k].frame for k in inside], int)
    level: Floats = np.zeros(len(inside))
    if len(inside) >= _LEAST_SAMPLES:
        level = _judged(seen, inside)
    for start, stop in frozen:
        level[(frames > start) & (frames < stop)] = 1.0
    head, tail = _ends(frames, level >= _UNSTEADY, frozen, seen)
    rows = [(int(f), float(u)) for f, u in zip(frames, level, strict=True)]
    return Steadiness(rows, head, tail, frozen)


def _judged(seen: Observed, inside: list[int]) -> Floats:
    samples = [seen.samples[k] for k in inside]
    shot = np.cumsum([sample.cut for sample in seen.samples])[inside]
    vectors = np.array([sample.vector for sample in samples])
    speed = np.array([sample.speed for sample in samples])
    residual = np.array([sample.residual for sample in samples])
    steady = 1.0 - _ramp("bending", _bending(residual, speed))
    steady *= 1.0 - _ramp("morphing", _morphing(seen.likeness[inside], speed))
    for number in np.unique(shot):
        part = np.flatnonzero(shot == number)
        gains = [g[inside][part] for g in (seen.sharper, seen.lighter, seen.stronger)]
        smear = _smear(speed[part])
        steady[part] *= 1.0 - _ramp("softness", _softness(gains[0], smear))
        steady[part] *= 1.0 - _ramp("paling", _paling(gains[1], gains[2], smear))
        steady[part] *= 1.0 - _ramp("wobble", _shake(vectors[part]))
    return np.asarray(1.0 - steady)


def _ramp(kind: str, evidence: Floats) -> Floats:
    low, high = _RAMPS[kind]
    return np.asarray(np.clip((evidence - low) / (high - low), 0.0, 1.0))


def _bending(residual: Floats, speed: Floats) -> Floats:
    usual = median(residual)
    deviation = _MAD_TO_SD * median(np.abs(residual - usual))
    # What the tiles cannot tell apart grows with the way they went.
    least = _LEAST_BEND * (1 + speed)
    return np.asarray((residual - usual) / np.maximum(deviation, least))


def _morphing(likeness: Floats, speed: Floats) -> Floats:
    usual = median(likeness)
    faster = np.clip(speed - median(speed), 0.0, 1.0)
    lost = 1.0 - likeness / max(usual, 1e-6)
    return np.asarray(lost - _LIKENESS_LOST * np.sqrt(faster))


def _smear(speed: Floats) -> Floats:
    """Return 0-1 how much of its detail the shutter may take from each picture."""
    near = np.concatenate([speed[:1], speed, speed[-1:]])
    fastest = np.maximum(np.maximum(near[:-2], near[2:]), speed)
    return np.asarray(np.minimum(fastest / _SMEARED, 1.0))


def _softness(sharper: Floats, smear: Floats) -> Floats:
    before, after = _off(sharper)
    return np.asarray(-np.minimum(before, after) - _DETAIL_LOST * smear)


def _paling(lighter: Floats, stronger: Floats, smear: Floats) -> Floats:
    light, contrast = (
        np.maximum(*(np.abs(part) for part in _off(gain)))
        for gain in (lighter, stronger)
    )
    return np.asarray(np.maximum(light / _LIGHT_LEVELS, contrast / _CONTRAST - smear))


def _off(gain: Floats) -> tuple[Floats, Floats]:
    """Return how far the pictures before and after are off those around them."""
    # One more picture than pairs: how much each has gained since the first one.
    level = np.concatenate([[0.0], np.cumsum(gain)])
    around = [
        median(level[max(0, k - _AROUND) : k + _AROUND + 1]) for k in range(len(level))
    ]
    off = level - np.array(around)
    return off[:-1], off[1:]


def _shake(vectors: Floats) -> Floats:
    """Return how much the motion goes to and fro at each sample, in usual shakes."""
    found = np.zeros(len(vectors))
    gain = np.diff(vectors, axis=0)
    if len(gain) < 3:
        return found
    usual = median(np.hypot.reduce(gain, axis=1))
    # Acceleration against the one before it, wherever that turns.
    turn = np.maximum(-np.sum(gain[:-1] * gain[1:], axis=1), 0.0)
    twice = np.sqrt(np.minimum(turn[:-1], turn[1:]))
    # A pair of turns is about the four samples it was found in.
    for k in range(4):
        part = found[k : k + len(twice)]
        np.maximum(part, twice, out=part)
    return found / max(3 * usual, _LEAST_SHAKE)


def _ends(
    frames: npt.NDArray[np.int_],
    bad: npt.NDArray[np.bool_],
    frozen: list[Span],
    seen: Observed,
) -> tuple[int, int]:
    """Return how many frames of the head and of the tail are better left out."""
    last = seen.first + max(len(seen.changes) - 1, 0)
    head = tail = 0
    count = _run(bad)
    if count:
        head = int(frames[count - 1]) - seen.first
    count = _run(bad[::-1])
    if count:
        before = len(frames) - count - 1
        tail = last - (int(frames[before]) if before >= 0 else seen.first)
    for start, stop in frozen:
        # One of the frozen pictures is still a good one.
        head = max(head, stop - 1 - seen.first if start == seen.first else 0)
        tail = max(tail, last - start if stop == last + 1 else 0)
    longest = math.floor(_LONGEST_END_S * seen.rate)
    return min(head, longest), min(tail, longest)


def _run(bad: npt.NDArray[np.bool_]) -> int:
    """Return how many samples it takes from the start until the bad ones are over."""
    count = 0
    for k, unsteady in enumerate(bad):
        if unsteady:
            count = k + 1
        # What is good for a quarter of a second, before or between, is of no use.
        elif k >= count + _NO_USE:
            break
    return count
