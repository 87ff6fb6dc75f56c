"""Pictures and sounds made by formula, with known answers.

Conventions
    Pictures are ``uint8`` ``(height, width)``; sounds ``float32``, mono ``(n,)`` or
    ``(n, channels)``. Everything is made from a seed.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage


def texture(seed, height=90, width=160, margin=3.0):
    """A 1/f texture, several times larger than the frame, levels about 128 +- 45."""
    rng = np.random.default_rng(seed)
    rows, columns = int(height * margin), int(width * margin)
    fy = np.fft.fftfreq(rows)[:, None]
    fx = np.fft.rfftfreq(columns)[None, :]
    size = np.hypot(fx, fy)
    size[0, 0] = 1
    spectrum = np.fft.rfft2(rng.normal(size=(rows, columns))) / size
    spectrum[0, 0] = 0
    wave = np.fft.irfft2(spectrum, s=(rows, columns))
    return 128 + 45 * wave / wave.std()


def frame(base, move=(0, 0, 0, 0), height=90, width=160):
    """The picture after shift (tx, ty), zoom z and turn r (fw, log, rad) of its centre.

    p' = e^z R(r) p + t, positions in frame widths from the centre, y down.
    """
    tx, ty, z, r = move
    # Output pixel q shows the texture at p = R(-r) e^-z (q - t).
    back = math.exp(-z) * np.array(
        [[math.cos(r), math.sin(r)], [-math.sin(r), math.cos(r)]]
    )  # in (x, y)
    swap = back[::-1, ::-1]  # in (row, column)
    middle_out = np.array([(height - 1) / 2, (width - 1) / 2])
    middle_in = (np.array(base.shape) - 1) / 2
    t = np.array([ty, tx]) * width
    offset = middle_in - swap @ (middle_out + t)
    shown = ndimage.affine_transform(
        base, swap, offset, output_shape=(height, width), order=3, mode="mirror"
    )
    return np.clip(np.rint(shown), 0, 255).astype(np.uint8)


def take(seed, motion, rate=24, frames=24, height=90, width=160):
    """Frames of a camera moving steadily by (T_x, T_y, z, r) per second."""
    base = texture(seed, height, width)
    return [
        frame(base, path(motion, (k - (frames - 1) / 2) / rate), height, width)
        for k in range(frames)
    ]


def path(motion, t_s):
    """Integral of the flow T + z p + r J p from the middle of the take."""
    tx, ty, z, r = motion
    s = complex(z, r)
    grow = np.expm1(s * t_s) / s if abs(s) > 1e-12 else t_s
    shift = complex(tx, ty) * grow
    return shift.real, shift.imag, z * t_s, r * t_s


def clicks(bpm, length_s=20.0, sample_rate=22_050, start_s=0.3, seed=0):
    """A click every beat; returns (samples, beats_s)."""
    rng = np.random.default_rng(seed)
    times = np.arange(start_s, length_s - 0.1, 60 / bpm)
    sound = np.zeros(int(length_s * sample_rate), np.float32)
    burst = (
        rng.normal(size=int(0.02 * sample_rate))
        * np.hanning(2 * int(0.02 * sample_rate))[int(0.02 * sample_rate) :]
    )
    for time_s in times:
        _add(sound, burst * 0.5, time_s, sample_rate)
    return sound, times


def band(bpm, length_s=24.0, sample_rate=22_050, start_s=0.25, seed=0):
    """Kick, snare, hat, bass and chords in 4/4; returns (samples, beats_s).

    Chords change every bar, a crash opens every eighth bar.
    """
    rng = np.random.default_rng(seed)
    beat_s = 60 / bpm
    times = np.arange(start_s, length_s - 0.2, beat_s)
    sound = np.zeros(int(length_s * sample_rate), np.float32)
    for n, time_s in enumerate(times):
        bar, part = divmod(n, 4)
        root = (110.0, 87.3, 130.8, 98.0)[bar % 4]
        if part in (0, 2):
            _add(sound, 0.7 * kick(sample_rate), time_s, sample_rate)
        else:
            _add(sound, 0.3 * hit(rng, 0.12, sample_rate), time_s, sample_rate)
        for half in (0.0, 0.5):
            at = time_s + half * beat_s
            loud = 0.02 if half else 0.08
            _add(sound, loud * hit(rng, 0.03, sample_rate), at, sample_rate)
        if part == 0:
            _add(
                sound,
                note(root / 2, beat_s * 1.9, sample_rate, 0.25),
                time_s,
                sample_rate,
            )
            for ratio in (2, 2.5198, 2.9966):
                tone = note(root * ratio, beat_s * 3.9, sample_rate, 0.06)
                _add(sound, tone, time_s, sample_rate)
        if n % 32 == 0:
            _add(sound, 0.35 * hit(rng, 1.2, sample_rate), time_s, sample_rate)
    return sound, times


def song(bpm, bars=(16, 16, 16), sample_rate=22_050, start_s=0.25, seed=0):
    """A band that plays softly or full, in turn; (samples, borders_s)."""
    beat_s = 60 / bpm
    full, _ = band(bpm, start_s + (sum(bars) * 4 + 1) * beat_s, sample_rate, start_s)
    t = np.arange(full.size) / sample_rate
    pad = sum(0.05 * np.sin(2 * np.pi * hz * t) for hz in (220, 277.2, 329.6))
    edges = start_s + np.concatenate([[0], np.cumsum(bars)]) * 4 * beat_s
    sound = full.copy()
    for n, (start, stop) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        if n % 2 == 0:
            inside = slice(round(start * sample_rate), round(stop * sample_rate))
            sound[inside] = 0.25 * full[inside] + pad[inside].astype(np.float32)
    return sound, edges[:-1]


def violin(length_s=30.0, sample_rate=22_050, seed=0, rubato=0.25):
    """A solo line, softly bowed, with vibrato and free time; (samples, onsets_s)."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(int(length_s * sample_rate), np.float32)
    time_s, pitch, tempo, times = 0.2, 69, 0.0, []
    while time_s < length_s - 1.5:
        tempo = 0.8 * tempo + rubato * rng.normal()
        long_s = float(rng.choice([0.33, 0.5, 0.75, 1.0, 1.4]) * math.exp(tempo))
        pitch = int(np.clip(pitch + rng.integers(-5, 6), 57, 86))
        times.append(time_s)
        tone = bowed(440 * 2 ** ((pitch - 69) / 12), long_s * 1.02, sample_rate, rng)
        _add(sound, 0.3 * tone, time_s, sample_rate)
        time_s += long_s + (float(rng.uniform(0.5, 0.9)) if rng.random() < 0.1 else 0)
    return sound, np.array(times)


