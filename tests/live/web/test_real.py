"""A show of coded takes: what arrives is the film that was decided, frame by frame."""

import asyncio
import base64
import re

import av
import numpy as np
import opentimelineio as otio
import pytest

from otio_genai import maps
from otio_genai.kit.coded import read_code
from tests.live.web import chromium, real
from tests.live.web.house import run, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("show")


@pytest.fixture(scope="module")
def path(folder):
    return real.document(folder)


def agree(codes, shots):
    """Whether codes are those of the shots wherever one can be read."""
    right = real.wanted(None, shots)
    assert len(codes) == len(right)
    plain = [n for n, code in enumerate(codes) if code is not None]
    assert [codes[n] for n in plain] == [right[n] for n in plain]
    return len(plain) / len(codes)


def test_what_arrives_is_what_was_decided_and_witnessed(path, folder):
    async def test():
        async with real.opened(path, folder, always=True) as client:
            async with client.ws_connect("/watch", max_msg_size=0) as socket:
                video, audio = await real.film(socket)
                await until(lambda: client.house.shown)
            return video, audio, client.house.shown[0], client.house.field.rate

    video, audio, (shots, dry), rate = run(test())
    shown = real.pictures(video)
    times = [round(time * rate) for time, _ in shown]
    assert times == list(range(len(times)))
    assert agree([code for _, code in shown], shots) > 0.5
    samples, whole = real.sound_samples(audio)
    assert whole
    length = len(times) * 48000 / rate
    assert length <= samples < length + 1024 + 1
    written = otio.adapters.read_from_file(str(folder / "showing.otio"))
    track = written.video_tracks()[0]
    clips = list(track.find_clips())
    assert [c.name for c in clips] == [f"take {s.slot}-{s.option}" for s in shots]
    assert maps.length_frames(written) == len(times)
    transitions = [t for t in track if isinstance(t, otio.schema.Transition)]
    if not dry:
        assert transitions


def test_without_workers_all_is_dry_and_so_is_the_witness(path, folder, tmp_path):
    async def test():
        async with (
            real.opened(path, folder, workers=0, always=True) as client,
            client.ws_connect("/watch", max_msg_size=0) as socket,
        ):
            video, _ = await real.film(socket)
            await until(lambda: client.house.shown)
            return video, client.house.shown[0], client.house.notes[0]

    video, (shots, dry), note = run(test())
    name = re.fullmatch(r"A film was written: (.*)", note)[1]
    assert agree([code for _, code in real.pictures(video)], shots) == 1
    assert dry
    written = otio.adapters.read_from_file(str(folder / name))
    kinds = [type(item).__name__ for item in written.video_tracks()[0]]
    assert set(kinds) == {"Clip"}
    shows = [
        [(layer.clip.name, layer.source_frame) for layer in frame]
        for frame in maps.picture_map(written)
    ]
    right = real.wanted(None, shots)
    assert [len(frame) for frame in shows] == [1] * len(right)


