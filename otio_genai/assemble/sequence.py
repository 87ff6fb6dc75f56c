"""The timeline itself: picture, voice and bed as stock OpenTimelineIO objects."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble import fracture, mix
from otio_genai.assemble.candidates import Opening, Take, framing
from otio_genai.assemble.grid import Music
from otio_genai.assemble.style import Style

__all__ = ["Film", "Shot", "build"]

_VERSION = 1
# A still has no time of its own: this far in, it has handles on both sides.
_INTO_STILL_S = 60


@dataclass(frozen=True, slots=True)
class Film:
    """What holds for the whole film."""

    title: str
    rate: Fraction
    size: tuple[int, int]
    style: Style
    seed: int
    music: Music


@dataclass(frozen=True, slots=True)
class Shot:
    """A take in its slot."""

    take: Take
    frames: int
    "Length in record frames."
    opening: Opening
    leaving: tuple[float, ...]
    "Motion before its out-point, fw/s."
    entering: tuple[float, ...]
    "Motion after its in-point, fw/s."
    planned: str
    "Planned kind of the join before it; empty for the first."

    @property
    def record_in(self) -> int:
        """In-point in record frames from the take's first."""
        if self.take.still:
            return math.floor(_INTO_STILL_S * self.take.rate)
        return self.opening.record_in

    @property
    def handles(self) -> tuple[int, int]:
        """Whole record frames of media before the in and after the out point."""
        return self.record_in, self.take.end - self.record_in - self.frames


def build(
    film: Film,
    shots: Sequence[Shot],
    bed: otio.schema.Clip | None,
    voices: Sequence[mix.Sound],
    warnings: Sequence[str],
) -> otio.schema.Timeline:
    """Return the timeline of the shots, the bed and the voices."""
    total = sum(shot.frames for shot in shots)
    told = list(warnings)
    timeline = otio.schema.Timeline(
        film.title, global_start_time=rates.time(0, film.rate)
    )
    timeline.tracks.append(_picture(film, shots))
    if voices:
        timeline.tracks.append(_voice(film, voices, bed))
    if bed is not None:
        timeline.tracks.append(_bed(film, bed, voices, total, told))
    facts = {
        "title": film.title,
        "rate": rates.text(film.rate),
        "width": film.size[0],
        "height": film.size[1],
        "sample_rate": 48_000,
        "length_frames": total,
        "style": film.style.to_dict(),
        "seed": film.seed,
        "warnings": told,
        "version": _VERSION,
    }
    metadata.put(timeline, "film", facts)
    return timeline


def _picture(film: Film, shots: Sequence[Shot]) -> otio.schema.Track:
    track = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    opening = round(Fraction(film.style.fade_in_s) * film.rate)
    if opening:
        track.append(_dissolve(film.rate, 0, min(opening, shots[0].frames), "fade"))
    clock = 0
    for index, shot in enumerate(shots):
        clip = _clip(shot, film.rate)
        if index:
            offsets = _carry_offsets(film, shots[index - 1], shot)
            join = _join(film, shots[index - 1], shot, clock, offsets)
            metadata.put(clip, "join", join)
            if join["kind"] == "carry":
                track.append(_dissolve(film.rate, *offsets, "carry"))
        track.append(clip)
        clock += shot.frames
    closing = round(Fraction(film.style.fade_out_s) * film.rate)
    if closing:
        track.append(_dissolve(film.rate, min(closing, shots[-1].frames), 0, "fade"))
    return track


def _clip(shot: Shot, rate: Fraction) -> otio.schema.Clip:
    reference = copy.deepcopy(shot.take.clip.media_reference)
    begin_s = rates.seconds(reference.available_range.start_time)
    clip = otio.schema.Clip(
        shot.take.clip.name,
        reference,
        otio.opentime.TimeRange(
            otio.opentime.RationalTime(
                float(begin_s * rate + shot.record_in), float(rate)
            ),
            rates.time(shot.frames, rate),
        ),
    )
    if shot.opening.keys:
        metadata.put(clip, "framing", framing(shot.opening.keys))
    return clip


