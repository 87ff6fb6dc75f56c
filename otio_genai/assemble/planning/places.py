"""The places that cuts are drawn to: in the music, between sentences.

Conventions
    Times are record seconds. A cut on a beat falls on the frame that the beat is in,
    never later: a late picture is noticed sooner than an early one (ITU-R BT.1359).
    Costs of musical places are scaled by how sure they are; places that the user
    gave are certain.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai import rates
from otio_genai.assemble.style import Style

__all__ = ["Place", "Places", "cost_of_frames", "energies", "mode_of", "nearest"]

Costs = NDArray[np.float64]

# Costs of places, proposals: there is no measurement behind their size.
_PHRASE, _DOWNBEAT, _BEAT, _OFF_BEAT = -0.6, -0.3, -0.15, 0.5
_ONSET, _OFF_ONSET = -0.2, 0.15
_BEFORE_SENTENCE, _PAUSE, _ON_SENTENCE, _IN_WORDS = -0.5, -0.3, 0.6, 0.1
_PAUSE_S, _MARGIN_S = 0.2, 0.04
_LEAD_S, _LATE_S = (0.35, 0.05), 0.25
_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Places:
    """What of music and voice matters for cuts, in record seconds.

    Bars, phrases and sections that are not sure are left out: a cut on one of them
    would be called so by chance.
    """

    beats_s: Sequence[float] = ()
    "Beats."
    downbeats_s: Sequence[float] = ()
    "First beats of bars."
    phrases_s: Sequence[float] = ()
    "Starts of phrases."
    sections_s: Sequence[float] = ()
    "Starts of sections."
    markers_s: Sequence[float] = ()
    "Markers that the user set."
    onsets_s: Sequence[float] = ()
    "Onsets of notes."
    confidence: float = 0.0
    "How sure the beat is, 0 to 1."
    words_s: Sequence[tuple[float, float]] = ()
    "Spans of speech."
    sentences_s: Sequence[tuple[float, float]] = ()
    "Spans of sentences."
    energy: tuple[float, Sequence[float]] = field(default=(1.0, ()))
    "Step in seconds, and the music's loudness in dB at each step."

    @classmethod
    def of(
        cls,
        heard: Mapping[str, Any],
        words_s: Sequence[tuple[float, float]] = (),
        sentences_s: Sequence[tuple[float, float]] = (),
    ) -> Places:
        """Return what the ``beats`` metadata of a bed and a laid voice-over offer."""
        energy = heard.get("energy") or {"hop_s": 1.0, "db": ()}

        def sure(times: str, confidence: str) -> tuple[float, ...]:
            enough = heard.get(confidence, 1.0) >= _SURE
            return tuple(heard.get(times, ())) if enough else ()

        # After rests a line without a beat begins anew, sure or not: that is heard.
        free = heard.get("mode") == "onsets"
        return cls(
            beats_s=tuple(heard.get("beats_s", ())),
            downbeats_s=sure("downbeats_s", "downbeat_confidence"),
            phrases_s=tuple(heard.get("phrases_s", ()))
            if free
            else sure("phrases_s", "phrase_confidence"),
            sections_s=sure("sections_s", "section_confidence"),
            markers_s=tuple(heard.get("markers_s", ())),
            onsets_s=tuple(heard.get("onsets_s", ())),
            confidence=float(heard.get("confidence", 0.0)),
            words_s=tuple(words_s),
            sentences_s=tuple(sentences_s) or tuple(words_s),
            energy=(float(energy["hop_s"]), tuple(energy["db"])),
        )

    @property
    def has_beat(self) -> bool:
        """Whether the beat is sure enough to cut on."""
        return self.confidence >= _SURE and len(self.beats_s) > 1

    @property
    def breaks_s(self) -> tuple[float, ...]:
        """Starts of sentences after a pause: where the voice draws breath."""
        spans = sorted(self.sentences_s)
        return tuple(
            after[0]
            for before, after in zip(spans, spans[1:], strict=False)
            if after[0] - before[1] >= _PAUSE_S
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A place near a cut."""

    name: str
    "``marker section phrase downbeat beat onset`` or ``sentence``."
    distance_frames: int
    "Record frames from it to the cut; negative when the cut comes before."