def test_a_film_by_lists_is_the_same_film(path, folder):
    async def test():
        async with real.opened(path, folder, workers=0) as client:
            answer = await client.get("/film.m3u8")
            text = await answer.text()
            assert answer.content_type == "application/vnd.apple.mpegurl"
            assert "#EXT-X-VERSION:7" in text
            assert "#EXT-X-INDEPENDENT-SEGMENTS" in text
            lists = {
                "audio": re.search(r'URI="(.+?)"', text)[1],
                "video": text.strip().split("\n")[-1],
            }
            rows = {kind: {} for kind in lists}
            done = set()
            while len(done) < 2:
                for kind, address in lists.items():
                    answer = await client.get("/" + address)
                    assert answer.status == 200
                    listed = await answer.text()
                    assert int(re.search(r"TARGETDURATION:(\d+)", listed)[1]) == 4
                    base = "/" + address.rpartition("/")[0] + "/"
                    if kind not in rows[kind]:
                        init = re.search(r'MAP:URI="(.+?)"', listed)[1]
                        rows[kind][-1] = await (await client.get(base + init)).read()
                    names = re.findall(r"^([va]\d+\.m4s)$", listed, re.M)
                    assert len(names) >= 3
                    lengths = [float(n) for n in re.findall(r"EXTINF:([\d.]+)", listed)]
                    assert max(lengths) <= 4.5
                    for name in names:
                        number = int(name[1:-4])
                        if number not in rows[kind]:
                            piece = await client.get(base + name)
                            assert piece.status == 200
                            rows[kind][number] = await piece.read()
                    if "#EXT-X-ENDLIST" in listed:
                        done.add(kind)
                await asyncio.sleep(0.2)
            other = (
                (await (await client.get("/film.m3u8")).text()).strip().split("/")[-2]
            )
            mine = lists["video"].split("/")[1]
            assert other != mine
            assert (await client.get(f"/hls/{'x' * 24}/v0.m4s")).status == 404
            assert (await client.get(f"/hls/{mine}/v999.m4s")).status == 404
            await until(lambda: client.house.shown)
            await until(lambda: client.hall.screenings[0].number > 0)
            assert (await client.get(f"/hls/{mine}/v0.m4s")).status == 410
            return rows, client.house.shown[0]

    rows, (shots, _) = run(test())
    files = {
        kind: b"".join(row[number] for number in sorted(row))
        for kind, row in rows.items()
    }
    assert agree([c for _, c in real.pictures(files["video"])], shots) == 1
    assert real.sound_samples(files["audio"])[1]


def test_a_take_that_is_deleted_while_it_plays_is_not_drawn_again(tmp_path):
    path = real.document(tmp_path, slots=6, takes=2)

    async def test():
        async with real.opened(path, tmp_path, workers=0) as client:
            async with client.ws_connect("/watch", max_msg_size=0) as socket:
                await until(lambda: client.house.begun)
                for slot in range(6):
                    (tmp_path / "takes" / f"take {slot}-1.mp4").unlink()
                await asyncio.to_thread(client.house.look)
                first = await real.film(socket)
                second = await real.film(socket)
                await until(lambda: len(client.house.shown) > 1)
            return first, second, list(client.house.shown), list(client.house.notes)

    first, second, shown, notes = run(test())
    for (video, _), (shots, _) in zip((first, second), shown, strict=False):
        assert agree([c for _, c in real.pictures(video)], shots) == 1
    assert all(shot.option == 0 for shot in shown[1][0])
    assert sum("is gone and is not drawn any more" in note for note in notes) == 6


@pytest.mark.skipif(chromium.BINARY is None, reason="needs Chromium")
def test_chromium_shows_the_film_in_its_order_without_a_stall(path, folder):
    async def test():
        async with real.opened(path, folder) as client, chromium.browser() as page:
            screen = await page()
            await screen.open(str(client.make_url("/")))
            await screen.until("!document.querySelector('#hint').hidden")
            assert client.hall.viewers == []
            await screen.press()
            await screen.until("window.__seen.frames.length > 10")
            await screen.until(
                "window.__seen.ended && window.__seen.ended.length > 0", 30
            )
            seen = await screen.value("window.__seen")
            await until(lambda: client.house.shown)
            return seen, client.house.shown[0], screen.complaints

    seen, (shots, _), complaints = run(test())
    assert complaints == []
    assert "error" not in seen
    right = real.wanted(None, shots)
    read = 0
    for time, _, _, grey in seen["frames"]:
        picture = np.frombuffer(base64.b64decode(grey), np.uint8).reshape(54, 96)
        code = read_code(picture)
        if code is not None:
            read += 1
            assert code == right[round(time * 24)]
    times = [time for time, *_ in seen["frames"]]
    assert times == sorted(times)
    assert read > len(right) / 3
    assert all(lasted < 500 for _, lasted in seen["waits"])


def test_the_oracle_reads_pictures_of_a_plain_film(folder, path):
    with av.open(str(folder / "takes" / "take 0-0.mp4")) as container:
        frame = next(container.decode(video=0))
    assert read_code(frame.to_ndarray(format="rgb24")) == (0, 0)
