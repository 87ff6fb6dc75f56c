"""A clip of a timeline from an item of the format."""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.interchange.urls import base_name, from_pathurl
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.effects import fit_scale
from otio_genai.maps import STILL_SUFFIXES

__all__ = ["clip_of", "source_start"]

_SAMPLE_RATE = 48_000
# Our range of a still: an hour, whatever the film's rate.
_STILL_FRAMES, _STILL_RATE = 86_400, 24
# Half of the smallest level that is written above silence.
_SILENT_GAIN = 1.05e-5


def source_start(
    time_s: Fraction, *candidates: Fraction | int
) -> otio.opentime.RationalTime:
    """Return a time at the first rate on which it is a whole number of frames."""
    for rate in (*candidates, _SAMPLE_RATE):
        frames = time_s * rate
        if frames.denominator == 1:
            return rates.time(int(frames), Fraction(rate))
    first = candidates[0]
    return otio.opentime.RationalTime(float(time_s * first), float(first))


def clip_of(
    item: model.ClipItem,
    span: tuple[int, int],
    rate: Fraction,
    size: tuple[int, int],
) -> otio.schema.Clip:
    """Return the clip of an item.

    Parameters
    ----------
    item
        What the format says.
    span
        (record frames from the item's in-point to the clip's start, length).
    rate
        Record rate.
    size
        The sequence's (width, height) in pixels; zeros when unknown.
    """
    head, length = span
    reference = _reference(item)
    start = _start(item, head, rate, reference.available_range)
    trim = otio.opentime.TimeRange(start, rates.time(length, rate))
    clip = otio.schema.Clip(item.name, reference, trim)
    clip.enabled = item.enabled
    frame = _record_frame(item, head, rate)
    for effect in item.filters:
        if effect.effect_id == "audiolevels":
            _put_levels(clip, effect, frame)
        elif effect.effect_id == "timeremap":
            _put_speed(clip, effect)
    if item.file is not None:
        _put_framing(clip, item, (item.file.width_px, item.file.height_px), size, frame)
    return clip


def _start(
    item: model.ClipItem,
    head: int,
    rate: Fraction,
    available: otio.opentime.TimeRange | None,
) -> otio.opentime.RationalTime:
    if item.ticks_in is not None:
        in_s = Fraction(item.ticks_in, rates.TICKS_PER_SECOND)
    else:
        in_s = max(0, item.in_frames) / item.rate.exact
    in_s += head / rate
    if available is not None:
        in_s += rates.seconds(available.start_time)
    own_rate = rate if item.file is None else item.file.rate.exact
    return source_start(in_s, rate, own_rate)


def _reference(item: model.ClipItem) -> otio.core.MediaReference:
    file = item.file
    if file is None:
        return otio.schema.MissingReference(name=item.name)
    still = _is_still(file)
    made = otio.schema.ExternalReference(from_pathurl(file.pathurl))
    made.available_range = _available(file, still)
    facts: dict[str, Any] = {}
    if file.has_video:
        facts["kind"] = "still" if still else "take"
        facts["rate"] = rates.text(file.rate.exact)
        if file.width_px and file.height_px:
            facts |= {"width": file.width_px, "height": file.height_px}
        if file.duration_frames:
            facts["frames"] = 1 if still else file.duration_frames
    if file.channels:
        facts |= {"has_audio": True, "channels": file.channels}
        if file.sample_rate:
            facts["sample_rate"] = file.sample_rate
    metadata.put(made, "media", facts)
    slate = {
        "prompt": item.description,
        "note": item.note,
        "name": item.original_name,
    }
    slate = {key: value for key, value in slate.items() if value}
    if slate:
        metadata.put(made, "slate", slate)
    return made


def _is_still(file: model.MediaFile) -> bool:
    suffix = PurePosixPath(base_name(file.pathurl).lower()).suffix
    return file.has_video and suffix in STILL_SUFFIXES


