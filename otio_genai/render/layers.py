"""Layers that are no plain pictures of a file: drawn ones, effects, holes.

Aim
    What such a layer shows, as RGB or RGBA, and record frames with such layers, put
    together from the lowest up: layers that fill the frame are summed by their weights,
    those with holes are laid over what is there by then.

Conventions
    A layer's weight is its share of the finished frame; of a layer with holes, of what
    the layers above leave. Laid over, it so has the opacity ``w / (1 - sum of the
    weights above)``, those of layers with holes not counted.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai import maps
from otio_genai.render import titles
from otio_genai.render.carry import swept
from otio_genai.render.effects import Functions, Lens
from otio_genai.render.geometry import moved
from otio_genai.render.masks import Masks
from otio_genai.render.over import Overlay, cropped, laid_over, overlay
from otio_genai.render.pictures import Pictures
from otio_genai.render.planes import summed
from otio_genai.render.shown import NO_CROP, Frame, Look, Pose, Shown

__all__ = ["Layers", "made", "opacities"]

# Titles ready to be laid over: a film shows few at once.
_KEPT = 6


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
        free -= 0 if layer.over else layer.weight
    return tuple(reversed(found))


def made(layer: Shown) -> bool:
    """Tell whether a layer is no plain picture of a file."""
    return layer.over or bool(layer.look.effects) or maps.drawing(layer.url) is not None


class Layers:
    """Puts record frames together that have layers with holes, effects or drawings.

    Parameters
    ----------
    pictures
        Where pictures of files come from, and the film's size and format.
    rate
        Record frames per second.
    functions
        Effects that the caller passes, by name.
    """

    def __init__(
        self,
        pictures: Pictures,
        rate: Fraction,
        functions: Functions | None = None,
    ) -> None:
        self._pictures, self._rate = pictures, rate
        self._functions = functions
        self._masks = Masks(pictures)
        self._lenses: OrderedDict[Look, Lens] = OrderedDict()
        self._kept: OrderedDict[Shown, Overlay | None] = OrderedDict()

    def frame(self, shown: Frame) -> VideoFrame:
        """Return a record frame of the film's size and format.

        Raises
        ------
        MediaError
            A file cannot be read there.
        RenderError
            A font or a function is not there.
        """
        pictures = self._pictures
        under = pictures.ground
        for layer, opacity in zip(shown, opacities(shown), strict=True):
            laid = self._laid(layer)
            if isinstance(laid, Overlay):
                under = laid_over(under, laid, opacity)
            elif laid is not None:
                parts = [(1 - opacity, under), (opacity, laid)]
                under = laid if opacity == 1 else summed(parts, pictures.levels)
        return under

    def _laid(self, layer: Shown) -> VideoFrame | Overlay | None:
        pictures = self._pictures
        if not made(layer):
            return pictures.yuv(layer)
        key = replace(layer, weight=Fraction(1), clip_frame=0, name="")
        still = layer.drawn and not layer.look.effects
        if still and key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if not (layer.drawn or layer.look.effects or pictures.see_through(layer)):
            return self._masks.overlay(layer)
        picture = self.picture(layer)
        if layer.sweep is not None:
            picture = swept(picture, layer.sweep)
        if picture.shape[2] == 3:
            return pictures.from_rgb(picture)
        laid = overlay(picture, pictures.pix_fmt)
        if still:
            self._kept[key] = laid
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return laid

    def picture(self, layer: Shown) -> NDArray[np.uint8]:
        """Return what a layer shows before any sweep: RGB, or RGBA where it has holes.

        uint8 (height, width, 3 or 4) of the film's size; errors as `frame`.
        """
        bare = replace(layer, sweep=None)
        if layer.look.effects:
            bare = replace(bare, look=replace(layer.look, effects=()))
        drawn = maps.drawing(layer.url)
        if drawn is not None:
            shown = self._drawn(bare, holes=drawn.over or layer.over)
        elif layer.over:
            shown = self._pictures.rgba(bare)
        else:
            shown = self._pictures.rgb(bare)
        if not layer.look.effects:
            return shown
        return self._lens(layer.look)(shown, layer.clip_frame)

    def _lens(self, look: Look) -> Lens:
        if look not in self._lenses:
            self._lenses[look] = Lens(look, self._rate, self._functions)
            if len(self._lenses) > _KEPT:
                self._lenses.popitem(last=False)
        self._lenses.move_to_end(look)
        return self._lenses[look]

    def _drawn(self, layer: Shown, *, holes: bool) -> NDArray[np.uint8]:
        size = self._pictures.size
        shown = titles.picture(layer.url, size)
        if (layer.pose, layer.crop) != (Pose(), NO_CROP):
            shown = moved(cropped(shown, layer.crop), size, layer.look, layer.pose)
            holes = True
        return shown if holes else shown[..., :3]
