"""To an editor: what becomes of carries, then its file, then what it cannot carry.

Nothing is overwritten unasked, nothing is left half-written, and what was made on the
way is removed when the export fails.
"""

from __future__ import annotations

import contextlib
import copy
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio

from otio_genai.check import check
from otio_genai.export.captions import captions, captions_path
from otio_genai.export.roads import Fractures, take_road
from otio_genai.export.writers import Target, target
from otio_genai.interchange.loss import Loss, LossItem
from otio_genai.media import files, locate

__all__ = ["CARRIES", "export"]

#: Folder of baked carries, beside the exported file.
CARRIES = "carries"

Progress = Callable[[str, int, int], None]


def export(
    timeline: otio.schema.Timeline,
    path: str | os.PathLike[str],
    *,
    to: str,
    fractures: Fractures | None = None,
    home: str | os.PathLike[str] | None = None,
    with_captions: bool = True,
    plan: bool = False,
    progress: Progress | None = None,
    force: bool = False,
) -> Loss:
    """Write ``timeline`` for another program.

    Parameters
    ----------
    timeline
        What to write; it is not changed.
    path
        The file to make.
    to
        A name of `TARGETS`.
    fractures
        What becomes of carries: keyframes of both clips (``"native"``), their
        rendered pictures on a track of their own (``"bake"``), ``"dissolve"``, or
        ``"cut"`` with a marker; by default the target's own road. With ``"bake"``
        retimed clips are rendered too where the target has no such speed.
        Files of baked carries lie in the folder ``carries`` beside ``path``; what is
        there and unchanged is used again.
    home
        The folder that ``path`` and ``carries`` are moved to afterwards, if they are:
        what is written names the carries there.
    with_captions
        Write what the film's voices say as ``.srt`` beside the file.
    plan
        Account for everything, but write nothing.
    progress
        Called with ``"bake"``, the frames rendered, and all of them.
    force
        Replace files that are there.

    Returns
    -------
    Loss
        What was approximated, baked or dropped, item by item; empty is a promise.
        Media files that are not there are noted, each once: the editor will ask.

    Raises
    ------
    InterchangeError
        The target or the road is unknown, the target's format cannot hold the
        timeline's rate, or its adapter is not installed.
    OutputError
        A file is there already, is media of the film, or cannot be written.
    """
    chosen = target(to)
    place = Path(path)
    said, lines = ("", 0) if chosen.own or not with_captions else captions(timeline)
    beside = captions_path(place, to) if said else None
    targets = [place] if beside is None else [place, beside]
    files.spare_originals(targets, locate.originals(timeline))
    if not plan:
        files.ensure_writable(place, force=force)
        if beside is not None:
            _ensure_captions(beside, said, force)
    folder = place.parent / CARRIES
    there = folder if home is None else Path(home) / CARRIES
    altered = copy.deepcopy(timeline)
    road = fractures or chosen.road
    before = _files(folder)
    try:
        roads, _ = take_road(
            altered, road, (folder, there), plan=plan, progress=progress
        )
        if road == "bake" and chosen.lacking and _retimes(altered):
            # What renders is loaded only by those who bake.
            from otio_genai.export.retimed import bake_speeds

            places = folder, there
            slowed, _ = bake_speeds(altered, chosen.lacking, places, plan=plan)
            roads += slowed
        written = _write(altered, place, chosen, plan=plan, force=force)
        if beside is not None and not plan and not _holds(beside, said):
            with files.write_beside(beside, force=force) as fresh:
                fresh.write_text(said, encoding="utf-8", newline="\n")
    except BaseException:
        _remove(_files(folder), before, folder)
        raise
    return roads + written + _notes(timeline, beside, lines)


def _retimes(timeline: otio.schema.Timeline) -> bool:
    return any(
        isinstance(effect, otio.schema.TimeEffect)
        for clip in timeline.find_clips()
        for effect in clip.effects
    )


def _write(
    timeline: otio.schema.Timeline,
    place: Path,
    chosen: Target,
    *,
    plan: bool,
    force: bool,
) -> Loss:
    if plan:
        with tempfile.TemporaryDirectory(prefix="otio-genai-") as folder:
            return chosen.write(timeline, Path(folder) / place.name)
    with files.write_beside(place, force=force) as beside:
        return chosen.write(timeline, beside)


def _notes(timeline: otio.schema.Timeline, beside: Path | None, lines: int) -> Loss:
    absent = [p.text for p in check(timeline) if p.code == "media-missing"]
    # A file that many clips use is missing once.
    notes = tuple(t.replace("Its media", "A file") for t in dict.fromkeys(absent))
    if beside is None:
        return Loss(notes=notes)
    counted = f"{lines} captions" if lines > 1 else "1 caption"
    gets = f"{beside.name} beside the file, {counted} from 00:00:00"
    return Loss((LossItem("captions", "exact", gets),), notes)


def _ensure_captions(path: Path, said: str, force: bool) -> None:
    if not _holds(path, said):
        files.ensure_writable(path, force=force)


def _holds(path: Path, said: str) -> bool:
    """Tell whether these very captions are there, as another export left them."""
    try:
        return path.is_file() and path.read_bytes() == said.encode()
    except OSError:
        return False


def _files(folder: Path) -> frozenset[Path] | None:
    """Return what is in a folder; None if it is not there."""
    return frozenset(folder.iterdir()) if folder.is_dir() else None


def _remove(
    now: frozenset[Path] | None, before: frozenset[Path] | None, folder: Path
) -> None:
    """Remove what was rendered since, and the folder if it was made for it."""
    for path in (now or frozenset()) - (before or frozenset()):
        path.unlink(missing_ok=True)
    if now is not None and before is None:
        with contextlib.suppress(OSError):
            folder.rmdir()
