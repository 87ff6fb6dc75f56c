"""Connections that ask for nothing take no room; names of others open nothing."""

import asyncio
import contextlib
import json
import socket as sockets

import pytest
from aiohttp import WSServerHandshakeError, web
from aiohttp.http_exceptions import BadHttpMethod

from otio_genai.live.hall import Limits
from otio_genai.live.web import door as room
from otio_genai.live.web.door import DOOR, Door, Runner
from tests.live.web.house import FakeHouse, FastClock, opened, run, until


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@contextlib.asynccontextmanager
async def served(**limits):
    """A server with a door; yield the door, its clock and a way in."""
    clock = Clock()
    door, going = Door(clock, **limits), asyncio.Event()

    async def slow(request):
        await going.wait()
        return web.Response(text="at last")

    async def quick(request):
        return web.Response(text="at once")

    app = web.Application(middlewares=[door.busy])
    app[DOOR] = door
    app.router.add_get("/slow", slow)
    app.router.add_get("/", quick)
    runner = Runner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]

    async def enter(sent=b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        return reader, writer

    try:
        yield door, clock, going, enter
    finally:
        going.set()
        await runner.cleanup()


async def cut_off(reader):
    """Whether a connection ends; it says nothing before."""
    try:
        return await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionError:
        return True


HEAD = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def test_half_a_head_and_none_are_not_waited_for():
    async def test():
        async with served() as (door, clock, _, enter):
            half, silent = await enter(HEAD % b"/"), await enter()
            await until(lambda: len(door) == 2)
            clock.now = 10.0
            door.sweep()
            late = await enter()
            await until(lambda: len(door) == 3)
            clock.now = 13.0
            door.sweep()
            assert await cut_off(half[0])
            assert await cut_off(silent[0])
            assert len(door) == 1
            late[1].write(HEAD % b"/" + b"\r\n")
            assert (await late[0].readline()).startswith(b"HTTP/1.1 200")
            for _, writer in (half, silent, late):
                writer.close()

    run(test())


def test_who_is_being_answered_is_never_cut_off():
    async def test():
        async with served(resting=2) as (door, clock, going, enter):
            asking = await enter(HEAD % b"/slow" + b"\r\n")
            await until(lambda: len(door) == 1 and not door._fresh)
            clock.now = 1000.0
            door.sweep()
            others = [await enter() for _ in range(5)]
            await until(lambda: len(door) == 3)
            going.set()
            assert (await asking[0].readline()).startswith(b"HTTP/1.1 200")
            # Of those who rest the latest two are there, and who was answered rests.
            for reader, _ in others[:3]:
                assert await cut_off(reader)
            for _, writer in (asking, *others):
                writer.close()

    run(test())


def test_a_full_house_lets_in_who_asks_and_not_who_rests():
    async def test():
        async with served(resting=9, most=3) as (door, _, going, enter):
            asking = [await enter(HEAD % b"/slow" + b"\r\n") for _ in range(2)]
            await until(lambda: len(door) == 2 and not door._fresh)
            resting = await enter()
            await until(lambda: len(door) == 3)
            fresh = await enter(HEAD % b"/" + b"\r\n")
            assert await cut_off(resting[0])
            assert (await fresh[0].readline()).startswith(b"HTTP/1.1 200")
            going.set()
            for _, writer in (*asking, resting, fresh):
                writer.close()

    run(test())


def test_who_has_asked_before_is_cut_off_last():
    async def test():
        async with served(resting=3) as (door, _, _, enter):
            known = await enter(HEAD % b"/" + b"\r\n")
            assert (await known[0].readline()).startswith(b"HTTP/1.1 200")
            silent = [await enter() for _ in range(6)]
            for reader, _ in silent[:4]:
                assert await cut_off(reader)
            assert len(door) == 3
            while (await known[0].readline()).strip():
                pass
            assert await known[0].readexactly(7) == b"at once"
            known[1].write(HEAD % b"/" + b"\r\n")
            assert (await known[0].readline()).startswith(b"HTTP/1.1 200")
            for _, writer in (known, *silent):
                writer.close()

    run(test())


def test_no_log_can_be_filled_with_what_is_no_http(caplog):
    room._LOG.error("theirs", exc_info=BadHttpMethod("\x81"))
    room._LOG.error("ours", exc_info=ValueError("ours"))
    assert [record.message for record in caplog.records] == ["ours"]


def test_who_left_is_forgotten():
    async def test():
        async with served() as (door, clock, _, enter):
            for _ in range(5):
                _, writer = await enter()
                writer.close()
            await until(lambda: len(door) == 5)
            clock.now = 2.0
            await until(lambda: door.sweep() or len(door) == 0)

    run(test())


def test_a_process_may_hold_more_files():
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[1]), before[1]))
        room.room(600)
        now = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert now == (min(600, before[1]), before[1])
        room.room(100)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == now
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("address", ["/", "/screen.js", "/film.m3u8", "/none", "/desk"])
def test_the_screen_answers_to_its_own_names_only(address):
    async def test():
        async with opened() as client:
            for host in ("evil.example", "evil.example:80", "localhost.evil.example"):
                answer = await client.get(address, headers={"Host": host})
                assert answer.status == 403
                assert b"video" not in await answer.read()
            own = {"Host": f"{sockets.gethostname()}:80"}
            assert (await client.get("/", headers=own)).status == 200
        async with opened(names=("show.example",)) as client:
            answer = await client.get("/", headers={"Host": "SHOW.example"})
            assert answer.status == 200

    run(test())


