"""The film written: every record frame once, sound beside it, nothing half done.

Frames are counted, never timed: record frame ``k`` is the ``k``-th picture of the
file, and sample ``n`` the ``n``-th of its sound. Pictures are made in segments that
are kept, the sound in one piece that is kept too; both are joined by copying packets.
What was made once is not made again, whatever became of the run that made it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai.deliver.presets import preset as preset_of
from otio_genai.deliver.refusing import ensure_suffix, overweight
from otio_genai.errors import OutputError
from otio_genai.maps import STILL_SUFFIXES
from otio_genai.media import files, locate
from otio_genai.media.join import join
from otio_genai.media.segment import ISO_SUFFIXES
from otio_genai.render.beside import Beside
from otio_genai.render.cache import SegmentCache
from otio_genai.render.making import make
from otio_genai.render.plan import Plan, make_plan
from otio_genai.render.settings import Settings, Wish, in_shape, settle
from otio_genai.render.sound.programme import Programme, programme
from otio_genai.render.sound.stems import Stems, apart
from otio_genai.render.sound.stems import stems as write_stems
from otio_genai.render.sources import Sources, Watched
from otio_genai.render.unheard import heard as heard_in
from otio_genai.render.workers import Executor

__all__ = ["Progress", "Rendered", "render", "render_film"]

_SUFFIXES = (*ISO_SUFFIXES, ".mkv")

#: Called with what is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a render made."""

    path: Path
    "The film."
    rate: Fraction
    "Frames per second."
    size: tuple[int, int]
    "Width and height in pixels."
    frames: int
    "Pictures in the film."
    samples: int
    "Samples of sound at 48 kHz; 0 for a film without."
    plain_frames: int
    "Pictures that went from decoder to encoder without being composed."
    segments: int
    "Pieces in which the pictures were encoded."
    made: int
    "How many of them were made now; the others were kept from before."
    damaged: int
    "Kept files that were no longer what they were, and were made again."
    sound: Programme | None
    "How loud the sound was and is; its path is the film's."
    stems: tuple[Path, ...]
    "The sound of each track, where that was asked for."
    notes: tuple[str, ...]
    "What differs from the timeline, one sentence each."


def render(
    timeline: otio.schema.Timeline,
    path: str | os.PathLike[str],
    **wishes: Any,
) -> Path:
    """Render a timeline to a film.

    Every record frame shows what `otio_genai.picture_map` says. Use `render_film`
    for the record of what was made; all parameters are the same.

    Returns
    -------
    Path
        The film.

    Examples
    --------
    >>> render(timeline, "film.mp4", deliver="youtube")  # doctest: +SKIP
    PosixPath('film.mp4')
    """
    return render_film(timeline, path, **wishes).path


