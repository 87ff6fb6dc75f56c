"""Record frames as images: one, or all of them numbered.

Conventions
    A pattern is a path whose name holds one number, ``frames/%06d.png``; numbers are
    record frames, from 0. PNG and TIFF hold exactly what `render_frame` shows, 8 bits
    a channel; JPEG is written at quality 95 with whole chroma.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray
from PIL import Image

from otio_genai import maps, rates
from otio_genai.deliver.presets import preset as preset_of
from otio_genai.errors import OutputError
from otio_genai.media import files, locate
from otio_genai.render.bridge import frame_source
from otio_genai.render.effects import Functions
from otio_genai.render.settings import film_to_deliver, in_shape

__all__ = ["Images", "frame_number", "is_pattern", "render_images", "render_still"]

_NUMBER = re.compile(r"%(0\d+)?d")
_FORMATS: dict[str, dict[str, Any]] = {
    # Twice as quick as Pillow's own level, and hardly larger.
    ".png": {"format": "PNG", "compress_level": 3},
    ".tif": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    ".tiff": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
}
_NAMED = 5

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Images:
    """Images that were written."""

    pattern: Path
    "Where they lie."
    first: int
    "Number of the first."
    frames: int
    "How many there are."
    rate: Fraction
    "Frames per second of the film."
    size: tuple[int, int]
    "Width and height in pixels."


def is_pattern(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path names a sequence of images."""
    return _NUMBER.search(Path(path).name) is not None


def frame_number(said: str, timeline: otio.schema.Timeline) -> int:
    """Return the record frame that a number or a timecode names.

    A timecode counts from the film's start timecode; one before that counts from the
    film's first frame.

    Raises
    ------
    TimelineError
        It is neither, or the timeline states no rate.
    """
    if re.fullmatch(r"\s*-?\d+\s*", said):
        return int(said)
    rate = maps.record_rate(timeline)
    frame = rates.frame_of_timecode(said, rate)
    begins = timeline.global_start_time
    start = 0 if begins is None else rates.frames_at(rates.seconds(begins), rate)
    return frame - start if frame >= start else frame


def render_still(
    timeline: otio.schema.Timeline,
    path: str | os.PathLike[str],
    frame: int,
    *,
    deliver: str | None = None,
    size: tuple[int, int] | None = None,
    reframe: bool | None = None,
    pad: str | None = None,
    captions: bool = False,
    effects: Functions | None = None,
    force: bool = False,
) -> Path:
    """Write one record frame as a PNG, TIFF or JPEG.

    Parameters
    ----------
    timeline
        Any timeline whose media are on this computer; it is not changed.
    path
        The image to write; in a pattern such as ``%06d.png`` the number is filled in.
    frame
        The record frame, from 0.
    deliver, size, reframe, pad, captions, effects
        As `otio_genai.render.film.render_film`; nothing is refused for its rate or
        its length.
    force
        Overwrite an image that is there.

    Returns
    -------
    Path
        The image.

    Raises
    ------
    RenderError, TimelineError, MediaError
        As `otio_genai.render.render_frame`.
    OutputError
        It is no kind of image that is written, or cannot be written there.
    """
    target = Path(path)
    if is_pattern(target):
        name = _NUMBER.sub(lambda number: number[0] % frame, target.name)
        target = target.with_name(name)
    how = _format(target)
    files.spare_originals([target], locate.originals(timeline))
    files.ensure_writable(target, force=force)
    shaped, raster = _shaped(timeline, deliver, size, reframe, pad, _silent)
    with frame_source(
        shaped, size=raster, effects=effects, captions=captions
    ) as picture:
        shown = picture(frame)
    with files.write_beside(target, force=force) as beside:
        _save(shown, beside, how)
    return target


