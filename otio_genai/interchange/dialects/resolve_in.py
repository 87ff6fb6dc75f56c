"""Resolve's effects as our clips say them; see `resolve_values` for the units."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.dialects.keys import Series, finite, rows_of, space_of
from otio_genai.interchange.dialects.resolve_titles import from_resolve
from otio_genai.interchange.dialects.resolve_values import (
    SPACE,
    parameters_of,
    series_in,
)
from otio_genai.interchange.dialects.sizes import (
    FILLS,
    aspect_of,
    base_scale,
    framing_of,
    media_size,
)
from otio_genai.interchange.dialects.stage import Stage
from otio_genai.interchange.rebuild import Place

__all__ = ["generator", "place_faders", "read_effects"]

_Given = dict[str, dict[str, Any]]
_FADERS = "faders"
# Parameters that say how the inspector shows others.
_IDLE = frozenset(("transformationZoomLink", "eq band index"))

generator = from_resolve


def read_effects(
    clip: otio.schema.Clip, stage: Stage, place: Place, sound: bool, length: int
) -> None:
    """Bring a clip's effects to our forms, in place; keep those we have none for."""
    reader = _Effects(clip, stage, place, length)
    kept: list[otio.schema.Effect] = []
    framed = False
    for effect in list(metadata.each(clip.effects)):
        if isinstance(effect, otio.schema.LinearTimeWarp):
            kept.append(_bare(effect))
            continue
        held = space_of(effect, SPACE)
        if isinstance(effect, otio.schema.TimeEffect):
            kept += _ramp(clip, held, stage, place)
            continue
        if not isinstance(held, dict):
            kept.append(effect)
            continue
        given = parameters_of(held)
        name = str(held.get("Effect Name") or effect.effect_name)
        if held.get("Enabled") is False:
            stage.counts["off"] += bool(set(given) - _IDLE)
            continue
        told = reader.known.get(name)
        if told is not None:
            told(given)
            framed = framed or name == "Transform"
        elif set(given) - _IDLE or held.get("Type") == _ADJUSTMENT:
            stage.keep(effect, name, held)
            kept.append(effect)
    if not sound and not framed:
        reader.transform({})
    clip.effects[:] = kept


# Marks a clip without media as an adjustment clip.
_ADJUSTMENT = 74


def _bare(effect: otio.schema.LinearTimeWarp) -> otio.schema.LinearTimeWarp:
    if SPACE in effect.metadata:
        del effect.metadata[SPACE]
    return effect


class _Effects:
    """Reads the effects of one clip."""

    def __init__(
        self, clip: otio.schema.Clip, stage: Stage, place: Place, length: int
    ) -> None:
        self._clip = clip
        self._stage = stage
        self._place = place
        self._length = length
        self.known: dict[str, Callable[[_Given], None]] = {
            "Transform": self.transform,
            "Cropping": self._crop,
            "Composite": self._composite,
            "Video Faders": self._video_faders,
            "Fairlight Clip Volume and Fades": self._volume,
            "Fairlight Clip Pan": self._pan,
        }

    def transform(self, given: _Given) -> None:
        """Read zoom, pan, tilt and rotation as a framing."""
        film, media = self._stage.size, media_size(self._clip)
        if isinstance(self._clip.media_reference, otio.schema.GeneratorReference):
            if not given:
                return
            media = media or film
        if metadata.read(self._clip, "framing") == FILLS:
            metadata.put(self._clip, "framing", None)
            if not given:
                return
        zoom = self._series(given, "transformationZoomX")
        other = self._series(given, "transformationZoomY")
        if zoom != other:
            gets = "a zoom alike in width and height"
            self._stage.lose("zoom", gets, self._place, some=True)
            zoom = zoom or other
        across, down = 1.0, 1 / aspect_of(film)
        if film is not None and media is not None:
            contained = base_scale("contain", media, film)
            across = media[0] * contained / film[0]
            down = media[1] * contained / film[0]
        parts = (
            zoom,
            _times(self._series(given, "transformationPan"), across),
            _times(self._series(given, "transformationTilt"), -down),
            _times(self._series(given, "transformationRotationAngle"), -1.0),
        )
        rows = rows_of(parts, (1.0, 0.0, 0.0, 0.0))
        framing = framing_of(rows, "contain", media, film)
        if framing is not None:
            metadata.put(self._clip, "framing", framing)
        self._rest(given, "Transform")

    def _crop(self, given: _Given) -> None:
        sides = ("cropLeft", "cropRight", "cropTop", "cropBottom")
        parts = [self._series(given, side) for side in sides]
        if any(parts):
            metadata.put(self._clip, "crop", rows_of(parts, (0.0,) * 4))
        self._rest(given, "Cropping")

    def _composite(self, given: _Given) -> None:
        opacity = self._series(given, "opacity")
        if opacity:
            rows = rows_of([_times(opacity, 0.01)], (1.0,))
            metadata.put(self._clip, "opacity", rows)
        self._rest(given, "Composite")

    def _video_faders(self, given: _Given) -> None:
        into = _frames(given.pop("videoFaderIn", None), self._length)
        out = _frames(given.pop("videoFaderOut", None), self._length)
        keys: list[tuple[float, float]] = []
        if into:
            keys += [(0, 0.0), (into, 1.0)]
        if out:
            keys += [(self._length - out, 1.0), (self._length, 0.0)]
        if keys:
            self._fade_opacity(tuple(keys))
        self._rest(given, "Video Faders")

    def _fade_opacity(self, fade: Series) -> None:
        held = metadata.read(self._clip, "opacity")
        if held:
            gets = "its opacity without the fade"
            self._stage.lose("fade", gets, self._place, some=False)
            return
        metadata.put(self._clip, "opacity", rows_of([fade], (1.0,)))

    def _volume(self, given: _Given) -> None:
        volume = self._series(given, "volume")
        if volume:
            metadata.put(self._clip, "levels", rows_of([volume], (0.0,)))
        into = _frames(given.pop("faderIn", None), self._length)
        out = _frames(given.pop("faderOut", None), self._length)
        if into or out:
            metadata.put(self._clip, _FADERS, [into, out])
        self._rest(given, "Fairlight Clip Volume and Fades")

    def _pan(self, given: _Given) -> None:
        pan = self._series(given, "pan")
        if pan:
            metadata.put(self._clip, "pan", rows_of([_times(pan, 0.01)], (0.0,)))
        self._rest(given, "Fairlight Clip Pan")

    def _series(self, given: _Given, name: str) -> Series:
        series, curved = series_in(given.pop(name, None))
        if curved:
            gets = f"straight lines between the keys of {name}"
            self._stage.lose("keyframe curves", gets, self._place, some=True)
        return series

    def _rest(self, given: _Given, effect: str) -> None:
        left = sorted(set(given) - _IDLE)
        if left:
            gets = f"the clip without {', '.join(left)}"
            self._stage.lose(f"parts of {effect}", gets, self._place, some=False)


