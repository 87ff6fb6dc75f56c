"""A show played by Chromium: the first picture, stalls, gaps, the order on the screen.

Server, renderers and browser run on this computer. One film lasts as long as is asked
for. Its takes are coded and have grain, so that they weigh what real ones do; its music
is nowhere silent. Everything is read by hooks that are in the page only here:

- Every picture that the browser presents is read back from a canvas and compared with
  the film that was decided. Where the page is told of a picture late, its canvas may
  have the next one already: these are counted.
- A stall is time over 50 ms that the player waited, or by which the film fell behind
  the wall from one second of it to the next (its pictures come a little early or late
  all the time).
- What is heard is recorded in the browser, after its decoder and its clock; a gap is
  5 ms of silence. Holes in what the player has buffered are sought, too. How far
  pictures fall behind is looked at from the second after the recorder has begun.

The key is pressed when the film waits for its first viewer. Screen and desk are saved
as pictures in the folder: ``screen 1.png`` …, ``desk.png``. What was drawn and prepared
in a folder is used again for as many seconds or fewer.

Run ``python benchmarks/live_playback.py [--seconds 60] [--size 1280x720] [--takes 2]
[--carries 0.5] [--workers 2] [--folder FOLDER] [--json]``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import io
import json
import math
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.live_field import grained, opened, take_and_number
from otio_genai.kit.coded import read_code
from tests.live.web import chromium
from tests.live.web.real import TOKEN

STALL_MS, GAP_MS, SILENCE = 50, 5, 1e-4
SMALL = (54, 96)
EVERY_S = 10
LEAST_PICTURES = 8
# Of the shortest and the longest shot, on the safe side.
SHOT_S = 1.75

# Music is never exactly silent for long, and a recorder's codec adds no silence.
HEARD = """
(() => {
  const film = document.querySelector("video");
  const context = new AudioContext({ sampleRate: 48000 });
  const source = context.createMediaElementSource(film);
  const to = context.createMediaStreamDestination();
  source.connect(to);
  source.connect(context.destination);
  const recorder = new MediaRecorder(to.stream, { mimeType: "audio/webm;codecs=opus" });
  const heard = (window.__heard = { parts: [], holes: 0, recorder });
  recorder.ondataavailable = async ({ data }) => {
    const bytes = new Uint8Array(await data.arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    heard.parts.push(btoa(text));
  };
  recorder.start(1000);
  const look = () => { heard.holes = Math.max(heard.holes, film.buffered.length - 1); };
  setInterval(look, 50);
  return context.state;
})()
"""

PART = """
(() => {
  const s = window.__seen, h = window.__heard || { parts: [] };
  const film = document.querySelector("video");
  return {
    frames: s.frames.splice(0), waits: s.waits.splice(0), sound: h.parts.splice(0),
    error: (s.error || []).splice(0), pause: (s.pause || []).splice(0),
    first: s.first, holes: h.holes || 0, at: film.currentTime,
    ahead: film.buffered.length ? film.buffered.end(film.buffered.length - 1)
      - film.currentTime : 0,
    dropped: film.getVideoPlaybackQuality().droppedVideoFrames,
  };
})()
"""


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--takes", type=int, default=2, help="takes a slot, at most 4")
    parser.add_argument("--carries", type=float, default=0.5, help="share of joins")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2, help="processes that prepare")
    parser.add_argument("--folder", type=Path, help="keep films and pictures there")
    parser.add_argument("--no-sound", action="store_true", help="do not record it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    if chromium.BINARY is None:
        sys.exit("Chromium is not there.")
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        slots = math.ceil(options.seconds / SHOT_S) + 4
        path = grained(folder, slots, options.takes, options.carries, options.jobs)
        report = asyncio.run(played(path, folder, options))
        (folder / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
    print(json.dumps(report, indent=2) if options.json else readable(report))


async def played(path: Path, folder: Path, options) -> dict:
    """Let Chromium play the show and return what came of it."""
    size = tuple(map(int, options.size.split("x")))
    began_s = time.monotonic()
    async with opened(
        path, folder, size=size, workers=options.workers, jobs=options.jobs
    ) as client:
        tell(f"ready after {time.monotonic() - began_s:.0f} s")
        seen = await watched(client, folder, options)
        films = [shots for shots, _ in client.house.shown]
        films += [made.shown()[0] for made in client.house.begun[len(films) :]]
        tally = dict(client.house.tally())
        return judged(seen, films, tally, client.house.field)


async def watched(client, folder: Path, options) -> dict:
    """Play for so long; return all that the page has seen and heard."""
    lists = ("frames", "waits", "sound", "error", "pause")
    gathered: dict = {name: [] for name in lists}
    async with chromium.browser() as page:
        screen = await page()
        await screen.open(str(client.make_url("/")))
        await screen.until("!document.querySelector('#hint').hidden")
        while not (hall := client.hall).screenings or not len(hall.screenings[0].video):
            await asyncio.sleep(0.1)
        await screen.value("void (window.__seen.began = performance.now())")
        await screen.press()
        if not options.no_sound:
            await screen.until("window.__seen.first !== null")
            await screen.value(HEARD)
            gathered["heard_from_s"] = await screen.value(
                "document.querySelector('video').currentTime"
            )
        begun_s = time.monotonic()
        shots = iter((0.25, 0.75))
        next_shot = next(shots)
        while (passed_s := time.monotonic() - begun_s) < options.seconds:
            await asyncio.sleep(min(EVERY_S, options.seconds - passed_s))
            try:
                part = await screen.value(PART)
            except TimeoutError:
                tell("the page does not answer")
                continue
            for name in lists:
                gathered[name] += part.pop(name)
            gathered |= part
            tell(
                f"{time.monotonic() - begun_s:5.0f} s: film at {part['at']:.1f} s, "
                f"{part['ahead']:.1f} s buffered, {len(gathered['frames'])} pictures, "
                f"{len(gathered['waits'])} waits, {part['dropped']} dropped, "
                f"joins {dict(client.house.tally())}"
            )
            if passed_s > next_shot * options.seconds:
                number = 1 + len(list(folder.glob("screen [0-9].png")))
                await screen.picture(folder / f"screen {number % 10}.png")
                next_shot = next(shots, math.inf)
        # What is done from here on is not measured.
        gathered["complaints"] = list(screen.complaints)
        await screen.picture(folder / "screen.png")
        board = await page()
        await board.open(str(client.make_url(f"/desk?token={TOKEN}")), hook="")
        await asyncio.sleep(3)
        await board.picture(folder / "desk.png")
        gathered["complaints"] += board.complaints
    return gathered


def judged(seen: dict, films: list, tally: dict, field) -> dict:
    """Compare what was seen and heard with what was decided."""
    report = {"seconds": round(seen["frames"][-1][0], 1)} if seen["frames"] else {}
    kinds = [slot.kind for slot in field.slots]
    cuts = sum(len(film) - 1 for film in films)
    carried = sum(kinds[one.slot] == "carry" for film in films for one in film[1:])
    report |= {
        "first_ms": round(seen.get("first") or -1),
        "films": len(films),
        "cuts_decided": cuts,
        "carries_decided": carried,
        **order(seen["frames"], films, field.rate),
        **stalls(seen),
        "dropped_by_chromium": seen.get("dropped"),
        "holes_buffered": seen.get("holes"),
        **silences(seen["sound"]),
        "paused": len(seen["pause"]),
        "errors": len(seen["error"]) + len(seen["complaints"]),
        "joins": tally,
    }
    return report


def order(frames: list, films: list, rate) -> dict:
    """Compare the pictures on the screen with the films."""
    rights = [_codes(film) for film in films]
    at, before = 0, None
    read = wrong = following = missed = 0
    shots_seen = set()
    for media_s, _, presented, grey in frames:
        if before is not None and media_s < before[0] - 1:
            at, before = at + 1, None
        right = rights[min(at, len(rights) - 1)]
        picture = np.frombuffer(base64.b64decode(grey), np.uint8).reshape(SMALL)
        code = read_code(picture)
        place = round(media_s * rate)
        if before is not None:
            missed += max(0, presented - before[1] - 1)
        before = (media_s, presented)
        if code is None:
            continue
        read += 1
        if place < len(right) and code == right[place][0]:
            shots_seen.add((at, right[place][1]))
        elif place + 1 < len(right) and code == right[place + 1][0]:
            following += 1
        else:
            wrong += 1
    return {
        "pictures": len(frames),
        "read": read,
        "shots_seen": len(shots_seen),
        "out_of_order": wrong,
        "next_already": following,
        "missed_by_the_hook": missed,
    }


def _codes(film) -> list:
    """(code, shot) of every frame of a film."""
    found = []
    for number, shot in enumerate(film):
        take, first = take_and_number(shot.slot, shot.option)
        found += [((take, first + shot.way + n), number) for n in range(shot.frames)]
    return found


def stalls(seen: dict) -> dict:
    """Return for how long the player waited, and how far pictures fell behind."""
    at, before = 0, 0.0
    behind_ms: dict[tuple[int, int], list[float]] = {}
    for media_s, wall_ms, _, _ in seen["frames"]:
        if media_s < before - 1:
            at += 1
        before = media_s
        behind_ms.setdefault((at, int(media_s)), []).append(wall_ms - 1000 * media_s)
    # A second of which little was seen says little; what it lost is seen in the next.
    # The recorder gives the film another clock when it begins.
    heard = int(seen.get("heard_from_s", -1))
    kept = [
        (film, min(values))
        for (film, second), values in behind_ms.items()
        if len(values) >= LEAST_PICTURES and (film > 0 or second > heard)
    ]
    late = [b - a for (one, a), (other, b) in pairwise(kept) if one == other]
    # What the player waits for before the first picture is counted by first_ms.
    waits = [ms for media_s, ms in seen["waits"] if ms > STALL_MS and media_s > 0]
    over = [ms for ms in late if ms > STALL_MS]
    return {
        "waits_over_50_ms": len(waits),
        "worst_wait_ms": round(max(waits, default=0)),
        "late_over_50_ms": len(over),
        "worst_late_ms": round(max(late, default=0)),
        "median_late_ms": round(statistics.median(late), 1) if late else 0,
    }


def silences(parts: list[str]) -> dict:
    """Look for silence in what was recorded, from its first sound to its last."""
    data = b"".join(base64.b64decode(part) for part in parts)
    if not data:
        return {}
    with av.open(io.BytesIO(data)) as container:
        heard = [f.to_ndarray().reshape(-1) for f in _decoded(container)]
    sound = np.concatenate(heard) if heard else np.zeros(0, np.float32)
    # Packed stereo or planes: silence is silence.
    loud = np.flatnonzero(np.abs(sound) > SILENCE)
    if not len(loud):
        return {"heard_s": 0.0, "audio_gaps": None}
    runs_ms = np.diff(loud) / 96.0
    gaps = runs_ms[runs_ms > GAP_MS]
    return {
        "heard_s": round(len(sound) / 96_000, 1),
        "audio_gaps": len(gaps),
        "worst_silence_ms": round(float(runs_ms.max()), 2),
    }


def _decoded(container):
    """Sound as stereo at 48 kHz, left and right in turn."""
    resampler = av.AudioResampler("flt", "stereo", 48_000)
    with contextlib.suppress(av.error.InvalidDataError):
        for frame in container.decode(audio=0):
            yield from resampler.resample(frame)


def tell(sentence: str) -> None:
    """Say how far it is."""
    print(sentence, file=sys.stderr, flush=True)


def readable(report: dict) -> str:
    """Return the report as lines."""
    return "\n".join(f"{name:<22}{value}" for name, value in report.items())


if __name__ == "__main__":
    main()
