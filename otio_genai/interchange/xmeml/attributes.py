"""What the filters of an item say of its picture and sound, as a clip keeps it.

Conventions
    The first enabled filter of each kind counts; every other one, and every one that
    is not known, is kept whole as a stock ``Effect``. Decimals come back as the
    shortest number that would be written the same.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.interchange.loss import Outcome
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.motion import fit_scale
from otio_genai.interchange.xmeml.parameters import number
from otio_genai.interchange.xmeml.retiming import exact

__all__ = ["Told", "put_attributes", "put_speed", "unheard"]

#: Told (feature, outcome, what the timeline gets) of what a timeline cannot hold.
Told = Callable[[str, Outcome, str], None]
#: Record frame, from the clip's first, of a media frame as in and out count.
Frame = Callable[[int], int]
Sizes = tuple[tuple[int, int], tuple[int, int]]

# Half of the smallest level that is written above silence.
_SILENT_GAIN = 1.05e-5
_SIDES = ("left", "right", "top", "bottom")
_MOST_DECIMALS = 6
_FITS = ("cover", "contain", "native")


def unheard(feature: str, outcome: Outcome, gets: str) -> None:
    """Tell nobody."""


def put_speed(clip: otio.core.Item, run: maps.Speed) -> None:
    """Write how a clip runs through its media as stock time effects."""
    if run.factor == 0 and not run.keys:
        clip.effects.append(otio.schema.FreezeFrame("freeze"))
        return
    warp = otio.schema.LinearTimeWarp("speed", float(run.factor))
    if run.keys:
        keys = [[str(frame), str(time_s)] for frame, time_s in run.keys]
        metadata.put(warp, "retime", {"keys": keys})
    clip.effects.append(warp)


def put_attributes(
    clip: otio.core.Item,
    item: model.ClipItem,
    sizes: Sizes,
    frame: Frame,
    told: Told = unheard,
    version: int = 4,
) -> None:
    """Write level, pan, framing, crop, opacity and foreign effects on an item.

    Parameters
    ----------
    clip
        The clip, or a nested sequence.
    item
        What the format says of it.
    sizes
        (width, height) in pixels of the media and of the sequence; zeros: unknown.
    frame
        Record frame, from the clip's first, of a media frame as in and out count.
    told
        Told of what a timeline cannot hold.
    version
        The document's, to which foreign effects can be written again.
    """
    found: dict[str, model.Filter] = {}
    for effect in item.filters:
        if effect.tree is not None:
            _keep(clip, effect, version)
        elif effect.effect_id in found:
            gets = f"the first of several filters {effect.name or effect.effect_id!r}"
            told("effect", "dropped", gets)
        else:
            found[effect.effect_id] = effect
            _report_curves(effect, told)
    for feature, effect_id, name, meaning in (
        ("levels", "audiolevels", "level", _level_db),
        ("pan", "audiopan", "pan", _pan),
        ("opacity", "opacity", "opacity", _part),
    ):
        if effect_id in found:
            _put_keys(clip, feature, _named(found[effect_id], name), meaning, frame)
    if "crop" in found:
        _put_crop(clip, found["crop"], frame)
    _put_framing(clip, found.get("basic"), sizes, frame, told)


def _keep(clip: otio.core.Item, effect: model.Filter, version: int) -> None:
    made = otio.schema.Effect(name=effect.name, effect_name=effect.name)
    kept = {
        "format": "xmeml",
        "version": version,
        "mediatype": effect.mediatype,
        "filter": effect.tree,
    }
    metadata.put(made, "effect", kept)
    clip.effects.append(made)


def _report_curves(effect: model.Filter, told: Told) -> None:
    if effect.effect_id == "timeremap":
        return
    if any(marks for parameter in effect.parameters for marks in parameter.marks):
        told("keyframes", "approximated", "straight lines between keyframes")


def _named(effect: model.Filter, name: str) -> model.Parameter | None:
    return next((p for p in effect.parameters if p.id == name), None)


def _put_keys(
    clip: otio.core.Item,
    feature: str,
    parameter: model.Parameter | None,
    meaning: Callable[[str], float],
    frame: Frame,
) -> None:
    if parameter is None or not isinstance(parameter.value, str):
        return
    keys = [
        [frame(when), meaning(value)]
        for when, value in parameter.keyframes
        if isinstance(value, str)
    ]
    metadata.put(clip, feature, keys or [[0, meaning(parameter.value)]])


def _value(text: str, default: float) -> float:
    value = exact(text)
    if value is not None:
        return float(value)
    try:
        loose = float(text)
    except ValueError:
        return default
    return loose if math.isfinite(loose) else default


def _shortest(value: float, text: str, spell: Callable[[float], str]) -> float:
    """Return the value with the fewest decimals that is written as ``text``."""
    for digits in range(_MOST_DECIMALS):
        near = round(value, digits) + 0.0
        if spell(near) == text:
            return near
    return value


def _level_db(text: str) -> float:
    gain = _value(text, 1.0)
    if gain <= _SILENT_GAIN:
        return maps.SILENCE_DB
    level_db = 20 * math.log10(gain)
    return _shortest(level_db, text, lambda near: number(maps.gain(near)))


def _pan(text: str) -> float:
    return min(max(_value(text, 0.0), -1.0), 1.0)


def _part(text: str) -> float:
    return min(max(_percent(text, 100.0), 0.0), 1.0)


def _percent(text: str, default: float) -> float:
    value = exact(text)
    return _value(text, default) / 100 if value is None else float(value / 100)


def _put_crop(clip: otio.core.Item, effect: model.Filter, frame: Frame) -> None:
    sides = [_named(effect, side) for side in _SIDES]
    whens = sorted({when for p in sides if p for when, _ in p.keyframes})
    keys: list[list[float]] = []
    for when in whens or [0]:
        parts = (_at(side, when, 0, 0.0) / 100 for side in sides)
        clear = (min(max(round(part, 8), 0.0), 1.0) for part in parts)
        keys.append([frame(when) if whens else 0, *clear])
    metadata.put(clip, "crop", keys)


def _put_framing(
    clip: otio.core.Item,
    basic: model.Filter | None,
    sizes: Sizes,
    frame: Frame,
    told: Told,
) -> None:
    """Turn Basic Motion, or its absence, into a fit and a scale against it."""
    unknown = 0 in sizes[0] or 0 in sizes[1]
    if basic is None and (unknown or sizes[0] == sizes[1]):
        return
    found = {} if basic is None else {p.id: p for p in basic.parameters}
    scale, turn, center = (found.get(n) for n in ("scale", "rotation", "center"))
    anchor = found.get("centerOffset")
    if anchor is not None and any(_part_of(anchor, k) for k in (0, 1)):
        told("anchor point", "dropped", "the picture about its middle")
    whens = sorted({w for p in (scale, turn, center) if p for w, _ in p.keyframes})
    percents = [_exact_at(scale, when) for when in whens or [0]]
    fit, scales = _fitted(percents, sizes, unknown)
    aspect = Fraction(*sizes[1]) if 0 not in sizes[1] else Fraction(16, 9)
    keys: list[list[float]] = []
    for when, factor in zip(whens or [0], scales, strict=True):
        x, down = _at(center, when, 0, 0.0), _at(center, when, 1, 0.0)
        y = _shortest(
            down / float(aspect), number(down), lambda near: number(near * aspect)
        )
        angle = -_at(turn, when, 0, 0.0) + 0.0
        keys.append([frame(when) if whens else 0, factor, x, y, angle])
    if all(key[1:] == [1.0, 0.0, 0.0, 0.0] for key in keys):
        keys = []
    if keys or fit != "cover":
        metadata.put(clip, "framing", {"fit": fit, "keys": keys})


def _fitted(
    percents: Sequence[Fraction], sizes: Sizes, unknown: bool
) -> tuple[str, list[float]]:
    """Return the fit under which the scales are plainest, and these.

    Plainest is no scale at all, else the fewest decimals, in the order of `_FITS`.
    """
    found: list[tuple[tuple[bool, int], str, list[float]]] = []
    for fit in ("native",) if unknown else _FITS:
        base = fit_scale(fit, *sizes)
        scales = [_scale(percent, base) for percent in percents]
        decimals = max(_decimals(scale) for scale in scales)
        scaled = any(scale != 1 for scale in scales)
        found.append(((scaled, decimals), fit, scales))
    _, fit, scales = min(found, key=lambda row: row[0])
    return fit, scales


def _scale(percent: Fraction, base: Fraction) -> float:
    scale = float(percent / 100 / base)
    text = number(float(percent))
    return _shortest(scale, text, lambda near: number(100 * float(base) * near))


def _decimals(value: float) -> int:
    for digits in range(_MOST_DECIMALS):
        if abs(round(value, digits) - value) < 1e-9:
            return digits
    return _MOST_DECIMALS


def _exact_at(parameter: model.Parameter | None, when: int) -> Fraction:
    if parameter is not None and not parameter.keyframes:
        value = exact(parameter.value)
        return Fraction(100) if value is None else value
    return Fraction(_at(parameter, when, 0, 100.0))


def _at(
    parameter: model.Parameter | None, when: int, part: int, default: float
) -> float:
    """Return one part of a value at a media frame, linear between keyframes."""
    if parameter is None:
        return default
    if not parameter.keyframes:
        return _part_of(parameter, part, default)
    keys = sorted(parameter.keyframes, key=lambda key: key[0])
    index = bisect.bisect_right([key[0] for key in keys], when)
    if index == 0:
        return _of(keys[0][1], part, default)
    first, first_value = keys[index - 1]
    a = _of(first_value, part, default)
    if index == len(keys) or first == when:
        return a
    b = _of(keys[index][1], part, default)
    return a + (b - a) * (when - first) / (keys[index][0] - first)


def _part_of(parameter: model.Parameter, part: int, default: float = 0.0) -> float:
    return _of(parameter.value, part, default)


def _of(value: model.Value, part: int, default: float) -> float:
    return _value(value if isinstance(value, str) else value[part], default)
