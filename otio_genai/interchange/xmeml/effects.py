"""What a clip does to its picture and sound, as the format's own filters.

Conventions
    Levels are amplitude factors, at most `LARGEST_GAIN` (Premiere plays silence
    above it); pan runs from -1 to 1; opacity and crop are percentages, the crop's of
    the media's own picture. `otio_genai.interchange.xmeml.motion` has the framing.
    Keyframes count media frames, as in and out do; between them values are linear.
    Effects of a foreign file are written as they were, into the same version only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.interchange.account import clean
from otio_genai.interchange.spot import Spot
from otio_genai.interchange.xmeml.dialects import LARGEST_GAIN, Table
from otio_genai.interchange.xmeml.model import Filter, MediaType, Parameter
from otio_genai.interchange.xmeml.motion import motion_filter
from otio_genai.interchange.xmeml.parameters import (
    Report,
    When,
    keyed,
    number,
    parameter,
)

__all__ = ["DIP_EFFECT", "filters", "gain_text"]

#: Id and name of the transition through black.
DIP_EFFECT = "Dip to Color Dissolve"

_SIDES = ("left", "right", "top", "bottom")


def gain_text(gain: float, table: Table) -> str:
    """Return an amplitude factor as the level parameter states it."""
    text = number(min(gain, LARGEST_GAIN))
    return table.silence if float(text) <= float(table.silence) else text


def filters(
    spot: Spot,
    mediatype: MediaType,
    sizes: tuple[tuple[int, int], tuple[int, int]],
    when: When,
    table: Table,
    report: Report,
) -> tuple[Filter, ...]:
    """Return every effect of an item but its speed.

    Parameters
    ----------
    spot
        The item where it stands.
    mediatype
        The kind of track it stands on.
    sizes
        (width, height) in pixels of the media and of the sequence.
    when
        The media frame, as in and out count, of a record frame from the item's first.
    table
        The dialect.
    report
        Told what is approximated or dropped.
    """
    item = spot.item
    said = metadata.get(item)
    found: tuple[Filter | None, ...]
    if mediatype == "audio":
        found = (
            _level(said.get("levels") or [], when, table, report),
            _pan(said.get("pan") or [], when, report),
        )
    else:
        framing = said.get("framing") or {}
        found = (
            motion_filter(framing, sizes, when, report),
            _crop(said.get("crop") or [], when, report),
            _opacity(said.get("opacity") or [], when, report),
        )
    known = tuple(effect for effect in found if effect is not None)
    return known + tuple(_foreign(item, mediatype, table, report))


def _level(
    levels: Sequence[Sequence[float]], when: When, table: Table, report: Report
) -> Filter | None:
    if not levels:
        return None
    gains = [maps.gain(float(level)) for _, level in levels]
    if max(gains) > LARGEST_GAIN:
        report("level", "+12 dB, the most that every editor plays", "Lower the level.")
    texts = [gain_text(gain, table) for gain in gains]
    frames = [when(int(frame)) for frame, _ in levels]
    keys = keyed(frames, texts, "level", report)
    if len(keys) == 1 and keys[0][1] == "1":
        return None
    level = parameter(("level", "Level"), keys, (table.level_low, table.level_high))
    kind = "audiolevels"
    return Filter(kind, "Audio Levels", kind, kind, "audio", (level,))


def _pan(pans: Sequence[Sequence[float]], when: When, report: Report) -> Filter | None:
    if not pans:
        return None
    texts = [_bounded(float(pan), (-1, 1), "pan", report) for _, pan in pans]
    keys = keyed([when(int(frame)) for frame, _ in pans], texts, "pan", report)
    if len(keys) == 1 and keys[0][1] == "0":
        return None
    pan = parameter(("pan", "Pan"), keys, ("-1", "1"))
    return Filter("audiopan", "Audio Pan", "audiopan", "audiopan", "audio", (pan,))


def _opacity(
    values: Sequence[Sequence[float]], when: When, report: Report
) -> Filter | None:
    if not values:
        return None
    texts = [
        _bounded(100 * float(value), (0, 100), "opacity", report) for _, value in values
    ]
    keys = keyed([when(int(frame)) for frame, _ in values], texts, "opacity", report)
    if len(keys) == 1 and keys[0][1] == "100":
        return None
    made = parameter(("opacity", "opacity"), keys, ("0", "100"))
    return Filter("opacity", "Opacity", "motion", "motion", "video", (made,))


def _crop(
    crops: Sequence[Sequence[float]], when: When, report: Report
) -> Filter | None:
    if not crops:
        return None
    frames = [when(int(crop[0])) for crop in crops]
    sides: list[Parameter] = []
    for index, side in enumerate(_SIDES, 1):
        texts = [
            _bounded(100 * float(crop[index]), (0, 100), "crop", report)
            for crop in crops
        ]
        keys = keyed(frames, texts, "crop", report)
        sides.append(parameter((side, side), keys, ("0", "100")))
    if all(side.value == "0" and not side.keyframes for side in sides):
        return None
    return Filter("crop", "Crop", "motion", "motion", "video", tuple(sides))


def _bounded(
    value: float, bounds: tuple[int, int], feature: str, report: Report
) -> str:
    low, high = bounds
    if not low <= value <= high:
        report(feature, f"a value from {low} to {high}", "Keep it within these.")
    return number(min(max(value, low), high))


def _foreign(
    item: otio.core.Item, mediatype: MediaType, table: Table, report: Report
) -> Iterator[Filter]:
    """Give the effects that were read from a file of this version."""
    for effect in item.effects:
        if isinstance(effect, otio.schema.TimeEffect):
            continue
        name = clean(effect.effect_name or effect.name or "effect")
        kept = metadata.read(effect, "effect") or {}
        ours = kept.get("format") == "xmeml" and kept.get("version") == table.version
        if not ours or not kept.get("filter"):
            report("effect", f"the clip without {name!r}", "Render it in.", "dropped")
        elif kept.get("mediatype", mediatype) == mediatype:
            yield Filter("", name, "", "", mediatype, (), True, kept["filter"])
