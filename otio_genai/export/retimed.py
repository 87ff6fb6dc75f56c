"""Retimed clips rendered at the film's own rate, for formats that know no such speed.

The file holds the very frames that the clip shows, one for each record frame, as large
as the take and half a second further on either side where the take goes on. Framing,
opacity and markers stay with the clip; its sound is not touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError, OutputError
from otio_genai.export import rendered
from otio_genai.export.sites import account_of, sequences
from otio_genai.export.windows import HANDLE_S, digest, media_file
from otio_genai.interchange.account import clean
from otio_genai.interchange.loss import Loss
from otio_genai.maps.layout import Placed, layout
from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import MediaFacts, probe

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

__all__ = ["bake_speeds"]

_NAME_DIGITS = 10


@dataclass(frozen=True, slots=True)
class _Run:
    """The frames of a take that a file is made of."""

    source: Path
    size: tuple[int, int]
    numbers: tuple[int, ...]
    head: int

    def name(self, rate: Fraction) -> str:
        told = repr((digest(self.source), self.size, self.numbers, str(rate)))
        letters = hashlib.blake2b(told.encode()).hexdigest()[:_NAME_DIGITS]
        return f"speed_{letters}.mp4"

    def pictures(self) -> Iterator[VideoFrame]:
        with FrameReader(self.source) as reader:
            for number in self.numbers:
                yield reader.frame(number)


def bake_speeds(
    timeline: otio.schema.Timeline,
    lacking: Collection[str],
    folders: tuple[Path, Path],
    *,
    plan: bool = False,
) -> tuple[Loss, list[Path]]:
    """Render the retimed takes that a format cannot hold, in place.

    Parameters
    ----------
    timeline
        A copy of the caller's.
    lacking
        What the format has not: ``"speed"``, ``"reverse"``, ``"freeze frame"``,
        ``"variable speed"``.
    folders
        Where files are made, and where they are named.
    plan
        Alter the timeline as if they were rendered, but render nothing.

    Returns
    -------
    Loss
        An item for each clip that was baked; what cannot be is left to the writer.
    list of Path
        Files that were made.

    Raises
    ------
    OutputError
        Files cannot be written there.
    """
    rate = maps.record_rate(timeline)
    told, made = Loss(), []
    for nest in sequences(timeline):
        account = account_of(timeline, rate, outermost=not nest.name)
        for track, placed, kind in _retimed(nest.stack, rate):
            run = _run(placed, rate) if kind in lacking else None
            if run is None:
                continue
            name = run.name(rate)
            try:
                if not plan and _write(run, name, folders, rate):
                    made.append(folders[0] / name)
            except OutputError:
                raise
            except GenaiError:
                continue
            _replace(placed, run, folders[1] / name, rate)
            account.add(
                kind,
                "baked",
                f"its pictures at the film's rate, {name}",
                track=clean(track.name),
                item=clean(placed.item.name),
                span=(placed.record_in, placed.record_out),
            )
        told += account.loss()
    return told, made


def _retimed(
    stack: otio.schema.Stack, rate: Fraction
) -> Iterator[tuple[otio.schema.Track, Placed, str]]:
    """Give the pictures of unusual speed, with their tracks and what is unusual."""
    for track in stack:
        if isinstance(track, otio.schema.Track) and track.kind == "Video":
            for placed in layout(track, rate)[0]:
                kind = _kind(placed, rate)
                if kind:
                    yield track, placed, kind


def _kind(placed: Placed, rate: Fraction) -> str:
    """Return what is unusual about a clip's speed; nothing for its own."""
    clip = placed.item
    if not isinstance(clip, otio.schema.Clip):
        return ""
    if not any(isinstance(e, otio.schema.TimeEffect) for e in clip.effects):
        return ""
    run = maps.speed(clip, rate)
    if run.keys:
        return "variable speed"
    if run.factor <= 0:
        return "reverse" if run.factor else "freeze frame"
    return "speed" if run.factor != 1 else ""


def _run(placed: Placed, rate: Fraction) -> _Run | None:
    """Return the frames to render; None for what is no take that can be read."""
    clip = placed.item
    source = media_file(getattr(clip.media_reference, "target_url", ""))
    if source is None or not clip.enabled:
        return None
    try:
        facts = probe(source)
    except GenaiError:
        return None
    size = facts.width, facts.height
    length = placed.record_out - placed.record_in
    if (
        facts.rate is None
        or not facts.frames
        or not length
        or size[0] % 2 + size[1] % 2
    ):
        return None
    run, source_rate = maps.speed(clip, rate), _rate(clip, facts)
    most = rates.frames_at(HANDLE_S, rate)
    numbers = [run.source_frame(k, source_rate) for k in range(-most, length + most)]
    whole = [0 <= number < facts.frames for number in numbers]
    head = next((k for k in range(most) if not whole[most - 1 - k]), most)
    after = most + length
    tail = next((k for k in range(most) if not whole[after + k]), most)
    used = numbers[most - head : after + tail]
    held = tuple(min(max(number, 0), facts.frames - 1) for number in used)
    return _Run(source, size, held, head)


def _rate(clip: otio.schema.Clip, facts: MediaFacts) -> Fraction:
    kept = metadata.read(clip.media_reference, "media", {})
    stated = rates.rate(kept["rate"]) if "rate" in kept else facts.rate
    return stated or Fraction(1)


def _write(run: _Run, name: str, folders: tuple[Path, Path], rate: Fraction) -> bool:
    frames = len(run.numbers)
    if any(rendered.is_there(folder / name, frames) for folder in folders):
        return False
    rendered.write(folders[0] / name, run.size, rate, run.pictures())
    return True


def _replace(placed: Placed, run: _Run, file: Path, rate: Fraction) -> None:
    clip = placed.item
    before = clip.trimmed_range().start_time
    slate = metadata.read(clip.media_reference, "slate")
    clip.media_reference = rendered.reference(file, len(run.numbers), rate, run.size)
    metadata.put(clip.media_reference, "slate", slate)
    length = placed.record_out - placed.record_in
    clip.source_range = rates.span(run.head, length, rate)
    for marker in clip.markers:
        span = marker.marked_range
        after_s = rates.seconds(span.start_time) - rates.seconds(before)
        start = run.head + rates.frames_at(after_s, rate)
        lasts = rates.frames_at(rates.seconds(span.duration), rate)
        marker.marked_range = rates.span(start, lasts, rate)
    kept = [e for e in clip.effects if not isinstance(e, otio.schema.TimeEffect)]
    clip.effects[:] = kept
