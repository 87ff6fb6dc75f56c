"""Single frames of a film, by number, and the whole film as one moviepy clip."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai.errors import RenderError
from otio_genai.render.compose import Composer
from otio_genai.render.effects import Functions
from otio_genai.render.plan import Plan, make_plan

__all__ = ["Screen", "composer_of", "frame_source", "moviepy_clip", "render_frame"]


def moviepy_clip(
    timeline: otio.schema.Timeline,
    *,
    size: tuple[int, int] | None = None,
    effects: Functions | None = None,
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
    effects
        Functions from a moviepy clip to a moviepy clip that clips may name.

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
    # moviepy takes half a second to load, and most films need none of it.
    from otio_genai.render.filmclip import FilmClip

    return FilmClip(make_plan(timeline, size, effects=effects), effects)


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
    timeline: otio.schema.Timeline,
    *,
    size: tuple[int, int] | None = None,
    effects: Functions | None = None,
    captions: bool = False,
) -> Iterator[Callable[[int], NDArray[np.uint8]]]:
    """Give a function from record frame to picture, files staying open meanwhile.

    Parameters
    ----------
    timeline, size, effects, captions
        As `render`.

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
    plan = make_plan(timeline, size, effects=effects, captions=captions)
    with composer_of(plan, effects) as composer:
        screen = Screen(plan, composer)

        def picture(frame: int) -> NDArray[np.uint8]:
            if not 0 <= frame < plan.frames:
                raise RenderError(
                    f"There is no record frame {frame}: the last is {plan.frames - 1}.",
                    place=plan.name,
                    remedy="Ask for a frame of the film.",
                )
            return screen.frame(frame)

        yield picture


def composer_of(plan: Plan, effects: Functions | None = None) -> Composer:
    """Return what composes a film's frames; close it."""
    return Composer(plan.size, plan.rate, background=plan.background, functions=effects)


class Screen:
    """The film's frames by number."""

    def __init__(self, plan: Plan, composer: Composer) -> None:
        self._plan, self._composer = plan, composer
        self._starts = [span.start_frames for span in plan.spans]

    def frame(self, number: int) -> NDArray[np.uint8]:
        """Return a record frame as RGB, uint8 (height, width, 3)."""
        span = self._plan.spans[bisect_right(self._starts, number) - 1]
        return self._composer.rgb(span.frames[number - span.start_frames])
