"""The joins that films will need most, rendered before the show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import numpy as np

from otio_genai.errors import GenaiError
from otio_genai.field.drawing import draw_many, space
from otio_genai.field.model import Chosen, Field
from otio_genai.live.picture.atlas import Atlas
from otio_genai.live.picture.joins import Job, render_request
from otio_genai.live.picture.mezzanines import Mezzanines
from otio_genai.live.picture.reel import Reel

__all__ = ["Built", "build_atlas", "likeliest"]

Progress = Callable[[str, int, int], None]

_DRAWN = 256

# Slot, take and out-point of the first, slot, take and in-point of the second.
_Place = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Built:
    """What an atlas holds after it was built."""

    joins: int
    "Joins of the films it was built for, each counted as often as it came."
    held: int
    "How many of them it holds."
    made: int
    "Joins rendered now."
    faults: tuple[str, ...]
    "Why others could not be, one sentence each."

    @property
    def share(self) -> float:
        """Share of those films' joins that it holds, 0 to 1; 1 if they have none."""
        return self.held / self.joins if self.joins else 1.0


def likeliest(
    field: Field, mezzanines: Mezzanines, films: Iterable[Sequence[Chosen]]
) -> list[tuple[Job, int]]:
    """Return the joins of some films and how often they come, most often first.

    Parameters
    ----------
    field
        What the films are drawn from.
    mezzanines
        Its takes, prepared.
    films
        As many as tell what is likely; drawn as those will be that are shown.
    """
    # Where a film begins is no matter to a join amid it.
    field = replace(field, style=replace(field.style, fade_in_s=0.0))
    counts: Counter[_Place] = Counter()
    pairs: dict[_Place, tuple[Chosen, Chosen]] = {}
    for film in films:
        for before, after in pairwise(film):
            # From which in-point the first shot came is no matter to the join.
            out = before.way + before.frames
            at = before.slot, before.option, out, after.slot, after.option, after.way
            counts[at] += 1
            pairs.setdefault(at, (before, after))
    found: dict[str, tuple[Job, int]] = {}
    for at, often in counts.most_common():
        for job in _joins(field, mezzanines, pairs[at]):
            _, before_ = found.get(job.key, (job, 0))
            found[job.key] = job, before_ + often
    return sorted(found.values(), key=lambda pair: -pair[1])


def build_atlas(
    field: Field,
    mezzanines: Mezzanines,
    atlas: Atlas,
    films: Iterable[Sequence[Chosen]] | None = None,
    *,
    most: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Built:
    """Render the likeliest joins into an atlas, as many as it holds.

    Parameters
    ----------
    field, mezzanines, films
        As for `likeliest`; by default some hundred films, always the same.
    atlas
        Where they are kept; what is there already is not rendered again.
    most
        Render no more than so many; by default until nine tenths of the room is used.
    jobs
        Processes that render; below 2 this one does.
    progress
        Told what is done, and how much of how much.

    Raises
    ------
    FieldError
        No film can be drawn.
    LiveError
        A take is not prepared.
    """
    report = progress or _silent
    if films is None:
        films = draw_many(space(field), np.random.default_rng(0), _DRAWN)
    wanted = likeliest(field, mezzanines, films)
    missing = [job for job, _ in wanted if job.key not in atlas][:most]
    room = 0.9 * atlas.limit_bytes - atlas.size_bytes()
    faults: list[str] = []
    made = 0
    report("joins", 0, len(missing))
    for done, (job, samples, fault) in enumerate(_rendered(missing, jobs), 1):
        if samples is None:
            faults.append(fault)
        else:
            room -= sum(map(len, samples))
            if room < 0:
                break
            if not atlas.put(job.key, samples):
                faults.append("The folder of joins cannot be written.")
                break
            made += 1
        report("joins", done, len(missing))
    held = sum(often for job, often in wanted if job.key in atlas)
    total = sum(often for _, often in wanted)
    return Built(total, held, made, tuple(dict.fromkeys(faults)))


def _joins(
    field: Field, mezzanines: Mezzanines, pair: tuple[Chosen, Chosen]
) -> Iterator[Job]:
    """Yield what must be rendered about the cut between two shots."""
    reel = Reel(field, mezzanines)
    parts = [part for one in pair for part in reel.push(one)]
    cut = pair[0].frames
    for part in parts:
        if part.job is not None and part.record_in + part.frames >= cut:
            yield part.job


_Result = tuple[Job, Sequence[bytes] | None, str]


def _rendered(missing: Sequence[Job], jobs: int) -> Iterator[_Result]:
    if min(jobs, len(missing)) < 2:
        for job in missing:
            yield job, *_tried(job.request)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        futures = {pool.submit(_tried, job.request): job for job in missing}
        try:
            for future in as_completed(futures):
                try:
                    yield futures[future], *future.result()
                except BrokenProcessPool:
                    yield futures[future], None, "The process that rendered it died."
        finally:
            pool.shutdown(cancel_futures=True)


def _tried(request: Any) -> tuple[Sequence[bytes] | None, str]:
    try:
        return render_request(request), ""
    except GenaiError as error:
        return None, str(error)


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""
