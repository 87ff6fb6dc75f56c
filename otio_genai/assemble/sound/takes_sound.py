"""The takes' own sound: kept, or mixed low, with split edits and cross-fades.

Conventions
    Record frames throughout; a source frame is counted in record frames from the
    media's first picture, where its sound begins too. A split edit moves the border
    of two sounds away from their cut: above 0 the outgoing goes on under the next
    picture (L), below 0 the incoming begins before its own (J); by no more than the
    media has beyond the cut, nor than half of the shot it reaches into. Cross-fades are
    stock transitions of equal power where both sounds go on far enough, else short
    fades.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import (
    CEILING_DBTP,
    SILENT_LUFS,
    Programme,
    part,
)
from otio_genai.assemble.style import Style

__all__ = [
    "Heard",
    "Placed",
    "lay",
    "loudest_lufs",
    "own_db",
    "sound_clip",
    "takes_track",
]

# What is softer than the programme by more than this is mostly noise.
_MOST_LIFT_DB = 12.0
# Longer than any take.
_WHOLE_S = 1e6


@dataclass(frozen=True, slots=True)
class Heard:
    """A shot as far as its sound is concerned."""

    clip: otio.schema.Clip
    "The bin's clip."
    record_in: int
    "Its first record frame."
    frames: int
    "Its length in record frames."
    source_in_frames: int
    "Its in-point, in record frames from the media's first."
    head_frames: int
    "Record frames of media before the in-point."
    tail_frames: int
    "Record frames of media after the out-point."
    sounds: bool
    "Whether the take has sound."
    split_s: float | None = None
    "Split edit of the join before it; None is the style's."


@dataclass(frozen=True, slots=True)
class Placed:
    """The sound of a take where it is heard."""

    clip: otio.schema.Clip
    record_in: int
    frames: int
    source_in_frames: int
    gain_db: float
    fade_in_frames: int = 0
    "Fade from silence by level."
    fade_out_frames: int = 0
    "Fade to silence by level."
    cross_frames: tuple[int, int] = (0, 0)
    "Cross-fade with the sound before it: frames before and after its start."


def lay(
    shots: Sequence[Heard],
    rate: Fraction,
    style: Style,
    *,
    gain_db: float | None = None,
    levelled: bool = False,
) -> list[Placed]:
    """Return the sounds of the takes that are heard, in order, never overlapping.

    Parameters
    ----------
    shots
        The shots of the film in order, each beginning where the one before ends.
    rate
        Record rate.
    style
        What becomes of the takes' sound.
    gain_db
        The same for all of them; None levels what is heard of each to the programme.
    levelled
        Whether each is levelled by how loud all of it is, before that gain.
    """
    if style.takes_sound == "drop":
        return []
    sounding = [shot.sounds and _audible(shot, rate) for shot in shots]
    borders = _borders(shots, sounding, rate, style)
    placed: list[tuple[int, Placed]] = []
    for index, shot in enumerate(shots):
        if not sounding[index]:
            continue
        begin, end = borders[index : index + 2]
        source_in = shot.source_in_frames + begin - shot.record_in
        spot = Placed(shot.clip, begin, end - begin, source_in, 0.0)
        if gain_db is None:
            level_db = _gain_db(spot, rate, style)
        else:
            level_db = gain_db + (own_db(shot.clip, style) if levelled else 0.0)
        placed.append((index, replace(spot, gain_db=level_db)))
    return _faded(placed, shots, rate, style)


def loudest_lufs(placed: Sequence[Placed], rate: Fraction) -> float | None:
    """Return the loudness of the loudest of the sounds at its gain, if any is known."""
    known = [
        found.integrated_lufs + spot.gain_db
        for spot in placed
        if (found := _part(spot.clip, spot.source_in_frames, spot.frames, rate))
    ]
    return max(known, default=None)


def _audible(shot: Heard, rate: Fraction) -> bool:
    found = _part(shot.clip, shot.source_in_frames, shot.frames, rate)
    return found is None or found.integrated_lufs >= SILENT_LUFS


def _part(
    clip: otio.schema.Clip, source_in: int, frames: int, rate: Fraction
) -> Programme | None:
    begin_s, end_s = source_in / rate, (source_in + frames) / rate
    return part(clip.media_reference, float(begin_s), float(end_s))


def own_db(clip: otio.schema.Clip, style: Style) -> float:
    """Return the gain that brings all of a take's sound to the programme, or below."""
    return _levelling_db(part(clip.media_reference, 0.0, _WHOLE_S), style)


def _gain_db(spot: Placed, rate: Fraction, style: Style) -> float:
    """Return the gain that brings a sound to the programme, or below it."""
    found = _part(spot.clip, spot.source_in_frames, spot.frames, rate)
    return _levelling_db(found, style)


def _levelling_db(found: Programme | None, style: Style) -> float:
    below_db = style.takes_below_lu if style.takes_sound == "mix" else 0.0
    target = mix.PROFILES_LUFS[style.profile]
    if target is None or found is None:
        return -below_db
    # One bang in one take shall not turn down the whole film.
    wanted_db = min(
        target - below_db - found.integrated_lufs,
        CEILING_DBTP - found.true_peak_dbtp,
        _MOST_LIFT_DB,
    )
    return round(wanted_db, 2)


