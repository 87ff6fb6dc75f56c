"""Time and memory of a render as its film grows, and of one ffmpeg filter graph.

Films of 20, 200, 1,000 and 5,000 shots of 24 frames at 320x180, every fourth join a
cross-fade, with music and voice, are rendered from an empty cache and once more with
nothing changed, each in a fresh process. CPU seconds and memory are those of the whole
process tree. The filter graph opens a take for every shot; it is tried up to 1,000.

Of a film up to a minute or so, every frame is compared with what the timeline asks for.

Run ``python benchmarks/growth.py [--shots 20,200] [--graph] [--folder FOLDER]
[--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import av

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.rendering import judging, material, peers
from benchmarks.rendering.programme import measured, prepare

_SIZE, _PRESET = (320, 180), "veryfast"
_SHOTS, _QUICK = "20,200,1000,5000", "20,100"
_MOST_IN_GRAPH, _MOST_JUDGED = 1000, 200


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", default=_SHOTS, help="how many, comma-separated")
    parser.add_argument("--graph", action="store_true", help="ffmpeg's graph as well")
    parser.add_argument("--folder", help="where to keep material and films")
    parser.add_argument("--quick", action="store_true", help="20 and 100 shots")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    counts = [int(n) for n in (_QUICK if options.quick else options.shots).split(",")]
    with tempfile.TemporaryDirectory() as beside:
        folder = Path(options.folder or beside).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        rows = [grown(folder, count, graph=options.graph) for count in counts]
    print(json.dumps(rows, indent=2) if options.json else table(rows))


def grown(folder: Path, count: int, *, graph: bool) -> dict[str, object]:
    """Return what a film of so many shots costs."""
    film = material.growing(folder / "material", _SIZE, count)
    work = prepare(film, folder, raw=False)
    shutil.rmtree(work / "cache", ignore_errors=True)
    row: dict[str, object] = {"shots": count, "frames": film.frames}
    names = ["ours", "again"]
    if graph and count <= _MOST_IN_GRAPH and not peers.absent("ffmpeg-new"):
        names.append("ffmpeg-new")
    for name in names:
        row[name] = measured(name, film, work, _PRESET)
        print(f"{count} shots: {name} {row[name]}", file=sys.stderr, flush=True)
    made = work / "ours.mp4"
    with av.open(str(made)) as container:
        row["made"] = container.streams.video[0].frames
    if count <= _MOST_JUDGED:
        timeline = material.timeline(film)
        row["wrong"] = judging.judge(film, timeline, made, None)["wrong"]
    return row


def table(rows: list[dict[str, object]]) -> str:
    """Return the report for reading."""
    head = ("shots", "frames", "wrong", "CPU s", "wall s", "MB", "again s", "CPU s")
    lines = [
        f"{_SIZE[0]}x{_SIZE[1]}, 24 frames a shot, x264 {_PRESET} crf {peers.CRF}",
        "".join(f"{title:>9}" for title in (*head, "MB", "graph s", "ours/")),
    ]
    for row in rows:
        ours, again, graph = row["ours"], row["again"], row.get("ffmpeg-new")
        cells = [str(row["shots"]), str(row["made"]), str(row.get("wrong", "–"))]
        cells += [f"{ours[k]:.2f}" for k in ("cpu_s", "wall_s")]
        cells += [f"{ours['peak_mb']:.0f}"]
        cells += [f"{again[k]:.2f}" for k in ("wall_s", "cpu_s")]
        cells += [f"{again['peak_mb']:.0f}"]
        if graph:
            ratio = ours["cpu_s"] / graph["cpu_s"]
            cells += [f"{graph['cpu_s']:.2f}", f"{ratio:.2f}"]
        lines.append("".join(f"{cell:>9}" for cell in cells))
    first, last = rows[0], rows[-1]
    frames = last["frames"] / first["frames"]
    grew = last["ours"]["cpu_s"] / first["ours"]["cpu_s"]
    memory = last["ours"]["peak_mb"] / first["ours"]["peak_mb"]
    lines += [
        "",
        f"{frames:.0f} times the frames: CPU x {grew:.1f}, memory x {memory:.2f}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
