"""What has to be drawn, what is drawn already, and drawing the rest on every core."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from .shots import STILLS, TAKES

__all__ = ["Job", "all_jobs", "fingerprint", "run", "stale"]

VIOLIN = "Brises - solo violin.flac"
STAMP = ".stamp.json"


@dataclass(frozen=True, slots=True)
class Job:
    """One file: which folder it goes to, its name, its number in its list, its cost in
    pixels."""

    folder: str
    name: str
    number: int
    cost: int


def all_jobs() -> list[Job]:
    """Every file of the sample project, the slowest first."""
    jobs = [
        Job("takes", s.name, k, s.width * s.height * s.frames)
        for k, s in enumerate(TAKES)
    ]
    jobs += [Job("stills", s.name, k, s.width * s.height) for k, s in enumerate(STILLS)]
    jobs.append(Job("music", VIOLIN, 0, 60_000_000))
    return sorted(jobs, key=lambda job: (-job.cost, job.name))


def fingerprint() -> str:
    """A hash over every script of this folder: when one changes, all is drawn anew."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stale(project: Path, jobs: list[Job], *, force: bool = False) -> list[Job]:
    """The jobs whose file is missing, was cut short, or was drawn by other scripts.

    Parameters
    ----------
    project : Path
        The folder of the sample project.
    jobs : list of Job
    force : bool
        Take all.
    """
    try:
        known = json.loads((project / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        known = {}
    sources = fingerprint()

    def fresh(job: Job) -> bool:
        path = project / job.folder / job.name
        return path.is_file() and known.get(job.name) == [sources, path.stat().st_size]

    return [job for job in jobs if force or not fresh(job)]


def _draw(job: Job, project: Path) -> int:
    """Do one job; returns the size of its file in bytes."""
    from . import encode, violin

    folder = project / job.folder
    folder.mkdir(exist_ok=True)
    if job.folder == "takes":
        path = encode.write_take(TAKES[job.number], 100 + job.number, folder)
    elif job.folder == "stills":
        path = encode.write_still(STILLS[job.number], 200 + job.number, folder)
    else:
        path = encode.write_sound(violin.perform(), violin.RATE, folder / job.name)
    return path.stat().st_size


def run(
    project: Path, jobs: list[Job], workers: int, done: Callable[[Job], None]
) -> None:
    """Do the jobs, `workers` at a time.

    Parameters
    ----------
    project : Path
        The folder of the sample project.
    jobs : list of Job
    workers : int
        How many processes.
    done : callable
        Told of every job that is finished.
    """
    stamp = project / STAMP
    try:
        known = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        known = {}
    sources = fingerprint()
    spawn = multiprocessing.get_context(
        "spawn"
    )  # the same on every system, and safe with threads
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        waiting = {pool.submit(_draw, job, project): job for job in jobs}
        for future in as_completed(waiting):
            job = waiting[future]
            known[job.name] = [sources, future.result()]
            beside = stamp.with_suffix(".part")
            beside.write_text(json.dumps(known, indent=0, sort_keys=True), "utf-8")
            beside.replace(stamp)
            done(job)
