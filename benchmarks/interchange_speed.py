"""How long it takes to write and to read a long timeline, ours beside stock.

Half of the clips are pictures and half are their sounds, linked; every tenth picture is
dissolved into the next, scaled by keyframes or retimed, and fifty files are used in
turn. The stock adapter gets cuts alone: it cannot read its own dissolves of clips that
occur twice.

Run ``python benchmarks/interchange_speed.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai import metadata, rates
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.xmeml import read_xmeml, write_xmeml

RATE = Fraction(24)
FILES, LENGTH = 50, 30
FORMATS = {
    "xmeml for Premiere": (lambda t: write_xmeml(t, "premiere")[0], read_xmeml),
    "xmeml for Resolve": (lambda t: write_xmeml(t, "resolve")[0], read_xmeml),
    "FCPXML": (lambda t: write_fcpxml(t)[0], read_fcpxml),
}


def reference(number: int) -> otio.schema.ExternalReference:
    """Return one of the media: four seconds of HD with stereo sound."""
    made = otio.schema.ExternalReference(f"file:///media/take{number}.mp4")
    made.available_range = rates.span(0, 100, RATE)
    facts = {"kind": "take", "rate": "24/1", "frames": 100, "has_audio": True}
    facts |= {"width": 1920, "height": 1080, "channels": 2, "sample_rate": 48000}
    metadata.put(made, "media", facts)
    return made


def timeline(clips: int, *, plain: bool = False) -> otio.schema.Timeline:
    """Return a timeline of that many clips on one picture and one sound track."""
    made = otio.schema.Timeline("long", global_start_time=rates.time(0, RATE))
    metadata.put(made, "film", {"rate": "24/1", "width": 1920, "height": 1080})
    for kind in ("Video", "Audio"):
        track = otio.schema.Track(kind, kind=kind)
        for index in range(clips // 2):
            if kind == "Video" and index % 10 == 9 and not plain:
                half = rates.time(4, RATE)
                track.append(otio.schema.Transition("d", "SMPTE_Dissolve", half, half))
            span = rates.span(10 + index % 50, LENGTH, RATE)
            clip = otio.schema.Clip(f"c{index}", reference(index % FILES), span)
            if kind == "Video" and not plain:
                _vary(clip, index)
            track.append(clip)
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


def rows(clips: int, tries: int, *, stock: bool) -> list[dict[str, object]]:
    """Return a row for each format at one length."""
    found: list[dict[str, object]] = []
    full = timeline(clips)
    for name, (write, read) in FORMATS.items():
        write_s, text = timed(lambda w=write: w(full), tries)
        read_s, _ = timed(lambda r=read, t=text: r(t), tries)
        found.append(_row(name, clips, write_s, read_s, str(text)))
    if stock:
        plain = timeline(clips, plain=True)
        write, read = (
            otio.adapters.from_name("fcp_xml").write_to_string,
            otio.adapters.from_name("fcp_xml").read_from_string,
        )
        write_s, text = timed(lambda: write(plain), 1)
        read_s, _ = timed(lambda: read(text), 1)
        found.append(_row("stock fcp_xml", clips, write_s, read_s, str(text)))
    return found


def _row(
    name: str, clips: int, write_s: float, read_s: float, text: str
) -> dict[str, object]:
    return {
        "format": name,
        "clips": clips,
        "write_s": round(write_s, 2),
        "read_s": round(read_s, 2),
        "megabytes": round(len(text.encode()) / 1e6, 1),
    }


def main() -> None:
    """Print a row for each format and length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3,000 clips alone")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    stock = "fcp_xml" in otio.adapters.available_adapter_names()
    found = rows(3_000, 3, stock=stock)
    if not given.quick:
        # The stock adapter grows faster than its timeline: minutes at this length.
        found += rows(30_000, 1, stock=False)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{'format':22}{'clips':>8}{'write s':>9}{'read s':>9}{'MB':>8}")
    for row in found:
        print(
            f"{row['format']:22}{row['clips']:>8}{row['write_s']:>9}"
            f"{row['read_s']:>9}{row['megabytes']:>8}"
        )
    if not stock:
        print("The stock adapter is not installed: pip install otio-fcp-adapter.")


if __name__ == "__main__":
    main()