def _times(series: Series, factor: float) -> Series:
    return tuple((frame, value * factor) for frame, value in series)


def _frames(given: dict[str, Any] | None, most: int) -> int:
    value = finite(given.get("Parameter Value")) if given else None
    return 0 if value is None else min(max(0, round(value)), most)


def _ramp(
    clip: otio.schema.Clip, held: Any, stage: Stage, place: Place
) -> list[otio.schema.Effect]:
    """Return a speed that varies as our time effect; nothing when it has no keys."""
    listed = held.get("Key Frames") if isinstance(held, dict) else None
    keys: list[tuple[Fraction, Fraction]] = []
    bent = False
    for key in listed if isinstance(listed, list) else ():
        values = [finite(part) for part in key] if isinstance(key, list) else []
        pair = [v for v in values[:2] if v is not None]
        if len(pair) < 2:
            continue
        at, source = (Fraction(v).limit_denominator(1_000_000) for v in pair)
        if not keys or at > keys[-1][0]:
            keys.append((at, source))
        bent = bent or any(values[3:])
    trim = clip.source_range
    if len(keys) < 2 or trim is None:
        stage.lose("variable speed", "the clip at its own speed", place, some=False)
        return []
    available = clip.media_reference.available_range
    begin_s = Fraction(0) if available is None else rates.seconds(available.start_time)
    in_s = rates.seconds(trim.start_time) - begin_s
    # From the media's first frame, or from the clip's: the first key tells.
    shift = in_s - keys[0][1] if keys[0][1] == 0 else Fraction(0)
    gets = (
        "straight lines between its keys" if bent else "its keys, read as from the in"
    )
    stage.lose("variable speed", gets, place, some=True)
    first, last = keys[0], keys[-1]
    mean = (last[1] - first[1]) / (last[0] - first[0])
    made = otio.schema.LinearTimeWarp(time_scalar=float(mean))
    rows = [[str(at * stage.rate), str(source + shift)] for at, source in keys]
    metadata.put(made, "retime", {"keys": rows})
    return [made]


def place_faders(track: otio.schema.Track, stage: Stage, name: str) -> None:
    """Make a sound's fade handles transitions where it begins or ends in silence."""
    for index in range(len(track) - 1, -1, -1):
        clip = track[index]
        faders = metadata.read(clip, _FADERS) if _is_clip(clip) else None
        if faders is None:
            continue
        metadata.put(clip, _FADERS, None)
        into, out = faders
        after = track[index + 1] if index + 1 < len(track) else None
        before = track[index - 1] if index else None
        for frames, other, at in ((out, after, index + 1), (into, before, index)):
            if not frames:
                continue
            if other is not None and not isinstance(other, otio.schema.Gap):
                place = Place(name, clip.name, (0, 0))
                gets = "no fade beside the next sound"
                stage.account.add(
                    "sound fade", "dropped", gets, track=name, item=place.item
                )
                continue
            track.insert(at, _fade(frames, stage.rate, outgoing=at != index))


def _is_clip(item: otio.core.Composable) -> bool:
    return isinstance(item, otio.schema.Clip)


def _fade(frames: int, rate: Fraction, *, outgoing: bool) -> otio.schema.Transition:
    length, none = rates.time(frames, rate), rates.time(0, rate)
    return otio.schema.Transition(
        "Cross Fade",
        otio.schema.TransitionTypes.SMPTE_Dissolve,
        length if outgoing else none,
        none if outgoing else length,
    )
