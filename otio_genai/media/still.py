"""Stills of every kind as upright 8-bit RGB over black, by Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from otio_genai.errors import MediaError
from otio_genai.media import containers

__all__ = ["StillFacts", "over_black", "read_still", "still_facts"]

_EXIF_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)


class StillFacts(NamedTuple):
    """Size once upright, Pillow's mode, format in small letters."""

    width: int
    height: int
    mode: str
    format: str


def still_facts(path: Path) -> StillFacts:
    """Return what a still is; it is decoded, so that a torn one is found out.

    Raises
    ------
    MediaError
        It cannot be decoded whole.
    """
    with _opened(path) as image:
        mode, name = image.mode, (image.format or "still").lower()
        turned = image.getexif().get(_EXIF_ORIENTATION) in _TURNED
        wide, high = image.size
    return StillFacts(*((high, wide) if turned else (wide, high)), mode, name)


def read_still(path: Path) -> NDArray[np.uint8]:
    """Return the still upright, uint8 of shape (height, width, 3), alpha over black.

    Raises
    ------
    MediaError
        It cannot be decoded whole.
    """
    with _opened(path) as image:
        return over_black(ImageOps.exif_transpose(image))


def _opened(path: Path) -> Image.Image:
    try:
        image = Image.open(path)
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise _corrupt(path, "The picture cannot be read") from error
    except Image.DecompressionBombError as error:
        raise _corrupt(path, "The picture is too large to be read") from error
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        image.close()
        raise _corrupt(path, f"The picture is corrupt ({error})") from error
    return image


def _corrupt(path: Path, sentence: str) -> MediaError:
    return containers.damaged(path, f"{sentence}.")


def over_black(image: Image.Image) -> NDArray[np.uint8]:
    """Return any Pillow image as uint8 RGB, transparency laid over black."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        black = Image.new("RGBA", rgba.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, rgba)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _from_deep(image: Image.Image) -> NDArray[np.uint8]:
    # Pillow clips 16-bit grey to 255 when asked to convert it: scale it here.
    values = np.asarray(image, dtype=np.float64)
    top = 1.0 if image.mode == "F" and values.max(initial=0) <= 1 else 65535.0
    grey = np.clip(values * (255 / top) + 0.5, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
