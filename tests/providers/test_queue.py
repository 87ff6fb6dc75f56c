"""Any queue by HTTP, spoken to as its user says."""

import asyncio
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from otio_genai.errors import ProviderError
from otio_genai.providers.limits import Key
from otio_genai.providers.opening import open_provider
from otio_genai.providers.placeholders import values
from otio_genai.providers.protocol import Caps, Job, Request, require
from otio_genai.providers.queue import HttpQueue, Words
from tests.support.coded import write_take

FAL = Words(
    submit="fal/model",
    status="{status_url}",
    result="{response_url}",
    cancel="fal/requests/{id}/cancel",
    id="request_id",
    file="video.url",
    body={
        "prompt": "{prompt}",
        "image_url": "{first_frame}",
        "options": {"seed": "{seed}", "duration": "{seconds}"},
    },
)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return write_take(tmp_path_factory.mktemp("queue") / "t.mp4", 3, 12).read_bytes()


class Fal:
    """A queue whose words and files are told."""

    def __init__(self, video, states=("IN_QUEUE", "IN_PROGRESS", "COMPLETED")):
        self.video, self.states = video, list(states)
        self.bodies, self.keys, self.cancelled = [], [], []
        self.more, self.result = {}, None

    def app(self):
        app = web.Application()
        app.add_routes(
            [
                web.post("/fal/model", self.submit),
                web.get("/fal/requests/{id}/status", self.status),
                web.get("/fal/requests/{id}", self.answer),
                web.put("/fal/requests/{id}/cancel", self.cancel),
                web.get("/files/{name}", self.file),
            ]
        )
        return app

    async def submit(self, request):
        self.keys.append(request.headers.get("Authorization"))
        self.bodies.append(await request.json())
        base = f"{request.scheme}://{request.host}/fal/requests/a%2Fb"
        return web.json_response(
            {"request_id": "a/b", "status_url": f"{base}/status", "response_url": base}
        )

    async def status(self, request):
        assert request.match_info["id"] == "a/b"
        word = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return web.json_response({"status": word, "progress": 40, **self.more})

    async def answer(self, request):
        files = f"{request.scheme}://{request.host}/files/o%20ut.mp4?token=x"
        return web.json_response(self.result or {"video": {"url": files}})

    async def cancel(self, request):
        self.cancelled.append(request.match_info["id"])
        return web.Response(status=400, text='{"status": "ALREADY_COMPLETED"}')

    async def file(self, request):
        return web.Response(body=self.video)


async def nothing(seconds):
    pass


def talk(server, what, words=FAL, **how):
    async def run():
        async with TestServer(server.app()) as at:
            provider = HttpQueue(words, str(at.make_url("/")), sleep=nothing, **how)
            return await what(provider)

    return asyncio.run(run())


def test_a_take_comes_from_a_queue(tmp_path, video, monkeypatch):
    monkeypatch.setenv("FAL_KEY", "k")
    first = tmp_path / "f.png"
    Image.new("RGB", (4, 4)).save(first)
    server = Fal(video)

    async def run(provider):
        job = await provider.submit(Request("s", "p", 5.0, seed=3, first_frame=first))
        states = [await provider.state(job) for _ in range(3)]
        path = await provider.fetch(job, tmp_path / "new")
        await provider.cancel(job)
        return states, path

    states, path = talk(server, run, key=Key("FAL_KEY", text="Key {key}"))
    assert [state.phase for state in states] == ["queued", "running", "done"]
    assert states[0].progress == 0.4
    assert path.read_bytes() == video
    body = server.bodies[0]
    assert body["options"] == {"seed": 3, "duration": 5}
    assert body["image_url"].startswith("data:image/png;base64,")
    assert server.keys == ["Key k"] and server.cancelled == ["a/b"]


def test_what_the_request_does_not_say_is_left_out(video):
    server = Fal(video)
    talk(server, lambda p: p.submit(Request("s", "p", 2.5)))
    assert server.bodies == [
        {"prompt": "p", "options": {"seed": 0, "duration": 2.5}}
    ]  # fmt: skip


def test_a_job_that_is_completed_with_an_error_has_failed(video):
    server = Fal(video, ["COMPLETED"])
    server.more = {"error": "content policy"}

    async def run(provider):
        return await provider.state(await provider.submit(Request("s", "p", 1)))

    state = talk(server, run)
    assert (state.phase, state.why) == ("failed", "content policy")


@pytest.mark.parametrize("word", ["WEIRD", "", 3, None, {"a": 1}])
def test_unknown_words_are_named(video, word):
    server = Fal(video, [word])

    async def run(provider):
        return await provider.state(await provider.submit(Request("s", "p", 1)))

    with pytest.raises(ProviderError, match="not known"):
        talk(server, run)


@pytest.mark.parametrize(
    "result",
    [{"video": {}}, {"video": [1]}, {"video": {"url": 3}}, {"video": {"url": ""}}],
)
def test_a_result_without_a_file_is_refused(tmp_path, video, result):
    server = Fal(video)
    server.result = result

    async def run(provider):
        job = await provider.submit(Request("s", "p", 1))
        return await provider.fetch(job, tmp_path)

    with pytest.raises(ProviderError, match="where the file is"):
        talk(server, run)


