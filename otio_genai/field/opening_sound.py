"""The sound of a new field: what is heard, under which slot, and at what level."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.analyse.loudness import HOP_S
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import CEILING_DBTP
from otio_genai.assemble.sound.takes_sound import own_db
from otio_genai.assemble.style import Style
from otio_genai.field.writing import pictures, seconds

__all__ = ["audio_of", "beat_offered"]

Floats: TypeAlias = npt.NDArray[np.float64]

# What encoding adds to a peak at the bit rates of a show, at most.
_CODEC_DB = 0.25
_CROSSED, _RINGING = 2**0.5, 10 ** (2 / 20)
# How finely a duck is looked at within each stretch of a voice.
_STEPS = 11

# So far beats may lie from an even grid: less is not heard.
_EVEN_S = 0.03


@dataclass(frozen=True, slots=True)
class _Heard:
    """What may sound at once; with each voice and take what levels it, in dB."""

    bed: otio.schema.Clip | None
    voices: tuple[tuple[otio.schema.Clip, float], ...]
    takes: tuple[tuple[otio.schema.Clip, float], ...]


def audio_of(
    timeline: otio.schema.Timeline,
    lengths: Sequence[int],
    rate: Fraction,
    style: Style,
    others: Sequence[otio.schema.Clip] = (),
) -> dict[str, Any]:
    """Return a field's `audio` by what its film of active takes sounds like.

    Parameters
    ----------
    timeline
        The film; its tracks "Bed", "Voice" and "Takes" are looked at.
    lengths
        Record frames of its shots.
    rate
        Record rate.
    style
        Its ducking.
    others
        Takes that other films show in place of those in the timeline.
    """
    beds = _placed(timeline, "Bed", rate)
    voices = _placed(timeline, "Voice", rate)
    takes_heard = _placed(timeline, "Takes", rate)
    edges = np.cumsum([0, *lengths])
    spoken = []
    for at, clip in voices:
        slot = int(np.searchsorted(edges[1:-1], at, side="right"))
        pad = at - int(edges[slot])
        spoken.append((slot, _whole(clip), seconds(pad, rate) if pad else 0.0))
    bed = beds[0][1] if beds else None
    voiced, takes = [clip for _, clip in voices], [clip for _, clip in takes_heard]
    # Levels that somebody else laid are kept as they are.
    levelled = all(metadata.read(clip, "levels") for clip in (*voiced, *takes))
    spoken_db = [levelled and mix.voice_db(clip, style) for clip in voiced]
    heard = _Heard(
        bed,
        tuple(zip(voiced, spoken_db, strict=True)),
        tuple(
            (clip, levelled and own_db(clip, style))
            for clip in _sounding(timeline, others, style)
        ),
    )
    programme = (metadata.read(timeline, "film") or {}).get("programme") or {}
    own = [levelled and own_db(clip, style) for clip in takes]
    alone_db = float(programme.get("gain_db") or 0.0) if heard.takes else 0.0
    takes_db = _top_db(takes, own)
    gains = {
        "bed_db": _top_db([] if bed is None else [bed], [0.0] * len(beds[:1])) or 0.0,
        "voice_db": _top_db(voiced, spoken_db) or 0.0,
        "takes_db": alone_db if takes_db is None else takes_db,
    }
    gains["duck_db"] = _depth_db(heard, gains, style)
    for name, over_db in _over_db(heard, gains, style).items():
        gains[name] = round(gains[name] - over_db, 2)
    return {
        "bed": None if bed is None else _whole(bed),
        "stems": [],
        "voice": [
            {"slot": slot, "clip": clip, "pad_s": pad_s} for slot, clip, pad_s in spoken
        ],
        "gains": gains | {"levelled": levelled},
    }


def _placed(
    timeline: otio.schema.Timeline, name: str, rate: Fraction
) -> list[tuple[int, otio.schema.Clip]]:
    """Return the clips of an audio track with their first record frames."""
    found = []
    for track in timeline.audio_tracks():
        if track.name != name:
            continue
        clock = Fraction(0)
        for item in track:
            if isinstance(item, otio.schema.Transition):
                continue
            if isinstance(item, otio.schema.Clip):
                found.append((rates.frames_at(clock, rate), item))
            clock += rates.seconds(item.duration())
    return found


def _sounding(
    timeline: otio.schema.Timeline, others: Sequence[otio.schema.Clip], style: Style
) -> list[otio.schema.Clip]:
    """Return all takes that may be heard."""
    if style.takes_sound == "drop":
        return []
    return [
        clip
        for clip in (*pictures(timeline), *others)
        if metadata.fact(clip.media_reference, "has_audio")
    ]


def _whole(clip: otio.schema.Clip) -> otio.schema.Clip:
    """Return a sound as its bin has it: untrimmed, at its own level."""
    return otio.schema.Clip(clip.name, copy.deepcopy(clip.media_reference))


def _top_db(clips: Sequence[otio.schema.Clip], own_db: Sequence[float]) -> float | None:
    """Return the mean over clips of the level each has where nothing turns it down.

    Levels are told from what each clip has by itself; None if none is known.
    """
    tops = [
        (max(float(level_db) for _, level_db in keys), own)
        for clip, own in zip(clips, own_db, strict=True)
        if (keys := metadata.read(clip, "levels"))
    ]
    audible = [top - own for top, own in tops if top > maps.SILENCE_DB]
    return round(float(np.mean(audible)), 2) if audible else None


def _depth_db(heard: _Heard, gains: Mapping[str, float], style: Style) -> float:
    known = [
        lufs + own + gains["voice_db"]
        for clip, own in heard.voices
        if (lufs := _lufs(clip)) is not None
    ]
    music = None if heard.bed is None else _lufs(heard.bed)
    level = None if music is None else music + gains["bed_db"]
    return mix.depth_db(level, known, style)


def _over_db(
    heard: _Heard, gains: Mapping[str, float], style: Style
) -> dict[str, float]:
    """Return by how much each gain must be less for no film to be too loud.

    A film that is shown while it is drawn cannot be turned down as a whole. Wherever
    cuts and words fall, and whichever takes are drawn, its peaks stay below those of
    all sounds at once: the loudest take over the loudest of the music, and over both,
    as far back as they have stepped, each tenth of a second of each voice.
    """
    music = 0.0 if heard.bed is None else _peak(heard.bed) * maps.gain(gains["bed_db"])
    takes_db = gains["takes_db"]
    own = max((_peak(c) * maps.gain(db + takes_db) for c, db in heard.takes), default=0)
    # Where two takes cross over they add by power; where one is cut off it rings.
    own *= _CROSSED if style.takes_fade_s else _RINGING
    said = [
        (peaks * maps.gain(db + gains["voice_db"]), lows)
        for clip, db in heard.voices
        for peaks, lows in [_words(clip, gains["duck_db"], style)]
    ]
    spoken = max((float(peaks.max(initial=0.0)) for peaks, _ in said), default=0.0)
    sums = [float((peaks + lows * (music + own)).max()) for peaks, lows in said]
    most = max([music + own, *sums])
    over_db = 20 * np.log10(most) + _CODEC_DB - CEILING_DBTP if most > 0 else 0.0
    loud = {"bed_db": music, "voice_db": spoken, "takes_db": own}
    return {
        name: float(over_db) for name, top in loud.items() if over_db > 0 and top > 0
    }


def _words(
    clip: otio.schema.Clip, depth_db: float, style: Style
) -> tuple[Floats, Floats]:
    """Return a voice's peaks, and how far back all else is at most, by stretches."""
    told = metadata.read(clip.media_reference, "loudness") or {}
    spans = (metadata.read(clip.media_reference, "speech") or {}).get("spans_s") or ()
    peaks_db = told.get("peaks_dbtp")
    if not peaks_db:
        return np.array([_peak(clip)]), np.ones(1)
    hop_s = float(told.get("hop_s", HOP_S))
    edges = np.linspace(0, hop_s, _STEPS)
    at = hop_s * np.arange(len(peaks_db))[:, None] + edges
    low = np.ones(at.shape)
    for curve in mix.duck([(float(a), float(b)) for a, b in spans], depth_db, style):
        times, levels_db = zip(*curve, strict=True)
        low = np.minimum(low, np.interp(at, times, [maps.gain(db) for db in levels_db]))
    return 10 ** (np.asarray(peaks_db, float) / 20), low.max(axis=1)


