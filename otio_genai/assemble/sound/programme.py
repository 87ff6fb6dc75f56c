"""How loud a film will be, from what is known of its sounds and where they lie.

Aim
    Loudness and true peak of the programme without opening a file, so that one static
    gain, written into every level, takes it to its profile in whatever program plays
    it. Nothing is compressed: where the true peak forbids it, short peaks are turned
    down by level keyframes first (`otio_genai.assemble.sound.ride`); if that is not
    enough, the programme stays below its aim and says so.

Method
    A sound's curves (``loudness``: K-weighted power and true peak of each 100 ms) are
    laid on the film in steps of 10 ms with the gains of its levels. Sounds are taken
    to be uncorrelated, so powers add up; the 400 ms windows, hop 100 ms, are gated at
    -70 LUFS and at 10 LU below what is left. The true peak is a bound: everywhere the
    peaks of all sounds as if they met. Without curves, a sound is taken to be evenly
    as loud as it is in all.

Source
    ITU-R BS.1770-5: loudness, its gates, and the peak between samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.maps import SoundSpan

__all__ = [
    "CEILING_DBTP",
    "SILENT_LUFS",
    "Laid",
    "Programme",
    "Ridden",
    "Share",
    "balance",
    "integrated",
    "lay",
    "part",
    "programme",
    "wanted_db",
]

#: Highest true peak of a film (EBU R 128 s1 for distribution).
CEILING_DBTP = -1.0
#: What is softer than this is silence with its noise: it is never turned up.
SILENT_LUFS = -50.0

Floats = npt.NDArray[np.float64]

_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0
_HOP_S, _STEPS_A_HOP, _WINDOW_HOPS = 0.1, 10, 4
# A sound that is cut off where it is loud rings beyond its own peak once it is
# band-limited: a step by 9 % (Gibbs), and this much in noise at any frequency.
_RINGING = 10 ** (2.0 / 20)
_SHORTFALL_LU = 0.3
# Gates move with the gain, so that the second gain is the exact one.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Programme:
    """Loudness of a film or of a part of a sound; minus infinity for silence."""

    integrated_lufs: float
    "Integrated loudness, gated."
    true_peak_dbtp: float
    "True peak; of several sounds a bound that it never passes."


@dataclass(frozen=True, slots=True)
class Ridden:
    """What a hand on the fader did (`otio_genai.assemble.sound.ride`)."""

    deepest_db: float = 0.0
    "Most by which a peak was turned down, in dB, at least 0."
    places: int = 0
    "Where peaks were turned down, in one or more sounds at once."


@dataclass(frozen=True, slots=True)
class _Curves:
    powers: Floats
    "Mean K-weighted power of each hop."
    peaks: Floats
    "Largest amplitude of each hop, full scale being 1."
    hop_s: float


@dataclass(frozen=True, slots=True)
class Share:
    """What one span adds to a film, in steps of 10 ms."""

    span: SoundSpan
    first: int
    "Its first step."
    powers: Floats
    "What it adds to the mean K-weighted power of each step."
    peaks: Floats
    "Bound on its amplitude within each, full scale being 1."

    @property
    def steps(self) -> slice:
        """Where it lies among the steps of the film."""
        return slice(self.first, self.first + len(self.peaks))


@dataclass(frozen=True, slots=True)
class Laid:
    """The spans of a film that are known, laid on its steps."""

    step_samples: int
    steps: int
    shares: tuple[Share, ...]

    def powers(self) -> Floats:
        """Return the power of each step of the film."""
        total = np.zeros(self.steps)
        for share in self.shares:
            total[share.steps] += share.powers
        return total

    def peaks(self) -> Floats:
        """Return a bound on the amplitude of each step: all peaks as if they met."""
        total = np.zeros(self.steps)
        for share in self.shares:
            total[share.steps] += share.peaks
        return total

    def where(self, step: int) -> str:
        """Return when a step is, and which sound reaches highest in it."""
        loudest = max(
            (
                share
                for share in self.shares
                if share.steps.start <= step < share.steps.stop
            ),
            key=lambda share: float(share.peaks[step - share.first]),
        )
        at_s = step * _HOP_S / _STEPS_A_HOP
        return f"at {at_s:.1f} s in {loudest.span.clip.name}"


def part(
    reference: otio.core.MediaReference, begin_s: float, end_s: float
) -> Programme | None:
    """Return how loud a part of a sound is; None where nothing was measured.

    Parameters
    ----------
    reference
        A media reference with ``loudness``.
    begin_s, end_s
        The part, in seconds from the start of the sound.
    """
    curves = _curves(reference)
    if curves is None:
        return None
    first = max(0, math.floor(begin_s / curves.hop_s))
    last = max(first + 1, math.ceil(end_s / curves.hop_s))
    peak = float(curves.peaks[first:last].max(initial=0.0))
    return Programme(_integrated(curves.powers[first:last]), _db(peak))


def programme(
    spans: Sequence[SoundSpan], samples: int, sample_rate: int = 48_000
) -> Programme:
    """Return the loudness of the spans played together, and a bound on its true peak.

    Parameters
    ----------
    spans
        As `otio_genai.maps.sound_map` gives them; their media references carry
        ``loudness``, those that do not are silent here.
    samples
        Length of the film.
    sample_rate
        Samples per second of the spans and of the film.
    """
    laid = lay(spans, samples, sample_rate)
    peak = float(laid.peaks().max(initial=0.0))
    return Programme(integrated(laid.powers()), _db(peak))


def balance(
    spans: Sequence[SoundSpan],
    samples: int,
    aim_lufs: float | None,
    sample_rate: int = 48_000,
    *,
    ridden: Ridden = Ridden(),
) -> tuple[float, Programme, list[str]]:
    """Return the gain in dB for all spans, the programme with it, and warnings.

    The gain takes the programme to ``aim_lufs`` or, if that is less, its true peak to
    `CEILING_DBTP`.

    Parameters
    ----------
    spans, samples, sample_rate
        As for `programme`.
    aim_lufs
        Integrated loudness wanted; None leaves everything as it is.
    ridden
        What was done to the levels of the spans before, for the warnings.
    """
    laid = lay(spans, samples, sample_rate)
    powers, peaks = laid.powers(), laid.peaks()
    peak_db = _db(float(peaks.max(initial=0.0)))
    where = laid.where(int(peaks.argmax())) if peaks.any() else ""
    as_laid = Programme(integrated(powers), peak_db)
    if aim_lufs is None or as_laid.integrated_lufs < SILENT_LUFS:
        return 0.0, as_laid, _warnings(as_laid, aim_lufs, where, ridden)
    # Rounded down: the ceiling is kept to the hundredth.
    most_db = min(wanted_db(powers, aim_lufs), CEILING_DBTP - peak_db)
    gain_db = math.floor(100 * most_db) / 100
    reached = Programme(integrated(powers * 10 ** (gain_db / 10)), peak_db + gain_db)
    return gain_db, reached, _warnings(reached, aim_lufs, where, ridden)


def wanted_db(powers: Floats, aim_lufs: float) -> float:
    """Return the gain in dB that takes the powers of steps to a loudness in LUFS."""
    found_db = 0.0
    for _ in range(_ROUNDS):
        found_db += aim_lufs - integrated(powers * 10 ** (found_db / 10))
    return found_db


def _warnings(
    found: Programme, aim_lufs: float | None, where: str, ridden: Ridden
) -> list[str]:
    reached, peak_db = found.integrated_lufs, found.true_peak_dbtp
    if aim_lufs is None:
        if peak_db <= CEILING_DBTP:
            return []
        return [
            f"The true peak of the programme may reach {peak_db:+.1f} dBTP {where}, "
            f"above {CEILING_DBTP:g}; this profile changes no level."
        ]
    if not math.isfinite(reached) or reached >= aim_lufs - _SHORTFALL_LU:
        return []
    if reached < SILENT_LUFS:
        return [
            f"All that sounds is {reached:.1f} LUFS: noise rather than sound, so it "
            "is not turned up."
        ]
    done = ""
    if ridden.places:
        done = (
            f"peaks were ridden down by up to {round(ridden.deepest_db, 1):g} dB at "
            f"{ridden.places} {'place' if ridden.places == 1 else 'places'}; "
        )
    return [
        f"The programme reaches {reached:.1f} LUFS, not {aim_lufs:g}: its true peak "
        f"would pass {CEILING_DBTP:g} dBTP {where}; {done}nothing is compressed."
    ]


def lay(spans: Sequence[SoundSpan], samples: int, sample_rate: int = 48_000) -> Laid:
    """Return the spans on the steps of the film; see `programme`."""
    step = max(1, round(sample_rate * _HOP_S / _STEPS_A_HOP))
    shares: list[Share] = []
    for span in spans:
        curves = _curves(span.clip.media_reference)
        begin = max(0, span.record_in_samples)
        end = min(samples, span.record_out_samples)
        if curves is None or end <= begin:
            continue
        first, last = begin // step, -(-end // step)
        edges = np.arange(first, last + 1) * step
        edges = np.clip(edges, begin, end) - span.record_in_samples
        power, peak = _steps(span, curves, edges, sample_rate)
        shares.append(Share(span, first, power * np.diff(edges) / step, peak))
    return Laid(step, -(-samples // step), tuple(shares))


def integrated(steps: Floats) -> float:
    """Return the gated loudness in LUFS of the powers of steps of 10 ms."""
    whole = steps[: len(steps) // _STEPS_A_HOP * _STEPS_A_HOP]
    return _integrated(whole.reshape(-1, _STEPS_A_HOP).mean(axis=1))


def _steps(
    span: SoundSpan, curves: _Curves, edges: npt.NDArray[np.int64], sample_rate: int
) -> tuple[Floats, Floats]:
    """Return power and highest amplitude between each two edges of a span."""
    hop = curves.hop_s * sample_rate
    source = edges + rates.frame_at(span.source_in_s, rates.rate(sample_rate))
    middle = np.floor((source[:-1] + source[1:]) / 2 / hop).astype(np.int64)
    levels, rising, falling = _gains(span, edges)
    level = levels * rising * falling
    # The mean of the square of what runs straight from one edge to the next.
    square = (level[:-1] ** 2 + level[:-1] * level[1:] + level[1:] ** 2) / 3
    highest = np.maximum(levels[:-1], levels[1:])
    for key, value in span.levels:
        at = int(np.searchsorted(edges, key, "right")) - 1
        if 0 <= at < len(highest):
            highest[at] = max(highest[at], value)
    highest *= rising[1:] * falling[:-1]
    blocks = (np.floor(source[:-1] / hop), np.floor((source[1:] - 1) / hop))
    peak = np.maximum(*(_taken(curves.peaks, b.astype(np.int64)) for b in blocks))
    peak *= highest
    for end, inside in ((0, source[0] > 0), (-1, source[-1] < len(curves.peaks) * hop)):
        if inside and level[end] > 0:
            peak[end] *= _RINGING
    return _taken(curves.powers, middle) * square, peak


def _gains(span: SoundSpan, at: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return the factors of levels, fade in and fade out at samples of a span."""
    levels, rising, falling = np.ones((3, len(at)))
    if span.levels:
        keys, values = zip(*span.levels, strict=True)
        levels = np.interp(at, keys, values)
    if span.fade_in_samples:
        rising = _fade(at / span.fade_in_samples, span.fade_in_curve)
    if span.fade_out_samples:
        left = span.record_out_samples - span.record_in_samples - at
        falling = _fade(left / span.fade_out_samples, span.fade_out_curve)
    return levels, rising, falling


