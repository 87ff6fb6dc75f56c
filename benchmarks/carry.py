"""Our sweep across a cut against the brute-force one and a plain cross-dissolve.

The frames of five carries (pan, pan with roll, tilt, dolly out, stillness) are made at
each size from the same two pictures, 8-bit 4:2:0 as films have it, in one thread and
one process, in turn:

``fast``      `otio_genai.render.carry.swept_planes` with OpenCV;
``pillow``    the same with numpy and Pillow alone;
``rgb``       by way of RGB, swept as one picture with OpenCV;
``brute``     as many bilinear moves as the blur is long, every 5 px at 720p, each with
              OpenCV, summed in 16 bits and divided: what blurring usually is;
``dissolve``  `otio_genai.render.planes.summed` of the two pictures, as a floor.

Printed are milliseconds of CPU per frame, the mean and the slowest, their ratios, and
how far the luma of each lies from a blur of four times as many samples, in levels.

Run ``python benchmarks/carry.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.maps import Carry, Sweep, carry
from otio_genai.media import colour
from otio_genai.render.carry import swept, swept_planes
from otio_genai.render.pictures import Pictures
from otio_genai.render.planes import summed

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080)}
QUICK = {"360p": (640, 360)}
RATE, HALF = Fraction(24), 6
MOTIONS = {
    "pan": ((-0.2, 0, 0, 0), (-0.3, 0, 0, 0)),
    "pan and roll": ((-0.2, 0, 0, 0), (-0.44, 0.2, 0, 0.12)),
    "tilt": ((0, 0.2, 0, 0), (0, 0.1, 0, 0)),
    "dolly out": ((0.06, 0.02, -0.13, 0.03), (0, 0, 0, 0)),
    "stillness": ((0, 0, 0, 0), (0, 0, 0, 0)),
}
SPACING_FW = 1 / 256


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="640x360, once")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    cv2 = opencv()
    sizes, runs = (QUICK, 1) if options.quick else (SIZES, 3)
    report = {name: compare(size, runs, cv2) for name, size in sizes.items()}
    print(json.dumps(report, indent=2) if options.json else table(report))


def opencv():
    """Return OpenCV with one thread, or None."""
    try:
        import cv2
    except ImportError:
        return None
    cv2.setNumThreads(1)
    return cv2


def picture(size: tuple[int, int], seed: int) -> np.ndarray:
    """Return blobs with grain and hard edges."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (size[1] // 24, size[0] // 24, 3), np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    made = np.asarray(image) + rng.normal(0, 6, (size[1], size[0], 1))
    made[size[1] // 3 : size[1] // 3 + 60, size[0] // 4 : size[0] // 2] = 255
    made[:, size[0] // 2 : size[0] // 2 + 4] = 0
    return np.clip(made, 0, 255).astype(np.uint8)


def sweeps(motions, size: tuple[int, int]) -> dict[int, Sweep]:
    """Return the sweep of every frame of a carry."""
    made = carry.recipe(*motions, aspect=size[1] / size[0], half_frames=HALF, rate=RATE)
    law = Carry.read(made)
    return {k: law.sweep(k, RATE) for k in range(-HALF, HALF)}


def compare(size: tuple[int, int], runs: int, cv2) -> dict[str, object]:
    """Return what was measured at one size."""
    film = Pictures(size)
    frames = [film.from_rgb(picture(size, seed)) for seed in (1, 2)]

    def planes(frame: VideoFrame, sweep: Sweep, fast: bool) -> list[np.ndarray]:
        return swept_planes(colour.planes(frame), sweep, fast=fast)

    def rgb(frame: VideoFrame, sweep: Sweep) -> list[np.ndarray]:
        moved = swept(film.as_rgb(frame), sweep, fast=True)
        return colour.planes(film.from_rgb(moved))

    def dissolve(frame: VideoFrame, _: Sweep) -> list[np.ndarray]:
        half = Fraction(1, 2)
        made = summed([(half, frame), (half, frames[1])], film.levels)
        return colour.planes(made)

    ways: dict[str, Callable[[VideoFrame, Sweep], list[np.ndarray]]] = {
        "pillow": lambda frame, sweep: planes(frame, sweep, fast=False),
        "dissolve": dissolve,
    }
    if cv2 is not None:
        ways["fast"] = lambda frame, sweep: planes(frame, sweep, fast=True)
        ways["rgb"] = rgb
        ways["brute"] = lambda frame, sweep: brute(frame, sweep, cv2)
    taken: dict[str, list[float]] = {name: [] for name in ways}
    off: dict[str, list[float]] = {name: [] for name in ways if name != "dissolve"}
    for motions in MOTIONS.values():
        for k, sweep in sweeps(motions, size).items():
            one = frames[0] if k < 0 else frames[1]
            made = {}
            for name, way in ways.items():
                made[name], cpu_ms = timed(way, one, sweep, runs)
                taken[name].append(cpu_ms)
            if cv2 is not None and k in (-3, -1, 0, 2):
                fine = brute(one, sweep, cv2, finer=4)[0].astype(int)
                for name in off:
                    off[name].append(float(np.abs(made[name][0] - fine).mean()))
    means = {name: sum(found) / len(found) for name, found in taken.items()}
    first = "fast" if "fast" in means else "pillow"
    return {
        "ms_per_frame": {name: round(mean, 2) for name, mean in means.items()},
        "slowest_ms": {name: round(max(found), 2) for name, found in taken.items()},
        "mean_levels_off": {n: round(sum(f) / len(f), 2) for n, f in off.items() if f},
        "ratios": {
            f"{first} / {name}": round(means[first] / mean, 3)
            for name, mean in means.items()
            if name != first
        },
    }


def timed(way, one: VideoFrame, sweep: Sweep, runs: int) -> tuple[list, float]:
    """Return what a way makes, and its least CPU time in milliseconds."""
    least = math.inf
    for _ in range(runs):
        start = time.process_time()
        made = way(one, sweep)
        least = min(least, time.process_time() - start)
    return made, least * 1000


def brute(frame: VideoFrame, sweep: Sweep, cv2, finer: int = 1) -> list[np.ndarray]:
    """Return the mean of evenly spaced moves, plane by plane."""
    ends = np.array(sweep.opening), np.array(sweep.closing)
    kappa = math.sqrt((1 + (frame.height / frame.width) ** 2) / 12)
    # Corners go at most 1.7 times as far as the picture on average.
    path = 1.7 * float(np.linalg.norm((ends[1] - ends[0]) * [1, 1, kappa, kappa]))
    count = max(1, math.ceil(path / SPACING_FW)) * finer
    places = [
        ends[0] * (1 - (k + 0.5) / count) + ends[1] * (k + 0.5) / count
        for k in range(count)
    ]
    return [blurred(plane, places, cv2) for plane in colour.planes(frame)]


def blurred(plane: np.ndarray, places: list[np.ndarray], cv2) -> np.ndarray:
    """Return the mean of a plane at places."""
    high, wide = plane.shape
    count = len(places)
    total = np.zeros(plane.shape, np.uint16 if count < 256 else np.uint32)
    for tx, ty, zoom, turn in places:
        cos, sin = math.cos(turn) * math.exp(zoom), math.sin(turn) * math.exp(zoom)
        x, y = (wide - 1) / 2, (high - 1) / 2
        matrix = np.array(
            [
                [cos, -sin, x - cos * x + sin * y + tx * wide],
                [sin, cos, y - sin * x - cos * y + ty * wide],
            ]
        )
        total += cv2.warpAffine(
            plane,
            matrix,
            (wide, high),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
    return ((total + count // 2) // count).astype(np.uint8)


def table(report: dict[str, dict]) -> str:
    """Return the report for reading."""
    lines = []
    for size, found in report.items():
        lines += [f"{size:10}{'ms/frame':>10}{'slowest':>10}{'levels off':>12}"]
        for name, mean in found["ms_per_frame"].items():
            slow = found["slowest_ms"][name]
            off = found["mean_levels_off"].get(name)
            said = "" if off is None else f"{off:12.2f}"
            lines.append(f"{name:10}{mean:10.1f}{slow:10.1f}{said}")
        lines += [f"  {name}: {ratio:.2f}" for name, ratio in found["ratios"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
