"""A take that comes while a real house plays is prepared, drawn and sent."""

import asyncio
import contextlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import opentimelineio as otio
import pytest

from otio_genai.live.arriving import Workshop
from otio_genai.live.house import House
from otio_genai.live.newcomers import Newcomers
from otio_genai.live.newtakes import NewTakes
from otio_genai.live.schedule import Scheduler
from otio_genai.live.stock import prepared
from tests.support import fields
from tests.support.coded import coded_tone, write_take

DATE = datetime(2026, 11, 22, tzinfo=UTC)


class Clock:
    now_s = 0.0

    def __call__(self):
        self.now_s += 0.01
        return self.now_s


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["next-showing", "auto"])
def test_a_new_take_is_drawn_and_sent(tmp_path, mode):
    path = tmp_path / "field.otio"
    document = fields.coded(tmp_path / "takes", slots=3, takes=1)
    otio.adapters.write_to_file(document, str(path))
    stock = prepared(path, cache=tmp_path / "cache", book=tmp_path / "book.json")
    clock = Clock()
    with contextlib.closing(stock.mezzanines), stock.book:
        scheduler = Scheduler([], clock)
        house = House(stock, scheduler, clock, trace=tmp_path / "trace.otio")
        playing = house.programme(lambda: None)
        asyncio.run(dropped(tmp_path, house, clock, mode))
        assert [len(slot.options) for slot in house.field.slots] == [1, 2, 1]
        assert len(playing.cast.field.slots[1].options) == 1
        films = [shown(house.programme(lambda: None)) for _ in range(6)]
        assert {film[1].option for film in films} == {0, 1}
        film = shown(playing)
        assert len(film) == 3
    assert any("fern" in note for note in house.notes)


async def dropped(tmp_path, house, clock, mode):
    how = NewTakes(tmp_path / "n", inbox=tmp_path / "inbox", mode=mode, every_s=0.0)
    made = Newcomers(
        house,
        how,
        clock=clock,
        date=lambda: DATE,
        seed=1,
        workshop=Workshop(lambda: ThreadPoolExecutor(1)),
    )
    made._task.cancel()
    folder = tmp_path / "inbox" / "slot-002"
    folder.mkdir(parents=True)
    whole = write_take(
        tmp_path / "fern.mp4", 77, 72, sound=coded_tone(77, 144_000, 48_000)
    )
    shutil.copy(whole, folder / "fern.mp4")
    for _ in range(2):
        await made.look()
        clock.now_s += 3
    if mode == "next-showing":
        await asyncio.to_thread(made.approve, "slot-002", "fern")


def shown(programme):
    """Send a film to its end; return what it showed."""
    programme.start()
    for _ in range(2000):
        programme.step()
        if programme.ended:
            break
    film, _ = programme.shown()
    return film
