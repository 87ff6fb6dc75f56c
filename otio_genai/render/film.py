"""The film written: every record frame once, sound beside it, nothing half done.

Frames are counted, never timed: record frame ``k`` is the ``k``-th picture of the
file, and after ``k`` pictures the file holds ``sample_at(k)`` samples.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from otio_genai import rates
from otio_genai.media import files, locate
from otio_genai.media.write import FilmWriter
from otio_genai.render.compose import composite, frame_of
from otio_genai.render.pictures import Pictures
from otio_genai.render.plan import SAMPLE_RATE, Plan, make_plan
from otio_genai.render.sound import Mixer, safe_gain, true_peak

__all__ = ["Progress", "Rendered", "render", "render_film"]

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
    "Pictures that went from decoder to encoder without RGB."
    peak_dbtp: float
    "True peak of the mix as the timeline has it; minus infinity for silence."
    gain_db: float
    "Constant gain that was laid on the sound, 0 or less."
    notes: tuple[str, ...]
    "What differs from the timeline, one sentence each."


def render(
    timeline: otio.schema.Timeline,
    path: str | os.PathLike[str],
    *,
    size: tuple[int, int] | None = None,
    crf: float = 18,
    preset: str = "veryfast",
    progress: Progress | None = None,
    force: bool = False,
) -> Path:
    """Render a timeline to a film of H.264 and AAC.

    Every record frame shows what `otio_genai.picture_map` says. Use `render_film`
    for the record of what was made.

    Parameters
    ----------
    timeline
        Any timeline whose media are on this computer; it is not changed.
    path
        The film to write: ``.mp4``, ``.mov`` or ``.mkv``.
    size
        (width, height) in pixels, both even; by default the timeline's own, else
        its first picture's.
    crf, preset
        Quality and speed of x264.
    progress
        Called with ``"listen"`` and ``"render"``, the frames done, and all of them.
    force
        Overwrite a file that is there.

    Returns
    -------
    Path
        The film.

    Raises
    ------
    RenderError
        Media are missing (all are listed), nothing is shown, or the size is odd.
    OutputError
        The film cannot be written there, or is there already.
    MediaError
        A file turns out to be unreadable; nothing is left behind.
    TimelineError
        The timeline states no rate.

    Examples
    --------
    >>> render(timeline, "film.mp4")  # doctest: +SKIP
    PosixPath('film.mp4')
    """
    return render_film(
        timeline,
        path,
        size=size,
        crf=crf,
        preset=preset,
        progress=progress,
        force=force,
    ).path


def render_film(
    timeline: otio.schema.Timeline,
    path: str | os.PathLike[str],
    *,
    size: tuple[int, int] | None = None,
    crf: float = 18,
    preset: str = "veryfast",
    progress: Progress | None = None,
    force: bool = False,
) -> Rendered:
    """Render a timeline and return the record of it; all else as `render`."""
    files.spare_originals([path], locate.originals(timeline))
    target = files.ensure_writable(path, force=force)
    plan = make_plan(timeline, size)
    report = progress or _silent
    with (
        Pictures(plan.size) as pictures,
        Mixer(plan.sounds, plan.samples) as mixer,
    ):
        peak = _listen(plan, mixer, report)
        gain = safe_gain(peak)
        with FilmWriter(
            target,
            *plan.size,
            plan.rate,
            SAMPLE_RATE if plan.sounds else None,
            crf=crf,
            preset=preset,
            force=force,
        ) as writer:
            _write(plan, writer, pictures, mixer, gain, report)
        return _record(target, plan, peak, gain, pictures.held)


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""


def _listen(plan: Plan, mixer: Mixer, report: Progress) -> float:
    if not plan.sounds:
        return 0.0

    def heard(samples: int) -> None:
        frames = rates.frame_at(Fraction(samples, SAMPLE_RATE), plan.rate)
        report("listen", min(frames, plan.frames), plan.frames)

    return true_peak(mixer, heard)


def _write(
    plan: Plan,
    writer: FilmWriter,
    pictures: Pictures,
    mixer: Mixer,
    gain: float,
    report: Progress,
) -> None:
    per_second = math.ceil(plan.rate)
    written = 0
    for done, picture in enumerate(_frames(plan, pictures), 1):
        writer.video(picture)
        if plan.sounds and (done % per_second == 0 or done == plan.frames):
            until = rates.sample_at(done, plan.rate, SAMPLE_RATE)
            block = mixer.block(written, until - written)
            writer.sound(block if gain == 1 else block * np.float32(gain))
            written = until
        report("render", done, plan.frames)


def _frames(plan: Plan, pictures: Pictures) -> Iterator[VideoFrame | NDArray[np.uint8]]:
    for span in plan.spans:
        if span.plain:
            for layers in span.frames:
                yield pictures.yuv(layers[0])
            continue
        clip: Any = composite(span, pictures, plan.rate)
        for frame in range(span.start_frames, span.stop_frames):
            yield frame_of(clip, span, frame, plan.rate)


def _record(
    path: Path, plan: Plan, peak: float, gain: float, held: dict[str, int]
) -> Rendered:
    gain_db = 20 * math.log10(gain)
    peak_dbtp = 20 * math.log10(peak) if peak > 0 else -math.inf
    notes = []
    if gain < 1:
        notes.append(
            f"The sound was turned down by {-gain_db:.1f} dB: "
            f"its true peak would have been {peak_dbtp:+.1f} dBTP."
        )
    notes += [
        f"{name}: the file is shorter than the timeline says; "
        f"its last frame was held {count} frames longer."
        for name, count in held.items()
    ]
    return Rendered(
        path=path,
        rate=plan.rate,
        size=plan.size,
        frames=plan.frames,
        samples=plan.samples if plan.sounds else 0,
        plain_frames=sum(len(span.frames) for span in plan.spans if span.plain),
        peak_dbtp=peak_dbtp,
        gain_db=gain_db,
        notes=tuple(notes),
    )
