"""What each sample sounds; see `otio_genai.maps` for the conventions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.maps.layout import Overlap, Placed, layout, record_rate
from otio_genai.maps.retime import speed

__all__ = ["SILENCE_DB", "SoundSpan", "gain", "sound_map"]

#: Levels at or below this many decibels are silence.
SILENCE_DB = -96.0

_AUDIO = otio.schema.TrackKind.Audio


@dataclass(frozen=True, slots=True)
class SoundSpan:
    """One stretch of one sound."""

    track: str
    "Name of the audio track."
    clip: otio.schema.Clip
    "The clip it belongs to."
    url: str
    "Target URL of the sound."
    record_in_samples: int
    "First sample on the record side."
    record_out_samples: int
    "Sample after the last."
    source_in_s: Fraction
    "Seconds into the media of the first sample."
    levels: tuple[tuple[int, float], ...]
    "(sample from the span's start, amplitude factor), linear between."
    fade_in_samples: int = 0
    "Length of a fade from silence, on top of the levels."
    fade_out_samples: int = 0
    "Length of a fade to silence, on top of the levels."
    speed: Fraction = Fraction(1)
    "Media seconds a second; negative backwards, 0 silent; the mean of one that varies."
    channels: tuple[int, ...] = ()
    "Channels of the media that are heard, from 1; empty for all."
    fade_in_curve: str = "gain"
    "``gain`` for straight gains, ``power`` for equal power."
    fade_out_curve: str = "gain"
    "The same of the fade to silence."
    varies: bool = False
    "The speed varies; what is heard runs at its mean."
    track_number: int = 0
    "Number of the timeline's audio track it is heard from, from 1."


def gain(level_db: float) -> float:
    """Return the amplitude factor of a level in decibels; silence below the floor."""
    return 0.0 if level_db <= SILENCE_DB else float(10 ** (level_db / 20))


def sound_map(
    timeline: otio.schema.Timeline, sample_rate: int = 48_000
) -> list[SoundSpan]:
    """Return every stretch of sound, track by track, in order.

    Parameters
    ----------
    timeline
        Any timeline with audio tracks; disabled tracks and clips are silent.
    sample_rate
        Samples per second on the record side.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    rate = record_rate(timeline)
    return [
        replace(span, track_number=number)
        for number, track in enumerate(timeline.audio_tracks(), 1)
        for span in _track_sounds(track, rate, sample_rate)
    ]


def _track_sounds(
    track: otio.schema.Track, rate: Fraction, sample_rate: int
) -> Iterator[SoundSpan]:
    if not track.enabled:
        return
    placed, overlaps, _ = layout(track, rate)
    for index, spot in enumerate(placed):
        if not spot.item.enabled:
            continue
        if isinstance(spot.item, otio.schema.Stack):
            yield from _nested(spot, rate, sample_rate)
        if not isinstance(spot.item, otio.schema.Clip):
            continue
        url = getattr(spot.item.media_reference, "target_url", None)
        if not url:
            continue
        head = next((o for o in overlaps if o.after == index), None)
        tail = next((o for o in overlaps if o.before == index), None)
        yield _sound_span(track.name, spot, (head, tail), rate, sample_rate)


def _nested(spot: Placed, rate: Fraction, sample_rate: int) -> Iterator[SoundSpan]:
    """Give the sounds within a nested sequence, cut to what is used of it.

    A transition at its edges is heard as a cut.
    """
    begin, end = (
        rates.sample_at(frames, rate, sample_rate)
        for frames in (spot.record_in, spot.record_out)
    )
    trim = spot.item.source_range
    first = 0 if trim is None else rates.frames_at(rates.seconds(trim.start_time), rate)
    offset = rates.sample_at(spot.record_in - first, rate, sample_rate)
    for track in spot.item:
        if not isinstance(track, otio.schema.Track) or track.kind != _AUDIO:
            continue
        for span in _track_sounds(track, rate, sample_rate):
            low = max(span.record_in_samples + offset, begin)
            high = min(span.record_out_samples + offset, end)
            if low < high:
                yield _cut_to(span, offset, low, high, sample_rate)


def _cut_to(
    span: SoundSpan, offset: int, low: int, high: int, sample_rate: int
) -> SoundSpan:
    early = low - span.record_in_samples - offset
    late = span.record_out_samples + offset - high
    return replace(
        span,
        record_in_samples=low,
        record_out_samples=high,
        source_in_s=span.source_in_s + early * span.speed / sample_rate,
        levels=tuple((sample - early, level) for sample, level in span.levels),
        fade_in_samples=max(0, span.fade_in_samples - early),
        fade_out_samples=max(0, span.fade_out_samples - late),
    )


def _sound_span(
    track: str,
    spot: Placed,
    ends: tuple[Overlap | None, Overlap | None],
    rate: Fraction,
    sample_rate: int,
) -> SoundSpan:
    head, tail = ends
    begin = spot.record_in - (head.in_frames if head else 0)
    end = spot.record_out + (tail.out_frames if tail else 0)
    first = rates.sample_at(begin, rate, sample_rate)
    own = rates.sample_at(spot.record_in, rate, sample_rate)
    levels = metadata.read(spot.item, "levels") or [[0, 0.0]]
    keys = tuple(
        (
            rates.sample_at(spot.record_in + int(frame), rate, sample_rate) - first,
            gain(level_db),
        )
        for frame, level_db in levels
    )
    run = speed(spot.item, rate)
    return SoundSpan(
        track=track,
        clip=spot.item,
        url=spot.item.media_reference.target_url,
        record_in_samples=first,
        record_out_samples=rates.sample_at(end, rate, sample_rate),
        source_in_s=run.at(0)[0] - Fraction(own - first, sample_rate) * run.factor,
        levels=keys,
        fade_in_samples=_overlap_samples(head, rate, sample_rate),
        fade_out_samples=_overlap_samples(tail, rate, sample_rate),
        speed=run.factor,
        channels=tuple(metadata.read(spot.item, "channels") or ()),
        fade_in_curve=head.curve if head else "gain",
        fade_out_curve=tail.curve if tail else "gain",
        varies=bool(run.keys),
    )


def _overlap_samples(overlap: Overlap | None, rate: Fraction, sample_rate: int) -> int:
    if overlap is None:
        return 0
    begin = rates.sample_at(overlap.cut - overlap.in_frames, rate, sample_rate)
    return rates.sample_at(overlap.cut + overlap.out_frames, rate, sample_rate) - begin
