"""Every media file that a timeline names, wherever in it that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.media import locate

__all__ = ["Reference", "files_of", "references"]

#: An ``ExternalReference`` or an ``ImageSequenceReference``.
Reference: TypeAlias = Any


def references(
    timeline: otio.schema.Timeline, *, takes: bool = False
) -> Iterator[Reference]:
    """Give every reference to a file, in place, nested sequences included.

    Parameters
    ----------
    timeline
        The timeline.
    takes
        Give those of other takes too.
    """
    for clip in timeline.find_clips():
        if not isinstance(clip, otio.schema.Clip):
            continue
        yield from _named(clip)
        for take in metadata.takes(clip) if takes else ():
            yield from _named(take)


def _named(clip: otio.schema.Clip) -> Iterator[Reference]:
    for reference in clip.media_references().values():
        pictures = isinstance(reference, otio.schema.ImageSequenceReference)
        if pictures or getattr(reference, "target_url", None):
            yield reference


def files_of(reference: Reference, base: Path | None = None) -> list[Path]:
    """Return the files of a reference: one, or every picture of a sequence.

    Raises
    ------
    MediaError
        It names no file of this computer.
    """
    if isinstance(reference, otio.schema.ExternalReference):
        return [locate.path(reference, base)]
    count = reference.number_of_images_in_sequence()
    folder = locate.path(reference.target_url_base or ".", base)
    return [
        folder / Path(locate.path(reference.target_url_for_image_number(k), base)).name
        for k in range(count)
    ]
