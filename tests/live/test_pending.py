"""What was asked for outlives a show that is killed: nothing is paid for twice."""

import asyncio
import json

import pytest
from aiohttp.test_utils import TestServer

from otio_genai import metadata
from otio_genai.live.pending import Asked, Pending
from otio_genai.providers.comfyui import ComfyUI
from otio_genai.providers.protocol import Caps, Job
from tests.live.test_commissions import Stage, media, quiet
from tests.providers.comfy import WORKFLOW, Comfy, reply

__all__ = ["media"]


def takes(stage):
    clip = stage.intake.document.video_tracks()[0][1]
    return [take.name for take in metadata.read(clip, "takes")]


def shows(server, *stages, play):
    """Give one show after another at the same server; none of them is ended."""

    async def run():
        async with TestServer(server.app()) as at:
            for number, stage in enumerate(stages):
                comfy = ComfyUI(WORKFLOW, str(at.make_url("/")), sleep=quiet)
                await play(number, stage, stage.commissions(comfy))

    asyncio.run(run())
    for stage in stages:
        stage.shop.close()


@pytest.mark.parametrize("after", [1, 2, 3, 4])
@pytest.mark.parametrize("named", [False, True])
def test_the_next_show_brings_what_a_killed_one_asked_for(
    tmp_path, media, after, named
):
    """Killed when the provider was asked so many times how far it is."""
    document, video = media
    server = Comfy(lambda prompt: video, named=named)
    first, then = Stage(document, tmp_path), Stage(document, tmp_path)

    async def play(number, stage, commissions):
        await stage.asked(commissions)
        looks = 0
        while commissions.open and (number or looks < after):
            await commissions.look()
            looks += 1
            assert looks < 20

    shows(server, first, then, play=play)
    if first.told[-1][0] == "asked":
        assert len(server.prompts) == 1
        assert then.told == [("quarantined", "slot-002")]
        take = metadata.read(then.intake.document.video_tracks()[0][1], "takes")[-1]
        slate = metadata.read(take.media_reference, "slate")
        assert slate["prompt"] == first.events[0].why
    assert Pending(tmp_path / "new").of("comfyui") == []


def test_what_came_and_is_not_on_the_disk_is_let_in_again_and_not_fetched(
    tmp_path, media
):
    document, video = media
    server = Comfy(lambda prompt: video)
    first, then = Stage(document, tmp_path), Stage(document, tmp_path)

    async def unkept():
        return False

    async def play(number, stage, commissions):
        if not number:
            commissions._kept = unkept
            await stage.asked(commissions)
        while commissions.open:
            await commissions.look()

    shows(server, first, then, play=play)
    assert first.told[-1] == then.told[0] == ("quarantined", "slot-002")
    assert server.asked.count(("GET", "view")) == len(server.prompts) == 1
    assert takes(then) == takes(first)


def test_an_answer_that_is_lost_costs_no_second_take(tmp_path, media):
    """The server took the job, and the line went dead; or the show was killed then."""
    document, video = media
    for killed in (False, True):
        server = Comfy(lambda prompt: video, named=True)
        folder = tmp_path / str(killed)
        first, then = Stage(document, folder), Stage(document, folder)

        async def dead(request, server=server):
            await server.prompt(request)
            request.transport.close()
            return reply()()

        server.faults["POST prompt"] = [lambda request, dead=dead: dead(request)]

        async def play(number, stage, commissions, killed=killed):
            if not number and killed:

                async def killed_then(*given):
                    raise asyncio.CancelledError

                commissions._provider._is_there = killed_then
            if not number:
                try:
                    await stage.asked(commissions)
                except asyncio.CancelledError:
                    return
            if number or not killed:
                for _ in range(9):
                    await commissions.look()

        shows(server, first, then, play=play)
        assert len(server.prompts) == 1
        told = [kind for kind, _ in (*first.told, *then.told)]
        assert told.count("quarantined") == 1 and "failed" not in told


def test_what_no_server_knows_of_is_told_once_and_forgotten(tmp_path, media):
    document, video = media
    server = Comfy(lambda prompt: video)
    Pending(tmp_path / "new").put(Asked("comfyui", "slot-002", "a dune", "token"))
    stage = Stage(document, tmp_path)

    async def play(number, stage, commissions):
        assert [one.job.id for one in commissions.open] == ["token"]
        await commissions.look()
        assert commissions.open == ()

    shows(server, stage, play=play)
    assert stage.told == [("failed", "slot-002")]
    assert Pending(tmp_path / "new").of("comfyui") == []


def test_nothing_is_asked_for_that_cannot_be_kept(tmp_path, media):
    document, video = media
    server, stage = Comfy(lambda prompt: video), Stage(document, tmp_path)
    (tmp_path / "new").write_text("no folder")

    async def play(number, stage, commissions):
        await stage.asked(commissions)

    shows(server, stage, play=play)
    assert [kind for kind, _ in stage.told] == ["failed"] and server.asked == []


def test_a_provider_that_raises_anything_is_told_and_asked_once(tmp_path, media):
    class Wild:
        name, asked = "wild", 0

        def caps(self):
            return Caps()

        async def submit(self, request):
            self.asked += 1
            raise ZeroDivisionError("nobody thought of it")

    stage, wild = Stage(media[0], tmp_path), Wild()
    asyncio.run(stage.asked(stage.commissions(wild)))
    stage.shop.close()
    assert stage.told == [("failed", "slot-002")] and wild.asked == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 9}', '{"version": 1}'])
def test_a_list_that_cannot_be_read_is_empty(tmp_path, text):
    (tmp_path / "asked.json").write_text(text)
    assert Pending(tmp_path).of("comfyui") == []


def test_what_is_kept_is_what_was_asked(tmp_path):
    asked = Asked(
        "fal", "s", "a dune", "t", slate={"seed": 3}, job="9", told={"status_url": "u"}
    )
    pending = Pending(tmp_path / "deep" / "down")
    pending.put(asked)
    pending.note("t", file="x.mp4")
    pending.note("unknown", file="y.mp4")
    (again,) = Pending(tmp_path / "deep" / "down").of("fal")
    assert (again.file, again.slate) == ("x.mp4", {"seed": 3})
    assert again.as_job() == Job("fal", "9", "s", {"status_url": "u"})
    kept = json.loads((tmp_path / "deep" / "down" / "asked.json").read_text())
    assert [one["prompt"] for one in kept["asked"]] == ["a dune"]
