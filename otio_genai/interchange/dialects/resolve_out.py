"""Our clips in Resolve's own metadata; see `resolve_values` for the units."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account
from otio_genai.interchange.dialects import resolve_titles
from otio_genai.interchange.dialects.keys import Series, series_of
from otio_genai.interchange.dialects.resolve_values import (
    LIMITS,
    effect,
    parameter,
)
from otio_genai.interchange.dialects.sizes import (
    Size,
    aspect_of,
    base_scale,
    media_size,
)
from otio_genai.interchange.rebuild import Place

__all__ = [
    "clip_effects",
    "clip_space",
    "fills_unsized",
    "mark_generator",
    "track_space",
    "transition_space",
]


def track_space(track: otio.schema.Track, locked: bool, mono: bool) -> dict[str, Any]:
    """Return what Resolve keeps of a track."""
    if track.kind != otio.schema.TrackKind.Audio:
        return {"Locked": locked}
    kind = "Mono" if mono else "Stereo"
    return {"Audio Type": kind, "Locked": locked, "SoloOn": False}


def clip_space(channels: list[int], link: int | None) -> dict[str, Any]:
    """Return what Resolve keeps of a clip: its source channels and its group."""
    made: dict[str, Any] = {}
    if channels:
        made["Channels"] = [
            {"Source Channel ID": channel - 1, "Source Track ID": 0}
            for channel in channels
        ]
    if link is not None:
        made["Link Group ID"] = link
    return made


def transition_space(curve: str) -> dict[str, Any]:
    """Return what Resolve keeps of a sound crossfade."""
    power = curve == "power"
    name = "Cross Fade +3 dB" if power else "Cross Fade 0 dB"
    kind = "Cross Fade +3DB" if power else "Cross Fade 0DB"
    made: dict[str, Any] = {"Transition Type": kind}
    if not power:
        made["Effects"] = {
            "Effect Name": name,
            "Enabled": True,
            "Name": "Cross Fade",
            "Parameters": [],
            "Type": 40,
        }
    return made


def clip_effects(
    clip: otio.schema.Clip, film: Size | None, account: Account, place: Place
) -> list[otio.schema.Effect]:
    """Return Resolve's effects for what a clip's metadata says."""
    made = [
        _transform(clip, film, account, place),
        _crop(clip),
        _one(clip, "opacity", "Composite", "opacity", 100.0),
        _volume(clip, account, place),
        _one(clip, "pan", "Fairlight Clip Pan", "pan", 100.0),
    ]
    return [found for found in made if found is not None]


def _one(
    clip: otio.schema.Clip, feature: str, name: str, parameter_id: str, factor: float
) -> otio.schema.Effect | None:
    rows = metadata.read(clip, feature)
    if not rows:
        return None
    series = tuple((k, v * factor) for k, v in series_of(rows, 1))
    given = parameter(parameter_id, series)
    return None if given is None else effect(name, [given])


def _volume(
    clip: otio.schema.Clip, account: Account, place: Place
) -> otio.schema.Effect | None:
    rows = metadata.read(clip, "levels") or []
    loudest = LIMITS["volume"][2]
    if any(row[1] > loudest for row in rows):
        gets = f"+{loudest:.0f} dB, the most there is"
        account.add("level", "approximated", gets, "Lower the level.", **place.report())
    return _one(clip, "levels", "Fairlight Clip Volume and Fades", "volume", 1.0)


def _crop(clip: otio.schema.Clip) -> otio.schema.Effect | None:
    rows = metadata.read(clip, "crop")
    if not rows:
        return None
    sides = ("cropLeft", "cropRight", "cropTop", "cropBottom")
    given = [
        parameter(side, series_of(rows, part)) for part, side in enumerate(sides, 1)
    ]
    return effect("Cropping", given) if any(given) else None


def _transform(
    clip: otio.schema.Clip, film: Size | None, account: Account, place: Place
) -> otio.schema.Effect | None:
    framing = metadata.read(clip, "framing") or {}
    fit = framing.get("fit", "cover")
    rows = framing.get("keys") or [[0, 1.0, 0.0, 0.0, 0.0]]
    media = media_size(clip)
    generated = isinstance(clip.media_reference, otio.schema.GeneratorReference)
    if generated and film is not None:
        media = film
    if media is None or film is None:
        if framing.get("keys") or fit not in ("cover", "contain"):
            account.add(
                "framing",
                "approximated",
                "counted from the picture fitted into the frame",
                "Analyse the takes first: the size of this one is not known.",
                **place.report(),
            )
        # As if the picture filled the frame.
        ratio, across, down = 1.0, 1.0, aspect_of(film)
    else:
        contained = base_scale("contain", media, film)
        ratio = base_scale(fit, media, film) / contained
        across = film[0] / (media[0] * contained)
        # Our heights are counted in frame widths.
        down = film[0] / (media[1] * contained)
    zoom = _times(series_of(rows, 1), ratio)
    given = [
        parameter("transformationZoomX", zoom),
        parameter("transformationZoomY", zoom),
        parameter("transformationPan", _times(series_of(rows, 2), across)),
        parameter("transformationTilt", _times(series_of(rows, 3), -down)),
        parameter("transformationRotationAngle", _times(series_of(rows, 4), -1.0)),
    ]
    _report_limits(rows, ratio, account, place)
    return effect("Transform", given) if any(given) else None


def fills_unsized(clip: otio.schema.Clip, film: Size | None) -> bool:
    """Tell whether a picture fills the frame and nobody knows what that takes."""
    if isinstance(clip.media_reference, otio.schema.GeneratorReference):
        return False
    framing = metadata.read(clip, "framing") or {}
    plain = framing.get("fit", "cover") == "cover" and not framing.get("keys")
    return plain and (film is None or media_size(clip) is None)


def _times(series: Series, factor: float) -> Series:
    return tuple((frame, value * factor) for frame, value in series)


def _report_limits(
    rows: list[list[float]], ratio: float, account: Account, place: Place
) -> None:
    most = LIMITS["transformationZoomX"][2]
    shift = LIMITS["transformationPan"][2]
    if any(row[1] * ratio > most or abs(row[2]) > shift for row in rows):
        account.add(
            "framing",
            "approximated",
            f"a zoom of {most:.0f} and a shift of {shift:.0f} pictures, the most "
            "there is",
            "Use a larger take.",
            **place.report(),
        )


def mark_generator(clip: otio.schema.Clip, account: Account, place: Place) -> None:
    """Turn a generated picture into Resolve's own, in place."""
    reference = clip.media_reference
    if isinstance(reference, otio.schema.GeneratorReference):
        made = resolve_titles.to_resolve(reference)
        if made is None:
            account.note(
                f"{place.item}: whether Resolve has a generator "
                f"{reference.generator_kind!r} is not established."
            )
        else:
            clip.media_reference = made
