"""A violin, added up from its partials.

A bowed string is close to a sawtooth; the body then favours some frequencies. Because
each partial's strength is read from the body's curve at the very frequency the vibrato
has just carried it to, vibrato makes the timbre shimmer, which is most of what the ear
takes
for a violin (Mathews & Kohut, "Electronic simulation of violin resonances", JASA 53,
1973).
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from .noise import Floats, smoothstep
from .score import PHRASES, Phrase

__all__ = ["RATE", "perform"]

RATE = 48000
CONTROL = 64
"""Pitch and loudness are shaped once every so many samples."""
PARTIALS = 34
BODY = (
    (275, 22, 1.0),
    (405, 40, 0.4),
    (460, 24, 1.1),
    (545, 30, 1.2),
    (700, 60, 0.55),
    (1000, 120, 0.6),
    (1500, 260, 0.55),
    (2350, 480, 0.85),
    (3100, 600, 0.55),
)
"""Resonances (Hz, half width in Hz, strength): air mode, plate modes, bridge hill;
typical places as measured on many instruments (Jansson, "Acoustics for Violin and
Guitar Makers")."""


def _body_gain(hertz: Floats) -> Floats:
    gain = np.full_like(hertz, 0.16)
    for centre, width, strength in BODY:
        gain += strength / (1 + ((hertz - centre) / width) ** 2)
    return np.asarray(gain / (1 + (hertz / 4300) ** 4), np.float32)


def _shape(phrase: Phrase, seed: int) -> tuple[Floats, Floats, Floats]:
    """Pitch (Hz), loudness (0..1) and bow roughness of a phrase at the control rate."""
    rng = np.random.default_rng(seed)
    per_s = RATE / CONTROL
    beats = np.array([n[1] for n in phrase.notes])
    # Rubato: the middle of a phrase moves on, its end leans back.
    place = np.linspace(-1, 1, len(beats))
    lengths = beats * phrase.beat_s * (0.94 + 0.13 * place**2 + 0.05 * place)
    count = int(lengths.sum() * per_s)
    time = np.arange(count) / per_s
    starts = np.concatenate([[0], np.cumsum(lengths)])
    number = np.clip(np.searchsorted(starts, time, "right") - 1, 0, len(beats) - 1)
    since, length = time - starts[number], lengths[number]
    pitch = np.array([n[0] for n in phrase.notes], float)[number]
    kernel = np.hanning(int(0.075 * per_s) | 1)  # the finger slides for a moment
    pitch = np.convolve(
        np.pad(pitch, len(kernel) // 2, "edge"), kernel / kernel.sum(), "valid"
    )
    unrest = signal.sosfiltfilt(
        signal.butter(2, 2.5, fs=per_s, output="sos"), rng.standard_normal((3, count))
    )
    unrest /= unrest.std(axis=1, keepdims=True)
    depth = smoothstep(0.12, 0.75, since.astype(np.float32)) * smoothstep(
        0.25, 1.0, length.astype(np.float32)
    )
    rate = 5.4 + 0.25 * unrest[0]
    vibrato = (
        np.sin(2 * np.pi * np.cumsum(rate) / per_s) * depth * (0.19 + 0.04 * unrest[1])
    )
    hertz = 440 * 2 ** ((pitch + vibrato + 0.02 * unrest[2] - 69) / 12)
    loud = np.interp(time, np.linspace(0, time[-1], len(phrase.loud)), phrase.loud)
    swell = 0.86 + 0.14 * np.sin(np.pi * np.clip(since / length, 0, 1))
    new_bow = np.isin(number, phrase.bows)
    dip = np.where(
        new_bow, 1 - 0.55 * np.exp(-since / 0.045), 1 - 0.10 * np.exp(-since / 0.03)
    )
    rough = np.where(new_bow, np.exp(-since / 0.07), 0.35 * np.exp(-since / 0.03))
    ends = smoothstep(0, 0.16, time.astype(np.float32)) * smoothstep(
        0, 0.34 if phrase.rest_s else 3.0, (time[-1] - time).astype(np.float32)
    )
    loud = loud * swell * dip * ends * (1 + 0.03 * unrest[1])
    return hertz.astype(np.float32), loud.astype(np.float32), rough.astype(np.float32)


def _fine(curve: Floats) -> Floats:
    """A curve at the control rate, drawn straight from point to point at the sound's
    rate."""
    step = np.diff(curve, append=curve[-1:]).astype(np.float32)[:, None]
    across = np.arange(CONTROL, dtype=np.float32)[None] / CONTROL
    return (curve[:, None] + step * across).astype(np.float32).ravel()


def _play(phrase: Phrase, seed: int) -> Floats:
    """One phrase, dry: float32 (samples,)."""
    hertz, loud, rough = _shape(phrase, seed)
    phase = 2 * np.pi * np.cumsum(_fine(hertz).astype(np.float64)) / RATE
    turn = np.exp(1j * (phase % (2 * np.pi))).astype(np.complex64)
    out = np.zeros(len(phase), np.float32)
    rng = np.random.default_rng(seed + 100)
    wave = np.ones(len(phase), np.complex64)
    for k in range(1, PARTIALS + 1):
        wave *= turn  # the k-th partial turns k times as fast
        # Louder is brighter; the bow's place on the string (1/9 of it) thins every
        # ninth partial.
        bright = k ** -(1.55 - 0.55 * loud) * (
            0.25 + 0.75 * abs(np.sin(np.pi * k / 9.3))
        )
        gain = loud * bright * _body_gain(hertz * k) * (hertz * k < 15000)
        start = np.exp(1j * rng.uniform(0, 2 * np.pi))
        out += _fine(gain) * (
            wave.imag * np.float32(start.real) + wave.real * np.float32(start.imag)
        )
    hiss = rng.standard_normal(len(phase)).astype(np.float32)
    hiss = signal.sosfilt(
        signal.butter(2, (900, 6500), "band", fs=RATE, output="sos"), hiss
    )
    breath = _fine(loud * (0.010 + 0.05 * rough))
    saw = 0.6 + 0.4 * turn.imag  # the hair grips and slips once a period
    return np.asarray(out + 2.2 * hiss * breath * saw, np.float32)


def _room(dry: Floats) -> Floats:
    """Put the violin in a stone room: float32 (samples, 2)."""
    rng = np.random.default_rng(9)
    length = int(2.1 * RATE)
    time = np.arange(length) / RATE
    tail = rng.standard_normal((2, length))
    soft = signal.sosfilt(signal.butter(1, 2600, fs=RATE, output="sos"), tail)
    wet = soft * 10 ** (-3 * time / 1.55) + 0.35 * tail * 10 ** (-3 * time / 0.55)
    wet *= smoothstep(0.012, 0.05, time.astype(np.float32))
    for at, gain, pan in (
        (0.013, 9, 0.2),
        (0.021, 8, 0.8),
        (0.034, 6, 0.35),
        (0.047, 5, 0.7),
    ):
        wet[:, int(at * RATE)] += gain * np.sqrt([1 - pan, pan])
    wet *= 0.34 / np.sqrt((wet**2).sum(axis=1, keepdims=True))
    direct = np.outer([0.96, 0.80], dry)
    both = [
        d + signal.fftconvolve(dry, w)[: len(dry)]
        for d, w in zip(direct, wet, strict=True)
    ]
    return np.stack(both, -1).astype(np.float32)


def perform(seed: int = 1) -> Floats:
    """Play the whole piece.

    Parameters
    ----------
    seed : int
        The same seed plays the same performance.

    Returns
    -------
    float32 (samples, 2)
        At `RATE`; its peak is at -3 dBFS.
    """
    parts = [np.zeros(int(0.5 * RATE), np.float32)]
    for k, phrase in enumerate(PHRASES):
        parts += [
            _play(phrase, seed * 10 + k),
            np.zeros(int(phrase.rest_s * RATE), np.float32),
        ]
    parts.append(np.zeros(int(2.4 * RATE), np.float32))
    stereo = _room(np.concatenate(parts))
    stereo = signal.sosfiltfilt(
        signal.butter(2, 60, "high", fs=RATE, output="sos"), stereo, axis=0
    )
    fade = np.ones(len(stereo), np.float32)
    fade[-RATE:] = np.linspace(1, 0, RATE)
    stereo = stereo * fade[:, None]
    return np.asarray(stereo * (10 ** (-3 / 20) / np.abs(stereo).max()), np.float32)
