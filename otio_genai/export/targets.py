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
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.check import check
from otio_genai.export.captions import CaptionsFile, captions, captions_path
from otio_genai.export.roads import Fractures, Road, take_road
from otio_genai.export.writers import Target, target
from otio_genai.interchange.fielded import fielded
from otio_genai.interchange.loss import Loss, LossItem
from otio_genai.media import files, locate

__all__ = ["CARRIES", "export"]

#: Folder of baked carries, beside the exported file.
CARRIES = "carries"

_BLACK = "#000000"

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
    order = _Order(to, target(to), Path(path), fractures, home, plan, force)
    beside = _captions(timeline, order) if with_captions else None
    written, owed = _script(timeline, order)
    _ensure_free(timeline, order, beside)
    lost = _carried_out(timeline, order, beside, progress)
    if written and not plan:
        with files.write_beside(order.script, force=force) as fresh:
            fresh.write_text(written, encoding="utf-8", newline="\n")
    lost += owed
    lost += _ground(timeline, order) + _field(timeline, order)
    return lost + _notes(timeline, beside)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be written where, and what may become of carries."""

    to: str
    chosen: Target
    place: Path
    fractures: Fractures | None
    home: str | os.PathLike[str] | None
    plan: bool
    force: bool

    @property
    def road(self) -> Road:
        return self.fractures or self.chosen.road

    @property
    def script(self) -> Path:
        """Where a target's script lies, if it has one."""
        return self.place.with_suffix(".py")

    @property
    def folders(self) -> tuple[Path, Path]:
        """Where baked files are made, and where they are named."""
        made = self.place.parent / CARRIES
        return made, made if self.home is None else Path(self.home) / CARRIES


def _script(timeline: otio.schema.Timeline, order: _Order) -> tuple[str, Loss]:
    """Return the target's script, where it has one, and what that cannot do."""
    if order.chosen.script is None:
        return "", Loss()
    return order.chosen.script(timeline)


def _captions(timeline: otio.schema.Timeline, order: _Order) -> CaptionsFile | None:
    """Return the captions to lie beside the file, where there are any."""
    text, count = ("", 0) if order.chosen.own else captions(timeline)
    if not text:
        return None
    return CaptionsFile(captions_path(order.place, order.to), text, count)


def _ensure_free(
    timeline: otio.schema.Timeline, order: _Order, beside: CaptionsFile | None
) -> None:
    """Refuse to replace media of the film, or anything unasked."""
    targets = [order.place] if beside is None else [order.place, beside.path]
    if order.chosen.script is not None:
        targets.append(order.script)
    files.spare_originals(targets, locate.originals(timeline))
    if order.plan:
        return
    files.ensure_writable(order.place, force=order.force)
    if order.chosen.script is not None:
        files.ensure_writable(order.script, force=order.force)
    if beside is not None and not beside.is_there():
        files.ensure_writable(beside.path, force=order.force)


def _carried_out(
    timeline: otio.schema.Timeline,
    order: _Order,
    beside: CaptionsFile | None,
    progress: Progress | None,
) -> Loss:
    """Write everything, and return what was lost; if that fails, leave nothing."""
    folder, _ = order.folders
    before = _files(folder)
    altered = copy.deepcopy(timeline)
    try:
        baked = _baked(altered, order, progress)
        written = _write(altered, order)
        if beside is not None and not order.plan:
            beside.write(force=order.force)
    except BaseException:
        _remove(_files(folder), before, folder)
        raise
    return baked + written


def _baked(
    altered: otio.schema.Timeline, order: _Order, progress: Progress | None
) -> Loss:
    """Bake what the target cannot hold, in place, and take carries along the road."""
    road, folders, plan = order.road, order.folders, order.plan
    lost, _ = take_road(altered, road, folders, plan=plan, progress=progress)
    if road == "bake" and order.chosen.lacking and _retimes(altered):
        # What renders is loaded only by those who bake.
        from otio_genai.export.retimed import bake_speeds

        slowed, _ = bake_speeds(altered, order.chosen.lacking, folders, plan=plan)
        lost += slowed
    return lost


def _retimes(timeline: otio.schema.Timeline) -> bool:
    return any(
        isinstance(effect, otio.schema.TimeEffect)
        for clip in timeline.find_clips()
        for effect in clip.effects
    )


def _write(altered: otio.schema.Timeline, order: _Order) -> Loss:
    if order.plan:
        with tempfile.TemporaryDirectory(prefix="otio-genai-") as folder:
            return order.chosen.write(altered, Path(folder) / order.place.name)
    with files.write_beside(order.place, force=order.force) as fresh:
        return order.chosen.write(altered, fresh)


def _ground(timeline: otio.schema.Timeline, order: _Order) -> Loss:
    """Tell of a film that is not laid on black: other formats know no such thing."""
    colour = str(metadata.read(timeline, "film", {}).get("background") or _BLACK)
    if order.chosen.own or colour == _BLACK:
        return Loss()
    remedy = f"Lay a colour matte of {colour} under the pictures."
    return Loss((LossItem("background", "dropped", "black beside pictures", remedy),))


def _field(timeline: otio.schema.Timeline, order: _Order) -> Loss:
    """Tell what of a field one film of it cannot hold."""
    if order.chosen.own:
        return Loss()
    return fielded(timeline, takes=order.chosen.takes)


def _notes(timeline: otio.schema.Timeline, beside: CaptionsFile | None) -> Loss:
    absent = [p.text for p in check(timeline) if p.code == "media-missing"]
    # A file that many clips use is missing once.
    notes = tuple(t.replace("Its media", "A file") for t in dict.fromkeys(absent))
    return Loss(() if beside is None else (beside.told,), notes)


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
