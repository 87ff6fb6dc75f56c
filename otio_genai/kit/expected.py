"""What each frame of the kit must show and each moment sound, as JSON keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.kit.films import SIZE
from otio_genai.kit.media import TAKES
from otio_genai.media import locate

__all__ = ["SAMPLE_RATE", "Layers", "Part", "expect", "heard"]

SAMPLE_RATE = 48_000
_PIECE = SAMPLE_RATE // 10
#: Amplitude of a take's tone.
_TONE = 0.25

#: (take, frame, share) of each picture in a frame, lower ones first; none is black.
Layers = tuple[tuple[int, int, float], ...]


@dataclass(frozen=True)
class Part:
    """One section: its record frames, what they show, where, and how it sounds.

    ``box`` is (left, top, right, bottom) in parts of the frame, of all its pictures;
    None for the whole frame. ``sound`` has the sample at which a tenth of a second
    begins, and the amplitude of each take in it.
    """

    name: str
    about: str
    start: int
    frames: tuple[Layers, ...]
    box: tuple[float, float, float, float] | None
    sound: tuple[tuple[int, dict[int, float]], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the part as what JSON holds."""
        sound = [[at, {str(t): a for t, a in s.items()}] for at, s in self.sound]
        return {
            "name": self.name,
            "about": self.about,
            "start": self.start,
            "frames": [[list(layer) for layer in layers] for layers in self.frames],
            "box": None if self.box is None else list(self.box),
            "sound": sound,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Part:
        """Return the part that `to_json` described."""
        box = told["box"]
        frames = (
            tuple((int(t), int(n), float(w)) for t, n, w in layers)
            for layers in told["frames"]
        )
        sound = (
            (int(at), {int(t): float(a) for t, a in s.items()})
            for at, s in told["sound"]
        )
        return cls(
            str(told["name"]),
            str(told["about"]),
            int(told["start"]),
            tuple(frames),
            None if box is None else (box[0], box[1], box[2], box[3]),
            tuple(sound),
        )


def expect(
    film: otio.schema.Timeline, span: tuple[int, int], name: str, about: str
) -> Part:
    """Return what a film shows and sounds in its record frames [start, end)."""
    shown = maps.picture_map(film)[span[0] : span[1]]
    frames = tuple(
        tuple((_take(a.url), a.source_frame, float(a.weight)) for a in layers)
        for layers in shown
    )
    box = next((b for layers in shown for a in layers if (b := _box(a.clip))), None)
    return Part(name, about, span[0], frames, box, tuple(_sound(film, span)))


def _take(url: str) -> int:
    file = locate.path(url).name
    return next(take.number for take in TAKES.values() if take.name == file)


def _box(clip: otio.schema.Clip) -> tuple[float, float, float, float] | None:
    keys = (metadata.read(clip, "framing") or {}).get("keys") or []
    if not keys:
        return None
    _, scale, x_fw, y_fw, _ = keys[0]
    across, down = 0.5 + x_fw, 0.5 + y_fw * SIZE[0] / SIZE[1]
    half = scale / 2
    return across - half, down - half, across + half, down + half


def _sound(
    film: otio.schema.Timeline, span: tuple[int, int]
) -> list[tuple[int, dict[int, float]]]:
    """Return the tenths of a second that lie a tenth away from every change."""
    rate = maps.record_rate(film)
    low, high = (int(Fraction(frame) / rate * SAMPLE_RATE) for frame in span)
    spans = [
        s
        for s in maps.sound_map(film)
        if s.record_in_samples < high and s.record_out_samples > low
    ]
    edges = {low, high}
    for one in spans:
        edges |= {one.record_in_samples, one.record_out_samples}
        edges |= {one.record_in_samples + key for key, _ in one.levels}
    found = []
    for start in range(low, high - _PIECE, _PIECE) if spans else ():
        if all(not start - _PIECE < e < start + 2 * _PIECE for e in edges):
            found.append((start, _amplitudes(spans, start)))
    return found


def _amplitudes(spans: list[maps.SoundSpan], start: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for one in spans:
        if one.record_in_samples <= start < one.record_out_samples:
            at = start + _PIECE // 2 - one.record_in_samples
            keys = sorted(one.levels) or [(0, 1.0)]
            factor = np.interp(at, [k for k, _ in keys], [v for _, v in keys])
            take = _take(one.url)
            found[take] = round(found.get(take, 0.0) + _TONE * float(factor), 4)
    return found


def heard(sound: np.ndarray[Any, Any], start: int) -> np.ndarray[Any, Any]:
    """Return the tenth of a second of a film's sound that begins at ``start``."""
    return sound[start : start + _PIECE]