def mode_of(places: Places, cut_on: str) -> str:
    """Return what cuts follow: ``beats``, ``phrases``, ``onsets`` or ``free``."""
    if cut_on != "auto":
        return cut_on
    if places.has_beat:
        return "beats"
    return "onsets" if places.onsets_s or places.phrases_s else "free"


def cost_of_frames(places: Places, total: int, rate: Fraction, style: Style) -> Costs:
    """Return the cost of a cut at each record frame, shape (total + 1,)."""
    music = np.zeros(total + 1)
    mode = mode_of(places, style.cut_on)
    if mode == "beats":
        # Asked for by name, beats count even when they are not sure.
        trust = places.confidence
        trust = max(trust, _SURE) if style.cut_on == "beats" else trust
        music += _OFF_BEAT * trust
        _set(music, places.beats_s, rate, _BEAT * trust)
        _set(music, places.downbeats_s, rate, _DOWNBEAT * trust)
        _set(music, places.phrases_s, rate, _PHRASE * trust)
    elif mode in ("onsets", "phrases"):
        music += _OFF_ONSET
        if mode == "onsets":
            _set(music, places.onsets_s, rate, _ONSET)
        _set(music, places.phrases_s, rate, _PHRASE)
    if mode != "free":
        _set(music, places.sections_s, rate, _PHRASE)
        _set(music, places.markers_s, rate, 2 * _PHRASE)
    voice = _cost_of_words(places, total, rate)
    return style.weight_music * music + style.weight_voice * voice


def _set(costs: Costs, times_s: Sequence[float], rate: Fraction, cost: float) -> None:
    for time_s in times_s:
        frame = rates.frame_with(time_s, rate)
        if 0 <= frame < len(costs):
            costs[frame] = min(costs[frame], cost)


def _cost_of_words(places: Places, total: int, rate: Fraction) -> Costs:
    costs = np.zeros(total + 1)
    spans = sorted(places.words_s)
    for (_, end_s), (begin_s, _) in zip(spans, spans[1:], strict=False):
        if begin_s - end_s >= _PAUSE_S:
            costs[_frames(end_s + _MARGIN_S, begin_s - _MARGIN_S, rate)] = _PAUSE
    for begin_s, end_s in spans:
        costs[_frames(begin_s, end_s, rate)] = _IN_WORDS
    for begin_s, _ in places.sentences_s:
        before = _frames(begin_s - _LEAD_S[0], begin_s - _LEAD_S[1], rate)
        costs[before] = _BEFORE_SENTENCE
        costs[_frames(begin_s - _MARGIN_S, begin_s + _LATE_S, rate)] = _ON_SENTENCE
    return costs


def _frames(begin_s: float, end_s: float, rate: Fraction) -> slice:
    """Return the record frames that begin within a span of seconds."""
    first = max(0, math.ceil(begin_s * float(rate)))
    return slice(first, max(first, math.ceil(end_s * float(rate))))


def energies(
    places: Places, cuts: Sequence[int], total: int, rate: Fraction
) -> list[float] | None:
    """Return the music's mean loudness in each slot, in dB; ``None`` when unknown."""
    step_s, levels = places.energy
    if not len(levels):
        return None
    edges = [0, *cuts, total]
    found = []
    for begin, end in zip(edges, edges[1:], strict=False):
        first = int(begin / float(rate) / step_s)
        last = max(first + 1, math.ceil(end / float(rate) / step_s))
        part = levels[first:last]
        # After its end the music is as soft as it ever was.
        found.append(float(np.mean(part)) if len(part) else float(min(levels)))
    return found


def nearest(places: Places, cut: int, rate: Fraction) -> Place | None:
    """Return the place nearest to a cut, the weightier one of two equally near."""
    best: Place | None = None
    for name, times_s in _named(places):
        times = sorted(times_s)
        at = bisect.bisect(times, cut / float(rate))
        for time_s in times[max(0, at - 1) : at + 2]:
            distance = cut - rates.frame_with(time_s, rate)
            if best is None or abs(distance) < abs(best.distance_frames):
                best = Place(name, distance)
    return best


def _named(places: Places) -> Iterator[tuple[str, Sequence[float]]]:
    yield "marker", places.markers_s
    yield "section", places.sections_s
    yield "phrase", places.phrases_s
    if places.has_beat:
        yield "downbeat", places.downbeats_s
        yield "beat", places.beats_s
    else:
        yield "onset", places.onsets_s
    yield "sentence", places.breaks_s
