"""New takes in a show: the artist is told of everything, nothing ends the film."""

import asyncio
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import get_args

import opentimelineio as otio
import pytest
from aiohttp.test_utils import TestServer

from otio_genai.errors import LiveError, OutputError
from otio_genai.field.document import read_field
from otio_genai.field.model import Chosen
from otio_genai.live.arriving import Workshop
from otio_genai.live.intake import Event, Kind
from otio_genai.live.newcomers import Newcomers, door
from otio_genai.live.newtakes import NewTakes, OnAir, on_air, sentence
from tests.providers.comfy import WORKFLOW, Comfy
from tests.support import fields
from tests.support.coded import write_take

PROMPT = {"prompt": {"template": "{mood} dune", "vars": {"mood": "a quiet"}}}
DATE = datetime(2026, 11, 22, tzinfo=UTC)


class House:
    def __init__(self, document):
        self.field, self.renewed, self.notes, self.full = (
            read_field(document), [], [], False
        )  # fmt: skip

    def renew(self, given, *, now):
        if self.full:
            raise OutputError("The disk is full.")
        self.field = given
        self.renewed.append(now)

    def tell(self, sentence):
        self.notes.append(sentence)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    document = fields.coded(
        folder, slots=3, takes=1, take_facts={(n, 0): PROMPT for n in (1, 2)}
    )
    return document, write_take(folder / "new.mp4", 77, 72)


class Clock:
    def __init__(self):
        self.now_s = 50.0

    def __call__(self):
        return self.now_s


def opened(house, how, clock, **more):
    made = Newcomers(
        house,
        how,
        clock=clock,
        date=lambda: DATE,
        seed=1,
        workshop=Workshop(lambda: ThreadPoolExecutor(1)),
        **more,
    )
    # What it does by itself is done here by hand.
    made._task.cancel()
    return made


def described(folder, base, more=""):
    (folder / "w.json").write_text(json.dumps(WORKFLOW))
    path = folder / "p.toml"
    path.write_text(
        f'kind = "comfyui"\nbase = "{base}"\nworkflow = "w.json"\nmodel = "wan"\n'
        + more
    )
    return path


def test_a_take_is_refused_at_the_desk_and_is_not_in_the_field(tmp_path, media):
    document, new = media
    house, clock = House(document), Clock()
    kept = tmp_path / "kept.otio"
    how = NewTakes(tmp_path / "n", inbox=tmp_path / "inbox", document=kept)

    async def show():
        made = opened(house, how, clock)
        folder = tmp_path / "inbox" / "slot-001"
        folder.mkdir(parents=True)
        shutil.copy(new, folder / "fern.mp4")
        for _ in range(2):
            await made.look()
            clock.now_s += 3
        with pytest.raises(LiveError):
            await asyncio.to_thread(made.refuse, "slot-001", "nobody")
        with pytest.raises(LiveError):
            # The film needs the active take.
            await asyncio.to_thread(made.refuse, "slot-001", "take 0-0")
        assert made.waiting() == [("slot-001", "fern")]
        await asyncio.to_thread(made.refuse, "slot-001", "fern")
        await made.look()
        assert made.waiting() == []
        assert (folder / "fern.mp4").exists()

    asyncio.run(show())
    assert house.renewed == []
    assert "fern" not in kept.read_text()


