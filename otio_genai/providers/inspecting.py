"""Whether a file is a take: it is opened, and nothing in it is missing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from otio_genai.errors import MediaError
from otio_genai.media.probe import probe

__all__ = ["Inspected", "inspect"]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a settled file is."""

    digest: str
    "SHA-256 of its bytes."
    why: str = ""
    "Why it is no take; empty if it is one."


def inspect(path: Path) -> Inspected:
    """Open a file and return what it is.

    Raises
    ------
    OSError
        It went away meanwhile.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        facts = probe(path)
    except MediaError as error:
        return Inspected(digest, error.sentence)
    if facts.damage:
        return Inspected(digest, facts.damage)
    if facts.kind_hint == "audio":
        return Inspected(digest, "It has no picture.")
    return Inspected(digest)
