"""Media found again: where a map of paths says, by content, by name and length.

Method
    For every link whose file is not there: first the path as it is here, when the
    caller says what a drive or a share is called on this computer; then, in the given
    folders, a file of the same name (or the safe name that `collect` gave it) whose
    content has the hash the timeline knows, then any file of that hash, then a file of
    the same name that lasts as long. A file of that name that lasts otherwise is not
    taken, but told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import GenaiError, InterchangeError, MediaError
from otio_genai.export.references import Reference, files_of, references
from otio_genai.export.shelf import Shelf
from otio_genai.interchange.urls import base_name, from_pathurl
from otio_genai.maps import STILL_SUFFIXES
from otio_genai.media import locate
from otio_genai.media.probe import probe

__all__ = ["Relinked", "relink"]

# Lengths that differ by less are the same: containers round.
_SLACK_S = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Relinked:
    """What became of a timeline's links."""

    timeline: otio.schema.Timeline
    "The timeline with the links that could be found."
    found: dict[str, tuple[Path, str]] = field(default_factory=dict)
    "Old address to the file, and what it is known by: path, content, or name."
    missing: dict[str, str] = field(default_factory=dict)
    "Old address to why nothing was taken."
    kept: int = 0
    "Addresses whose files are there."


def relink(
    timeline: otio.schema.Timeline,
    folders: Sequence[str | os.PathLike[str]] = (),
    *,
    paths: Iterable[tuple[str, str]] = (),
    base: Path | None = None,
    every: bool = False,
) -> Relinked:
    r"""Return a timeline whose links lead to files again.

    Parameters
    ----------
    timeline
        The timeline; it is not changed.
    folders
        Where to look, and in all folders within.
    paths
        What paths begin with there, and here: ``(r"D:\Film", "/mnt/film")``; letter
        case and slashes of Windows and UNC paths do not matter.
    base
        Folder that relative links start from.
    every
        Look for all media, even those whose links lead to a file.

    Raises
    ------
    InterchangeError
        A folder is not there; all such are named.

    Examples
    --------
    >>> relink(film, ["/mnt/takes"], paths=[("Z:/", "/mnt/")]).missing  # doctest: +SKIP
    {}
    """
    absent = [str(folder) for folder in folders if not Path(folder).is_dir()]
    if absent:
        raise InterchangeError(
            "These folders are not there:",
            remedy="Check their names.",
            items=absent,
        )
    made = timeline.deepcopy()
    shelf = Shelf([Path(folder) for folder in folders])
    maps = [(_flat(there), Path(here)) for there, here in paths]
    found: dict[str, tuple[Path, str]] = {}
    missing: dict[str, str] = {}
    kept: set[str] = set()
    for reference in references(made, takes=True):
        address = _address(reference)
        if address not in {*found, *missing, *kept}:
            try:
                if not every and _is_there(reference, base):
                    kept.add(address)
                else:
                    found[address] = _sought(reference, maps, shelf)
            except LookupError as error:
                missing[address] = str(error.args[0])
        if address in found:
            _point(reference, found[address][0].absolute())
    return Relinked(made, found, missing, len(kept))


def _address(reference: Reference) -> str:
    if isinstance(reference, otio.schema.ExternalReference):
        return str(reference.target_url)
    base = str(reference.target_url_base).rstrip("/")
    return f"{base}/{reference.name_prefix}#{reference.name_suffix}"


def _point(reference: Reference, path: Path) -> None:
    """Point a reference, in place, to a file, or to the folder of a sequence."""
    if isinstance(reference, otio.schema.ExternalReference):
        reference.target_url = locate.url(path)
    else:
        reference.target_url_base = locate.url(path) + "/"


def _is_there(reference: Reference, base: Path | None) -> bool:
    try:
        return all(path.is_file() for path in files_of(reference, base))
    except (MediaError, OSError, ValueError):
        return False


def _flat(address: str) -> str:
    """Return an address without what platforms spell differently."""
    spelt = from_pathurl(address)
    return spelt.removeprefix("file://").rstrip("/").casefold()