def test_a_name_that_points_here_opens_no_film():
    async def test():
        async with opened() as client:
            evil = f"evil.example:{client.port}"
            headers = {"Host": evil, "Origin": f"http://{evil}"}
            with pytest.raises(WSServerHandshakeError) as refused:
                await client.ws_connect("/watch", headers=headers)
            assert refused.value.status == 403
            assert not client.hall.viewers

    run(test())


async def entered(client):
    """The name of somebody who comes for his pieces."""
    text = await (await client.get("/film.m3u8")).text()
    return text.split("hls/")[1].split("/")[0]


def test_pieces_are_their_viewers_alone():
    async def test():
        house = FakeHouse(12, now_s=FastClock(4))
        async with opened(house, "private") as client:
            names = [await entered(client) for _ in range(3)]
            found = []
            for name in names:
                assert (await client.get(f"/hls/{name}/video.m3u8")).status == 200
                found.append(await (await client.get(f"/hls/{name}/v1.m4s")).read())
            # Films of chance: what one name opens is not what another does.
            assert len(set(found)) == 3
            gone = client.hall.seat(names[0])[0]
            client.hall.leave(gone)
            for file in ("video.m3u8", "video.mp4", "v1.m4s"):
                assert (await client.get(f"/hls/{names[0]}/{file}")).status == 404
                assert (await client.get(f"/hls/{names[1]}/{file}")).status == 200

    run(test())


def test_names_near_anothers_open_nothing():
    async def test():
        house = FakeHouse(now_s=FastClock(4))
        async with opened(house, limits=Limits(patience_s=600)) as client:
            name = await entered(client)
            near = {name[:k] + "-_Aa"[k % 4] + name[k + 1 :] for k in range(24)}
            near |= {name.swapcase(), name[::-1], name[:-1], f"{name}A", name[:20]}
            near |= {name[1:] + name[0], "*" * 24, "%00" * 8, f"{name}%00", "." * 24}
            for other in near - {name}:
                answer = await client.get(f"/hls/{other}/video.m3u8")
                assert answer.status == 404
                assert b"EXTM3U" not in await answer.read()
            async with client.ws_connect("/watch") as watching:
                pushed = json.loads((await watching.receive()).data)["id"]
                # Who is sent his film has no list of it.
                answer = await client.get(f"/hls/{pushed}/video.m3u8")
                assert answer.status == 404

    run(test())