def render_film(
    timeline: otio.schema.Timeline,
    path: str | os.PathLike[str],
    *,
    deliver: str | None = None,
    size: tuple[int, int] | None = None,
    crf: float | None = None,
    preset: str | None = None,
    encoder: str | None = None,
    loudness: str | float | None = None,
    captions: bool = False,
    reframe: bool | None = None,
    pad: str | None = None,
    stems: str | os.PathLike[str] | None = None,
    effects: Mapping[str, Callable[..., Any]] | None = None,
    strict: bool = False,
    executor: Executor | None = None,
    cache: SegmentCache | bool = True,
    progress: Progress | None = None,
    force: bool = False,
) -> Rendered:
    """Render a timeline and return the record of it.

    Parameters
    ----------
    timeline
        Any timeline whose media are on this computer; it is not changed.
    path
        The film to write: ``.mp4``, ``.mov`` or ``.mkv``.
    deliver
        A delivery preset, such as ``"youtube"``, that settles all of what follows
        down to loudness where nothing else is said.
    size
        (width, height) in pixels, both even; by default the timeline's own, else
        its first picture's.
    crf, preset
        Quality and speed of x264: 18 and ``"veryfast"`` by default.
    encoder
        Another encoder, or ``"auto"``; see `otio_genai.deliver.encoders`.
    loudness
        ``"web"``, ``"broadcast"``, ``"podcast"``, a number of LUFS, or ``"none"``: as
        the timeline has it, turned down where its true peak would pass -1 dBTP.
    captions
        Burn the film's captions in.
    reframe
        Find the part of each shot that matters where the film gets another shape;
        by default for delivery presets.
    pad
        Show clips whole on a colour in place of that: ``"#rrggbb"`` or ``"own"``.
    stems
        Folder for the sound of each track as a WAV; made if it is not there.
    effects
        Functions from a moviepy clip to a moviepy clip that clips may name.
    strict
        Refuse a film of which media changed or are too short, in place of noting it.
    executor
        Who makes segments: this process by default, see `otio_genai.render.workers`.
    cache
        Where segments are kept; True for the one of the user, False for none.
    progress
        Called with what is done (``"listen"``, ``"render · shot"``, ``"join"``), how
        much of it, and of how much.
    force
        Overwrite a file that is there.

    Raises
    ------
    RenderError
        Media are missing (all are listed), nothing is shown, or what was asked for
        cannot be.
    OutputError
        The film cannot be written there, or is there already, or there is no room.
    MediaError
        A file turns out to be unreadable; nothing is left behind.
    TimelineError
        The timeline states no rate.
    """
    files.spare_originals([path], locate.originals(timeline))
    target = files.ensure_writable(path, force=force)
    goal = preset_of(deliver) if deliver else None
    _ensure_film(target)
    if goal is not None:
        ensure_suffix(target, goal)
    report = progress or _silent
    wish = Wish(deliver, size, crf, preset, encoder, loudness)
    settings = settle(wish, timeline)
    shaped = timeline
    if pad is not None or (deliver is not None if reframe is None else reframe):
        shaped = in_shape(timeline, settings.size, pad, report)
    plan = make_plan(shaped, settings.size, effects=effects, captions=captions)
    plan = heard_in(plan, strict=strict)
    sources = Sources(shaped, plan, strict=strict)
    with (
        _kept(cache, target) as kept,
        apart(plan.sounds, stems, force=force) if stems else nullcontext() as home,
    ):

        def sounding(report: Progress) -> tuple[Programme | None, Stems | None]:
            heard = _heard(plan, settings, kept, sources, report)
            return heard, _apart(plan, heard, home, report)

        with Beside(sounding, report) as beside:
            made = make(
                plan,
                settings.encoding,
                sources,
                kept,
                executor,
                beside.progress,
                functions=effects,
                sound=settings.sound,
            )
            heard, parts = beside.result()
        joined = join(
            target,
            made.files,
            plan.rate,
            sound=heard.path if heard else None,
            metadata={"title": plan.name},
            force=force,
            progress=report,
        )
        return Rendered(
            path=target,
            rate=plan.rate,
            size=plan.size,
            frames=joined.frames,
            samples=plan.samples if heard else 0,
            plain_frames=made.plain_frames,
            segments=len(made.files),
            made=made.fresh,
            damaged=kept.damaged,
            sound=heard and replace(heard, path=target),
            stems=tuple(Path(stems, p.name) for p in parts.paths)
            if stems and parts
            else (),
            notes=(
                *plan.notes,
                *(heard.notes if heard else ()),
                *(parts.notes if parts else ()),
                *sources.notes,
                *(overweight(target.stat().st_size, goal) if goal else ()),
            ),
        )


def _ensure_film(target: Path) -> None:
    suffix = target.suffix.lower()
    if suffix in _SUFFIXES:
        return
    remedy = "Write .mp4, .mov or .mkv."
    if suffix in STILL_SUFFIXES:
        pattern = f"{target.stem}-%06d{target.suffix}"
        remedy = f"For images name a frame, or a pattern such as {pattern}."
    raise OutputError(
        f"No films are written as {target.suffix or 'a file without a suffix'}.",
        place=str(target),
        remedy=remedy,
    )


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""


@contextmanager
def _kept(cache: SegmentCache | bool, target: Path) -> Iterator[SegmentCache]:
    """Give the cache to work with; one that is not kept lies beside the film."""
    if isinstance(cache, SegmentCache):
        yield cache
    elif cache:
        with SegmentCache() as usual:
            yield usual
    else:
        with (
            tempfile.TemporaryDirectory(prefix=".render-", dir=target.parent) as folder,
            SegmentCache(Path(folder)) as passing,
        ):
            yield passing


def _apart(
    plan: Plan, heard: Programme | None, folder: Path | None, report: Progress
) -> Stems | None:
    if folder is None or heard is None:
        return None
    return write_stems(
        plan.sounds, plan.samples, folder, gain_db=heard.gain_db, progress=report
    )


def _placed(
    parts: Stems | None, folder: str | os.PathLike[str] | None
) -> tuple[Path, ...]:
    if parts is None or folder is None:
        return ()
    return tuple(Path(folder) / path.name for path in parts.paths)


def _heard(
    plan: Plan,
    settings: Settings,
    kept: SegmentCache,
    sources: Sources,
    report: Progress,
) -> Programme | None:
    if not plan.sounds:
        return None
    urls = {span.url for span in plan.sounds}
    return programme(
        plan.sounds,
        plan.samples,
        target=settings.loudness,
        encoding=settings.sound,
        cache=Watched(kept, lambda: sources.ensure_unchanged(urls)),
        identities=sources.sounds,
        progress=report,
    )
