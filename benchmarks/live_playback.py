"""A show played by Chromium: the first picture, stalls, and the order on the screen.

Server, renderers and browser run on this computer. The takes are coded: every picture
that the browser presents is read back from a canvas, by a hook that is in the page only
here, and compared with the film that was decided. A stall is time over 50 ms that the
player waited, or by which the film fell behind the wall from one second of it to the
next (its pictures come a little early or late all the time). The key is pressed when
the film waits for its first viewer. The page and the desk are saved as pictures.

Run ``python benchmarks/live_playback.py [--seconds 60] [--size 1280x720]
[--slots 24] [--takes 4] [--carries 0.5] [--workers 2] [--folder FOLDER] [--json]``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from aiohttp.test_utils import TestClient, TestServer

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.live_field import coded
from otio_genai.kit.coded import read_code
from otio_genai.live.deskwork import Deskwork
from otio_genai.live.hall import Hall
from otio_genai.live.picture import render_request
from otio_genai.live.schedule import Scheduler
from otio_genai.live.stock import prepared
from otio_genai.live.theatre import opening_of
from otio_genai.live.web.server import application
from otio_genai.live.workers import Process
from tests.live.web import chromium
from tests.live.web.real import TOKEN, Watched

STALL_MS = 50
SMALL = (54, 96)
EVERY_S = 15


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--slots", type=int, default=24)
    parser.add_argument("--takes", type=int, default=4)
    parser.add_argument("--carries", type=float, default=0.5, help="share of joins")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep films and pictures there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if chromium.BINARY is None:
        sys.exit("Chromium is not there.")
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        path = coded(folder, options.slots, options.takes, options.carries)
        report = asyncio.run(played(path, folder, options))
    print(json.dumps(report, indent=2) if options.json else readable(report))


async def played(path: Path, folder: Path, options) -> dict:
    """Let Chromium play the show and return what came of it."""
    wide, high = map(int, options.size.split("x"))
    book = folder / f"book-{time.time_ns()}.json"
    stock = prepared(path, size=(wide, high), cache=folder / "cache", book=book, jobs=2)
    workers = [Process(render_request) for _ in range(options.workers)]
    scheduler = Scheduler(workers, time.monotonic)
    house = Watched(stock, scheduler, time.monotonic, trace=folder / "showing.otio")
    with contextlib.closing(stock), ThreadPoolExecutor(2) as pool:
        hall = Hall(house, "shared", pool, time.monotonic, pause_s=1)
        desk = Deskwork(house, lambda: None)
        app = application(
            hall, opening_of(stock), time.monotonic, house=desk, token=TOKEN
        )
        try:
            async with TestClient(TestServer(app)) as client:
                client.hall = hall
                seen = await watched(client, folder, options.seconds)
                films = [shots for shots, _ in house.shown]
                films += [made.shown()[0] for made in house.begun[len(films) :]]
                tally = dict(house.tally())
        finally:
            scheduler.close()
    return judged(seen, films, tally)


async def watched(client, folder: Path, seconds: float) -> dict:
    """Play for so long; return all that the page has seen."""
    gathered = {"frames": [], "waits": [], "first": None, "error": []}
    async with chromium.browser() as page:
        screen = await page()
        await screen.open(str(client.make_url("/")))
        await screen.until("!document.querySelector('#hint').hidden")
        while not (hall := client.hall).screenings or not len(hall.screenings[0].video):
            await asyncio.sleep(0.1)
        await screen.value("void (window.__seen.began = performance.now())")
        await screen.press()
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            await asyncio.sleep(min(EVERY_S, left_s))
            part = await screen.value(
                "(() => { const s = window.__seen, part = {frames: s.frames.splice(0), "
                "waits: s.waits.splice(0), first: s.first, error: s.error || []};"
                " return part; })()"
            )
            for name, value in part.items():
                if isinstance(value, list):
                    gathered[name] += value
            gathered["first"] = part["first"]
        await screen.picture(folder / "screen.png")
        board = await page()
        await board.open(str(client.make_url(f"/desk?token={TOKEN}")), hook="")
        await asyncio.sleep(3)
        await board.picture(folder / "desk.png")
        gathered["complaints"] = screen.complaints + board.complaints
    return gathered


def judged(seen: dict, films: list, tally: dict) -> dict:
    """Compare what was seen with what was decided."""
    at, before = 0, None
    read = wrong = dropped = 0
    behind_ms: dict[tuple[int, int], float] = {}
    for media_s, wall_ms, presented, grey in seen["frames"]:
        if before is not None and media_s < before[0] - 1:
            at, before = at + 1, None
        right = [
            (10 * shot.slot + shot.option, shot.way + n)
            for shot in films[at]
            for n in range(shot.frames)
        ]
        picture = np.frombuffer(base64.b64decode(grey), np.uint8).reshape(SMALL)
        code = read_code(picture)
        if code is not None:
            read += 1
            place = round(media_s * 24)
            wrong += place >= len(right) or code != right[place]
        second = (at, int(media_s))
        behind = wall_ms - 1000 * media_s
        behind_ms[second] = min(behind, behind_ms.get(second, behind))
        if before is not None:
            dropped += max(0, presented - before[2] - 1)
        before = (media_s, wall_ms, presented)
    stalls = [
        round(after - behind_ms[(film, second - 1)])
        for (film, second), after in behind_ms.items()
        if after - behind_ms.get((film, second - 1), after) > STALL_MS
    ]
    return {
        "first_ms": round(seen["first"] or -1),
        "films": at + 1,
        "pictures": len(seen["frames"]),
        "read": read,
        "out_of_order": wrong,
        "missed_by_the_hook": dropped,
        "waits_ms": [round(ms) for _, ms in seen["waits"] if ms > STALL_MS],
        "late_ms": stalls,
        "errors": len(seen["error"]) + len(seen["complaints"]),
        "joins": tally,
    }


def readable(report: dict) -> str:
    """Return the report as lines."""
    return "\n".join(f"{name:<20}{value}" for name, value in report.items())


if __name__ == "__main__":
    main()
