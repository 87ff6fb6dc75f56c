"""Our render against moviepy's usual way and against encoding alone.

One film of cuts and dissolves over takes at two rates is made three times at the same
preset and quality, each time in a process of its own:

``render``   `otio_genai.render` of the timeline;
``moviepy``  ``VideoFileClip`` subclips with ``CrossFadeIn`` in a
             ``CompositeVideoClip``, written by ``write_videofile``;
``encode``   the finished pictures, raw, to the encoder: the limit.

Wall time and CPU seconds (user and system, the whole process tree, start of Python
included) are printed with their ratios, and how many frames of each film are the ones
the timeline asks for, at 24 and at 23.976 fps: every picture carries its take and
number in a corner.

Run ``python benchmarks/render.py [--quick] [--json]``. On a machine with other work,
trust the CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai import maps, metadata, rates
from otio_genai.media import locate
from otio_genai.media.write import FilmWriter, write_wav
from tests.support.coded import coded_frame, read_blend, read_code

PRESET, CRF = "veryfast", 18
RATES = (Fraction(24), Fraction(24_000, 1001))
OTHER_RATE = Fraction(30)
FADE = 12
CODE = (160, 90)
TAKES = 4
TAKE_S = 5
SHOT = 60
TASKS = ("encode", "render", "moviepy")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10 s of 640x360")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        {"encode": encode, "render": ours, "moviepy": usual}[options.task](
            options.folder
        )
        return
    size, shots = ((640, 360), 4) if options.quick else ((1280, 720), 8)
    with tempfile.TemporaryDirectory() as folder:
        report = compare(Path(folder), size, shots)
    print(json.dumps(report, indent=2) if options.json else table(report))


# The film ------------------------------------------------------------------------


def shots_of(count: int) -> list[tuple[int, int, int, int]]:
    """Return (take, in-point, head fade, tail fade) of each shot, in record frames.

    Every other join is a dissolve; in-points leave room for it.
    """
    fades = [FADE if n % 2 == 0 else 0 for n in range(count - 1)]
    return [
        (n % TAKES, 8 + 5 * (n % 7), ([0, *fades])[n], ([*fades, 0])[n])
        for n in range(count)
    ]


def make_takes(folder: Path, size: tuple[int, int], film_rate: Fraction) -> None:
    """Write moving, grainy takes with a code in the corner, at two rates."""
    rng = np.random.default_rng(1)
    wide, high = size
    for take in range(TAKES):
        rate = take_rate(take, film_rate)
        coarse = rng.integers(0, 255, (high // 8 + 40, wide // 8 + 80, 3), np.uint8)
        scene = _enlarged(coarse, 8)
        grain = rng.normal(0, 4, (high + 16, wide + 16, 1))
        path = folder / f"take{take}.mp4"
        with FilmWriter(path, wide, high, rate, None, crf=16) as writer:
            for k in range(int(TAKE_S * rate)):
                part = scene[k : k + high, 3 * k : 3 * k + wide].astype(np.float64)
                dy, dx = rng.integers(0, 16, 2)
                part += grain[dy : dy + high, dx : dx + wide]
                picture = np.clip(part, 0, 255).astype(np.uint8)
                picture[: CODE[1], : CODE[0]] = coded_frame(take, k, *CODE)
                writer.video(picture)


def take_rate(take: int, film_rate: Fraction) -> Fraction:
    """Return the rate of a take: every other one is not the film's."""
    return OTHER_RATE if take % 2 else film_rate


def _enlarged(coarse: np.ndarray, times: int) -> np.ndarray:
    from PIL import Image

    size = (coarse.shape[1] * times, coarse.shape[0] * times)
    return np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))


def make_music(folder: Path, length_s: float) -> None:
    """Write a few partials as the bed."""
    t = np.arange(int(length_s * 48_000)) / 48_000
    wave = sum(np.sin(2 * np.pi * 110 * k * t) / k for k in (1, 2, 3, 5)) * 0.1
    write_wav(folder / "music.wav", np.stack([wave, wave], 1).astype(np.float32), 48000)


