"""The files of a folder, in an order that is the same everywhere.

Conventions
    Paths are given relative to the folder, with ``/``. Numbers sort by value, so
    ``take2`` comes before ``take10``. Hidden files, folders named ``out``, documents
    and the files of other programs are passed over in silence; whatever else is no
    media is listed as skipped, and what cannot be read as a fault.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from otio_genai.errors import MediaError
from otio_genai.ingest.generators import match

__all__ = ["Folder", "companions", "natural_key", "scan"]

_MOVING = "mp4 mov m4v mkv webm avi mpg mpeg mts m2ts mxf wmv flv ogv 3gp gif apng"
_STILL = "png jpg jpeg webp tif tiff bmp avif heic jxl"
_SOUND = "mp3 wav flac m4a aac ogg oga opus aif aiff wma caf w64 ac3"
_MEDIA = tuple(f"{_MOVING} {_STILL} {_SOUND}".split())
_TIMELINES = "otio otioz otiod xml fcpxml fcpxmld edl aaf prproj drp drt kdenlive mlt"
_TEXTS = "toml json yaml yml txt md rst srt vtt ass csv tsv html svg pdf log ini py"
_OTHERS = "blend c2pa sha256 zip db"
_DOCUMENTS = tuple(f"{_TIMELINES} {_TEXTS} {_OTHERS}".split())
_UNFINISHED = (
    "part",
    "partial",
    "crdownload",
    "download",
    "opdownload",
    "aria2",
    "tmp",
)
_PASSED_FOLDERS = ("out", "__MACOSX", "__pycache__")
# A folder with both holds what an earlier run made, not what a film is made of.
_PRODUCTS = ("film.otio", "report.json")
_VIDEO_OF_NODES = ("mp4", "webm", "gif", "webp")
_DIGITS = re.compile(r"([0-9]+)")
# What an export rendered for an editor is no take.
_BAKED = re.compile(r"(carry|speed)_[0-9a-f]{10}\.mp4")


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in a folder."""

    root: Path
    files: tuple[str, ...]
    "Media files, relative to the root, in natural order."
    skipped: tuple[tuple[str, str], ...]
    "Files that are no media, each with the reason."
    faults: tuple[tuple[str, str], ...]
    "What could not be looked at, each with the reason."


def natural_key(relative: str) -> tuple[object, ...]:
    """Return the key by which paths sort: by folder, numbers by their value.

    Examples
    --------
    >>> sorted(["take10.mp4", "Take2.mp4", "a/z.mp4"], key=natural_key)
    ['a/z.mp4', 'Take2.mp4', 'take10.mp4']
    """
    # Splitting on numbers leaves text and digits in turn, so like meets like.
    folded = unicodedata.normalize("NFC", relative).casefold()
    parts = tuple(
        tuple(
            int(piece) if at % 2 else piece
            for at, piece in enumerate(_DIGITS.split(part))
        )
        for part in PurePosixPath(folded).parts
    )
    return (parts, relative)


def scan(folder: str | os.PathLike[str]) -> Folder:
    """Return the files under ``folder``, whatever order the disk has them in.

    A link to a folder is followed once, so that a loop of links ends.

    Raises
    ------
    MediaError
        There is no such folder.
    """
    root = Path(folder)
    _require_folder(root)
    walk = _Walk(root.resolve())
    walk.enter(walk.root, "")
    return Folder(
        walk.root,
        tuple(sorted(walk.files, key=natural_key)),
        _sorted(walk.skipped),
        _sorted(walk.faults),
    )


