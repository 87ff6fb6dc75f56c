"""The sound of a film: voice, bed and takes as tracks, and how loud they are in all.

Conventions
    The tracks are "Voice", "Bed", "Stem 1" and on, and "Takes", in this order; one with
    nothing on it is left out. Unless levels are constant, every one holds the
    programme's one gain and the rides of its peaks, so that whoever plays the timeline
    hears it at the loudness of its profile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.sound import mix, takes_sound
from otio_genai.assemble.sound.programme import Programme, balance, part
from otio_genai.assemble.sound.ride import ride
from otio_genai.assemble.sound.takes_sound import Heard, Placed, sound_clip
from otio_genai.assemble.style import Style

__all__ = ["Constant", "Heard", "Soundtrack", "soundtrack"]

_SAMPLE_RATE = 48_000
# A voice cut off by the end of the film ends without a click.
_CUT_FADE_S = 0.05
# Below this a peak is none: a hundred decibels under full scale.
_NO_PEAK_DBTP = -100.0


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """The audio tracks of a film."""

    tracks: list[otio.schema.Track]
    warnings: list[str]
    programme: dict[str, Any]
    "``integrated_lufs``, ``true_peak_dbtp`` (a bound), ``aim_lufs``, ``gain_db`` for\
 all; ``ridden_db``, most by which peaks were turned down, at ``rides`` places."


@dataclass(frozen=True, slots=True)
class Constant:
    """Gains in dB that do not depend on the film they are heard in."""

    bed_db: float = 0.0
    voice_db: float = 0.0
    duck_db: float = 0.0
    "By how much all else steps back under the voice, at most 0."
    takes_db: float = 0.0
    stems: tuple[tuple[otio.schema.Clip, float], ...] = ()
    "Music over the bed, each with its gain."
    levelled: bool = False
    "Whether ``voice_db`` and ``takes_db`` come on top of what brings each voice and\
 each take to the profile, by how loud all of it is."


@dataclass(frozen=True, slots=True)
class _Film:
    total: int
    rate: Fraction
    style: Style
    told: list[str]
    constant: Constant | None


@dataclass(frozen=True, slots=True)
class _Spoken:
    """The voices that are heard, with their gains and loudness at them."""

    sounds: tuple[mix.Sound, ...]
    gains_db: tuple[float, ...]
    lufs: tuple[float, ...]

    def ducks(self, lufs: float | None, film: _Film) -> list[mix.Duck]:
        words = [span for sound in self.sounds for span in sound.words_s]
        if film.constant is not None:
            return mix.duck(words, film.constant.duck_db, film.style)
        return mix.duck(words, mix.depth_db(lufs, self.lufs, film.style), film.style)


@dataclass(frozen=True, slots=True)
class _Bed:
    """The music as it lies: in record frames, from the film's first."""

    clip: otio.schema.Clip
    source_in: int
    frames: int
    gain_db: float
    lufs: float | None
    "How loud it is in this film at its gain."


def soundtrack(
    *,
    shots: Sequence[Heard],
    voices: Sequence[mix.Sound],
    bed: otio.schema.Clip | None,
    total: int,
    rate: Fraction,
    style: Style,
    bed_in_s: float = 0.0,
    constant: Constant | None = None,
) -> Soundtrack:
    """Return the sound of a film as audio tracks.

    Parameters
    ----------
    shots
        The shots in order, for the takes' own sound.
    voices
        The voice-over as `otio_genai.assemble.sound.mix.place_voices` laid it.
    bed
        The music, or None.
    total
        Length of the film in record frames.
    rate
        Record rate.
    style
        Its sound settings.
    bed_in_s
        Where in the music the film begins.
    constant
        Gains instead of a balance: nothing is levelled, and no peak is ridden.
    """
    film = _Film(total, rate, style, [], constant)
    spoken = _spoken(film, voices)
    lower = _laid_bed(film, bed, bed_in_s, spoken)
    placed = takes_sound.lay(
        shots,
        rate,
        style,
        gain_db=None if constant is None else constant.takes_db,
        levelled=constant is not None and constant.levelled,
    )
    tracks = [
        track
        for track in (
            _voice_track(film, spoken),
            _bed_track(film, lower, spoken),
            *_stem_tracks(film, spoken),
            _takes_track(film, placed, lower, spoken),
        )
        if len(track)
    ]
    if constant is not None:
        return _as_given(film, tracks)
    told = film.told + _unknown(tracks)
    aim_lufs = mix.PROFILES_LUFS[style.profile]
    samples = rates.sample_at(total, rate, _SAMPLE_RATE)
    ridden = ride(_spans(tracks, rate), samples, rate, aim_lufs, style.ride_db)
    gain_db, found, warned = balance(
        _spans(tracks, rate), samples, aim_lufs, ridden=ridden
    )
    _turn(tracks, gain_db)
    facts = _facts(found, aim_lufs, gain_db)
    facts |= {"ridden_db": round(ridden.deepest_db, 1), "rides": ridden.places}
    return Soundtrack(tracks, told + warned, facts)


