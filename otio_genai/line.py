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

from otio_genai import maps, metadata
from otio_genai.analyse import analyse
from otio_genai.assemble import project as projects
from otio_genai.assemble.edited import as_before, picture_track, settled
from otio_genai.assemble.edited.baked import baked_spans
from otio_genai.assemble.edited.known import Known
from otio_genai.assemble.filmtoml.filmfile import FilmFile
from otio_genai.assemble.planning.earlier import changes
from otio_genai.assemble.report import report
from otio_genai.check import check
from otio_genai.errors import InterchangeError, OutputError
from otio_genai.export import CARRIES, Fractures, export, read, read_timeline
from otio_genai.export.originals import as_originals
from otio_genai.export.through import as_given
from otio_genai.ingest import bin as bins
from otio_genai.ingest import ingest
from otio_genai.interchange import Loss
from otio_genai.interchange.diff import Diff, diff
from otio_genai.interchange.diff.hands import left_alone, sound_changed
from otio_genai.maps.layout import layout
from otio_genai.media import files, locate
from otio_genai.render import render
from otio_genai.storyboard import draw_joins

__all__ = ["Made", "make", "reassemble"]

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


def reassemble(
    bin: otio.schema.SerializableCollection,
    film: FilmFile,
    edited: str | Path,
    *,
    before: otio.schema.Timeline | None = None,
    seed: int | None = None,
    sequence: str | None = None,
) -> tuple[otio.schema.Timeline, Diff | None]:
    """Return a film that came back from an editor, planned around what she did.

    Parameters
    ----------
    bin
        What ``analyse`` returned; it is not changed.
    film
        The film file.
    edited
        The file that came back, of any editor.
    before
        The film that went out. What she left alone stays then as it was there, sound
        included where the length is the same, and so do name, size, start, rate, seed
        and style that the film file leaves open; if she changed nothing, and neither
        the film file nor ``seed`` ask for another, it is returned itself. Otherwise
        all of hers is kept as her file has it.
    seed
        Instead of the film file's.
    sequence
        Which sequence of the file, by name; by default its first.

    Returns
    -------
    Timeline
        The film.
    Diff
        What she did; ``None`` without ``before``.

    Raises
    ------
    GenaiError
        The file cannot be read, or no film can be made around it.
    """
    came = read(edited, sequence=sequence)[0]
    timeline = as_originals(came, edited, there=True)
    if before is None:
        return projects.assemble_edited(bin, film, timeline, seed=seed), None
    given = as_given(before, edited, sequence=sequence)
    found = diff(as_originals(given, edited), as_originals(came, edited))
    wish = as_before(film, before, given, timeline)
    if found.same and _as_it_was(bin, before, wish, seed):
        return before.deepcopy(), found
    made = projects.assemble_edited(
        bin,
        wish,
        timeline,
        seed=seed,
        untouched=_untouched(before, timeline, found),
        keep_sound=sound_changed(found),
        before=before,
    )
    return made, found


def _as_it_was(
    bin: otio.schema.SerializableCollection,
    before: otio.schema.Timeline,
    wish: FilmFile,
    seed: int | None,
) -> bool:
    """Tell whether a film is all that is asked for, and the bin has its pictures."""
    facts = metadata.read(before, "film", {})
    known = Known(bin)
    asked = {
        "title": (wish.title, before.name or wish.title),
        "width": (wish.width, facts.get("width")),
        "height": (wish.height, facts.get("height")),
        "seed": (wish.seed if seed is None else seed, facts.get("seed", wish.seed)),
        "style": (wish.style.to_dict(), facts.get("style", wish.style.to_dict())),
        "rate": (wish.rate, maps.record_rate(before)),
    }
    clips = [
        item for item in picture_track(before) if isinstance(item, otio.schema.Clip)
    ]
    return all(one == other for one, other in asked.values()) and all(
        known.entry(clip) is not None
        or not metadata.read(clip.media_reference, "media")
        for clip in clips
    )


def _untouched(
    before: otio.schema.Timeline, edited: otio.schema.Timeline, found: Diff
) -> dict[int, otio.schema.Clip]:
    """Return the clips that an editor left alone as they were, by index in hers."""
    placed, overlaps, _ = layout(picture_track(before), maps.record_rate(before))
    clips = {spot.record_in: spot.item for spot in placed}
    carried = {lap.cut for lap in overlaps if lap.recipe.get("kind") == "carry"}
    number = edited.video_tracks().index(picture_track(edited)) + 1
    left = left_alone(found, number, carried=carried)
    alone = {
        index: clips[place.record_in]
        for index, place in left.items()
        if isinstance(clips.get(place.record_in), otio.schema.Clip)
    }
    baked = baked_spans(edited, maps.record_rate(edited))
    return alone if baked else settled(alone)
