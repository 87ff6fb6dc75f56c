"""Levels and camera moves as the format's own filters.

Conventions
    Levels are amplitude factors, at most `LARGEST_GAIN` (Premiere plays silence
    above it). Motion is Basic Motion: scale in percent of the media's own pixels,
    rotation counter-clockwise, centre as an offset from the middle of the picture in
    parts of the sequence's width and height, downwards positive. Keyframes count media
    frames, as in and out do; between them values are linear.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from otio_genai import maps
from otio_genai.interchange.xmeml.dialects import LARGEST_GAIN, Table
from otio_genai.interchange.xmeml.model import Filter, Parameter, Value

__all__ = ["DIP_EFFECT", "fit_scale", "level_filter", "motion_filter", "number"]

#: Id and name of the transition through black.
DIP_EFFECT = "Dip to Color Dissolve"

#: Told (feature, what the target gets, remedy) for each approximation.
Report = Callable[[str, str, str], None]
#: Media frame of a record frame counted from the clip's first.
When = Callable[[int], int]

_LARGEST_PERCENT = 1000.0


def number(value: float) -> str:
    """Return a decimal with at most six places, without a useless tail.

    Examples
    --------
    >>> number(0.5), number(100.0), number(-1e-9)
    ('0.5', '100', '0')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def fit_scale(
    fit: str, media_size: tuple[int, int], sequence_size: tuple[int, int]
) -> Fraction:
    """Return the scale that makes a picture cover, or be contained in, the frame."""
    across, down = (
        Fraction(whole, part)
        for whole, part in zip(sequence_size, media_size, strict=True)
    )
    return min(across, down) if fit == "contain" else max(across, down)


def level_filter(
    levels: Sequence[Sequence[float]], when: When, table: Table, report: Report
) -> Filter | None:
    """Return the level of a clip; None when it plays as it is."""
    if not levels:
        return None
    gains = [maps.gain(float(level)) for _, level in levels]
    if max(gains) > LARGEST_GAIN:
        report("level", "+12 dB, the most that every editor plays", "Lower the level.")
    texts = [_gain_text(gain, table) for gain in gains]
    frames = [when(int(frame)) for frame, _ in levels]
    keys = _keys(frames, texts, "level", report)
    if len(keys) == 1 and keys[0][1] == "1":
        return None
    level = _parameter(("level", "Level"), keys, (table.level_low, table.level_high))
    return Filter(
        "audiolevels", "Audio Levels", "audiolevels", "audiolevels", "audio", (level,)
    )


def _gain_text(gain: float, table: Table) -> str:
    text = number(min(gain, LARGEST_GAIN))
    return table.silence if float(text) <= float(table.silence) else text


def _keys(
    frames: Sequence[int], values: Sequence[Value], feature: str, report: Report
) -> tuple[tuple[int, Value], ...]:
    """Return keyframes, one per media frame; one is a value that never changes."""
    if any(b <= a for a, b in itertools.pairwise(frames)):
        report(
            f"{feature} keyframes",
            "the last of several keyframes on one media frame",
            "Leave a frame between keyframes.",
        )
    keys = tuple(sorted(dict(zip(frames, values, strict=True)).items()))
    return keys if len({value for _, value in keys}) > 1 else keys[:1]


def _parameter(
    name: tuple[str, str],
    keys: tuple[tuple[int, Value], ...],
    span: tuple[str, str] = ("", ""),
) -> Parameter:
    """Return a parameter of (id, name); its plain value is that of the first key."""
    changing = keys if len(keys) > 1 else ()
    return Parameter(*name, keys[0][1], *span, changing)


def motion_filter(
    framing: dict[str, Any],
    sizes: tuple[tuple[int, int], tuple[int, int]],
    when: When,
    report: Report,
) -> Filter | None:
    """Return Basic Motion for a framing; None when the picture fits as it is.

    Parameters
    ----------
    framing
        ``fit`` and ``keys`` [[record frame, scale, x, y, rotation], ...].
    sizes
        (width, height) in pixels of the media and of the sequence.
    """
    media_size, sequence_size = sizes
    keys = framing.get("keys") or [[0, 1.0, 0.0, 0.0, 0.0]]
    if 0 in media_size:
        if framing.get("keys"):
            report("framing", "an unframed picture", "Analyse the takes first.")
        return None
    fit = float(fit_scale(framing.get("fit", "cover"), media_size, sequence_size))
    aspect = sequence_size[0] / sequence_size[1]
    percents = [100 * fit * float(key[1]) for key in keys]
    if max(percents) > _LARGEST_PERCENT:
        report("framing", "a scale of 1000 %, the most there is", "Use a larger take.")
    scales = [number(min(percent, _LARGEST_PERCENT)) for percent in percents]
    turns = [number(-float(key[4])) for key in keys]
    centers = [(number(float(key[2])), number(float(key[3]) * aspect)) for key in keys]
    if set(scales) == {"100"} and set(turns) == {"0"} and set(centers) == {("0", "0")}:
        return None
    if any(center != ("0", "0") for center in centers):
        report(
            "picture position",
            "an offset in parts of the sequence's frame; editors may read it in "
            "parts of the media's",
            "Use takes of the film's own size.",
        )
    frames = [when(int(key[0])) for key in keys]
    return _basic_motion(frames, scales, turns, centers, report)


def _basic_motion(
    frames: Sequence[int],
    scales: Sequence[str],
    turns: Sequence[str],
    centers: Sequence[tuple[str, str]],
    report: Report,
) -> Filter:
    def keys(values: Sequence[Value]) -> tuple[tuple[int, Value], ...]:
        return _keys(frames, values, "framing", report)

    middle = ("0", "0")
    parameters = (
        _parameter(("scale", "Scale"), keys(scales), ("0", "1000")),
        _parameter(("rotation", "Rotation"), keys(turns), ("-8640", "8640")),
        _parameter(("center", "Center"), keys(centers)),
        Parameter("centerOffset", "Anchor Point", middle),
        Parameter("antiflicker", "Anti-flicker Filter", "0", "0.0", "1.0"),
    )
    return Filter("basic", "Basic Motion", "motion", "motion", "video", parameters)
