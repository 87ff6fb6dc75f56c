"""A film as moviepy sees it: a clip that answers times by frames and samples.

moviepy asks for times; each is answered by the record frame, or the samples, on at
that time. A time a millionth of a frame short of a frame counts as on it, since
``k / fps`` is a float.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from moviepy import AudioClip, VideoClip
from numpy.typing import NDArray

from otio_genai.render.bridge import Screen, composer_of
from otio_genai.render.effects import Functions
from otio_genai.render.plan import SAMPLE_RATE, Plan
from otio_genai.render.sound import Mixer, safe_gain, true_peak

__all__ = ["FilmClip"]

_SLACK = 1e-6
# Longer stretches asked for at once are mixed piece by piece.
_PIECE_SAMPLES = 10 * SAMPLE_RATE


class FilmClip(VideoClip):  # type: ignore[misc]  # moviepy ships no types
    """A moviepy clip of a film; copies share the open files."""

    def __init__(self, plan: Plan, effects: Functions | None = None) -> None:
        super().__init__()
        self._composer = composer_of(plan, effects)
        screen = Screen(plan, self._composer)
        last = plan.frames - 1
        per_s = float(plan.rate)

        def frame_function(time_s: float) -> NDArray[np.uint8]:
            number = math.floor(time_s * per_s + _SLACK)
            return screen.frame(min(max(number, 0), last))

        self.frame_function = frame_function
        self.size = plan.size
        self.fps = per_s
        self.duration = self.end = _length_s(plan.frames, plan.rate)
        if plan.sounds:
            self.audio = _SoundClip(plan, self.duration)

    def close(self) -> None:
        """Close the files; asking for a frame opens them again."""
        self._composer.close()
        if self.audio is not None:
            self.audio.close()


class _SoundClip(AudioClip):  # type: ignore[misc]  # moviepy ships no types
    """The film's sound, with the gain that `render` gives it."""

    def __init__(self, plan: Plan, duration_s: float) -> None:
        super().__init__()
        self.fps, self.nchannels = SAMPLE_RATE, 2
        self.duration = self.end = duration_s
        self._mixer = mixer = Mixer(plan.sounds, plan.samples)
        gain: list[float] = []

        def frame_function(time_s: Any) -> NDArray[np.float64]:
            if not gain:
                gain.append(safe_gain(true_peak(mixer)))
            asked = np.atleast_1d(np.asarray(time_s, dtype=np.float64))
            numbers = np.floor(asked * SAMPLE_RATE + _SLACK * 1e3).astype(np.int64)
            heard = _heard(mixer, numbers) * gain[0]
            return heard if np.ndim(time_s) else heard[0]

        self.frame_function = frame_function

    def close(self) -> None:
        """Close the files; asking for sound opens them again."""
        self._mixer.close()


def _heard(mixer: Mixer, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    found = np.zeros((len(numbers), 2))
    for start in range(0, len(numbers), _PIECE_SAMPLES):
        piece = numbers[start : start + _PIECE_SAMPLES]
        low, high = int(piece.min()), int(piece.max())
        if high - low < 2 * _PIECE_SAMPLES:
            block = mixer.block(low, high - low + 1)
            found[start : start + len(piece)] = block[piece - low]
            continue
        for index, number in enumerate(piece):
            found[start + index] = mixer.block(int(number), 1)[0]
    return found


def _length_s(frames: int, rate: Fraction) -> float:
    """Return the least float duration of which moviepy counts all ``frames``."""
    length_s, per_s = float(frames / rate), float(rate)
    while int(length_s * per_s) < frames:
        length_s = math.nextafter(length_s, math.inf)
    return length_s