def _borders(
    shots: Sequence[Heard], sounding: Sequence[bool], rate: Fraction, style: Style
) -> list[int]:
    """Return where one sound ends and the next begins, and the end of the last."""
    found = [shot.record_in for shot in shots]
    for index in range(1, len(shots)):
        before, after = shots[index - 1], shots[index]
        split_s = style.split_s if after.split_s is None else after.split_s
        moved = rates.frames_at(abs(split_s), rate)
        cut = after.record_in
        if split_s > 0 and sounding[index - 1]:
            cut += min(moved, before.tail_frames, (after.frames - 1) // 2)
        elif split_s < 0 and sounding[index]:
            cut -= min(moved, after.head_frames, (before.frames - 1) // 2)
        found[index] = cut
    last = shots[-1].record_in + shots[-1].frames if shots else 0
    return [*found, last]


def _faded(
    placed: Sequence[tuple[int, Placed]],
    shots: Sequence[Heard],
    rate: Fraction,
    style: Style,
) -> list[Placed]:
    """Return the sounds with their fades and cross-fades."""
    fade = rates.frames_at(style.takes_fade_s, rate)
    done: list[Placed] = []
    for number, (index, spot) in enumerate(placed):
        spot = replace(spot, fade_in_frames=fade, fade_out_frames=fade)
        if index == 0:
            opening = rates.frames_at(style.fade_in_s, rate)
            spot = replace(spot, fade_in_frames=max(fade, opening))
        if index == len(shots) - 1:
            closing = rates.frames_at(style.fade_out_s, rate)
            spot = replace(spot, fade_out_frames=max(fade, closing))
        if number and placed[number - 1][0] == index - 1:
            before = done[-1]
            into, out = _cross(before, spot, shots[index - 1], shots[index], fade)
            # A fade on each side of a border takes half the time of one across it.
            rest = 0 if into + out else (fade + 1) // 2
            done[-1] = replace(before, fade_out_frames=rest)
            spot = replace(spot, fade_in_frames=rest, cross_frames=(into, out))
        done.append(spot)
    return done


def _cross(
    before: Placed, after: Placed, leaving: Heard, entering: Heard, fade: int
) -> tuple[int, int]:
    """Return how far a cross-fade reaches to both sides, as the media allow."""
    border = after.record_in
    head = entering.head_frames + border - entering.record_in
    tail = leaving.tail_frames + entering.record_in - border
    into = max(0, min(head, before.frames // 2))
    out = max(0, min(tail, after.frames // 2))
    # Equal sides where there are any: every editor keeps those as they are.
    half = min((fade + 1) // 2, into, out)
    return (half, half) if half else (min(fade, into), min(fade, out))


def takes_track(
    placed: Sequence[Placed], rate: Fraction, *, ducked: Sequence[mix.Duck] = ()
) -> otio.schema.Track:
    """Return the audio track "Takes".

    Parameters
    ----------
    placed
        What `lay` returned.
    rate
        Record rate.
    ducked
        Ducks in record seconds, taken over where a sound lies under them.
    """
    track = otio.schema.Track("Takes", kind=otio.schema.TrackKind.Audio)
    clock = 0
    for spot in placed:
        if spot.record_in > clock:
            gap = rates.span(0, spot.record_in - clock, rate)
            track.append(otio.schema.Gap(source_range=gap))
        if any(spot.cross_frames):
            track.append(_cross_fade(spot.cross_frames, rate))
        track.append(_laid(spot, rate, ducked))
        clock = spot.record_in + spot.frames
    return track


def _cross_fade(frames: tuple[int, int], rate: Fraction) -> otio.schema.Transition:
    made = otio.schema.Transition(
        name="cross-fade",
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=rates.time(frames[0], rate),
        out_offset=rates.time(frames[1], rate),
    )
    # Unlike sounds add by power: straight gains would dip by 3 dB between them.
    metadata.put(made, "curve", "power")
    return made


def _laid(spot: Placed, rate: Fraction, ducked: Sequence[mix.Duck]) -> otio.schema.Clip:
    begin_s = float(spot.record_in / rate)
    length_s = float(spot.frames / rate)
    own = [
        tuple((time_s - begin_s, level_db) for time_s, level_db in curve)
        for curve in ducked
        if curve[0][0] < begin_s + length_s and curve[-1][0] > begin_s
    ]
    clip = sound_clip(spot.clip, spot.source_in_frames, spot.frames, rate)
    levels = mix.levels(
        spot.frames,
        spot.gain_db,
        rate,
        ducked=own,
        fade_in_s=float(spot.fade_in_frames / rate),
        fade_out_s=float(spot.fade_out_frames / rate),
    )
    metadata.put(clip, "levels", levels)
    return clip


def sound_clip(
    clip: otio.schema.Clip, source_in: int, frames: int, rate: Fraction
) -> otio.schema.Clip:
    """Return a clip of a medium's sound, on record frames.

    Parameters
    ----------
    clip
        The bin's clip.
    source_in
        In-point in record frames from the start of the medium.
    frames
        Length in record frames.
    rate
        Record rate.
    """
    reference = copy.deepcopy(clip.media_reference)
    begin_s = rates.seconds(reference.available_range.start_time)
    return otio.schema.Clip(
        clip.name,
        reference,
        otio.opentime.TimeRange(
            otio.opentime.RationalTime(float(begin_s * rate + source_in), float(rate)),
            rates.time(frames, rate),
        ),
    )
