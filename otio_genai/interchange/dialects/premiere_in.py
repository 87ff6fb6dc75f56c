"""Premiere's effects as our clips say them; see `premiere_values` for the units."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.dialects.keys import Series, rows_of, space_of
from otio_genai.interchange.dialects.premiere_values import (
    MOTION,
    OPACITY,
    PANNER,
    SPACE,
    parameters_of,
    series_in,
)
from otio_genai.interchange.dialects.sizes import aspect_of, framing_of, media_size
from otio_genai.interchange.dialects.stage import Stage
from otio_genai.interchange.rebuild import Place

__all__ = ["count_record", "factor", "read_effects"]

_FIXED = frozenset(("Mute", "Bypass"))


def count_record(item: otio.core.Composable, rate: Fraction) -> None:
    """Count a retimed item's length in record time, in place.

    Premiere states it in source time: the record length is that over the speed.
    """
    speed = factor(item)
    held = getattr(item, "source_range", None)
    if held is None or speed in (0, 1):
        return
    length_s = rates.seconds(held.duration) / abs(speed)
    frames = rates.frames_at(length_s, rate)
    item.source_range = otio.opentime.TimeRange(
        held.start_time, rates.time(frames, rate)
    )


def factor(item: otio.core.Composable) -> Fraction:
    """Return an item's constant speed: 0 frozen, below 0 backwards, 1 if none."""
    found = Fraction(1)
    for effect in metadata.each(getattr(item, "effects", ())):
        if isinstance(effect, otio.schema.LinearTimeWarp):
            scalar = effect.time_scalar
            if not -1e6 < scalar < 1e6:
                return Fraction(1)
            found *= Fraction(scalar).limit_denominator(100_000)
    return found


def read_effects(
    clip: otio.schema.Clip, stage: Stage, place: Place, sound: bool
) -> None:
    """Bring a clip's effects to our forms, in place; keep those we have none for."""
    start_s = Fraction(0)
    if clip.source_range is not None:
        start_s = rates.seconds(clip.source_range.start_time)
    pace = abs(factor(clip)) or Fraction(1)

    def frame(time_s: Fraction) -> int:
        return rates.frames_at((time_s - start_s) / pace, stage.rate)

    kept: list[otio.schema.Effect] = []
    moved = sound
    for effect in list(metadata.each(clip.effects)):
        held = space_of(effect, SPACE)
        if isinstance(effect, otio.schema.TimeEffect) or not isinstance(held, dict):
            if SPACE in effect.metadata:
                del effect.metadata[SPACE]
            kept.append(effect)
            continue
        given = {_id(one): one for one in parameters_of(held)}
        name = held.get("MatchName")
        if name == MOTION:
            _motion(clip, given, frame, stage, place)
            moved = True
        elif name == OPACITY:
            _opacity(clip, given, frame, stage, place)
        elif name == PANNER:
            balance = series_in(given.get((0, "Balance")), frame)
            if balance and balance != ((0, 0.5),):
                rows = [[k, 2 * v - 1] for k, v in balance]
                metadata.put(clip, "pan", rows)
        elif held.get("IsIntrinsic") is True and _says_nothing(given):
            continue
        else:
            stage.keep(effect, str(effect.effect_name or name or "effect"), held)
            kept.append(effect)
    if not moved:
        _motion(clip, {}, frame, stage, place)
    clip.effects[:] = kept


def _id(given: dict[str, Any]) -> tuple[Any, str]:
    number = given.get("ID")
    return (
        number if isinstance(number, int) else None,
        str(given.get("DisplayName", "")),
    )


def _says_nothing(given: dict[tuple[Any, str], dict[str, Any]]) -> bool:
    return all(
        not one.get("Keyframes") and "StartValue" not in one for one in given.values()
    )


def _by_number(
    given: dict[tuple[Any, str], dict[str, Any]], number: int
) -> dict[str, Any] | None:
    return next((one for (own, _), one in given.items() if own == number), None)


def _motion(
    clip: otio.schema.Clip,
    given: dict[tuple[Any, str], dict[str, Any]],
    frame: Callable[[Fraction], int],
    stage: Stage,
    place: Place,
) -> None:
    aspect = aspect_of(stage.size)
    position = _by_number(given, 1)
    x = _map(series_in(position, frame, "X"), lambda v: v - 0.5)
    y = _map(series_in(position, frame, "Y"), lambda v: (v - 0.5) / aspect)
    scale = _map(series_in(_by_number(given, 2), frame), lambda v: v / 100)
    turn = series_in(_by_number(given, 5), frame)
    rows = rows_of((scale, x, y, turn), (1.0, 0.0, 0.0, 0.0))
    framing = framing_of(rows, "native", media_size(clip), stage.size)
    if framing is not None:
        metadata.put(clip, "framing", framing)
    sides = [
        _map(series_in(_by_number(given, number), frame), lambda v: v / 100)
        for number in (8, 10, 9, 11)
    ]
    if any(value for side in sides for _, value in side):
        metadata.put(clip, "crop", rows_of(sides, (0.0,) * 4))
    anchor = _by_number(given, 6)
    middle = [series_in(anchor, frame, part) for part in "XY"]
    if any(series not in ((), ((0, 0.5),)) for series in middle):
        gets = "a picture that turns and grows about its middle"
        stage.lose("anchor point", gets, place, some=True)
    uniform = (_by_number(given, 4) or {}).get("StartValue")
    if isinstance(uniform, dict) and uniform.get("Value") is False:
        gets = "a scale alike in width and height"
        stage.lose("scale width", gets, place, some=True)


def _opacity(
    clip: otio.schema.Clip,
    given: dict[tuple[Any, str], dict[str, Any]],
    frame: Callable[[Fraction], int],
    stage: Stage,
    place: Place,
) -> None:
    opacity = series_in(_by_number(given, 1), frame)
    if opacity and opacity != ((0, 100.0),):
        metadata.put(clip, "opacity", [[k, v / 100] for k, v in opacity])
    mode = (_by_number(given, 2) or {}).get("StartValue")
    if isinstance(mode, dict) and mode.get("Value") not in (18, 18.0, None):
        stage.lose("blend mode", "the normal mode", place, some=False)


def _map(series: Series, change: Callable[[float], float]) -> Series:
    return tuple((frame, change(value)) for frame, value in series)
