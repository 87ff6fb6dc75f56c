"""Analysed bins without media: everything `assemble` reads, made up."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.analyse import steady as steadiness
from otio_genai.ingest import bin as bins

GREY = (50.0, 0.0, 0.0)


def take(
    name,
    motion=(0.0, 0.0, 0.0, 0.0),
    *,
    rate=Fraction(24),
    frames=120,
    size=(1280, 720),
    rows=None,
    unsteady=None,
    ends=(0, 0),
    lab=None,
    prompt=None,
):
    """A take that moves as ``motion`` (fw/s) from start to end, or as ``rows`` say.

    ``unsteady`` rows [frame, 0-1] and ``ends`` (frames to avoid at head and tail) make
    its steadiness known; ``lab`` is one colour, or three: mean, first and last.
    """
    rate = Fraction(rate)
    reference = otio.schema.ExternalReference(
        f"file:///{name}.mp4", rates.span(0, frames, rate)
    )
    facts = {"kind": "take", "rate": rates.text(rate), "frames": frames}
    metadata.put(reference, "media", facts | {"width": size[0], "height": size[1]})
    step = max(1, math.floor(rate / 12 + Fraction(1, 2)))
    if rows is None:
        rows = [[k, *motion, 0.001, 0.9] for k in range(step, frames, step)]
    metadata.put(reference, "motion", {"version": 1, "samples": rows})
    if unsteady is not None or any(ends):
        found = {"version": steadiness.VERSION, "unsteady": list(unsteady or ())}
        found |= {"head_frames": ends[0], "tail_frames": ends[1], "freezes": []}
        metadata.put(reference, "steady", found)
    _paint(reference, lab)
    if prompt is not None:
        metadata.put(reference, "slate", {"prompt": prompt, "name": name})
    return otio.schema.Clip(name, reference)


def still(name, *, size=(1600, 900), lab=None):
    reference = otio.schema.ExternalReference(
        f"file:///{name}.png", rates.span(0, 86_400, Fraction(24))
    )
    facts = {"kind": "still", "width": size[0], "height": size[1], "frames": 1}
    metadata.put(reference, "media", facts)
    _paint(reference, lab)
    return otio.schema.Clip(name, reference)


def _paint(reference, lab):
    if lab is None:
        return
    mean, entry, leaving = lab if np.ndim(lab) == 2 else (lab, lab, lab)
    found = {"lab": list(mean), "entry_lab": list(entry), "exit_lab": list(leaving)}
    metadata.put(reference, "palette", found)


def sound(kind, name, length_s, **heard):
    samples = round(length_s * 48_000)
    reference = otio.schema.ExternalReference(
        f"file:///{name}.wav", rates.span(0, samples, Fraction(48_000))
    )
    facts = {"kind": kind, "sample_rate": 48_000, "samples": samples, "channels": 2}
    metadata.put(reference, "media", facts)
    loudness = {"integrated_lufs": -18.0, "true_peak_dbtp": -6.0, "lra_lu": 3.0}
    metadata.put(reference, "loudness", loudness)
    for key, value in heard.items():
        metadata.put(reference, key, value)
    return otio.schema.Clip(name, reference)


def music(length_s=40.0, *, bpm=100.0, confidence=0.9, name="bed", energy=None):
    """A bed on the beat; ``energy`` is its loudness in dB every half second."""
    beats = list(np.arange(0.3, length_s, 60 / bpm))
    heard = {
        "bpm": bpm,
        "confidence": confidence,
        "mode": "beats" if confidence >= 0.5 else "onsets",
        "beats_s": beats,
        "downbeats_s": beats[::4],
        "phrases_s": beats[::16],
        "onsets_s": beats,
    }
    if energy is not None:
        heard["energy"] = {"hop_s": 0.5, "db": list(energy)}
    return sound("music", name, length_s, beats=heard)


def voice(spans, length_s, name="voice", sentences=None):
    said = {"spans_s": [list(s) for s in spans]}
    if sentences is not None:
        said["sentences"] = [[a, b, ""] for a, b in sentences]
    return sound("voice", name, length_s, speech=said)


def pool(count, *, seed=0, rate=Fraction(24), frames=120):
    """Takes with one random camera move each."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(size=(count, 4)) * (0.12, 0.06, 0.08, 0.02)
    return [
        take(
            f"take {k:03d}", tuple(float(v) for v in moves[k]), rate=rate, frames=frames
        )
        for k in range(count)
    ]


def bin_of(*clips):
    return bins.make(clips)
