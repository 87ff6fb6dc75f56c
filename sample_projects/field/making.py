"""Draws the takes of the field, and lays the sounds of *Brisés* beside them.

A take that *Brisés* has drawn already, by the scripts as they are, is copied.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from otio_genai.media import sound
from sample_projects.brises.drawing import encode, jobs, shots, violin
from sample_projects.brises.drawing.shots import Shot
from sample_projects.field.places import PLACES, Place

__all__ = ["BRISES", "Job", "all_jobs", "run", "stale"]

BRISES = Path(__file__).resolve().parents[1] / "brises"
STAMP = ".stamp.json"
# Where each of the five lines lies in the voice-over of Brisés, in seconds.
_LINES_S = ((0.4, 3.1), (4.3, 7.45), (8.7, 11.1), (12.3, 14.9), (16.0, 18.35))
_QUICK_PX, _QUICK_S = 192, 3
_BRISES_SEEDS = {
    shot.name: first + k
    for first, those in ((100, shots.TAKES), (200, shots.STILLS))
    for k, shot in enumerate(those)
}


@dataclass(frozen=True, slots=True)
class Job:
    """One file to make."""

    place: int
    "Which place it shows; -1 for a sound."
    take: int
    folder: str
    name: str
    quick: bool
    cost: int
    "Pixels to draw."


def all_jobs(places: tuple[Place, ...] = PLACES, *, quick: bool = False) -> list[Job]:
    """Return every file of the field, the slowest first."""
    found = [
        Job(p, t, f"takes/{place.folder}", shot.name, quick, _pixels(shot))
        for p, place in enumerate(places)
        for t, shot in enumerate(place.takes)
    ]
    found += [
        Job(-1, k, "voice", f"line {k + 1}.flac", quick, 0)
        for k in range(len(_LINES_S))
    ]
    found.append(Job(-1, 0, "music", jobs.VIOLIN, quick, 60_000_000))
    return sorted(found, key=lambda job: (-job.cost, job.folder, job.name))


def _pixels(shot: Shot) -> int:
    return shot.width * shot.height * shot.frames


def _fingerprint(job: Job) -> str:
    own = Path(__file__).with_name("places.py").read_bytes()
    whole = f"{jobs.fingerprint()}{hashlib.sha256(own).hexdigest()}{job.quick}"
    return hashlib.sha256(whole.encode()).hexdigest()


def stale(folder: Path, todo: list[Job], *, force: bool = False) -> list[Job]:
    """Return the jobs whose file is missing, cut short or made by other scripts."""
    known = _known(folder)

    def fresh(job: Job) -> bool:
        path = folder / job.folder / job.name
        if not path.is_file():
            return False
        now = [_fingerprint(job), path.stat().st_size]
        return known.get(f"{job.folder}/{job.name}") == now

    return [job for job in todo if force or not fresh(job)]


def _known(folder: Path) -> dict[str, list[object]]:
    try:
        found = json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def run(
    folder: Path, todo: list[Job], workers: int, done: Callable[[Job], None]
) -> None:
    """Do the jobs, ``workers`` at a time, telling ``done`` of each."""
    known = _known(folder)
    # Spawned workers are the same on every system, and safe with threads.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        waiting = {pool.submit(make, job, folder): job for job in todo}
        for future in as_completed(waiting):
            job = waiting[future]
            known[f"{job.folder}/{job.name}"] = [_fingerprint(job), future.result()]
            beside = folder / f"{STAMP}.part"
            beside.write_text(json.dumps(known, indent=0, sort_keys=True), "utf-8")
            beside.replace(folder / STAMP)
            done(job)


def make(job: Job, folder: Path) -> int:
    """Make one file; return its size in bytes."""
    target = folder / job.folder
    target.mkdir(parents=True, exist_ok=True)
    path = target / job.name
    if job.folder == "voice":
        _speak(path, *_LINES_S[job.take])
    elif job.place < 0:
        _play(path, quick=job.quick)
    else:
        _draw(
            PLACES[job.place].takes[job.take],
            300 + 10 * job.place + job.take,
            job,
            path,
        )
    return path.stat().st_size


def _draw(shot: Shot, seed: int, job: Job, path: Path) -> None:
    kind = "takes" if shot.frames > 1 else "stills"
    if not job.quick and _reusable(kind, shot.name):
        shutil.copyfile(BRISES / kind / shot.name, path)
        return
    drawn = _small(shot) if job.quick else shot
    write = encode.write_take if kind == "takes" else encode.write_still
    write(drawn, _BRISES_SEEDS.get(shot.name, seed), path.parent)


def _reusable(kind: str, name: str) -> bool:
    files = [job for job in jobs.all_jobs() if (job.folder, job.name) == (kind, name)]
    return bool(files) and not jobs.stale(BRISES, files)


def _small(shot: Shot) -> Shot:
    """Return a shot as quick to draw as a test wants it."""
    high = round(_QUICK_PX * shot.height / shot.width / 2) * 2
    frames = min(shot.frames, int(_QUICK_S * shot.rate))
    return replace(shot, width=_QUICK_PX, height=high, frames=frames)


def _speak(path: Path, begin_s: float, end_s: float) -> None:
    """Cut one line out of the voice-over."""
    heard = sound.read(BRISES / "voice" / "voice_over.ogg", violin.RATE, 2)
    first, last = (round(at_s * violin.RATE) for at_s in (begin_s, end_s))
    encode.write_sound(heard[first:last], violin.RATE, path)


def _play(path: Path, *, quick: bool) -> None:
    """Play the violin; quickly, three notes without a body."""
    if not quick and not jobs.stale(
        BRISES, [job for job in jobs.all_jobs() if job.folder == "music"]
    ):
        shutil.copyfile(BRISES / "music" / path.name, path)
        return
    if not quick:
        encode.write_sound(violin.perform(), violin.RATE, path)
        return
    time = np.arange(45 * violin.RATE, dtype=np.float32) / violin.RATE
    pitch = np.float32((294.0, 349.0, 440.0))[(time / 3).astype(int) % 3]
    loud = np.sin(np.pi * (time / 3 % 1)) ** 2
    tone = 0.3 * loud * np.sin(2 * np.pi * np.cumsum(pitch) / violin.RATE)
    encode.write_sound(np.stack([tone, tone], -1).astype(np.float32), violin.RATE, path)
