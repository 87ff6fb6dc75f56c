"""What the pictures of a live show cost, and how near they come to a render.

A field of four slots with two takes each is made up: 4 s of grainy pictures in motion,
1080p at 30 frames a second, shown at 24. Everything runs in this process, and CPU
times are those of all its threads. Measured at each size:

``prepare``   CPU seconds for a second of take, encoded once, and megabits a second;
``join``      CPU milliseconds to render one join of each kind while a film plays, with
              the frames that had to be rendered; the median and the slowest;
``push``      CPU milliseconds to settle a shot: planning, slicing, no rendering;
``psnr``      dB between what is watched and what `otio_genai.render` composes before
              it is encoded: prepared frames and joins apart, least and median;
``atlas``     share of the joins of films not seen before that are found when so many
              of the likeliest were rendered beforehand, where cuts may fall anywhere
              and where out-points are few; with what a join takes of the disk.

Run ``python benchmarks/live_pictures.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.field.drawing import draw_many, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise import timeline_of
from otio_genai.live.picture import (
    Format,
    Job,
    Mezzanines,
    Part,
    Reel,
    fmp4,
    prepare,
    render_request,
)
from otio_genai.live.picture.beforehand import likeliest
from otio_genai.media.write import FilmWriter
from otio_genai.render.compose import Composer
from otio_genai.render.plan import make_plan
from tests.support import fields

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
QUICK = {"360p": (640, 360)}
RATE, SOURCE = Fraction(24), Fraction(30)
SLOTS, TAKES, TAKE_S = 4, 2, 4
KINDS = ("carry", "dissolve", "dip")
ATLAS = (0, 100, 1000, 5000)
OUTS = (72, 96)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="640x360, few films")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    sizes = QUICK if options.quick else SIZES
    films = 1 if options.quick else 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = QUICK["360p"] if options.quick else SIZES["1080p"]
        clips = footage(folder, source, TAKES)
        report: dict[str, Any] = {
            name: measured(folder / name, clips, size, films)
            for name, size in sizes.items()
        }
        smallest = next(iter(sizes.values()))
        report["atlas"] = atlas(folder / "atlas", clips, smallest, options.quick)
    print(json.dumps(report, indent=2) if options.json else table(report))


def footage(folder: Path, size: tuple[int, int], takes: int) -> list[list[Any]]:
    """Return analysed clips of takes that move, slot by slot."""
    found: list[list[Any]] = []
    frames = int(TAKE_S * SOURCE)
    for slot in range(SLOTS):
        found.append([])
        for take in range(takes):
            path = folder / f"take {slot}-{take}.mp4"
            with FilmWriter(path, *size, SOURCE, None, crf=16) as film:
                for picture in moving(size, frames, 10 * slot + take):
                    film.video(picture)
            clip = fields.moving(
                path.stem, 10 * slot + take, rate=SOURCE, frames=frames
            )
            clip.media_reference.target_url = path.as_uri()
            found[-1].append(clip)
    return found


def moving(size: tuple[int, int], frames: int, seed: int) -> Iterator[np.ndarray]:
    """Yield pictures of blobs and edges that drift, with grain."""
    rng = np.random.default_rng(seed)
    wide, high = size[0] * 5 // 4, size[1] * 5 // 4
    coarse = rng.integers(0, 255, (high // 40, wide // 40, 3), np.uint8)
    image = Image.fromarray(coarse).resize((wide, high), Image.Resampling.BICUBIC)
    whole = np.asarray(image).astype(np.int16)
    whole[high // 3 : high // 3 + 40, wide // 4 : wide // 2] = 230
    grain = rng.normal(0, 3, (high, wide, 1)).astype(np.int16)
    reach = np.array([wide - size[0], high - size[1]])
    begin, end = rng.random(2) * reach, rng.random(2) * reach
    for n in range(frames):
        x, y = (begin + (end - begin) * n / frames).astype(int)
        u, v = (rng.random(2) * reach).astype(int)
        picture = whole[y : y + size[1], x : x + size[0]]
        made = picture + grain[v : v + size[1], u : u + size[0]]
        yield np.clip(made, 0, 255).astype(np.uint8)


def field_of(clips: Sequence[Sequence[Any]], **more) -> Field:
    """Return a field of the takes."""
    document = fields.document(
        clips=clips, rate=RATE, kinds=KINDS, lengths=(1.0, 3.0), **more
    )
    return fields.plain(document)


def drawn(field: Field, seed: int, count: int) -> list[tuple[Chosen, ...]]:
    """Return films of a field."""
    return [
        tuple(f) for f in draw_many(space(field), np.random.default_rng(seed), count)
    ]


def measured(
    folder: Path, clips: Sequence[Sequence[Any]], size: tuple[int, int], films: int
) -> dict[str, Any]:
    """Return everything measured at one size."""
    field = field_of(clips)
    began = time.process_time()
    mezzanines = prepare(field, Format(size, RATE), folder)
    spent_s = time.process_time() - began
    with mezzanines:
        rows = [
            mezzanines.of(slot, option, field.slots[slot].options[option].ins[0])
            for slot in range(len(clips))
            for option in range(len(clips[slot]))
        ]
        seconds = sum(one.frames for one in rows) / float(RATE)
        octets = sum(len(one.sample(n)) for one in rows for n in range(one.frames))
        report: dict[str, Any] = {
            "prepare": {
                "cpu_s_per_s": round(spent_s / seconds, 3),
                "mbit_per_s": round(octets * 8e-6 / seconds, 2),
            }
        }
        joins: dict[str, list[tuple[float, int]]] = defaultdict(list)
        near: dict[str, list[float]] = defaultdict(list)
        pushes: list[float] = []
        for film in drawn(field, 1, films):
            parts = timed(field, mezzanines, film, pushes)
            samples = [rendered(part, field, film, joins) for part in parts]
            compare(field, mezzanines, film, parts, samples, near)
    report["push_ms"] = spread(pushes)
    report["join"] = {
        kind: spread([ms for ms, _ in found])
        | {"frames": round(float(np.mean([frames for _, frames in found])), 1)}
        for kind, found in sorted(joins.items())
    }
    report["psnr_db"] = {
        what: {
            "least": round(min(found), 1),
            "median": round(float(np.median(found)), 1),
        }
        for what, found in sorted(near.items())
    }
    return report


def timed(
    field: Field, mezzanines: Mezzanines, film: Sequence[Chosen], pushes: list[float]
) -> list[Part]:
    """Return the parts of a film; note what each shot took."""
    reel = Reel(field, mezzanines)
    parts: list[Part] = []
    for one in film:
        began = time.process_time()
        parts += reel.push(one)
        pushes.append(1000 * (time.process_time() - began))
    return parts + reel.close()


def rendered(
    part: Part,
    field: Field,
    film: Sequence[Chosen],
    joins: dict[str, list[tuple[float, int]]],
) -> Sequence[bytes | memoryview]:
    """Return the samples of a part; note what rendering it took."""
    if part.samples is not None:
        return part.samples
    job: Job = part.job
    began = time.process_time()
    samples = render_request(job.request)
    spent_ms = 1000 * (time.process_time() - began)
    clock, kind = 0, "?"
    for one in film:
        if part.record_in < clock < part.record_in + part.frames:
            kind = field.slots[one.slot].kind
        clock += one.frames
    joins[kind].append((spent_ms, len(job.request["recipe"]["frames"])))
    return samples


def compare(
    field: Field,
    mezzanines: Mezzanines,
    film: Sequence[Chosen],
    parts: Sequence[Part],
    samples: Sequence[Sequence[bytes | memoryview]],
    near: dict[str, list[float]],
) -> None:
    """Note how near each picture is to the renderer's, in dB of luma."""
    form = mezzanines.form
    data = [fmp4.video_init(form, mezzanines.avcc)]
    whats: list[str] = []
    for number, (part, given) in enumerate(zip(parts, samples, strict=True), 1):
        start = part.record_in * form.ticks
        data += fmp4.segment(fmp4.VIDEO, number, start, given, form.ticks)
        made = 0 if part.job is None else len(part.job.request["recipe"]["frames"])
        whats += ["prepared"] * (part.frames - made) + ["joins"] * made
    plan = make_plan(timeline_of(field, film), form.size)
    wanted = (frame for span in plan.spans for frame in span.frames)
    with (
        Composer(form.size, plan.rate) as composer,
        av.open(io.BytesIO(b"".join(data))) as container,
    ):
        seen = container.decode(video=0)
        for what, frame, picture in zip(whats, wanted, seen, strict=True):
            near[what].append(psnr(luma(composer.frame(frame)), luma(picture)))


