"""OpenTimelineIO's own archive: a zip of a timeline and its media."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import opentimelineio as otio

from otio_genai.media import files

__all__ = ["write_archive"]

_VERSION = "1.0.0"
_BLOCK = 1 << 20


def write_archive(
    timeline: otio.schema.Timeline,
    path: Path,
    media: Mapping[str, Path],
    *,
    progress: Callable[[str, int, int], None] | None = None,
    force: bool = False,
) -> None:
    """Write an ``.otioz``; the same timeline and media make the same bytes.

    Parameters
    ----------
    timeline
        Its links are those within the archive.
    path
        The archive to make.
    media
        Name within the archive to file.
    progress
        Called with ``"collect"``, the files done and all of them.
    force
        Replace a file that is there.

    Raises
    ------
    OutputError
        It is there already, or cannot be written.
    """
    with (
        files.write_beside(path, force=force) as beside,
        zipfile.ZipFile(beside, "w") as archive,
    ):
        _add(archive, "version.txt", _VERSION)
        _add(archive, "content.otio", timeline.to_json_string())
        for done, (name, original) in enumerate(media.items(), 1):
            entry = _entry(name)
            entry.file_size = original.stat().st_size
            # Media are compressed already, and editors read them in place.
            with original.open("rb") as source, archive.open(entry, "w") as kept:
                shutil.copyfileobj(source, kept, _BLOCK)
            if progress is not None:
                progress("collect", done, len(media))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.external_attr = 0o644 << 16
    return entry


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(_entry(name), text, zipfile.ZIP_DEFLATED)