def _peak(clip: otio.schema.Clip) -> float:
    """Return the true peak of a sound, full scale 1; 0 if it is not known."""
    told = metadata.read(clip.media_reference, "loudness") or {}
    peak_db = told.get("true_peak_dbtp")
    return 0.0 if peak_db is None else float(10 ** (float(peak_db) / 20))


def _lufs(clip: otio.schema.Clip) -> float | None:
    told = metadata.read(clip.media_reference, "loudness") or {}
    found = told.get("integrated_lufs")
    return None if found is None else float(found)


def beat_offered(bed: otio.schema.Clip | None, style: Style) -> str | None:
    """Return a sentence that offers the music's beat as the grid of every cut.

    None unless the style asks for cuts on beats, and they are sure and even: a grid
    binds every film, so it is for the user to set.
    """
    heard = {} if bed is None else metadata.read(bed.media_reference, "beats") or {}
    places = Places.of(heard)
    if style.cut_on != "beats" or not places.has_beat:
        return None
    beats = np.asarray(places.beats_s, float)
    step, first = np.polyfit(np.arange(len(beats)), beats, 1)
    uneven = np.abs(beats - first - step * np.arange(len(beats))).max()
    if uneven > _EVEN_S or not 0.15 <= step <= 3:
        return None
    return (
        f'The music\'s beat is even: `grid` {{"bpm": {60 / step:.3f}, '
        f'"offset_s": {max(0.0, first % step):.3f}}} would hold all cuts of all films '
        "on it."
    )
