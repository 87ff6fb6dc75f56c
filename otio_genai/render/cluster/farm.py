"""A film as a job for a render farm, told as an Open Job Description.

Aim
    The job is a folder that holds all that is needed beside the media: the template,
    the timeline, and for each task the recipes of its segments. Tasks write into the
    folder and nowhere else, each file whole under its key and its hash; so a task may
    run twice, anywhere, and what it made is known to be right when the film is joined.

Conventions
    Open Job Description 2023-09 (https://github.com/OpenJobDescription): a step
    ``segments`` of one task for each part, and a step ``film`` that depends on it. The
    folder is laid out as a job bundle, the template's paths are relative to it.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import opentimelineio as otio

from otio_genai import maps
from otio_genai.errors import GenaiError, MediaError, OutputError, RenderError
from otio_genai.media import files, locate
from otio_genai.media.encoding import Encoding
from otio_genai.render.cache import SegmentCache
from otio_genai.render.cluster import task
from otio_genai.render.cluster.batches import batches, cost_px
from otio_genai.render.cluster.places import Places
from otio_genai.render.cluster.template import template
from otio_genai.render.film import Rendered, render_film
from otio_genai.render.work import suffix
from otio_genai.render.workers import Job, Place, Progress, named

__all__ = ["TEMPLATE", "join_job", "make_part", "openjd"]

#: The template's name in a job's folder.
TEMPLATE = "template.json"

_JOB, _TIMELINE, _PARTS, _SEGMENTS, _KEPT = (
    "job.json",
    "timeline.otio",
    "parts",
    "segments",
    "kept",
)
_VERSION = 1
# Pixels that a part encodes: about twenty seconds of one x264 at veryfast, since every
# task starts a program.
_PART_PX = 20 * 30 * 1920 * 1080
_DIGITS = 16


def openjd(
    timeline: otio.schema.Timeline,
    folder: str | os.PathLike[str],
    *,
    film: str = "film.mp4",
    parts: int = 1,
    progress: Progress | None = None,
    **wishes: Any,
) -> Path:
    """Write a film as a job for a render farm.

    Parameters
    ----------
    timeline
        What `otio_genai.render.render_film` takes; its media must be here.
    folder
        The job's folder, which must not be there yet.
    film
        Name of the film.
    parts
        Tasks that make segments, at least.
    progress
        As `render_film`.
    **wishes
        What the film is to be like, as `render_film`; functions cannot be sent.

    Returns
    -------
    Path
        The template.

    Raises
    ------
    OutputError
        The folder is there already, or cannot be made.
    RenderError, MediaError, TimelineError
        As `render_film`; also for wishes that a file cannot hold.
    """
    target = _fresh(folder)
    wished = {name: wish for name, wish in wishes.items() if wish is not None}
    try:
        json.dumps(wished)
    except TypeError as error:
        raise RenderError(
            f"A render farm cannot be told everything that is asked for ({error}).",
            remedy="Leave out effects that are functions, or render here.",
        ) from error
    with tempfile.TemporaryDirectory(prefix=".job-", dir=target.parent) as passing:
        made = Path(passing, target.name)
        made.mkdir()
        jobs = _planned(timeline, made, film, progress, wished)
        count = _write_parts(made, jobs, parts)
        _write(made / _TIMELINE, _moved(timeline, os.path.abspath).to_json_string())
        head = {"version": _VERSION, "versions": task.here(), "wishes": wished}
        _write(made / _JOB, _json(head))
        _write(made / TEMPLATE, _json(template(timeline.name or film, film, count)))
        made.rename(target)
    return target / TEMPLATE


def _fresh(folder: str | os.PathLike[str]) -> Path:
    target = Path(folder).absolute()
    if target.exists():
        raise OutputError(
            "There is something here already.",
            place=str(target),
            remedy="Name a folder that is not there yet.",
        )
    return files.ensure_writable(target)


class _Plan:
    """An executor that takes note of what it should do, and ends the render."""

    class Noted(Exception):  # noqa: N818 - no error but an end
        """All is known that was to be known."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def run(
        self, jobs: Sequence[Job], place: Place, progress: Progress | None = None
    ) -> NoReturn:
        """Take note of the jobs."""
        self.jobs = list(jobs)
        raise self.Noted

    def map(self, function: Any, items: Any) -> Iterator[tuple[int, Any]]:
        """Answer nothing."""
        return iter(())


def _planned(
    timeline: otio.schema.Timeline,
    folder: Path,
    film: str,
    progress: Progress | None,
    wishes: Mapping[str, Any],
) -> list[Job]:
    """Return the segments of a film; its sound is made, and kept in the folder."""
    plan = _Plan()
    with SegmentCache(folder / _KEPT) as kept:
        try:
            render_film(
                timeline,
                folder / film,
                **wishes,
                executor=plan,
                cache=kept,
                progress=progress,
            )
        except _Plan.Noted:
            return plan.jobs
    raise AssertionError("an empty cache has no segments")


