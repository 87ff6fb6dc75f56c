"""Analysed bins without media: everything `assemble` reads, made up."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.ingest import bin as bins


def take(name, motion=(0.0, 0.0, 0.0, 0.0), *, rate=Fraction(24), frames=120):
    """A take that moves as ``motion`` (fw/s) from start to end."""
    reference = otio.schema.ExternalReference(
        f"file:///{name}.mp4", rates.span(0, frames, rate)
    )
    facts = {"kind": "take", "rate": rates.text(rate), "frames": frames}
    metadata.put(reference, "media", facts | {"width": 1280, "height": 720})
    step = max(1, math.floor(rate / 12 + Fraction(1, 2)))
    samples = [[k, *motion, 0.001, 0.9] for k in range(step, frames, step)]
    metadata.put(reference, "motion", {"version": 1, "samples": samples})
    return otio.schema.Clip(name, reference)


def still(name):
    reference = otio.schema.ExternalReference(
        f"file:///{name}.png", rates.span(0, 86_400, Fraction(24))
    )
    facts = {"kind": "still", "width": 1600, "height": 900, "frames": 1}
    metadata.put(reference, "media", facts)
    return otio.schema.Clip(name, reference)


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


def music(length_s=40.0, *, bpm=100.0, confidence=0.9, name="bed"):
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
    return sound("music", name, length_s, beats=heard)


def voice(spans, length_s, name="voice"):
    return sound("voice", name, length_s, speech={"spans_s": [list(s) for s in spans]})


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
