"""ComfyUI, on this machine or another: the user's own workflow, filled in and queued.

Conventions
    The workflow is ComfyUI's API format ("Export (API)"), with placeholders where the
    request's words belong (`otio_genai.providers.placeholders`). Pictures are uploaded
    into its input folder under names made of their content. How far a job is, is asked
    of its history and queue; no socket is kept open.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from otio_genai.errors import ProviderError
from otio_genai.providers import placeholders, workflows
from otio_genai.providers.client import Client
from otio_genai.providers.fetching import fetched
from otio_genai.providers.limits import LIMITS, Key, Limits
from otio_genai.providers.protocol import Caps, Job, Request, State, require, sound_id

if TYPE_CHECKING:
    import aiohttp

__all__ = ["ComfyUI"]

_BAD_REQUEST, _COMPLAINTS = 400, 20
_FRAMES = ("first_frame", "last_frame")


class ComfyUI:
    """A ComfyUI server.

    Parameters
    ----------
    workflow
        As `otio_genai.providers.workflows.read_workflow` returns it.
    base
        Address of the server.
    name, model
        What it is called, and what the workflow's model is, in slates.
    caps
        What it can make; which frames it takes is told by the workflow.
    key
        For a server behind a gate; ComfyUI itself wants none.
    client_id
        What the server knows us by.
    """

    def __init__(
        self,
        workflow: Mapping[str, Any],
        base: str = "http://127.0.0.1:8188",
        *,
        name: str = "comfyui",
        model: str = "",
        caps: Caps | None = None,
        key: Key | None = None,
        limits: Limits = LIMITS,
        client_id: str = "otio-genai",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._workflow, self._name, self.model = dict(workflow), name, model
        self._client = Client(base, name=name, key=key, limits=limits, sleep=sleep)
        self._client_id = client_id
        self._asks = set(placeholders.named(self._workflow))
        given = caps or Caps()
        self._caps = Caps(
            text="first_frame" not in self._asks,
            first_frame="first_frame" in self._asks,
            last_frame="last_frame" in self._asks,
            seconds=given.seconds,
            sizes=given.sizes,
            latency_s=given.latency_s,
            cost=given.cost,
        )

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def caps(self) -> Caps:
        """Return what its workflow can make."""
        return self._caps

    async def submit(self, request: Request) -> Job:
        """Upload the request's pictures and queue its workflow.

        Raises
        ------
        ProviderError
            It does not answer, or refuses; what is wrong with each node is named.
        """
        require(request, self._caps, self._name)
        known = placeholders.values(request)
        for use in _FRAMES:
            path: Path | None = getattr(request, use)
            if use in self._asks and path is not None:
                known[use] = await self._uploaded(path)
        prompt = placeholders.filled(self._workflow, known)
        body = {"prompt": prompt, "client_id": self._client_id}
        if request.token:
            # Older servers give it a name of their own.
            body["prompt_id"] = request.token
        try:
            answer = await self._client.call(
                "POST", "prompt", body=body, accept=(_BAD_REQUEST,)
            )
        except ProviderError:
            # It may have been taken, and only the answer was lost.
            job = Job(self._name, request.token, request.slot)
            if request.token and await self._is_there(job):
                return job
            raise
        said = answer.value if isinstance(answer.value, dict) else {}
        if answer.status == _BAD_REQUEST or "prompt_id" not in said:
            found = itertools.islice(workflows.complaints(said), _COMPLAINTS)
            raise ProviderError(
                f"{self._name} does not take this workflow.",
                place=f"slot {request.slot!r}",
                items=[self._client.plain(one) for one in found],
                remedy="Queue the workflow once by hand in ComfyUI, then export it.",
            )
        return Job(self._name, sound_id(said["prompt_id"], self._name), request.slot)

    async def state(self, job: Job) -> State:
        """Return how far a job is.

        Raises
        ------
        ProviderError
            It does not answer.
        """
        entry = await self._entry(job)
        if entry is None:
            place = await self._place(job)
            if place is not None:
                return State("running" if place == 0 else "queued")
            # It may have ended between the two questions.
            entry = await self._entry(job)
        if entry is None:
            return State("failed", why="The server does not know of it any more.")
        found = workflows.outcome(entry)
        return replace(found, why=self._client.plain(found.why))

    async def fetch(self, job: Job, dest: Path) -> Path:
        """Return the file that a job made, brought into ``dest``.

        Raises
        ------
        ProviderError
            It is not done, made nothing, or what came is no take.
        """
        entry = await self._entry(job)
        made = workflows.best(entry or {})
        if made is None:
            raise ProviderError(
                "The job made no file.",
                place=f"{self._name}, job {job.id}",
                remedy="See that the workflow ends in a node that saves a video.",
            )
        query = {key: str(made.get(key, "")) for key in ("filename", "subfolder")}
        query["type"] = str(made.get("type", "output"))
        address = f"view?{urlencode(query)}"
        return await fetched(self._client, address, dest, query["filename"])

    async def cancel(self, job: Job) -> None:
        """Take a job out of the queue, or stop it where it runs.

        Raises
        ------
        ProviderError
            It does not answer.
        """
        place = await self._place(job)
        if place is None:
            return
        await self._client.call("POST", "queue", body={"delete": [job.id]})
        if place == 0:
            # Servers that do not know the id stop what runs: that is this job.
            await self._client.call("POST", "interrupt", body={"prompt_id": job.id})

    async def _is_there(self, job: Job) -> bool:
        try:
            return await self._place(job) is not None or bool(await self._entry(job))
        except ProviderError:
            return False

    async def _entry(self, job: Job) -> dict[str, Any] | None:
        answer = await self._client.call("GET", f"history/{quote(job.id, safe='')}")
        found = answer.value.get(job.id) if isinstance(answer.value, dict) else None
        return found if isinstance(found, dict) else None

    async def _place(self, job: Job) -> int | None:
        """Return 0 for a job that runs, more for one that waits, None for neither."""
        answer = await self._client.call("GET", "queue")
        said = answer.value if isinstance(answer.value, dict) else {}
        for place, key in enumerate(("queue_running", "queue_pending")):
            listed = said.get(key)
            for item in listed if isinstance(listed, list) else []:
                if isinstance(item, list) and job.id in item[:2]:
                    return place
        return None

    async def _uploaded(self, path: Path) -> str:
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            raise ProviderError(
                f"The picture may not be read ({error.strerror}).", place=str(path)
            ) from error
        name = f"otio-genai-{hashlib.sha256(data).hexdigest()[:16]}{path.suffix}"

        def form() -> aiohttp.FormData:
            import aiohttp

            made = aiohttp.FormData()
            made.add_field("image", data, filename=name, content_type="image/png")
            made.add_field("overwrite", "true")
            return made

        answer = await self._client.call("POST", "upload/image", form=form)
        said = answer.value if isinstance(answer.value, dict) else {}
        kept, folder = said.get("name"), said.get("subfolder")
        if not isinstance(kept, str) or not kept:
            raise ProviderError(
                f"{self._name} took a picture and does not say where it lies.",
                place=str(path),
            )
        return f"{folder}/{kept}" if folder else kept
