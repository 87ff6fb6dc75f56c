"""The pulse of a piece of music, and how far it may be trusted.

Conventions
    Times are seconds from the start of the sound, ascending. ``confidence`` is 0-1;
    below one half a piece is to be cut on its onsets and after its rests, because
    whatever beat was found is a guess.

Aim of the confidence
    A tracker's own regularity tells nothing: the model is stiff and finds an even
    pulse in noise too. Three independent questions are asked instead and multiplied:
    is the energy that is new concentrated on the beats (salience)? Does the bass
    alone lead to the same beats, octaves aside (agreement)? Is the pulse even
    (regularity)?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from otio_genai.analyse import beats, onsets, phrases
from otio_genai.analyse.beats import Frames
from otio_genai.analyse.features import FRAMES_PER_S, Features, features
from otio_genai.analyse.phase import Floats

__all__ = ["VERSION", "Music", "music"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 1

_SURE = 0.5
_SHORTEST_S = 1.0
_ON_BEAT_FRAMES = 3
_AGREE_FRAMES = 6
# Half a window of sound is seen ahead of an attack; measured on clicks and drums.
_EARLY_S = 0.018


@dataclass(frozen=True, slots=True)
class Music:
    """What a piece of music offers to cut on; times in seconds.

    ``bpm`` is 0 without beats. ``mode`` is ``"onsets"`` when the beat is not sure;
    ``phrases_s`` then are the onsets after rests. ``rests_s`` are half-open.
    """

    bpm: float = 0.0
    confidence: float = 0.0
    regularity: float = 0.0
    beats_s: tuple[float, ...] = ()
    downbeats_s: tuple[float, ...] = ()
    phrases_s: tuple[float, ...] = ()
    onsets_s: tuple[float, ...] = ()
    rests_s: tuple[tuple[float, float], ...] = ()
    mode: Literal["beats", "onsets"] = "onsets"

    def to_metadata(self) -> dict[str, Any]:
        """Return what a media reference carries under ``beats``."""
        return {
            "version": VERSION,
            "bpm": round(self.bpm, 2),
            "confidence": round(self.confidence, 3),
            "regularity": round(self.regularity, 3),
            "beats_s": _rounded(self.beats_s),
            "downbeats_s": _rounded(self.downbeats_s),
            "phrases_s": _rounded(self.phrases_s),
            "onsets_s": _rounded(self.onsets_s),
            "rests_s": [_rounded(rest) for rest in self.rests_s],
            "mode": self.mode,
        }


def music(samples: Floats, sample_rate: int) -> Music:
    """Return the beats, bars, phrases, onsets and rests of a piece of music.

    Parameters
    ----------
    samples
        Mono, shape ``(n,)``, full scale 1.
    sample_rate
        In Hz, of any size.

    Returns
    -------
    Music
        Empty with confidence 0 for silence, steady tones and less than a second.
    """
    if np.size(samples) < _SHORTEST_S * sample_rate:
        return Music()
    found = features(samples, sample_rate)
    if found is None:
        return Music()
    rests = onsets.rests_s(found.level_db)
    starts = tuple(time + _EARLY_S for time in onsets.onsets_s(found.onset))
    act = beats.activation(found.onset)
    pulse = beats.track(act)
    after = tuple(_first_after(starts, rest[1]) for rest in rests)
    resumed = tuple(sorted({time for time in after if time is not None}))
    if len(pulse) < 2:
        return Music(onsets_s=starts, rests_s=tuple(rests), phrases_s=resumed)
    regular = beats.regularity(pulse)
    sure = regular * _evidence(found, act, pulse)
    ones = phrases.downbeats(found, pulse)
    mode: Literal["beats", "onsets"] = "beats" if sure >= _SURE else "onsets"
    begun = _seconds(phrases.phrases(found, pulse, ones))
    return Music(
        bpm=_bpm(pulse),
        confidence=sure,
        regularity=regular,
        beats_s=_seconds(pulse),
        downbeats_s=_seconds(ones),
        phrases_s=begun if mode == "beats" else resumed,
        onsets_s=starts,
        rests_s=tuple(rests),
        mode=mode,
    )


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


def _evidence(found: Features, act: Floats, pulse: Frames) -> float:
    clear = salience(act, pulse)
    bass = beats.activation(found.low)
    below = beats.track(bass)
    if len(below) < 2:
        # Nothing low to ask: the beat must speak for itself.
        return clear
    return float(np.sqrt(clear * agreement(pulse, below)))


def _f_measure(one: Frames, other: Frames) -> float:
    if not len(one) or not len(other):
        return 0.0
    apart = np.abs(one[:, None] - other[None, :])
    hits = min((apart.min(axis=a) <= _AGREE_FRAMES).sum() for a in (0, 1))
    return float(2 * hits / (len(one) + len(other)))


def _bpm(pulse: Frames) -> float:
    # Frames are too coarse one by one: average the usual intervals.
    between = np.diff(pulse)
    usual = np.median(between)
    near = between[np.abs(between - usual) <= 0.1 * usual]
    return float(60 * FRAMES_PER_S / near.mean())


def _first_after(times: tuple[float, ...], time_s: float) -> float | None:
    # An onset is found where the sound rises, a rest where it has risen: allow both.
    return next((t for t in times if time_s - 0.15 <= t <= time_s + 0.5), None)


def _seconds(frames: Frames) -> tuple[float, ...]:
    return tuple(float(f) / FRAMES_PER_S + _EARLY_S for f in frames)


def _rounded(times: tuple[float, ...]) -> list[float]:
    return [round(time, 4) for time in times]
