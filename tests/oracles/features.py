"""Coded films of one feature each, the same for every program and every format."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
from PIL import Image

from otio_genai import metadata, rates
from tests.render.building import clip, dissolve, gap, timeline
from tests.support.coded import coded_frame, coded_tone, write_take

SIZE = (320, 180)
LENGTH_S = 5
#: Takes ten semitones apart, so that a tenth of a second tells them apart.
A, B, C, OTHER, STILL = 10, 20, 30, 40, 50
TONES = (A, B, C, OTHER)


class Media:
    """The media of one film rate, written once into a folder."""

    def __init__(self, folder: Path, rate: Fraction) -> None:
        self.rate = rate
        self._folder = folder
        base = rates.ntsc(rate)[0]
        self.a, self.b, self.c = (self._take(n, rate) for n in (A, B, C))
        self.other = self._take(OTHER, Fraction(25 if base == 30 else 30))
        self.still = folder / f"take{STILL}.png"
        Image.fromarray(coded_frame(STILL, 0, *SIZE)).save(self.still)

    def _take(self, number: int, rate: Fraction) -> Path:
        path = self._folder / f"take{number}.mp4"
        frames = int(LENGTH_S * rate)
        sound = coded_tone(number, 48_000 * LENGTH_S)
        return write_take(path, number, frames, rate, size=SIZE, gop=12, sound=sound)

    def clip(self, path: Path, start: int, length: int, **kept) -> otio.schema.Clip:
        return clip(path, start, length, self.rate, **kept)

    def gap(self, length: int) -> otio.schema.Gap:
        return gap(length, self.rate)

    def dissolve(self, into: int, out: int) -> otio.schema.Transition:
        return dissolve(into, out, self.rate)

    def film(self, *video, audio=()) -> otio.schema.Timeline:
        """A timeline with sound under all of it: auto-editor renders none without."""
        frames = sum(int(i.duration().value) for i in video[0] if not _is_fade(i))
        audio = audio or [[self.clip(self.a, 0, frames)]]
        return timeline(*video, audio=audio, rate=self.rate, size=SIZE)


def _is_fade(item: otio.core.Composable) -> bool:
    return isinstance(item, otio.schema.Transition)


def cuts(m: Media) -> otio.schema.Timeline:
    starts = [(m.a, 12, 24), (m.b, 20, 7), (m.c, 0, 1), (m.a, 61, 13), (m.b, 33, 20)]
    return m.film([m.clip(*s) for s in starts])


def gaps(m: Media) -> otio.schema.Timeline:
    return m.film(
        [
            m.gap(5),
            m.clip(m.a, 12, 10),
            m.gap(1),
            m.clip(m.b, 30, 12),
            m.gap(17),
            m.clip(m.c, 3, 9),
        ]
    )


def repeats(m: Media) -> otio.schema.Timeline:
    """The same part of a take again: what stock xmeml takes for one clip."""
    return m.film(
        [m.clip(m.a, 12, 10), m.clip(m.b, 30, 12), m.clip(m.a, 12, 10)],
        [m.gap(12), m.clip(m.a, 12, 10)],
    )


def overlay(m: Media) -> otio.schema.Timeline:
    return m.film(
        [m.clip(m.a, 0, 60)],
        [m.gap(10), m.clip(m.b, 44, 12), m.gap(3), m.clip(m.c, 9, 9)],
        [m.gap(16), m.clip(m.c, 70, 11)],
    )


def disabled(m: Media) -> otio.schema.Timeline:
    upper = m.clip(m.b, 44, 12)
    upper.enabled = False
    return m.film([m.clip(m.a, 0, 40)], [m.gap(10), upper])


def dissolves(m: Media) -> otio.schema.Timeline:
    """Centred, uneven and one-sided; the pictures are the same wherever the cut is."""
    return m.film(
        [
            m.clip(m.a, 12, 24),
            m.dissolve(5, 5),
            m.clip(m.b, 20, 24),
            m.dissolve(4, 9),
            m.clip(m.c, 40, 24),
            m.dissolve(8, 1),
            m.clip(m.a, 60, 20),
        ]
    )


def stills(m: Media) -> otio.schema.Timeline:
    return m.film([m.clip(m.a, 12, 10), m.clip(m.still, 0, 30), m.clip(m.b, 5, 10)])


def own_rate(m: Media) -> otio.schema.Timeline:
    """A take of another rate, from frames both rates have."""
    step = rates.ntsc(m.rate)[0]
    return m.film([m.clip(m.a, 12, 10), m.clip(m.other, step, 24), m.clip(m.b, 5, 10)])


def sound(m: Media) -> otio.schema.Timeline:
    """Sound of takes that are not those of the picture, with a gap."""
    length = rates.ntsc(m.rate)[0]
    heard = [m.clip(m.b, 10, length), m.gap(length), m.clip(m.c, 20, length)]
    return m.film([m.clip(m.a, 0, 3 * length)], audio=[heard])


def _warped(made: otio.schema.Clip, factor: float) -> otio.schema.Clip:
    made.effects.append(otio.schema.LinearTimeWarp("", factor))
    return made


def speed(m: Media) -> otio.schema.Timeline:
    fast = _warped(m.clip(m.b, 20, 20), 2.0)
    return m.film([m.clip(m.a, 12, 10), fast, m.clip(m.c, 5, 10)])


def slow(m: Media) -> otio.schema.Timeline:
    made = _warped(m.clip(m.b, 20, 20), 0.5)
    return m.film([m.clip(m.a, 12, 10), made, m.clip(m.c, 5, 10)])


def reverse(m: Media) -> otio.schema.Timeline:
    made = _warped(m.clip(m.b, 20, 20), -1.0)
    return m.film([m.clip(m.a, 12, 10), made, m.clip(m.c, 5, 10)])


def freeze(m: Media) -> otio.schema.Timeline:
    made = m.clip(m.b, 20, 20)
    made.effects.append(otio.schema.FreezeFrame())
    return m.film([m.clip(m.a, 12, 10), made, m.clip(m.c, 5, 10)])


def ramp(m: Media) -> otio.schema.Timeline:
    """Half speed for ten frames, then double."""
    made = _warped(m.clip(m.b, 20, 20), 1.25)
    steps = [(0, 20), (10, 25), (20, 45)]
    keys = [[str(frame), str(number / m.rate)] for frame, number in steps]
    metadata.put(made.effects[0], "retime", {"keys": keys})
    return m.film([m.clip(m.a, 12, 10), made, m.clip(m.c, 5, 10)])


def nested(m: Media) -> otio.schema.Timeline:
    inner = otio.schema.Stack("inner")
    track = otio.schema.Track("inner picture", kind="Video")
    track.extend([m.clip(m.b, 20, 15), m.clip(m.c, 7, 15)])
    inner.append(track)
    inner.source_range = rates.span(5, 20, m.rate)
    return m.film([m.clip(m.a, 12, 10), inner, m.clip(m.c, 50, 10)])


def opacity(m: Media) -> otio.schema.Timeline:
    made = m.clip(m.b, 20, 20)
    metadata.put(made, "opacity", [[0, 0.5]])
    return m.film([m.clip(m.a, 12, 40)], [m.gap(10), made])


def framing(m: Media) -> otio.schema.Timeline:
    """Half as large, up and to the right of the middle; and in motion."""
    still = m.clip(m.a, 12, 20)
    metadata.put(still, "framing", {"fit": "cover", "keys": [[0, 0.5, 0.2, -0.1, 0]]})
    moved = m.clip(m.b, 12, 30)
    keys = [[0, 1.0, 0, 0, 0], [29, 0.6, -0.1, 0.05, 0]]
    metadata.put(moved, "framing", {"fit": "cover", "keys": keys})
    return m.film([still, moved])


def levels(m: Media) -> otio.schema.Timeline:
    """A second at -6 dB, then at -20 dB, then as it is."""
    step = rates.ntsc(m.rate)[0]
    made = m.clip(m.b, 10, 3 * step)
    told = [[0, -6], [step - 1, -6], [step, -20], [2 * step - 1, -20], [2 * step, 0]]
    metadata.put(made, "levels", told)
    return m.film([m.clip(m.a, 0, 3 * step)], audio=[[made]])


FEATURES: dict[str, Callable[[Media], otio.schema.Timeline]] = {
    "cuts": cuts,
    "gaps": gaps,
    "repeats": repeats,
    "overlay": overlay,
    "disabled": disabled,
    "dissolves": dissolves,
    "stills": stills,
    "own rate": own_rate,
    "sound": sound,
    "speed": speed,
    "slow": slow,
    "reverse": reverse,
    "freeze": freeze,
    "nested": nested,
    "opacity": opacity,
    "ramp": ramp,
    "framing": framing,
    "levels": levels,
}
