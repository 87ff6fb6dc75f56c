"""What kind of file a timeline comes in, by what it holds, not by its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from otio_genai.errors import InterchangeError
from otio_genai.interchange.tree import LARGEST_SIZE

__all__ = ["Kind", "kind_of", "text_of"]

Kind = Literal[
    "otio",
    "otioz",
    "otiod",
    "xmeml",
    "fcpxml",
    "fcpxmld",
    "kdenlive",
    "xges",
    "edl",
    "aaf",
    "",
]

_HEAD_BYTES = 65_536
_ZIP, _OLE, _GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b"
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
# What Kdenlive's own documents have and no other of MLT's.
_KDENLIVE = re.compile(r"kdenlive:|main_bin")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)")
_EDL = re.compile(
    r"^\s*(?:TITLE:|FCM:|\d{1,6}\s+\S+\s+(?:V|A|B|NONE|AA)\S*\s+(?:C|D|W\d+|K\S*)\s)",
    re.MULTILINE,
)
# Suffixes of what is known by its content: an adapter is not asked to guess.
_KNOWN = (".aaf", ".fcpxml", ".kdenlive", ".mlt", ".otio", ".otioz", ".xml")
_ROOTS: dict[str, Kind] = {
    "xmeml": "xmeml",
    "fcpxml": "fcpxml",
    "mlt": "kdenlive",
    "ges": "xges",
}


def kind_of(path: Path) -> Kind:
    """Return the kind of a file or folder; empty when nothing tells it.

    Raises
    ------
    InterchangeError
        It cannot be read, is empty, or is a project of an editor and no timeline.
    """
    if path.is_dir():
        return _of_folder(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise InterchangeError(
            "The file is empty.", place=str(path), remedy="Export it again."
        )
    if head.startswith(_ZIP):
        return _of_archive(path)
    if head.startswith(_OLE):
        return "aaf"
    if head.startswith(_GZIP):
        raise _project(path, "compressed, as Premiere's projects are")
    return _of_text(head, path)


def _of_folder(path: Path) -> Kind:
    if (path / "Info.fcpxml").is_file():
        return "fcpxmld"
    if (path / "content.otio").is_file():
        return "otiod"
    raise InterchangeError(
        "This folder is no timeline: it holds neither Info.fcpxml nor content.otio.",
        place=str(path),
        remedy="Give the timeline's file.",
    )


def _of_archive(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InterchangeError(
            f"This archive cannot be opened: {error}",
            place=str(path),
            remedy="Copy or export it again.",
        ) from error
    if "content.otio" in names:
        return "otioz"
    raise _project(path, "an archive without content.otio, as Resolve's projects are")


def _of_text(head: bytes, path: Path) -> Kind:
    # A character may be cut in two at the end of what was read.
    text = head.decode(_encoding(head), "replace").lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return "otio"
    if text.startswith("<"):
        root = _ROOT.search(_COMMENT.sub("", text))
        name = root[1] if root else ""
        if name == "PremiereData":
            raise _project(path, "a project of Premiere")
        if name == "mlt" and not _KDENLIVE.search(text):
            raise InterchangeError(
                "This is an MLT document, which is written here but not read.",
                place=str(path),
                remedy="Give the timeline it was made of.",
            )
        if name not in _ROOTS and path.suffix.lower() in ("", *_KNOWN):
            raise InterchangeError(
                f"This XML begins with <{name}>, as no timeline does."
                if name
                else "This is no XML: it has no element.",
                place=str(path),
                remedy="Export the sequence as Final Cut Pro XML or FCPXML.",
            )
        return _ROOTS.get(name, "")
    if _EDL.search(text) or path.suffix.lower() == ".edl":
        return "edl"
    if path.suffix.lower() in _KNOWN:
        raise InterchangeError(
            "What it holds is no timeline that is known here, whatever its name says.",
            place=str(path),
            remedy="Export or copy it again.",
        )
    return ""


def _encoding(head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    declared = _ENCODING.match(head.lstrip())
    name = declared[1].decode().lower() if declared else "utf-8"
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        return "utf-8"
    # Without its mark, what calls itself UTF-16 and begins like this is not.
    return "utf-8" if name.startswith(("utf-16", "utf-32", "ucs")) else name


def text_of(path: Path, largest: int = LARGEST_SIZE) -> str:
    """Return a document as text, in the encoding it states.

    Parameters
    ----------
    path
        The document.
    largest
        Bytes it may have.

    Raises
    ------
    InterchangeError
        It cannot be read, is too large, or is no text of that encoding.
    """
    try:
        size = path.stat().st_size
        if size > largest:
            raise InterchangeError(
                f"The file has {size / 2**20:.0f} MB; at most "
                f"{largest // 2**20} are read.",
                place=str(path),
                remedy="Export one sequence at a time.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        return data.decode(_encoding(data))
    except (UnicodeError, LookupError) as error:
        raise InterchangeError(
            f"This is no text of the encoding it states: {error}",
            place=str(path),
            remedy="Export it again.",
        ) from error


def _unreadable(path: Path, error: OSError) -> InterchangeError:
    return InterchangeError(
        f"It cannot be read: {error.strerror}.",
        place=str(path),
        remedy="Check the path and your rights.",
    )


def _project(path: Path, what: str) -> InterchangeError:
    return InterchangeError(
        f"This is no timeline but {what}.",
        place=str(path),
        remedy="Open it in its editor and export the sequence as XML or OTIO.",
    )
