"""What each sample sounds; see `otio_genai.maps` for the conventions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.maps.layout import Overlap, Placed, layout, record_rate, source_in

__all__ = ["SILENCE_DB", "SoundSpan", "gain", "sound_map"]

#: Levels at or below this many decibels are silence.
SILENCE_DB = -96.0


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
    "Length of a linear fade from silence, on top of the levels."
    fade_out_samples: int = 0
    "Length of a linear fade to silence, on top of the levels."


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
    spans: list[SoundSpan] = []
    for track in timeline.audio_tracks():
        if track.enabled:
            spans += _track_sounds(track, rate, sample_rate)
    return spans


def _track_sounds(
    track: otio.schema.Track, rate: Fraction, sample_rate: int
) -> Iterator[SoundSpan]:
    placed, overlaps, _ = layout(track, rate)
    for index, spot in enumerate(placed):
        clip = spot.item
        if not isinstance(clip, otio.schema.Clip) or not clip.enabled:
            continue
        url = getattr(clip.media_reference, "target_url", None)
        if not url:
            continue
        head = next((o for o in overlaps if o.after == index), None)
        tail = next((o for o in overlaps if o.before == index), None)
        yield _sound_span(track.name, spot, (head, tail), rate, sample_rate)


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
    in_s, _ = source_in(spot.item)
    return SoundSpan(
        track=track,
        clip=spot.item,
        url=spot.item.media_reference.target_url,
        record_in_samples=first,
        record_out_samples=rates.sample_at(end, rate, sample_rate),
        source_in_s=in_s - Fraction(own - first, sample_rate),
        levels=keys,
        fade_in_samples=_overlap_samples(head, rate, sample_rate),
        fade_out_samples=_overlap_samples(tail, rate, sample_rate),
    )


def _overlap_samples(overlap: Overlap | None, rate: Fraction, sample_rate: int) -> int:
    if overlap is None:
        return 0
    begin = rates.sample_at(overlap.cut - overlap.in_frames, rate, sample_rate)
    return rates.sample_at(overlap.cut + overlap.out_frames, rate, sample_rate) - begin
