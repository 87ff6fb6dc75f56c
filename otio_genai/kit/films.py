"""One short film a feature, and all of them in one: what an editor is asked to show.

Conventions
    A section is its items by track: ``V1``, ``V2``, ``A1``. In the whole film sections
    follow each other with `REST_FRAMES` of black between, so that what slides in one is
    seen in the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates

__all__ = ["REST_FRAMES", "SECTIONS", "SIZE", "Bench", "film_of", "whole_film"]

REST_FRAMES = 12
SIZE = (1280, 720)
TRACKS = (("V1", "Video"), ("V2", "Video"), ("A1", "Audio"))

Items = list[otio.core.Composable]
Tracks = dict[str, Items]


@dataclass(frozen=True)
class Bench:
    """Makes items of the kit's media at the film's rate."""

    media: dict[str, otio.schema.ExternalReference]
    rate: Fraction

    def clip(
        self, take: str, start: int, length: int, **kept: object
    ) -> otio.schema.Clip:
        """Return ``length`` record frames of a take from record frame ``start``."""
        reference = self.media[take].deepcopy()
        made = otio.schema.Clip(take, reference, rates.span(start, length, self.rate))
        for key, value in kept.items():
            metadata.put(made, key, value)
        return made

    def warped(self, take: str, start: int, factor: float) -> otio.schema.Clip:
        """Return a second of a take at another speed."""
        made = self.clip(take, start, self.second)
        made.effects.append(otio.schema.LinearTimeWarp("speed", factor))
        return made

    def gap(self, length: int) -> otio.schema.Gap:
        """Return black of ``length`` record frames."""
        return otio.schema.Gap(source_range=rates.span(0, length, self.rate))

    def dissolve(self, before: int, after: int) -> otio.schema.Transition:
        """Return a dissolve of that many record frames either side of its cut."""
        offsets = rates.time(before, self.rate), rates.time(after, self.rate)
        return otio.schema.Transition("dissolve", "SMPTE_Dissolve", *offsets)

    @property
    def second(self) -> int:
        """The nearest whole number of frames to a second."""
        return rates.ntsc(self.rate)[0]

    def between(self, *middle: otio.core.Composable) -> Tracks:
        """Return items between half a second of two other takes."""
        half = self.second // 2
        first, last = self.clip("a", 12, half), self.clip("c", 30, half)
        return {"V1": [first, *middle, last]}


@dataclass(frozen=True)
class Section:
    """One feature: what it is about, in an editor's words, and its items."""

    name: str
    about: str
    items: Callable[[Bench], Tracks]


def _cuts(b: Bench) -> Tracks:
    wanted = [("a", 12, 20), ("b", 31, 7), ("c", 3, 1), ("a", 70, 13), ("b", 5, 19)]
    return {"V1": [b.clip(*one) for one in wanted]}


def _repeats(b: Bench) -> Tracks:
    again = [b.clip("a", 12, 10), b.gap(8), b.clip("a", 12, 10)]
    return {"V1": again, "V2": [b.gap(12), b.clip("a", 12, 10)]}


def _dissolves(b: Bench) -> Tracks:
    first, middle, last = (b.clip(n, 30, b.second) for n in ("a", "b", "c"))
    return {"V1": [first, b.dissolve(6, 6), middle, b.dissolve(4, 9), last]}


def _fades(b: Bench) -> Tracks:
    shown = b.clip("b", 30, b.second)
    return {
        "V1": [b.gap(6), b.dissolve(0, 8), shown, b.dissolve(8, 0), b.gap(6)],
    }


def _overlay(b: Bench) -> Tracks:
    upper = b.clip("b", 40, 10)
    off = b.clip("c", 40, 8)
    off.enabled = False
    return {"V1": [b.clip("a", 0, 40)], "V2": [b.gap(8), upper, b.gap(4), off]}


def _reverse(b: Bench) -> Tracks:
    return b.between(b.warped("b", 24, -1.0))


def _freeze(b: Bench) -> Tracks:
    held = b.clip("b", 24, b.second)
    held.effects.append(otio.schema.FreezeFrame("freeze"))
    return b.between(held)


def _ramp(b: Bench) -> Tracks:
    half = b.second // 2
    made = b.clip("b", 24, 2 * half)
    warp = otio.schema.LinearTimeWarp("speed", 1.25)
    steps = [(0, Fraction(24)), (half, 24 + Fraction(half, 2))]
    steps.append((2 * half, steps[1][1] + 2 * half))
    keys = [[str(frame), str(at / b.rate)] for frame, at in steps]
    metadata.put(warp, "retime", {"keys": keys})
    made.effects.append(warp)
    return b.between(made)


