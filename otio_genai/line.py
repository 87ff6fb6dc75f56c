"""The whole line in one call: a folder of takes in, a film out.

Products are made in a folder of their own and moved to their places at the end, so
that a run that fails leaves what was there as it was.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai import maps
from otio_genai.analyse import analyse
from otio_genai.assemble import project as projects
from otio_genai.assemble.filmtoml.filmfile import FilmFile
from otio_genai.assemble.planning.earlier import changes
from otio_genai.assemble.report import report
from otio_genai.check import check
from otio_genai.errors import InterchangeError, OutputError
from otio_genai.export import CARRIES, Fractures, export, read_timeline
from otio_genai.ingest import bin as bins
from otio_genai.ingest import ingest
from otio_genai.interchange import Loss
from otio_genai.media import files, locate
from otio_genai.render import render
from otio_genai.storyboard import draw_joins

__all__ = ["Made", "make"]

Progress = Callable[[str, int, int], None]

_NAMES = (
    "bin.otio",
    "film.otio",
    "film.premiere.xml",
    "film.resolve.xml",
    "joins.png",
    "film.mp4",
    "film.srt",
    "report.json",
)


@dataclass(frozen=True, slots=True)
class Made:
    """What `make` made."""

    timeline: otio.schema.Timeline
    "The film."
    folder: Path
    "Where its files are."
    report: dict[str, Any]
    "What ``report.json`` holds."
    summary: tuple[str, ...]
    "Five lines for a person."
    notes: tuple[str, ...] = ()
    "Files left out and warnings, a line each."
    losses: Mapping[str, Loss] = field(default_factory=dict)
    "What each editor's file could not carry."


def make(
    project: str | Path,
    output: str | Path | None = None,
    *,
    seed: int | None = None,
    force: bool = False,
    dry_run: bool = False,
    with_render: bool = True,
    cache: Path | None = None,
    progress: Progress | None = None,
    replan: bool = False,
    locked: Sequence[int] = (),
) -> Made:
    """Make a film of a project.

    Parameters
    ----------
    project
        A ``film.toml``, or a folder with one, or a bare folder of media.
    output
        Folder for the products; ``out`` in the project's folder by default.
    seed
        Another seed, another film; by default the film file's.
    force
        Replace products that are there.
    dry_run
        Plan and report; write nothing but the analysis cache.
    with_render
        Make ``film.mp4`` too, which takes most of the time.
    cache
        Folder for what was measured; the user's cache folder by default.
    progress
        Called with (stage, done, total).
    replan
        Plan the film that is there already again, moving as little as possible; its
        products are replaced.
    locked
        Joins of that film that must stay, 1 the first.

    Raises
    ------
    GenaiError
        What the stages raise: no usable take, a faulty film file, an output that
        is there already or cannot be written.
    """
    film = projects.film_file(Path(project))
    folder = Path(output) if output is not None else film.home / "out"
    before = _before(folder) if replan or locked else None
    wish = _Wish(film, seed, before, tuple(locked))
    if dry_run:
        timeline, _, told = _plan(wish, cache, progress)
        losses: dict[str, Loss] = {}
    else:
        timeline, told, losses = _produced(
            wish, folder, with_render, force or replan, cache, progress
        )
    made = "planned, nothing written" if dry_run else str(folder)
    summary = summarise(timeline, told, losses, made)
    return Made(timeline, folder, told, summary, _notes(told), losses)


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which film is asked for."""

    film: FilmFile
    seed: int | None
    before: otio.schema.Timeline | None
    locked: tuple[int, ...]


def _before(folder: Path) -> otio.schema.Timeline:
    path = folder / "film.otio"
    if not path.is_file():
        raise OutputError(
            "There is no earlier film to plan again.",
            place=str(path),
            remedy="Make the film once without --replan and --lock.",
        )
    return read_timeline(path)


def _plan(
    wish: _Wish, cache: Path | None, progress: Progress | None
) -> tuple[otio.schema.Timeline, otio.schema.SerializableCollection, dict[str, Any]]:
    film = wish.film
    found = ingest(
        film.folder,
        rate=film.rate,
        kinds=film.kinds,
        cues=film.cues,
        cache=cache,
        progress=progress,
    )
    measured = analyse(found, cache=cache, progress=progress)
    timeline = projects.assemble_film(
        measured, film, seed=wish.seed, previous=wish.before, locked=wish.locked
    )
    told = report(timeline, measured)
    if wish.before is not None:
        told["changes"] = changes(wish.before, timeline)
    told["problems"] = [problem.to_dict() for problem in check(timeline)]
    told["faults"] = [list(fault) for fault in bins.faults(measured)]
    return timeline, measured, told


