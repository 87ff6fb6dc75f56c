"""When somebody speaks.

Aim
    Spans of speech in a file that holds a voice and little else, to about 15 ms.

Conventions
    Mono sound; spans are half-open seconds, ascending, never touching.

Method
    Power of the band 120-4000 Hz against a threshold between the quiet and the loud
    parts of the file, with short holes closed and short bursts dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from otio_genai.analyse.features import resampled
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.sentences import Spoken

__all__ = ["VERSION", "pauses", "speech_spans", "to_metadata"]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 2

#: Everything is measured at this sample rate.
SAMPLE_RATE = 16_000

_BAND_HZ = (120.0, 4000.0)
_WINDOW_SAMPLES = 400
_HOP_SAMPLES = 160
_SMOOTH_FRAMES = 1.5
_ABOVE_FLOOR_DB = 6.0
_ABOVE_FLOOR_SHARE = 0.35
_CLOSING_FRAMES = 13
_OPENING_FRAMES = 9
# Generated voices rest in digital silence; a floor lower than this below the voice
# would call breaths and codec noise speech.
_DEEPEST_FLOOR_DB = 60.0
_SILENCE_DB = -70.0


def speech_spans(samples: Floats, sample_rate: int) -> list[tuple[float, float]]:
    """Return the spans of speech, in seconds; none in silence or steady noise.

    Parameters
    ----------
    samples
        Mono, shape ``(n,)``, full scale 1.
    sample_rate
        In Hz, of any size.

    Examples
    --------
    >>> speech_spans(np.zeros(16_000), 16_000)
    []
    """
    sound = resampled(samples, sample_rate, SAMPLE_RATE)
    if sound.size < _WINDOW_SAMPLES:
        return []
    level = _level_db(sound)
    top = float(np.percentile(level, 95))
    if top < _SILENCE_DB:
        return []
    floor = max(float(np.percentile(level, 10)), top - _DEEPEST_FLOOR_DB)
    above = max(_ABOVE_FLOOR_DB, _ABOVE_FLOOR_SHARE * (top - floor))
    speech = _cleaned(level > floor + above)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], speech, [0]])))
    # A window stands for the hop at its middle.
    lead_s = (_WINDOW_SAMPLES - _HOP_SAMPLES) / 2 / SAMPLE_RATE
    hop_s, end_s = _HOP_SAMPLES / SAMPLE_RATE, sound.size / SAMPLE_RATE
    spans = edges.reshape(-1, 2) * hop_s + lead_s
    return [(float(a), float(min(b, end_s))) for a, b in spans]


def pauses(
    spans_s: Sequence[tuple[float, float]], *, shortest_s: float = 0.2
) -> list[tuple[float, float]]:
    """Return the pauses between spans of speech that last ``shortest_s`` or more.

    Examples
    --------
    >>> pauses([(0.0, 1.0), (1.5, 2.0), (2.1, 3.0)])
    [(1.0, 1.5)]
    """
    gaps = [(a[1], b[0]) for a, b in pairwise(spans_s)]
    return [gap for gap in gaps if gap[1] - gap[0] >= shortest_s]


def to_metadata(spans_s: Sequence[tuple[float, float]], said: Spoken) -> dict[str, Any]:
    """Return what a media reference carries under ``speech``."""
    source, sentences, warnings = said
    return {
        "version": VERSION,
        "spans_s": [[round(start, 3), round(stop, 3)] for start, stop in spans_s],
        "source": source,
        "sentences": [[round(a, 3), round(b, 3), text] for a, b, text in sentences],
        "warnings": warnings,
    }


def _level_db(sound: Floats) -> Floats:
    band = signal.sosfiltfilt(_bandpass(), sound, padlen=min(99, sound.size - 1))
    total = np.concatenate([[0.0], np.cumsum(band**2)])
    starts = np.arange(0, sound.size - _WINDOW_SAMPLES + 1, _HOP_SAMPLES)
    power = (total[starts + _WINDOW_SAMPLES] - total[starts]) / _WINDOW_SAMPLES
    level = 10 * np.log10(np.maximum(power, 0) + 1e-12)
    return np.asarray(ndimage.gaussian_filter1d(level, _SMOOTH_FRAMES))


def _cleaned(speech: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    # Padding keeps the closing from reaching past the ends of the file.
    wide = np.pad(speech, _CLOSING_FRAMES)
    closed = ndimage.binary_closing(wide, np.ones(_CLOSING_FRAMES))
    opened = ndimage.binary_opening(closed, np.ones(_OPENING_FRAMES))
    return np.asarray(opened[_CLOSING_FRAMES:-_CLOSING_FRAMES], np.int8)


@cache
def _bandpass() -> Floats:
    return np.asarray(
        signal.butter(4, _BAND_HZ, "bandpass", fs=SAMPLE_RATE, output="sos")
    )