def _nested(b: Bench) -> Tracks:
    inner = otio.schema.Stack("nested")
    track = otio.schema.Track("V1", kind="Video")
    track.extend([b.clip("b", 20, b.second), b.clip("c", 9, b.second)])
    inner.append(track)
    inner.source_range = rates.span(b.second // 2, b.second, b.rate)
    return b.between(inner)


def _opacity(b: Bench) -> Tracks:
    half_seen = b.clip("b", 40, 20, opacity=[[0, 0.5]])
    return {"V1": [b.clip("a", 0, 40)], "V2": [b.gap(10), half_seen]}


def _place(b: Bench) -> Tracks:
    keys = [[0, 0.5, 0.2, -0.1, 0.0]]
    moved = b.clip("b", 12, b.second, framing={"fit": "cover", "keys": keys})
    return {"V1": [moved]}


def _sound(b: Bench) -> Tracks:
    one = b.second
    heard = [b.clip("b", 12, one), b.gap(one), b.clip("c", 12, one)]
    return {"V1": [b.clip("a", 0, 3 * one)], "A1": heard}


def _levels(b: Bench) -> Tracks:
    one = b.second
    keys = [[0, -6], [one - 1, -6], [one, -20], [2 * one - 1, -20], [2 * one, 0]]
    heard = b.clip("b", 12, 3 * one, levels=keys)
    return {"V1": [b.clip("a", 0, 3 * one)], "A1": [heard]}


SECTIONS = (
    Section("cuts", "cuts between three takes; one shot is a single frame", _cuts),
    Section("repeats", "one range three times, black, and a second track", _repeats),
    Section("dissolves", "a centred dissolve and an uneven one", _dissolves),
    Section("fades", "a fade in from black and a fade out", _fades),
    Section("overlay", "a clip laid over; another that is switched off", _overlay),
    Section(
        "still", "a picture held", lambda b: b.between(b.clip("still", 0, b.second))
    ),
    Section(
        "other rate",
        "a take of 30 frames per second",
        lambda b: b.between(b.clip("other rate", b.second, b.second)),
    ),
    Section(
        "other size",
        "a take of 640x360 that fills the frame",
        lambda b: b.between(
            b.clip("small", 12, b.second, framing={"fit": "cover", "keys": []})
        ),
    ),
    Section("double speed", "200 %", lambda b: b.between(b.warped("b", 24, 2.0))),
    Section("half speed", "50 %", lambda b: b.between(b.warped("b", 24, 0.5))),
    Section("reverse", "-100 %", _reverse),
    Section("freeze", "a frame held", _freeze),
    Section("speed ramp", "50 %, then 200 %", _ramp),
    Section("nested", "a nested sequence, trimmed", _nested),
    Section("opacity", "a clip of 50 % over another", _opacity),
    Section("placed", "half the size, right of the middle and above it", _place),
    Section("sound", "tones of two takes, silence between", _sound),
    Section("levels", "-6 dB, -20 dB, 0 dB, a second each", _levels),
)


def film_of(section: Section, bench: Bench) -> otio.schema.Timeline:
    """Return one section as a film."""
    return _film([section], bench, f"kit {section.name}")[0]


def whole_film(bench: Bench) -> tuple[otio.schema.Timeline, list[tuple[int, int]]]:
    """Return all sections in one film, and the record frames of each."""
    return _film(SECTIONS, bench, "kit")


def _film(
    sections: tuple[Section, ...] | list[Section], bench: Bench, name: str
) -> tuple[otio.schema.Timeline, list[tuple[int, int]]]:
    parts = [section.items(bench) for section in sections]
    lengths = [max(_length(items, bench.rate) for items in p.values()) for p in parts]
    made = otio.schema.Timeline(name, global_start_time=rates.time(0, bench.rate))
    facts = {"rate": rates.text(bench.rate), "width": SIZE[0], "height": SIZE[1]}
    metadata.put(made, "film", facts)
    for track, kind in TRACKS:
        items: Items = []
        for part, length in zip(parts, lengths, strict=True):
            mine = part.get(track, [])
            items += mine
            left = length - _length(mine, bench.rate) + REST_FRAMES
            items.append(bench.gap(left))
        if any(part.get(track) for part in parts):
            children = _joined(items[:-1] if len(parts) == 1 else items, bench)
            made.tracks.append(otio.schema.Track(track, children, kind=kind))
    spans, clock = [], 0
    for length in lengths:
        spans.append((clock, clock + length))
        clock += length + REST_FRAMES
    return made, spans


def _joined(items: Items, bench: Bench) -> Items:
    """Return items with neighbouring gaps as one, as editors keep them."""
    found: Items = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, otio.schema.Gap) and isinstance(last, otio.schema.Gap):
            both = _length([last, item], bench.rate)
            found[-1] = bench.gap(both)
        else:
            found.append(item)
    return found


def _length(items: Items, rate: Fraction) -> int:
    return sum(
        rates.frames_at(rates.seconds(item.source_range.duration), rate)
        for item in items
        if isinstance(item, otio.core.Item)
    )