def test_a_file_is_dropped_approved_drawn_and_kept(tmp_path, media):
    document, new = media
    house, clock = House(document), Clock()
    kept = tmp_path / "kept.otio"
    how = NewTakes(tmp_path / "n", inbox=tmp_path / "inbox", document=kept)

    async def show():
        made = opened(house, how, clock)
        folder = tmp_path / "inbox" / "slot-001"
        folder.mkdir(parents=True)
        shutil.copy(new, folder / "fern.mp4")
        for _ in range(2):
            await made.look()
            clock.now_s += 3
        assert made.waiting() == [("slot-001", "fern")]
        assert house.renewed == []
        # The desk asks in threads of its own.
        with pytest.raises(LiveError):
            await asyncio.to_thread(made.approve, "slot-001", "nobody")
        await asyncio.to_thread(made.approve, "slot-001", "fern")
        assert made.waiting() == []
        await made.look()

    asyncio.run(show())
    assert house.renewed == [False]
    assert [o.clip.name for o in house.field.slots[0].options] == ["take 0-0", "fern"]
    again = read_field(otio.adapters.read_from_file(str(kept)))
    assert again.fingerprint == house.field.fingerprint
    assert house.notes == [
        "slot-001: 'fern' is new and waits for you.",
        house.notes[1],
        "slot-001: 'fern' may be drawn.",
    ]
    assert "nobody" in house.notes[1]


def test_each_slot_is_asked_for_once_a_film_and_no_more_than_may_be_in_all(
    tmp_path, media
):
    document, new = media
    house, clock = House(document), Clock()
    server = Comfy(lambda prompt: new.read_bytes(), waits=0, runs=0)
    films = iter("aaaabbbbbb")

    async def show():
        async with TestServer(server.app()) as at:
            path = described(tmp_path, at.make_url("/"))
            how = NewTakes(
                tmp_path / "n", providers=[path], mode="auto", most=1, most_in_all=3
            )
            counts = []
            made = opened(
                house,
                how,
                clock,
                on_air=lambda: OnAir(next(films), clock.now_s + 50, ()),
            )
            for _ in range(8):
                await made.look()
                counts.append(len(server.prompts))
            return counts

    # Frames are asked for by no rate but the field's.
    counts = asyncio.run(show())
    assert counts == [1, 2, 2, 2, 3, 3, 3, 3]
    assert all(p["6"]["inputs"]["text"].startswith("film still, a quiet dune")
               for p in server.prompts.values())  # fmt: skip
    # The same pictures are no second take of a slot; the first two came.
    assert house.renewed == [True, True]


def test_slots_that_are_too_near_are_not_asked_for(tmp_path, media):
    document, new = media
    house, clock = House(document), Clock()
    server = Comfy(lambda prompt: new.read_bytes(), waits=9)

    async def show(began_s):
        async with TestServer(server.app()) as at:
            path = described(tmp_path, at.make_url("/"))
            how = NewTakes(tmp_path / "n", providers=[path], mode="auto")
            shot = Chosen(0, 0, 0, 24)
            made = opened(house, how, clock, on_air=lambda: OnAir("a", began_s, [shot]))
            await made.look()

    # The second slot begins a second after the film does, the third 1.5 at least.
    asyncio.run(show(clock.now_s + 8.4))
    assert len(server.prompts) == 0
    asyncio.run(show(clock.now_s + 8.6))
    assert len(server.prompts) == 1


def test_what_the_show_cannot_take_is_told_and_it_goes_on(tmp_path, media):
    document, new = media
    house, clock = House(document), Clock()
    house.full = True
    how = NewTakes(
        tmp_path / "n", inbox=tmp_path / "inbox", mode="auto",
        document=tmp_path / "none" / "kept.otio",
    )  # fmt: skip

    async def show():
        made = opened(house, how, clock)
        folder = tmp_path / "inbox" / "slot-001"
        folder.mkdir(parents=True)
        shutil.copy(new, folder / "fern.mp4")
        for _ in range(2):
            await made.look()
            clock.now_s += 3
        house.full = False
        shutil.copy(new, tmp_path / "inbox" / "slot-001" / "other.mp4")

        async def broken():
            raise ZeroDivisionError("what nobody thought of")

        made._inboxes[0].look = broken
        await made.look()

    asyncio.run(show())
    assert house.notes == [
        "slot-001: 'fern' is not taken: The disk is full.",
        "New takes: what nobody thought of",
    ]