def _write_parts(folder: Path, jobs: Sequence[Job], least: int) -> int:
    costs = [cost_px(job) for job in jobs]
    parts = batches(costs, min(_PART_PX, sum(costs) // least))
    (folder / _PARTS).mkdir()
    (folder / _SEGMENTS).mkdir()
    for number, places in enumerate(parts):
        told = [
            {"key": job.key, "frames": job.frames, "recipe": job.recipe}
            for job in (jobs[place] for place in places)
        ]
        _write(_part(folder, number), _json(told))
    return len(parts)


def _part(folder: Path, number: int) -> Path:
    return folder / _PARTS / f"{number:06d}.json"


def make_part(
    folder: Path,
    number: int,
    places: Places = Places(),  # noqa: B008 - it cannot change
    progress: Progress | None = None,
) -> int:
    """Make the segments of one part; return how many were not there yet.

    Raises
    ------
    RenderError
        The job is of other versions, or has no such part.
    MediaError
        Media are not here, or are others than the film was planned with.
    """
    _head(folder)
    try:
        told = json.loads(_part(folder, number).read_text("utf-8"))
    except FileNotFoundError as error:
        raise RenderError(
            f"This job has no part {number}.", place=str(folder)
        ) from error
    jobs = [Job(one["key"], one["recipe"], one["frames"]) for one in told]
    lacking = [job for job in jobs if _left(folder, job) is None]
    done, total = 0, sum(job.frames for job in lacking)
    with task.at_work():
        for job in lacking:
            digest, content = task.segment(places.local(job.recipe))
            # Nothing counts that was made of a file while it became another.
            places.local(job.recipe)
            name = f"{job.key}.{digest[:_DIGITS]}{_suffix(job)}"
            with files.write_beside(folder / _SEGMENTS / name, force=True) as beside:
                beside.write_bytes(content or b"")
            done += job.frames
            if progress is not None:
                progress("render", done, total)
    return len(lacking)


def _left(folder: Path, job: Job) -> Path | None:
    """Return a segment that a task left, if its bytes are what its name says."""
    for path in sorted((folder / _SEGMENTS).glob(f"{job.key}.*{_suffix(job)}")):
        if task.digest(path)[:_DIGITS] == path.name.split(".")[1]:
            return path
    return None


def _suffix(job: Job) -> str:
    return suffix(Encoding.from_json(job.recipe["encoding"]))


class _Left:
    """An executor that finds what tasks left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(
        self, jobs: Sequence[Job], place: Place, progress: Progress | None = None
    ) -> None:
        """Place every segment that is there, or name those that are not."""
        found = {job.key: _left(self._folder, job) for job in jobs}
        lost = [named(job) for job in jobs if found[job.key] is None]
        if lost:
            raise RenderError(
                f"{len(lost)} of {len(jobs)} segments were not made, or are damaged.",
                place=str(self._folder),
                remedy="Run the step `segments` again: what is there is kept.",
                items=lost,
            )
        with tempfile.TemporaryDirectory(prefix=".join-", dir=self._folder) as passing:
            for done, job in enumerate(jobs, 1):
                path = found[job.key]
                assert path is not None  # noqa: S101 - told above
                place(job, _also(path, Path(passing, path.name)))
                if progress is not None:
                    progress("gather", done, len(jobs))

    def map(self, function: Any, items: Any) -> Iterator[tuple[int, Any]]:
        """Answer nothing."""
        return iter(())


def _also(file: Path, name: Path) -> Path:
    """Return another name of a file, or a copy where files have but one."""
    try:
        name.hardlink_to(file)
    except OSError:
        shutil.copy(file, name)
    return name


def join_job(
    folder: Path,
    film: Path,
    places: Places = Places(),  # noqa: B008 - it cannot change
    *,
    progress: Progress | None = None,
    force: bool = False,
) -> Rendered:
    """Join the film of a job whose segments are all there.

    Raises
    ------
    RenderError
        The job is of other versions, or segments are missing; all are named.
    OutputError, MediaError
        As `render_film`.
    """
    wishes = _head(folder)["wishes"]
    if "size" in wishes:
        wishes["size"] = tuple(wishes["size"])
    planned: Any = otio.core.deserialize_json_from_file(str(folder / _TIMELINE))
    with SegmentCache(folder / _KEPT) as kept:
        return render_film(
            _moved(planned, places.there),
            film,
            **wishes,
            executor=_Left(folder),
            cache=kept,
            progress=progress,
            force=force,
        )


def _moved(
    timeline: otio.schema.Timeline, there: Callable[[str], str]
) -> otio.schema.Timeline:
    """Return a timeline whose clips name their files by other paths."""
    moved: otio.schema.Timeline = copy.deepcopy(timeline)
    for clip in moved.find_clips():
        references = clip.media_references()
        for reference in references.values():
            url = getattr(reference, "target_url", None)
            if url and maps.drawing(url) is None:
                with contextlib.suppress(MediaError):
                    reference.target_url = locate.url(there(str(locate.path(url))))
        clip.set_media_references(references, clip.active_media_reference_key)
    return moved


def _head(folder: Path) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads((folder / _JOB).read_text("utf-8"))
        version, versions = head["version"], head["versions"]
    except (OSError, ValueError, KeyError) as error:
        raise GenaiError(
            f"This is no folder of a job ({error}).",
            place=str(folder),
            remedy="Make one with `otio-genai render FILM -o FOLDER --openjd`.",
        ) from error
    if version != _VERSION or versions != task.here():
        raise RenderError(
            f"This job is for {versions}; here is {task.here()}.",
            place=str(folder),
            remedy="Install the same versions everywhere: bytes depend on them.",
        )
    return head


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
