"""Our render against its limit, against ffmpeg, melt and moviepy.

One film of cuts, cross-fades and ducked music over takes at two rates (1080p24, a
minute of 21 shots; `benchmarks/rendering/material.py`) is made by each way in a fresh
process, in turn, all with x264 at one preset and crf 18. CPU seconds are those of the
whole process tree, start of the program included; memory is the tree's. The ways are
taken in the opposite order in every other run, and medians are printed.

Of each film are told: frames, frames that are not what the timeline asks for (every
picture carries its take and number in a corner), luma PSNR against a lossless film
made without our renderer, the sound's offset, colour tags, the largest distance of
keyframes.

The limit is encoding alone plus decoding alone, with our encoder's settings.

Run ``python benchmarks/render.py [--seconds 60|20] [--x264 veryfast|medium] [--runs N]
[--only ours,ffmpeg] [--size WxH] [--folder FOLDER] [--quick] [--json]``. The material
is made once in the folder and used again. On a machine with other work, trust the CPU
seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.rendering import judging, material, peers
from benchmarks.rendering.material import Film
from benchmarks.rendering.programme import measured, prepare, tell

# Ours and its repetition stay together: the second needs the first one's cache.
_PAIRS = {"ours": ("ours", "again")}
_MOVIEPY = ("moviepy", "moviepy-black", "moviepy-chain")


def main() -> None:
    """Run what the command line asks for."""
    options = _options()
    size = tuple(int(side) for side in options.size.split("x"))
    if options.quick:
        options.seconds, options.runs, size = 10, 1, (640, 360)
    names = options.only.split(",") if options.only else list(peers.PEERS)
    unknown = [name for name in names if name not in peers.PEERS]
    if unknown:
        sys.exit(
            f"There is no {', '.join(unknown)}; there are {', '.join(peers.PEERS)}."
        )
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(options.folder or beside).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        film = material.programme(folder / "material", size, options.seconds)
        report = compare(film, folder, names, options.x264, options.runs)
    print(json.dumps(report, indent=2) if options.json else table(report))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="length of the film")
    parser.add_argument("--x264", default="veryfast", help="x264's preset")
    parser.add_argument("--runs", type=int, default=3, help="how often; medians")
    parser.add_argument("--only", help="ways, comma-separated, of all")
    parser.add_argument("--size", default="1920x1080", help="raster of film and takes")
    parser.add_argument("--folder", help="where to keep material and films")
    parser.add_argument("--quick", action="store_true", help="10 s of 640x360, once")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def compare(
    film: Film, folder: Path, names: list[str], preset: str, runs: int
) -> dict[str, object]:
    """Make the material, let every way make the film, and return what was found."""
    skipped = {name: peers.absent(name) for name in names if peers.absent(name)}
    names = [name for name in names if name not in skipped]
    work = prepare(film, folder, raw=True)
    costs: dict[str, list[dict[str, object]]] = {name: [] for name in names}
    for run in range(runs):
        for name in _order(names, backwards=bool(run % 2)):
            if name == "ours":
                shutil.rmtree(work / "cache", ignore_errors=True)
            costs[name].append(measured(name, film, work, preset))
            tell(f"run {run + 1}: {name} {costs[name][-1]}")
    rows = {name: _medians(found) for name, found in costs.items()}
    timeline = material.timeline(film)
    for name, row in rows.items():
        path = peers.made_by(name, work)
        if path is not None and path.exists():
            row |= judging.judge(film, timeline, path, work / "reference.yuv")
    return {
        "film": {
            "size": list(film.size),
            "frames": film.frames,
            "shots": len(film.shots),
            "fades": sum(1 for shot in film.shots if shot.head),
            "preset": preset,
            "crf": peers.CRF,
            "runs": runs,
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
        },
        "rows": rows,
        "ratios": ratios(rows),
        "skipped": skipped,
    }


def _order(names: list[str], *, backwards: bool) -> list[str]:
    firsts = [name for name in names if name != "again" or "ours" not in names]
    ordered = firsts[::-1] if backwards else firsts
    return [n for first in ordered for n in _PAIRS.get(first, (first,)) if n in names]


def _medians(found: list[dict[str, object]]) -> dict[str, object]:
    keys = ("wall_s", "cpu_s", "peak_mb", "processes")
    middle = {
        key: round(statistics.median(one[key] for one in found), 2) for key in keys
    }
    codes = sorted({one["code"] for one in found if one["code"]})
    return {**middle, **({"failed": codes} if codes else {})}


def ratios(rows: dict[str, dict[str, object]]) -> dict[str, float]:
    """Return what the figures are about: ours against each of the others."""
    found: dict[str, float] = {}
    if "ours" not in rows or "failed" in rows["ours"]:
        return found
    ours = rows["ours"]

    def against(label: str, value: object, other: object) -> None:
        if value and other:
            found[label] = round(float(value) / float(other), 3)

    cpu = {name: row["cpu_s"] for name, row in rows.items() if "failed" not in row}
    limit = cpu.get("encode", 0) and cpu.get("decode", 0)
    if limit:
        both = cpu["encode"] + cpu["decode"]
        against("CPU ours / (encode + decode)", ours["cpu_s"], both)
        for name in ("ffmpeg", "ffmpeg-new", "melt"):
            against(f"CPU {name} / (encode + decode)", cpu.get(name), both)
    against("CPU ours / encode", ours["cpu_s"], cpu.get("encode"))
    for name in ("ffmpeg", "ffmpeg-new", "melt"):
        against(f"CPU ours / {name}", ours["cpu_s"], cpu.get(name))
    for name in ("ffmpeg", "ffmpeg-new"):
        if name in cpu:
            against(f"wall ours / {name}", ours["wall_s"], rows[name]["wall_s"])
    tried = [name for name in _MOVIEPY if name in cpu]
    if tried:
        best = min(tried, key=lambda name: cpu[name])
        against(f"CPU ours / moviepy's best ({best})", ours["cpu_s"], cpu[best])
        against(f"memory ours / {best}", ours["peak_mb"], rows[best]["peak_mb"])
    if "again" in cpu:
        against("CPU nothing changed / ours", cpu["again"], ours["cpu_s"])
    return found


def table(report: dict[str, object]) -> str:
    """Return the report for reading."""
    film, rows = report["film"], report["rows"]
    columns = {
        "wall_s": "wall s",
        "cpu_s": "CPU s",
        "peak_mb": "MB RSS",
        "processes": "proc",
        "frames": "frames",
        "wrong": "wrong",
        "psnr_mean_db": "dB mean",
        "psnr_min_db": "min",
        "audio_ms": "sound ms",
        "gop": "gop",
        "size_mb": "MB",
        "tags": "colour",
    }
    lines = [
        f"{film['frames']} frames of {film['size'][0]}x{film['size'][1]}, "
        f"{film['shots']} shots, {film['fades']} cross-fades, x264 {film['preset']} "
        f"crf {film['crf']}, {film['cores']} cores, load {film['load']}, "
        f"median of {film['runs']}",
        "",
        " " * 15 + "".join(f"{title:>9}" for title in columns.values()),
    ]
    for name, row in rows.items():
        cells = "".join(f"{_cell(row.get(key)):>9}" for key in columns)
        failed = f"  failed: exit {row['failed']}" if "failed" in row else ""
        lines.append(f"{name:15}{cells}{failed}")
    kinds = rows.get("ours", {}).get("psnr_by_kind_db", {})
    told = ", ".join(f"{kind} {mean:.2f}" for kind, mean in kinds.items())
    lines += ["", f"PSNR of ours, dB: {told}"] * bool(kinds)
    lines += ["", *(f"{k}: {v:.3f}" for k, v in report["ratios"].items())]
    lines += [f"{name}: not tried, {why}" for name, why in report["skipped"].items()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