def _carry_offsets(film: Film, before: Shot, after: Shot) -> tuple[int, int]:
    """Return the frames a carry gets on each side: what was asked for, or less."""
    if after.planned != "carry":
        return 0, 0
    half = max(1, round(Fraction(film.style.carry_s) * film.rate / 2))
    into = min(half, after.handles[0], before.frames // 2)
    out = min(half, before.handles[1], after.frames // 2)
    return max(0, into), max(0, out)


def _dissolve(rate: Fraction, into: int, out: int, kind: str) -> otio.schema.Transition:
    made = otio.schema.Transition(
        name=kind,
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=rates.time(into, rate),
        out_offset=rates.time(out, rate),
    )
    metadata.put(made, "carry", {"kind": kind, "fallback": "dissolve"})
    return made


def _join(
    film: Film, before: Shot, after: Shot, cut: int, offsets: tuple[int, int]
) -> dict[str, Any]:
    half = max(1, round(Fraction(film.style.carry_s) * film.rate / 2))
    verdict = fracture.judge(
        after.planned,
        before.leaving,
        after.entering,
        film.style,
        offsets=offsets,
        wanted=half,
    )
    sure = min(before.take.confidence, after.take.confidence)
    if sure == 0 and verdict.kind != "carry":
        why = "the motion of these takes is not known"
        verdict = fracture.Verdict("open", verdict.score, why)
    place, distance = _nearest(film.music, cut, film.rate)
    why = verdict.why
    if place and distance == 0:
        at = rates.timecode(cut, film.rate)
        why += f"; on {_ARTICLES[place]} {place} at {at}"
    return {
        "kind": verdict.kind,
        "planned": after.planned,
        "score": round(verdict.score, 4),
        "confidence": round(sure, 3),
        "motion_out": [round(v, 5) for v in before.leaving],
        "motion_in": [round(v, 5) for v in after.entering],
        "place": place,
        "distance_frames": distance,
        "why": why,
    }


_ARTICLES = {"phrase": "a", "downbeat": "a", "beat": "a", "onset": "an"}


def _nearest(music: Music, cut: int, rate: Fraction) -> tuple[str | None, int | None]:
    """Return the nearest musical place and the frames from it to the cut."""
    places = {"phrase": music.phrases_s}
    if music.has_beat:
        places |= {"downbeat": music.downbeats_s, "beat": music.beats_s}
    else:
        places |= {"onset": music.onsets_s}
    best: tuple[str | None, int | None] = (None, None)
    for place, times_s in places.items():
        for time_s in times_s:
            distance = cut - rates.frame_with(time_s, rate)
            if best[1] is None or abs(distance) < abs(best[1]):
                best = (place, distance)
    return best


def _voice(
    film: Film, voices: Sequence[mix.Sound], bed: otio.schema.Clip | None
) -> otio.schema.Track:
    track = otio.schema.Track("Voice", kind=otio.schema.TrackKind.Audio)
    clips = [sound.clip for sound in voices]
    _, gains = mix.gains_db(bed, clips, film.style)
    clock = 0
    for sound, gain_db in zip(voices, gains, strict=True):
        if sound.record_in > clock:
            gap = rates.span(0, sound.record_in - clock, film.rate)
            track.append(otio.schema.Gap(source_range=gap))
        clip = _sound_clip(sound.clip, sound.frames, film.rate)
        metadata.put(clip, "levels", mix.levels(sound.frames, gain_db, film.rate))
        track.append(clip)
        clock = sound.record_in + sound.frames
    return track


def _bed(
    film: Film,
    bed: otio.schema.Clip,
    voices: Sequence[mix.Sound],
    total: int,
    told: list[str],
) -> otio.schema.Track:
    track = otio.schema.Track("Bed", kind=otio.schema.TrackKind.Audio)
    frames = min(total, mix.length_frames(bed, film.rate))
    if frames < total:
        rest_s = float((total - frames) / film.rate)
        told.append(f"The music ends {rest_s:.1f} s before the film; silence follows.")
    clips = [sound.clip for sound in voices]
    gain_db, _ = mix.gains_db(bed, clips, film.style)
    words = [span for sound in voices for span in sound.words_s]
    depth = mix.depth_db(bed, clips, film.style) if words else 0.0
    clip = _sound_clip(bed, frames, film.rate)
    levels = mix.levels(
        frames,
        gain_db,
        film.rate,
        ducked=mix.duck(words, depth, film.style),
        fade_in_s=film.style.bed_fade_in_s,
        fade_out_s=film.style.bed_fade_out_s,
    )
    metadata.put(clip, "levels", levels)
    track.append(clip)
    return track


def _sound_clip(
    clip: otio.schema.Clip, frames: int, rate: Fraction
) -> otio.schema.Clip:
    reference = copy.deepcopy(clip.media_reference)
    return otio.schema.Clip(clip.name, reference, rates.span(0, frames, rate))
