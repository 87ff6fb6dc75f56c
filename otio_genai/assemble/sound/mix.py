"""The sound as timeline data: where voice and bed lie, and how loud they are.

Aim
    The bed steps back under the voice and comes forward again after it, as level
    keyframes that exports write and the renderer follows.

Conventions
    Levels are ``[record frame from the clip's start, dB]``, linear in amplitude
    between, and hold before the first and after the last. Gains here are relative:
    every voice at the profile's loudness, the bed under it; what the whole programme
    needs beyond that is one more gain for all (`otio_genai.assemble.sound.programme`),
    and for short peaks a factor of their own (`otio_genai.assemble.sound.ride`).
    Depth = voice loudness - distance - bed loudness, never a gain; per group of words
    four keys: down from 0.3 s to 0.02 s before, up from ``hold`` to ``hold + release``
    after; groups closer than all of that are one. Where ramps and fades overlap, the
    lower level holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.sound.programme import SILENT_LUFS
from otio_genai.assemble.style import Style

__all__ = [
    "BED_BELOW_LU",
    "PROFILES_LUFS",
    "Duck",
    "Sound",
    "corners",
    "depth_db",
    "duck",
    "gain_db",
    "length_frames",
    "levels",
    "place_voices",
    "ridden",
    "start_of_voice_s",
    "voice_db",
]

Floats: TypeAlias = npt.NDArray[np.float64]

#: Four keys (record seconds, dB): down to the depth, and up again.
Duck: TypeAlias = tuple[tuple[float, float], ...]

#: Integrated loudness each profile asks of the programme, LUFS; none for cinema.
PROFILES_LUFS = {"web": -14.0, "broadcast": -23.0, "podcast": -16.0, "cinema": None}
_ARRIVED_S = 0.02
_SHORTEST_S = 0.1
#: A bed alone lies this far below a voice; with no voice it carries the programme.
BED_BELOW_LU = 4.0
_LEAD_S = 0.3
_SLACK_S = 0.1
# Amplitudes whose second difference is below this lie on one line.
_STRAIGHT = 1e-9


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


def gain_db(lufs: float | None, style: Style, *, below_lu: float = 0.0) -> float:
    """Return the relative gain in dB that brings a sound to the style's profile.

    Parameters
    ----------
    lufs
        How loud what is heard of it is. What is not known, or as good as silent, is
        left as it is.
    style
        Its profile; one without an aim changes nothing.
    below_lu
        How far below the profile the sound shall lie.
    """
    target = PROFILES_LUFS[style.profile]
    if target is None or lufs is None or lufs < SILENT_LUFS:
        return 0.0
    return round(target - below_lu - lufs, 2)


def voice_db(clip: otio.schema.Clip, style: Style) -> float:
    """Return the gain in dB that brings a voice to the profile, by all of it."""
    told = metadata.read(clip.media_reference, "loudness") or {}
    found = told.get("integrated_lufs")
    return gain_db(None if found is None else float(found), style)


def duck(
    words_s: Sequence[tuple[float, float]], depth_db: float, style: Style
) -> list[Duck]:
    """Return one duck for each group of words, in order.

    Parameters
    ----------
    words_s
        Spans of speech, in record seconds.
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
    return [
        (
            (begin_s - lead_s, 0.0),
            (begin_s - _ARRIVED_S, depth_db),
            (end_s + style.duck_hold_s, depth_db),
            (end_s + style.duck_hold_s + style.duck_release_s, 0.0),
        )
        for begin_s, end_s in groups
    ]


def depth_db(lufs: float | None, voices_lufs: Sequence[float], style: Style) -> float:
    """Return how far a sound steps back under voices, in dB, at most 0.

    Parameters
    ----------
    lufs
        How loud the sound is at its gain, None if that is not known.
    voices_lufs
        How loud the voices are at theirs; silent ones do not count.
    style
        Whether, how far below the voices, and how deep at most.
    """
    spoken = [voice for voice in voices_lufs if voice >= SILENT_LUFS]
    if lufs is None or not spoken or not style.duck:
        return 0.0
    wanted_db = min(spoken) - style.duck_distance_lu - lufs
    return round(min(0.0, max(-style.duck_max_db, wanted_db)), 2)


