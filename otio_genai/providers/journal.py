"""What is known of the files of an inbox, kept beside them.

Conventions
    A hidden JSON file in the inbox. It may be deleted: every file is then new again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from otio_genai.media.files import write_beside

__all__ = ["Entry", "Journal", "Wanted"]

_NAME = ".otio-genai-inbox.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a file."""

    size: int
    mtime_ns: int
    digest: str
    "SHA-256 of its bytes; empty where it was refused unread."
    why: str
    "Why it was refused; empty for a take."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A take that was asked for."""

    slot: str
    prompt: str
    file: str = ""
    "The file that answered, relative to the inbox."
    over: bool = False
    "Whether it was cancelled."


@dataclass(slots=True)
class Journal:
    """What is known of an inbox."""

    root: Path
    files: dict[str, Entry] = field(default_factory=dict)
    "By path relative to the inbox."
    wanted: dict[str, Wanted] = field(default_factory=dict)
    "By id."

    @classmethod
    def read(cls, root: Path) -> Journal:
        """Return what is known of an inbox; nothing where that cannot be read."""
        try:
            kept = json.loads((root / _NAME).read_text("utf-8"))
            if kept["version"] != _VERSION:
                return cls(root)
            return cls(root, _each(kept["files"], Entry), _each(kept["wanted"], Wanted))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(root)

    def write(self) -> None:
        """Keep what is known.

        Raises
        ------
        OutputError
            Nothing can be written in the inbox.
        """
        kept = {
            "version": _VERSION,
            "files": {name: asdict(entry) for name, entry in self.files.items()},
            "wanted": {name: asdict(entry) for name, entry in self.wanted.items()},
        }
        with write_beside(self.root / _NAME, force=True) as beside:
            beside.write_text(
                json.dumps(kept, ensure_ascii=True, indent=1, sort_keys=True), "utf-8"
            )


def _each(kept: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    return {str(name): kind(**entry) for name, entry in kept.items()}
