"""When notes begin, and where the music rests.

Conventions
    Times in seconds from the start of the sound, ascending; ranges half-open.

Source
    Peak picking after Böck, Krebs and Schedl, *Evaluating the online capabilities of
    onset detection methods* (ISMIR 2012).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from otio_genai.analyse.features import FRAMES_PER_S
from otio_genai.analyse.phase import Floats

__all__ = ["onsets_s", "rests_s"]

_PEAK_FRAMES = 7
_MEAN_S = 0.25
_APART_S = 0.06
# Legato has weak attacks (0.2 in log units, mean over bands; bands and songs have 0.5
# to 1.1) and vibrato ripples at a third of that: below this strength the threshold no
# longer follows the music.
_WEAK_RISE = 0.4
# A bowed note swells for a tenth of a second; of its rise the beginning is the onset.
_LEGATO_PEAK_FRAMES = 13
_LEGATO_FOOT = 0.3
_LEGATO_SWELL_FRAMES = 12
_RIPPLE = 1.05
_REST_BELOW_DB = 30.0
_LEAST_REST_S = 0.4


def onsets_s(onset: Floats, *, threshold: float = 0.12) -> list[float]:
    """Return the times at which notes begin.

    Where even the strongest attacks are weak the line is taken for legato: maxima are
    looked for among 13 frames instead of 7, and followed back to where they began.

    Parameters
    ----------
    onset
        How much energy is new, per frame (`otio_genai.analyse.features.Features`).
    threshold
        Share of the strongest onsets that a note must exceed its surroundings by.
    """
    if not onset.size:
        return []
    strength = float(np.percentile(onset, 99.5))
    legato = strength < _WEAK_RISE
    strong = onset / max(strength, _WEAK_RISE)
    mean_frames = round(_MEAN_S * FRAMES_PER_S)
    apart = _LEGATO_PEAK_FRAMES if legato else _PEAK_FRAMES
    peak = strong == ndimage.maximum_filter1d(strong, apart)
    mean = ndimage.uniform_filter1d(strong, mean_frames, mode="nearest")
    times: list[float] = []
    for frame in np.flatnonzero(peak & (strong >= mean + threshold)):
        begun = _foot(strong, int(frame)) if legato else int(frame)
        time_s = begun / FRAMES_PER_S
        if not times or time_s - times[-1] >= _APART_S:
            times.append(time_s)
    return times


def _foot(strong: Floats, peak: int) -> int:
    """Return the frame at which the rise that ends in a peak began."""
    first = max(0, peak - _LEGATO_SWELL_FRAMES)
    at = peak
    while (
        at > first
        and _LEGATO_FOOT * strong[peak] <= strong[at - 1] <= _RIPPLE * strong[at]
    ):
        at -= 1
    return at


def rests_s(level_db: Floats) -> list[tuple[float, float]]:
    """Return the rests of at least 0.4 s: 30 dB below the loud parts of the music."""
    if not level_db.size:
        return []
    loud = float(np.percentile(level_db, 90))
    quiet = np.concatenate([[False], level_db < loud - _REST_BELOW_DB, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    spans = [(float(a), float(b)) for a, b in edges.reshape(-1, 2) / FRAMES_PER_S]
    return [(a, b) for a, b in spans if b - a >= _LEAST_REST_S]
