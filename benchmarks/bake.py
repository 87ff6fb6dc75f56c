"""A film with baked carries, rendered by GStreamer's editor from our Premiere XML.

The film is exported with ``--fractures bake``; GES (another program, by another reader
of the format) renders the XML, and each of its frames is compared with the same frame
of our own render of the timeline, in luma PSNR. Frames in carries are told apart: their
pictures come from the baked files. GES ignores the scale and position of clips and
picks other frames of takes of another rate, so that those cannot agree and are told
apart too. A frame that lies nearer to its neighbour in our render than to its own
counts as a frame off.

GES stops at fades from and to black: both renders are of the film without them.

``make demo`` makes the film; GES is installed by ``make oracles``.

Run ``python benchmarks/bake.py [FILM.otio] [--seconds N] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

import otio_genai
from otio_genai import maps, metadata, rates
from otio_genai.export import read_timeline
from otio_genai.media.frames import FrameReader
from tests.oracles.programs import PROGRAMS, Film

FILM = Path(__file__).parent.parent / "sample_projects/brises/out/film.otio"
SIZE = (640, 360)
CARRIES, WHOLE = "in carries", "elsewhere, of the film's rate and shape"
FRAMED = "elsewhere, scaled, moved or of another rate"


def main() -> None:
    """Export, render twice, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", nargs="?", type=Path, default=FILM)
    parser.add_argument("--seconds", type=float, default=0, help="compare less")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    timeline = without_fades(read_timeline(options.film))
    with tempfile.TemporaryDirectory() as folder:
        report = compare(timeline, Path(folder), options.seconds)
    print(json.dumps(report, indent=2) if options.json else readable(report))


def without_fades(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """Return the film without transitions that have a clip on one side alone."""
    for track in timeline.tracks:
        for child in list(track):
            if isinstance(child, otio.schema.Transition):
                sides = track.neighbors_of(child)
                if not all(isinstance(side, otio.schema.Clip) for side in sides):
                    track.remove(child)
    return timeline


def compare(
    timeline: otio.schema.Timeline, folder: Path, seconds: float
) -> dict[str, object]:
    """Return what the two renders have in common."""
    ges = PROGRAMS["GES"]
    if ges.absent():
        sys.exit(ges.absent())
    document = folder / "film.premiere.xml"
    loss = otio_genai.export(timeline, document, to="premiere", fractures="bake")
    rate, frames = maps.record_rate(timeline), maps.length_frames(timeline)
    theirs = ges.render(Film(document, rate, frames, SIZE))
    ours = otio_genai.render(timeline, folder / "ours.mp4", size=SIZE)
    last = min(frames, int(seconds * rate)) if seconds else frames
    seen = maps.picture_map(timeline)
    rows = list(psnrs(ours, theirs, last))
    kinds = [kind_of(layers, rate) for layers in seen]
    return {
        "baked": sum(item.outcome == "baked" for item in loss.items),
        **{
            kind: part([row for row in rows if kinds[row[0]] == kind])
            for kind in (CARRIES, WHOLE, FRAMED)
        },
    }


def kind_of(layers: tuple[maps.Layer, ...], rate: Fraction) -> str:
    """Return what a frame can be compared for."""
    if any(layer.sweep for layer in layers):
        return CARRIES
    return WHOLE if all(is_plain(layer, rate) for layer in layers) else FRAMED


def is_plain(layer: maps.Layer, rate: Fraction) -> bool:
    """Tell whether a picture fills the frame as it is, frame by frame."""
    facts = metadata.read(layer.clip.media_reference, "media", {})
    fits = facts.get("width", 0) * SIZE[1] == facts.get("height", 0) * SIZE[0]
    same = facts.get("rate") == rates.text(rate)
    return fits and same and metadata.read(layer.clip, "framing") is None


def psnrs(ours: Path, theirs: Path, last: int) -> Iterator[tuple[int, float, int]]:
    """Give (frame, PSNR against our same frame, offset of our nearest frame)."""
    with FrameReader(ours) as one, FrameReader(theirs) as other:
        near = {-1: None, 0: luma(one, 0), 1: luma(one, min(1, last - 1))}
        for number in range(min(last, other.frames)):
            seen = luma(other, number)
            found = {k: psnr(v, seen) for k, v in near.items() if v is not None}
            # Of frames that look alike the one in its place is meant.
            best = max(found, key=lambda k: found[k] + (0.5 if k == 0 else 0))
            yield number, found[0], best
            ahead = min(number + 2, last - 1)
            near = {-1: near[0], 0: near[1], 1: luma(one, ahead)}


def luma(reader: FrameReader, number: int) -> NDArray[np.float32]:
    """Return a frame's luma."""
    frame = reader.frame(number).reformat(*SIZE, format="gray")
    return np.asarray(frame.to_ndarray(), np.float32)


def psnr(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the peak signal-to-noise ratio in dB."""
    error = float(np.mean((a - b) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def part(rows: list[tuple[int, float, int]]) -> dict[str, object]:
    """Return the figures of some frames."""
    if not rows:
        return {"frames": 0}
    values = [value for _, value, _ in rows]
    return {
        "frames": len(rows),
        "median_db": round(float(np.median(values)), 1),
        "worst_db": round(min(values), 1),
        "a_frame_off": [number for number, _, best in rows if best],
    }


def readable(report: dict[str, object]) -> str:
    """Return the report as lines."""
    lines = [f"{report['baked']} carries baked"]
    for name in (CARRIES, WHOLE, FRAMED):
        found = report[name]
        assert isinstance(found, dict)
        if not found["frames"]:
            lines.append(f"{name}: no frames")
            continue
        lines.append(
            f"{name}: {found['frames']} frames, luma PSNR median {found['median_db']} "
            f"dB, worst {found['worst_db']} dB, a frame off: "
            f"{len(found['a_frame_off'])} {found['a_frame_off'][:12] or ''}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
