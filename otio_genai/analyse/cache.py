"""What was measured once is not measured again.

Conventions
    One JSON file per question and file, under the hash of the file's bytes: renaming
    or moving a take keeps its answers, a new take has none. The question's version
    and parameters are part of the name, so a better algorithm never meets an old
    answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Cache", "Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a file: a name, the algorithm's version, its parameters."""

    name: str
    version: str
    parameters: tuple[tuple[str, int | float | str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the question as JSON holds it."""
        return {
            "question": self.name,
            "version": self.version,
            "parameters": {name: value for name, value in self.parameters},
        }


@dataclass(frozen=True, slots=True)
class Cache:
    """Answers kept in a folder, which is made when the first one is written."""

    folder: Path

    def answer(
        self, digest: str, question: Question, measure: Callable[[], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Return the kept answer, or measure and keep it.

        Parameters
        ----------
        digest
            Hash of the file's bytes, in hexadecimal.
        question
            What is asked.
        measure
            Called without arguments when there is no readable answer; what it
            returns must be JSON-able. Its errors pass through and are not kept.

        Notes
        -----
        An entry that cannot be read, or that answers something else, is measured
        again. A folder that cannot be written costs time, not the film: the answer
        is returned all the same.
        """
        found = self.find(digest, question)
        if found is not None:
            return found
        answer = dict(measure())
        kept = {**_head(digest, question), "answer": answer}
        with contextlib.suppress(OSError):
            _write(self.place(digest, question), json.dumps(kept, allow_nan=False))
        return answer

    def find(self, digest: str, question: Question) -> dict[str, Any] | None:
        """Return the kept answer, if there is one that can be read."""
        return _read(self.place(digest, question), _head(digest, question))

    def place(self, digest: str, question: Question) -> Path:
        """Return the file in which the answer is kept."""
        text = json.dumps(question.as_dict(), sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:16]
        return self.folder / digest[:2] / digest / f"{question.name}-{key}.json"


def _head(digest: str, question: Question) -> dict[str, Any]:
    return {"digest": digest, **question.as_dict()}


def _read(place: Path, head: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or not isinstance(kept.get("answer"), dict):
        return None
    # Through JSON, since tuples come back as lists.
    same = json.loads(json.dumps(head))
    return kept["answer"] if all(kept.get(k) == v for k, v in same.items()) else None


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=place.stem, suffix=".part", dir=place.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(place)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
