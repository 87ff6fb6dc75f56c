"""Which prompt made which file, where only a piece of it is left in the file's name.

Generators keep the first 10 to 30 letters of a prompt in the names of what they make,
with spaces and foreign letters as ``_``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["which"]

_APART = re.compile(r"[\W_]+")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
# Less than this fits too many prompts to tell anything.
_LEAST_LETTERS = 4


def which(piece: str, prompts: Sequence[str]) -> int | None:
    """Return the place of the one prompt that begins as ``piece``; None if not one.

    Examples
    --------
    >>> which("The_neon_b", ["A dune at dawn", "The neon bar, rain"])
    1
    """
    begun = _plain(piece)
    if len(begun) < _LEAST_LETTERS:
        return None
    fit = [
        n
        for n, prompt in enumerate(prompts)
        if any(_plain(form).startswith(begun) for form in _forms(prompt))
    ]
    return fit[0] if len(fit) == 1 else None


def _forms(prompt: str) -> tuple[str, str]:
    """Return a prompt without its accents, and without its foreign letters."""
    apart = unicodedata.normalize("NFKD", prompt)
    return apart.encode("ascii", "ignore").decode(), _FOREIGN.sub(" ", prompt)


def _plain(text: str) -> str:
    return _APART.sub(" ", text.casefold()).strip()