def _sought(
    reference: Reference, maps: Sequence[tuple[str, Path]], shelf: Shelf
) -> tuple[Path, str]:
    """Return the file (a sequence's folder) of a reference, and what it is known by.

    Raises
    ------
    LookupError
        There is none, with the reason.
    """
    if not isinstance(reference, otio.schema.ExternalReference):
        return _sought_pictures(reference, maps, shelf)
    address = str(reference.target_url)
    mapped = _mapped(address, maps)
    if mapped is not None and mapped.is_file():
        return mapped, "path"
    name = base_name(from_pathurl(address))
    content = str(metadata.read(reference, "hash", {}).get("bytes") or "")
    named = shelf.named(name)
    if content:
        for path in [*named, *shelf.alike(name)]:
            if shelf.digest(path) == content:
                return path, "content"
    fitting = [path for path in named if _lasts_as(reference, path)]
    distinct = {shelf.digest(path): path for path in reversed(fitting)}
    if len(distinct) == 1:
        return fitting[0], "name"
    if len(distinct) > 1:
        nearest = _nearest(address, fitting)
        if nearest is not None:
            return nearest, "name"
        raise LookupError(f"{len(distinct)} different files go by this name")
    if named:
        raise LookupError(f"{named[0]} has its name, but not its length")
    raise LookupError("no file of this name or content was found")


def _sought_pictures(
    reference: Reference, maps: Sequence[tuple[str, Path]], shelf: Shelf
) -> tuple[Path, str]:
    """Return the folder that holds every picture of a sequence."""
    mapped = _mapped(str(reference.target_url_base), maps)
    if mapped is not None and _holds(mapped, reference):
        return mapped, "path"
    first = base_name(from_pathurl(reference.target_url_for_image_number(0)))
    for path in shelf.named(first):
        if path.name == first and _holds(path.parent, reference):
            return path.parent, "name"
    raise LookupError("no folder with all of its pictures was found")


def _holds(folder: Path, reference: Reference) -> bool:
    names = (path.name for path in files_of(reference))
    return all((folder / name).is_file() for name in names)


def _mapped(address: str, maps: Sequence[tuple[str, Path]]) -> Path | None:
    spelt = from_pathurl(address).removeprefix("file://")
    for there, here in maps:
        flat = _flat(address)
        if flat == there or flat.startswith(there + "/"):
            rest = locate.path(f"file://{spelt}").as_posix().rstrip("/")
            depth = len(flat[len(there) :].strip("/").split("/"))
            return here.joinpath(*rest.split("/")[-depth:])
    return None


def _nearest(address: str, paths: Sequence[Path]) -> Path | None:
    """Return the one path whose end is most like an address; ``None`` if two are."""
    wanted = from_pathurl(address).casefold().split("/")[::-1]

    def shared(path: Path) -> int:
        parts = from_pathurl(locate.url(path)).casefold().split("/")[::-1]
        pairs = zip(wanted, parts, strict=False)
        return next((k for k, (a, b) in enumerate(pairs) if a != b), len(parts))

    ranked = sorted(paths, key=shared, reverse=True)
    return ranked[0] if shared(ranked[0]) > shared(ranked[1]) else None


def _lasts_as(reference: Reference, path: Path) -> bool:
    """Tell whether a file lasts as long as a reference says, if it says anything."""
    facts = metadata.read(reference, "media", {})
    still = path.suffix.lower() in STILL_SUFFIXES
    if still or facts.get("kind") == "still":
        return still
    if "frames" in facts and "rate" in facts:
        stated_s = int(facts["frames"]) / rates.rate(facts["rate"])
    elif reference.available_range is not None:
        stated_s = rates.seconds(reference.available_range.duration)
    else:
        return True
    try:
        there = probe(path)
    except GenaiError:
        return False
    lengths = []
    if there.frames and there.rate:
        lengths.append(there.frames / there.rate)
    if there.samples and there.sample_rate:
        lengths.append(Fraction(there.samples, there.sample_rate))
    return any(abs(length_s - stated_s) <= _SLACK_S for length_s in lengths)