def _as_given(film: _Film, tracks: list[otio.schema.Track]) -> Soundtrack:
    """Return tracks whose levels stay as they are, and how loud they are."""
    samples = rates.sample_at(film.total, film.rate, _SAMPLE_RATE)
    _, found, warned = balance(_spans(tracks, film.rate), samples, None)
    return Soundtrack(tracks, film.told + warned, _facts(found, None, 0.0))


def _spoken(film: _Film, voices: Sequence[mix.Sound]) -> _Spoken:
    """Return the voices that begin within the film; say what of them is lost."""
    sounds, gains_db, levels_lufs = [], [], []
    for sound in voices:
        lost_s = float((sound.record_in + sound.frames - film.total) / film.rate)
        if sound.record_in >= film.total:
            film.told.append(f"The film ends before {sound.clip.name} begins.")
            continue
        if lost_s > 0:
            film.told.append(
                f"The film ends {lost_s:.1f} s before {sound.clip.name} does."
            )
        heard = min(sound.frames, film.total - sound.record_in)
        lufs = _lufs(sound.clip, 0, heard, film.rate)
        sounds.append(sound)
        if film.constant is None:
            gains_db.append(mix.gain_db(lufs, film.style))
        else:
            own_db = film.constant.levelled and mix.voice_db(sound.clip, film.style)
            gains_db.append(film.constant.voice_db + own_db)
        levels_lufs.append(-math.inf if lufs is None else lufs + gains_db[-1])
    return _Spoken(tuple(sounds), tuple(gains_db), tuple(levels_lufs))


def _lufs(
    clip: otio.schema.Clip, source_in: int, frames: int, rate: Fraction
) -> float | None:
    """Return how loud a part of a sound is, in record frames of it."""
    begin_s, end_s = float(source_in / rate), float((source_in + frames) / rate)
    found = part(clip.media_reference, begin_s, end_s)
    return None if found is None else found.integrated_lufs


def _laid_bed(
    film: _Film, bed: otio.schema.Clip | None, bed_in_s: float, spoken: _Spoken
) -> _Bed | None:
    if bed is None:
        return None
    source_in = rates.frames_at(bed_in_s, film.rate)
    frames = min(film.total, mix.length_frames(bed, film.rate) - source_in)
    if frames < film.total:
        rest_s = float((film.total - max(0, frames)) / film.rate)
        film.told.append(
            f"The music ends {rest_s:.1f} s before the film; silence follows."
        )
    if frames <= 0:
        return None
    lufs = _lufs(bed, source_in, frames, film.rate)
    below_lu = mix.BED_BELOW_LU if spoken.sounds else 0.0
    gain_db = mix.gain_db(lufs, film.style, below_lu=below_lu)
    if film.constant is not None:
        gain_db = film.constant.bed_db
    level_lufs = None if lufs is None else lufs + gain_db
    return _Bed(bed, source_in, frames, gain_db, level_lufs)


