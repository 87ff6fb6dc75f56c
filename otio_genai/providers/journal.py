"""What is known of the files of an inbox, kept beside them.

Conventions
    A hidden JSON file in the inbox. It may be deleted: every file is then new again.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
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

    def reconcile(self, held: Mapping[str, Collection[str]]) -> None:
        """Forget the takes that the film does not have, by slot and digest.

        Whoever was to let them in ended before it did: they are new again.
        """
        known = {_plain(slot): digests for slot, digests in held.items()}
        for name, entry in list(self.files.items()):
            digests = known.get(_folder(name))
            if digests is not None and not entry.why and entry.digest not in digests:
                del self.files[name]
        for job_id, wanted in self.wanted.items():
            # What answered it then is to answer it again.
            if wanted.file and wanted.file not in self.files:
                self.wanted[job_id] = replace(wanted, file="")

    def known(self, name: str, digest: str, held: Collection[str]) -> bool:
        """Whether a file is a take already: touched since, or let in before.

        Parameters
        ----------
        held
            The digests of the takes of its slot.
        """
        earlier = self.files.get(name)
        if earlier is not None:
            return not earlier.why and earlier.digest == digest
        seen = {(_folder(one), entry.digest) for one, entry in self.files.items()}
        return digest in held and (_folder(name), digest) not in seen

    def twin(self, name: str, digest: str) -> str:
        """Return why a file is no take that is a take already, or in its place."""
        earlier = self.files.get(name)
        if earlier and not earlier.why and earlier.digest != digest:
            return "It took the place of a take of the film: give it another name."
        for other, entry in self.files.items():
            same = entry.digest == digest and not entry.why and other != name
            if same and _folder(other) == _folder(name):
                if (self.root / other).exists():
                    return f"It is the same as {other}."
                return f"It is {other} under another name: the film looks for that one."
        return ""

    def unwanted(self, slot: str, digest: str, why: str) -> bool:
        """Take note that files of a slot are no takes; whether there were any."""
        found = [
            name
            for name, entry in self.files.items()
            if _folder(name) == _plain(slot) and entry.digest == digest
        ]
        for name in found:
            self.files[name] = replace(
                self.files[name], why=self.files[name].why or why
            )
        return bool(found)

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


def _folder(name: str) -> str:
    return _plain(name.partition("/")[0])


def _plain(name: str) -> str:
    # File systems write accents in ways of their own.
    return unicodedata.normalize("NFC", name)