def speech(spans_s, length_s, sample_rate=16_000, seed=0, floor_db=-70.0):
    """Syllables of voiced, band-limited sound inside the spans, over a noise floor."""
    rng = np.random.default_rng(seed)
    n = int(length_s * sample_rate)
    sound = rng.normal(size=n) * 10 ** (floor_db / 20)
    t = np.arange(n) / sample_rate
    pitch = 120 + 15 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
    voice = sum(np.sin(k * phase) / k for k in range(1, 16))
    for start, stop in spans_s:
        inside = (t >= start) & (t < stop)
        syllables = 0.35 + 0.65 * np.abs(np.sin(np.pi * 4.5 * (t - start)))
        edge = np.clip(np.minimum(t - start, stop - t) / 0.01, 0, 1)
        sound = sound + np.where(inside, 0.15 * voice * syllables * edge, 0)
    return sound.astype(np.float32)


def narration(seed, gap_s=(0.3, 0.9), comma_s=(0.12, 0.28), spread=0.06):
    """A text read aloud: (sentences, spans of speech, [start, end] of each sentence).

    Syllables last 0.19 s on average; sentences differ in pace by ``spread`` (log).
    """
    rng = np.random.default_rng(seed)
    texts, spans, true = [], [], []
    time_s = 0.5
    for _ in range(int(rng.integers(4, 14))):
        begun, pace = time_s, 0.19 * math.exp(spread * rng.normal())
        parts = []
        for n in range(int(rng.integers(1, 4))):
            time_s += float(rng.uniform(*comma_s)) if n else 0.0
            syllables = rng.integers(1, 4, int(rng.integers(2, 8)))
            parts.append(" ".join("".join(_syllables(rng, k)) for k in syllables))
            long_s = pace * int(syllables.sum()) * math.exp(0.05 * rng.normal())
            spans.append((time_s, time_s + long_s))
            time_s += long_s
        texts.append(", ".join(parts).capitalize() + ".")
        true.append((begun, time_s))
        time_s += float(rng.uniform(*gap_s))
    return texts, spans, true


def _syllables(rng, count):
    for _ in range(count):
        yield str(rng.choice(list("bdfgklmnprst"))) + str(rng.choice(list("aeiou")))


def sines(levels_db, sample_rate=48_000, hz=1000.0, channels=2):
    """Stretches (level in dBFS, seconds) of one sine, alike in every channel."""
    gain = np.concatenate(
        [np.full(round(s * sample_rate), 10 ** (db / 20)) for db, s in levels_db]
    )
    wave = gain * np.sin(2 * np.pi * hz * np.arange(gain.size) / sample_rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def kick(sample_rate):
    t = np.arange(int(0.25 * sample_rate)) / sample_rate
    return np.sin(2 * np.pi * (55 * t + 6 * (1 - np.exp(-t / 0.02)) / 5)) * np.exp(
        -t / 0.07
    )


def hit(rng, decay_s, sample_rate):
    t = np.arange(int(4 * decay_s * sample_rate)) / sample_rate
    return rng.normal(size=t.size) * np.exp(-t / decay_s) * 0.5


def note(hz, length_s, sample_rate, gain):
    t = np.arange(int(length_s * sample_rate)) / sample_rate
    edge = np.clip(np.minimum(t / 0.008, (length_s - t) / 0.05), 0, 1)
    return gain * edge * sum(np.sin(2 * np.pi * hz * k * t) / k for k in (1, 2, 3))


def bowed(hz, length_s, sample_rate, rng):
    t = np.arange(int(length_s * sample_rate)) / sample_rate
    depth = 0.012 * np.clip(t / 0.3, 0, 1)
    bent = hz * (1 + depth * np.sin(2 * np.pi * 5.8 * t + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(bent) / sample_rate
    edge = np.clip(np.minimum(t / 0.09, (length_s - t) / 0.12), 0, 1)
    tone = sum(np.sin(k * phase) / k for k in range(1, 9))
    return edge * (tone + 0.01 * rng.normal(size=t.size))


def f_measure(found_s, true_s, tolerance_s=0.07):
    """F of beats against truth within a tolerance, each matched once."""
    found, true = list(found_s), list(true_s)
    if not found or not true:
        return 0.0
    hits = 0
    k = 0
    for time_s in true:
        while k < len(found) and found[k] < time_s - tolerance_s:
            k += 1
        if k < len(found) and abs(found[k] - time_s) <= tolerance_s:
            hits, k = hits + 1, k + 1
    return 2 * hits / (len(found) + len(true))


def _add(sound, part, time_s, sample_rate):
    start = round(time_s * sample_rate)
    stop = min(start + len(part), len(sound))
    if start < stop:
        sound[start:stop] += part[: stop - start].astype(np.float32)