def test_a_result_off_the_web_is_not_fetched(tmp_path, video):
    server = Fal(video)
    server.result = {"video": {"url": "file:///etc/passwd"}}

    async def run(provider):
        job = await provider.submit(Request("s", "p", 1))
        return await provider.fetch(job, tmp_path)

    with pytest.raises(ProviderError, match="nothing is fetched"):
        talk(server, run)


def test_a_disk_that_is_full_is_a_sentence(tmp_path, video, monkeypatch):
    server = Fal(video)

    async def full(self, address, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("otio_genai.providers.client.Client.download", full)

    async def run(provider):
        job = await provider.submit(Request("s", "p", 1))
        return await provider.fetch(job, tmp_path)

    with pytest.raises(ProviderError, match="No space left"):
        talk(server, run)
    assert list(tmp_path.iterdir()) == []


def test_another_run_that_was_told_no_address_says_so(video):
    with pytest.raises(ProviderError, match="an address"):
        talk(Fal(video), lambda p: p.state(Job("queue", "x", "s")))


def test_a_body_that_asks_for_the_unknown_is_refused():
    with pytest.raises(ProviderError) as caught:
        HttpQueue(Words("a", "b", {"x": ["{promt}", {"y": "a {sed}"}]}), "http://x")
    assert "{promt}" in str(caught.value) and "{sed}" in str(caught.value)


def test_everything_a_provider_cannot_do_is_named(tmp_path):
    caps = Caps(text=False, seconds=(2, 5), sizes=((1280, 720),))
    request = Request("s", "p", 9, size=(10, 10), refs=(tmp_path / "none.png",))
    with pytest.raises(ProviderError) as caught:
        require(request, caps, "x")
    assert len(caught.value.items) == 4


QUEUE = """
kind = "queue"
name = "fal"
model = "wan"
base = "https://queue.example"
submit = "m"
status = "{status_url}"
[body]
prompt = "{prompt}"
[key]
variable = "FAL_KEY"
text = "Key {key}"
[caps]
first_frame = true
seconds = [2, 10]
sizes = [[1280, 720]]
latency_s = [40, 120]
[limits]
attempts = 2
[states]
done = ["FERTIG"]
"""


def test_a_file_describes_a_provider(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text(QUEUE)
    found = open_provider(path, tuple)
    assert isinstance(found, HttpQueue) and found.name == "fal"
    assert found.caps() == Caps(
        first_frame=True,
        seconds=(2.0, 10.0),
        sizes=((1280, 720),),
        latency_s=(40.0, 120.0),
    )
    (tmp_path / "w.json").write_text(
        json.dumps({"1": {"class_type": "A", "inputs": {"a": "{prompt}"}}})
    )
    path.write_text('kind = "comfyui"\nworkflow = "w.json"\n')
    assert open_provider(path, tuple).name == "comfyui"
    path.write_text('kind = "folder"\ninbox = "in box"\n')
    assert open_provider(path, tuple).name == "inbox"
    assert (tmp_path / "in box").is_dir()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("kind = 3", ["kind is 3"]),
        ("kind =", ["cannot be read"]),
        ('kind = "folder"', ["inbox is missing"]),
        (
            'kind = "queue"\nbase = 3\nbody = 3\nstatus = ""\nworkflow = "a"\n'
            'caps.seconds = [1]\ncaps.sizes = [[1, 2.5]]\ncaps.text = 1\ncaps.x = 1\n'
            'limits.attempts = 1.5\nlimits.wait_s = -1\nkey.text = "no"\n'
            'states.over = ["a"]\nstates.done = "b"',
            ["base", "body", "submit", "workflow", "caps.seconds", "caps.sizes",
             "caps.text", "caps.x", "attempts", "wait_s", "key.variable",
             "states.over", "states.done"],
        ),
        (
            'kind = "comfyui"\nworkflow = "w"\nkey.variable = "A"\nkey.text = 3',
            ["key.text"],
        ),
    ],
)  # fmt: skip
def test_a_file_is_judged_as_a_whole(tmp_path, text, named):
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(ProviderError) as caught:
        open_provider(path, tuple)
    for part in named:
        assert part in str(caught.value)


def test_a_length_in_frames_is_counted_at_the_rate():
    known = values(Request("s", "p", 2.0, rate=Fraction(30000, 1001)))
    assert (known["frames"], known["width"]) == (60, None)


def test_the_files_in_the_documents_describe_providers(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "new-takes.md").read_text("utf-8")
    (tmp_path / "dunes.api.json").write_text(
        json.dumps({"1": {"class_type": "A", "inputs": {"a": "{prompt}"}}})
    )
    found = []
    for number, text in enumerate(re.findall(r"```toml\n(.*?)```", page, re.S)):
        path = tmp_path / f"{number}.toml"
        path.write_text(text)
        found.append(open_provider(path, tuple).name)
    assert found == ["inbox", "comfyui", "fal"]
