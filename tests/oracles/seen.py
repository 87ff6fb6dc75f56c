"""What another program's film shows and sounds, against what the timeline should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio

from otio_genai import maps
from otio_genai.render import frame_source
from tests.oracles.programs import Program
from tests.render.building import shares, take_number

_RESIDUAL, _SHARE = 0.06, 0.05
_BLACK = 16
_RATE = 48_000
#: Sound is looked at in tenths of a second, a tenth away from every edge: encoders
#: delay and fade it a little, and takes ten semitones apart are told apart in it.
_PIECE = _RATE // 10
#: Amplitude of a take's tone, and the least that counts as heard.
_TONE, _HEARD = 0.25, 0.05
#: Mean difference, of 255, between two programs that scale the same picture.
_SCALED = 12

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
    program: Program,
) -> Verdict:
    """Compare a rendered film with the picture map, frame by frame."""
    wanted = [
        [(_code(a), float(a.weight)) for a in m] for m in maps.picture_map(timeline)
    ]
    if program.light and any(_fades(track) for track in timeline.tracks):
        wanted = _half_a_frame_on(wanted)
    verdict = Verdict()
    count = -1
    for count, picture in enumerate(pictures):
        if count >= len(wanted):
            continue
        layers = wanted[count]
        if not layers and program.holds:
            continue
        verdict.compared += 1
        if not _fits(picture, layers, program):
            near = any(_fits(picture, m, program) for m in _neighbours(layers))
            place = verdict.near if near else verdict.wrong
            place[count] = f"frame {count} is not {layers}"
    if count + 1 != len(wanted):
        # More than one frame off is no rounding: it counts against the first frame.
        last = len(wanted) if abs(count + 1 - len(wanted)) == 1 else 0
        verdict.wrong[last] = f"{count + 1} frames, not {len(wanted)}"
    return verdict


def _fades(track: otio.schema.Track) -> bool:
    return any(isinstance(item, otio.schema.Transition) for item in track)


def _half_a_frame_on(wanted: list[Codes]) -> list[Codes]:
    """Return shares half-way to those of the next frame, for takes at their speed."""
    found: list[Codes] = []
    for layers, following in zip(wanted, [*wanted[1:], []], strict=True):
        now = dict(layers)
        later = {(take, number - 1): share for (take, number), share in following}
        if now.keys() & later.keys():
            both = {c: (now.get(c, 0) + later.get(c, 0)) / 2 for c in now | later}
            layers = sorted(both.items())
        found.append(layers)
    return found


def compare_drawn(
    pictures: Iterable[np.ndarray], timeline: otio.schema.Timeline
) -> Verdict:
    """Compare a film with our own render of the timeline: where a picture stands."""
    verdict = Verdict()
    total = maps.length_frames(timeline)
    with frame_source(timeline) as ours:
        for count, picture in enumerate(pictures):
            if count >= total:
                verdict.wrong[total] = f"more than {total} frames"
                break
            verdict.compared += 1
            off = np.abs(picture.astype(int) - ours(count).astype(int)).mean()
            if off > _SCALED:
                verdict.wrong[count] = f"frame {count} is {off:.0f} of 255 off"
    if verdict.compared < total:
        verdict.wrong[0] = f"{verdict.compared} frames, not {total}"
    return verdict


def _code(layer: maps.Layer) -> tuple[int, int]:
    return take_number(layer.url), layer.source_frame


def _fits(picture: np.ndarray, layers: Codes, program: Program) -> bool:
    if not layers:
        return int(picture.max()) <= _BLACK
    weights = [weight for _, weight in layers]
    if program.over and len(layers) == 2:
        # Both pictures fade, and the incoming one lies over the outgoing one.
        weights[0] *= 1 - weights[1]
    if program.light and len(layers) > 1:
        picture = _linear(picture)
    found, residual = shares(picture, [code for code, _ in layers])
    off = max(abs(a - b) for a, b in zip(found, weights, strict=True))
    return residual <= _RESIDUAL and off <= _SHARE


def _linear(picture: np.ndarray) -> np.ndarray:
    """Return the light of a picture, by the inverse of BT.709's camera curve."""
    v = np.asarray(picture, np.float64) / 255
    light = np.where(v < 0.081, v / 4.5, ((v + 0.099) / 1.099) ** (1 / 0.45))
    return np.asarray(np.clip(light, 0, 1) * 255, np.uint8)


def _neighbours(layers: Codes) -> Iterable[Codes]:
    for index, ((take, number), weight) in enumerate(layers):
        for step in (-1, 1):
            moved = list(layers)
            moved[index] = ((take, max(0, number + step)), weight)
            yield moved


def heard(path: Path) -> np.ndarray:
    """Return the left sound of a film at 48 kHz, float32."""
    blocks = []
    resampler = av.AudioResampler("fltp", "stereo", _RATE)
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
    sound: np.ndarray,
    timeline: otio.schema.Timeline,
    takes: Iterable[int],
    *,
    levels: bool = False,
) -> tuple[int, list[str]]:
    """Compare sound with the sound map; return pieces compared and what is wrong.

    With ``levels`` the strength of each take counts, else whether it is heard.
    """
    spans = maps.sound_map(timeline)
    length = int(maps.length_frames(timeline) / maps.record_rate(timeline) * _RATE)
    edges = {0, length}
    for span in spans:
        edges |= {span.record_in_samples, span.record_out_samples}
        edges |= {span.record_in_samples + key for key, _ in span.levels}
    compared, wrong = 0, []
    for start in range(0, min(length, len(sound)) - _PIECE, _PIECE):
        stop = start + _PIECE
        if any(start - _PIECE < edge < stop + _PIECE for edge in edges):
            continue
        compared += 1
        wanted = _wanted(spans, start, stop)
        got = {take: strength(sound[start:stop], take) for take in takes}
        for take, found in got.items():
            want = wanted.get(take, 0.0)
            off = abs(found - want) > 0.01 + 0.12 * want
            if off if levels else (found > _HEARD) != (want > 0):
                said = f"at {start / _RATE:.1f} s take {take} sounds {found:.3f}"
                wrong.append(f"{said}, not {want:.3f}")
    return compared, wrong


def _wanted(spans: list[maps.SoundSpan], start: int, stop: int) -> dict[int, float]:
    """Return the amplitude of each take between two samples."""
    found: dict[int, float] = {}
    for span in spans:
        if span.record_in_samples <= start and stop <= span.record_out_samples:
            at = (start + stop) // 2 - span.record_in_samples
            known = sorted(span.levels) or [(0, 1.0)]
            factor = float(np.interp(at, *zip(*known, strict=True)))
            take = take_number(span.url)
            found[take] = found.get(take, 0.0) + _TONE * factor
    return found
