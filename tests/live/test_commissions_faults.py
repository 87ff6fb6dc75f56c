"""What fails on the way of a take is told, and leaves the field as it was."""

import asyncio

import pytest

from otio_genai.providers.protocol import Caps, Job, State
from tests.live.test_commissions import Stage, media, staged, until_over
from tests.providers.comfy import Comfy, reply
from tests.support import fields

__all__ = ["media"]


@pytest.mark.parametrize("fault", ["down", "error", "garbage", "no take", "full"])
def test_what_fails_is_told_and_leaves_the_field_as_it_was(
    tmp_path, media, fault, monkeypatch
):
    document, video = media
    stage = Stage(document, tmp_path)
    server = Comfy(lambda prompt: b"<html>" if fault == "no take" else video)
    if fault == "error":
        said = {"node_type": "KSampler", "exception_message": "out of memory"}
        server.status = {
            "status_str": "error",
            "messages": [["execution_error", said]],
        }
    if fault == "garbage":
        server.faults["GET history"] = [reply(200, "{")] * 999
    if fault == "down":
        server.faults["POST prompt"] = [reply(500)] * 9
    if fault == "full":

        async def full(self, address, path):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("otio_genai.providers.client.Client.download", full)

    async def show(commissions):
        await stage.asked(commissions)
        await until_over(commissions, 40)

    staged(server, stage, show)
    assert stage.told[-1] == ("failed", "slot-002")
    words = {
        "down": "refuses",
        "error": "KSampler: out of memory",
        "garbage": "no JSON",
        "no take": "no take",
        "full": "No space left",
    }
    assert words[fault] in stage.events[-1].why
    assert stage.intake.document is document and stage.changes == []


def test_a_server_that_comes_back_brings_what_it_made(tmp_path, media):
    document, video = media
    server, stage = Comfy(lambda prompt: video), Stage(document, tmp_path)
    server.faults["GET history"] = [reply(500)] * 12
    server.faults["GET view"] = [reply(404), reply(404)]

    async def show(commissions):
        await stage.asked(commissions)
        await until_over(commissions)

    staged(server, stage, show)
    assert stage.told[-1] == ("quarantined", "slot-002")


def test_what_is_open_is_taken_back_at_the_end(tmp_path, media):
    document, video = media
    server, stage = Comfy(lambda prompt: video, waits=99), Stage(document, tmp_path)

    async def show(commissions):
        await stage.asked(commissions)
        await commissions.look()
        await commissions.close()
        assert commissions.open == ()

    staged(server, stage, show)
    assert [kind for kind, _ in stage.told] == ["asked", "cancelled"]
    assert server.left == {}


def test_a_prompt_that_cannot_be_filled_is_told(tmp_path):
    told = {"prompt": {"template": "{sky} over {sea}"}}
    document = fields.document(slots=2, takes=1, take_facts={(1, 0): told})
    server, stage = Comfy(lambda prompt: b""), Stage(document, tmp_path)
    staged(server, stage, stage.asked)
    assert stage.told == [("failed", "slot-002")]
    assert "{sea}" in stage.events[0].why and "{sky}" in stage.events[0].why
    assert server.asked == []


def test_a_provider_that_never_answers_is_given_up(tmp_path, media):
    class Silent:
        name = "silent"
        asked = 0

        def caps(self):
            return Caps()

        async def submit(self, request):
            return Job("silent", "1", request.slot)

        async def state(self, job):
            self.asked += 1
            raise OSError("nothing")

        async def cancel(self, job):
            raise OSError("nothing")

    stage, silent = Stage(media[0], tmp_path), Silent()
    commissions = stage.commissions(silent)

    async def show():
        await stage.asked(commissions)
        await until_over(commissions, 40)

    asyncio.run(show())
    stage.shop.close()
    assert silent.asked == 20
    assert [kind for kind, _ in stage.told] == ["asked", "failed"]


def test_asking_after_twice_at_once_lets_a_take_in_once(tmp_path, media):
    document, video = media
    server, stage = Comfy(lambda prompt: video), Stage(document, tmp_path)

    async def show(commissions):
        await stage.asked(commissions)
        while (await commissions._provider.state(commissions.open[0].job)) != State(
            "done", 1.0
        ):
            pass
        await asyncio.gather(commissions.look(), commissions.look())

    staged(server, stage, show)
    assert [kind for kind, _ in stage.told] == ["asked", "quarantined"]
