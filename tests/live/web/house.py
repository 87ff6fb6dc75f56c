"""A house of fakes behind a real server, with a clock that may be made to run fast."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from concurrent.futures import ThreadPoolExecutor

from aiohttp.test_utils import TestClient, TestServer

from otio_genai.errors import LiveError
from otio_genai.live.cast import Cast
from otio_genai.live.hall import Hall, Limits
from otio_genai.live.programme import Programme
from otio_genai.live.schedule import Scheduler
from otio_genai.live.web.lists import Opening
from otio_genai.live.web.server import application
from tests.live.fakes import (
    FORM,
    RATE,
    FakeReel,
    FakeShowing,
    FakeSounding,
    fake_field,
)

TOKEN = "the-token-of-the-desk"
OPENING = Opening((192, 108), RATE, b"moov-v", b"moov-a", "avc1.64001f", "mp4a.40.2")


class FastClock:
    """Seconds that pass so many times as fast as real ones."""

    def __init__(self, speed=1.0):
        self.speed, self.zero = speed, time.monotonic()

    def __call__(self):
        return (time.monotonic() - self.zero) * self.speed


class FakeHouse:
    """Programmes of fakes; joins go out dry, as nobody renders them."""

    def __init__(self, slots=6, lengths=(24, 48), now_s=None):
        self.now_s = now_s or FastClock()
        self.slots, self.lengths = slots, lengths
        self.scheduler = Scheduler([], self.now_s)
        self.made, self.ended_ones, self.said, self.asked = [], [], [], []
        self.failing = 0

    def programme(self, wake):
        if self.failing:
            self.failing -= 1
            raise LiveError("Not now.")
        showing = FakeShowing(self.slots, 3, random.randrange(10**9), self.lengths)
        field = fake_field(self.slots)
        cast = Cast(field, showing, FakeReel(), FakeSounding(), FORM)
        made = Programme(cast, self.scheduler, self.now_s, tell=self.tell, wake=wake)
        self.made.append(made)
        return made

    def ended(self, programme):
        self.ended_ones.append(programme)

    def tell(self, sentence):
        self.said.append(sentence)

    def field_state(self):
        return {"title": "Fake", "slots": [], "dissonance": 0.0}

    def state(self, hall):
        return {"viewers": len(hall.viewers)}

    def ask(self, message, hall):
        if message.get("do") == "refused":
            raise LiveError("That cannot be.")
        self.asked.append(message)

    def picture(self, slot, option):
        return b"jpeg" if (slot, option) == (0, 1) else None


@contextlib.asynccontextmanager
async def opened(house=None, mode="shared", *, limits=None, spares=0, **options):
    """A server of a show and its client."""
    house = house or FakeHouse()
    pool = ThreadPoolExecutor(2)
    # Where seconds fly by, nobody is slow.
    limits = limits or Limits(patience_s=6 * 100)
    hall = Hall(
        house, mode, pool, house.now_s, limits=limits, pause_s=0.05, spares=spares
    )
    app = application(hall, OPENING, house.now_s, house=house, token=TOKEN, **options)
    async with TestClient(TestServer(app)) as client:
        client.house, client.hall = house, hall
        yield client
    await asyncio.to_thread(pool.shutdown)


def run(coroutine):
    """Run a test's coroutine; a test that hangs fails."""
    return asyncio.run(asyncio.wait_for(coroutine, 60))


async def until(condition, seconds=20):
    """Wait until something is so."""
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("It did not come to be.")
