"""The sound as timeline data: where voice and bed lie, and how loud they are.

Aim
    The bed steps back under the voice and comes forward again after it, as level
    keyframes that exports write and the renderer follows.

Conventions
    Levels are ``[record frame from the clip's start, dB]``, linear in amplitude
    between. Depth = voice loudness - distance - bed loudness, never a gain; per group
    of words four keys: down from 0.3 s to 0.02 s before, up from ``hold`` to ``hold +
    release`` after; groups closer than all of that are one; overlapping ramps take the
    lower level.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.style import Style

__all__ = ["Sound", "duck", "gains_db", "levels", "place_voices"]

#: Integrated loudness each profile asks of the programme, LUFS; none for cinema.
PROFILES_LUFS = {"web": -14.0, "broadcast": -23.0, "podcast": -16.0, "cinema": None}
_CEILING_DBTP = -1.0
_ARRIVED_S = 0.02
_SHORTEST_S = 0.1
# A bed alone lies this far below a voice; with no voice it carries the programme.
_BED_BELOW_LU = 4.0
_LEAD_S = 0.3
_SLACK_S = 0.1


@dataclass(frozen=True, slots=True)
class Sound:
    """A voice or a bed laid on the record side."""

    clip: otio.schema.Clip
    "The bin's clip."
    record_in: int
    "Its first record frame."
    frames: int
    "Its length in record frames."
    words_s: tuple[tuple[float, float], ...] = ()
    "Speech in it, in record seconds."


def length_frames(clip: otio.schema.Clip, rate: Fraction) -> int:
    """Return how many whole record frames a sound lasts, at least one."""
    length_s = rates.seconds(clip.media_reference.available_range.duration)
    return max(1, math.floor(length_s * rate))


def place_voices(
    voices: Sequence[otio.schema.Clip], rate: Fraction, style: Style, start_s: float
) -> list[Sound]:
    """Return the voices one after the other from ``start_s``, with the style's gap."""
    placed: list[Sound] = []
    at = math.floor(Fraction(start_s) * rate)
    for clip in voices:
        frames = length_frames(clip, rate)
        begin_s = float(at / rate)
        spans = metadata.read(clip.media_reference, "speech", {}).get("spans_s", [])
        words = tuple((begin_s + float(a), begin_s + float(b)) for a, b in spans)
        placed.append(Sound(clip, at, frames, words))
        at += frames + round(Fraction(style.voice_gap_s) * rate)
    return placed


def gains_db(
    bed: otio.schema.Clip | None, voices: Sequence[otio.schema.Clip], style: Style
) -> tuple[float, list[float]]:
    """Return the static gain of the bed and of each voice, in dB.

    The voice takes the profile's loudness and the bed lies four units below; a bed
    alone takes the profile's. No gain lifts a file's true peak over the ceiling.
    """
    target = PROFILES_LUFS[style.profile]
    if target is None:
        return 0.0, [0.0] * len(voices)
    under = _BED_BELOW_LU if voices else 0.0
    bed_db = 0.0 if bed is None else _gain_to(bed, target - under, ceiling_db=-under)
    return bed_db, [_gain_to(voice, target, ceiling_db=0.0) for voice in voices]


def _gain_to(clip: otio.schema.Clip, target_lufs: float, *, ceiling_db: float) -> float:
    facts: dict[str, Any] = metadata.read(clip.media_reference, "loudness", {})
    loudness, peak = facts.get("integrated_lufs"), facts.get("true_peak_dbtp")
    if loudness is None or peak is None:
        return 0.0
    gain_db = min(target_lufs - loudness, _CEILING_DBTP + ceiling_db - peak)
    return round(float(gain_db), 2)


def duck(
    words_s: Sequence[tuple[float, float]], depth_db: float, style: Style
) -> list[tuple[float, float]]:
    """Return the ducking curve as (record seconds, dB), in order.

    Parameters
    ----------
    words_s
        Spans of speech, in order.
    depth_db
        Level under the words, at most 0.
    style
        Attack, hold and release.
    """
    if depth_db >= 0:
        return []
    lead_s = _ARRIVED_S + style.duck_attack_s
    bridge_s = lead_s + style.duck_hold_s + style.duck_release_s
    groups: list[list[float]] = []
    for begin_s, end_s in sorted(words_s):
        if end_s - begin_s < _SHORTEST_S:
            continue
        if groups and begin_s - groups[-1][1] < bridge_s:
            groups[-1][1] = max(groups[-1][1], end_s)
        else:
            groups.append([begin_s, end_s])
    keys: list[tuple[float, float]] = []
    for begin_s, end_s in groups:
        held_s = end_s + style.duck_hold_s
        keys += [
            (begin_s - lead_s, 0.0),
            (begin_s - _ARRIVED_S, depth_db),
            (held_s, depth_db),
            (held_s + style.duck_release_s, 0.0),
        ]
    return keys