def _fade(part: Floats, curve: str) -> Floats:
    inside = np.clip(part, 0, 1)
    return np.sin(inside * (np.pi / 2)) if curve == "power" else inside


def _taken(curve: Floats, hops: npt.NDArray[np.int64]) -> Floats:
    # The last hop also stands for what is left of the sound after it.
    inside = (hops >= 0) & (hops <= len(curve))
    return np.where(inside, curve[np.clip(hops, 0, len(curve) - 1)], 0.0)


def _curves(reference: otio.core.MediaReference) -> _Curves | None:
    found: dict[str, Any] = metadata.read(reference, "loudness", {})
    loudness, peak = found.get("integrated_lufs"), found.get("true_peak_dbtp")
    if found.get("powers_db"):
        powers = np.asarray(found["powers_db"], float)
        peaks = np.asarray(found["peaks_dbtp"], float)
        hop_s = float(found.get("hop_s", _HOP_S))
    elif loudness is not None and peak is not None:
        length_s = float(rates.seconds(reference.available_range.duration))
        hops = max(1, math.ceil(length_s / _HOP_S))
        powers, peaks = np.full(hops, float(loudness)), np.full(hops, float(peak))
        hop_s = _HOP_S
    else:
        return None
    return _Curves(10 ** ((powers - _OFFSET_DB) / 10), 10 ** (peaks / 20), hop_s)


def _integrated(hops: Floats) -> float:
    if not len(hops):
        return -math.inf
    # What is shorter than a window is one.
    size = min(_WINDOW_HOPS, len(hops))
    total = np.concatenate([[0.0], np.cumsum(hops)])
    windows = np.maximum(total[size:] - total[:-size], 0) / size
    loud = windows[windows >= 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_DB) / 10)]
    if not loud.size:
        return -math.inf
    gate = loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
    return _OFFSET_DB + 10 * math.log10(loud[loud >= gate].mean())


def _db(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
