"""Where a picture that stays lies in the film's frame, in whole pixels.

Aim
    Such a picture is cut out of its source, scaled and put down by the scaler alone,
    without leaving YUV. Chroma is halved, so every edge has to be even; a part of the
    source and a number of pixels are sought that together bring every point to within
    a pixel of where it belongs, most to a small part of one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from otio_genai.render.geometry import fit_scale
from otio_genai.render.shown import Look, Pose

__all__ = ["Axis", "Place", "place"]

# Parts of the source that are tried begin so many even pixels before what is shown.
_TRIED = 8
# A picture of fewer pixels is not seen.
_LEAST = 2
# What is this near, in pixels, is as good.
_ALIKE_PX = 0.02


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a place, in pixels; all but ``stop`` and ``length`` even."""

    start: int
    "First pixel taken of the source."
    stop: int
    "The one after the last; odd only at the source's end."
    length: int
    "How many pixels the scaler makes of them."
    skipped: int
    "How many of those are left out before the first that is shown."
    first: int
    "First pixel of the film's frame that shows the picture."
    last: int
    "The one after the last."

    @property
    def shown(self) -> int:
        """Return how many pixels of the film show the picture."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Place:
    """How a picture is cut, scaled and put down."""

    x: Axis
    "Across."
    y: Axis
    "Down."


@functools.lru_cache(256)
def place(
    source: tuple[int, int],
    film: tuple[int, int],
    look: Look,
    pose: Pose,
    crop: tuple[float, float, float, float],
) -> Place | None:
    """Return where a picture lies that neither moves nor is turned.

    Parameters
    ----------
    source, film
        Width and height of the picture and of the film's frame.
    look, pose
        How its clip looks and where it lies.
    crop
        Parts cut away at left, top, right and bottom.

    Returns
    -------
    Place or None
        At most one pixel of the film off; None when nothing of it is seen.
    """
    scale = fit_scale(source, film, look.fit) * pose.scale
    middles = (pose.x_fw * film[0], pose.y_fw * film[0])
    axes = []
    for k in (0, 1):
        near, far = source[k] * crop[k], source[k] * (1 - crop[k + 2])
        # Where the picture's first edge lies in the film.
        edge = film[k] / 2 + middles[k] - source[k] * scale / 2
        axes.append(_axis(source[k], film[k], scale, edge, (near, far)))
    across, down = axes
    return None if across is None or down is None else Place(across, down)


def _axis(
    length: int, film: int, scale: float, edge: float, kept: tuple[float, float]
) -> Axis | None:
    # Where the picture's own edges are seen, it may end two pixels sooner.
    near, far = edge + kept[0] * scale, edge + kept[1] * scale
    firsts = {max(0, _even(near)), max(0, _even(near + 1))}
    lasts = {min(film, _even(far)), min(film, _even(far - 1))}

    def merit(one: Axis) -> tuple[int, bool, int]:
        per = (one.stop - one.start) / one.length
        left = one.start + one.skipped * per
        right = left + one.shown * per
        ends = ((left, one.first), (right, one.last))
        off = max(abs(edge + at * scale - put) for at, put in ends)
        bare = max(one.first - max(near, 0), min(far, film) - one.last) / 2
        scaled = one.length != one.stop - one.start
        return round(max(off, bare) / _ALIKE_PX), scaled, one.stop - one.start

    found = (
        one
        for first in firsts
        for last in lasts
        if last - first >= _LEAST
        for one in _axes(length, scale, edge, (first, last))
    )
    return min(found, key=merit, default=None)


def _axes(
    length: int, scale: float, edge: float, shown: tuple[int, int]
) -> Iterator[Axis]:
    begin, end = ((at - edge) / scale for at in shown)
    low = math.floor(begin / 2 + 1e-9) * 2
    high = math.ceil(end / 2 - 1e-9) * 2
    most = max(length - 2, 0) // 2 * 2
    starts = {min(max(low + 2 - 2 * k, 0), most) for k in range(_TRIED)}
    stops = {min(max(high - 2 + 2 * k, 2), length) for k in range(_TRIED)}
    for start in starts:
        for stop in {*stops, length, length // 2 * 2}:
            if stop <= start:
                continue
            exact = (stop - start) * scale
            sizes = {math.floor(exact / 2) * 2, math.ceil(exact / 2) * 2}
            if scale == 1:
                sizes = {stop - start}
            for size in sizes:
                room = size - (shown[1] - shown[0])
                if room < 0:
                    continue
                skipped = (begin - start) * size / (stop - start)
                even = min(max(_even(skipped), 0), room // 2 * 2)
                yield Axis(start, stop, size, even, *shown)


def _even(length: float) -> int:
    return 2 * round(length / 2)