def depth_db(
    bed: otio.schema.Clip, voices: Sequence[otio.schema.Clip], style: Style
) -> float:
    """Return how far the bed steps back under the voices, in dB, at most 0."""
    bed_db, voice_dbs = gains_db(bed, voices, style)
    bed_lufs = _loudness(bed)
    heard = [
        lufs + gain
        for voice, gain in zip(voices, voice_dbs, strict=True)
        if (lufs := _loudness(voice)) is not None
    ]
    if bed_lufs is None or not heard or not style.duck:
        return 0.0
    wanted = min(heard) - style.duck_distance_lu - (bed_lufs + bed_db)
    return round(min(0.0, max(-style.duck_max_db, wanted)), 2)


def _loudness(clip: otio.schema.Clip) -> float | None:
    found = metadata.read(clip.media_reference, "loudness", {}).get("integrated_lufs")
    return None if found is None else float(found)


def levels(
    frames: int,
    gain_db: float,
    rate: Fraction,
    *,
    ducked: Sequence[tuple[float, float]] = (),
    fade_in_s: float = 0.0,
    fade_out_s: float = 0.0,
) -> list[list[float]]:
    """Return level keyframes of a clip, by frame, one a frame at most.

    Parameters
    ----------
    frames
        Length of the clip in record frames.
    gain_db
        Static gain, in dB.
    rate
        Record rate.
    ducked
        The ducking curve in seconds from the clip's start.
    fade_in_s, fade_out_s
        Fades from and to silence at its ends.
    """
    keys: dict[int, float] = {}
    for time_s, level_db in ducked:
        frame = min(max(0, rates.frames_at(time_s, rate)), frames)
        # Where two keys meet on one frame the lower wins: a duck is never cut short.
        keys[frame] = round(min(keys.get(frame, 99.0), gain_db + level_db), 2)
    curve = sorted(keys.items()) or [(0, gain_db)]
    return _faded(curve, frames, rate, fade_in_s, fade_out_s)


def _faded(
    curve: Sequence[tuple[int, float]],
    frames: int,
    rate: Fraction,
    fade_in_s: float,
    fade_out_s: float,
) -> list[list[float]]:
    begin = min(rates.frames_at(fade_in_s, rate), frames // 2)
    end = frames - min(rates.frames_at(fade_out_s, rate), frames // 2)
    keys: list[list[float]] = []
    if begin:
        keys += [[0, -96.0], [begin, _at(curve, begin)]]
    keys += [
        [k, level]
        for k, level in curve
        if (not begin or k > begin) and (end == frames or k < end)
    ]
    if end < frames:
        keys += [[end, _at(curve, end)], [frames, -96.0]]
    return keys


def _at(curve: Sequence[tuple[int, float]], frame: int) -> float:
    """Return the curve's level at a frame, linear in amplitude between keys."""
    before = [key for key in curve if key[0] <= frame]
    after = [key for key in curve if key[0] >= frame]
    if not before or not after:
        return (before or after)[-1 if before else 0][1]
    (k0, db0), (k1, db1) = before[-1], after[0]
    if k0 == k1:
        return db0
    share = (frame - k0) / (k1 - k0)
    amplitude = (1 - share) * 10 ** (db0 / 20) + share * 10 ** (db1 / 20)
    return round(20 * math.log10(amplitude), 2)


def start_of_voice_s(
    style: Style, phrases_s: Sequence[float], latest_s: float
) -> float:
    """Return when the voice-over begins, in record seconds.

    As asked; else with a phrase of the music after the first shot, but no later than
    ``latest_s``, from where there is just picture enough to speak over.
    """
    if style.voice_at_s is not None:
        return style.voice_at_s
    later = [p for p in phrases_s if 1.5 <= p <= 8.0]
    start_s = later[0] + _LEAD_S if later else 2.0
    return max(0.0, min(start_s, latest_s - _SLACK_S))
