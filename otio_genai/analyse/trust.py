"""How far a beat, a bar and a phrase may be believed.

Aim
    A tracker's own regularity tells nothing: the model is stiff and finds an even
    pulse in noise too, and some bar line always fits best. So each answer is judged
    by something it was not made from, and by what chance alone would reach.

Method
    *Beats*: is the energy that is new concentrated on them (`salience`)? Does the
    bass alone lead to the same ones, octaves aside (`agreement`)? Both are multiplied
    with the evenness of the pulse. *Bars and phrases*: Cliff's delta between the
    accents chosen and the others, less two standard deviations of what unrelated
    accents give by chance (`separation`).

Source
    N. Cliff, *Dominance statistics* (Psychological Bulletin 114, 1993); its deviation
    under no difference is that of the Mann-Whitney U.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from otio_genai.analyse import beats
from otio_genai.analyse.beats import Frames
from otio_genai.analyse.features import Features
from otio_genai.analyse.phase import Floats

__all__ = ["agreement", "of_pulse", "salience", "separation"]

_ON_BEAT_FRAMES = 3
_AGREE_FRAMES = 6
_DEVIATIONS = 2.0


def of_pulse(found: Features, act: Floats, pulse: Frames) -> float:
    """Return how sure a pulse is, 0-1, apart from its evenness."""
    clear = salience(act, pulse)
    below = beats.track(beats.activation(found.low))
    if len(below) < 2:
        # Nothing low to ask: the beat must speak for itself.
        return clear
    return float(np.sqrt(clear * agreement(pulse, below)))


def salience(act: Floats, pulse: Frames) -> float:
    """Return the share of the activation that lies on the beats beyond chance, 0-1."""
    total = float(act.sum())
    if total <= 0 or not len(pulse):
        return 0.0
    near = pulse[:, None] + np.arange(-_ON_BEAT_FRAMES, _ON_BEAT_FRAMES + 1)
    on = np.zeros(act.size, np.bool_)
    on[np.clip(near, 0, act.size - 1)] = True
    chance = float(on.mean())
    return max(0.0, (float(act[on].sum()) / total - chance) / (1 - chance))


def agreement(one: Frames, other: Frames) -> float:
    """Return how far two pulses coincide within 70 ms, octaves aside, 0-1."""
    best = 0.0
    for a, b in ((one, other), (other, one)):
        for start in (0, 1):
            best = max(best, _f_measure(a, b), _f_measure(a[start::2], b))
    return best


def separation(accents: Floats, chosen: npt.NDArray[np.bool_]) -> float:
    """Return how clearly the chosen accents stand above the others, 0-1.

    One when every chosen one is stronger than every other; zero when no more of them
    are than among unrelated accents, and when they are too few to tell.
    """
    on, off = accents[chosen], np.sort(accents[~chosen])
    if not on.size or not off.size:
        return 0.0
    below = np.searchsorted(off, on, "left")
    above = off.size - np.searchsorted(off, on, "right")
    delta = float((below - above).mean()) / off.size
    chance = _DEVIATIONS * math.sqrt((accents.size + 1) / (3 * on.size * off.size))
    return max(0.0, (delta - chance) / (1 - chance)) if chance < 1 else 0.0


def _f_measure(one: Frames, other: Frames) -> float:
    if not len(one) or not len(other):
        return 0.0
    hits = min(_near(one, other), _near(other, one))
    return 2 * hits / (len(one) + len(other))


def _near(one: Frames, other: Frames) -> int:
    at = np.searchsorted(other, one)
    left = np.abs(one - other[np.maximum(at - 1, 0)])
    right = np.abs(one - other[np.minimum(at, len(other) - 1)])
    return int((np.minimum(left, right) <= _AGREE_FRAMES).sum())
