"""What is dropped into the inbox becomes a take of the field; the desk is told."""

import asyncio
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import opentimelineio as otio
import pytest

from otio_genai import metadata
from otio_genai.errors import LiveError, OutputError
from otio_genai.field.document import read_field
from otio_genai.live.arriving import Workshop, Wrong, take_of, write_picture
from otio_genai.live.inbox import Inbox, prompt_of
from otio_genai.live.intake import Intake
from otio_genai.providers.folder import FolderProvider
from otio_genai.providers.protocol import Request
from tests.support import fields
from tests.support.coded import write_take


class Desk:
    def __init__(self):
        self.events, self.changes = [], []

    def intake(self, document, **how):
        return Intake(
            document,
            tell=self.events.append,
            changed=lambda made, reach: self.changes.append(reach),
            **how,
        )

    @property
    def told(self):
        return [(event.kind, event.slot, event.name) for event in self.events]


def workshop():
    return Workshop(lambda: ThreadPoolExecutor(1))


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    document = fields.coded(folder, slots=2, takes=1)
    new = [write_take(folder / f"new {n}.mp4", 100 + n, 72) for n in (1, 2)]
    short = write_take(folder / "short.mp4", 99, 4)
    return document, new, short


def watched(tmp_path, intake, **how):
    provider = FolderProvider(tmp_path / "inbox", intake.slots, which=prompt_of)
    clock = iter(range(0, 1000, 3))
    shop = workshop()
    inbox = Inbox(
        provider, intake, shop, lambda: next(clock), cache=str(tmp_path / "c"), **how
    )
    return provider, inbox, shop


def drop(tmp_path, file, place):
    target = tmp_path / "inbox" / place
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target)


def options(document, slot):
    return [option.clip.name for option in read_field(document).slots[slot].options]


def test_a_dropped_take_waits_for_the_artist(tmp_path, media):
    document, new, _ = media
    desk = Desk()
    intake = desk.intake(read_field(document))
    before = document.to_json_string()

    async def run():
        _, inbox, shop = watched(tmp_path, intake)
        drop(tmp_path, new[0], "slot-001/fern é.mp4")
        assert await inbox.look() == []
        assert [event.kind for event in await inbox.look()] == ["quarantined"]
        assert await inbox.look() == []
        assert options(intake.document, 0) == ["take 0-0"]
        assert intake.quarantined() == [("slot-001", "fern é")]
        await intake.approve("slot-001", "fern é")
        shop.close()

    asyncio.run(run())
    assert options(intake.document, 0) == ["take 0-0", "fern é"]
    assert intake.quarantined() == []
    assert desk.told == [
        ("quarantined", "slot-001", "fern é"),
        ("approved", "slot-001", "fern é"),
    ]
    assert desk.changes == ["kept", "next"]
    assert document.to_json_string() == before


def test_automatic_takes_are_options_at_once(tmp_path, media):
    document, new, _ = media
    desk = Desk()
    intake = desk.intake(read_field(document), mode="auto")

    async def run():
        _, inbox, shop = watched(tmp_path, intake)
        drop(tmp_path, new[0], "slot-002/a.mp4")
        drop(tmp_path, new[1], "slot-002/a.mov")
        await inbox.look()
        await inbox.look()
        shop.close()

    asyncio.run(run())
    assert [kind for kind, _, _ in desk.told] == ["added", "added"]
    assert options(intake.document, 1) == ["take 1-0", "a", "a 2"]
    assert desk.changes == ["now", "now"]


def test_refusals_are_told_with_their_reason_and_leave_the_document(tmp_path, media):
    document, new, short = media
    desk = Desk()
    intake = desk.intake(read_field(document))

    async def run():
        _, inbox, shop = watched(tmp_path, intake)
        drop(tmp_path, short, "slot-001/short.mp4")
        drop(tmp_path, new[0], "elsewhere/a.mp4")
        (tmp_path / "inbox" / "slot-001" / "text.mp4").write_text("no film")
        for _ in range(4):
            await inbox.look()
        shop.close()

    asyncio.run(run())
    why = {event.name: event.why for event in desk.events}
    assert {event.kind for event in desk.events} == {"refused"}
    assert set(why) == {"short", "slot-001/text.mp4", "elsewhere/"}
    assert "shortest" in why["short"]
    assert intake.document is document and desk.changes == []


def test_the_same_pictures_are_no_second_take(tmp_path, media):
    desk = Desk()
    intake = desk.intake(read_field(media[0]))
    made = take_of(str(media[1][0]), {}, str(tmp_path))

    async def run():
        for name in ("a", "b"):
            clip = otio.adapters.read_from_string(made, "otio_json")
            clip.name = name
            await intake.add("slot-001", clip)

    asyncio.run(run())
    assert [kind for kind, _, _ in desk.told] == ["quarantined", "refused"]
    assert "the take a" in desk.events[1].why


