"""Timelines of coded takes, and what a rendered picture of them shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
from PIL import Image

from otio_genai import maps, metadata, rates
from otio_genai.media import locate
from otio_genai.media.probe import probe
from tests.support.coded import coded_frame

R = Fraction(24)
FILM_RATES = [
    Fraction(24_000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30_000, 1001),
    Fraction(30),
    Fraction(60),
]
TAKE_RATES = [
    Fraction(8),
    Fraction(16),
    Fraction(24),
    Fraction(25),
    Fraction(30),
    Fraction(60_000, 1001),
    Fraction(500, 31),
]


def reference(path: Path) -> otio.schema.ExternalReference:
    """A media reference with probed facts, as ingest makes it."""
    facts = probe(path)
    media = {"width": facts.width, "height": facts.height, "frames": facts.frames}
    media["kind"] = "take" if facts.kind_hint == "video" else facts.kind_hint
    if facts.rate:
        media["rate"] = rates.text(facts.rate)
        available = rates.span(0, facts.frames, facts.rate)
    elif facts.kind_hint == "still":
        available = rates.span(0, 86_400, R)
    else:
        media = {"kind": "music", "samples": facts.samples}
        available = rates.span(0, facts.samples, Fraction(facts.sample_rate))
    found = otio.schema.ExternalReference(locate.url(path), available)
    metadata.put(found, "media", media)
    return found


def clip(path, start, length, rate=R, name=None, **kept):
    """A clip of `length` record frames from record-grid in-point `start`."""
    made = otio.schema.Clip(
        name or Path(path).stem, reference(path), rates.span(start, length, rate)
    )
    for key, value in kept.items():
        metadata.put(made, key, value)
    return made


def gap(length, rate=R):
    return otio.schema.Gap(source_range=rates.span(0, length, rate))


def dissolve(into, out, rate=R):
    return otio.schema.Transition(
        "dissolve", "SMPTE_Dissolve", rates.time(into, rate), rates.time(out, rate)
    )


def timeline(*video, audio=(), rate=R, size=(192, 108)):
    """A timeline of lists of items, video from the bottom, then audio."""
    made = otio.schema.Timeline("film", global_start_time=rates.time(0, rate))
    kinds = [("Video", items) for items in video] + [("Audio", a) for a in audio]
    for number, (kind, items) in enumerate(kinds):
        track = otio.schema.Track(f"{kind} {number}", kind=kind)
        track.extend(items)
        made.tracks.append(track)
    film = {"rate": rates.text(rate), "width": size[0], "height": size[1]}
    metadata.put(made, "film", film)
    return made


def take_number(url: str) -> int:
    """The take coded in a file called takeN.mp4."""
    return int(locate.path(url).stem.removeprefix("take"))


def shares(picture: np.ndarray, codes) -> tuple[list[float], float]:
    """Least-squares weight of each coded frame in a picture, and the residual."""
    high, wide = picture.shape[:2]
    drawn = [_small(coded_frame(*code, wide, high)) for code in codes]
    matrix = np.stack([d.ravel() for d in drawn], axis=1) / 255
    values = _small(picture).ravel() / 255
    found = np.linalg.lstsq(matrix, values, rcond=None)[0]
    residual = float(np.sqrt(np.mean((matrix @ found - values) ** 2)))
    return [float(w) for w in found], residual


def _small(picture: np.ndarray) -> np.ndarray:
    grey = Image.fromarray(np.asarray(picture, np.uint8)).convert("L")
    return np.asarray(grey.reduce(4), np.float64)


def wrong_frames(pictures, made) -> list[str]:
    """Compare every picture with the picture map; a line for each that differs."""
    wanted = maps.picture_map(made)
    wrong, count = [], 0
    for count, picture in enumerate(pictures, 1):
        if count > len(wanted):
            continue
        layers = wanted[count - 1]
        codes = [(take_number(a.url), a.source_frame) for a in layers]
        if not codes:
            if picture.max() > 12:
                wrong.append(f"{count - 1}: not black")
            continue
        found, residual = shares(picture, codes)
        off = [abs(w - float(a.weight)) for w, a in zip(found, layers, strict=True)]
        if residual > 0.05 or max(off) > 0.03:
            wrong.append(f"{count - 1}: {codes} {found} residual {residual:.3f}")
    if count != len(wanted):
        wrong.append(f"{count} frames, not {len(wanted)}")
    return wrong


def mixed_film(takes, rate):
    """Cuts, gaps, dissolves, fades and an upper track over takes of every rate."""
    first, second, third, *others = takes
    lower = [
        gap(4, rate),
        dissolve(2, 3, rate),
        clip(first, 6, 9, rate),
        clip(second, 0, 7, rate),
        dissolve(3, 4, rate),
        clip(third, 8, 12, rate),
        gap(3, rate),
        *(clip(path, 3 + n, 6, rate) for n, path in enumerate(others)),
        dissolve(3, 0, rate),
        gap(5, rate),
    ]
    upper = [
        gap(24, rate),
        dissolve(2, 2, rate),
        clip(first, 20, 6, rate),
        clip(third, 30, 4, rate),
    ]
    return timeline(lower, upper, rate=rate)
