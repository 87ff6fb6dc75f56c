"""File names that every system and every editor takes, each of them once."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["Names", "folded", "safe_name"]

_LONGEST = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
# Windows reserves these whatever suffix follows (Microsoft, "Naming Files, Paths").
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin|conout)(?:\.|$)")


def safe_name(name: str) -> str:
    """Return a file name of ASCII letters, digits, ``.``, ``-`` and ``_``.

    Accents are dropped, anything else becomes ``_``; the suffix stays.

    Examples
    --------
    >>> safe_name("Été à Sète (2).mp4"), safe_name("con.wav"), safe_name("海.png")
    ('Ete_a_Sete_2.mp4', '_con.wav', 'media.png')
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = plain.encode("ascii", "ignore").decode()
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = _UNSAFE.sub("_", stem).strip("._-")[:_LONGEST].rstrip("._-") or "media"
    suffix = _UNSAFE.sub("", suffix)[:_LONGEST]
    if _RESERVED.match(stem.lower() + "."):
        stem = f"_{stem}"
    return f"{stem}.{suffix}" if suffix else stem


def folded(name: str) -> str:
    """Return what file names have in common that people and programs spell alike.

    A name and its `safe_name` are the same; names that have no safe one of their own
    are the same up to letter case.

    Examples
    --------
    >>> folded("Été 1.MP4") == folded("ete_1.mp4"), folded("海.png") == folded("山.png")
    (True, False)
    """
    letters = [mark for mark in unicodedata.normalize("NFKD", name) if mark.isalnum()]
    if any(not mark.isascii() for mark in letters):
        return name.casefold()
    return safe_name(name).casefold()


class Names:
    """Gives every file a name of its own, letter case aside."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """Return a safe name like ``name`` that has not been given before."""
        safe = safe_name(name)
        stem, dot, suffix = safe.rpartition(".")
        if not dot:
            stem, suffix = safe, ""
        number, found = 1, safe
        while found.lower() in self._taken:
            number += 1
            found = f"{stem}_{number}{dot}{suffix}"
        self._taken.add(found.lower())
        return found