def levels(
    frames: int,
    gain_db: float,
    rate: Fraction,
    *,
    ducked: Sequence[Duck] = (),
    fade_in_s: float = 0.0,
    fade_out_s: float = 0.0,
) -> list[list[float]]:
    """Return level keyframes of a clip, by frame, one a frame at most.

    At every frame the level is the lowest of all ducks and fades.

    Parameters
    ----------
    frames
        Length of the clip in record frames.
    gain_db
        Static gain, in dB.
    rate
        Record rate.
    ducked
        Ducks in seconds from the clip's start; they may begin before it or end after.
    fade_in_s, fade_out_s
        Fades from and to silence at its ends, each half of the clip at most.
    """
    low = np.ones(frames + 1)
    for curve in ducked:
        _lower(low, _frames_of(curve, rate))
    begin = min(rates.frames_at(fade_in_s, rate), frames // 2)
    if begin:
        _lower(low, [(0, 0.0), (begin, 1.0)])
    end = min(rates.frames_at(fade_out_s, rate), frames // 2)
    if end:
        _lower(low, [(frames - end, 1.0), (frames, 0.0)])
    factor = 10 ** (gain_db / 20)
    return [[k, _level(factor * float(low[k]))] for k in corners(low)]


def ridden(keys: Sequence[Sequence[float]], factors: Floats) -> list[list[float]]:
    """Return level keyframes with a factor more at every frame.

    Parameters
    ----------
    keys
        Levels as `levels` returned them.
    factors
        Factor at each frame of the clip and at its end, 1 where nothing changes.
    """
    at, levels_db = zip(*keys, strict=True)
    frames = np.arange(len(factors))
    whole = np.interp(frames, at, [maps.gain(db) for db in levels_db]) * factors
    return [[k, _level(float(whole[k]))] for k in corners(whole)]


def _frames_of(curve: Duck, rate: Fraction) -> list[tuple[int, float]]:
    """Return a duck by frame, never shorter than it was, a frame to a ramp at least."""
    (lead, _), (arrived, depth), (held, _), (up, _) = curve
    down = rates.frame_with(arrived, rate)
    hold = -rates.frame_with(-held, rate)
    factor = 10 ** (depth / 20)
    return [
        (min(rates.frame_with(lead, rate), down - 1), 1.0),
        (down, factor),
        (hold, factor),
        (max(-rates.frame_with(-up, rate), hold + 1), 1.0),
    ]


def _lower(low: Floats, keys: Sequence[tuple[int, float]]) -> None:
    """Take the lower of a curve and of straight lines between keys, in place."""
    first, last = max(keys[0][0], 0), min(keys[-1][0], len(low) - 1) + 1
    if first >= last:
        return
    at, values = zip(*keys, strict=True)
    line = np.interp(np.arange(first, last), at, values)
    low[first:last] = np.minimum(low[first:last], line)


def corners(low: Floats) -> list[int]:
    """Return the frames between which a curve is straight, holding at its ends."""
    bent = np.abs(np.diff(low, 2)) > _STRAIGHT
    keys = [0, *(np.flatnonzero(bent) + 1).tolist(), len(low) - 1]
    if len(keys) > 1 and low[keys[-1]] == low[keys[-2]]:
        keys.pop()
    if len(keys) > 1 and low[keys[0]] == low[keys[1]]:
        keys.pop(0)
    return keys


def _level(factor: float) -> float:
    if factor <= 0:
        return maps.SILENCE_DB
    return round(max(maps.SILENCE_DB, 20 * math.log10(factor)), 2)


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
