"""Jobs of small films, and what they should become."""

import hashlib
import os
import signal
from pathlib import Path

from otio_genai.media import locate
from otio_genai.media.encoding import Encoding
from otio_genai.media.identity import identity
from otio_genai.render import segments, work
from otio_genai.render.plan import make_plan
from otio_genai.render.workers import Job


def jobs_of(timeline) -> list[Job]:
    """Every segment of a timeline."""
    plan = make_plan(timeline)
    pieces = segments.segments(plan)
    urls = {one.url for piece in pieces for frame in piece.frames for one in frame}
    known = {url: identity(locate.path(url)) for url in urls}
    recipes = [segments.recipe(piece, plan, Encoding(), known) for piece in pieces]
    return [
        Job(segments.key(recipe), recipe, len(piece.frames))
        for recipe, piece in zip(recipes, pieces, strict=True)
    ]


def made_here(jobs, folder: Path) -> dict[str, str]:
    """Hash of every segment, made one after the other in this process."""
    found = {}
    for job in jobs:
        path = folder / f"{job.key}.mp4"
        work.encode(job.recipe, path)
        found[job.key] = sha256(path)
    return found


def sha256(path: Path) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Taken(dict):
    """A place for segments that keeps their hashes, and may do harm at the first."""

    def __init__(self, harm=None):
        super().__init__()
        self.harm = harm

    def __call__(self, job, path):
        assert job.key not in self, "placed twice"
        self[job.key] = sha256(path)
        if self.harm is not None:
            harm, self.harm = self.harm, None
            harm()


def with_number(item):
    return {**item, "pid": os.getpid()}


def dies_once(item):
    """Kill the process that runs this, the first time for each item."""
    mark = Path(item["mark"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item["number"]


def dies(item):
    os.kill(os.getpid(), signal.SIGKILL)


def refuses(item):
    from otio_genai.errors import MediaError

    raise MediaError("It is broken.", place="a.mp4", remedy="Mend it.")


def stumbles(item):
    raise ZeroDivisionError("by nought")


def waits(item):
    print(os.getpid(), flush=True)
    signal.pause()
