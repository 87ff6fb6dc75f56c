"""What a viewer is sent: in the order of the film, his own or everybody's."""

import json
import struct

from aiohttp import WSMsgType

from otio_genai.live.hall import Limits
from otio_genai.live.screening import Screening
from tests.live.fakes import names
from tests.live.web.house import FakeHouse, FastClock, opened, run, until


def samples(message):
    """The samples in a message of pictures, by their own lengths."""
    at = message.index(b"mdat") + 4
    while at < len(message):
        (size,) = struct.unpack_from(">I", message, at)
        yield message[at : at + 4 + size]
        at += 4 + size


async def film(socket):
    """All that is sent of one film: texts and messages in their order."""
    got = []
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            got.append(json.loads(message.data))
            if "end" in got[-1]:
                return got
        else:
            got.append(message.data)
    return got


def shown(got):
    return [
        n
        for m in got
        if isinstance(m, bytes) and m[:1] == b"v"
        for n in names(samples(m))
    ]


def decided(programme_shots):
    return [
        f"{s.slot}.{s.option}.{n}" for s in programme_shots for n in range(s.frames)
    ]


def test_a_viewer_is_sent_the_film_in_its_order():
    async def test():
        house = FakeHouse(now_s=FastClock(20))
        async with opened(house) as client:
            await until(lambda: house.made)
            shots = house.made[0].cast.showing.drawn
            async with client.ws_connect("/watch") as socket:
                got = await film(socket)
            begin, video, audio, *pieces, end = got
            assert set(begin) == {"id", "v", "a"}
            assert (begin["v"], begin["a"]) == ("avc1.64001f", "mp4a.40.2")
            assert (video, audio) == (b"Vmoov-v", b"Amoov-a")
            assert {p[:1] for p in pieces} == {b"v", b"a"}
            assert end == {"end": True}
            film_shown = shown(got)
            dry = [n for n in film_shown if n.startswith("dry")]
            plain = [n for n in film_shown if not n.startswith("dry")]
            assert len(film_shown) == sum(s.frames for s in shots)
            assert len(dry) == 12 * (len(shots) - 1)
            wanted = decided(shots)
            assert plain == [n for n in wanted if n in set(plain)]

    run(test())


def test_the_next_film_is_another_and_begins_by_itself():
    async def test():
        house = FakeHouse(3, now_s=FastClock(20))
        async with opened(house) as client, client.ws_connect("/watch") as socket:
            first, second = await film(socket), await film(socket)
            assert shown(first) and shown(second)
            assert shown(first) != shown(second)
            await until(lambda: house.ended_ones)
            assert house.ended_ones[0].cast.showing.closed

    run(test())


def test_in_a_shared_showing_all_see_the_same_from_where_they_come():
    async def test():
        house = FakeHouse(8, now_s=FastClock(8))
        async with opened(house) as client, client.ws_connect("/watch") as one:
            await until(lambda: house.made and house.made[0].position_s() > 3)
            async with client.ws_connect("/watch") as two:
                whole, rest = await film(one), await film(two)
            a, b = shown(whole), shown(rest)
            assert 0 < len(b) < len(a)
            assert a[-len(b) :] == b
            assert len(house.made) == 1

    run(test())


def test_each_private_viewer_has_a_film_of_his_own_which_ends_with_him():
    async def test():
        house = FakeHouse(8, now_s=FastClock(8))
        async with opened(house, "private") as client:
            async with (
                client.ws_connect("/watch") as one,
                client.ws_connect("/watch") as two,
            ):
                a, b = await film(one), await film(two)
                assert a[0]["id"] != b[0]["id"]
                assert shown(a) != shown(b)
            await until(lambda: client.hall.viewers == client.hall.screenings == [])
            await until(lambda: all(p.cast.showing.closed for p in house.made))
            assert all(p.ended for p in house.made)

    run(test())