def make_timeline(
    folder: Path, size: tuple[int, int], count: int, film_rate: Fraction
) -> None:
    """Write the film as an OpenTimelineIO file."""
    film = otio.schema.Timeline("benchmark", global_start_time=rates.time(0, film_rate))
    metadata.put(
        film,
        "film",
        {"rate": rates.text(film_rate), "width": size[0], "height": size[1]},
    )
    track = otio.schema.Track("Picture", kind="Video")
    for number, (take, start, head, _) in enumerate(shots_of(count)):
        if head:
            half = rates.time(head // 2, film_rate)
            track.append(otio.schema.Transition("", "SMPTE_Dissolve", half, half))
        path = folder / f"take{take}.mp4"
        rate = take_rate(take, film_rate)
        frames = int(TAKE_S * rate)
        reference = otio.schema.ExternalReference(
            locate.url(path), rates.span(0, frames, rate)
        )
        source = rates.span(start, SHOT, film_rate)
        track.append(otio.schema.Clip(f"shot {number}", reference, source))
    bed = otio.schema.Track("Bed", kind="Audio")
    samples = rates.sample_at(count * SHOT, film_rate, 48_000)
    reference = otio.schema.ExternalReference(
        locate.url(folder / "music.wav"), rates.span(0, samples, Fraction(48_000))
    )
    bed.append(
        otio.schema.Clip("music", reference, rates.span(0, count * SHOT, film_rate))
    )
    film.tracks.extend([track, bed])
    film.to_json_file(str(folder / "film.otio"))


# The three ways ------------------------------------------------------------------


def ours(folder: Path) -> None:
    """Render the timeline."""
    from otio_genai.render import render

    film = otio.adapters.read_from_file(str(folder / "film.otio"))
    render(film, folder / "render.mp4", crf=CRF, preset=PRESET)


def usual(folder: Path) -> None:
    """Make the same film as moviepy's documentation does."""
    from moviepy import AudioFileClip, CompositeVideoClip, VideoFileClip, vfx

    facts = json.loads((folder / "facts.json").read_text())
    per_s = float(Fraction(facts["rate"]))
    clips, clock = [], 0
    for take, start, head, tail in shots_of(facts["shots"]):
        clip = VideoFileClip(str(folder / f"take{take}.mp4")).subclipped(
            (start - head // 2) / per_s, (start + SHOT + tail // 2) / per_s
        )
        if head:
            clip = clip.with_effects([vfx.CrossFadeIn(head / per_s)])
        clips.append(clip.with_start((clock - head // 2) / per_s))
        clock += SHOT
    film = CompositeVideoClip(clips).with_duration(clock / per_s)
    music = AudioFileClip(str(folder / "music.wav"))
    film = film.with_audio(music.with_duration(clock / per_s))
    film.write_videofile(
        str(folder / "moviepy.mp4"),
        fps=per_s,
        codec="libx264",
        preset=PRESET,
        ffmpeg_params=["-crf", str(CRF)],
        audio_codec="aac",
        audio_bitrate="192k",
        temp_audiofile_path=str(folder),
        logger=None,
    )
    # Closed processes are waited for, so that their CPU time is counted.
    for clip in (*clips, music):
        clip.close()


def encode(folder: Path) -> None:
    """Encode the finished pictures and nothing else."""
    facts = json.loads((folder / "facts.json").read_text())
    wide, high, rate = *facts["size"], Fraction(facts["rate"])
    raw = np.memmap(folder / "film.yuv", np.uint8, "r").reshape(-1, high * 3 // 2, wide)
    with FilmWriter(
        folder / "encode.mp4", wide, high, rate, None, crf=CRF, preset=PRESET
    ) as writer:
        for picture in raw:
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.colorspace, frame.color_range = 1, 1
            writer.video(frame)


def make_raw(folder: Path) -> None:
    """Write the finished pictures as raw yuv420p, from a nearly lossless render."""
    from otio_genai.render import render

    film = otio.adapters.read_from_file(str(folder / "film.otio"))
    fine = render(film, folder / "fine.mp4", crf=2, preset="ultrafast")
    with av.open(str(fine)) as container, (folder / "film.yuv").open("wb") as raw:
        for frame in container.decode(video=0):
            raw.write(frame.to_ndarray().tobytes())


# Measuring -----------------------------------------------------------------------


def compare(folder: Path, size: tuple[int, int], count: int) -> dict[str, object]:
    """Make the material, run every way, and return what was measured."""
    make_all(folder, size, count, RATES[0])
    make_raw(folder)
    measured = {task: measure(task, folder) for task in TASKS}
    for task, figures in measured.items():
        figures.update(judge(folder, folder / f"{task}.mp4"))
    exact = {}
    for rate in RATES[1:]:
        beside = folder / f"{float(rate):.3f}"
        beside.mkdir()
        make_all(beside, CODE, count, rate)
        for task in TASKS[1:]:
            measure(task, beside)
            found = judge(beside, beside / f"{task}.mp4")
            exact[f"{task} at {float(rate):.3f} fps"] = found
    return {
        "film": {
            "size": list(size),
            "frames": count * SHOT,
            "dissolves": sum(1 for shot in shots_of(count) if shot[2]),
            "preset": PRESET,
            "crf": CRF,
            "cores": os.cpu_count(),
        },
        "measured": measured,
        "exactness": exact,
        "ratios": {
            f"render / {other} {what}": round(
                measured["render"][what] / measured[other][what], 3
            )
            for other in ("encode", "moviepy")
            for what in ("cpu_s", "wall_s")
        },
    }


def make_all(folder: Path, size: tuple[int, int], count: int, rate: Fraction) -> None:
    """Make takes, music and timeline of one film."""
    make_takes(folder, size, rate)
    make_music(folder, count * SHOT / float(rate))
    make_timeline(folder, size, count, rate)
    facts = {"size": size, "shots": count, "rate": rates.text(rate)}
    (folder / "facts.json").write_text(json.dumps(facts))


def measure(task: str, folder: Path) -> dict[str, float]:
    """Return wall and CPU seconds of one way, in a fresh process."""
    command = [sys.executable, __file__, "--task", task, "--folder", str(folder)]
    before, start = _children_s(), time.perf_counter()
    subprocess.run(command, check=True)
    wall_s = time.perf_counter() - start
    return {
        "wall_s": round(wall_s, 2),
        "cpu_s": round(_children_s() - before, 2),
        "size_mb": round((folder / f"{task}.mp4").stat().st_size / 1e6, 2),
    }


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def judge(folder: Path, path: Path) -> dict[str, object]:
    """Return a film's frames, how many are not the ones asked for, and its rate."""
    film = otio.adapters.read_from_file(str(folder / "film.otio"))
    wanted = maps.picture_map(film)
    found, wrong = 0, 0
    with av.open(str(path)) as container:
        rate = rates.text(container.streams.video[0].average_rate)
        for frame in container.decode(video=0):
            layers = wanted[found] if found < len(wanted) else ()
            picture = frame.to_ndarray(format="rgb24")[: CODE[1], : CODE[0]]
            wrong += not _shows(picture, layers)
            found += 1
    wrong += max(0, len(wanted) - found)
    return {"frames": found, "wrong_frames": wrong, "rate": rate}


def _shows(picture: np.ndarray, layers: tuple[maps.Layer, ...]) -> bool:
    takes = [int(locate.path(a.url).stem.removeprefix("take")) for a in layers]
    codes = [(t, a.source_frame) for t, a in zip(takes, layers, strict=True)]
    if len(codes) == 1:
        return read_code(picture) == codes[0]
    shares = read_blend(picture, codes)
    return shares is not None and all(
        abs(shares[code] - float(a.weight)) < 0.05
        for code, a in zip(codes, layers, strict=True)
    )


def table(report: dict[str, object]) -> str:
    """Return the report for reading."""
    film, measured, ratios = (report[k] for k in ("film", "measured", "ratios"))
    lines = [
        f"{film['frames']} frames of {film['size'][0]}x{film['size'][1]}, "
        f"{film['dissolves']} dissolves, x264 {film['preset']} crf {film['crf']}, "
        f"{film['cores']} cores",
        "",
        f"{'':10}{'wall s':>8}{'CPU s':>8}{'MB':>8}{'frames':>8}{'wrong':>7}",
    ]
    for name, row in measured.items():
        lines.append(
            f"{name:10}{row['wall_s']:8.2f}{row['cpu_s']:8.2f}{row['size_mb']:8.2f}"
            f"{row['frames']:8d}{row['wrong_frames']:7d}"
        )
    lines += ["", *(f"{k}: {v:.2f}" for k, v in ratios.items()), ""]
    for name, row in report["exactness"].items():
        lines.append(
            f"{name}: {row['frames']} frames of {film['frames']}, "
            f"{row['wrong_frames']} wrong, written as {row['rate']} fps"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
