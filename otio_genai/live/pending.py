"""What was asked of providers and has not come, kept on the disk.

Conventions
    A request stands here before it is sent, and until its take is in the field's
    document or nothing will come of it any more. So a show that ended without a word
    is taken up by the next: no take is paid for twice, none is lost. Keys stand nowhere
    in it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from otio_genai.errors import GenaiError
from otio_genai.media.files import write_beside
from otio_genai.providers.protocol import Job

__all__ = ["Asked", "Pending"]

_NAME = "asked.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A take that was asked for."""

    provider: str
    slot: str
    prompt: str
    token: str
    "What the request itself is known by."
    slate: Mapping[str, Any] = field(default_factory=dict)
    job: str = ""
    "The provider's name for it; empty while it is being sent."
    told: Mapping[str, str] = field(default_factory=dict)
    "As `otio_genai.providers.protocol.Job`."
    file: str = ""
    "The file that came; empty before."

    def as_job(self) -> Job:
        """Return it as the provider knows it: by its token where no answer came."""
        return Job(self.provider, self.job or self.token, self.slot, self.told)


class Pending:
    """Keeps what was asked for.

    Parameters
    ----------
    folder
        Where; made when something is asked for.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._asked = _read(self._path)

    def of(self, provider: str) -> list[Asked]:
        """Return what is open at a provider."""
        return [one for one in self._asked.values() if one.provider == provider]

    def put(self, asked: Asked) -> None:
        """Keep a request, in place of what was known of it.

        Raises
        ------
        OutputError, OSError
            It cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write({**self._asked, asked.token: asked})

    def note(self, token: str, **known: Any) -> None:
        """Keep what is known of a request now, if that can be written."""
        if token in self._asked:
            # Without it the next show looks for the token, or fetches again.
            with contextlib.suppress(GenaiError, OSError):
                self.put(replace(self._asked[token], **known))

    def drop(self, token: str) -> None:
        """Forget a request; it is written with the next one where it cannot be now."""
        if token not in self._asked:
            return
        left = {name: one for name, one in self._asked.items() if name != token}
        try:
            self._write(left)
        except (GenaiError, OSError):
            self._asked = left

    def _write(self, asked: Mapping[str, Asked]) -> None:
        kept = {"version": _VERSION, "asked": [asdict(one) for one in asked.values()]}
        with write_beside(self._path, force=True) as beside:
            beside.write_text(json.dumps(kept, indent=1), "utf-8")
        self._asked = dict(asked)


def _read(path: Path) -> dict[str, Asked]:
    try:
        kept = json.loads(path.read_text("utf-8"))
        if kept["version"] != _VERSION:
            return {}
        found = [Asked(**one) for one in kept["asked"]]
        return {one.token: one for one in found}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
