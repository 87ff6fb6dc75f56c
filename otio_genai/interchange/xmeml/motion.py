"""The framing of a picture as Basic Motion.

Conventions
    Scale is in percent of the media's own pixels, rotation counter-clockwise, the
    centre an offset from the middle of the picture in parts of the sequence's width
    and height, downwards positive. A framing turns clockwise and shifts in parts of
    the frame's width.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from otio_genai.interchange.xmeml.model import Filter, Parameter, Value
from otio_genai.interchange.xmeml.parameters import (
    Report,
    When,
    keyed,
    number,
    parameter,
)

__all__ = ["fit_scale", "motion_filter"]

_LARGEST_PERCENT = 1000.0


def fit_scale(
    fit: str, media_size: tuple[int, int], sequence_size: tuple[int, int]
) -> Fraction:
    """Return the scale that makes a picture fit the frame in one of three ways.

    ``cover`` fills the frame, ``contain`` shows all of the picture, ``native`` leaves
    the picture its own pixels and needs no sizes.
    """
    if fit == "native":
        return Fraction(1)
    across, down = (
        Fraction(whole, part)
        for whole, part in zip(sequence_size, media_size, strict=True)
    )
    return min(across, down) if fit == "contain" else max(across, down)


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
    when, report
        As of every filter.
    """
    media_size, sequence_size = sizes
    keys = framing.get("keys") or [[0, 1.0, 0.0, 0.0, 0.0]]
    fit = framing.get("fit", "cover")
    unknown = 0 in media_size
    if fit != "native" and unknown:
        if framing.get("keys") or fit != "cover":
            gets = "an unframed picture: its medium states no size to scale from"
            report("framing", gets, "Analyse the takes first.")
        return None
    base = float(fit_scale(fit, media_size, sequence_size))
    aspect = sequence_size[0] / sequence_size[1]
    percents = [100 * base * float(key[1]) for key in keys]
    if max(percents) > _LARGEST_PERCENT:
        report("framing", "a scale of 1000 %, the most there is", "Use a larger take.")
    scales = [number(min(percent, _LARGEST_PERCENT)) for percent in percents]
    turns = [number(-float(key[4])) for key in keys]
    centers = [(number(float(key[2])), number(float(key[3]) * aspect)) for key in keys]
    plain = set(scales) == {"100"} and set(turns) == {"0"}
    # Without a size nothing tells its own pixels from a picture that fills the frame.
    stated = unknown and "fit" in framing
    if plain and set(centers) == {("0", "0")} and not stated:
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
        return keyed(frames, values, "framing", report)

    middle = ("0", "0")
    parameters = (
        parameter(("scale", "Scale"), keys(scales), ("0", "1000")),
        parameter(("rotation", "Rotation"), keys(turns), ("-8640", "8640")),
        parameter(("center", "Center"), keys(centers)),
        Parameter("centerOffset", "Anchor Point", middle),
        Parameter("antiflicker", "Anti-flicker Filter", "0", "0.0", "1.0"),
    )
    return Filter("basic", "Basic Motion", "motion", "motion", "video", parameters)
