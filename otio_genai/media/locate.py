"""Paths to file URLs and back, for every platform's paths.

A URL made here is percent-encoded UTF-8 (RFC 8089, RFC 3986), so that it survives
spaces, quotes, ``%``, ``#``, ``?`` and any script. Reading is lenient: editors write
plain paths, ``file://localhost/``, Windows drives with and without a third slash, and
URLs whose ``#`` or ``?`` is part of a file name.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from otio_genai.errors import MediaError

__all__ = ["originals", "path", "url"]

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_URL_DRIVE = re.compile(r"/?([A-Za-z])[:|](?=/|$)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_FILE = re.compile(r"file:", re.IGNORECASE)
_SAFE = "/~"


def url(file: str | os.PathLike[str]) -> str:
    r"""Return the percent-encoded file URL of a path.

    Parameters
    ----------
    file
        A path; relative ones are taken from the working directory. Windows paths
        (``C:\a b.mp4``, ``\\server\share\a.mp4``) are understood everywhere.

    Examples
    --------
    >>> url("/films/a b#1 100%.mp4")
    'file:///films/a%20b%231%20100%25.mp4'
    >>> url("C:\\films\\é.mp4")
    'file:///C:/films/%C3%A9.mp4'
    """
    text = os.fspath(file)
    if _DRIVE.match(text):
        return "file:///" + text[:2] + _quoted(text[2:].replace("\\", "/"))
    if text.startswith("\\\\"):
        return "file:" + _quoted(text.replace("\\", "/"))
    whole = str(Path(os.path.normpath(text)).absolute())
    if os.sep == "\\":  # pragma: no cover - Windows only
        return url(whole)
    return "file://" + _quoted(whole)


def _quoted(text: str) -> str:
    return quote(os.fsencode(text), safe=_SAFE)


def path(reference: Any, base: str | os.PathLike[str] | None = None) -> Path:
    """Return the path that a media reference, URL or plain path names.

    Parameters
    ----------
    reference
        An OTIO ``ExternalReference``, a URL, a plain path or a ``Path``.
        A ``Path`` is taken as it is; a URL is percent-decoded once.
    base
        The folder that relative paths and URLs are relative to. A relative text
        with ``%`` in it is read as a path if a file of that name is there, else
        percent-decoded if that file is there.

    Raises
    ------
    MediaError
        The reference names nothing, or something that is no file on this machine.

    Examples
    --------
    >>> path("file://localhost/a%20b.mp4").as_posix()
    '/a b.mp4'
    """
    if isinstance(reference, Path):
        return _based(reference, base)
    text = reference if isinstance(reference, str) else _target(reference)
    if _FILE.match(text):
        return _based(Path(_of_file_url(text[5:])), base)
    scheme = _SCHEME.match(text)
    if scheme and text[scheme.end() :].startswith("//"):
        raise MediaError(
            f"This is no file on this computer but a {scheme[1]} address.",
            place=text,
            remedy="Download the file and relink it.",
        )
    return _lenient(text, base)


def _target(reference: Any) -> str:
    found = getattr(reference, "target_url", None)
    if not found:
        name = getattr(reference, "name", "") or type(reference).__name__
        raise MediaError(
            "This media reference names no file.",
            place=name,
            remedy="Relink it to a file.",
        )
    return str(found)


def _of_file_url(rest: str) -> str:
    if rest.startswith("//"):
        host, slash, tail = rest[2:].partition("/")
        if host.lower() in ("", "localhost"):
            rest = slash + tail
        elif _URL_DRIVE.fullmatch(host):
            rest = host + slash + tail
        # Any other host is a share: its two slashes stay.
    decoded = os.fsdecode(unquote_to_bytes(rest))
    drive = _URL_DRIVE.match(decoded)
    return f"{drive[1]}:{decoded[drive.end() :]}" if drive else decoded


def _lenient(text: str, base: str | os.PathLike[str] | None) -> Path:
    plain = _based(Path(text), base)
    if "%" not in text:
        return plain
    decoded = _based(Path(os.fsdecode(unquote_to_bytes(text))), base)
    return decoded if decoded.exists() and not plain.exists() else plain


def _based(found: Path, base: str | os.PathLike[str] | None) -> Path:
    drive = _DRIVE.match(str(found)) is not None
    if base is None or found.is_absolute() or drive:
        return found
    return Path(base) / found


def originals(holder: Any) -> list[Path]:
    """Return the paths of all media that a timeline or a bin refers to.

    Parameters
    ----------
    holder
        Anything with OpenTimelineIO's ``find_clips``; what is no file of this computer
        is passed over.
    """
    found = []
    for clip in holder.find_clips():
        reference = getattr(clip, "media_reference", None)
        if getattr(reference, "target_url", None):
            with contextlib.suppress(MediaError):
                found.append(path(reference))
    return found
