"""Takes encoded for a show, here or in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from otio_genai.errors import GenaiError
from otio_genai.live.picture.whole import Name, Run
from otio_genai.render.cache import SegmentCache
from otio_genai.render.work import Maker

__all__ = ["BOUND_BYTES", "Progress", "Wanted", "make"]

Progress = Callable[[str, int, int], None]

#: Takes are made again only at the price of minutes: none is thrown away for room.
BOUND_BYTES = 1 << 50

_SUFFIX = ".mp4"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A take to be prepared."""

    name: Name
    first: int
    "Record frame of the take that it begins with."
    run: Run
    "What its frames show."
    key: str
    recipe: dict[str, Any]
    told: str
    "What it is called in messages."


def make(
    missing: Sequence[Wanted], cache: SegmentCache, jobs: int, report: Progress
) -> list[str]:
    """Encode takes into a cache; return a line for each that cannot be.

    Parameters
    ----------
    jobs
        Processes that encode, as many as there are takes at most; below 2 this one
        does.
    report
        Told what is done, and how much of how much.
    """
    faults = []
    report("takes", 0, len(missing))
    made = _here if jobs < 2 or not missing else _elsewhere
    for done, (one, fault) in enumerate(made(missing, cache, jobs), 1):
        if fault:
            faults.append(f"{one.told}: {fault}")
        report("takes", done, len(missing))
    return faults


def _here(
    missing: Sequence[Wanted], cache: SegmentCache, jobs: int
) -> Iterable[tuple[Wanted, str]]:
    with Maker() as maker:
        for one in missing:
            yield one, _made(maker, cache, one.key, one.recipe)


def _elsewhere(
    missing: Sequence[Wanted], cache: SegmentCache, jobs: int
) -> Iterable[tuple[Wanted, str]]:
    context = get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(missing)), context) as pool:
        futures = {
            pool.submit(_apart, cache.folder, one.key, one.recipe): one
            for one in missing
        }
        for future in as_completed(futures):
            try:
                fault = future.result()
            except BrokenProcessPool:
                fault = "the process that encoded it died"
            yield futures[future], fault


def _apart(folder: Path, key: str, recipe: dict[str, Any]) -> str:
    """Encode one take in a process of its own; return what is wrong."""
    try:
        with SegmentCache(folder, BOUND_BYTES) as cache, Maker() as maker:
            return _made(maker, cache, key, recipe)
    except GenaiError as error:
        return str(error)


def _made(maker: Maker, cache: SegmentCache, key: str, recipe: dict[str, Any]) -> str:
    try:
        maker.make(recipe, cache.adding(key, _SUFFIX))
        maker.settle()
    except GenaiError as error:
        return str(error)
    return ""
