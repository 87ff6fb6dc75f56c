"""A field of made sounds: music, voices, and takes of very unequal loudness."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from otio_genai import metadata
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.style import Style
from otio_genai.field.opening import open_field
from otio_genai.ingest import bin as bin_room
from otio_genai.media import locate
from otio_genai.media.sound import read
from tests.support import fields, sounds

__all__ = ["made"]

RATE = 48_000
TAKES, SLOTS, VOICES = 18, 6, 3


def made(folder: Path):
    """Open a bin of made sounds into a field."""
    rng = np.random.default_rng(5)
    clips = []
    for k in range(TAKES):
        level = 10 ** (rng.uniform(-24, -4) / 20)
        clip = fields.moving(f"take {k:02d}", k, frames=120)
        path = folder / f"take {k:02d}.wav"
        _known(sounds.sound(path, _street(5.0, k, level)), clip)
        clips.append(clip)
    bed = sounds.sound(folder / "music.wav", _music(40.0, 1))
    clips.append(_known(bed, bed))
    for k in range(VOICES):
        samples = _voice(1.6, k)
        clip = sounds.sound(folder / f"voice {k}.wav", samples, [(0.15, 1.45)], "voice")
        clips.append(_known(clip, clip))
    style = Style(
        min_shot_s=1.5, mean_shot_s=2.5, max_shot_s=4.0, takes_sound="mix",
        takes_below_lu=6.0, split_s=0.2, takes_fade_s=0.1, voice_at_s=1.0,
    )  # fmt: skip
    return open_field(bin_room.make(clips), style, slots=SLOTS, seed=2, title="made")


def _known(sound, clip):
    """Say on a clip what ingest and analysis find out of a sound."""
    reference = clip.media_reference
    samples = sounds_of(sound)
    metadata.put(reference, "loudness", loudness(samples, RATE).to_metadata())
    if sound is not clip:
        media = metadata.read(reference, "media")
        metadata.put(reference, "media", media | {"has_audio": True})
        reference.target_url = sound.media_reference.target_url
    return clip


def sounds_of(clip):
    """Return the samples of a clip's file."""
    return read(locate.path(clip.media_reference), RATE, 2)


def _music(seconds: float, seed: int):
    """Plucked strings on a beat: hard attacks over a soft chord."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    out = sounds.chord(seconds, seed, 0.08).astype(float)
    for beat in np.arange(0, seconds - 1, 0.5):
        pitch = 110 * 2 ** (rng.integers(0, 24) / 12)
        k = int(beat * RATE)
        tail = t[:RATE] * 1.0
        harmonics = sum(
            np.sin(2 * np.pi * pitch * n * tail) / n * np.exp(-tail * (3 + n))
            for n in range(1, 9)
        )
        pan = rng.uniform(0.3, 0.7)
        out[k : k + RATE] += 0.45 * harmonics[:, None] * (1 - pan, pan)
    return (out / np.abs(out).max() * 0.97).astype(np.float32)


def _voice(seconds: float, seed: int):
    """Syllables of pulses through two resonances."""
    from scipy import signal

    rng = np.random.default_rng(100 + seed)
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = 140 + 30 * np.sin(2 * np.pi * 0.8 * t + seed)
    pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0.0)
    noise = 0.02 * rng.normal(size=len(t))
    out = np.zeros(len(t))
    for hertz in (rng.uniform(400, 700), rng.uniform(1200, 2000), 2800.0):
        out += signal.lfilter(*signal.iirpeak(hertz, 6, fs=RATE), pulses + noise)
    out *= (0.25 + np.maximum(np.sin(2 * np.pi * 4 * t), 0)) * (t > 0.15) * (t < 1.45)
    out = signal.lfilter(*signal.butter(2, 40, fs=RATE), out)
    wide = np.repeat(out[:, None], 2, axis=1)
    return sounds.soft(wide / np.abs(wide).max() * 0.7)


def _street(seconds: float, seed: int, level: float):
    """Noise with steps in it, as the sound that generators give with pictures."""
    out = sounds.noise(seconds, 200 + seed, 0.15, colour=24).astype(float)
    rng = np.random.default_rng(300 + seed)
    fall = np.exp(-np.arange(RATE // 10) / 600)
    for at in rng.uniform(0.1, seconds - 0.3, 8):
        k = int(at * RATE)
        out[k : k + len(fall)] += (rng.normal(size=len(fall)) * fall)[:, None] * 0.8
    return (out / np.abs(out).max() * level).astype(np.float32)
