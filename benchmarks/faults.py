"""What a render does with bad media and with what can happen to it.

Each fault is made by script and the film rendered at the command line, in a process of
its own, with a cache of its own. Printed are the exit code, what was said, how many
frames of the film show what the timeline asks for (every picture carries its take and
number), and what was left behind: a half film, or a file that was not there before.

Bad media come with ``--strict`` as well. A full disk is a small file system where the
kernel lets one be mounted, else a limit on the size of files.

Run ``python benchmarks/faults.py [--only vfr,killed] [--quick] [--json]``; ``--quick``
leaves out what needs a longer film.
"""

from __future__ import annotations

import argparse
import bisect
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.rendering import broken, mishaps
from benchmarks.rendering.mishaps import Outcome, film_of, levels, rendered
from otio_genai import metadata
from otio_genai.media import sound
from otio_genai.media.store import file_hashes
from tests.render.building import clip, timeline
from tests.support.coded import decoded, read_code

_BAD = 2
_FRAMES = 24


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="faults, comma-separated, of all")
    parser.add_argument("--quick", action="store_true", help="bad media alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    faults = {**MEDIA} if options.quick else {**MEDIA, **mishaps.MISHAPS}
    names = options.only.split(",") if options.only else list(faults)
    unknown = [name for name in names if name not in faults]
    if unknown:
        sys.exit(f"There is no {', '.join(unknown)}; there are {', '.join(faults)}.")
    report = {}
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            outcomes = faults[name](Path(folder))
        report[name] = [outcome.told() for outcome in outcomes]
        if not options.json:
            print(table({name: report[name]}), flush=True)
    if options.json:
        print(json.dumps(report, indent=2))


# Bad media ------------------------------------------------------------------------


def _twice(folder: Path, made: object) -> list[Outcome]:
    """Render with and without ``--strict``."""
    return [
        rendered(folder, made, "", []),
        rendered(folder, made, "--strict", ["--strict"]),
    ]


def _of_take(make: Callable[[Path, int], object], suffix: str = ".mp4") -> object:
    def fault(folder: Path) -> list[Outcome]:
        bad = folder / f"take{_BAD}{suffix}"
        make(bad, _BAD)
        return _twice(folder, film_of(folder, bad))

    return fault


def _in_colour(make: Callable[[Path, int], object]) -> object:
    def fault(folder: Path) -> list[Outcome]:
        outcomes = _of_take(make)(folder)
        for one in outcomes:
            if one.film is not None and one.film.exists():
                one.film_is += f"; {levels(one.film)}"
        return outcomes

    return fault


def missing(folder: Path) -> list[Outcome]:
    """Render a film of which one file is gone."""
    bad = broken.whole(folder / f"take{_BAD}.mp4", _BAD)
    made = film_of(folder, bad)
    bad.unlink()
    return _twice(folder, made)


def changed(folder: Path) -> list[Outcome]:
    """Render a film of which one file was replaced after it was read."""
    bad = broken.whole(folder / f"take{_BAD}.mp4", _BAD)
    made = film_of(folder, bad)
    metadata.put(made.tracks[0][1].media_reference, "hash", file_hashes(bad))
    broken.whole(bad, 9)
    return _twice(folder, made)


def shorter(folder: Path) -> list[Outcome]:
    """Render a film of which one file now ends in the middle of its clip."""
    bad = broken.whole(folder / f"take{_BAD}.mp4", _BAD)
    made = film_of(folder, bad)
    broken.whole(bad, _BAD, frames=20)
    return _twice(folder, made)


def torn(folder: Path) -> list[Outcome]:
    """Render a film of which one file was cut short after it was read."""
    bad = broken.whole(folder / f"take{_BAD}.mp4", _BAD)
    made = film_of(folder, bad, start=30)
    broken.cut_short(bad, _BAD)
    return _twice(folder, made)


def gop(folder: Path) -> list[Outcome]:
    """Render a film of which one file was damaged after it was read."""
    bad = broken.whole(folder / f"take{_BAD}.mp4", _BAD)
    made = film_of(folder, bad, start=20)
    broken.broken_gop(bad, _BAD)
    return _twice(folder, made)


def uneven(folder: Path) -> list[Outcome]:
    """Render a film of which one file is of uneven timing: its timestamps hold."""
    bad = broken.uneven(folder / f"take{_BAD}.mp4", _BAD)
    one = rendered(folder, film_of(folder, bad), "", [], judge=False)
    if one.film is not None:
        shown = list(decoded(one.film))[_FRAMES : 2 * _FRAMES]
        there = [bisect.bisect_right(broken.STEPS, 4 + k) - 1 for k in range(_FRAMES)]
        good = sum(
            read_code(picture) == (_BAD, number)
            for picture, number in zip(shown, there, strict=True)
        )
        one.film_is = f"{good} of 24 frames as its timestamps say"
    return [one]


def _hdr(transfer: str) -> object:
    def fault(folder: Path) -> list[Outcome]:
        bad = folder / f"take{_BAD}.mp4"
        broken.hdr(bad, _BAD, transfer)
        one = rendered(folder, film_of(folder, bad), "", [], judge=False)
        if one.film is not None:
            shown = list(decoded(one.film))[_FRAMES : 2 * _FRAMES]
            good = sum(read_code(p) == (_BAD, 4 + k) for k, p in enumerate(shown))
            one.film_is = f"{good} of 24 frames right; {levels(one.film)}"
        return [one]

    return fault


def alpha(folder: Path) -> list[Outcome]:
    """Render a film of which one file lets through what lies below: here nothing."""
    bad = broken.half_transparent(folder / f"take{_BAD}.mov", _BAD)
    made = film_of(folder, bad)
    outcome = rendered(folder, made, "", [], judge=False)
    if outcome.film is not None:
        good = black = 0
        half = broken.SIZE[0] // 2
        for k, picture in enumerate(decoded(outcome.film)):
            if _FRAMES <= k < 2 * _FRAMES:
                wanted = (_BAD, 4 + k - _FRAMES)
                good += read_code(picture[:, :half]) == wanted
                black += int(picture[:, half + 4 :].max() < 24)
        outcome.film_is = f"{good} of 24 right on the left, {black} black on the right"
    return [outcome]


def surround(folder: Path) -> list[Outcome]:
    """Render a film with 5.1 sound: its centre goes to both sides, 3 dB down."""
    take = broken.whole(folder / "take1.mp4", 1)
    wave = broken.six_channels(folder / "six.wav", 2)
    made = timeline([clip(take, 0, _FRAMES)], audio=[[clip(wave, 0, _FRAMES)]])
    outcome = rendered(folder, made, "", [])
    if outcome.film is not None:
        level = np.abs(sound.read(outcome.film)[4800:-4800]).max(axis=0)
        parts = ", ".join(f"{20 * np.log10(max(v, 1e-6) / 0.25):+.1f}" for v in level)
        outcome.film_is += f"; left and right {parts} dB of the centre"
    return [outcome]


MEDIA = {
    "missing": missing,
    "changed": changed,
    "shorter": shorter,
    "cut-short": torn,
    "broken-gop": gop,
    "vfr": uneven,
    "rotated": _of_take(broken.rotated),
    "odd-sized": _of_take(broken.odd, ".mkv"),
    "non-square": _of_take(broken.squeezed),
    "full-range": _in_colour(broken.full_range),
    "alpha": alpha,
    "hdr-pq": _hdr("PQ"),
    "hdr-hlg": _hdr("HLG"),
    "5.1": surround,
}


def table(report: dict[str, list[dict[str, object]]]) -> str:
    """Return the report for reading."""
    lines = []
    for name, outcomes in report.items():
        for one in outcomes:
            lines.append(f"{name} {one['how']}".rstrip())
            lines.append(f"    exit {one['code']}; film: {one['film_is']}")
            lines += [f"    left behind: {', '.join(one['left'])}"] * bool(one["left"])
            lines += [f"    | {line}" for line in one["said"]]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