def _voice_track(film: _Film, spoken: _Spoken) -> otio.schema.Track:
    track = otio.schema.Track("Voice", kind=otio.schema.TrackKind.Audio)
    clock = 0
    for sound, gain_db in zip(spoken.sounds, spoken.gains_db, strict=True):
        if sound.record_in > clock:
            gap = rates.span(0, sound.record_in - clock, film.rate)
            track.append(otio.schema.Gap(source_range=gap))
        frames = min(sound.frames, film.total - sound.record_in)
        fade_s = _CUT_FADE_S if frames < sound.frames else 0.0
        clip = sound_clip(sound.clip, 0, frames, film.rate)
        levels = mix.levels(frames, gain_db, film.rate, fade_out_s=fade_s)
        metadata.put(clip, "levels", levels)
        track.append(clip)
        clock = sound.record_in + frames
    return track


def _bed_track(film: _Film, bed: _Bed | None, spoken: _Spoken) -> otio.schema.Track:
    if bed is None:
        return otio.schema.Track("Bed", kind=otio.schema.TrackKind.Audio)
    return _music_track("Bed", film, bed, spoken)


def _stem_tracks(film: _Film, spoken: _Spoken) -> list[otio.schema.Track]:
    found = []
    stems = () if film.constant is None else film.constant.stems
    for number, (clip, gain_db) in enumerate(stems, 1):
        frames = min(film.total, mix.length_frames(clip, film.rate))
        stem = _Bed(clip, 0, frames, gain_db, None)
        found.append(_music_track(f"Stem {number}", film, stem, spoken))
    return found


def _music_track(
    name: str, film: _Film, bed: _Bed, spoken: _Spoken
) -> otio.schema.Track:
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
    clip = sound_clip(bed.clip, bed.source_in, bed.frames, film.rate)
    levels = mix.levels(
        bed.frames,
        bed.gain_db,
        film.rate,
        ducked=spoken.ducks(bed.lufs, film),
        fade_in_s=film.style.bed_fade_in_s,
        fade_out_s=film.style.bed_fade_out_s,
    )
    metadata.put(clip, "levels", levels)
    track.append(clip)
    return track


def _takes_track(
    film: _Film, placed: Sequence[Placed], bed: _Bed | None, spoken: _Spoken
) -> otio.schema.Track:
    # The takes step back when the bed does and as far, or further where they are
    # louder than it.
    known = [
        lufs
        for lufs in (
            takes_sound.loudest_lufs(placed, film.rate),
            None if bed is None else bed.lufs,
        )
        if lufs is not None
    ]
    ducked = spoken.ducks(max(known, default=None), film)
    return takes_sound.takes_track(placed, film.rate, ducked=ducked)


def _unknown(tracks: Sequence[otio.schema.Track]) -> list[str]:
    """Return what cannot be balanced for want of an analysis."""
    names = [
        clip.name
        for track in tracks
        for clip in track.find_clips()
        if "integrated_lufs" not in metadata.read(clip.media_reference, "loudness", {})
    ]
    if not names:
        return []
    listed = ", ".join(dict.fromkeys(names))
    return [f"How loud these are is not known, so they are not balanced: {listed}."]


def _spans(tracks: Sequence[otio.schema.Track], rate: Fraction) -> list[maps.SoundSpan]:
    timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
    timeline.tracks.extend(tracks)
    spans = maps.sound_map(timeline, _SAMPLE_RATE)
    # A track belongs to one timeline only, and that will be the film's.
    timeline.tracks.clear()
    return spans


def _turn(tracks: Sequence[otio.schema.Track], gain_db: float) -> None:
    """Add a gain to every level but silence, in place."""
    for track in tracks:
        for clip in track.find_clips():
            keys = metadata.read(clip, "levels")
            turned = [[frame, _turned(level_db, gain_db)] for frame, level_db in keys]
            metadata.put(clip, "levels", turned)


def _turned(level_db: float, gain_db: float) -> float:
    if level_db <= maps.SILENCE_DB:
        return level_db
    return max(maps.SILENCE_DB, round(level_db + gain_db, 2))


def _facts(found: Programme, aim_lufs: float | None, gain_db: float) -> dict[str, Any]:
    silent = not math.isfinite(found.integrated_lufs)
    no_peak = found.true_peak_dbtp < _NO_PEAK_DBTP
    return {
        "integrated_lufs": None if silent else round(found.integrated_lufs, 1),
        "true_peak_dbtp": None if no_peak else round(found.true_peak_dbtp, 1),
        "aim_lufs": aim_lufs,
        "gain_db": gain_db,
    }
