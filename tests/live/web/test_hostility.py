"""Whoever behaves badly harms nobody else, and learns nothing."""

import asyncio
import contextlib
import json

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from otio_genai.live.hall import Limits
from tests.live.web.house import (
    TOKEN,
    FakeHouse,
    FastClock,
    opened,
    run,
    until,
)
from tests.live.web.test_watching import film, shown

ODD = (
    "/..",
    "/../screen.js",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/screen.js/../../pages.py",
    "/player/",
    "/player/screen.js",
    "/hls/",
    "/hls",
    "/desk/../desk.js",
    "/hls/..%2f..%2fetc/passwd",
    "/%00",
    "/static/x",
    "/desk/take/0/1.jpg/..",
    "/hls/" + "a" * 24 + "/video.m3u8",
    "/hls/" + "a" * 24 + "/../x",
    "/film.otio",
)


@pytest.mark.parametrize("address", ODD)
def test_there_is_nothing_but_what_is_there(address):
    async def test():
        async with opened() as client:
            import yarl

            url = yarl.URL(f"http://{client.host}:{client.port}{address}", encoded=True)
            answer = await client.session.get(url)
            assert answer.status in (400, 403, 404)
            assert b"root:" not in await answer.read()

    run(test())


def test_every_answer_forbids_what_the_pages_never_do():
    async def test():
        async with opened() as client:
            for address in ("/", "/screen.js", "/nothing", "/desk", "/film.m3u8"):
                answer = await client.get(address)
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert "frame-ancestors 'none'" in policy
                assert "Python" not in answer.headers["Server"]

    run(test())


def test_only_get_is_understood():
    async def test():
        async with opened() as client:
            for method in ("post", "put", "delete", "patch"):
                answer = await getattr(client, method)("/", data=b"x" * 100_000)
                assert answer.status == 405

    run(test())


def test_a_page_of_somebody_else_may_not_watch_nor_steer():
    async def test():
        async with opened() as client:
            own = f"http://{client.host}:{client.port}"
            for address in ("/watch", f"/desk/live?token={TOKEN}"):
                for origin in ("http://evil.example", "null", "http://"):
                    with pytest.raises(WSServerHandshakeError) as refused:
                        await client.ws_connect(address, origin=origin)
                    assert refused.value.status == 403
                async with client.ws_connect(address, origin=own) as socket:
                    assert (await socket.receive()).type is WSMsgType.TEXT
            evil = {"Origin": "http://evil.example"}
            assert (await client.get("/film.m3u8", headers=evil)).status == 403

    run(test())


@pytest.mark.parametrize(
    "bad", ["x" * 513, b"binary", "x" * 5_000_000], ids=["long", "binary", "giant"]
)
def test_who_sends_what_no_player_sends_is_shown_out_alone(bad):
    async def test():
        house = FakeHouse(now_s=FastClock(10))
        async with opened(house) as client, client.ws_connect("/watch") as good:
            async with client.ws_connect("/watch") as socket:
                send = socket.send_bytes if isinstance(bad, bytes) else socket.send_str
                with contextlib.suppress(ConnectionError):
                    await send(bad)
                await until(lambda: len(client.hall.viewers) == 1)
            assert shown(await film(good))

    run(test())


def test_who_floods_is_shown_out_alone():
    async def test():
        house = FakeHouse(now_s=FastClock(10))
        async with opened(house) as client, client.ws_connect("/watch") as good:
            async with client.ws_connect("/watch") as socket:
                with contextlib.suppress(ConnectionError):
                    for _ in range(300):
                        await socket.send_str('{"at": 1, "ahead": 1, "stalls": 0}')
                await until(lambda: len(client.hall.viewers) == 1)
            assert shown(await film(good))

    run(test())


