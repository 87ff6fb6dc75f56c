"""The pulse of a piece of music, and how far it may be trusted.

Conventions
    Times are seconds from the start of the sound, ascending. Every confidence is 0-1
    (`otio_genai.analyse.trust`). Below one half a piece is to be cut on its onsets
    and after its rests, because whatever beat was found is a guess. What the director
    says (`otio_genai.analyse.cues`) has confidence 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from otio_genai.analyse import beats, cues, onsets, trust
from otio_genai.analyse.beats import Frames
from otio_genai.analyse.cues import EARLY_S, Told
from otio_genai.analyse.features import FRAMES_PER_S, HOP_S, Features, features
from otio_genai.analyse.loudness import SILENCE_DB
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.phrases import Chosen, phrases
from otio_genai.analyse.sections import sections

__all__ = ["VERSION", "Music", "music", "of_features"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 2

_SURE = 0.5
_SHORTEST_S = 1.0
# Phrases without bars begin after rests; that is no metre, and never sure.
_AFTER_RESTS = 0.49
_SAME_PHRASE_S = 1.0


@dataclass(frozen=True, slots=True)
class Music:
    """What a piece of music offers to cut on; times in seconds.

    ``bpm`` is 0 without beats; ``other_bpm`` is the octave that fits next best.
    ``mode`` is ``"onsets"`` when the beat is not sure; ``phrases_s`` then are the
    onsets after rests. ``rests_s`` are half-open. Markers begin phrases.
    """

    source: str = "measured"
    bpm: float = 0.0
    other_bpm: float = 0.0
    confidence: float = 0.0
    regularity: float = 0.0
    mode: Literal["beats", "onsets"] = "onsets"
    beats_s: tuple[float, ...] = ()
    downbeats_s: tuple[float, ...] = ()
    downbeat_confidence: float = 0.0
    phrases_s: tuple[float, ...] = ()
    phrase_confidence: float = 0.0
    sections_s: tuple[float, ...] = ()
    section_confidence: float = 0.0
    onsets_s: tuple[float, ...] = ()
    rests_s: tuple[tuple[float, float], ...] = ()
    markers_s: tuple[float, ...] = ()
    energy_db: tuple[float, ...] = ()

    def to_metadata(self) -> dict[str, Any]:
        """Return what a media reference carries under ``beats``."""
        return {
            "version": VERSION,
            "source": self.source,
            "bpm": round(self.bpm, 2),
            "other_bpm": round(self.other_bpm, 2),
            "confidence": round(self.confidence, 3),
            "regularity": round(self.regularity, 3),
            "mode": self.mode,
            "beats_s": _rounded(self.beats_s),
            "downbeats_s": _rounded(self.downbeats_s),
            "downbeat_confidence": round(self.downbeat_confidence, 3),
            "phrases_s": _rounded(self.phrases_s),
            "phrase_confidence": round(self.phrase_confidence, 3),
            "sections_s": _rounded(self.sections_s),
            "section_confidence": round(self.section_confidence, 3),
            "onsets_s": _rounded(self.onsets_s),
            "rests_s": [_rounded(rest) for rest in self.rests_s],
            "markers_s": _rounded(self.markers_s),
            "energy": {
                "hop_s": HOP_S,
                "db": [round(db, 1) for db in self.energy_db],
            },
        }


def music(samples: Floats, sample_rate: int, told: Told | None = None) -> Music:
    """Return the beats, bars, phrases, sections, onsets and rests of a piece of music.

    Parameters
    ----------
    samples
        Mono, shape ``(n,)``, full scale 1.
    sample_rate
        In Hz, of any size.
    told
        What somebody says of it, if anything.

    Returns
    -------
    Music
        Empty with confidence 0 for silence, steady tones and less than a second,
        but for what was told.
    """
    found = features(samples, sample_rate)
    return of_features(found, np.size(samples) / sample_rate, told or Told())


def of_features(found: Features | None, length_s: float, told: Told) -> Music:
    """Return what `music` does, from the series of a piece that lasts ``length_s``."""
    energy = np.full(math.ceil(length_s / HOP_S), SILENCE_DB)
    if found is not None:
        energy = found.loud_db
    if length_s < _SHORTEST_S:
        found = None
    act = np.zeros(0) if found is None else beats.activation(found.onset)
    pulse = _pulse(found, act, length_s, told)
    ones = cues.bars(told, found, pulse.times_s, pulse.frames)
    begun = Chosen(np.zeros(0, np.intp), 0.0)
    if found is not None and len(ones.at):
        begun = phrases(found, pulse.frames, pulse.frames[ones.at])
    ones = Chosen(ones.at, min(ones.confidence, pulse.confidence))
    begun = Chosen(ones.at[begun.at], min(begun.confidence, ones.confidence))
    made = _made(found, pulse, ones, begun, told)
    return replace(made, energy_db=tuple(energy.tolist()))


@dataclass(frozen=True, slots=True)
class _Pulse:
    """Beats in seconds and on frames, and how sure they are."""

    times_s: Floats
    frames: Frames
    confidence: float
    other_bpm: float = 0.0


def _pulse(found: Features | None, act: Floats, length_s: float, told: Told) -> _Pulse:
    if told.beats_s or told.tempo_bpm:
        times = np.array(told.beats_s)
        if told.tempo_bpm and not told.beats_s:
            times = cues.grid_s(told.tempo_bpm, told.first_beat_s, act, length_s)
        return _Pulse(times, cues.frames_of(times), 1.0)
    frames = beats.track(act)
    if found is None or len(frames) < 2:
        return _Pulse(np.zeros(0), np.zeros(0, np.intp), 0.0)
    sure = beats.regularity(frames) * trust.of_pulse(found, act, frames)
    times = frames / FRAMES_PER_S + EARLY_S
    return _Pulse(times, frames, sure, _bpm(times) * beats.other_octave(act, frames))


def _made(
    found: Features | None, pulse: _Pulse, ones: Chosen, begun: Chosen, told: Told
) -> Music:
    resumed: list[float] = []
    result: dict[str, Any] = {}
    if found is not None:
        starts = tuple(time + EARLY_S for time in onsets.onsets_s(found.onset))
        rests = tuple(onsets.rests_s(found.level_db))
        after = (_first_after(starts, rest[1]) for rest in rests)
        resumed = sorted({time for time in after if time is not None})
        result = {"onsets_s": starts, "rests_s": rests} if starts else {}
    sure = pulse.confidence >= _SURE
    times = tuple(pulse.times_s.tolist())
    measured = [times[at] for at in begun.at] if sure else resumed
    trusted = begun.confidence if sure else _AFTER_RESTS * bool(resumed)
    phrases_s, phrase_confidence = _marked(measured, trusted, told.markers_s)
    if found is not None and result:
        snap = phrases_s if phrase_confidence >= _SURE else _surest(times, ones, pulse)
        begin_s = min([*result["onsets_s"][:1], *times[:1]], default=0.0)
        large = sections(found, snap, begin_s=begin_s)
        result["sections_s"] = large.times_s
        result["section_confidence"] = large.confidence
    return Music(
        source=told.source,
        bpm=_bpm(pulse.times_s),
        other_bpm=pulse.other_bpm,
        confidence=pulse.confidence,
        regularity=beats.regularity(pulse.times_s),
        mode="beats" if sure else "onsets",
        beats_s=times,
        downbeats_s=tuple(times[at] for at in ones.at),
        downbeat_confidence=ones.confidence,
        phrases_s=phrases_s,
        phrase_confidence=phrase_confidence,
        markers_s=told.markers_s,
        **result,
    )


def _marked(
    measured: Sequence[float], confidence: float, markers_s: Sequence[float]
) -> tuple[tuple[float, ...], float]:
    """Phrases begin at markers; measured ones only add to them where they are sure."""
    if not markers_s:
        return tuple(measured), confidence
    if confidence < _SURE:
        return tuple(markers_s), 1.0
    apart = [
        time
        for time in measured
        if min(abs(time - marker) for marker in markers_s) > _SAME_PHRASE_S
    ]
    return tuple(sorted([*markers_s, *apart])), confidence


def _surest(times: Sequence[float], ones: Chosen, pulse: _Pulse) -> Sequence[float]:
    """Return the bars, else the beats, else nothing, whichever may be trusted."""
    if ones.confidence >= _SURE:
        return [times[at] for at in ones.at]
    return times if pulse.confidence >= _SURE else ()


def _bpm(times_s: Floats) -> float:
    if len(times_s) < 2:
        return 0.0
    # Frames are too coarse one by one: average the usual intervals.
    between = np.diff(times_s)
    usual = np.median(between)
    near = between[np.abs(between - usual) <= 0.1 * usual]
    return float(60 / near.mean())


def _first_after(times: Sequence[float], time_s: float) -> float | None:
    # An onset is found where the sound rises, a rest where it has risen: allow both.
    return next((t for t in times if time_s - 0.15 <= t <= time_s + 0.5), None)


def _rounded(times: Sequence[float]) -> list[float]:
    return [round(time, 4) for time in times]
