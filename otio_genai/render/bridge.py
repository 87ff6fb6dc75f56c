"""The whole film as one moviepy clip, and single frames of it.

moviepy asks for times; each is answered by the record frame, or the samples, on at
that time. A time a millionth of a frame short of a frame counts as on it, since
``k / fps`` is a float.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio
from moviepy import AudioClip, VideoClip
from numpy.typing import NDArray

from otio_genai.errors import RenderError
from otio_genai.render.compose import Composer
from otio_genai.render.plan import SAMPLE_RATE, Plan, make_plan
from otio_genai.render.sound import Mixer, safe_gain, true_peak

__all__ = ["frame_source", "moviepy_clip", "render_frame"]

_SLACK = 1e-6
# Longer stretches asked for at once are mixed piece by piece.
_PIECE_SAMPLES = 10 * SAMPLE_RATE


def moviepy_clip(
    timeline: otio.schema.Timeline, *, size: tuple[int, int] | None = None
) -> Any:
    """Return the film as a moviepy clip, to go on with in moviepy.

    Its ``fps`` is the timeline's rate and its ``duration`` its length; asked at its
    own rate, frame ``k`` is record frame ``k``. Sound is attached at 48 kHz. Files
    are opened when frames are asked for, four at most; ``close()`` closes them.

    Parameters
    ----------
    timeline
        Any timeline whose media are on this computer; it is not changed.
    size
        (width, height) in pixels, both even; by default as `render`.

    Returns
    -------
    moviepy.VideoClip
        RGB, uint8, opaque.

    Raises
    ------
    RenderError, TimelineError
        As `render`.

    Notes
    -----
    moviepy's own ``write_videofile`` converts to BT.601 and leaves the file
    untagged. For the colours of `render` give it ``ffmpeg_params=["-vf",
    "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709",
    "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]`` and
    ``audio_fps=48000``.

    Examples
    --------
    >>> clip = moviepy_clip(timeline)  # doctest: +SKIP
    >>> clip.with_effects([vfx.MultiplySpeed(2)]).preview()  # doctest: +SKIP
    """
    return _FilmClip(make_plan(timeline, size))


def render_frame(
    timeline: otio.schema.Timeline,
    frame: int,
    *,
    size: tuple[int, int] | None = None,
) -> NDArray[np.uint8]:
    """Return one record frame of the film as RGB, uint8 (height, width, 3).

    Raises
    ------
    RenderError
        There is no such frame, or as `render`.
    TimelineError
        The timeline states no rate.
    """
    with frame_source(timeline, size=size) as picture:
        return picture(frame)


@contextmanager
def frame_source(
    timeline: otio.schema.Timeline, *, size: tuple[int, int] | None = None
) -> Iterator[Callable[[int], NDArray[np.uint8]]]:
    """Give a function from record frame to picture, files staying open meanwhile.

    Yields
    ------
    callable
        As `render_frame` without its timeline: for many frames of one film, cheapest
        in ascending order.

    Raises
    ------
    RenderError, TimelineError
        As `render_frame`.
    """
    plan = make_plan(timeline, size)
    with _composer(plan) as composer:
        screen = _Screen(plan, composer)

        def picture(frame: int) -> NDArray[np.uint8]:
            if not 0 <= frame < plan.frames:
                raise RenderError(
                    f"There is no record frame {frame}: the last is {plan.frames - 1}.",
                    place=plan.name,
                    remedy="Ask for a frame of the film.",
                )
            return screen.frame(frame)

        yield picture


def _composer(plan: Plan) -> Composer:
    return Composer(plan.size, plan.rate, background=plan.background)


class _Screen:
    """The film's frames by number."""

    def __init__(self, plan: Plan, composer: Composer) -> None:
        self._plan, self._composer = plan, composer
        self._starts = [span.start_frames for span in plan.spans]

    def frame(self, number: int) -> NDArray[np.uint8]:
        span = self._plan.spans[bisect_right(self._starts, number) - 1]
        return self._composer.rgb(span.frames[number - span.start_frames])


class _FilmClip(VideoClip):  # type: ignore[misc]  # moviepy ships no types
    """A moviepy clip of a film; copies share the open files."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self._composer = _composer(plan)
        screen = _Screen(plan, self._composer)
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
