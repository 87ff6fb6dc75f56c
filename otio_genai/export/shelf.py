"""The files of some folders, found by name or by content."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from otio_genai.export.collect import MANIFEST
from otio_genai.media.naming import safe_name

__all__ = ["Shelf"]


class Shelf:
    """Files in folders and in all folders within; read when they are first asked for.

    Parameters
    ----------
    folders
        Where to look; the earlier ones first.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._digests: dict[Path, str] = {}

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        found: dict[str, dict[Path, None]] = defaultdict(dict)
        for folder in self._folders:
            for where, inner, names in os.walk(folder):
                inner.sort()
                here = Path(where)
                for name in sorted(names):
                    if not name.startswith("."):
                        found[name.casefold()][here / name] = None
                if MANIFEST in names:
                    for copy, original in _told(here / MANIFEST):
                        if (here / copy).is_file():
                            found[original.casefold()][here / copy] = None
        return {name: list(paths) for name, paths in found.items()}

    def named(self, name: str) -> list[Path]:
        """Return files of a name, or of what `collect` would have called it."""
        found = self._files.get(name.casefold(), [])
        safe = self._files.get(safe_name(name).casefold(), [])
        return list(dict.fromkeys([*found, *safe]))

    def alike(self, name: str) -> list[Path]:
        """Return files with the same suffix."""
        suffix = Path(name).suffix.casefold()
        found = (
            path
            for label, paths in self._files.items()
            if label.endswith(suffix)
            for path in paths
        )
        return list(dict.fromkeys(found))

    def digest(self, path: Path) -> str:
        """Return the SHA-256 of a file's bytes; empty if it cannot be read."""
        if path not in self._digests:
            try:
                with path.open("rb") as stream:
                    found = hashlib.file_digest(stream, "sha256").hexdigest()
            except OSError:
                found = ""
            self._digests[path] = found
        return self._digests[path]


def _told(manifest: Path) -> list[tuple[str, str]]:
    """Return (copy, name of its original) of a folder that was collected."""
    try:
        kept = json.loads(manifest.read_text("utf-8"))
        return [
            (copy, str(told["original"]).replace("\\", "/").rpartition("/")[2])
            for copy, told in kept.items()
        ]
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return []
