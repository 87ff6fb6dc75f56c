"""Films rendered at the command line, and what may happen to a render on its way."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import opentimelineio as otio

from benchmarks.rendering import broken, material
from otio_genai.media.write import write_wav
from tests.render.building import clip, timeline, wrong_frames
from tests.support.coded import bursts, decoded

__all__ = ["MISHAPS", "Outcome", "film_of", "levels", "rendered", "right"]

_CLI = "import sys; from otio_genai.cli import main; sys.exit(main())"
_LENGTH = 24
_RATE = 48_000
_PATIENCE_S = 300.0
_LINES = 8


@dataclass
class Outcome:
    """What came of one render."""

    how: str
    "Under which circumstances."
    code: int
    "Exit code; negative for a signal."
    said: list[str]
    "What it printed, last lines."
    film: Path | None
    "The film, if there is one."
    film_is: str
    "What it shows."
    left: list[str] = field(default_factory=list)
    "Files beside it that were not there before."

    def told(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        shown = {
            k: getattr(self, k) for k in ("how", "code", "said", "film_is", "left")
        }
        return shown


def film_of(folder: Path, bad: Path, start: int = 4) -> otio.schema.Timeline:
    """Return a film of a good clip, a bad one and a good one, 24 frames each."""
    good = [broken.whole(folder / f"take{n}.mp4", n) for n in (1, 3)]
    wave = folder / "bursts.wav"
    write_wav(wave, bursts([0, 24_000, 96_000], 3 * _RATE) / 4, _RATE)
    shots = [clip(good[0], 4, _LENGTH), clip(bad, start, _LENGTH)]
    shots.append(clip(good[1], 4, _LENGTH))
    return timeline(shots, audio=[[clip(wave, 0, 3 * _LENGTH)]])


def rendered(
    folder: Path,
    made: otio.schema.Timeline,
    how: str,
    options: Sequence[str],
    *,
    judge: bool = True,
) -> Outcome:
    """Render a film at the command line and return what came of it."""
    out = _fresh(folder)
    run = _run(folder, made, out, options)
    return outcome(run, out, made, how, judge=judge)


def outcome(
    run: subprocess.CompletedProcess[str],
    out: Path,
    made: otio.schema.Timeline,
    how: str,
    *,
    judge: bool = True,
) -> Outcome:
    """Return what came of a run that was to write ``film.mp4`` in a folder."""
    film = out / "film.mp4"
    left = sorted(path.name for path in out.iterdir() if path != film)
    said = [
        line for line in run.stderr.replace("\r", "\n").splitlines() if line.strip()
    ]
    said += [line for line in run.stdout.splitlines() if line.strip()]
    there = film if film.exists() else None
    shown = right(film, made) if there and judge else "–"
    named = [line.replace(str(out.parent), "…") for line in said[-_LINES:]]
    return Outcome(how, run.returncode, named, there, shown, left)


def right(film: Path, made: otio.schema.Timeline) -> str:
    """Return how many frames of a film are the ones the timeline asks for."""
    from otio_genai import maps

    total = len(maps.picture_map(made))
    wrong = wrong_frames(decoded(film), made)
    first = f" ({wrong[0]})" if wrong else ""
    return f"{total - len(wrong)} of {total} frames right{first}"


def levels(film: Path) -> str:
    """Return how black and how white the middle third of a coded film is, in RGB."""
    shown = list(decoded(film))
    middle = np.stack(shown[len(shown) // 3 : 2 * len(shown) // 3])
    low, high = np.percentile(middle, (2, 98))
    return f"black is {low:.0f}, white is {high:.0f} of 255"


def _fresh(folder: Path) -> Path:
    """Return an empty folder for the film, and empty the cache."""
    out = folder / "out"
    for each in (out, folder / "cache"):
        shutil.rmtree(each, ignore_errors=True)
    out.mkdir()
    return out


def _command(
    made: otio.schema.Timeline, out: Path, options: Sequence[str]
) -> list[str]:
    document = out.parent / "film.otio"
    made.to_json_file(str(document))
    film = str(out / "film.mp4")
    given = [sys.executable, "-c", _CLI, "render", str(document), "-o", film]
    return [*given, *options]


def _environment(folder: Path) -> dict[str, str]:
    here = str(Path(__file__).parent.parent.parent)
    return {**os.environ, "OTIO_GENAI_CACHE": str(folder / "cache"), "PYTHONPATH": here}


def _run(
    folder: Path,
    made: otio.schema.Timeline,
    out: Path,
    options: Sequence[str] = (),
    *,
    before: Sequence[str] = (),
    limit: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, *_command(made, out, options)],
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        preexec_fn=limit,
    )


def _begun(
    folder: Path, made: otio.schema.Timeline, out: Path, options: Sequence[str] = ()
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        _command(made, out, options),
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _ended(run: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    out, err = run.communicate(timeout=_PATIENCE_S)
    return subprocess.CompletedProcess(run.args, run.returncode, out, err)


# What happens on the way ------------------------------------------------------------


def _long(folder: Path) -> otio.schema.Timeline:
    """Return a film that takes a few seconds to render: 20 s at 960x540."""
    film = material.programme(folder / "material", (960, 540), 20)
    material.make(film)
    return material.timeline(film)


def _judged(film: Path) -> str:
    return hashlib.sha256(film.read_bytes()).hexdigest()[:12] if film.exists() else "–"


def full_disk(folder: Path) -> list[Outcome]:
    """Render onto a disk that has no room for the film, or for the cache."""
    made = _long(folder)
    found = []
    # The folder for films alone; then the cache too.
    for how, places, size in (
        ("film's disk, 1 MB", ["out"], "1m"),
        ("cache's disk, 1 MB", ["cache"], "1m"),
        ("cache's disk, 12 MB", ["cache"], "12m"),
    ):
        out = _fresh(folder)
        (folder / "cache").mkdir()
        mounts = " && ".join(
            f"mount -t tmpfs -o size={size} none '{folder / place}'" for place in places
        )
        look = f"; code=$?; ls -A '{out}' > '{folder / 'left'}'; exit $code"
        before = ["unshare", "-m", "sh", "-c", f'{mounts} && {{ "$@"; }}{look}', "sh"]
        if not _can_mount():
            before = []
        limit = None if before else _limited
        run = _run(folder, made, out, before=before, limit=limit)
        one = outcome(
            run, out, made, how if before else f"{how}: by limit", judge=False
        )
        listed = folder / "left"
        one.left = listed.read_text().split() if listed.exists() else one.left
        found.append(one)
    return found


def _can_mount() -> bool:
    tried = ["unshare", "-m", "true"]
    return bool(shutil.which("unshare")) and not subprocess.run(tried).returncode


def _limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def damaged_cache(folder: Path) -> list[Outcome]:
    """Flip a byte in a segment of the cache, then in every file; render again."""
    made, out = _long(folder), _fresh(folder)
    found = [outcome(_run(folder, made, out), out, made, "before", judge=False)]
    whole = _judged(out / "film.mp4")
    kept = folder / "cache" / "render" / "entries"
    for how, pattern, most in (
        ("a byte flipped in a segment", "*.mp4", 1),
        ("a byte flipped in every file", "*.*", None),
    ):
        entries = [path for path in kept.rglob(pattern) if path.is_file()]
        for path in sorted(entries, key=lambda path: -path.stat().st_size)[:most]:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        (out / "film.mp4").unlink()
        one = outcome(_run(folder, made, out), out, made, how, judge=False)
        same = _judged(out / "film.mp4") == whole
        one.film_is = "byte for byte the first one" if same else "another film"
        found.append(one)
    return found


def killed_worker(folder: Path) -> list[Outcome]:
    """Kill the worker process that has done most, in the middle of the work."""
    made, out = _long(folder), _fresh(folder)
    run = _begun(folder, made, out, ["--jobs", "2"])
    victim = _busiest(run)
    if victim:
        os.kill(victim, signal.SIGKILL)
    how = "one of two workers" if victim else "no worker was found"
    one = outcome(_ended(run), out, made, how, judge=False)
    killed = _judged(out / "film.mp4")
    _fresh(folder)
    _run(folder, made, out)
    same = killed == _judged(out / "film.mp4")
    one.film_is = "byte for byte one made undisturbed" if same else f"film: {killed}"
    return [one]


def _busiest(run: subprocess.Popen[str]) -> int:
    """Return the process below a run that has used most CPU, once it used a second."""
    while run.poll() is None:
        time.sleep(0.05)
        used = {pid: _ticks(pid) for pid in _below(run.pid)}
        best = max(used, key=used.__getitem__, default=0)
        if best and used[best] >= os.sysconf("SC_CLK_TCK"):
            return best
    return 0


def _below(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from _below(int(child))


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def two_at_once(folder: Path) -> list[Outcome]:
    """Render the same film twice at once, with one cache."""
    made, out = _long(folder), _fresh(folder)
    other = folder / "other"
    other.mkdir()
    runs = [_begun(folder, made, place) for place in (out, other)]
    ended = [_ended(run) for run in runs]
    found = [
        outcome(run, place, made, how, judge=False)
        for run, place, how in zip(
            ended, (out, other), ("first", "second"), strict=True
        )
    ]
    same = _judged(out / "film.mp4") == _judged(other / "film.mp4")
    for one in found:
        one.film_is = "both byte for byte alike" if same else "two different films"
    return found


def _stopped(kind: signal.Signals) -> Callable[[Path], list[Outcome]]:
    def fault(folder: Path) -> list[Outcome]:
        made, out = _long(folder), _fresh(folder)
        run = _begun(folder, made, out)
        entries = folder / "cache" / "render" / "entries"
        while run.poll() is None and _count(entries) < 4:
            time.sleep(0.02)
        run.send_signal(kind)
        one = outcome(_ended(run), out, made, kind.name, judge=False)
        one.film_is = f"none; {_count(entries)} films and pieces in the cache"
        again = outcome(
            _run(folder, made, out), out, made, "started again", judge=False
        )
        resumed = _judged(out / "film.mp4")
        _fresh(folder)
        _run(folder, made, out)
        same = resumed == _judged(out / "film.mp4")
        again.film_is = "byte for byte one made undisturbed" if same else "another film"
        return [one, again]

    return fault


def _count(entries: Path) -> int:
    return sum(1 for path in entries.rglob("*.mp4") if path.is_file())


MISHAPS = {
    "disk-full": full_disk,
    "damaged-cache": damaged_cache,
    "worker-killed": killed_worker,
    "two-at-once": two_at_once,
    "killed": _stopped(signal.SIGKILL),
    "interrupted": _stopped(signal.SIGINT),
}