def luma(frame: av.VideoFrame) -> np.ndarray:
    """Return the brightness of a frame."""
    return frame.to_ndarray(format="yuv420p")[: frame.height].astype(np.int16)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Return dB between two planes."""
    error = float(np.mean((one - other).astype(np.float32) ** 2))
    return 99.0 if not error else 10 * np.log10(255**2 / error)


def spread(found: Sequence[float]) -> dict[str, float]:
    """Return the median and the slowest."""
    return {
        "median": round(float(np.median(found)), 1),
        "slowest": round(float(max(found)), 1),
    }


def atlas(
    folder: Path, clips: Sequence[Sequence[Any]], size: tuple[int, int], quick: bool
) -> dict[str, Any]:
    """Return which share of new films' joins an atlas of some size would hold."""
    report: dict[str, Any] = {}
    known, fresh = (100, 20) if quick else (300, 40)
    cases: Mapping[str, dict[str, Any]] = {
        "any out-point": {},
        f"out-points {OUTS}": {"cuts": {"in": [12, 24], "out": list(OUTS)}},
    }
    for name, more in cases.items():
        field = field_of(clips, **more)
        with prepare(field, Format(size, RATE), folder) as mezzanines:
            before = likeliest(field, mezzanines, drawn(field, 2, known))
            after = likeliest(field, mezzanines, drawn(field, 3, fresh))
            total = sum(count for _, count in after)
            shares = {}
            for most in ATLAS:
                held = {job.key for job, _ in before[:most]}
                found = sum(count for job, count in after if job.key in held)
                shares[str(most)] = round(found / total, 3)
            octets = sum(map(len, render_request(before[0][0].request)))
        report[name] = {"joins": len(before), "share": shares, "kb": octets // 1000}
    return report


def table(report: Mapping[str, Any]) -> str:
    """Return the report as text."""
    lines = []
    for size, found in report.items():
        if size == "atlas":
            continue
        made = found["prepare"]
        lines += [
            size,
            f"  prepare   {made['cpu_s_per_s']:.2f} CPU s a second of take, "
            f"{made['mbit_per_s']:.1f} Mbit/s",
            f"  push      {_spread(found['push_ms'])}",
        ]
        for kind, one in found["join"].items():
            lines.append(f"  {kind:9} {_spread(one)}, {one['frames']:.0f} frames")
        for what, one in found["psnr_db"].items():
            lines.append(
                f"  {what:9} {one['least']:.1f} dB at least, {one['median']:.1f} median"
            )
    for name, one in report["atlas"].items():
        shares = ", ".join(f"{n}: {100 * x:.0f} %" for n, x in one["share"].items())
        lines.append(
            f"atlas, {name}: {shares} of {one['joins']} joins, {one['kb']} kB each"
        )
    return "\n".join(lines)


def _spread(found: Mapping[str, float]) -> str:
    return f"{found['median']:.0f} ms median, {found['slowest']:.0f} slowest"


if __name__ == "__main__":
    main()
