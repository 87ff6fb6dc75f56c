"""Other people's programs that read timelines, each as it is run without a screen.

What each can show at all, by the format it takes, is measured with documents of theirs
and ours and stands in ``shows``: nothing else is asked of a program, and nothing else
is claimed of ours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".oracles"
_LONGEST_S = 60


@dataclass(frozen=True)
class Film:
    """What is to be rendered: the document, and what no program can guess.

    ``turn`` counts the renders of one document.
    """

    document: Path
    rate: Fraction
    frames: int
    size: tuple[int, int]
    turn: int = 0

    def made(self, suffix: str) -> Path:
        return self.document.with_name(f"{self.document.stem}.{suffix}")


@dataclass(frozen=True)
class Program:
    """One reader.

    Parameters
    ----------
    shows
        Features it can show, by the road (the format) it takes.
    render
        Makes the film of a document; returns its path.
    absent
        Says why it cannot be run here; empty when it can.
    over
        It lays dissolves over each other: the outgoing picture's share is squared.
    holds
        It holds the last picture where a gap should be black.
    light
        It mixes pictures in linear light, and a dissolve's shares are those of the
        middle of each frame, as Final Cut has them; ours are those of its beginning.
    renders
        A frame counts as wrong when it is in this many renders: GES loses one in
        most, at the time its pipeline starts to play.
    even_rates
        Rates at which its clock has whole frames. At others it may show a frame's
        neighbour, which is counted apart. None: all rates.
    """

    name: str
    shows: dict[str, frozenset[str]]
    render: Callable[[Film], Path]
    absent: Callable[[], str]
    over: bool = False
    holds: bool = False
    light: bool = False
    renders: int = 1
    even_rates: frozenset[Fraction] | None = None


def _run(command: list[str], log: Path, **environment: str) -> None:
    with log.open("w", encoding="utf-8") as out:
        done = subprocess.run(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | environment,
            timeout=_LONGEST_S,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {log.read_text('utf-8')[-2000:]}")


def _without(*names: str, folder: str = "") -> Callable[[], str]:
    def absent() -> str:
        lacking = [name for name in names if shutil.which(name) is None]
        if folder and not (HOME / folder / "ready").exists():
            lacking.append(f".oracles/{folder}")
        needs = ", ".join(lacking)
        return f"needs {needs}: `make oracles` installs it" if lacking else ""

    return absent


#: GES's encoders by turns: each starts to play, and so loses its frame, elsewhere.
_GES_KINDS = (
    "video/x-raw->video/x-h264:audio/x-vorbis",
    "video/x-raw->image/jpeg:audio/x-vorbis",
)


def _ges(film: Film) -> Path:
    wide, high = film.size
    made = film.made("ges.mkv")
    pace = f"{film.rate.numerator}/{film.rate.denominator}"
    caps = f"video/x-raw,framerate={pace},width={wide},height={high}"
    command = ["ges-launch-1.0", "--load", _with_urls(film.document).as_uri()]
    command += ["--video-caps", caps, "-o", made.resolve().as_uri()]
    kinds = _GES_KINDS[film.turn % len(_GES_KINDS)]
    command += ["--format", f"video/x-matroska:{kinds}"]
    _run(command, made.with_suffix(".log"), PYTHONPATH=str(HOME / "ges"))
    return made


def _with_urls(document: Path) -> Path:
    """Return a document whose media are URLs: Resolve wants paths, GES does not."""
    text = document.read_text(encoding="utf-8")
    if '"target_url": "/' not in text:
        return document.resolve()
    prepared = document.with_name(f"{document.stem}.urls{document.suffix}")
    text = text.replace('"target_url": "/', '"target_url": "file:///')
    prepared.write_text(text, encoding="utf-8")
    return prepared.resolve()


def _melt(film: Film) -> Path:
    made = film.made("melt.mp4")
    command = ["melt", "-silent", str(film.document), f"out={film.frames - 1}"]
    command += ["-consumer", f"avformat:{made}", "vcodec=libx264", "crf=15"]
    command += ["real_time=-1", "acodec=aac"]
    _run(command, made.with_suffix(".log"), QT_QPA_PLATFORM="offscreen")
    return made


def _auto_editor(film: Film) -> Path:
    made = film.made("auto.mp4")
    program = str(HOME / "auto-editor/bin/auto-editor")
    command = [program, str(film.document), "--no-open", "--my-ffmpeg"]
    _run([*command, "-o", str(made)], made.with_suffix(".log"))
    return made


def _bladeworks(film: Film) -> Path:
    made = film.made("blade.mp4")
    program = str(HOME / "bladeworks/bin/bladeworks")
    command = [program, "render", str(film.document), "--output", str(made)]
    _run(command, made.with_suffix(".log"))
    return made


def _set(words: str) -> frozenset[str]:
    return frozenset(word.strip() for word in words.split(","))


# GES takes xmeml through OpenTimelineIO's stock adapter, which does not know that a
# clip is disabled, nor speed, nested sequences, levels, motion or opacity.
_GES = _set("cuts, gaps, repeats, overlay, dissolves, stills, own rate, sound")
# auto-editor takes -1 beside a transition for a frame, and plays a still once.
_AUTO = _set("cuts, gaps, repeats, overlay, sound")
# The adapters that write for melt drop dissolves. A still of Kdenlive's file melt shows
# in the wrong range after its first frame; the adapter for MLT makes picture tracks of
# sound tracks, so that what is seen in gaps and heard is not what was meant.
_KDENLIVE = _set("cuts, gaps, repeats, overlay, sound")
_MLT = _set("cuts, repeats, overlay, stills")
# bladeworks was made after Final Cut, and measured against it by its authors.
_BLADE = _GES | _set(
    "disabled, speed, slow, reverse, freeze, ramp, nested, opacity, framing, levels"
)

PROGRAMS = {
    "GES": Program(
        "GES",
        {
            "premiere": _GES,
            "resolve": _GES,
            "otio-premiere": _GES,
            "otio-resolve": _GES,
        },
        _ges,
        _without("ges-launch-1.0", folder="ges"),
        over=True,
        renders=4,
        even_rates=frozenset({Fraction(25), Fraction(50)}),
    ),
    "auto-editor": Program(
        "auto-editor",
        {"premiere": _AUTO | {"speed"}, "resolve": _AUTO},
        _auto_editor,
        _without("ffmpeg", folder="auto-editor"),
        holds=True,
    ),
    "melt": Program(
        "melt",
        {"kdenlive": _KDENLIVE, "mlt": _MLT},
        _melt,
        _without("melt"),
    ),
    "bladeworks": Program(
        "bladeworks",
        {"finalcut": _BLADE},
        _bladeworks,
        _without("ffmpeg", folder="bladeworks"),
        light=True,
    ),
}