def test_a_document_that_cannot_be_written_costs_only_the_document(tmp_path, media):
    document, new = media
    house, clock = House(document), Clock()
    how = NewTakes(
        tmp_path / "n", inbox=tmp_path / "inbox", mode="auto",
        document=tmp_path / "none" / "kept.otio",
    )  # fmt: skip

    async def show():
        made = opened(house, how, clock)
        folder = tmp_path / "inbox" / "slot-001"
        folder.mkdir(parents=True)
        shutil.copy(new, folder / "fern.mp4")
        for _ in range(2):
            await made.look()
            clock.now_s += 3

    asyncio.run(show())
    assert house.renewed == [True]
    assert "may be drawn" in house.notes[0] and "not written" in house.notes[1]
    # The inbox is not told that it is done: the next show has it anew.
    assert not (tmp_path / "inbox" / ".otio-genai-inbox.json").exists()


def test_it_ends_with_the_loop_and_takes_back_what_is_open(tmp_path, media):
    document, _ = media
    house = House(document)
    server = Comfy(lambda prompt: b"", waits=99)

    async def show():
        async with TestServer(server.app()) as at:
            path = described(tmp_path, at.make_url("/"))
            how = NewTakes(tmp_path / "n", providers=[path], every_s=0.0)
            made = Newcomers(house, how, clock=Clock(), date=lambda: DATE, seed=1)
            while len(server.prompts) < 2:
                await asyncio.sleep(0)
            await made.close()

    asyncio.run(show())
    assert server.left == {}
    assert sum("was taken back" in note for note in house.notes) == 2


def test_it_is_ended_by_a_loop_that_ends_without_a_word(tmp_path, media):
    document, _ = media
    house, ended = House(document), []
    server = Comfy(lambda prompt: b"", waits=99)

    class Counted(ThreadPoolExecutor):
        def shutdown(self, *given, **named):
            ended.append(True)
            super().shutdown(*given, **named)

    async def show():
        async with TestServer(server.app()) as at:
            path = described(tmp_path, at.make_url("/"), "[limits]\nattempts = 1\n")
            how = NewTakes(tmp_path / "n", providers=[path], every_s=0.0)
            shop = Workshop(lambda: Counted(1))
            await shop.do(len, "")
            Newcomers(
                house, how, clock=Clock(), date=lambda: DATE, seed=1, workshop=shop
            )
            while len(server.prompts) < 2:
                await asyncio.sleep(0)

    asyncio.run(show())
    assert ended == [True]


def test_every_kind_of_event_is_a_sentence():
    for kind in get_args(Kind):
        assert sentence(Event(kind, "s", "a")).endswith(".")
    told = sentence(Event("refused", None, "a.mp4", "It is no film."))
    assert told == "'a.mp4' is not taken: It is no film."
    asked = sentence(Event("asked", "s", "job", "A dune"))
    assert asked == "s: a take was asked for: A dune"


def test_a_film_on_air_tells_when_it_began():
    class Film:
        started = False

        def position_s(self):
            return 7.5

        def shown(self):
            return (Chosen(0, 0, 0, 24),), ()

    film = Film()
    assert on_air(None, 20.0) is None and on_air(film, 20.0) is None
    film.started = True
    assert on_air(film, 20.0) == OnAir(film, 12.5, (Chosen(0, 0, 0, 24),))


def test_a_door_lets_an_inbox_into_a_house(tmp_path, media):
    document, new = media
    house = House(document)
    folder = tmp_path / "inbox" / "slot-001"
    folder.mkdir(parents=True)
    (folder / "text.mp4").write_text("no film")
    enter = door(
        NewTakes(tmp_path / "n", inbox=tmp_path / "inbox", every_s=0.0), seed=1
    )

    async def show():
        made = enter(house)
        shutil.copy(new, tmp_path / "inbox" / "stray.mp4")
        while not house.notes:
            await asyncio.sleep(0)
        await made.close()

    asyncio.run(show())
    assert house.notes == [
        "'stray.mp4' is not taken: Put it into the folder of the slot it is for."
    ]
