"""What another program's film shows and sounds, against what the timeline should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio

from otio_genai import maps
from tests.render.building import shares, take_number

_RESIDUAL, _SHARE = 0.06, 0.05
_BLACK = 16
_RATE = 48_000
#: Sound is looked at in tenths of a second, a tenth away from every edge: encoders
#: delay and fade it a little, and takes ten semitones apart are told apart in it.
_PIECE = _RATE // 10

Codes = list[tuple[tuple[int, int], float]]


@dataclass
class Verdict:
    """Frames compared and those that differ, by number, with what they should be.

    ``near`` holds the frames that show the neighbour of the one they should.
    """

    compared: int = 0
    wrong: dict[int, str] = field(default_factory=dict)
    near: dict[int, str] = field(default_factory=dict)

    def both(self, other: Verdict) -> Verdict:
        """Return what is wrong in this render and in the other."""
        mine, theirs = self.wrong | self.near, other.wrong | other.near
        shared = {k: text for k, text in mine.items() if k in theirs}
        near = {k: t for k, t in shared.items() if k in self.near or k in other.near}
        wrong = {k: t for k, t in shared.items() if k not in near}
        return Verdict(max(self.compared, other.compared), wrong, near)


def compare(
    pictures: Iterable[np.ndarray],
    timeline: otio.schema.Timeline,
    *,
    over: bool = False,
    holds: bool = False,
) -> Verdict:
    """Compare a rendered film with the picture map, frame by frame."""
    wanted = maps.picture_map(timeline)
    verdict = Verdict()
    count = -1
    for count, picture in enumerate(pictures):
        if count >= len(wanted):
            continue
        layers = [(_code(a), float(a.weight)) for a in wanted[count]]
        if not layers and holds:
            continue
        verdict.compared += 1
        if not _fits(picture, layers, over):
            near = any(_fits(picture, m, over) for m in _neighbours(layers))
            place = verdict.near if near else verdict.wrong
            place[count] = f"frame {count} is not {layers}"
    if count + 1 != len(wanted):
        # More than one frame off is no rounding: it counts against the first frame.
        last = len(wanted) if abs(count + 1 - len(wanted)) == 1 else 0
        verdict.wrong[last] = f"{count + 1} frames, not {len(wanted)}"
    return verdict


def _code(layer: maps.Layer) -> tuple[int, int]:
    return take_number(layer.url), layer.source_frame


def _fits(picture: np.ndarray, layers: Codes, over: bool) -> bool:
    if not layers:
        return int(picture.max()) <= _BLACK
    weights = [weight for _, weight in layers]
    if over and len(layers) == 2:
        # Both pictures fade, and the incoming one lies over the outgoing one.
        weights[0] *= 1 - weights[1]
    found, residual = shares(picture, [code for code, _ in layers])
    off = max(abs(a - b) for a, b in zip(found, weights, strict=True))
    return residual <= _RESIDUAL and off <= _SHARE


def _neighbours(layers: Codes) -> Iterable[Codes]:
    for index, ((take, number), weight) in enumerate(layers):
        for step in (-1, 1):
            moved = list(layers)
            moved[index] = ((take, max(0, number + step)), weight)
            yield moved


def heard(path: Path) -> np.ndarray:
    """Return the sound of a film, mono at 48 kHz, float32."""
    blocks = []
    resampler = av.AudioResampler("fltp", "mono", _RATE)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            blocks += [f.to_ndarray()[0] for f in resampler.resample(frame)]
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def strength(piece: np.ndarray, take: int) -> float:
    """Return the amplitude of a take's tone in a piece of sound."""
    turns = 220 * 2 ** (take % 60 / 12) * np.arange(len(piece)) / _RATE
    window = np.hanning(len(piece))
    wave = np.exp(-2j * np.pi * turns) * window
    return float(2 * abs(np.sum(wave * piece)) / np.sum(window))


def sound_faults(
    sound: np.ndarray, timeline: otio.schema.Timeline, takes: Iterable[int]
) -> tuple[int, list[str]]:
    """Compare sound with the sound map; return pieces compared and what is wrong."""
    spans = maps.sound_map(timeline)
    rate = maps.record_rate(timeline)
    length = int(Fraction(maps.length_frames(timeline)) / rate * _RATE)
    edges = {0, length}
    for span in spans:
        edges |= {span.record_in_samples, span.record_out_samples}
    compared, wrong = 0, []
    for start in range(0, min(length, len(sound)) - _PIECE, _PIECE):
        stop = start + _PIECE
        if any(start - _PIECE < edge < stop + _PIECE for edge in edges):
            continue
        compared += 1
        wanted = {
            take_number(s.url)
            for s in spans
            if s.record_in_samples <= start and stop <= s.record_out_samples
        }
        piece = sound[start:stop]
        got = {take for take in takes if strength(piece, take) > 0.05}
        if got != wanted:
            wrong.append(f"at {start / _RATE:.1f} s {got}, not {wanted}")
    return compared, wrong
