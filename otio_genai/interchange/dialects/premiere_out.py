"""Our clips in Premiere's own metadata; see `premiere_values` for the units."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account
from otio_genai.interchange.dialects.keys import Series, series_of
from otio_genai.interchange.dialects.premiere_values import (
    MOTION,
    OPACITY,
    PANNER,
    When,
    effect,
    fixed,
    parameter,
)
from otio_genai.interchange.dialects.sizes import (
    Size,
    aspect_of,
    base_scale,
    media_size,
)
from otio_genai.interchange.rebuild import Place

__all__ = ["clip_effects", "clip_space", "stack_space", "track_space"]

_MIDDLE = {"X": 0.5, "Y": 0.5}
_PLAIN = [[0, 1.0, 0.0, 0.0, 0.0]]
_SIDES = ("Crop Left", "Crop Top", "Crop Right", "Crop Bottom")
# Where each of Premiere's sides stands in our rows (left, right, top, bottom).
_OURS = (1, 3, 2, 4)


def stack_space(rate: Fraction, sample_rate: int, size: Size) -> dict[str, Any]:
    """Return what Premiere keeps of a sequence."""
    return {
        "AudioFrameRate": float(sample_rate),
        "PixelAspectRatio": {"denominator": 1.0, "numerator": 1.0},
        "VideoFrameRate": float(rate),
        "VideoResolution": {"height": size[1], "width": size[0]},
    }


def track_space(track: otio.schema.Track, mono: bool) -> dict[str, Any]:
    """Return what Premiere keeps of a track."""
    if track.kind != otio.schema.TrackKind.Audio:
        return {}
    kind = "Mono" if mono else "Stereo"
    return {"AudioChannels": {"ChannelType": kind, "NumberOfChannels": 2 - mono}}


def clip_space(channels: list[int], link: int | None) -> dict[str, Any]:
    """Return what Premiere keeps of a clip: its source channels and its group."""
    made: dict[str, Any] = {"OriginalChannelGroupIndex": 0, "SourceClipIndex": 0}
    if channels:
        made["AudioChannels"] = {
            "ChannelType": "Mono" if len(channels) == 1 else "Stereo",
            "SecondaryAssignments": [
                {"SecondaryChannelIndex": channel - 1} for channel in channels
            ],
        }
    if link is not None:
        made["LinkID"] = str(link)
    return made


def clip_effects(
    clip: otio.schema.Clip,
    film: Size | None,
    when: When,
    rate: Fraction,
    account: Account,
    place: Place,
) -> list[otio.schema.Effect]:
    """Return Premiere's effects for what a clip's metadata says."""
    made = [
        _opacity(clip, when, rate),
        _motion(clip, film, (when, rate), account, place),
        _panner(clip, when, rate),
    ]
    if any(row[1] for row in metadata.read(clip, "levels") or []):
        account.add(
            "levels",
            "dropped",
            "the sound at its own level",
            "Export to Premiere XML, which carries levels.",
            **place.report(),
        )
    return [found for found in made if found is not None]


def _opacity(
    clip: otio.schema.Clip, when: When, rate: Fraction
) -> otio.schema.Effect | None:
    rows = metadata.read(clip, "opacity")
    if not rows or all(row[1] == 1 for row in rows):
        return None
    percent = tuple((k, 100 * v) for k, v in series_of(rows, 1))
    given = [
        parameter("Opacity", 1, {"": percent}, when, rate),
        # 18 is the normal mode.
        fixed("Blend Mode", 2, 18, rate),
        fixed("Blend Mode", 3, 0, rate),
    ]
    return effect(OPACITY, "Opacity", given, intrinsic=True)


def _panner(
    clip: otio.schema.Clip, when: When, rate: Fraction
) -> otio.schema.Effect | None:
    rows = metadata.read(clip, "pan")
    if not rows or all(row[1] == 0 for row in rows):
        return None
    balance = tuple((k, (v + 1) / 2) for k, v in series_of(rows, 1))
    given = [parameter("Balance", 0, {"": balance}, when, rate)]
    return effect(PANNER, "Panner", given, intrinsic=False)


def _motion(
    clip: otio.schema.Clip,
    film: Size | None,
    clock: tuple[When, Fraction],
    account: Account,
    place: Place,
) -> otio.schema.Effect | None:
    framing = metadata.read(clip, "framing") or {}
    crop = metadata.read(clip, "crop") or [[0, 0.0, 0.0, 0.0, 0.0]]
    rows = framing.get("keys") or _PLAIN
    fit = framing.get("fit", "cover")
    media = media_size(clip)
    scale = 1.0
    if media is not None and film is not None:
        scale = base_scale(fit, media, film)
    elif fit != "native" and rows != _PLAIN:
        account.add(
            "framing",
            "approximated",
            "a scale counted from the picture's own pixels",
            "Analyse the takes first: the size of this one is not known.",
            **place.report(),
        )
    cropped = any(any(row[1:]) for row in crop)
    if scale == 1 and rows == _PLAIN and not cropped:
        return None
    aspect = aspect_of(film)
    when, rate = clock
    given = _motion_parameters(rows, scale, aspect, when, rate)
    given += [
        parameter(side, number, {"": _percent(crop, part)}, when, rate)
        for number, (side, part) in enumerate(zip(_SIDES, _OURS, strict=True), 8)
    ]
    if cropped:
        account.note(
            f"{place.item}: whether Premiere reads a crop from this format is not "
            "established."
        )
    return effect(MOTION, "Motion", given, intrinsic=True)


def _motion_parameters(
    rows: list[list[float]], scale: float, aspect: float, when: When, rate: Fraction
) -> list[dict[str, Any]]:
    # Every row of a point needs both its parts.
    x = tuple((int(row[0]), 0.5 + row[2]) for row in rows)
    y = tuple((int(row[0]), 0.5 + row[3] * aspect) for row in rows)
    percent = tuple((k, 100 * scale * v) for k, v in series_of(rows, 1))
    return [
        parameter("Position", 1, {"X": x, "Y": y}, when, rate),
        parameter("Scale", 2, {"": percent}, when, rate),
        fixed("Scale Width", 3, 100.0, rate),
        fixed(" ", 4, True, rate),
        parameter("Rotation", 5, {"": series_of(rows, 4)}, when, rate),
        fixed("Anchor Point", 6, _MIDDLE, rate),
        fixed("Anti-flicker Filter", 7, 0.0, rate),
    ]


def _percent(rows: list[list[float]], part: int) -> Series:
    return tuple((k, 100 * v) for k, v in series_of(rows, part))
