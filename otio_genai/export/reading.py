"""From an editor: any timeline file, its media addressed absolutely."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from otio_genai.errors import InterchangeError
from otio_genai.media import locate

__all__ = ["read_timeline"]


def read_timeline(path: str | Path) -> otio.schema.Timeline:
    """Read a timeline from any file that OpenTimelineIO has an adapter for.

    Raises
    ------
    InterchangeError
        The file is missing, cannot be read, or holds no single timeline.
    """
    place = Path(path)
    if not place.exists():
        raise InterchangeError(
            "There is no such file.", place=str(place), remedy="Check the path."
        )
    try:
        found = otio.adapters.read_from_file(str(place))
    except otio.exceptions.OTIOError as error:
        raise InterchangeError(
            f"It cannot be read: {error}",
            place=str(place),
            remedy="Install the adapter of its format, or export it as .otio.",
        ) from error
    except (ValueError, OSError) as error:
        raise InterchangeError(
            f"It cannot be read: {error}",
            place=str(place),
            remedy="Export it again from the program that made it.",
        ) from error
    if not isinstance(found, otio.schema.Timeline):
        kind = type(found).__name__
        raise InterchangeError(
            f"It holds a {kind}, not a timeline.",
            place=str(place),
            remedy="Assemble a bin first: `otio-genai assemble bin.otio -o film.otio`.",
        )
    _make_absolute(found, place.resolve().parent)
    return found


def _make_absolute(timeline: otio.schema.Timeline, folder: Path) -> None:
    # A relative URL means the folder of the file that states it, not the one of
    # whoever reads it.
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            url = getattr(reference, "target_url", None)
            if url and ":" not in url and not url.startswith("/"):
                reference.target_url = locate.url(locate.path(url, folder))
