"""Wrong frames and samples of our render, by rate of the film and kind of segment.

At every film rate one film is rendered in which takes of many rates come as every kind
of segment there is: cuts, dissolves, dips, fades, carries, stills, moving cameras,
titles, tracks that let through what lies below, clips retimed, reversed and frozen,
gaps. Every picture carries its take and number, and every frame is compared with what
the picture map asks for: its code; the shares of both codes in a mixture; of a frame
in a carry, how far it is from its code swept; of a moving camera, where the code lies
in the frame; under a title, the half above it. Frames on both sides of every
change of clips are counted again under ``borders``.

The film is written twice, with AAC and as a mezzanine with PCM. Bursts begin at known
samples: PCM is compared with them sample for sample, of AAC the offset is told.

Run ``python benchmarks/exactness.py [--rates 24,30000/1001] [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.rendering import sections
from benchmarks.rendering.peers import rendered
from benchmarks.rendering.sections import SIZE, Section
from otio_genai import maps, metadata, rates
from otio_genai.media import sound
from otio_genai.media.write import write_wav
from otio_genai.render.carry import swept
from otio_genai.render.geometry import framing
from tests.render.building import clip, shares, take_number, timeline
from tests.support.coded import bursts, coded_frame, decoded, read_code, write_take

from otio_genai.kit.coded import code_box  # isort: skip

_S = 48_000
_FILM_RATES = "8,16,24000/1001,24,25,30000/1001,30,48,50,60000/1001,60"
_QUICK = "24000/1001,30"
_TAKE_RATES = ("8", "16", "24", "25", "30", "60000/1001", "500/31")
_BORDERS = "borders"
_OFF_PX, _RESIDUAL, _SHARE = 2.0, 0.05, 0.03
# Levels of 255; of right frames they are below 1, of wrong ones above 10.
_FAR = 4.0
_BLACK = 12


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", default=_FILM_RATES, help="comma-separated")
    parser.add_argument("--quick", action="store_true", help="two rates")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    chosen = (_QUICK if options.quick else options.rates).split(",")
    with tempfile.TemporaryDirectory() as folder:
        takes = make_takes(Path(folder))
        report = {rate: tried(Fraction(rate), takes, Path(folder)) for rate in chosen}
    print(json.dumps(report, indent=2) if options.json else table(report))


def make_takes(folder: Path) -> list[Path]:
    """Write a coded take at every rate, long enough for slow films."""
    return [
        write_take(
            folder / f"take{number}.mp4",
            number,
            int(12 * Fraction(rate)),
            Fraction(rate),
            options={"preset": "ultrafast", "crf": "15"},
        )
        for number, rate in enumerate(_TAKE_RATES, 1)
    ]


def tried(rate: Fraction, takes: list[Path], folder: Path) -> dict[str, object]:
    """Render one film in both ways and return what is wrong in each."""
    still = folder / f"take{sections.STILL}.png"
    write_still(still)
    parts = sections.every_kind(takes, still, rate)
    length = sum(part.frames for part in parts)
    starts = [rates.sample_at(k, rate, _S) for k in range(3, length - 3, 11)]
    tone = folder / f"bursts{float(rate):.3f}.wav"
    # Quiet enough that nothing need be turned down.
    wave = bursts(starts, rates.sample_at(length, rate, _S)) / 2
    write_wav(tone, wave, _S)
    film = timeline(
        [item for part in parts for item in part.lower],
        [item for part in parts for item in part.upper],
        audio=[[clip(tone, 0, length, rate)]],
        rate=rate,
        size=SIZE,
    )
    report: dict[str, object] = {}
    for name, wanted in (("mp4", {"crf": 12}), ("mov", {"deliver": "mezzanine"})):
        path = folder / f"film{float(rate):.3f}.{name}"
        made = rendered(film, path, cache=False, **wanted)
        report[name] = judged(film, parts, path)
        report[name]["samples"] = heard(path, wave, made.samples)
    return report


def write_still(path: Path) -> None:
    """Write the coded still."""
    Image.fromarray(coded_frame(sections.STILL, 0, *SIZE)).save(path)


def judged(film: object, parts: list[Section], path: Path) -> dict[str, object]:
    """Return wrong frames by kind, and the first few of them in words."""
    wanted = maps.picture_map(film)
    kinds = [part.kind for part in parts for _ in range(part.frames)]
    borders = _borders(wanted)
    total, wrong, words, count = Counter(kinds), Counter(), [], 0
    total[_BORDERS] = len(borders)
    for count, picture in enumerate(decoded(path), 1):
        k = count - 1
        why = amiss(picture, wanted[k]) if k < len(wanted) else "one too many"
        if why:
            kind = kinds[k] if k < len(kinds) else "end"
            wrong[kind] += 1
            wrong[_BORDERS] += k in borders
            words.append(f"{kind} {k}: {why}")
    if count != len(wanted):
        words.append(f"{count} frames, not {len(wanted)}")
        wrong["end"] += abs(len(wanted) - count)
    return {
        "frames": dict(total),
        "wrong": {kind: n for kind, n in wrong.items() if n},
        "words": words[:10],
    }


def _borders(wanted: list[tuple[maps.Layer, ...]]) -> set[int]:
    shown = [tuple(id(layer.clip) for layer in layers) for layers in wanted]
    changes = [k for k in range(1, len(shown)) if shown[k] != shown[k - 1]]
    return {k + side for k in changes for side in (-1, 0)}


def amiss(picture: np.ndarray, layers: tuple[maps.Layer, ...]) -> str:
    """Return what is wrong with a picture; empty if it is what the map asks for."""
    coded = [layer for layer in layers if not layer.url.startswith("genai:")]
    if not coded:
        return "" if picture.max() <= _BLACK else "not black"
    codes = [(take_number(a.url), a.source_frame) for a in coded]
    if coded[0].sweep is not None:
        return _unlike_sweep(picture, codes[0], coded[0].sweep)
    if metadata.read(coded[0].clip, "framing"):
        return _off_camera(picture, codes[0], coded[0])
    if len(coded) < len(layers):
        return _under_title(picture, codes[0])
    if len(codes) == 1 and coded[0].weight == 1:
        found = read_code(picture)
        return "" if found == codes[0] else f"{codes[0]} is wanted, {found} is seen"
    found, residual = shares(picture, codes)
    off = [abs(w - float(a.weight)) for w, a in zip(found, coded, strict=True)]
    good = residual <= _RESIDUAL and max(off) <= _SHARE
    return "" if good else f"{codes} has shares {found}, residual {residual:.3f}"


def _unlike_sweep(picture: np.ndarray, code: tuple[int, int], sweep: object) -> str:
    drawn = swept(coded_frame(*code, *SIZE), sweep).astype(np.int16)
    far = float(np.abs(drawn - picture).mean())
    return "" if far <= _FAR else f"{code} swept is {far:.1f} levels off"


def _off_camera(picture: np.ndarray, code: tuple[int, int], layer: maps.Layer) -> str:
    found, box = read_code(picture), code_box(picture)
    if found != code or box is None:
        return f"{code} is wanted, {found} is seen"
    pose = framing(layer.clip).at(layer.clip_frame)
    wide, high = SIZE
    middle = (0.5 + pose.x_fw) * wide, 0.5 * high + pose.y_fw * wide
    wanted = [
        middle[0] - pose.scale * wide / 2,
        middle[1] - pose.scale * high / 2,
        middle[0] + pose.scale * wide / 2,
        middle[1] + pose.scale * high / 2,
    ]
    seen = [box[0] * wide, box[1] * high, box[2] * wide, box[3] * high]
    off = max(abs(a - b) for a, b in zip(wanted, seen, strict=True))
    return "" if off <= _OFF_PX else f"the camera is {off:.1f} px off"


def _under_title(picture: np.ndarray, code: tuple[int, int]) -> str:
    """Compare the upper half with its code: the title is in the lower one."""
    off = np.abs(coded_frame(*code, *SIZE).astype(np.int16) - picture)
    above, below = (float(half.mean()) for half in np.split(off, 2))
    if above > _FAR:
        return f"{code} under a title is {above:.1f} levels off"
    return "" if below > above + 1 else "there is no title"


def heard(path: Path, wave: np.ndarray, samples: int) -> dict[str, object]:
    """Return how the sound differs from the one that was put in."""
    found = sound.read(path)
    length = min(len(found), len(wave))
    row: dict[str, object] = {
        "promised": samples - len(wave),
        "beyond": len(found) - len(wave),
        "largest_error": round(float(np.abs(found[:length] - wave[:length]).max()), 8),
    }
    around = 2400
    field = np.pad(found[:length].mean(axis=1), around)
    part = wave[:length].mean(axis=1)
    size = len(field) + len(part)
    spectrum = np.fft.rfft(field, size) * np.conj(np.fft.rfft(part, size))
    best = int(np.argmax(np.fft.irfft(spectrum, size)[: 2 * around + 1]))
    row["offset_samples"] = best - around
    return row


def table(report: dict[str, dict[str, object]]) -> str:
    """Return the report for reading."""
    kinds = list(dict.fromkeys(k for r in report.values() for k in r["mp4"]["frames"]))
    title = "frames wrong / frames (AAC film and PCM film together)"
    lines = [title, f"{'':12}" + "".join(f"{rate:>12}" for rate in report)]
    for kind in [*kinds, "end"]:
        cells = []
        for row in report.values():
            wrong = sum(row[name]["wrong"].get(kind, 0) for name in ("mp4", "mov"))
            total = sum(row[name]["frames"].get(kind, 0) for name in ("mp4", "mov"))
            cells.append(f"{f'{wrong} / {total}':>12}")
        lines.append(f"{kind:12}{''.join(cells)}")
    lines += ["", "sound"]
    for key, name, what in (
        ("offset_samples", "mov", "PCM offset"),
        ("largest_error", "mov", "PCM error"),
        ("beyond", "mov", "PCM beyond"),
        ("offset_samples", "mp4", "AAC offset"),
        ("beyond", "mp4", "AAC beyond"),
    ):
        cells = [f"{row[name]['samples'][key]:>12}" for row in report.values()]
        lines.append(f"{what:12}{''.join(cells)}")
    words = [
        f"{rate} {name}, {word}"
        for rate, row in report.items()
        for name in ("mp4", "mov")
        for word in row[name]["words"]
    ]
    return "\n".join([*lines, "", *words] if words else lines)


if __name__ == "__main__":
    main()
