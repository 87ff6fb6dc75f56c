"""How much of what matters a narrow frame keeps: cut in the middle, or chosen.

Real takes (``--shared``, the folder that holds ``media/``) are cut to 9:16, 1:1 and
4:5, each in one shot from its first frame to its last. Printed per take, for 9:16:

``width``    part of the picture's width that is left;
``middle``   share of the salience kept by a cut about the middle;
``fixed``    by the one window that is chosen, as the film gets it;
``single``   by the best fixed window for the salience alone, without framing or prior;
``oracle``   by the best window of every sample: what perfect tracking could keep;
``holds``    whether the subject is inside the window, cut in the middle and chosen.

Salience is ours, so the shares say how well the choice follows the measurement. The
last column is the check from outside: in `SUBJECTS` someone has written, from opened
frames at an eighth, a half and seven eighths of each take, where its subject's face or
body is most of the time; a window holds it that has nine tenths of it (of one of the
two, where two people talk). Cues and weights were picked from about seventy variants
by this very count, and no take was held out: on others expect less.

Run ``python benchmarks/reframing.py [--quick] [--json] [--shared PATH]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai import metadata, rates
from otio_genai.analyse.cache import Cache
from otio_genai.analyse.profiles import profiles
from otio_genai.deliver.reframe import reframed
from otio_genai.deliver.window import Sight, share
from otio_genai.media import locate, store
from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe

RATE = Fraction(24)
SHAPES = {"9:16": (1080, 1920), "4:5": (1080, 1350), "1:1": (1080, 1080)}
QUICK = 4
HELD = 0.9
# Of a square less is lost: it says little.
_WIDE = 0.5

#: Left and right edge of what must be seen, in parts of the width; any one will do.
SUBJECTS = {
    "cogvideox_1": ("the ship's main mast", [(0.45, 0.58)]),
    "cogvideox_2": ("the car", [(0.42, 0.58)]),
    "fastvideo_i2v": ("the cat's head and chest", [(0.28, 0.45)]),
    "fastvideo_ref1": ("the cat's head and chest", [(0.22, 0.40)]),
    "gen3c_cosmos7b": ("the woman's face", [(0.31, 0.48)]),
    "ltx2_eval": ("his face or hers", [(0.32, 0.47), (0.64, 0.82)]),
    "ovi_kitchen": ("one woman's face", [(0.57, 0.75), (0.05, 0.27)]),
    "ovi_two_men": ("one man's face", [(0.22, 0.42), (0.62, 0.79)]),
    "ovi_two_women": ("one woman's face", [(0.25, 0.37), (0.68, 0.85)]),
}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only four takes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--shared", default="../shared", help="folder of real takes")
    options = parser.parse_args()
    media = Path(options.shared) / "media"
    takes = [*sorted(media.glob("video/*.mp4")), *sorted(media.glob("gif/*.gif"))]
    if not takes:
        sys.exit(f"There are no takes in {media}: name the folder with --shared.")
    if options.quick:
        named = [take for take in takes if take.stem in SUBJECTS]
        takes = named[:: max(1, len(named) // QUICK)][:QUICK]
    with tempfile.TemporaryDirectory() as folder:
        found = measured(takes, Path(folder))
    print(json.dumps(found, indent=2) if options.json else table(found))


def measured(takes: list[Path], folder: Path) -> dict[str, object]:
    """Return a row for each take, the means, and what measuring cost."""
    start = time.process_time()
    rows = [row(take, folder) for take in takes]
    spent_s = time.process_time() - start
    seconds = sum(r["seconds"] for r in rows)
    judged = [r for r in rows if "subject" in r]
    keys = ("width", "middle", "fixed", "single", "oracle")
    return {
        "takes": rows,
        "mean": means(rows, keys),
        "mean_wide": means([r for r in rows if r["width"] < _WIDE], keys),
        "shapes": {
            shape: {
                key: round(float(np.mean([r["shapes"][shape][key] for r in rows])), 3)
                for key in ("middle", "fixed")
            }
            for shape in SHAPES
        },
        "subjects": len(judged),
        "held_middle": sum(r["held_middle"] for r in judged),
        "held_fixed": sum(r["held_fixed"] for r in judged),
        "cpu_s_per_s": round(spent_s / seconds, 3),
    }


def means(rows: list[dict[str, object]], keys: tuple[str, ...]) -> dict[str, float]:
    """Return the mean of each figure."""
    return {key: round(float(np.mean([r[key] for r in rows])), 3) for key in keys}


def row(take: Path, folder: Path) -> dict[str, object]:
    """Return the figures of one take."""
    film = whole(take)
    shapes = {}
    for shape, size in SHAPES.items():
        crop = reframed(film, size, cache=folder).crops[0]
        # A take of that shape is not measured: all of it is seen.
        kept = (1.0, 1.0) if crop.way == "whole" else (crop.kept_centre, crop.kept)
        shapes[shape] = {"middle": kept[0], "fixed": kept[1], "crop": crop}
    crop = shapes["9:16"]["crop"]
    middle, size = crop.camera.window(0)
    single, oracle = best(take, float(size[0]), folder)
    found = {
        "take": take.stem,
        "seconds": float(rates.seconds(film.duration())),
        "width": float(size[0]),
        "x": float(middle[0]),
        "middle": crop.kept_centre,
        "fixed": crop.kept,
        "single": single,
        "oracle": oracle,
        "shapes": {
            shape: {key: told[key] for key in ("middle", "fixed")}
            for shape, told in shapes.items()
        },
    }
    if take.stem in SUBJECTS:
        found["subject"], places = SUBJECTS[take.stem]
        found["held_middle"] = holds(0.5, float(size[0]), places)
        found["held_fixed"] = holds(float(middle[0]), float(size[0]), places)
    return found


def whole(take: Path) -> otio.schema.Timeline:
    """Return a film in 16:9 of one take, whole."""
    facts = probe(take)
    reference = otio.schema.ExternalReference(
        locate.url(take), rates.span(0, facts.frames, facts.rate)
    )
    media = {"kind": "take", "frames": facts.frames, "rate": rates.text(facts.rate)}
    media |= {"width": facts.width, "height": facts.height}
    metadata.put(reference, "media", media)
    length = int(facts.frames / facts.rate * RATE)
    clip = otio.schema.Clip(take.stem, reference, rates.span(0, length, RATE))
    film = otio.schema.Timeline(take.stem, global_start_time=rates.time(0, RATE))
    film.tracks.append(otio.schema.Track("Picture", [clip], kind="Video"))
    metadata.put(
        film, "film", {"rate": rates.text(RATE), "width": 1920, "height": 1080}
    )
    return film


def best(take: Path, length: float, folder: Path) -> tuple[float, float]:
    """Return the share kept by the best fixed window and by the best of each sample."""
    with FrameReader(take) as reader:
        rate, frames = reader.rate, reader.frames
    digest = store.file_hashes(take)["bytes"]
    every = range(0, frames, max(1, round(rate / 2)))
    found = profiles(take, rate, digest, Cache(folder), every)
    sights = [Sight(p.columns, 0.5, length) for p in found.values()]
    room = (1 - length) / 2
    shifts = np.linspace(-room, room, 201)
    table = np.array([[share([sight], s) for s in shifts] for sight in sights])
    return float(table.mean(axis=0).max()), float(table.max(axis=1).mean())


def holds(middle: float, length: float, places: list[tuple[float, float]]) -> bool:
    """Tell whether a window holds nine tenths of any of some places."""
    low, high = middle - length / 2, middle + length / 2
    return any(min(b, high) - max(a, low) >= HELD * (b - a) for a, b in places)


def table(found: dict[str, object]) -> str:
    """Return the figures for reading."""
    both = [
        {"take": "mean", **found["mean"]},
        {"take": "mean of the wide ones", **found["mean_wide"]},
    ]
    lines = [
        f"{'9:16':34}{'width':>7}{'middle':>8}{'fixed':>7}{'single':>8}{'oracle':>8}"
        f"{'x':>6}  holds middle / chosen"
    ]
    for r in [*found["takes"], *both]:
        said = f"{r['take'][:33]:34}{r['width']:7.2f}{r['middle']:8.2f}"
        said += f"{r['fixed']:7.2f}{r['single']:8.2f}{r['oracle']:8.2f}"
        if "x" in r:
            said += f"{r['x']:6.2f}"
        if "subject" in r:
            yes = ["yes" if r[key] else "no" for key in ("held_middle", "held_fixed")]
            said += f"  {yes[0]:>3} / {yes[1]:<3}  {r['subject']}"
        lines.append(said)
    lines.append("")
    for shape, told in found["shapes"].items():
        lines.append(
            f"{shape:5} middle {told['middle']:.2f}, chosen {told['fixed']:.2f}"
        )
    lines += [
        f"subject held: in the middle {found['held_middle']}, chosen "
        f"{found['held_fixed']} of {found['subjects']}",
        f"CPU per second of take, decoding included: {found['cpu_s_per_s']} s",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
