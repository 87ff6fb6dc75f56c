"""The size a film gets when a shape is asked for."""

from __future__ import annotations

import re
from fractions import Fraction

from otio_genai.errors import RenderError

__all__ = ["raster"]

Size = tuple[int, int]

_LEAST_PX, _MOST_PX = 16, 16_384
_RATIO = re.compile(r"(\d{1,4}):(\d{1,4})", re.ASCII)
_SIZE = re.compile(r"(\d{1,5})[xX](\d{1,5})", re.ASCII)


def raster(to: str | Size, film: Size) -> Size:
    """Return the (width, height) that a ratio or a size means for a film.

    Parameters
    ----------
    to
        A ratio such as ``"4:5"``: the shorter side is as long as the film's; or a
        size, as text or as (width, height).
    film
        Width and height of the film as it is.

    Raises
    ------
    RenderError
        It is neither, or such a film cannot be encoded.

    Examples
    --------
    >>> raster("9:16", (1920, 1080)), raster("4:5", (1920, 1080))
    ((1080, 1920), (1080, 1350))
    """
    size = _asked(to, film)
    if size is None or any(v % 2 or not _LEAST_PX <= v <= _MOST_PX for v in size):
        raise RenderError(
            f"No film can have the shape {to!r}.",
            remedy="Ask for a ratio such as 9:16, or for a size such as 1080x1920, "
            f"both sides even, from {_LEAST_PX} to {_MOST_PX}.",
        )
    return size


def _asked(to: str | Size, film: Size) -> Size | None:
    if not isinstance(to, str):
        wide, high = to
        return int(wide), int(high)
    if found := _SIZE.fullmatch(to.strip()):
        return int(found[1]), int(found[2])
    found = _RATIO.fullmatch(to.strip())
    if found is None or not (int(found[1]) and int(found[2])):
        return None
    ratio, short = Fraction(int(found[1]), int(found[2])), min(film)
    longer = _even(short * max(ratio, 1 / ratio))
    return (longer, _even(short)) if ratio > 1 else (_even(short), longer)


def _even(length: Fraction | int) -> int:
    return 2 * round(Fraction(length) / 2)
