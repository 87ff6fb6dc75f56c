"""Addresses and words of servers, as they may be followed and shown."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

__all__ = ["after_s", "one_line", "origin", "place"]

_SHOWN_LETTERS, _READ = 300, 2000


def one_line(said: str) -> str:
    r"""Return what a server says as a short line that can be shown.

    Examples
    --------
    >>> one_line("out of\n\x1b[31m memory")
    'out of [31m memory'
    """
    shown = "".join(one if one.isprintable() else " " for one in said[:_READ])
    shown = " ".join(shown.split())
    return shown if len(shown) <= _SHOWN_LETTERS else f"{shown[:_SHOWN_LETTERS]}…"


def place(url: str) -> str:
    """Return an address to be shown: no password, and no query with signatures.

    Examples
    --------
    >>> place("http://me:secret@host:8188/view?token=3")
    'http://host:8188/view'
    """
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port of an address.

    Raises
    ------
    ValueError
        It has none that could be.
    """
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def after_s(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds a server asks to be left alone; None if it does not."""
    told = headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdigit() else None
