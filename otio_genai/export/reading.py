"""From an editor: any timeline file, and the account of what was not understood.

A file is known by what it holds. Our own readers read Premiere's and Resolve's XML,
FCPXML and ``.otio``; others go through OpenTimelineIO's adapters.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.export.sniff import Kind, kind_of, text_of
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.tree import LARGEST_SIZE
from otio_genai.interchange.urls import is_absolute
from otio_genai.media import locate

__all__ = ["read", "read_timeline"]

# A field of 200 slots with 50 measured takes each is some 400 MB.
_LARGEST_FIELD = 2**30
_PART = 2**20

Read = tuple[otio.schema.Timeline, Loss]


def read(
    path: str | os.PathLike[str],
    *,
    sequence: str | None = None,
    rate: str | float | None = None,
) -> Read:
    """Read a timeline from a file of any editor.

    Parameters
    ----------
    path
        Premiere's or Resolve's XML, FCPXML (a folder ``.fcpxmld`` too), ``.otio``,
        ``.otioz``, ``.otiod``, EDL, AAF, Kdenlive, or whatever OpenTimelineIO has an
        adapter for; told apart by content.
    sequence
        Which sequence or project of the file, by name; by default its first.
    rate
        Frames per second of a file that states none, as an EDL; by default what fits.

    Returns
    -------
    Timeline
        Its media addressed absolutely.
    Loss
        What the file holds and the timeline does not.

    Raises
    ------
    InterchangeError
        The file is missing, cannot be read, or holds no such timeline.
    """
    place = Path(path)
    if not place.exists():
        raise InterchangeError(
            "There is no such file.", place=str(place), remedy="Check the path."
        )
    try:
        kind = kind_of(place)
        timeline, loss = (
            _edl(place, rate) if kind == "edl" else _READERS[kind](place, sequence)
        )
    except GenaiError as error:
        raise _at(error, place) from error
    folder = place.resolve()
    _make_absolute(timeline, folder if place.is_dir() else folder.parent)
    return timeline, loss


def read_timeline(path: str | os.PathLike[str]) -> otio.schema.Timeline:
    """Read a timeline as `read` does, for those who need no account.

    Raises
    ------
    InterchangeError
        As `read`.
    """
    return read(path)[0]


def _at(error: GenaiError, place: Path) -> InterchangeError:
    """Return an error with the file's name in its place."""
    where = error.place or ""
    whole = where if where.startswith(str(place)) else f"{place}: {where}".rstrip(": ")
    return InterchangeError(
        error.sentence, place=whole, remedy=error.remedy, items=error.items
    )


def _otio(place: Path, sequence: str | None) -> Read:
    large = place.stat().st_size > LARGEST_SIZE and _has(place, b'"field"')
    return _of_json(text_of(place, _LARGEST_FIELD if large else LARGEST_SIZE), sequence)


def _has(place: Path, word: bytes) -> bool:
    """Return whether a file holds a word, however large it is."""
    end = b""
    with place.open("rb") as file:
        while part := file.read(_PART):
            end += part
            if word in end:
                return True
            end = end[1 - len(word) :]
    return False


def _otiod(place: Path, sequence: str | None) -> Read:
    return _of_json(text_of(place / "content.otio"), sequence)


def _otioz(place: Path, sequence: str | None) -> Read:
    try:
        with zipfile.ZipFile(place) as archive:
            with archive.open("content.otio") as file:
                data = file.read(LARGEST_SIZE + 1)
            if len(data) > LARGEST_SIZE:
                raise InterchangeError(
                    f"Its timeline has over {LARGEST_SIZE // 2**20} MB.",
                    remedy="Bundle one timeline at a time.",
                )
            text = data.decode("utf-8")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InterchangeError(
            f"This archive cannot be read: {error}", remedy="Bundle it again."
        ) from error
    timeline, loss = _of_json(text, sequence)
    note = "Its media are within the archive; unpack it and relink to use them."
    return timeline, loss + Loss(notes=(note,))


def _of_json(text: str, sequence: str | None) -> Read:
    from otio_genai.interchange.dialects import read_otio

    return read_otio(text, sequence=sequence)


def _xmeml(place: Path, sequence: str | None) -> Read:
    from otio_genai.interchange.xmeml import read_xmeml

    return read_xmeml(text_of(place), sequence=sequence)


def _fcpxml(place: Path, sequence: str | None) -> Read:
    from otio_genai.interchange.fcpxml import read_fcpxml

    return read_fcpxml(text_of(place), project=sequence)


def _fcpxmld(place: Path, sequence: str | None) -> Read:
    return _fcpxml(place / "Info.fcpxml", sequence)


def _edl(place: Path, rate: str | float | None) -> Read:
    from otio_genai.interchange.editors import read_with

    return read_with("edl", place, rate=rate)


def _editor(name: str) -> Callable[[Path, str | None], Read]:
    def from_file(place: Path, sequence: str | None) -> Read:
        from otio_genai.interchange.editors import read_with

        return read_with(name, place)

    return from_file


def _other(place: Path, sequence: str | None) -> Read:
    """Read what only an adapter that somebody installed may know."""
    try:
        adapter = otio.adapters.from_filepath(str(place))
        found = adapter.read_from_file(str(place))
    except otio.exceptions.NoKnownAdapterForExtensionError as error:
        raise InterchangeError(
            "Nothing here reads files of this kind.",
            remedy="Install OpenTimelineIO's adapter for it, or export it as XML, "
            "FCPXML or .otio.",
        ) from error
    except Exception as error:
        # Adapters raise whatever their parsers do.
        raise InterchangeError(
            f"It cannot be read: {error}",
            remedy="Export it again from the program that made it.",
        ) from error
    note = f"Read by the adapter {adapter.name}, which does not say what it leaves out."
    return _timeline(found, sequence), Loss(notes=(note,))


def _timeline(found: object, sequence: str | None) -> otio.schema.Timeline:
    """Return the timeline that was read, or the one of that name in a collection."""
    if isinstance(found, otio.schema.SerializableCollection):
        held = [child for child in found if isinstance(child, otio.schema.Timeline)]
        for child in held:
            if sequence in (None, child.name):
                return child
    elif isinstance(found, otio.schema.Timeline):
        return found
    raise InterchangeError(
        f"It holds a {type(found).__name__}, not a timeline.",
        remedy="Assemble a bin first: `otio-genai assemble bin.otio -o film.otio`.",
    )


_READERS: dict[Kind, Callable[[Path, str | None], Read]] = {
    "otio": _otio,
    "otioz": _otioz,
    "otiod": _otiod,
    "xmeml": _xmeml,
    "fcpxml": _fcpxml,
    "fcpxmld": _fcpxmld,
    "kdenlive": _editor("kdenlive"),
    "aaf": _editor("aaf"),
    "xges": _other,
    "": _other,
}


def _make_absolute(timeline: otio.schema.Timeline, folder: Path) -> None:
    # A relative URL means the folder of the file that states it, not the one of
    # whoever reads it.
    for clip in timeline.find_clips():
        for held in (clip, *_takes(clip)):
            for reference in held.media_references().values():
                for name in ("target_url", "target_url_base"):
                    url = getattr(reference, name, None)
                    if url and not is_absolute(url):
                        setattr(reference, name, locate.url(locate.path(url, folder)))


def _takes(clip: otio.schema.Clip) -> Iterator[otio.schema.Clip]:
    yield from metadata.takes(clip)
