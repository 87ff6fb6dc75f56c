"""Stills of every kind as upright 8-bit RGB or RGBA, by Pillow."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from otio_genai.errors import MediaError
from otio_genai.media import containers

__all__ = ["StillFacts", "pixels", "read_still", "still_facts"]

_EXIF_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
_OPAQUE = 255


class StillFacts(NamedTuple):
    """Size once upright, Pillow's mode, format, whether anything shows through."""

    width: int
    height: int
    mode: str
    format: str
    alpha: bool


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
        alpha = _shows_through(image)
    return StillFacts(*((high, wide) if turned else (wide, high)), mode, name, alpha)


def read_still(path: Path) -> NDArray[np.uint8]:
    """Return the still upright, uint8 of shape (height, width, 3).

    With four channels, alpha straight, where anything of it is transparent.

    Raises
    ------
    MediaError
        It cannot be decoded whole.
    """
    with _opened(path) as image:
        return pixels(ImageOps.exif_transpose(image))


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


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Return any Pillow image as uint8 RGB, or RGBA if anything is transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    mode = "RGBA" if _shows_through(image) else "RGB"
    return np.asarray(image.convert(mode), dtype=np.uint8)


def _shows_through(image: Image.Image) -> bool:
    if not image.has_transparency_data or image.mode.startswith("I"):
        return False
    low, _ = image.convert("RGBA").getchannel("A").getextrema()
    return bool(low < _OPAQUE)  # type: ignore[operator]


def _from_deep(image: Image.Image) -> NDArray[np.uint8]:
    # Pillow clips 16-bit grey to 255 when asked to convert it: scale it here.
    values = np.asarray(image, dtype=np.float64)
    top = 1.0 if image.mode == "F" and values.max(initial=0) <= 1 else 65535.0
    grey = np.clip(values * (255 / top) + 0.5, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
