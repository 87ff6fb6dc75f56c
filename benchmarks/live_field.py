"""The fields that the benchmarks of the live show are given, and shows of them."""

from __future__ import annotations

import contextlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai import metadata
from otio_genai.kit.coded import coded_frame
from otio_genai.media import locate
from tests.support import bins, fields, sounds
from tests.support.coded import write_take

__all__ = ["coded", "grained", "mixed", "opened", "take_and_number"]

FRAMES = 144
KINDS = ("carry", "match", "carry", "dissolve", "carry", "dry", "carry", "dip")
# Of takes with grain: as long as a show's shots need, and finer than they are shown.
GRAINED_FRAMES, GRAINED_SIZE, GRAIN = 66, (640, 360), 5.0
NUMBERS = 1000


def coded(folder: Path, slots: int, takes: int, share: float) -> Path:
    """Write a field of coded takes of which so many joins are carries.

    Their pictures are small and are scaled to the show's size; a show costs the same.
    """
    path = folder / "field.otio"
    if not path.exists():
        # A code has room for 256 takes of ten a slot.
        made = fields.coded(
            folder / "takes", slots, takes, frames=FRAMES,
            kinds=_kinds(slots, share), lengths=(1.0, 3.0),
        )  # fmt: skip
        path.write_text(made.to_json_string(), encoding="utf-8")
    return path


def _kinds(slots: int, share: float) -> list[str]:
    kinds, owed = [], 0.0
    for _ in range(slots - 1):
        owed += share
        kinds.append("carry" if owed >= 1 else "match")
        owed -= owed >= 1
    return kinds


def mixed(folder: Path, slots: int, takes: int) -> Path:
    """Write a field of coded takes with all there is in one.

    Half the joins are carries, the others dissolves, dips and cuts. The third slot has
    stills, the sixth takes of 30 frames a second, the eighth of 12; every fourth slot
    has a voice, and there is music.
    """
    path = folder / "field.otio"
    if path.exists():
        return path
    (folder / "takes").mkdir(parents=True, exist_ok=True)
    clips = [[_take(folder, s, t) for t in range(takes)] for s in range(slots)]
    made = fields.document(
        clips=clips,
        frames=96,
        kinds=[KINDS[k % len(KINDS)] for k in range(slots - 1)],
        lengths=(1.0, 2.5),
    )
    told = metadata.read(made, "field")
    bed = sounds.sound(folder / "bed.wav", sounds.chord(2.6 * slots, 1, 0.07))
    voices = []
    for slot in range(1, slots, 4):
        heard = sounds.soft(sounds.chord(0.9, slot + 50, 0.1))
        name = folder / f"voice {slot}.wav"
        clip = sounds.sound(name, heard, [(0.1, 0.8)], "voice")
        voices.append({"slot": fields.slot_id(slot), "clip": clip, "pad_s": 0.2})
    told["audio"] |= {"bed": bed, "voice": voices}
    metadata.put(made, "field", told)
    path.write_text(made.to_json_string(), encoding="utf-8")
    return path


def _take(folder: Path, slot: int, take: int):
    name, number = f"take {slot}-{take}", 10 * slot + take
    if slot == 2:
        path = folder / "takes" / f"{name}.png"
        Image.fromarray(coded_frame(number, 0, 480, 270)).save(path)
        still = bins.still(name, size=(480, 270))
        still.media_reference.target_url = locate.url(path)
        return still
    rate = Fraction({5: 30, 7: 12}.get(slot, 24))
    frames = int(4 * rate)
    path = write_take(folder / "takes" / f"{name}.mp4", number, frames, rate)
    return fields.moving(
        name, number, rate=rate, frames=frames, family=f"shot {slot}",
        url=locate.url(path),
    )  # fmt: skip


