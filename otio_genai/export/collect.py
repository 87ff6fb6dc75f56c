"""A timeline and its media together in one folder, or in one archive.

Layout
    ``FOLDER/film.otio`` with relative links, the files of the editors asked for with
    absolute ones, ``FOLDER/media/…`` the media under safe names, each once, and
    ``FOLDER/collected.json``, which tells them from their originals. Media are copied,
    never moved, and carry the bytes they had.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import opentimelineio as otio

from otio_genai.errors import InterchangeError, MediaError, OutputError
from otio_genai.export.archive import write_archive
from otio_genai.export.references import Reference, files_of, references
from otio_genai.export.targets import export
from otio_genai.export.writers import TARGETS, target
from otio_genai.interchange.loss import Loss
from otio_genai.media import files, locate
from otio_genai.media.naming import Names, safe_name

__all__ = ["MANIFEST", "Collected", "collect"]

#: What tells the media of a folder from their originals.
MANIFEST = "collected.json"
_MEDIA = "media"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Collected:
    """What was collected."""

    place: Path
    "The folder, or the archive."
    media: dict[str, Path]
    "Name within the folder to the original."
    made: tuple[Path, ...]
    "Every file that was made."
    bytes: int
    "Size of the media."
    missing: tuple[str, ...] = ()
    "Media that are not there, where that was allowed."
    losses: dict[str, Loss] = field(default_factory=dict)
    "What each editor's file could not carry."


def collect(
    timeline: otio.schema.Timeline,
    place: str | os.PathLike[str],
    *,
    to: Sequence[str] = (),
    base: Path | None = None,
    takes: bool = False,
    allow_missing: bool = False,
    progress: Progress | None = None,
    force: bool = False,
) -> Collected:
    """Copy a timeline and its media to one place.

    Parameters
    ----------
    timeline, place
        The timeline, not changed; a folder, or an archive by the suffix ``.otioz``.
    to
        Targets (`otio_genai.export.TARGETS`) to write files for as well.
    base
        Folder that relative links start from.
    takes
        Bring the other takes of every shot along.
    allow_missing
        Leave links to files that are not there as they are, instead of refusing.
    progress
        Called with ``"collect"``, the files done and all of them.
    force
        Replace files that are there, and nothing else.

    Raises
    ------
    InterchangeError
        Media are missing (all are named), or a target is unknown.
    OutputError
        Something cannot be written, is there already, or is an original.
    """
    goal = Path(place).absolute()
    archive = goal.suffix.lower() == ".otioz"
    _ensure_targets(to, archive)
    copied = timeline.deepcopy()
    found, missing = _found(copied, base, takes)
    if missing and not allow_missing:
        raise _absent(timeline, missing)
    named = _named(found)
    size = sum(original.stat().st_size for original in named.values())
    files.spare_originals([goal, *(goal / name for name in named)], named.values())
    made: list[Path] = []
    if archive:
        _point(found, named, lambda name: name)
        write_archive(copied, goal, named, progress=progress, force=force)
        return Collected(goal, named, (goal,), size, tuple(missing))
    with _undone(made, goal):
        _copy(named, goal, made, progress, force)
        _point(found, named, lambda name: locate.url(goal / name))
        losses = _documents(copied, goal, to, made, force)
        _point(found, named, lambda name: name)
        _write_own(copied, goal, named, made, force)
    return Collected(goal, named, tuple(made), size, tuple(missing), losses)


def _ensure_targets(to: Sequence[str], archive: bool) -> None:
    for name in to:
        target(name)
    if to and archive:
        raise InterchangeError(
            "An archive holds a timeline alone.",
            remedy="Collect into a folder for files of editors.",
        )


def _absent(timeline: otio.schema.Timeline, missing: list[str]) -> InterchangeError:
    return InterchangeError(
        "These media are not there:",
        place=timeline.name or None,
        remedy="Relink them (`otio-genai relink`), or leave them out on purpose.",
        items=missing,
    )


def _write_own(
    timeline: otio.schema.Timeline,
    folder: Path,
    named: dict[str, Path],
    made: list[Path],
    force: bool,
) -> None:
    film = folder / f"{_stem(timeline)}.otio"
    _write(film, timeline.to_json_string(), made, force)
    told = {name: _told(folder / name, path) for name, path in named.items()}
    text = json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True)
    _write(folder / MANIFEST, text + "\n", made, force)


def _stem(timeline: otio.schema.Timeline) -> str:
    return safe_name(f"{timeline.name or 'film'}.otio").removesuffix(".otio")


_Found = list[tuple[Reference, list[Path]]]


def _found(
    timeline: otio.schema.Timeline, base: Path | None, takes: bool
) -> tuple[_Found, list[str]]:
    """Return each reference with its files, and what is not there, once each."""
    found: _Found = []
    missing: dict[str, None] = {}
    for reference in references(timeline, takes=takes):
        try:
            named = files_of(reference, base)
        except MediaError as error:
            missing[f"{error.place}: {error.sentence}"] = None
            continue
        # As it is addressed: another system's path has no place on this one.
        absent = [path for path in named if not path.is_file()]
        missing.update(dict.fromkeys(map(str, absent)))
        if named and not absent:
            found.append((reference, [path.absolute() for path in named]))
    return found, list(missing)


def _named(found: _Found) -> dict[str, Path]:
    """Return a name within the folder for each file, in order of first use."""
    names = Names()
    given: dict[Path, str] = {}
    named: dict[str, Path] = {}
    for reference, paths in found:
        if isinstance(reference, otio.schema.ExternalReference):
            (path,) = paths
            if path not in given:
                given[path] = f"{_MEDIA}/{names.take(path.name)}"
                named[given[path]] = path
            continue
        # Pictures of a sequence keep their numbers, in a folder of their own.
        prefix = reference.name_prefix
        plain = _plain_prefix(prefix)
        first = given.get(paths[0])
        folder = first.rpartition("/")[0] if first else ""
        folder = folder or f"{_MEDIA}/{names.take(f'{plain}_pictures')}"
        for path in paths:
            if path not in given:
                given[path] = f"{folder}/{plain}{path.name[len(prefix) :]}"
                named[given[path]] = path
    return named


def _plain_prefix(prefix: str) -> str:
    return safe_name(f"{prefix}0")[:-1] if prefix else ""


def _point(found: _Found, named: dict[str, Path], link: Callable[[str], str]) -> None:
    """Point references, in place, to the copies of their files."""
    given = {path: name for name, path in named.items()}
    for reference, paths in found:
        name = given[paths[0]]
        if isinstance(reference, otio.schema.ExternalReference):
            reference.target_url = link(name)
        else:
            reference.target_url_base = link(name.rpartition("/")[0]) + "/"
            reference.name_prefix = _plain_prefix(reference.name_prefix)


@contextmanager
def _undone(made: list[Path], folder: Path) -> Iterator[None]:
    """Remove what was made in a folder when the block fails."""
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"No folder can be made there: {error.strerror}.",
            place=str(folder),
            remedy="Collect to a folder that is yours and has room.",
        ) from error
    try:
        yield
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _copy(
    named: dict[str, Path],
    folder: Path,
    made: list[Path],
    progress: Progress | None,
    force: bool,
) -> None:
    for done, (name, original) in enumerate(named.items()):
        if progress is not None:
            progress("collect", done, len(named))
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if copy.exists() and _same(copy, original):
            continue
        new = not copy.exists()
        with files.write_beside(copy, force=force) as beside:
            try:
                shutil.copyfile(original, beside)
            except OSError as error:
                raise OutputError(
                    f"{original.name} cannot be copied: {error.strerror}.",
                    place=str(copy),
                    remedy="Look for room and rights there.",
                ) from error
        shutil.copystat(original, copy)
        if new:
            made.append(copy)
    if progress is not None and named:
        progress("collect", len(named), len(named))


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and _digest(one) == _digest(other)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _told(copy: Path, original: Path) -> dict[str, str | int]:
    return {
        "original": str(original),
        "bytes": copy.stat().st_size,
        "sha256": _digest(copy),
    }


def _documents(
    timeline: otio.schema.Timeline,
    folder: Path,
    to: Sequence[str],
    made: list[Path],
    force: bool,
) -> dict[str, Loss]:
    losses = {}
    for name in to:
        path = folder / f"{_stem(timeline)}{TARGETS[name]}"
        if name == "otio":
            continue
        new = not path.exists()
        losses[name] = export(timeline, path, to=name, force=force)
        if new:
            made.append(path)
    return losses


def _write(path: Path, text: str, made: list[Path], force: bool) -> None:
    new = not path.exists()
    with files.write_beside(path, force=force) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    if new:
        made.append(path)
