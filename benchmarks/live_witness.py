"""A showing that was witnessed, beside what was watched: its Premiere XML, its render.

A film is given live and taken down as a player gets it, and meanwhile Chromium plays
it; every picture that Chromium presents is read back from a canvas. The witness is
exported for Premiere, read back by our reader and by OpenTimelineIO's, and rendered.
Then every frame that was watched is compared with the render's: the code it carries,
and how far its pixels are (PSNR in dB), apart in plain stretches and in joins. The
sound is compared sample by sample.

Without ``--field`` the takes are coded: half the joins are carries, the others
dissolves, dips and cuts; there are stills, takes of other rates, voices and music.

Run ``python benchmarks/live_witness.py [--field FIELD] [--size 384x216] [--slots 12]
[--takes 3] [--workers 2] [--no-browser] [--folder FOLDER] [--json]``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import io
import itertools
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.live_field import mixed, opened
from otio_genai import maps
from otio_genai.export import export, read_timeline
from otio_genai.interchange.urls import from_pathurl
from otio_genai.kit.coded import read_code
from otio_genai.media import sound
from otio_genai.render import render_film
from tests.live.web import chromium, real

SMALL = (54, 96)
WINDOW = 2400
# Frames to either side of a presented one, and by how much another is its likeness.
NEAR, CLEARLY_DB = 12, 1.0


@dataclass
class Taken:
    """What was watched of one film."""

    video: bytes
    audio: bytes
    presented: list
    "(frame, small grey picture) as Chromium showed them."
    shots: tuple
    dry: tuple
    rate: object
    witness: Path


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--field", type=Path, help="a field; coded takes by default")
    parser.add_argument("--size", default="384x216")
    parser.add_argument("--slots", type=int, default=12)
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep what is made there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        path = options.field or mixed(folder, options.slots, options.takes)
        wide, high = map(int, options.size.split("x"))
        browser = not options.no_browser and chromium.BINARY is not None
        taken = asyncio.run(
            watched(path, folder, (wide, high), options.workers, browser=browser)
        )
        report = proven(taken, folder, (wide, high))
    print(json.dumps(report, indent=2) if options.json else readable(report))


async def watched(path, folder, size, workers, *, browser) -> Taken:
    """Give one film, witnessed; return what came of it."""
    async with (
        opened(path, folder, size=size, workers=workers, always=True) as client,
        _screen(client, browser=browser) as screen,
    ):
        async with client.ws_connect("/watch", max_msg_size=0) as socket:
            if screen is not None:
                await screen.press()
            video, audio = await real.film(socket)
            while not client.house.shown:
                await asyncio.sleep(0.1)
        presented = []
        rate = client.house.field.rate
        if screen is not None:
            frames = await screen.value("window.__seen.frames")
            before = -1.0
            for media_s, _, _, grey in frames:
                if media_s < before - 1:
                    break
                before = media_s
                picture = np.frombuffer(base64.b64decode(grey), np.uint8)
                presented.append((round(media_s * rate), picture.reshape(SMALL)))
        (folder / "watched video.mp4").write_bytes(video)
        (folder / "watched audio.mp4").write_bytes(audio)
        shots, dry = client.house.shown[0]
        name = client.house.notes[0].removeprefix("A film was written: ")
        return Taken(video, audio, presented, shots, dry, rate, folder / name)


@contextlib.asynccontextmanager
async def _screen(client, *, browser):
    if not browser:
        yield None
        return
    async with chromium.browser() as page:
        screen = await page()
        await screen.open(str(client.make_url("/")))
        await screen.until("!document.querySelector('#hint').hidden")
        yield screen


def proven(taken: Taken, folder: Path, size) -> dict:
    """Compare what was watched with the witness, its export and its render."""
    timeline = read_timeline(taken.witness)
    stem = folder / taken.witness.stem
    film = stem.with_suffix(".mov")
    render_film(timeline, film, size=size, crf=8, cache=False, force=True)
    report = {
        "shots": len(taken.shots),
        "joins_rendered": len(joins_of(timeline)),
        "dry_instead": len(taken.dry),
        **compared(taken, film, joins_of(timeline)),
        **heard(taken, film),
        **exported(timeline, stem),
        **edited(stem),
    }
    if taken.presented:
        report |= shown(taken, film)
    return report


def joins_of(timeline) -> list[tuple[str, range]]:
    """Return the transitions of a film: what kind, and which record frames."""
    found, at = [], 0
    for item in timeline.video_tracks()[0]:
        if isinstance(item, otio.schema.Transition):
            begin, end = int(item.in_offset.value), int(item.out_offset.value)
            found.append((item.name, range(at - begin, at + end)))
        else:
            at += int(item.duration().value)
    return found


def compared(taken: Taken, film: Path, joins) -> dict:
    """Compare every frame that was sent with that of a render."""
    mixed_in = {number for _, span in joins for number in span}
    alike: dict[str, list[float]] = {"plain": [], "joins": []}
    unlike, read, count = [], 0, 0
    rows = itertools.zip_longest(_frames(io.BytesIO(taken.video)), _frames(str(film)))
    for number, (one, other) in enumerate(rows):
        if one is None or other is None:
            unlike.append(number)
            continue
        count += 1
        codes = [read_code(_grey(picture)) for picture in (one, other)]
        read += codes[0] is not None
        if codes[0] != codes[1] and None not in codes:
            unlike.append(number)
        alike["joins" if number in mixed_in else "plain"].append(psnr(one, other))
    return {"frames": count, "codes_read": read, "other_picture": unlike} | {
        f"psnr_{kind}_db": _spread(values) for kind, values in alike.items() if values
    }


def shown(taken: Taken, film: Path) -> dict:
    """Compare what Chromium's canvas showed with the same frames of a render.

    Where the page was told of a frame late, its canvas has the next one already. Takes
    that carry no code are told by their likeness: no frame near it may be clearly more
    alike.
    """
    small = list(_small(film))
    wrong, read, late, alike = [], 0, 0, []
    for number, picture in taken.presented:
        found = [(psnr(picture, small[n]), n) for n in (number, number + 1)
                 if n < len(small)]  # fmt: skip
        if not found:
            wrong.append(number)
            continue
        (likeness, place), code = max(found), read_code(picture)
        late += place != number
        read += code is not None
        right = read_code(small[place])
        near = small[max(0, number - NEAR) : number + NEAR + 1]
        closest = max(psnr(picture, other) for other in near)
        unlike = code is None and closest > likeness + CLEARLY_DB
        if unlike or (code != right and None not in (code, right)):
            wrong.append(number)
        alike.append(likeness)
    return {
        "presented": len(taken.presented),
        "presented_read": read,
        "presented_next": late,
        "presented_other": wrong,
        "psnr_presented_db": _spread(alike),
    }


def heard(taken: Taken, film: Path) -> dict:
    """Compare the sound that was sent with that of a render, in windows of 50 ms."""
    with av.open(io.BytesIO(taken.audio)) as container:
        parts = [f.to_ndarray().T for f in container.decode(audio=0)]
    one = np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)
    other = sound.read(film, 48_000, 2)
    count = min(len(one), len(other))
    error = (one[:count] - other[:count]).astype(float)
    level = float(np.sqrt(np.mean(other.astype(float) ** 2))) if count else 0.0
    windows = np.sqrt(
        (error[: count // WINDOW * WINDOW].reshape(-1, WINDOW * 2) ** 2).mean(1)
    )
    # A render turns a film down that would be too loud.
    gain = float(
        (one[:count] * other[:count]).sum() / max((one[:count] ** 2).sum(), 1e-9)
    )
    return {
        "sound_gain_db": round(20 * float(np.log10(max(gain, 1e-3))), 2),
        "sound_samples": [len(one), len(other)],
        "sound_level": round(level, 5),
        "sound_error": round(float(np.sqrt(np.mean(error**2))), 6) if count else 0.0,
        "sound_worst_50ms": round(float(windows.max()), 6) if len(windows) else 0.0,
        "sound_worst_at_s": round(float(windows.argmax()) * WINDOW / 48_000, 2)
        if len(windows)
        else None,
    }


def exported(timeline, stem: Path) -> dict:
    """Write a film for Premiere; compare what two readers make of it with the film.

    OpenTimelineIO's reader takes one-sided fades, of which dips consist, for cuts, and
    moves clips of other rates.
    """
    path = stem.with_suffix(".premiere.xml")
    loss = export(timeline, path, to="premiere", fractures="native", force=True)
    film = seen(timeline)
    stock = otio.adapters.read_from_file(str(path), "fcp_xml")
    dips = {n for kind, span in joins_of(timeline) if kind == "dip" for n in span}
    unlike = _unlike(seen(stock), film)
    return {
        "premiere_losses": sorted({item.feature for item in loss.items}),
        "read_by_us_unlike": _unlike(seen(read_timeline(path)), film),
        "read_by_otio_unlike": [n for n in unlike if n not in dips],
        "of_dips": sum(n in dips for n in unlike),
    }


def edited(stem: Path) -> dict:
    """Render what Premiere is given, carries baked; compare it with the film.

    Both at the film's own size: a baked carry is a film of that size, so that a
    larger render of it only enlarges what a larger render of the film draws anew.
    """
    timeline = read_timeline(stem.with_suffix(".otio"))
    path = stem.with_name(f"{stem.name} baked.xml")
    export(timeline, path, to="premiere", fractures="bake", force=True)
    made = [stem.with_name(f"{stem.name} {name}.mov") for name in ("baked", "own")]
    for film, place in zip((read_timeline(path), timeline), made, strict=True):
        render_film(film, place, crf=8, cache=False, force=True)
    carried = {n for kind, at in joins_of(timeline) if kind == "carry" for n in at}
    alike: dict[str, list[float]] = {"plain": [], "carries": []}
    rows = itertools.zip_longest(*(_frames(str(place)) for place in made))
    for number, (one, other) in enumerate(rows):
        likeness = 0.0 if one is None or other is None else psnr(one, other)
        alike["carries" if number in carried else "plain"].append(likeness)
    return {
        f"psnr_edited_{kind}_db": _spread(values)
        for kind, values in alike.items()
        if values
    }


def seen(timeline) -> list:
    """Return which frames of which files every record frame shows."""
    return [
        sorted((from_pathurl(layer.url), layer.source_frame) for layer in layers)
        for layers in maps.picture_map(timeline)
    ]


def _unlike(one: list, other: list) -> list[int]:
    pairs = enumerate(itertools.zip_longest(one, other))
    return [number for number, (a, b) in pairs if a != b]


def _frames(source):
    with av.open(source) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="yuv420p")


def _grey(planes):
    return planes[: len(planes) * 2 // 3]


def _small(film: Path):
    """Pictures of a film as the page reads them: small, and what is red of them."""
    high, wide = SMALL
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            made = frame.reformat(
                wide, high, "rgb24", src_colorspace="ITU709", interpolation="AREA"
            )
            yield made.to_ndarray()[:, :, 0]


def psnr(one, other) -> float:
    """Return how alike two pictures are, in dB; at most 99."""
    error = np.mean((np.asarray(one, np.float32) - other) ** 2)
    return 99.0 if error < 1e-9 else float(10 * np.log10(255**2 / error))


def _spread(values) -> dict:
    return {
        "frames": len(values),
        "least": round(min(values), 1),
        "median": round(statistics.median(values), 1),
    }


def readable(report: dict) -> str:
    """Return the report as lines."""
    return "\n".join(f"{name:<24}{value}" for name, value in report.items())


if __name__ == "__main__":
    main()
