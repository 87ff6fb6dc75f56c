"""What a change costs, what a kill costs, and what the cache costs.

The film of `benchmarks/render.py` is rendered from an empty cache, once more with
nothing changed, and with one cut in its middle rolled by 4 frames: in a minute of film
and in ten. Then it is killed (SIGKILL) at moments drawn from a seed and started again:
told is how many segments were begun, how many of them were kept, and so how many had
to be begun twice. At last the same film is rendered without a cache: how much more the
cache takes of the processor and of the file.

Each render runs in a fresh process; CPU seconds are those of the whole process tree.

Run ``python benchmarks/edits.py [--size 1920x1080] [--long WxH] [--kills 5] [--runs 3]
[--folder FOLDER] [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import opentimelineio as otio

from benchmarks.rendering import material, peers
from benchmarks.rendering.material import Film, Shot
from benchmarks.rendering.measuring import cost
from benchmarks.rendering.programme import prepare, tell

_ROLL = 4
_SEED = 5
_SECONDS, _LONG = 60, 600


def main() -> None:
    """Run what the command line asks for."""
    options = _options()
    if options.render:
        render(options.render, options.folder, cached=not options.no_cache)
        return
    seconds, long, kills, runs = _SECONDS, _LONG, options.kills, options.runs
    if options.quick:
        options.size = options.long = "320x180"
        seconds, long, kills, runs = 10, 30, 2, 1
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(options.folder or beside).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        films = [
            material.programme(folder / "material", _size(options.size), seconds),
            material.programme(folder / "material", _size(options.long), long),
        ]
        report = {
            "edits": [edited(film, folder, runs) for film in films],
            "kills": killed(films[0], folder, kills),
            "cache": overhead(films[0], folder, runs),
        }
    print(json.dumps(report, indent=2) if options.json else table(report))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1920x1080", help="raster of the minute")
    parser.add_argument("--long", default="640x360", help="raster of the ten minutes")
    parser.add_argument("--kills", type=int, default=5, help="how often it is killed")
    parser.add_argument("--runs", type=int, default=3, help="how often; medians")
    parser.add_argument("--folder", help="where to keep material and films")
    parser.add_argument("--quick", action="store_true", help="10 s and 30 s, small")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--render", help=argparse.SUPPRESS)
    parser.add_argument("--no-cache", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    wide, high = text.split("x")
    return int(wide), int(high)


# One render in a process of its own -------------------------------------------------


def render(name: str, folder: str, *, cached: bool) -> None:
    """Render ``name.otio``; write down how far it is, and its record."""
    work = Path(folder)
    timeline = otio.schema.Timeline.from_json_file(str(work / f"{name}.otio"))
    with (work / f"{name}.progress").open("w") as far:

        def progress(what: str, done: int, total: int) -> None:
            if what.startswith("render"):
                far.seek(0)
                far.write(str(done))
                far.flush()

        made = peers.rendered(
            timeline,
            work / f"{name}.mp4",
            crf=peers.CRF,
            **({} if cached else {"cache": False}),
            progress=progress,
        )
    record = {k: getattr(made, k, None) for k in ("frames", "segments", "made")}
    (work / f"{name}.json").write_text(json.dumps(record))


def _command(name: str, work: Path, *, cached: bool = True) -> list[str]:
    given = [sys.executable, __file__, "--render", name, "--folder", str(work)]
    return given if cached else [*given, "--no-cache"]


def _measured(name: str, work: Path, *, cached: bool = True) -> dict[str, float]:
    env = {"OTIO_GENAI_CACHE": str(work / "cache")}
    found = cost(_command(name, work, cached=cached), env=env, log=work / f"{name}.log")
    if found.code:
        sys.exit((work / f"{name}.log").read_text())
    record = json.loads((work / f"{name}.json").read_text())
    size = (work / f"{name}.mp4").stat().st_size / 1e6
    row = dataclasses.asdict(found) | record | {"size_mb": size}
    tell(f"{work.name}: {name} {row}")
    return row


def _empty(work: Path) -> None:
    shutil.rmtree(work / "cache", ignore_errors=True)


# What is asked ----------------------------------------------------------------------


def edited(film: Film, folder: Path, runs: int) -> dict[str, object]:
    """Return what nothing and one rolled cut cost beside the whole film."""
    work = prepare(film, folder, raw=False)
    material.timeline(rolled(film)).to_json_file(str(work / "rolled.otio"))
    rows: dict[str, list[dict[str, float]]] = {"whole": [], "same": [], "rolled": []}
    for _ in range(runs):
        _empty(work)
        rows["whole"].append(_measured("film", work))
        rows["same"].append(_measured("film", work))
        rows["rolled"].append(_measured("rolled", work))
    return {
        "size": list(film.size),
        "frames": film.frames,
        **{name: _medians(found) for name, found in rows.items()},
    }


def rolled(film: Film) -> Film:
    """Return the film with a cut in its middle 4 frames later."""
    shots = list(film.shots)
    cuts = [n for n in range(len(shots) - 1) if not shots[n].tail]
    first = min(cuts, key=lambda n: abs(n - len(shots) // 2))
    before, after = shots[first], shots[first + 1]
    shots[first] = dataclasses.replace(before, length=before.length + _ROLL)
    shots[first + 1] = Shot(
        after.take,
        after.start + _ROLL,
        after.length - _ROLL,
        after.head,
        after.tail,
    )
    return dataclasses.replace(film, shots=tuple(shots))


def killed(film: Film, folder: Path, kills: int) -> list[dict[str, object]]:
    """Return what each kill at a random moment lost."""
    work = prepare(film, folder, raw=False)
    _empty(work)
    whole_s = _measured("film", work)["wall_s"]
    drawn = random.Random(_SEED)
    rows = []
    for _ in range(kills):
        _empty(work)
        (work / "film.mp4").unlink(missing_ok=True)
        (work / "film.progress").write_text("")
        share = drawn.uniform(0.1, 0.9)
        run = subprocess.Popen(
            _command("film", work),
            env={**os.environ, "OTIO_GENAI_CACHE": str(work / "cache")},
        )
        time.sleep(share * whole_s)
        run.send_signal(signal.SIGKILL)
        run.wait()
        done = int((work / "film.progress").read_text() or 0)
        begun = _begun(material.timeline(film), done)
        left = [path.name for path in work.glob(".*part*")]
        after = _measured("film", work)
        kept = (after["segments"] or 0) - (after["made"] or 0)
        rows.append(
            {
                "killed_at": round(share, 2),
                "frames_done": done,
                "begun": begun,
                "kept": kept,
                "twice": max(0, begun - kept),
                "of": after["segments"],
                "half_films_left": left,
                "frames": after["frames"],
            }
        )
    return rows


def _begun(timeline: otio.schema.Timeline, done: int) -> int:
    """Return how many segments have a frame among the first ``done``."""
    from otio_genai.render.plan import make_plan
    from otio_genai.render.segments import segments

    return sum(1 for one in segments(make_plan(timeline)) if one.start_frames < done)


def overhead(film: Film, folder: Path, runs: int) -> dict[str, object]:
    """Return the film without a cache and with an empty one, in turn."""
    work = prepare(film, folder, raw=False)
    rows: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    for run in range(runs):
        for name in ("without", "with") if run % 2 else ("with", "without"):
            _empty(work)
            rows[name].append(_measured("film", work, cached=name == "with"))
    return {name: _medians(found) for name, found in rows.items()}


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    keys = ("cpu_s", "wall_s", "peak_mb", "size_mb")
    middle = {
        key: round(statistics.median(one[key] for one in found), 3) for key in keys
    }
    return {**middle, "made": found[0]["made"], "segments": found[0]["segments"]}


def table(report: dict[str, object]) -> str:
    """Return the report for reading."""
    lines = []
    for row in report["edits"]:
        wide, high = row["size"]
        lines.append(f"{row['frames']} frames of {wide}x{high}, x264 crf {peers.CRF}")
        whole = row["whole"]
        for name in ("whole", "same", "rolled"):
            one = row[name]
            cpu, wall = (one[key] / whole[key] for key in ("cpu_s", "wall_s"))
            lines.append(
                f"  {name:8}{one['cpu_s']:9.2f} CPU s ({cpu:6.1%})"
                f"{one['wall_s']:9.2f} s ({wall:6.1%})"
                f"  {one['made']} of {one['segments']} segments made"
            )
    lines.append("killed and started again")
    for row in report["kills"]:
        lines.append(
            f"  at {row['killed_at']:.0%}: {row['begun']} segments begun, "
            f"{row['kept']} kept, {row['twice']} done twice, of {row['of']}; half "
            f"films left: {len(row['half_films_left'])}; {row['frames']} frames in all"
        )
    with_it, without = report["cache"]["with"], report["cache"]["without"]
    lines.append("cache on a cold render")
    for key, what in (("cpu_s", "CPU s"), ("wall_s", "wall s"), ("size_mb", "MB")):
        old, new = without[key], with_it[key]
        lines.append(
            f"  {what:7}{old:9.2f} without,{new:9.2f} with: {new / old - 1:+.1%}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