def companions(files: tuple[str, ...]) -> dict[str, str]:
    """Return the files that only accompany another one, each with the reason.

    ComfyUI's video nodes leave the first frame beside a video as a picture of the same
    name, and a silent version beside the one with sound.

    Examples
    --------
    >>> companions(("AD_00001.mp4", "AD_00001.png"))
    {'AD_00001.png': 'It is the first frame of AD_00001.mp4.'}
    """
    of_nodes = {name: _stem(name) for name in files if _is_of_nodes(name)}
    videos = {
        stem: name
        for name, stem in of_nodes.items()
        if PurePosixPath(name).suffix[1:].lower() in _VIDEO_OF_NODES
    }
    found = {}
    for name, stem in of_nodes.items():
        with_sound = videos.get(f"{stem}-audio")
        if name in videos.values() and with_sound:
            found[name] = f"It is {with_sound} without its sound."
        elif name.lower().endswith(".png") and (with_sound or stem in videos):
            found[name] = f"It is the first frame of {with_sound or videos[stem]}."
    return found


class _Walk:
    """One walk through a folder and what it met on the way."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[str] = []
        self.skipped: list[tuple[str, str]] = []
        self.faults: list[tuple[str, str]] = []
        self._entered: set[str] = set()

    def enter(self, folder: Path, prefix: str) -> None:
        real = os.path.realpath(folder)
        if real in self._entered:
            return
        if prefix and self.root.is_relative_to(real):
            self.skipped.append((prefix[:-1], "It leads back above the folder."))
            return
        self._entered.add(real)
        try:
            with os.scandir(folder) as listing:
                # Sorted, since which of two links to one folder is entered counts.
                entries = sorted(listing, key=lambda entry: natural_key(entry.name))
        except OSError as error:
            why = f"It cannot be listed ({error.strerror})."
            self.faults.append((prefix[:-1] or ".", why))
            return
        for entry in entries:
            self._meet(entry, prefix)

    def _meet(self, entry: os.DirEntry[str], prefix: str) -> None:
        # A path, unlike an entry, takes a link to itself for one that leads nowhere.
        name, path = f"{prefix}{entry.name}", Path(entry.path)
        if entry.name.startswith("."):
            return
        if not _is_unicode(entry.name):
            shown = os.fsencode(name).decode("utf-8", "replace")
            self.faults.append((shown, "Its name is not UTF-8: rename it."))
        elif path.is_dir():
            if all((path / product).is_file() for product in _PRODUCTS):
                self.skipped.append((name, "It holds what an earlier run made."))
            elif entry.name not in _PASSED_FOLDERS and not _is_document(entry.name):
                self.enter(path, f"{name}/")
        elif entry.is_symlink() and not path.exists():
            self.faults.append((name, "It is a link to a file that is not there."))
        elif not path.is_file():
            self.skipped.append((name, "It is no ordinary file."))
        else:
            self._sort_in(name)

    def _sort_in(self, name: str) -> None:
        extension = PurePosixPath(name).suffix[1:].lower()
        if _BAKED.fullmatch(PurePosixPath(name).name):
            self.skipped.append((name, "An export rendered it for an editor."))
        elif extension in _MEDIA:
            self.files.append(name)
        elif extension in _UNFINISHED:
            self.skipped.append((name, "It is a download that has not finished."))
        elif extension not in _DOCUMENTS:
            self.skipped.append((name, "It is of no kind known as media."))


def _require_folder(root: Path) -> None:
    if root.is_dir():
        return
    if root.exists():
        raise MediaError(
            "This is a file; a film is made of the files of a folder.",
            place=str(root),
            remedy=f"Give the folder it lies in: {root.parent}",
        )
    raise MediaError(
        "There is no such folder.",
        place=str(root),
        remedy="Check the spelling, or whether the disk is connected.",
    )


def _sorted(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs, key=lambda pair: natural_key(pair[0])))


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_document(name: str) -> bool:
    return PurePosixPath(name).suffix[1:].lower() in _DOCUMENTS


def _is_of_nodes(relative: str) -> bool:
    found = match(PurePosixPath(relative).name)
    return found is not None and found[0].generator == "comfyui"


def _stem(relative: str) -> str:
    return str(PurePosixPath(relative).with_suffix(""))
