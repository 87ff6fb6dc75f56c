"""How exactly camera moves are measured, and what measuring costs beside decoding.

Takes of known moves (pans, tilts, dollies, rolls, whips with motion blur, ramps, a
hand, a passer-by, two layers, haze, drifting exposure, lower native rates, stillness)
are made by formula, encoded, and measured as any take is. Printed per kind of move:

``sample``  rms-flow error of single samples (12 a second), median and p90, in fw/s;
``window``  the same of the motion at a cut (median of five samples);
``angle``   between measured and true motion vector, ``speed`` its relative error,
            both where the true speed is above 0.05 fw/s;
``u``       largest unsteadiness found in any of them (0 wanted: all are steady).

Then how well match scores by estimate rank as by truth (Spearman, over many pairs of
cuts), and the CPU time of the whole picture question (motion, steadiness, colour of
the ends) against decoding alone, the limit: interleaved, the best of each.

Run ``python benchmarks/motion.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.analyse import motion, palette, steady
from otio_genai.analyse.looks import picture
from otio_genai.media.frames import FrameReader
from otio_genai.media.write import FilmWriter
from tests.support import moves, synth
from tests.support.moves import Shot

RATE = Fraction(24)
SIZE = (426, 240)
FRAMES = 60
SIZES = ((1280, 720), (1920, 1080), (832, 480), (720, 480), (720, 1280))
GATES = {
    "window_median": 0.0015,
    "window_p90": 0.007,
    "whip_median": 0.03,
    "spearman": 0.99,
    "cost": 1.5,
    "import_s": 0.3,
}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one take of each kind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = accuracy(Path(folder), 1 if options.quick else 3)
        found["cost"] = cost(Path(folder), 36 if options.quick else 96)
    found["import_s"] = import_s()
    print(json.dumps(found, indent=2) if options.json else table(found))


# Exactness -----------------------------------------------------------------------


def shots(number: int) -> dict[str, Shot]:
    """Return one shot of each kind; ``number`` varies speed and direction."""
    rng = np.random.default_rng(number)
    sign = 1 if number % 2 else -1

    def near(size: float) -> float:
        return size * float(rng.uniform(0.7, 1.3))

    much = (0.15, 0.05, 0.3)[number % 3]

    def pans() -> object:
        return moves.steady(near(sign * much), near(0.1 * much))

    def all_at_once() -> object:
        size = near(sign * much)
        return moves.steady(size, near(0.4 * size), near(size), near(0.7 * size))

    swift = sign * (2.0, 2.4, 1.6)[number % 3]
    return {
        "pan": Shot(pans()),
        "tilt": Shot(moves.steady(0, near(sign * much * 0.6))),
        "dolly in": Shot(moves.steady(z=near(1.2 * much))),
        "dolly out": Shot(moves.steady(z=near(-1.2 * much))),
        "roll": Shot(moves.steady(r=near(sign * 1.2 * much))),
        "combined": Shot(all_at_once()),
        "whip": Shot(moves.whip(swift, 0.2, 1.2), shutter=0.5),
        "ramp": Shot(moves.ramp((0,) * 4, (near(sign * much), much, much, 0), 2.4)),
        "hand-held": Shot(moves.handheld(number, 0.01 + much / 10)),
        "passer-by": Shot(pans(), mover=True),
        "two layers": Shot(pans(), parallax=True),
        "haze": Shot(pans(), haze=True),
        "exposure": Shot(all_at_once(), exposure=0.3 * sign),
        "8 in 24": Shot(all_at_once(), native=8),
        "12 in 24": Shot(all_at_once(), native=12),
        "16 in 24": Shot(all_at_once(), native=16),
        "static": Shot(moves.steady()),
    }


def accuracy(folder: Path, count: int) -> dict[str, object]:
    """Return errors by kind of move, over all of them, and the rank correlation."""
    kinds: dict[str, list[dict[str, np.ndarray]]] = {}
    ends: list[np.ndarray] = []
    for number in range(count):
        for kind, shot in shots(number).items():
            seed = 100 * number + len(kinds)
            found, at_cuts = errors(folder / "take.mp4", shot, seed)
            kinds.setdefault(kind, []).append(found)
            ends.append(at_cuts)
    rows = {kind: summary(parts) for kind, parts in kinds.items()}
    everything = [part for parts in kinds.values() for part in parts]
    whips = np.concatenate([part["whip"] for part in kinds["whip"]])
    return {
        "takes": len(everything),
        "size": list(SIZE),
        "by_move": rows,
        "all": summary(everything),
        "whip_above_1.5": {
            "median": round(float(np.median(whips)), 4),
            "p90": round(float(np.quantile(whips, 0.9)), 4),
        },
        "spearman": spearman(ends),
    }


def errors(
    path: Path, shot: Shot, seed: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Encode and measure one take; return its errors and its motion at cuts."""
    width, height = SIZE
    made = moves.take(seed, shot, FRAMES, int(RATE), height, width)
    with FilmWriter(path, width, height, RATE, None, crf=20, force=True) as writer:
        for frame in made.frames:
            writer.video(np.repeat(frame[..., None], 3, axis=2))
    with FrameReader(path) as reader:
        lumas = ((k, reader.luma(k)) for k in range(reader.frames))
        seen = motion.observe(lumas, RATE)
    rows = np.array(motion.to_metadata(seen.samples, width, height)["samples"])
    true = np.column_stack([rows[:, 0], truth(rows[:, 0].astype(int), made.truth)])
    cuts = np.arange(6, FRAMES - 6, 3)
    found, wanted = (motion.windows(r, [], cuts) for r in (rows, true))
    apart = np.linalg.norm(rows[:, 1:5] - true[:, 1:], axis=1)
    fast = np.linalg.norm(true[:, 1:], axis=1)
    both = np.concatenate(found), np.concatenate(wanted)
    size = [np.linalg.norm(part, axis=1) for part in both]
    moving = size[1] > 0.05
    cosine = (both[0] * both[1]).sum(axis=1)[moving] / (size[0] * size[1])[moving]
    figures = {
        "sample": apart,
        "window": np.linalg.norm(both[0] - both[1], axis=1),
        "angle": np.degrees(np.arccos(np.clip(cosine, -1, 1))),
        "speed": np.abs(size[0] / np.maximum(size[1], 1e-9) - 1)[moving],
        "whip": (apart / np.maximum(fast, 1e-9))[fast > 1.5],
        "u": np.array([u for _, u in steady.steadiness(seen).unsteady]),
    }
    # Leaving and entering, as measured and in truth, at every fifth cut.
    return figures, np.array([found, wanted])[:, :, ::5]


