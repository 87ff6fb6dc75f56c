"""Our files in other people's programs: frames compared, frames wrong.

Coded films of one feature each are written for an editor, rendered by a program that is
not ours, and read back frame by frame against the picture map; sound in tenths of a
second against the sound map. A program is asked only for what it can show at all.

Run ``python benchmarks/oracles.py [--quick] [--json]`` after ``make oracles``; the
large one comes with ``tests/oracles/install --all``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.oracles.features import Media
from tests.oracles.programs import PROGRAMS
from tests.oracles.trial import Result, cases, trial

EXACT = Fraction(25)
OTHERS = (24_000, 1001), (24, 1), (30_000, 1001), (30, 1)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="25 fps only")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = list(run(Path(folder), quick=options.quick))
    if options.json:
        print(json.dumps([asdict(r) for r in results], indent=2, default=str))
    else:
        print(table(results))


def run(folder: Path, *, quick: bool) -> Iterator[Result]:
    """Yield what came of every case: all at 25 fps, cuts and gaps at each rate."""
    for name, program in PROGRAMS.items():
        if reason := program.absent():
            print(f"{name}: {reason}", file=sys.stderr)
    rates = [EXACT] if quick else [EXACT, *(Fraction(*r) for r in OTHERS)]
    for rate in rates:
        place = folder / f"{float(rate):.3f}"
        place.mkdir()
        media = Media(place, rate)
        for name, road, feature in cases():
            asked = rate == EXACT or feature in ("cuts", "gaps")
            if asked and not PROGRAMS[name].absent():
                yield trial(name, road, feature, media, place)


def table(results: list[Result]) -> str:
    """Return one line for each program and format."""
    head = ("reader", "format", "features", "frames", "wrong", "rounded", "sound")
    lines = [head]
    for name, road in dict.fromkeys((r.program, r.road) for r in results):
        mine = [r for r in results if (r.program, r.road) == (name, road)]
        heard = sum(r.pieces for r in mine)
        bad = sum(len(r.sound_wrong) for r in mine)
        lines.append(
            (
                name,
                road,
                str(len({r.feature for r in mine})),
                str(sum(r.frames for r in mine)),
                str(sum(len(r.wrong) for r in mine)),
                str(sum(r.rounded for r in mine)),
                f"{bad} of {heard} wrong" if heard else "-",
            )
        )
    wide = [max(len(line[k]) for line in lines) for k in range(len(head))]
    text = [
        "  ".join(f"{word:<{w}}" for word, w in zip(line, wide, strict=True)).rstrip()
        for line in lines
    ]
    failed = [
        f"{r.program} {r.road} {r.feature} at {float(r.rate):.3f}: {r.wrong[:2]}"
        for r in results
        if r.wrong or r.sound_wrong
    ]
    shown = {r.program: set() for r in results}
    for r in results:
        shown[r.program].add(r.feature)
    asked = [f"{name}: {', '.join(sorted(words))}" for name, words in shown.items()]
    return "\n".join([*text, "", *asked, *failed])


if __name__ == "__main__":
    main()