def test_what_the_show_cannot_take_is_refused(tmp_path, media):
    document, _, _ = media
    made = take_of(str(media[1][0]), {}, str(tmp_path))
    desk = Desk()

    def full(document, reach):
        raise OutputError("The disk is full.")

    intake = Intake(
        read_field(document), mode="auto", tell=desk.events.append, changed=full
    )
    clip = otio.adapters.read_from_string(made, "otio_json")
    asyncio.run(intake.add("slot-001", clip))
    assert [event.why for event in desk.events] == ["The disk is full."]
    assert intake.document is document


def test_a_file_that_goes_is_told(tmp_path, media):
    document, new, _ = media
    desk = Desk()
    intake = desk.intake(read_field(document))

    async def run():
        _, inbox, shop = watched(tmp_path, intake)
        drop(tmp_path, new[0], "slot-001/a.mp4")
        await inbox.look()
        await inbox.look()
        (tmp_path / "inbox" / "slot-001" / "a.mp4").unlink()
        await inbox.look()
        shop.close()

    asyncio.run(run())
    assert desk.told[1] == ("gone", None, "slot-001/a.mp4")


def test_what_answers_a_request_keeps_what_was_said_of_it(tmp_path, media):
    document, new, _ = media
    desk = Desk()
    intake = desk.intake(read_field(document), mode="auto")
    said = {"generator": "inbox", "prompt": "A dune", "seed": 7}

    async def run():
        jobs = []
        provider, inbox, shop = watched(
            tmp_path, intake, said=lambda job: (jobs.append(job) or said, True)
        )
        job = await provider.submit(Request("slot-001", "A dune", 3.0))
        drop(tmp_path, new[0], "slot-001/kling_20250901_Image_to_Video_A_dune_1_0.mp4")
        await inbox.look()
        await inbox.look()
        shop.close()
        assert jobs == [job]

    asyncio.run(run())
    clip = read_field(intake.document).slots[0].options[1].clip
    slate = metadata.read(clip.media_reference, "slate")
    assert (slate["prompt"], slate["seed"], slate["generator"]) == (
        "A dune",
        7,
        "inbox",
    )
    assert slate["evidence"] == ["file name", "request"]
    # It came too late for the showing that plays.
    assert desk.changes == ["next"]


def test_an_inbox_that_cannot_be_kept_is_told_once(tmp_path, media, monkeypatch):
    desk = Desk()
    intake = desk.intake(read_field(media[0]))

    async def run():
        provider, inbox, shop = watched(tmp_path, intake)

        async def full(now_s, inspector):
            raise OutputError("The disk is full.")

        monkeypatch.setattr(provider, "poll", full)
        for _ in range(3):
            await inbox.look()
        shop.close()

    asyncio.run(run())
    assert [event.why for event in desk.events] == ["The disk is full."]


def test_unknown_takes_and_slots_are_refused(media):
    desk = Desk()
    intake = desk.intake(read_field(media[0]))

    async def run():
        await intake.approve("slot-001", "nobody")
        await intake.approve("nowhere", "a")

    asyncio.run(run())
    assert [kind for kind, _, _ in desk.told] == ["refused", "refused"]
    assert desk.changes == []


def test_a_workshop_whose_process_dies_begins_anew():
    class Dead(ThreadPoolExecutor):
        def submit(self, *given, **named):
            raise BrokenProcessPool("gone")

    made = iter([Dead(1), ThreadPoolExecutor(1)])
    shop = Workshop(lambda: next(made))

    async def run():
        with pytest.raises(LiveError, match="died"):
            await shop.do(len, "abc")
        assert await shop.do(len, "abc") == 3
        shop.close()

    asyncio.run(run())


def test_pictures_and_takes_that_cannot_be_made_say_why(tmp_path, media):
    file = tmp_path / "a.mp4"
    file.write_text("no film")
    assert isinstance(take_of(str(file), {}, str(tmp_path)), Wrong)
    target = str(tmp_path / "p.png")
    assert isinstance(write_picture(str(file), 0, "24", target), Wrong)
    good = str(media[1][0])
    assert isinstance(write_picture(good, 0, "24", "/nowhere/p.png"), Wrong)
    assert write_picture(good, 10**6, "24", target) == target


@pytest.mark.slow
def test_what_takes_too_long_is_ended_and_the_next_begins_anew():
    shop = Workshop(patience_s=0.5)

    async def run():
        with pytest.raises(LiveError, match=r"longer than 0.5 s"):
            await shop.do(time.sleep, 600)
        with pytest.raises(LiveError, match="died"):
            await shop.do(os._exit, 1)
        assert await shop.do(len, "abc") == 3
        shop.close()

    asyncio.run(run())


@pytest.mark.slow
def test_a_process_of_its_own_makes_the_same_take(tmp_path, media):
    path, cache = str(media[1][0]), str(tmp_path)
    shop = Workshop()

    async def run():
        made = await shop.do(take_of, path, {"seed": 3}, cache)
        wrong = await shop.do(take_of, str(tmp_path / "none.mp4"), {}, cache)
        shop.close()
        return made, wrong

    made, wrong = asyncio.run(run())
    assert made == take_of(path, {"seed": 3}, cache)
    assert isinstance(wrong, Wrong) and "No such file" in wrong