def test_a_film_waits_for_its_first_viewer():
    async def test():
        house = FakeHouse(12)
        async with opened(house) as client:
            await until(lambda: house.made and house.made[0].length_s >= 8)
            assert not house.made[0].started
            async with client.ws_connect("/watch") as socket:
                await socket.receive()
                await until(lambda: house.made[0].started)
            assert house.made[0].position_s() < 5

    run(test())


def test_a_house_that_fails_is_told_and_tries_again(monkeypatch):
    monkeypatch.setattr("otio_genai.live.screening._AGAIN_S", 0.01)

    async def test():
        house = FakeHouse(2, now_s=FastClock(20))
        house.failing = 2
        async with opened(house) as client, client.ws_connect("/watch") as socket:
            assert shown(await film(socket))
        assert house.said == ["No film can be begun: Not now."] * 2

    run(test())


def test_a_film_that_breaks_off_ends_and_another_begins():
    async def test():
        house = FakeHouse(12, now_s=FastClock(20))
        async with opened(house) as client:
            await until(lambda: house.made and house.made[0].length_s >= 8)

            def broken():
                raise ValueError("lost")

            house.made[0].cast.showing.next = broken
            async with client.ws_connect("/watch") as socket:
                first, second = await film(socket), await film(socket)
        assert first[-1] == second[-1] == {"end": True}
        assert len(shown(second)) > 0
        assert "The film ended early: lost" in house.said

    run(test())


def test_reports_of_players_are_kept_while_they_are_in_and_only_numbers():
    async def test():
        async with opened() as client, client.ws_connect("/watch") as socket:
            await until(lambda: client.hall.viewers)
            viewer = client.hall.viewers[0]
            await socket.send_str('{"at": 1.5, "ahead": 6, "stalls": 0}')
            await until(lambda: viewer.report)
            assert viewer.report == {"at": 1.5, "ahead": 6.0, "stalls": 0.0}
            for odd in (
                "[]",
                "1",
                '{"at": "x"}',
                '{"at": NaN, "ahead": 1, "stalls": 0}',
                '{"at": 1%s, "ahead": 1, "stalls": 0}' % (400 * "0"),
            ):
                await socket.send_str(odd)
            await socket.send_str('{"at": 2, "ahead": 6, "stalls": 1}')
            await until(lambda: viewer.report["at"] == 2)

    run(test())


def test_the_screening_of_a_private_viewer_is_forgotten():
    async def test():
        async with opened(mode="private") as client:
            async with client.ws_connect("/watch"):
                await until(lambda: client.hall.screenings)
                screening = client.hall.screenings[0]
                assert isinstance(screening, Screening)
            await until(lambda: not client.hall.screenings)
            assert not screening.viewers

    run(test())


def test_the_house_can_be_full():
    async def test():
        async with opened(limits=Limits(viewers=1)) as client:
            async with client.ws_connect("/watch"):
                answer = await client.get("/watch", headers=UPGRADE)
                assert answer.status == 503
                assert (await client.get("/film.m3u8")).status == 503
            await until(lambda: not client.hall.viewers)
            async with client.ws_connect("/watch") as socket:
                assert (await socket.receive()).type is WSMsgType.TEXT

    run(test())


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def test_private_films_are_at_hand_and_nothing_of_them_is_decided():
    async def test():
        house = FakeHouse(8, now_s=FastClock(8))
        async with opened(house, "private", spares=2) as client:
            await until(lambda: len(house.made) == 2)
            spares = list(house.made)
            assert client.hall.screenings == []
            assert all(one.length_s == 0 for one in spares)
            async with client.ws_connect("/watch") as one:
                assert shown(await film(one))
                assert len(client.hall.screenings) == 1
                assert spares[0].length_s > 0 == spares[1].length_s
                await until(lambda: len(house.made) >= 3)
            await until(lambda: client.hall.screenings == [])
        assert all(one.cast.showing.closed for one in house.made)

    run(test())
