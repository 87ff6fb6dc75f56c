"""Media addresses as Premiere and Resolve spell them, and back.

Conventions
    Our own form is ``file:///path`` with every byte outside ``A-Z a-z 0-9 / - . _ ~``
    percent-encoded; a Windows drive is ``file:///C:/…`` and a share
    ``file://server/share/…``.

    In a ``<pathurl>`` the characters ``( ) ' , ! &`` stay literal, as Premiere writes
    them: it reports media as missing when it meets ``%2C`` or ``%26``. A percent sign
    in a file name is always ``%25``, since a bare one stops Resolve's import.
    Premiere: ``file://localhost/Volumes/…`` and ``file://localhost/C%3a/…`` (with the
    colon's hexadecimal in lower case). Resolve: ``file:///Volumes/…`` and
    ``file://localhost/D:/…``.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes

__all__ = ["Dialect", "base_name", "from_pathurl", "is_absolute", "to_pathurl"]

Dialect = Literal["premiere", "resolve"]

_LITERAL = "/()',!&"
_DRIVE = re.compile(rb"/?([A-Za-z])[:|](?:/|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def _bytes(text: str) -> bytes:
    # A file name that is no UTF-8 reaches Python as surrogate escapes.
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _split(address: str) -> tuple[str, bytes]:
    """Return (host, path) of a URL or a plain path; the path is decoded bytes."""
    if address[:5].lower() == "file:":
        rest = address[5:]
        host = ""
        if rest.startswith("//"):
            host, slash, path = rest[2:].partition("/")
            rest = slash + path
        if re.fullmatch(r"[A-Za-z](:|%3[aA]|\|)", host):
            # file://C:/… , a common slip: the drive stands where the host should.
            host, rest = "", f"/{host}{rest}"
        path_bytes = unquote_to_bytes(_bytes(rest))
        host = "" if host.lower() in ("localhost", "127.0.0.1") else host
    elif re.match(r"[A-Za-z]:[\\/]", address) or address.startswith("\\\\"):
        host, path_bytes = "", _bytes(address.replace("\\", "/"))
    else:
        host, path_bytes = "", _bytes(address)
    if not host and path_bytes.startswith(b"//"):
        server, _, share = path_bytes[2:].partition(b"/")
        if share:
            return quote_from_bytes(server, safe=""), b"/" + share
        path_bytes = b"/" + path_bytes.lstrip(b"/")
    drive = _DRIVE.match(path_bytes)
    if drive and not host:
        path_bytes = b"/" + drive[1] + b":/" + path_bytes[drive.end() :]
    return host, path_bytes


def _is_other_scheme(address: str) -> bool:
    found = _SCHEME.match(address)
    return bool(found) and address[:5].lower() != "file:"


def is_absolute(address: str) -> bool:
    """Tell whether an address names one file wherever it is read from."""
    if _is_other_scheme(address):
        return True
    return _split(address)[1].startswith(b"/")


def to_pathurl(address: str, dialect: Dialect) -> str:
    r"""Return a file URL or path as ``dialect`` writes it in ``<pathurl>``.

    An address of another scheme (``https:``) is returned as it is; a relative one
    stays relative to nothing the editor knows (see `is_absolute`).

    Examples
    --------
    >>> to_pathurl("file:///Volumes/a%20b/c%26d.mp4", "premiere")
    'file://localhost/Volumes/a%20b/c&d.mp4'
    >>> to_pathurl("C:\\x\\100%.mp4", "premiere")
    'file://localhost/C%3a/x/100%25.mp4'
    >>> to_pathurl("file:///D:/x.mp4", "resolve")
    'file://localhost/D:/x.mp4'
    """
    if _is_other_scheme(address):
        return address
    host, path = _split(address)
    drive = _DRIVE.match(path) if not host else None
    if drive:
        colon = "%3a" if dialect == "premiere" else ":"
        tail = quote_from_bytes(path[drive.end() :], safe=_LITERAL)
        return f"file://localhost/{drive[1].decode()}{colon}/{tail}"
    quoted = quote_from_bytes(path, safe=_LITERAL)
    if not quoted.startswith("/"):
        quoted = "/" + quoted
    return f"file://{host or _local(dialect)}{quoted}"


def _local(dialect: Dialect) -> str:
    return "localhost" if dialect == "premiere" else ""


def from_pathurl(pathurl: str) -> str:
    """Return our own file URL for what stands in a ``<pathurl>``.

    Examples
    --------
    >>> from_pathurl("file://localhost/C%3a/a%20b,c.mp4")
    'file:///C:/a%20b%2Cc.mp4'
    """
    if _is_other_scheme(pathurl):
        return pathurl
    host, path = _split(pathurl)
    drive = _DRIVE.match(path) if not host else None
    if drive:
        tail = quote_from_bytes(path[drive.end() :], safe="/")
        return f"file:///{drive[1].decode()}:/{tail}"
    quoted = quote_from_bytes(path, safe="/")
    return f"file://{host}{quoted if quoted.startswith('/') else '/' + quoted}"


def base_name(address: str) -> str:
    """Return the decoded file name at the end of an address."""
    name = _split(address)[1].rstrip(b"/").rpartition(b"/")[2]
    return name.decode("utf-8", "replace")