@pytest.mark.slow
def test_who_does_not_read_is_given_up_and_the_others_see_on(monkeypatch):
    # Pictures so large that no system's buffers hold a film of them.
    monkeypatch.setattr(
        "tests.live.fakes.sample",
        lambda name, key: memoryview(
            (60_000).to_bytes(4, "big") + bytes([0x65 if key else 0x41]) * 60_000
        ),
    )

    async def test():
        house = FakeHouse(14, now_s=FastClock(4))
        async with opened(house, limits=Limits()) as client:
            _, writer = await asyncio.open_connection(client.host, client.port)
            writer.write(
                b"GET /watch HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            )
            await until(lambda: client.hall.viewers)
            slow = client.hall.viewers[0]
            async with client.ws_connect("/watch", max_msg_size=0) as good:
                got = await film(good)
            assert slow.why == "He reads too slowly."
            assert len(slow) == 0
            await until(lambda: slow not in client.hall.viewers)
            assert got[-1] == {"end": True}
            writer.close()

    run(test())


def test_who_leaves_in_the_middle_harms_nobody():
    async def test():
        house = FakeHouse(now_s=FastClock(10))
        async with opened(house) as client, client.ws_connect("/watch") as good:
            for _ in range(5):
                socket = await client.ws_connect("/watch")
                await socket.receive()
                socket._response.connection.transport.abort()
            assert shown(await film(good))
            await until(lambda: len(client.hall.viewers) == 1)

    run(test())


def test_too_many_from_one_address_wait():
    async def test():
        async with opened(limits=Limits(arrivals=3)) as client:
            answers = [(await client.get("/film.m3u8")).status for _ in range(5)]
            assert answers == [200, 200, 200, 503, 503]

    run(test())


def test_the_desk_opens_with_its_token_only():
    async def test():
        async with opened() as client:
            for address in (
                "/desk",
                "/desk/desk.js",
                "/desk/take/0/1.jpg",
                "/desk/live",
            ):
                assert (await client.get(address)).status == 403
                assert (await client.get(f"{address}?token=wrong")).status == 403
                assert (await client.get(f"{address}?token=")).status == 403
            answer = await client.get(f"/desk?token={TOKEN}", allow_redirects=False)
            assert answer.status == 303
            assert TOKEN not in answer.headers["Location"]
            cookie = answer.headers["Set-Cookie"]
            for word in ("HttpOnly", "SameSite=Strict", "Path=/desk"):
                assert word in cookie
            jar = {"Authorization": f"Bearer {TOKEN}"}
            assert (await client.get("/desk", headers=jar)).status == 200
            picture = await client.get("/desk/take/0/1.jpg", headers=jar)
            assert await picture.read() == b"jpeg"
            assert (await client.get("/desk/take/9/9.jpg", headers=jar)).status == 404

    run(test())


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "[::1", "x]"])
def test_the_desk_answers_to_its_own_names_only(host):
    async def test():
        key = f"/desk/desk.js?token={TOKEN}"
        async with opened() as client:
            answer = await client.get(key, headers={"Host": host})
            assert answer.status in (400, 403)
            for own in ("localhost", "127.0.0.1:80", "[::1]:80", "desk.localhost"):
                answer = await client.get(key, headers={"Host": own})
                assert answer.status == 200
        if host == "evil.example":
            async with opened(names=["Evil.example"]) as client:
                answer = await client.get(key, headers={"Host": host})
                assert answer.status == 200

    run(test())


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via"])
def test_the_desk_opens_at_home_only_unless_told_otherwise(name):
    async def test():
        away = {name: "10.1.1.1"}
        async with opened() as client:
            answer = await client.get(f"/desk?token={TOKEN}", headers=away)
            assert answer.status == 403
        async with opened(desk_from_anywhere=True) as client:
            answer = await client.get(f"/desk?token={TOKEN}", headers=away)
            assert answer.status == 200

    run(test())


def test_the_desk_is_told_and_asks_and_hears_what_cannot_be():
    async def test():
        async with (
            opened() as client,
            client.ws_connect(f"/desk/live?token={TOKEN}") as socket,
        ):
            first = json.loads((await socket.receive()).data)
            assert first["field"]["title"] == "Fake"
            await socket.send_str('{"do": "ban", "slot": 1, "option": 2}')
            await until(lambda: client.house.asked)
            assert client.house.asked == [{"do": "ban", "slot": 1, "option": 2}]
            for odd in ('{"do": "refused"}', "[]", "{", "[" * 2000):
                await socket.send_str(odd)
            faults = []
            while len(faults) < 4:
                said = json.loads((await socket.receive()).data)
                faults += [said["fault"]] if "fault" in said else []
            assert faults == ["That cannot be."] + ["That is no command."] * 3

    run(test())


def test_no_answer_lists_what_was_shown():
    async def test():
        house = FakeHouse(3, now_s=FastClock(20))
        async with opened(house) as client, client.ws_connect("/watch") as socket:
            await film(socket)
            await until(lambda: len(house.made) > 1)
            past = house.made[0]
            assert past.shown() == ((), ())
            assert client.hall.screenings[0].video.get(0) is None or (
                client.hall.screenings[0].number > 0
            )

    run(test())


def test_names_of_viewers_cannot_be_guessed():
    async def test():
        async with opened() as client:
            for _ in range(20):
                await client.get("/film.m3u8")
            held = {viewer.name for viewer in client.hall.viewers}
            assert len(held) == 20
            assert all(len(name) == 24 for name in held)
            assert len({name[:4] for name in held}) == 20

    run(test())
