"""The sound of a new field: what is heard, under which slot, and at what level."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import CEILING_DBTP
from otio_genai.assemble.style import Style
from otio_genai.field.writing import seconds

__all__ = ["audio_of", "beat_offered"]

# So far beats may lie from an even grid: less is not heard.
_EVEN_S = 0.03


def audio_of(
    timeline: otio.schema.Timeline, lengths: Sequence[int], rate: Fraction, style: Style
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
    """
    beds = _placed(timeline, "Bed", rate)
    voices = _placed(timeline, "Voice", rate)
    takes = _placed(timeline, "Takes", rate)
    edges = np.cumsum([0, *lengths])
    spoken = []
    for at, clip in voices:
        slot = int(np.searchsorted(edges[1:-1], at, side="right"))
        pad = at - int(edges[slot])
        spoken.append((slot, _whole(clip), seconds(pad, rate) if pad else 0.0))
    gains = {
        "bed_db": _top_db([clip for _, clip in beds]),
        "voice_db": _top_db([clip for _, clip in voices]),
        "takes_db": _top_db([clip for _, clip in takes]),
    }
    bed = beds[0][1] if beds else None
    sounds = [clip for _, clip in voices], [clip for _, clip in takes]
    gains["duck_db"] = _depth_db(bed, sounds[0], gains, style)
    for name, over_db in _over_db(bed, *sounds, gains).items():
        gains[name] = round(gains[name] - over_db, 2)
    return {
        "bed": None if bed is None else _whole(bed),
        "stems": [],
        "voice": [
            {"slot": slot, "clip": clip, "pad_s": pad_s} for slot, clip, pad_s in spoken
        ],
        "gains": gains,
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


def _whole(clip: otio.schema.Clip) -> otio.schema.Clip:
    """Return a sound as its bin has it: untrimmed, at its own level."""
    return otio.schema.Clip(clip.name, copy.deepcopy(clip.media_reference))


def _top_db(clips: Sequence[otio.schema.Clip]) -> float:
    """Return the mean over clips of the level each has where nothing turns it down."""
    tops = [
        max(float(level_db) for _, level_db in keys)
        for clip in clips
        if (keys := metadata.read(clip, "levels"))
    ]
    audible = [top for top in tops if top > maps.SILENCE_DB]
    return round(float(np.mean(audible)), 2) if audible else 0.0


def _depth_db(
    bed: otio.schema.Clip | None,
    voices: Sequence[otio.schema.Clip],
    gains: dict[str, float],
    style: Style,
) -> float:
    heard = [_lufs(clip) for clip in voices]
    music = None if bed is None else _lufs(bed)
    known = [lufs + gains["voice_db"] for lufs in heard if lufs is not None]
    level = None if music is None else music + gains["bed_db"]
    return mix.depth_db(level, known, style)


def _over_db(
    bed: otio.schema.Clip | None,
    voices: Sequence[otio.schema.Clip],
    takes: Sequence[otio.schema.Clip],
    gains: dict[str, float],
) -> dict[str, float]:
    """Return by how much each gain must be less for no film to be too loud.

    A film that is shown while it is drawn cannot be turned down as a whole. Wherever
    cuts and words fall, its peaks stay below those of all sounds at once: the music
    alone, or stepped back under the loudest voice.
    """
    music = _peak(() if bed is None else (bed,)) * maps.gain(gains["bed_db"])
    spoken = _peak(voices) * maps.gain(gains["voice_db"])
    own = _peak(takes) * maps.gain(gains["takes_db"])
    under = maps.gain(gains["duck_db"])
    most = max(music + own, spoken + under * (music + own))
    over_db = 20 * np.log10(most) - CEILING_DBTP if most > 0 else 0.0
    heard = {"bed_db": music, "voice_db": spoken, "takes_db": own}
    return {
        name: float(over_db) for name, loud in heard.items() if over_db > 0 and loud > 0
    }


def _peak(clips: Sequence[otio.schema.Clip]) -> float:
    """Return the highest true peak of some sounds, full scale 1; 0 if none is known."""
    told = [metadata.read(c.media_reference, "loudness") or {} for c in clips]
    peaks_db = [one["true_peak_dbtp"] for one in told if "true_peak_dbtp" in one]
    return max((10 ** (float(db) / 20) for db in peaks_db if db is not None), default=0)


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
