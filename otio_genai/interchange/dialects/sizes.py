"""How large a picture is shown: our fits, and what editors count scale from."""

from __future__ import annotations

import math
from typing import Any

import opentimelineio as otio

from otio_genai import metadata

__all__ = [
    "FILLS",
    "Size",
    "aspect_of",
    "base_scale",
    "film_size",
    "framing_of",
    "media_size",
]

#: Width and height in pixels.
Size = tuple[int, int]

_SAME = 1e-9

#: Framing of a picture that fills the frame, unmoved, whatever its size.
FILLS: dict[str, Any] = {"fit": "cover", "keys": []}


def film_size(timeline: otio.schema.Timeline) -> Size | None:
    """Return the film's size, else that of its first picture; None: nobody says."""
    film = metadata.read(timeline, "film", {})
    size = _size(film.get("width"), film.get("height"))
    if size is not None:
        return size
    for clip in timeline.find_clips():
        size = media_size(clip)
        if size is not None:
            return size
    return None


def media_size(item: otio.core.Composable) -> Size | None:
    """Return the size of a clip's picture; None: nobody says."""
    reference = getattr(item, "media_reference", None)
    if reference is None:
        return None
    return _size(*(metadata.fact(reference, side) for side in ("width", "height")))


def _size(width: Any, height: Any) -> Size | None:
    if not isinstance(width, int) or not isinstance(height, int):
        return None
    return (width, height) if width > 0 and height > 0 else None


def aspect_of(film: Size | None) -> float:
    """Return width over height of the film; of an unknown one, 16 over 9."""
    return film[0] / film[1] if film else 16 / 9


def base_scale(fit: str, media: Size, film: Size) -> float:
    """Return the scale on the media's own pixels that a fit means.

    Examples
    --------
    >>> base_scale("cover", (960, 540), (1920, 1080))
    2.0
    """
    across, down = film[0] / media[0], film[1] / media[1]
    if fit == "native":
        return 1.0
    return min(across, down) if fit == "contain" else max(across, down)


def framing_of(
    rows: list[list[float]], fit: str, media: Size | None, film: Size | None
) -> dict[str, Any] | None:
    """Return a framing for rows counted from ``fit``; None when it says nothing.

    Where both sizes are known it is counted from the covering size, as we do;
    otherwise from ``fit``.
    """
    if media is None or film is None:
        plain = fit == "native" and _is_plain(rows)
        return None if plain else {"fit": fit, "keys": [] if _is_plain(rows) else rows}
    ratio = base_scale(fit, media, film) / base_scale("cover", media, film)
    if abs(ratio - 1) > _SAME and _is_plain(rows):
        # Untouched in an editor that fits pictures so: it is the same fit of ours.
        return {"fit": fit, "keys": []}
    rows = [[row[0], row[1] * ratio, *row[2:]] for row in rows]
    return None if _is_plain(rows) else {"fit": "cover", "keys": rows}


def _is_plain(rows: list[list[float]]) -> bool:
    return all(
        math.isclose(value, wanted, abs_tol=1e-8)
        for row in rows
        for value, wanted in zip(row[1:], (1.0, 0.0, 0.0, 0.0), strict=True)
    )
