"""Facts and hashes of a file, measured once per content and then remembered.

Conventions
    Facts are kept as JSON under ``probe/`` in the cache folder, named by the SHA-256 of
    the file's bytes: a renamed, moved or copied file is known again, a changed one is
    not. The cache may be deleted at any time; what is unreadable is measured anew.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from otio_genai import rates
from otio_genai.errors import MediaError
from otio_genai.ingest.hearing import SAMPLE_RATE, Pauses, pauses
from otio_genai.media import files, sound, store
from otio_genai.media.probe import MediaFacts, probe

__all__ = ["Known", "Memory"]

# Raise it whenever what is measured changes its meaning.
_VERSION = 2
_FACTS = frozenset(field.name for field in dataclasses.fields(MediaFacts))


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What is known of one file."""

    path: Path
    facts: dict[str, Any]
    'The fields of ``MediaFacts`` as JSON holds them: rates as ``"24/1"``.'
    hash: dict[str, str]
    "SHA-256 of ``bytes`` and of ``packets``."
    pauses: Pauses | None = None
    "How it pauses, once someone has listened."


class Memory:
    """Measures files, and remembers what it measured.

    Parameters
    ----------
    cache
        Folder to remember in; ``None`` for the user's own.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._folder = (cache or store.cache_folder()) / "probe"

    def look(self, path: Path) -> Known:
        """Return the facts and hashes of a file.

        Raises
        ------
        MediaError
            It cannot be read as media.
        """
        digest = _digest(path)
        kept = self._recall(digest)
        if kept is None:
            facts = _plain(probe(path))
            kept = {"facts": facts, "hash": store.file_hashes(path)}
            self._remember(digest, kept)
        heard = Pauses(*kept["pauses"]) if kept.get("pauses") else None
        return Known(path, kept["facts"], kept["hash"], heard)

    def listen(self, known: Known) -> Pauses:
        """Return how a sound pauses.

        Raises
        ------
        MediaError
            It cannot be decoded.
        """
        if known.pauses is not None:
            return known.pauses
        heard = pauses(sound.read_mono(known.path, SAMPLE_RATE))
        kept = {"facts": known.facts, "hash": known.hash}
        self._remember(
            known.hash["bytes"], kept | {"pauses": [heard.dim, heard.silent]}
        )
        return heard

    def _recall(self, digest: str) -> dict[str, Any] | None:
        try:
            kept = json.loads((self._folder / f"{digest}.json").read_text("utf-8"))
            known = kept["version"] == _VERSION and kept["facts"].keys() == _FACTS
            complete = known and kept["hash"]["bytes"] == digest
            return dict(kept) if complete and kept["hash"]["packets"] else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _remember(self, digest: str, kept: dict[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with files.write_beside(self._folder / f"{digest}.json", force=True) as beside:
            beside.write_text(json.dumps({"version": _VERSION} | kept), "utf-8")


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(
            f"The file may not be read ({error.strerror}).",
            place=str(path),
            remedy="Change its permissions.",
        ) from error


def _plain(facts: MediaFacts) -> dict[str, Any]:
    # Through JSON, so that what is measured and what is remembered are the same.
    kept: dict[str, Any] = json.loads(
        json.dumps(dataclasses.asdict(facts), default=_fraction)
    )
    return kept


def _fraction(value: object) -> str:
    if isinstance(value, Fraction):
        return rates.text(value)
    raise TypeError(f"{value!r} is not JSON")