def _available(file: model.MediaFile, still: bool) -> otio.opentime.TimeRange | None:
    rate, length = file.rate.exact, file.duration_frames
    if length <= 0:
        return None
    if still:
        hour_s = Fraction(_STILL_FRAMES, _STILL_RATE)
        if length == rates.frame_at(hour_s, rate):
            return rates.span(0, _STILL_FRAMES, Fraction(_STILL_RATE))
        return rates.span(0, length, rate)
    first = max(0, file.timecode.frames)
    if file.has_video:
        return rates.span(first, length, rate)
    sample_rate = file.sample_rate or _SAMPLE_RATE
    return rates.span(
        rates.sample_at(first, rate, sample_rate),
        rates.sample_at(length, rate, sample_rate),
        Fraction(sample_rate),
    )


def _record_frame(
    item: model.ClipItem, head: int, rate: Fraction
) -> Callable[[int], int]:
    ratio = rate / item.rate.exact

    def frame(when: int) -> int:
        return rates.frames_at((when - item.in_frames) * ratio, Fraction(1)) - head

    return frame


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) else default


def _parameters(effect: model.Filter) -> dict[str, model.Parameter]:
    return {parameter.id: parameter for parameter in effect.parameters}


def _put_levels(
    clip: otio.schema.Clip, effect: model.Filter, frame: Callable[[int], int]
) -> None:
    level = _parameters(effect).get("level")
    if level is None or not isinstance(level.value, str):
        return
    keys = [
        [frame(when), _level_db(value)]
        for when, value in level.keyframes
        if isinstance(value, str)
    ]
    metadata.put(clip, "levels", keys or [[0, _level_db(level.value)]])


def _level_db(text: str) -> float:
    gain = _number(text, 1.0)
    return maps.SILENCE_DB if gain <= _SILENT_GAIN else 20 * math.log10(gain)


def _put_speed(clip: otio.schema.Clip, effect: model.Filter) -> None:
    found = _parameters(effect)
    speed = found.get("speed")
    if speed is None or not isinstance(speed.value, str):
        return
    factor = _number(speed.value, 100.0) / 100
    reverse = found.get("reverse")
    if reverse is not None and str(reverse.value).upper() == "TRUE":
        factor = -factor
    clip.effects.append(otio.schema.LinearTimeWarp("speed", factor))


def _put_framing(
    clip: otio.schema.Clip,
    item: model.ClipItem,
    media_size: tuple[int, int],
    size: tuple[int, int],
    frame: Callable[[int], int],
) -> None:
    """Turn Basic Motion, or its absence, into scale against the covering size."""
    if 0 in media_size or 0 in size:
        return
    basic = next((f for f in item.filters if f.effect_id == "basic"), None)
    found = {} if basic is None else _parameters(basic)
    fit = float(fit_scale("cover", media_size, size))
    tracks = {name: found.get(name) for name in ("scale", "rotation", "center")}
    whens = sorted({when for p in tracks.values() if p for when, _ in p.keyframes})
    keys: list[list[float]] = []
    for when in whens or [item.in_frames]:
        scale = _at(tracks["scale"], when, 0, 100.0)
        x = _at(tracks["center"], when, 0, 0.0)
        y = _at(tracks["center"], when, 1, 0.0)
        turn = _at(tracks["rotation"], when, 0, 0.0)
        place = frame(when) if whens else 0
        keys.append([place, scale / 100 / fit, x, y * size[1] / size[0], -turn])
    plain = (1.0, 0.0, 0.0, 0.0)
    if any(abs(a - b) > 1e-8 for k in keys for a, b in zip(k[1:], plain, strict=True)):
        metadata.put(clip, "framing", {"fit": "cover", "keys": keys})


def _at(
    parameter: model.Parameter | None, when: int, part: int, default: float
) -> float:
    """Return one part of a value at a media frame, linear between keyframes."""
    if parameter is None:
        return default
    keys: Sequence[tuple[int, model.Value]] = parameter.keyframes
    if not keys:
        return _part(parameter.value, part, default)
    keys = sorted(keys, key=lambda key: key[0])
    index = bisect.bisect_right([key[0] for key in keys], when)
    if index == 0:
        return _part(keys[0][1], part, default)
    first, first_value = keys[index - 1]
    a = _part(first_value, part, default)
    if index == len(keys) or first == when:
        return a
    b = _part(keys[index][1], part, default)
    return a + (b - a) * (when - first) / (keys[index][0] - first)


def _part(value: model.Value, part: int, default: float) -> float:
    text = value if isinstance(value, str) else value[part]
    return _number(text, default)
