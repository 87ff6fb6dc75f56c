"""The media of a collected film, told as the originals they are copies of."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import MediaError
from otio_genai.export.collect import MANIFEST
from otio_genai.export.references import Reference, references
from otio_genai.media import locate

__all__ = ["as_originals"]

# The media of a folder lie one below it, the pictures of a sequence two.
_DEPTH = 2


def as_originals(
    timeline: otio.schema.Timeline,
    file: str | os.PathLike[str],
    *,
    there: bool = False,
) -> otio.schema.Timeline:
    """Return a timeline whose media are addressed where they were collected from.

    Parameters
    ----------
    timeline
        Any timeline; it is not changed.
    file
        The file it was read from: what `collect` told of its media is looked for
        beside it and above the media.
    there
        Address only originals that are there; the others stay copies.

    Returns
    -------
    Timeline
        Also with the hashes of the copies; what was not collected is as it was.
    """
    lists = _Lists(Path(file).absolute().parent)
    if not any(lists.told(found) for found in references(timeline, takes=True)):
        return timeline
    made = timeline.deepcopy()
    for reference in references(made, takes=True):
        told = lists.told(reference)
        if told is not None:
            keep = there and not Path(told.original).exists()
            _point(reference, told, keep=keep)
    return made


@dataclass(frozen=True, slots=True)
class _Told:
    """What a list tells of one copy."""

    name: str
    "Its name in the folder."
    original: str
    content: str
    "Hash of its bytes."


def _point(reference: Reference, told: _Told, *, keep: bool) -> None:
    """Point a reference, in place, to the original, and say what it holds."""
    single = isinstance(reference, otio.schema.ExternalReference)
    if single and told.content and not metadata.read(reference, "hash"):
        metadata.put(reference, "hash", {"bytes": told.content})
    if keep:
        return
    address = locate.url(told.original)
    if single:
        reference.target_url = address
        return
    folder, _, name = address.rpartition("/")
    rest = told.name.rpartition("/")[2][len(reference.name_prefix) :]
    if name.endswith(rest):
        reference.target_url_base = f"{folder}/"
        reference.name_prefix = name.removesuffix(rest)


class _Lists:
    """Finds what was told of a collected file."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._read: dict[Path, dict[str, _Told]] = {}

    def told(self, reference: Reference) -> _Told | None:
        """Return what was told of a reference's file, or of its first picture."""
        try:
            address = getattr(reference, "target_url", None)
            file = locate.path(address or reference.target_url_for_image_number(0))
        except (MediaError, IndexError):
            return None
        above = list(file.parents)[1 : 1 + _DEPTH] if file.is_absolute() else []
        for folder in (self._home, *above):
            listed = self._list(folder)
            for name in _names(file) if listed else ():
                if name in listed:
                    return listed[name]
        return None

    def _list(self, folder: Path) -> dict[str, _Told]:
        if folder not in self._read:
            self._read[folder] = _of(folder / MANIFEST)
        return self._read[folder]


def _names(file: Path) -> Iterator[str]:
    """Yield what a copy may be called in its folder, wherever that lies now."""
    parts = str(file).replace("\\", "/").split("/")
    for count in range(1 + _DEPTH, 1, -1):
        yield "/".join(parts[-count:])


def _of(manifest: Path) -> dict[str, _Told]:
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        return {
            name: _Told(name, str(entry["original"]), str(entry.get("sha256") or ""))
            for name, entry in told.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        # Another program's file of that name tells us nothing.
        return {}
