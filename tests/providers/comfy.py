"""A small server that speaks ComfyUI's protocol, and goes wrong as it is told.

It counts questions, not time: a job waits for ``waits`` looks at the queue, runs for
``runs`` more, and is done.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

WORKFLOW = {
    "3": {"class_type": "KSampler", "inputs": {"seed": "{seed}", "steps": 20}},
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"text": "film still, {prompt}, {red|blue} light, {{seed}}"},
    },
    "9": {"class_type": "SaveVideo", "inputs": {"length": "{frames}"}},
}
WITH_FRAMES = WORKFLOW | {
    "12": {"class_type": "LoadImage", "inputs": {"image": "{first_frame}"}},
    "13": {"class_type": "LoadImage", "inputs": {"image": "{last_frame}"}},
}


class Comfy:
    def __init__(
        self,
        make: Callable[[dict], bytes],
        *,
        waits: int = 1,
        runs: int = 1,
        outputs: Callable[[str], dict] | None = None,
        status: dict | None = None,
        named: bool = False,
    ) -> None:
        # Whether it takes the name that it is given for a job.
        self.named = named
        self.make, self.waits, self.runs = make, waits, runs
        self.outputs = outputs or self._video
        self.status = status
        self.faults: dict[str, list[Callable[[], web.StreamResponse]]] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.prompts: dict[str, dict] = {}
        self.uploads: dict[str, bytes] = {}
        self.left: dict[str, int] = {}
        self.stopped: list[str] = []

    def _video(self, job: str) -> dict:
        return {
            "7": {"images": [{"filename": "p.png", "subfolder": "", "type": "temp"}]},
            "9": {
                "images": [
                    {"filename": f"{job}.mp4", "subfolder": "video", "type": "output"}
                ],
                "animated": [True],
            },
        }

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._fault])
        app.add_routes(
            [
                web.post("/prompt", self.prompt),
                web.get("/history/{id}", self.history),
                web.get("/queue", self.queue),
                web.post("/queue", self.delete),
                web.post("/interrupt", self.interrupt),
                web.post("/upload/image", self.upload),
                web.get("/view", self.view),
            ]
        )
        return app

    @web.middleware
    async def _fault(self, request, handler):
        name = request.path.split("/")[1]
        self.asked.append((request.method, name))
        self.headers.append(dict(request.headers))
        waiting = self.faults.get(f"{request.method} {name}")
        if waiting:
            made = waiting.pop(0)
            answer = made(request) if made.__code__.co_argcount else made()
            return await answer if hasattr(answer, "__await__") else answer
        return await handler(request)

    async def prompt(self, request):
        body = await request.json()
        assert body["client_id"]
        job = f"job-{len(self.prompts)}"
        if self.named:
            job = body.get("prompt_id", job)
        self.prompts[job] = body["prompt"]
        self.left[job] = self.waits + self.runs
        return web.json_response({"prompt_id": job, "number": 1, "node_errors": {}})

    async def history(self, request):
        job = request.match_info["id"]
        if self.left.get(job) != 0 and job not in self.stopped:
            return web.json_response({})
        status = self.status or {
            "status_str": "success",
            "completed": True,
            "messages": [],
        }
        outputs = self.outputs(job)
        if job in self.stopped:
            outputs = {}
            status = {
                "status_str": "error",
                "completed": False,
                "messages": [["execution_interrupted", {"prompt_id": job}]],
            }
        return web.json_response(
            {job: {"prompt": [], "outputs": outputs, "status": status}}
        )

    async def queue(self, request):
        running, pending = [], []
        for number, (job, left) in enumerate(self.left.items()):
            if left and job not in self.stopped:
                item = [number, job, self.prompts[job], {}, []]
                (running if left <= self.runs else pending).append(item)
                self.left[job] = left - 1
        return web.json_response({"queue_running": running, "queue_pending": pending})

    async def delete(self, request):
        for job in (await request.json())["delete"]:
            if self.left.get(job, 0) > self.runs:
                del self.left[job]
        return web.Response()

    async def interrupt(self, request):
        self.stopped.append((await request.json())["prompt_id"])
        return web.Response()

    async def upload(self, request):
        fields = await request.post()
        assert fields["overwrite"] == "true"
        image = fields["image"]
        self.uploads[image.filename] = image.file.read()
        return web.json_response(
            {"name": image.filename, "subfolder": "", "type": "input"}
        )

    async def view(self, request):
        assert request.query["type"] == "output"
        assert request.query["subfolder"] == "video"
        job = request.query["filename"].removesuffix(".mp4")
        return web.Response(body=self.make(self.prompts[job]))


def reply(status=200, text="", headers=None, **how):
    """Return a fault: a plain answer."""
    return lambda: web.Response(status=status, text=text, headers=headers, **how)


def endless(request):
    """Send and send."""

    async def run():
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(1 << 16))
        except ConnectionError:
            return response

    return run()


def dump(value):
    return reply(text=json.dumps(value), content_type="application/json")