def _produced(
    wish: _Wish,
    folder: Path,
    with_render: bool,
    force: bool,
    cache: Path | None,
    progress: Progress | None,
) -> tuple[otio.schema.Timeline, dict[str, Any], dict[str, Loss]]:
    """Return a film as it was planned and written, its report, and what was lost."""
    wanted = [n for n in _NAMES if with_render or n != "film.mp4"]
    with _workshop(folder, wanted, force=force) as beside:
        timeline, measured, told = _plan(wish, cache, progress)
        products = [folder / name for name in wanted]
        files.spare_originals(products, locate.originals(measured))
        places = beside, folder
        losses = _write_all(timeline, measured, told, places, with_render, progress)
    return timeline, told, losses


@contextmanager
def _workshop(folder: Path, names: Sequence[str], *, force: bool) -> Iterator[Path]:
    """Yield a folder to work in; move ``names`` from it to ``folder`` at the end."""
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        raise OutputError(
            "These files are there already:",
            place=str(folder),
            remedy="Use --force to replace them, or -o for another folder.",
            items=there,
        )
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workshop = tempfile.TemporaryDirectory(prefix=".making-", dir=folder)
    except OSError as error:
        raise OutputError(
            f"Nothing can be written there: {error.strerror}.",
            place=str(folder),
            remedy="Use -o with a folder that is yours and has room.",
        ) from error
    try:
        with workshop as beside:
            yield Path(beside)
            for name in names:
                if (Path(beside) / name).exists():
                    (Path(beside) / name).replace(folder / name)
            _move_carries(Path(beside) / CARRIES, folder / CARRIES)
    finally:
        if new and not any(folder.iterdir()):
            folder.rmdir()


def _move_carries(made: Path, home: Path) -> None:
    if made.is_dir():
        home.mkdir(exist_ok=True)
        for file in sorted(made.iterdir()):
            file.replace(home / file.name)


def _write_all(
    timeline: otio.schema.Timeline,
    measured: otio.schema.SerializableCollection,
    told: dict[str, Any],
    places: tuple[Path, Path],
    with_render: bool,
    progress: Progress | None,
) -> dict[str, Loss]:
    folder, home = places
    # Carries are rendered only by those who wait for the film to be.
    road: Fractures | None = None if with_render else "dissolve"
    (folder / "bin.otio").write_text(measured.to_json_string(), encoding="utf-8")
    losses = {"otio": export(timeline, folder / "film.otio", to="otio")}
    for target in ("premiere", "resolve"):
        try:
            path = folder / f"film.{target}.xml"
            losses[target] = export(
                timeline, path, to=target, fractures=road, home=home, progress=progress
            )
        except InterchangeError as error:
            # A rate that editors do not know still makes a film.
            told["warnings"].append(f"Nothing for {target}: {error.sentence}")
    draw_joins(timeline, folder / "joins.png", progress=progress)
    if with_render:
        render(timeline, folder / "film.mp4", progress=progress)
    told["losses"] = {target: loss.to_json() for target, loss in losses.items()}
    text = json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    return losses


def summarise(
    timeline: otio.schema.Timeline,
    told: Mapping[str, Any],
    losses: Mapping[str, Loss],
    made: str,
) -> tuple[str, ...]:
    """Return the five lines that end a run."""
    rate = maps.record_rate(timeline)
    frames = maps.length_frames(timeline)
    film = told["film"]
    counts = ", ".join(f"{n} {kind}" for kind, n in film["kinds"].items() if n)
    minutes, seconds = divmod(float(frames / rate), 60)
    lost = "; ".join(
        f"{target} {_counted(loss)}" for target, loss in losses.items() if loss.lossy
    )
    return (
        f"{timeline.name}: {film['clips']} clips, {int(minutes)}:{seconds:04.1f} "
        f"at {float(rate):.3f} fps, {film['width']}x{film['height']}",
        f"joins: {counts or 'none'}",
        film["match_line"],
        film["music_line"],
        f"{made}{f' (editors get: {lost})' if lost else ''}",
    )


def _notes(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files left out and the warnings, a line each."""
    return (
        *(f"{name}: {why}" for name, why in told["faults"]),
        *(f"passed over {name}: {why}" for name, why in told["skipped"]),
        *(f"warning: {text}" for text in told.get("warnings", [])),
    )


def _counted(loss: Loss) -> str:
    outcomes = Counter(item.outcome for item in loss.items if item.outcome != "exact")
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
