"""Any job queue by HTTP: ask, get an id, ask how far it is, bring the file.

Which addresses, words and fields a queue has is said by its user (`Words`), so that no
vendor is built in. ``{id}`` in an address is the job's; a name such as ``{status_url}``
is what the answer to the submission said.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from otio_genai.errors import ProviderError
from otio_genai.providers import placeholders
from otio_genai.providers.client import Client
from otio_genai.providers.fetching import fetched
from otio_genai.providers.limits import LIMITS, Key, Limits
from otio_genai.providers.protocol import (
    Caps,
    Job,
    Phase,
    Request,
    State,
    require,
    sound_id,
)

__all__ = ["FAL_STATES", "HttpQueue", "Words"]

#: Words of a common queue for how far a job is; compared without case.
FAL_STATES: dict[Phase, tuple[str, ...]] = {
    "queued": ("in_queue", "queued", "pending", "starting", "waiting"),
    "running": ("in_progress", "running", "processing"),
    "done": ("completed", "succeeded", "success", "done", "finished"),
    "failed": ("failed", "error"),
    "cancelled": ("cancelled", "canceled", "aborted"),
}
_NAME = re.compile(r"\{([a-z_]+)\}")
_PICTURES = ("first_frame", "last_frame")


@dataclass(frozen=True, slots=True)
class Words:
    """How a queue is spoken to; paths into answers are dotted: ``output.0.url``."""

    submit: str
    "Address that takes jobs."
    status: str
    "Address that says how far one is."
    body: Mapping[str, Any]
    "What is sent, with placeholders; pictures are sent as ``data:`` URLs."
    result: str = ""
    "Address that says where the file is; that of the status if empty."
    cancel: str = ""
    "Address that takes a job back; a job cannot be taken back if empty."
    cancel_method: str = "PUT"
    id: str = "id"
    state: str = "status"
    progress: str = "progress"
    "A share, or a percentage over 1."
    file: str = "url"
    why: str = "error"
    states: Mapping[Phase, tuple[str, ...]] = field(default_factory=lambda: FAL_STATES)
    "Words for how far a job is."


class HttpQueue:
    """A job queue.

    Parameters
    ----------
    base
        Address that the others are relative to; the key goes there alone.
    name, model
        What it and its model are called, in slates.
    """

    def __init__(
        self,
        words: Words,
        base: str,
        *,
        name: str = "queue",
        model: str = "",
        caps: Caps | None = None,
        key: Key | None = None,
        limits: Limits = LIMITS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._words, self._name, self.model = words, name, model
        self._caps = caps or Caps()
        self._client = Client(base, name=name, key=key, limits=limits, sleep=sleep)
        unknown = placeholders.unknown(words.body)
        if unknown:
            raise ProviderError(
                "The body of the provider's request asks for what nobody knows.",
                place=name,
                items=[f"{{{one}}}" for one in unknown],
                remedy=f"Known are {', '.join(placeholders.NAMES)}.",
            )

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def caps(self) -> Caps:
        """Return what its user says it can make."""
        return self._caps

    async def submit(self, request: Request) -> Job:
        """Ask for a take.

        Raises
        ------
        ProviderError
            It does not answer, refuses, or gives no id.
        """
        require(request, self._caps, self._name)
        known = placeholders.values(request)
        asks = set(placeholders.named(self._words.body))
        for use in _PICTURES:
            path: Path | None = getattr(request, use)
            if use in asks and path is not None:
                known[use] = await asyncio.to_thread(placeholders.data_url, path)
        body = placeholders.filled(self._words.body, known, optional=True)
        answer = await self._client.call("POST", self._words.submit, body=body)
        job_id = _at(answer.value, self._words.id)
        if not isinstance(job_id, str | int) or isinstance(job_id, bool):
            raise self._unsaid("the job's id", self._words.id)
        said = answer.value if isinstance(answer.value, dict) else {}
        words = (self._words.status, self._words.result, self._words.cancel)
        names = {name for text in words for name in _NAME.findall(text)}
        told = {name: said[name] for name in names if isinstance(said.get(name), str)}
        return Job(self._name, sound_id(job_id, self._name), request.slot, told)

    async def state(self, job: Job) -> State:
        """Return how far a job is.

        Raises
        ------
        ProviderError
            It does not answer, or in other words than are known.
        """
        answer = await self._client.call("GET", self._address(self._words.status, job))
        word = str(_at(answer.value, self._words.state) or "")
        phase = next(
            (
                phase
                for phase, words in self._words.states.items()
                if word.casefold() in [known.casefold() for known in words]
            ),
            None,
        )
        if phase is None:
            raise ProviderError(
                f"{self._name} says a job is {self._client.plain(word)!r}, which is "
                "not known.",
                place=f"job {job.id}",
                remedy="Name this word under `states` of the provider.",
            )
        why = _at(answer.value, self._words.why)
        if phase == "done" and why:
            # Some queues call a job completed that has an error.
            phase = "failed"
        return State(
            phase,
            _share(_at(answer.value, self._words.progress)),
            why=self._client.plain(why or "") if phase == "failed" else "",
        )

    async def fetch(self, job: Job, dest: Path) -> Path:
        """Return the file that a job made, brought into ``dest``.

        Raises
        ------
        ProviderError
            It is not done, made nothing, or what came is no take.
        """
        address = self._address(self._words.result or self._words.status, job)
        answer = await self._client.call("GET", address)
        place = _at(answer.value, self._words.file)
        if not isinstance(place, str) or not place:
            raise self._unsaid("where the file is", self._words.file)
        name = urlsplit(place).path.rpartition("/")[2] or job.id
        return await fetched(self._client, place, dest, name)

    async def cancel(self, job: Job) -> None:
        """Take a job back, where the queue can.

        Raises
        ------
        ProviderError
            It does not answer.
        """
        if self._words.cancel:
            address = self._address(self._words.cancel, job)
            method = self._words.cancel_method
            # What is over or unknown cannot be taken back, which is no matter.
            await self._client.call(method, address, accept=(400, 404, 405, 409, 410))

    def _address(self, text: str, job: Job) -> str:
        def one(found: re.Match[str]) -> str:
            if found[1] == "id":
                return quote(job.id, safe="")
            value = job.told.get(found[1])
            if value is None:
                raise self._unsaid("an address", found[1])
            return value

        return _NAME.sub(one, text)

    def _unsaid(self, what: str, path: str) -> ProviderError:
        return ProviderError(
            f"{self._name} does not say {what}.",
            items=[f"nothing at {path!r}"],
            remedy="Correct the path in the provider's file.",
        )


def _at(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _share(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    share = value / 100 if value > 1 else float(value)
    return share if 0 <= share <= 1 else None
