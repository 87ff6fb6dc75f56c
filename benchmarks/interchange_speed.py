"""How long it takes to write and to read a long timeline, ours beside stock.

Of the full timeline half of the clips are pictures and half are their sounds, linked;
every tenth picture is dissolved into the next, scaled by keyframes or retimed, and
fifty files are used in turn. The stock adapter cannot read its own dissolves of clips
that occur twice: beside it both get plain cuts, each clip of a file of its own. It runs
in a process that is stopped after a while, as it grows faster than its timeline.

CPU seconds, the least of three tries at 3,000 clips and of one at 30,000.

Run ``python benchmarks/interchange_speed.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai import metadata, rates
from otio_genai.interchange.dialects import read_otio, write_dialect
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.xmeml import read_xmeml, write_xmeml

RATE = Fraction(24)
FILES, LENGTH = 50, 30
LONGEST_S = 240
PLAIN, STOCK = "plain cuts, xmeml for Premiere", "plain cuts, stock fcp_xml"
FORMATS = {
    "xmeml for Premiere": (lambda t: write_xmeml(t, "premiere")[0], read_xmeml),
    "xmeml for Resolve": (lambda t: write_xmeml(t, "resolve")[0], read_xmeml),
    "FCPXML": (lambda t: write_fcpxml(t)[0], read_fcpxml),
    "`.otio` for Premiere": (lambda t: write_dialect(t, "premiere")[0], read_otio),
    "`.otio` for Resolve": (lambda t: write_dialect(t, "resolve")[0], read_otio),
}


def reference(number: int) -> otio.schema.ExternalReference:
    """Return one of the media: four seconds of HD with stereo sound."""
    made = otio.schema.ExternalReference(f"file:///media/take{number}.mp4")
    made.available_range = rates.span(0, 100, RATE)
    facts = {"kind": "take", "rate": "24/1", "frames": 100, "has_audio": True}
    facts |= {"width": 1920, "height": 1080, "channels": 2, "sample_rate": 48000}
    metadata.put(made, "media", facts)
    return made


def full(clips: int) -> otio.schema.Timeline:
    """Return a timeline of that many clips on one picture and one sound track."""
    made = otio.schema.Timeline("long", global_start_time=rates.time(0, RATE))
    metadata.put(made, "film", {"rate": "24/1", "width": 1920, "height": 1080})
    for kind in ("Video", "Audio"):
        track = otio.schema.Track(kind, kind=kind)
        for index in range(clips // 2):
            if kind == "Video" and index % 10 == 9:
                half = rates.time(4, RATE)
                track.append(otio.schema.Transition("d", "SMPTE_Dissolve", half, half))
            span = rates.span(10 + index % 50, LENGTH, RATE)
            clip = otio.schema.Clip(f"c{index}", reference(index % FILES), span)
            if kind == "Video":
                _vary(clip, index)
            track.append(clip)
        made.tracks.append(track)
    return made


def plain(clips: int) -> otio.schema.Timeline:
    """Return a picture track of that many cuts, each from a file of its own."""
    made = otio.schema.Timeline("long", global_start_time=rates.time(0, RATE))
    track = otio.schema.Track("Video", kind="Video")
    for index in range(clips):
        span = rates.span(10 + index % 50, LENGTH, RATE)
        track.append(otio.schema.Clip(f"c{index}", reference(index), span))
    made.tracks.append(track)
    return made


def _vary(clip: otio.schema.Clip, index: int) -> None:
    if index % 10 == 4:
        keys = [[0, 1.0, 0.0, 0.0, 0.0], [LENGTH, 1.1, 0.0, 0.0, 0.0]]
        metadata.put(clip, "framing", {"fit": "cover", "keys": keys})
    elif index % 10 == 6:
        clip.source_range = rates.span(10, LENGTH, RATE)
        clip.effects.append(otio.schema.LinearTimeWarp("speed", 2.0))


def timed(work: Callable[[], object], tries: int) -> tuple[float, object]:
    """Return the least CPU seconds of several tries, and the last result."""
    least, found = float("inf"), None
    for _ in range(tries):
        found = None
        gc.collect()
        begin = time.process_time()
        found = work()
        least = min(least, time.process_time() - begin)
    return least, found


def measured(what: str, clips: int) -> dict[str, float]:
    """Return the seconds of writing and reading, and the size of the document."""
    tries = 1 if clips > 3_000 or what == STOCK else 3
    if what == STOCK:
        adapter = otio.adapters.from_name("fcp_xml")
        write, read = adapter.write_to_string, adapter.read_from_string
        film = plain(clips)
    elif what == PLAIN:
        write, read = FORMATS["xmeml for Premiere"]
        film = plain(clips)
    else:
        write, read = FORMATS[what]
        film = full(clips)
    write_s, text = timed(lambda: write(film), tries)
    read_s, _ = timed(lambda: read(text), tries)
    size = len(str(text).encode()) / 1e6
    return {"write_s": write_s, "read_s": read_s, "megabytes": size}


def row(what: str, clips: int) -> dict[str, object]:
    """Return one measurement, made in a process of its own and stopped in time."""
    command = [sys.executable, __file__, "--one", what, "--clips", str(clips)]
    found: dict[str, object] = {"format": what, "clips": clips}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST_S, check=True
        )
    except subprocess.TimeoutExpired:
        return found | {"stopped_after_s": LONGEST_S}
    return found | {k: round(v, 2) for k, v in json.loads(done.stdout).items()}


def main() -> None:
    """Print a row for each format and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3,000 clips alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--clips", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.clips)))
        return
    names = [*FORMATS, PLAIN]
    if "fcp_xml" in otio.adapters.available_adapter_names():
        names.append(STOCK)
    lengths = (3_000,) if given.quick else (3_000, 30_000)
    found = [row(name, clips) for clips in lengths for name in names]
    print(json.dumps(found, indent=2) if given.json else readable(found))


def readable(found: list[dict[str, object]]) -> str:
    """Return the rows as text."""
    lines = [f"{'format':32}{'clips':>8}{'write s':>9}{'read s':>9}{'MB':>8}"]
    for each in found:
        line = f"{each['format']:32}{each['clips']:>8}"
        if "stopped_after_s" in each:
            lines.append(f"{line}  stopped after {each['stopped_after_s']} s")
        else:
            write_s, read_s, size = (
                each[key] for key in ("write_s", "read_s", "megabytes")
            )
            lines.append(f"{line}{write_s:>9}{read_s:>9}{size:>8}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
