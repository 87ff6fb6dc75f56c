"""What is wrong with a timeline, all of it at once.

`check` looks at any timeline, ours or another editor's, and names every problem with
its place in record timecode and a remedy. It opens no media beyond asking whether a
file exists.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.deliver import presets, refusing
from otio_genai.errors import GenaiError
from otio_genai.media import locate

__all__ = ["Problem", "check"]

# More record frames than any film has.
_FOR_EVER = 10**9


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    severity: Literal["error", "warning"]
    "An error stops a render or an export; a warning does not."
    place: str
    "Track, clip and record timecode."
    text: str
    "What is wrong, as a sentence."
    remedy: str
    "What to do about it."
    code: str = ""
    "A name for programs: ``media-missing``, ``no-media``, a refusal's, or empty."

    def to_dict(self) -> dict[str, str]:
        """Return the problem as JSON carries it."""
        return asdict(self)


def check(
    timeline: otio.schema.Timeline,
    *,
    base: Path | None = None,
    deliver: str | None = None,
) -> list[Problem]:
    """Return everything that is wrong with ``timeline``.

    Parameters
    ----------
    timeline
        Any timeline; it is not changed.
    base
        Folder that relative media URLs start from.
    deliver
        Name of a delivery preset: what would be refused there is wrong too.

    Returns
    -------
    list of Problem
        In the order of tracks and record time; empty when all is well.

    Raises
    ------
    RenderError
        There is no preset of that name.
    """
    preset = presets.preset(deliver) if deliver else None
    try:
        rate = maps.record_rate(timeline)
        end = maps.length_frames(timeline)
    except GenaiError as error:
        place = error.place or "timeline"
        return [Problem("error", place, error.sentence, error.remedy or "")]
    found: list[Problem] = []
    if end == 0:
        remedy = "Assemble it from takes first."
        found.append(Problem("error", "timeline", "The timeline is empty.", remedy))
    if preset is not None:
        found += [
            Problem(one.severity, preset.name, one.text, one.remedy, one.code)
            for one in refusing.refusals(refusing.film_of(timeline), preset)
        ]
    for track in timeline.tracks:
        if isinstance(track, otio.schema.Track):
            found += _check_track(track, rate, base)
    return found


def _check_track(
    track: otio.schema.Track, rate: Fraction, base: Path | None
) -> Iterator[Problem]:
    clock = Fraction(0)
    for item in track:
        if isinstance(item, otio.schema.Transition):
            yield from _check_transition(track, item, _place(track, item, clock, rate))
            continue
        place = _place(track, item, clock, rate)
        if isinstance(item, otio.schema.Clip):
            yield from _check_clip(item, place, rate, base)
        elif isinstance(item, otio.schema.Stack):
            yield from _check_nested(item, rate, base)
        if item.source_range is not None:
            duration_s = rates.seconds(item.source_range.duration)
            if (duration_s * rate).denominator != 1:
                yield Problem(
                    "warning",
                    place,
                    "Its length is no whole number of record frames.",
                    f"Trim it to whole frames at {float(rate):.3f} fps.",
                )
            clock += duration_s
        else:
            clock += rates.seconds(item.duration())


def _check_nested(
    stack: otio.schema.Stack, rate: Fraction, base: Path | None
) -> Iterator[Problem]:
    # What is wrong within is told in the nested sequence's own time.
    for track in stack:
        if isinstance(track, otio.schema.Track):
            for problem in _check_track(track, rate, base):
                name = stack.name or "nested sequence"
                yield replace(problem, place=f"{name}: {problem.place}")


def _place(
    track: otio.schema.Track,
    item: otio.core.Composable,
    clock: Fraction,
    rate: Fraction,
) -> str:
    at = rates.timecode(rates.frames_at(clock, rate), rate)
    return f"{track.name or track.kind}, {item.name or 'unnamed'}, {at}"


def _check_clip(
    clip: otio.schema.Clip, place: str, rate: Fraction, base: Path | None
) -> Iterator[Problem]:
    reference = clip.media_reference
    if isinstance(reference, otio.schema.ImageSequenceReference):
        yield from _check_images(reference, place, base)
        return
    if not isinstance(reference, otio.schema.ExternalReference):
        if isinstance(reference, otio.schema.MissingReference):
            remedy = "Link it to a file."
            yield Problem("error", place, "It has no media.", remedy, "no-media")
        return
    path = locate.path(reference, base)
    if not path.is_file():
        remedy = "Put the file back, or relink the clip."
        text = f"Its media is missing: {path}."
        yield Problem("error", place, text, remedy, "media-missing")
    if reference.available_range is None:
        yield Problem(
            "warning",
            place,
            "The range of its media is not stated.",
            "Ingest the file, so that handles can be checked.",
        )
        return
    head, tail = handles(clip, rate)
    if head < 0 or tail < 0:
        yield Problem(
            "error",
            place,
            f"It reaches {max(-head, -tail)} record frames beyond its media.",
            "Trim it to what the file holds.",
        )


def _check_images(
    reference: otio.schema.ImageSequenceReference, place: str, base: Path | None
) -> Iterator[Problem]:
    count = reference.number_of_images_in_sequence()
    # Its first and last picture stand for all of them.
    for number in sorted({0, count - 1}) if count > 0 else ():
        path = locate.path(reference.target_url_for_image_number(number), base)
        if not path.is_file():
            text = f"Its media is missing: {path}."
            remedy = "Put the file back, or relink the clip."
            yield Problem("error", place, text, remedy, "media-missing")


def handles(clip: otio.schema.Clip, rate: Fraction) -> tuple[int, int]:
    """Return the record frames of media before the in and after the out point.

    Negative where the clip reaches beyond its media; a still has handles as long
    as its available range, a held frame as long as the film.
    """
    available = clip.media_reference.available_range
    facts = metadata.read(clip.media_reference, "media", {})
    exact_s = rates.seconds(available.duration)
    if facts.get("kind") == "take" and "rate" in facts:
        exact_s = int(facts["frames"]) / rates.rate(facts["rate"])
    run = maps.speed(clip, rate)
    (in_s, leaving_in), (out_s, leaving_out) = run.at(0), run.at(run.length_frames)
    if leaving_in == leaving_out == 1:
        first = rates.frames_at(in_s, rate)
        # A record frame that begins on the take's last frame may end after it.
        return first, math.ceil(exact_s * rate) - first - run.length_frames
    head_s = in_s if leaving_in >= 0 else exact_s - in_s
    tail_s = exact_s - out_s if leaving_out >= 0 else out_s
    return (
        _frames_of(head_s, leaving_in, rate, math.floor),
        _frames_of(tail_s, leaving_out, rate, math.ceil),
    )


def _frames_of(
    media_s: Fraction, slope: Fraction, rate: Fraction, whole: Callable[[Fraction], int]
) -> int:
    """Return the record frames that a stretch of media lasts at a speed."""
    if slope == 0:
        return _FOR_EVER if media_s >= 0 else math.floor(media_s * rate)
    return whole(media_s * rate / abs(slope))


def _check_transition(
    track: otio.schema.Track, item: otio.schema.Transition, place: str
) -> Iterator[Problem]:
    try:
        kept = metadata.read(item, "carry")
        carry = maps.Carry.read(kept) if isinstance(kept, dict) else None
    except GenaiError as error:
        yield Problem("error", place, error.sentence, error.remedy or "")
        return
    before, after = track.neighbors_of(item)
    if carry is not None:
        yield from _check_carry((before, after), carry.half_s, place)
    for clip, offset, side in (
        (before, item.out_offset, "after the cut, of the outgoing clip"),
        (after, item.in_offset, "before the cut, of the incoming clip"),
    ):
        if not isinstance(clip, otio.schema.Clip):
            continue
        reference = clip.media_reference
        if reference is None or reference.available_range is None:
            continue
        rate = rates.of(offset)
        head, tail = handles(clip, rate)
        room = max(tail if clip is before else head, 0)
        wanted = int(offset.value)
        if wanted <= room:
            continue
        if carry is None:
            yield Problem(
                "error",
                place,
                f"It needs {wanted} frames {side}; the media has {room}.",
                "Shorten the transition, or trim the clip to leave a handle.",
            )
        else:
            yield Problem(
                "warning",
                place,
                f"Where other tools make a dissolve of this carry they want {wanted} "
                f"frames {side}; the media has {room}.",
                "Render the film, or trim the clip to leave a handle.",
            )


def _check_carry(
    clips: tuple[otio.core.Composable | None, otio.core.Composable | None],
    half_s: Fraction,
    place: str,
) -> Iterator[Problem]:
    for clip, which in zip(clips, ("outgoing", "incoming"), strict=True):
        if not isinstance(clip, otio.schema.Clip) or clip.source_range is None:
            continue
        length_s = rates.seconds(clip.source_range.duration)
        if length_s < half_s:
            yield Problem(
                "warning",
                place,
                f"The {which} clip lasts {float(length_s):.2f} s, its half of the "
                f"carry {float(half_s):.2f} s: the movement begins or ends abruptly.",
                "Lengthen the clip, or shorten the carry.",
            )