def render_images(
    timeline: otio.schema.Timeline,
    pattern: str | os.PathLike[str],
    *,
    deliver: str | None = None,
    size: tuple[int, int] | None = None,
    reframe: bool | None = None,
    pad: str | None = None,
    captions: bool = False,
    effects: Functions | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> Images:
    """Write every record frame as an image; all of them, or none.

    The folder is made. Images are written beside it and put there when the last is
    done. Parameters and errors not named here are those of `render_still`.

    Parameters
    ----------
    pattern
        A path such as ``frames/%06d.png``.
    progress
        Called with ``"images"``, the frames done, and all of them.

    Raises
    ------
    OutputError
        There is no number in the pattern, or images are there already; nothing is
        written.
    """
    target, report = Path(pattern), progress or _silent
    how = _format(target)
    if not is_pattern(target):
        raise OutputError(
            "The name of a sequence of images needs a number.",
            place=str(target),
            remedy=f"Write {target.stem}-%06d{target.suffix}.",
        )
    count = maps.length_frames(timeline)
    targets = [target.with_name(_numbered(target.name, n)) for n in range(count)]
    files.spare_originals(targets, locate.originals(timeline))
    _ensure_free(target, targets, force)
    shaped, raster = _shaped(timeline, deliver, size, reframe, pad, report)
    home = target.parent.parent
    with (
        tempfile.TemporaryDirectory(prefix=".images-", dir=home) as beside,
        frame_source(
            shaped, size=raster, effects=effects, captions=captions
        ) as picture,
    ):
        shown = None
        for number, place in enumerate(targets):
            shown = picture(number)
            _save(shown, Path(beside, place.name), how)
            report("images", number + 1, count)
        target.parent.mkdir(exist_ok=True)
        for place in targets:
            Path(beside, place.name).replace(place)
    high, wide = (0, 0) if shown is None else shown.shape[:2]
    return Images(target, 0, count, maps.record_rate(timeline), (wide, high))


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""


def _format(path: Path) -> dict[str, Any]:
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise OutputError(
            f"No images are written as {path.suffix or 'files without a suffix'}.",
            place=str(path),
            remedy=f"Choose one of {', '.join(_FORMATS)}.",
        )
    return found


def _numbered(name: str, number: int) -> str:
    return _NUMBER.sub(lambda found: found[0] % number, name, count=1)


def _ensure_free(pattern: Path, targets: list[Path], force: bool) -> None:
    """Refuse a sequence that cannot be put in its place."""
    folder = pattern.parent
    # What is to be a folder must not be anything else; its own folder must be there.
    if folder.exists() and not folder.is_dir():
        raise OutputError("This is a file, not a folder.", place=str(folder))
    files.ensure_writable(folder.parent / ".images", force=True)
    if folder.is_dir():
        files.ensure_writable(folder / ".images", force=True)
    there = [] if force else [path for path in targets if path.exists()]
    if there:
        more = len(there) - _NAMED
        names = [path.name for path in there[:_NAMED]]
        raise OutputError(
            f"{len(there)} of these images exist already:",
            place=str(folder),
            remedy="Use --force to overwrite them, or write elsewhere.",
            items=[*names, f"and {more} more"] if more > 0 else names,
        )


def _shaped(
    timeline: otio.schema.Timeline,
    deliver: str | None,
    size: tuple[int, int] | None,
    reframe: bool | None,
    pad: str | None,
    report: Progress,
) -> tuple[otio.schema.Timeline, tuple[int, int] | None]:
    """Return the film in the shape it is delivered in, and its size."""
    if size is None and deliver is not None:
        stated = film_to_deliver(timeline).size
        size = stated and preset_of(deliver).size_for(stated)
    if pad is not None or (deliver is not None if reframe is None else reframe):
        return in_shape(timeline, size, pad, report), size
    return timeline, size


def _save(picture: NDArray[np.uint8], path: Path, how: dict[str, Any]) -> None:
    try:
        Image.fromarray(np.ascontiguousarray(picture)).save(path, **how)
    except OSError as error:
        raise OutputError(
            f"The image cannot be written ({error.strerror or error}).",
            place=str(path),
            remedy="Make room, or write elsewhere.",
        ) from error
