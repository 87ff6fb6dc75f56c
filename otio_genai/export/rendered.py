"""Files rendered for an editor: written whole, known again, and referred to."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import metadata, rates
from otio_genai.errors import MediaError, OutputError
from otio_genai.media import locate
from otio_genai.media.probe import probe
from otio_genai.media.write import FilmWriter

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

__all__ = ["is_there", "reference", "write"]

# Visually lossless, with a keyframe every few frames: editors step through it.
_CRF, _PRESET, _GOP_FRAMES = 8, "fast", 6


def is_there(file: Path, frames: int) -> bool:
    """Tell whether a file is there and has as many pictures."""
    try:
        return file.is_file() and probe(file).frames == frames
    except MediaError:
        return False


def write(
    file: Path,
    size: tuple[int, int],
    rate: Fraction,
    pictures: Iterable[VideoFrame | NDArray[np.uint8]],
) -> None:
    """Write pictures to a file, making its folder.

    Raises
    ------
    OutputError
        The folder or the file cannot be made, or another file has its name.
    """
    if file.exists():
        # What we write is whole or not there: this is somebody else's.
        raise OutputError(
            "This file has the name of one to be rendered, and other contents.",
            place=str(file),
            remedy="Remove or rename it.",
        )
    try:
        file.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"No folder for rendered pictures can be made there: {error.strerror}.",
            place=str(file.parent),
            remedy="Export to a folder that is yours, or use --fractures dissolve.",
        ) from error
    with FilmWriter(
        file,
        *size,
        rate,
        None,
        crf=_CRF,
        preset=_PRESET,
        gop_frames=_GOP_FRAMES,
    ) as writer:
        for picture in pictures:
            writer.video(picture)


def reference(
    file: Path, frames: int, rate: Fraction, size: tuple[int, int]
) -> otio.schema.ExternalReference:
    """Return a media reference to such a file, its facts known."""
    made = otio.schema.ExternalReference(
        locate.url(file.absolute()), rates.span(0, frames, rate)
    )
    facts = {
        "kind": "take",
        "rate": rates.text(rate),
        "frames": frames,
        "width": size[0],
        "height": size[1],
        "has_audio": False,
    }
    metadata.put(made, "media", facts)
    return made
