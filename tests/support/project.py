"""Small projects of real files, as a director's folder would hold them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy import ndimage

from otio_genai.media.write import FilmWriter, write_wav

SAMPLE_RATE = 48_000


def drifting(path: Path, frames: int, rate: Fraction, *, speed_px=(2.0, 0.0), seed=0):
    """Write a take whose picture drifts by ``speed_px`` a frame."""
    width, height = 192, 108
    noise = np.random.default_rng(seed).normal(size=(height * 2, width * 3))
    texture = ndimage.gaussian_filter(noise, 2.0)
    texture = 128 + 90 * texture / np.abs(texture).max()
    path.parent.mkdir(parents=True, exist_ok=True)
    with FilmWriter(path, width, height, rate, None) as writer:
        for k in range(frames):
            moved = ndimage.shift(
                texture, (k * speed_px[1], k * speed_px[0]), order=1, mode="wrap"
            )
            grey = moved[:height, :width].astype(np.uint8)
            writer.video(np.dstack([grey, grey, grey]))
    return path


def bowed(path: Path, length_s: float, *, level=0.3, rests=True):
    """Write slow notes with rests: music without a beat."""
    t = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
    note = (t // 0.83).astype(int)
    pitch = 220 * 2 ** (((note * 5) % 12) / 12)
    swell = np.sin(np.pi * (t % 0.83) / 0.83)
    if rests:
        swell = swell * (note % 5 != 4)
    wave = (level * swell * np.sin(2 * np.pi * pitch * t)).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, np.column_stack([wave, wave]), SAMPLE_RATE)
    return path


def spoken(path: Path, length_s: float, *, level=0.3):
    """Write bursts of noise with pauses: what a voice is to a meter."""
    t = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
    noise = np.random.default_rng(5).normal(size=len(t))
    burst = ((t % 1.3) < 0.8) * (0.6 + 0.4 * np.sin(2 * np.pi * 5 * t))
    wave = (level * burst * ndimage.gaussian_filter1d(noise, 4)).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, wave[:, None], SAMPLE_RATE)
    return path


def small_project(folder: Path, *, takes=5, music_s=8.0, voice_s=2.5) -> Path:
    """Make a folder with takes at mixed rates, a bed and a voice-over."""
    kinds = [Fraction(24), Fraction(16), Fraction(30), Fraction(25), Fraction(8)]
    for index in range(takes):
        rate = kinds[index % len(kinds)]
        speed = (3.0 if index % 2 else -3.0, 0.0)
        path = folder / "takes" / f"take {index}.mp4"
        drifting(path, round(3 * rate), rate, speed_px=speed, seed=index)
    if music_s:
        bowed(folder / "music" / "bed.wav", music_s)
    if voice_s:
        spoken(folder / "voice" / "words.wav", voice_s)
    return folder
