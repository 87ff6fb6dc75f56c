"""Stretches of synthetic sound, and what ffmpeg's own meter says of a file."""

import re
import shutil
import subprocess
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from otio_genai.maps import SoundSpan
from otio_genai.media import locate
from otio_genai.media.write import write_wav

S = 48_000


def span(path, length, at=0, source=0, **said):
    """A stretch of `length` samples at sample `at`, from sample `source` at 48 kHz."""
    given = {
        "track": "",
        "clip": SimpleNamespace(name="sound"),
        "url": locate.url(path),
        "record_in_samples": at,
        "record_out_samples": at + length,
        "source_in_s": Fraction(source, S),
        "levels": (),
    }
    return SoundSpan(**{**given, **said})


def wav(path, sound, rate=S):
    """Write samples, of one or two channels, and return the path."""
    write_wav(path, np.asarray(sound, np.float32), rate, force=True)
    return path


def sine(hertz, samples, rate=S, level=1.0):
    """A sine that begins at zero."""
    return level * np.sin(2 * np.pi * hertz * np.arange(samples) / rate)


def identities(*spans):
    """Who is who, without hashing."""
    return {one.url: one.url for one in spans}


def ebur128(path):
    """Integrated loudness and true peak as ffmpeg's ebur128 prints them."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("needs the ffmpeg program")
    said = subprocess.run(
        [program, "-hide_banner", "-nostats", "-i", str(path), "-filter_complex",
         "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    summary = said[said.rindex("Summary") :]
    return tuple(
        float(re.search(pattern, summary)[1])
        for pattern in (r"I:\s+(\S+)", r"True peak:\s+Peak:\s+(\S+)")
    )


def pink(samples, seed):
    """Noise that falls by 3 dB an octave, as music and speech do, of power 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    hertz = np.fft.rfftfreq(samples, 1 / S)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 20)), samples)
    return noise / noise.std()


def speech_like(seconds, seed):
    """Syllables of a voice: harmonics of 120 Hz, four a second, pauses between."""
    n = np.arange(seconds * S)
    voice = sum(np.sin(2 * np.pi * 120 * k * n / S + k * k) / k for k in range(1, 30))
    beat = np.clip(np.sin(2 * np.pi * 2 * n / S), 0, 1) ** 2
    pauses = (n // (S // 2)) % 5 != 4
    return 0.08 * voice * beat * pauses + 0.001 * pink(len(n), seed)
