"""A take is asked of ComfyUI, waited for and brought; what goes wrong is a sentence."""

import asyncio
import dataclasses
import json
import socket
from fractions import Fraction

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image

from otio_genai.errors import ProviderError
from otio_genai.providers.comfyui import ComfyUI
from otio_genai.providers.limits import Key, Limits
from otio_genai.providers.protocol import Job, Request
from otio_genai.providers.workflows import read_workflow
from tests.providers.comfy import WITH_FRAMES, WORKFLOW, Comfy, dump, endless, reply
from tests.support.coded import read_film, write_take

REQUEST = Request("dune", 'A "red" dune\n', 2.0, seed=7, rate=Fraction(12))


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return write_take(tmp_path_factory.mktemp("comfy") / "t.mp4", 5, 12).read_bytes()


class Pauses:
    """Counts what would have been slept."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


def talk(server, what, *, workflow=WORKFLOW, **how):
    """Run ``what(provider)`` against a server of ours."""

    async def run():
        async with TestServer(server.app()) as at:
            how.setdefault("sleep", Pauses())
            base = str(at.make_url("/"))
            return await what(ComfyUI(workflow, base, **how))

    return asyncio.run(run())


async def made(provider, dest, request=REQUEST, most=20):
    job = await provider.submit(request)
    phases = []
    for _ in range(most):
        phases.append((await provider.state(job)).phase)
        if phases[-1] not in ("queued", "running"):
            break
    return job, phases, await provider.fetch(job, dest)


def test_a_take_is_asked_for_waited_for_and_brought(tmp_path, video):
    server = Comfy(lambda prompt: video, waits=2, runs=2)
    job, phases, path = talk(server, lambda p: made(p, tmp_path / "new"))
    assert phases == ["queued", "queued", "running", "running", "done"]
    assert path.read_bytes() == video and path.parent == tmp_path / "new"
    assert [take for take, _ in read_film(path)] == [5] * 12
    sent = server.prompts[job.id]
    assert sent["3"]["inputs"] == {"seed": 7, "steps": 20}
    assert sent["9"]["inputs"]["length"] == 24
    words = sent["6"]["inputs"]["text"]
    assert words == 'film still, A "red" dune\n, {red|blue} light, {seed}'


def test_the_neighbours_frames_are_sent_along(tmp_path, video):
    files = {}
    for use, colour in (("first", "red"), ("last", "blue")):
        files[use] = tmp_path / f"{use}.png"
        Image.new("RGB", (32, 18), colour).save(files[use])
    request = Request(
        "s", "p", 2.0, rate=Fraction(24), first_frame=files["first"],
        last_frame=files["last"],
    )  # fmt: skip
    server = Comfy(lambda prompt: video)
    job, _, _ = talk(
        server, lambda p: made(p, tmp_path / "new", request), workflow=WITH_FRAMES
    )
    for node, use in (("12", "first"), ("13", "last")):
        name = server.prompts[job.id][node]["inputs"]["image"]
        assert server.uploads[name] == files[use].read_bytes()


def test_what_a_workflow_needs_is_asked_for_before_anything_is_sent(tmp_path):
    server = Comfy(bytes)
    with pytest.raises(ProviderError, match="first frame"):
        talk(server, lambda p: p.submit(REQUEST), workflow=WITH_FRAMES)
    with pytest.raises(ProviderError) as caught:
        talk(server, lambda p: p.submit(Request("s", "p", 2.0)))
    assert "{frames}" in str(caught.value)
    assert server.asked == []


def test_two_jobs_at_once_bring_each_its_own(tmp_path, video):
    other = write_take(tmp_path / "o.mp4", 9, 6).read_bytes()
    server = Comfy(
        lambda prompt: video if prompt["3"]["inputs"]["seed"] == 1 else other
    )

    async def both(provider):
        requests = [
            Request("s", "p", 1.0, seed=seed, rate=Fraction(24)) for seed in (1, 2)
        ]
        return await asyncio.gather(
            *(
                made(provider, tmp_path / str(r.seed), r) for r in requests
            )
        )  # fmt: skip

    (one, _, first), (two, _, second) = talk(server, both)
    assert one.id != two.id
    assert (first.read_bytes(), second.read_bytes()) == (video, other)


def test_questions_are_asked_again_with_growing_pauses_and_submissions_are_not(video):
    server, pauses = Comfy(lambda prompt: video), Pauses()
    server.faults["GET history"] = [reply(500), reply(502), reply(200, "{}")]

    async def run(provider):
        return await provider.state(Job("comfyui", "job-x", "s"))

    talk(server, run, sleep=pauses)
    assert pauses.seconds == [0.5, 1.0]
    server.faults["POST prompt"] = [reply(500, "out of memory")]
    with pytest.raises(ProviderError, match="out of memory"):
        talk(server, lambda p: p.submit(REQUEST), sleep=pauses)
    assert server.asked.count(("POST", "prompt")) == 1
    assert not server.prompts
    # Busy means not taken: it may be asked again, when the server says.
    server.faults["POST prompt"] = [reply(429, headers={"Retry-After": "7"})]
    talk(server, lambda p: p.submit(REQUEST), sleep=pauses)
    assert pauses.seconds[2:] == [7.0] and len(server.prompts) == 1


def test_a_server_that_stays_ill_or_away_is_a_sentence(video):
    server = Comfy(lambda prompt: video)
    server.faults["GET history"] = [reply(500)] * 9
    job = Job("comfyui", "x", "s")
    with pytest.raises(ProviderError, match="refuses"):
        talk(server, lambda p: p.state(job))
    assert server.asked.count(("GET", "history")) == 4
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pauses = Pauses()
    away = ComfyUI(WORKFLOW, f"http://127.0.0.1:{port}", sleep=pauses)
    for what in (away.submit(REQUEST), away.state(job)):
        with pytest.raises(ProviderError, match="does not answer"):
            asyncio.run(what)
    assert len(pauses.seconds) == 6


def test_a_server_that_never_answers_is_not_waited_for(video):
    server = Comfy(lambda prompt: video)

    def silent(request):
        return asyncio.sleep(60)

    server.faults["GET history"] = [silent] * 4
    with pytest.raises(ProviderError, match="in time"):
        talk(
            server,
            lambda p: p.state(Job("comfyui", "x", "s")),
            limits=Limits(answer_s=0.05, attempts=2),
        )


@pytest.mark.parametrize(
    "text", ["<html>", "{", "[1]", '"x"', "null", "", '{"job": 3}', "[" * 5000]
)
def test_garbage_is_an_error_or_no_answer_never_a_crash(video, text):
    server = Comfy(lambda prompt: video)
    job = Job("comfyui", "job", "s")

    async def ask(provider):
        failed = 0
        for what in ("GET history", "GET queue", "POST prompt"):
            server.faults[what] = [reply(200, text)] * 4
        for call in (
            provider.submit(REQUEST),
            provider.state(job),
            provider.fetch(job, None),
            provider.cancel(job),
        ):
            try:
                found = await call
                failed += found is None or found.phase == "failed"
            except ProviderError:
                failed += 1
        return failed

    assert talk(server, ask) == 4


def test_each_complaint_about_a_workflow_is_named(video):
    server = Comfy(lambda prompt: video)
    said = {
        "error": {"type": "x", "message": "Prompt outputs failed", "details": ""},
        "node_errors": {
            "3": {
                "class_type": "KSampler",
                "errors": [{"message": "Value not in list", "details": "model.ckpt"}],
            },
            "8": {
                "class_type": "VAE",
                "errors": [{"message": "Required", "details": ""}],
            },
        },
    }
    server.faults["POST prompt"] = [
        reply(400, json.dumps(said), content_type="application/json")
    ]
    with pytest.raises(ProviderError) as caught:
        talk(server, lambda p: p.submit(REQUEST))
    for part in ("outputs failed", "KSampler", "model.ckpt", "node 8 (VAE)"):
        assert part in str(caught.value)


def test_a_job_that_fails_says_why_and_one_that_makes_nothing_too(video):
    error = {"node_type": "KSampler", "exception_message": "CUDA out of memory\n"}
    status = {
        "status_str": "error",
        "completed": False,
        "messages": [["execution_start", {}], ["execution_error", error]],
    }
    server = Comfy(lambda prompt: video, status=status)

    async def end(provider):
        job = await provider.submit(REQUEST)
        while not (state := await provider.state(job)).over:
            pass
        return state

    assert talk(server, end).why == "KSampler: CUDA out of memory"
    empty = Comfy(lambda prompt: video, outputs=lambda job: {"1": {"text": ["a"]}})
    state = talk(empty, end)
    assert state.phase == "failed" and "without a video" in state.why
    forgetful = Comfy(lambda prompt: video)

    async def forgotten(provider):
        job = await provider.submit(REQUEST)
        forgetful.left.clear()
        return await provider.state(job)

    assert "does not know" in talk(forgetful, forgotten).why


@pytest.mark.parametrize("running", [False, True])
def test_a_job_is_taken_back_where_it_is(video, running):
    server = Comfy(lambda prompt: video, waits=0 if running else 5, runs=9)

    async def cancel(provider):
        job = await provider.submit(REQUEST)
        await provider.cancel(job)
        again = await provider.state(job)
        await provider.cancel(job)
        return job, again

    job, state = talk(server, cancel)
    assert server.stopped == ([job.id] if running else [])
    assert state.phase == ("cancelled" if running else "failed")


def test_what_is_no_take_never_lands(tmp_path, video):
    for body in (b"", b"<html>", video[: len(video) // 2]):
        server = Comfy(lambda prompt, body=body: body)
        with pytest.raises(ProviderError, match="no take"):
            talk(server, lambda p: made(p, tmp_path / "new"))
    assert list((tmp_path / "new").iterdir()) == []


def test_a_file_without_end_is_given_up(tmp_path, video):
    server = Comfy(lambda prompt: video)
    server.faults["GET view"] = [endless]
    with pytest.raises(ProviderError, match="more than 1 MB"):
        talk(
            server,
            lambda p: made(p, tmp_path / "new"),
            limits=Limits(file_bytes=1 << 20),
        )
    assert list((tmp_path / "new").iterdir()) == []
    server.faults["GET history"] = [endless]
    with pytest.raises(ProviderError, match="too great length"):
        talk(
            server,
            lambda p: p.state(Job("c", "x", "s")),
            limits=Limits(answer_bytes=1 << 20),
        )


def test_a_torn_download_is_begun_again(tmp_path, video):
    server = Comfy(lambda prompt: video)

    def torn(request):
        async def run():
            response = web.StreamResponse(headers={"Content-Length": str(len(video))})
            await response.prepare(request)
            await response.write(video[:500])
            request.transport.close()
            return response

        return run()

    server.faults["GET view"] = [torn]
    _, _, path = talk(server, lambda p: made(p, tmp_path))
    assert path.read_bytes() == video


def test_names_of_servers_do_not_leave_the_folder(tmp_path, video):
    name = "../../etc/x\n.mp4"
    entry = {"filename": name, "subfolder": "video", "type": "output"}
    server = Comfy(lambda prompt: video, outputs=lambda job: {"9": {"gifs": [entry]}})
    server.faults["GET view"] = [lambda: web.Response(body=video)] * 2

    async def twice(provider):
        job = await provider.submit(REQUEST)
        while not (await provider.state(job)).over:
            pass
        return [await provider.fetch(job, tmp_path / "new") for _ in range(2)]

    paths = talk(server, twice)
    assert [path.name for path in paths] == ["x.mp4", "x 2.mp4"]
    assert {path.parent for path in paths} == {tmp_path / "new"}


def test_keys_go_to_their_own_host_and_are_told_to_nobody(tmp_path, video, monkeypatch):
    monkeypatch.setenv("COMFY_KEY", "s3cret")
    key, elsewhere = Key("COMFY_KEY"), Comfy(lambda prompt: video)
    server = Comfy(lambda prompt: video)

    async def run():
        async with TestServer(server.app()) as at, TestServer(elsewhere.app()) as other:
            to = str(other.make_url("/history/x"))
            server.faults["GET history"] = [reply(302, headers={"Location": to})]
            provider = ComfyUI(WORKFLOW, str(at.make_url("/")), key=key, sleep=Pauses())
            job = Job("c", "x", "s")
            with pytest.raises(ProviderError, match="another host"):
                await provider.state(job)
            assert elsewhere.asked == []
            # A file may lie elsewhere, and is fetched from there without the key.
            server.faults["GET view"] = [
                reply(302, headers={"Location": str(other.make_url("/file.mp4"))})
            ]
            elsewhere.faults["GET file.mp4"] = [lambda: web.Response(body=video)]
            _, _, path = await made(provider, tmp_path)
            assert path.read_bytes() == video
            assert [h.get("Authorization") for h in elsewhere.headers] == [None]
            sent = [h.get("Authorization") for h in server.headers]
            assert set(sent) == {"Bearer s3cret"}
            server.faults["GET history"] = [reply(418, "you said s3cret")]
            with pytest.raises(ProviderError, match="you said …") as caught:
                await provider.state(job)
            assert "s3cret" not in repr(provider.__dict__) + str(caught.value)

    asyncio.run(run())
    monkeypatch.delenv("COMFY_KEY")
    with pytest.raises(ProviderError, match="COMFY_KEY holds no key"):
        talk(server, lambda p: p.submit(REQUEST), key=key)


def test_circles_and_places_off_the_web_are_refused(video):
    job = Job("c", "x", "s")
    for to, why in (("/history/x", "circles"), ("file:///etc/passwd", "nothing is")):
        server = Comfy(lambda prompt: video)
        server.faults["GET history"] = [reply(302, headers={"Location": to})] * 30
        with pytest.raises(ProviderError, match=why):
            talk(server, lambda p: p.state(job))
    for base in ("ftp://x", "localhost:8188", ""):
        with pytest.raises(ProviderError, match="no address"):
            ComfyUI(WORKFLOW, base)


def test_a_workflow_is_judged_before_it_is_used(tmp_path):
    path = tmp_path / "w.json"
    path.write_text(json.dumps(WORKFLOW))
    assert read_workflow(path) == WORKFLOW
    for text, why in (
        ("{", "cannot be read"),
        ("[]", "no nodes"),
        ('{"nodes": [], "links": []}', "editor's own format"),
        ('{"1": {"inputs": {}}}', "no class_type"),
        ('{"1": {"class_type": "A", "inputs": {"a": "{promt}"}}}', "{promt}"),
    ):
        path.write_text(text)
        with pytest.raises(ProviderError) as caught:
            read_workflow(path)
        assert why in str(caught.value)
    with pytest.raises(ProviderError, match="cannot be read"):
        read_workflow(tmp_path / "none.json")


def test_what_the_server_says_in_lists_of_other_forms_is_passed_over(video):
    server = Comfy(lambda prompt: video)
    odd = {"x": {"outputs": {"1": {"images": [3, {"filename": ""}]}}, "status": []}}
    server.faults["GET history"] = [dump(odd)]
    state = talk(server, lambda p: p.state(Job("c", "x", "s")))
    assert state.phase == "failed"


@pytest.mark.parametrize(
    "to", ["http://[", "http://h:99999/x", "http://h:port/", "//", "http://a b/"]
)
def test_addresses_that_are_none_are_a_sentence(tmp_path, video, to):
    server = Comfy(lambda prompt: video)
    server.faults["GET history"] = [reply(302, headers={"Location": to})] * 9
    with pytest.raises(ProviderError):
        talk(server, lambda p: p.state(Job("c", "x", "s")))


@pytest.mark.parametrize("said", ["\ud800", "a\nb", "x" * 501, 3.5, [], True, ""])
def test_names_of_jobs_that_no_address_holds_are_refused(video, said):
    server = Comfy(lambda prompt: video)
    server.faults["POST prompt"] = [dump({"prompt_id": said})]
    with pytest.raises(ProviderError, match="no id"):
        talk(server, lambda p: p.submit(REQUEST))


def test_what_a_server_says_is_short_one_line_and_without_the_key(video, monkeypatch):
    monkeypatch.setenv("COMFY_KEY", "s3cret")
    said = {"node_type": "K", "exception_message": "\x1b[31mno s3cret\n" + "x" * 10**6}
    status = {"status_str": "error", "messages": [[], ["execution_error", said]]}
    server = Comfy(lambda prompt: video, status=status, waits=0, runs=0)

    async def end(provider):
        return await provider.state(await provider.submit(REQUEST))

    why = talk(server, end, key=Key("COMFY_KEY")).why
    assert len(why) < 400 and why.isprintable() and "K: [31mno …" in why
    faults = {"class_type": "A", "errors": [{"message": "s3cret"}] * 999}
    text = json.dumps({"node_errors": {"1": faults}})
    server.faults["POST prompt"] = [reply(400, text, content_type="application/json")]
    with pytest.raises(ProviderError) as caught:
        talk(server, lambda p: p.submit(REQUEST), key=Key("COMFY_KEY"))
    assert "s3cret" not in str(caught.value) and len(caught.value.items) == 20


def test_passwords_in_addresses_are_not_shown():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    away = ComfyUI(WORKFLOW, f"http://me:s3cret@127.0.0.1:{port}", sleep=Pauses())
    with pytest.raises(ProviderError) as caught:
        asyncio.run(away.state(Job("c", "x", "s")))
    assert "s3cret" not in str(caught.value) and f"127.0.0.1:{port}" in str(
        caught.value
    )


def test_the_same_seed_twice_is_two_jobs_with_names_of_their_own(tmp_path, video):
    server = Comfy(lambda prompt: video, named=True)
    tokens = [f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2)]

    async def both(provider):
        asked = [dataclasses.replace(REQUEST, token=token) for token in tokens]
        return await asyncio.gather(*(made(provider, tmp_path, one) for one in asked))

    found = talk(server, both)
    assert [job.id for job, _, _ in found] == tokens
    assert len({path for _, _, path in found}) == 2