def grained(folder: Path, slots: int, takes: int, share: float, jobs: int = 2) -> Path:
    """Write a field of coded takes with grain, so that they weigh what real ones do.

    What is there is kept. Music goes from the first frame to the last and is nowhere
    silent.
    """
    path = folder / "field.otio"
    if path.exists():
        return path
    place = folder / "takes"
    place.mkdir(parents=True, exist_ok=True)
    names = [(s, t) for s in range(slots) for t in range(takes)]
    with ProcessPoolExecutor(jobs) as pool:
        for done, _ in enumerate(pool.map(partial(_grained, place), names), 1):
            _tell("takes drawn", done, len(names))
    clips = [
        [
            fields.moving(
                f"take {s}-{t}", 10 * s + t, frames=GRAINED_FRAMES,
                url=locate.url(place / f"take {s}-{t}.mp4"),
            )
            for t in range(takes)
        ]
        for s in range(slots)
    ]  # fmt: skip
    made = fields.document(
        clips=clips, frames=GRAINED_FRAMES, kinds=_kinds(slots, share),
        lengths=(1.5, 2.5),
        style=replace(fields.STYLE, mean_shot_s=2.2, max_shot_s=2.5),
    )  # fmt: skip
    told = metadata.read(made, "field")
    bed = sounds.sound(folder / "bed.wav", sounds.chord(2.6 * slots, 1))
    told["audio"] |= {"bed": bed}
    metadata.put(made, "field", told)
    path.write_text(made.to_json_string(), encoding="utf-8")
    return path


def take_and_number(slot: int, take: int) -> tuple[int, int]:
    """Return the code of the first frame of a take with grain: of 256, none alike."""
    count = 4 * slot + take
    return count % 256, NUMBERS * (count // 256)


def _grained(folder: Path, which: tuple[int, int]) -> None:
    path = folder / f"take {which[0]}-{which[1]}.mp4"
    if path.exists():
        return
    code, first = take_and_number(*which)
    wide, high = GRAINED_SIZE
    rng = np.random.default_rng(which)
    grain = rng.normal(0, GRAIN, (high + 64, wide + 64))
    beside = path.with_name(f".{path.name}")
    with av.open(str(beside), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "18"}
        stream.codec_context.thread_count = 1
        planes = np.full((high * 3 // 2, wide), 128, np.uint8)
        for number in range(GRAINED_FRAMES):
            y, x = rng.integers(0, 64, 2)
            luma = coded_frame(code, first + number, wide, high)[:, :, 0] * 0.7 + 38
            luma += grain[y : y + high, x : x + wide]
            planes[:high] = luma.clip(16, 235)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    beside.replace(path)


def _tell(what: str, done: int, count: int) -> None:
    if done == count or done % max(1, count // 20) == 0:
        print(f"{what}: {done} of {count}", file=sys.stderr, flush=True)


@contextlib.asynccontextmanager
async def opened(
    path: Path, folder: Path, *, size=None, workers: int = 2, jobs: int = 2, **options
):
    """Open a shared show of a field; yield a client of its server.

    The client has the house, the hall and the stock as attributes. Joins are rendered
    by processes, as in a show for an audience.
    """
    from aiohttp.test_utils import TestClient, TestServer

    from otio_genai.live.deskwork import Deskwork
    from otio_genai.live.hall import Hall
    from otio_genai.live.picture import render_request
    from otio_genai.live.schedule import Scheduler
    from otio_genai.live.stock import prepared
    from otio_genai.live.theatre import opening_of
    from otio_genai.live.web.server import application
    from otio_genai.live.workers import Process
    from tests.live.web.real import TOKEN, Watched

    book = folder / f"book-{time.time_ns()}.json"
    stock = prepared(
        path, size=size, cache=folder / "cache", book=book, jobs=jobs, progress=_tell
    )
    hands = [Process(render_request) for _ in range(workers)]
    scheduler = Scheduler(hands, time.monotonic)
    house = Watched(
        stock, scheduler, time.monotonic, trace=folder / "showing.otio", **options
    )
    with contextlib.closing(stock), ThreadPoolExecutor(2) as pool:
        hall = Hall(house, "shared", pool, time.monotonic, pause_s=1)
        app = application(
            hall,
            opening_of(stock),
            time.monotonic,
            house=Deskwork(house, lambda: None),
            token=TOKEN,
        )
        try:
            async with TestClient(TestServer(app)) as client:
                client.house, client.hall, client.stock = house, hall, stock
                yield client
        finally:
            scheduler.close()
            for hand in hands:
                hand.close()
            for left in folder.glob(f"{book.name}*"):
                left.unlink(missing_ok=True)
