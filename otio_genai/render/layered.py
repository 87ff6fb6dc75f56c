"""Composed spans: moviepy puts the layers of each frame together.

moviepy is given pictures, never time: it is asked for the middle of a record frame,
and every clip it asks answers by that frame's number.

A layer's weight in the picture map is its share of the finished frame. Laid over one
another from the lowest, layer ``i`` so needs the opacity ``w_i`` over what the layers
above leave free: ``w_i / (1 - sum of the weights above)``. Only layers that let
something through have a mask, and opacities are on moviepy's own 8-bit grid, rounded
to its nearest step.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.render.carry import swept
from otio_genai.render.pictures import Pictures
from otio_genai.render.plan import Span
from otio_genai.render.shown import Frame

__all__ = ["composite", "frame_of", "opacities"]

_STEPS = 255


def opacities(layers: Frame) -> tuple[Fraction, ...]:
    """Return the opacity of each layer, lowest first, that gives it its weight.

    Examples
    --------
    >>> opacities(())
    ()
    """
    found: list[Fraction] = []
    free = Fraction(1)
    for layer in reversed(layers):
        found.append(min(layer.weight / free, Fraction(1)) if free > 0 else free)
        free -= layer.weight
    return tuple(reversed(found))


def composite(span: Span, pictures: Pictures, rate: Fraction) -> Any:
    """Return a span as one moviepy clip of the film's size.

    Parameters
    ----------
    span
        A span whose frames have the same clips, in the same order.
    pictures
        Where the layers' pictures come from.
    rate
        Record frames per second.

    Returns
    -------
    moviepy.VideoClip
        Opaque, on black, ``len(span.frames) / rate`` seconds long.
    """
    from moviepy import ColorClip, CompositeVideoClip

    length_s = len(span.frames) / float(rate)
    clips = [
        _layer_clip(span, index, pictures, rate, length_s)
        for index in range(len(span.frames[0]))
    ]
    if len(clips) == 1 and clips[0].mask is None:
        # One picture that fills the frame has nothing to be laid over.
        whole = clips[0]
    elif clips:
        whole = CompositeVideoClip(clips, size=pictures.size, bg_color=(0, 0, 0))
    else:
        whole = ColorClip(pictures.size, color=(0, 0, 0))
    whole.duration = whole.end = length_s
    whole.fps = float(rate)
    return whole


def frame_of(clip: Any, span: Span, frame: int, rate: Fraction) -> NDArray[np.uint8]:
    """Return record frame ``frame`` of a composed span, RGB."""
    middle_s = (frame - span.start_frames + 0.5) / float(rate)
    return np.asarray(clip.get_frame(middle_s), dtype=np.uint8)


def _layer_clip(
    span: Span, index: int, pictures: Pictures, rate: Fraction, length_s: float
) -> Any:
    at = _number(len(span.frames), rate)
    shares = [opacities(layers)[index] for layers in span.frames]

    def picture(time_s: float) -> NDArray[np.uint8]:
        layer = span.frames[at(time_s)][index]
        still = pictures.rgb(layer)
        return still if layer.sweep is None else swept(still, layer.sweep)

    def mask(time_s: float) -> NDArray[np.float32]:
        # A mask is cut, not rounded, to 8 bits: aim at the middle of a step.
        step = round(shares[at(time_s)] * _STEPS)
        level = np.float32(min((step + 0.5) / _STEPS, 1.0))
        return np.broadcast_to(level, pictures.size[::-1])

    clip = _clip(picture, pictures.size, length_s)
    if any(share < 1 for share in shares):
        clip.mask = _clip(mask, pictures.size, length_s)
        clip.mask.is_mask = True
    return clip


def _clip(function: Callable[[float], Any], size: tuple[int, int], end_s: float) -> Any:
    from moviepy import VideoClip

    # Given to its constructor, moviepy would call the function for a first frame.
    clip = VideoClip()
    clip.frame_function = function
    clip.size = size
    clip.duration = clip.end = end_s
    return clip


def _number(count: int, rate: Fraction) -> Callable[[float], int]:
    per_s = float(rate)
    return lambda time_s: min(max(int(time_s * per_s), 0), count - 1)