def truth(frames: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return the mean true vector over the time before each sample's frame."""
    factor = motion.kappa(SIZE[1] / SIZE[0])
    vectors = flow * [1, 1, factor, factor]
    before = np.concatenate([[0], frames[:-1]])
    return np.array(
        [
            np.trapezoid(vectors[a : b + 1], axis=0) / max(b - a, 1)
            for a, b in zip(before, frames, strict=True)
        ]
    )


def summary(parts: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """Return median and p90 of each figure over some takes."""
    row: dict[str, float] = {}
    for name in ("sample", "window", "angle", "speed"):
        values = np.concatenate([part[name] for part in parts])
        for label, share in (("median", 0.5), ("p90", 0.9)):
            value = float(np.quantile(values, share)) if values.size else 0.0
            row[f"{name}_{label}"] = round(value, 4)
    row["u_max"] = round(max(float(part["u"].max()) for part in parts), 2)
    return row


def spearman(ends: list[np.ndarray]) -> dict[str, float]:
    """Return how match scores by estimate rank beside those by truth."""
    from scipy.stats import spearmanr

    take = np.repeat(np.arange(len(ends)), ends[0].shape[2])
    cuts = np.concatenate(ends, axis=2)
    scores = []
    for leaving, entering in cuts:
        apart = np.linalg.norm(leaving[:, None] - entering, axis=-1)
        size = [np.linalg.norm(part, axis=-1) for part in (leaving, entering)]
        scores.append(1 - apart / (size[0][:, None] + size[1] + 0.04))
    off = take[:, None] != take
    error = np.abs(scores[0] - scores[1])[off]
    return {
        "pairs": int(off.sum()),
        "rank_correlation": round(float(spearmanr(*(s[off] for s in scores))[0]), 4),
        "mean_error": round(float(error.mean()), 4),
        "p95_error": round(float(np.quantile(error, 0.95)), 4),
    }


# Cost ----------------------------------------------------------------------------


def cost(folder: Path, frames: int) -> dict[str, dict[str, float]]:
    """Return CPU time per frame of decoding and of analysing, by size."""
    found = {}
    for width, height in SIZES:
        path = folder / f"{width}x{height}.mp4"
        encode(path, width, height, frames)
        best = {"decode": np.inf, "analyse": np.inf}
        for _ in range(4):
            for name, work in (("decode", decode), ("analyse", analyse)):
                start = time.process_time()
                work(path)
                best[name] = min(best[name], time.process_time() - start)
        found[f"{width}x{height}"] = {
            "mbit_s": round(path.stat().st_size * 8e-6 / (frames / 24), 2),
            "decode_ms": round(1e3 * best["decode"] / frames, 3),
            "analyse_ms": round(1e3 * best["analyse"] / frames, 3),
            "ratio": round(best["analyse"] / best["decode"], 3),
        }
    return found


def encode(path: Path, width: int, height: int, frames: int) -> None:
    """Write a slow move over a textured picture, with a little grain."""
    ground = synth.texture(1, height, width, 1.3)
    grain = np.random.default_rng(0).normal(0, 2, (height, width))
    with FilmWriter(path, width, height, RATE, None, crf=20) as writer:
        for k in range(frames):
            x, y = int(k * width * 0.06 / 24), int(k * width * 0.02 / 24)
            part = ground[y : y + height, x : x + width] + np.roll(grain, 7 * k)
            grey = np.clip(part, 0, 255).astype(np.uint8)
            writer.video(np.dstack([grey, grey // 2 + 40, 255 - grey]))


def decode(path: Path) -> None:
    """Decode every frame and nothing else."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            pass


def analyse(path: Path) -> None:
    """Ask the whole picture question."""
    found = picture(path)
    assert found["motion"]["version"] == motion.VERSION
    assert found["palette"]["version"] == palette.VERSION


def import_s() -> float:
    """Return the CPU seconds of importing the module, best of three processes."""
    code = (
        "import time; t = time.process_time(); import otio_genai.analyse.motion; "
        "print(time.process_time() - t)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        for _ in range(3)
    ]
    return round(min(float(run.stdout) for run in runs), 3)


# Reading -------------------------------------------------------------------------


def table(found: dict[str, object]) -> str:
    """Return the figures for reading, with the gates."""
    wide, high = found["size"]
    lines = [
        f"{found['takes']} takes of {FRAMES} frames, {wide}x{high}, x264 crf 20; "
        "errors in fw/s, median / p90",
        f"{'':11}{'sample':>17}{'window':>17}{'angle deg':>15}{'speed %':>13}{'u':>6}",
    ]
    for kind, row in [*found["by_move"].items(), ("all", found["all"])]:
        lines.append(
            f"{kind:11}{row['sample_median']:9.4f}/{row['sample_p90']:.4f}"
            f" {row['window_median']:9.4f}/{row['window_p90']:.4f}"
            f"{row['angle_median']:8.2f}/{row['angle_p90']:6.2f}"
            f"{100 * row['speed_median']:7.1f}/{100 * row['speed_p90']:5.1f}"
            f"{row['u_max']:6.2f}"
        )
    whip, rank = found["whip_above_1.5"], found["spearman"]
    every = found["all"]
    lines += [
        "",
        f"whips above 1.5 fw/s, error of a sample: median {whip['median']:.1%}, "
        f"p90 {whip['p90']:.1%} (gate {GATES['whip_median']:.0%})",
        f"motion at a cut: median {every['window_median']:.4f} (gate "
        f"{GATES['window_median']}), p90 {every['window_p90']:.4f} "
        f"(gate {GATES['window_p90']})",
        f"match scores of {rank['pairs']} pairs: Spearman "
        f"{rank['rank_correlation']:.4f} (gate {GATES['spearman']}), mean error "
        f"{rank['mean_error']:.4f}, p95 {rank['p95_error']:.4f}",
        "",
        f"{'':11}{'Mbit/s':>8}{'decode ms':>11}{'analyse ms':>12}{'ratio':>7}",
    ]
    for size, row in found["cost"].items():
        lines.append(
            f"{size:11}{row['mbit_s']:8.2f}{row['decode_ms']:11.3f}"
            f"{row['analyse_ms']:12.3f}{row['ratio']:7.2f}"
        )
    lines += [
        f"CPU per frame; gate {GATES['cost']}",
        f"import: {found['import_s']:.2f} s CPU (gate {GATES['import_s']})",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
