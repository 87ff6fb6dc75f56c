"""A show of coded takes: a real server, in this process, for clients of all kinds."""

from __future__ import annotations

import contextlib
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor

import av
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from otio_genai.kit.coded import read_code
from otio_genai.live.deskwork import Deskwork
from otio_genai.live.hall import Hall
from otio_genai.live.house import House
from otio_genai.live.picture import render_request
from otio_genai.live.schedule import Scheduler
from otio_genai.live.stock import prepared
from otio_genai.live.theatre import opening_of
from otio_genai.live.web.server import application
from tests.support import fields

TOKEN = "the-token-of-the-desk"


def document(folder, *, slots=5, takes=2, frames=96, **options):
    """A field's document over coded takes, in a file; every other join is a carry."""
    kinds = [("carry", "match")[n % 2] for n in range(slots - 1)]
    made = fields.coded(
        folder / "takes", slots, takes, frames=frames, kinds=kinds, **options
    )
    path = folder / "field.otio"
    path.write_text(made.to_json_string(), encoding="utf-8")
    return path


class Thread:
    """A worker that renders in a thread of this process: quick to begin."""

    def __init__(self):
        self._pool = ThreadPoolExecutor(1)
        self._busy = False

    @property
    def ready(self):
        return not self._busy

    def run(self, request, reply):
        self._busy = True

        def work():
            try:
                samples = [bytes(s) for s in render_request(request)]
            except Exception:
                samples = None
            self._busy = False
            reply(samples)

        self._pool.submit(work)

    def replace(self):
        raise AssertionError("It hung.")

    def close(self):
        self._pool.shutdown()


class Watched(House):
    """A house that remembers, for tests, what its films have shown."""

    def __init__(self, *given, **options):
        super().__init__(*given, **options)
        self.shown, self.begun = [], []

    def programme(self, wake):
        made = super().programme(wake)
        self.begun.append(made)
        return made

    def ended(self, programme):
        shown = programme.shown()
        try:
            super().ended(programme)
        finally:
            self.shown.append(shown)


@contextlib.asynccontextmanager
async def opened(path, folder, *, mode="shared", workers=1, always=False, pause_s=0.1):
    """Open a show; yield a client of its server, with the house and the hall."""
    stock = prepared(path, cache=folder / "cache")
    hands = [Thread() for _ in range(workers)]
    scheduler = Scheduler(hands, time.monotonic)
    house = Watched(
        stock,
        scheduler,
        time.monotonic,
        trace=folder / "showing.otio",
        always=always,
    )
    with contextlib.closing(stock), ThreadPoolExecutor(2) as pool:
        hall = Hall(house, mode, pool, time.monotonic, pause_s=pause_s)
        desk = Deskwork(house, lambda: None)
        app = application(
            hall, opening_of(stock), time.monotonic, house=desk, token=TOKEN
        )
        async with TestClient(TestServer(app)) as client:
            client.house, client.hall = house, hall
            yield client
        scheduler.close()


async def film(socket):
    """One film as two files, of pictures and of sound."""
    rows = {"v": b"", "a": b""}
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            if "end" in json.loads(message.data):
                break
        elif message.type is WSMsgType.BINARY:
            rows[chr(message.data[0]).lower()] += message.data[1:]
    return rows["v"], rows["a"]


def pictures(data):
    """(time in seconds, code or None) of every picture of a file."""
    with av.open(io.BytesIO(data)) as container:
        return [
            (float(frame.time), read_code(frame.to_ndarray(format="rgb24")))
            for frame in container.decode(video=0)
        ]


def sound_samples(data):
    """How many samples a file of sound has, and whether its times have no holes."""
    with av.open(io.BytesIO(data)) as container:
        at, whole = None, True
        for frame in container.decode(audio=0):
            whole &= at is None or frame.pts == at
            at = frame.pts + frame.samples
    return at, whole


def wanted(document_field, shots):
    """Codes of a film's frames by the shots alone: take, and number in it."""
    found = []
    for shot in shots:
        take = 10 * shot.slot + shot.option
        found += [(take, shot.way + n) for n in range(shot.frames)]
    return found
