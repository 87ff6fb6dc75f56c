"""How each clip of a timeline looks, read once, and what of it cannot be drawn.

Aim
    Framing, crop, effects and drawings become `Shown`; what a timeline asks for that is
    not there becomes a fault or a note, all of it together.
"""

from __future__ import annotations

import bisect
import contextlib
import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import MediaError, RenderError
from otio_genai.media import locate
from otio_genai.media.identity import Known, known
from otio_genai.render import effects, titles
from otio_genai.render.geometry import Framing, framing
from otio_genai.render.shown import NO_CROP, Effect, Frame, Look, Pose, Shown

__all__ = ["Looks", "see_through", "undrawn"]

_AT_REST = Pose()
# What is uncovered by less than this is not seen.
_SLACK_PX = 1.0

_Crop = tuple[float, float, float, float]
_Measure = Callable[[str], Known | None]


@dataclass(frozen=True, slots=True)
class _Clip:
    """What is known of a clip."""

    framing: Framing
    crop: Callable[[int], _Crop]
    look: Look
    steady: bool


class Looks:
    """How each clip looks.

    Parameters
    ----------
    rate
        Record frames per second.
    size
        Of the film.
    functions
        Effects that the caller passes, by name.
    bare
        Whether what lies below everything is black.

    Attributes
    ----------
    notes
        What is not drawn as the timeline says, one sentence each.
    faults
        What cannot be drawn at all, one line each.
    """

    def __init__(
        self,
        rate: Fraction,
        size: tuple[int, int],
        functions: effects.Functions | None = None,
        *,
        bare: bool = True,
    ) -> None:
        self.notes: list[str] = []
        self.faults: list[str] = []
        self._rate, self._size = rate, size
        self._functions, self._bare = functions or {}, bare
        self._known: dict[int, _Clip] = {}
        self._drawn: dict[str, str] = {}
        self._tried: dict[tuple[Effect, Look], str] = {}

    def frame(self, layers: Sequence[maps.Layer]) -> Frame:
        """Return what a record frame of the picture map shows."""
        return tuple(
            self._shown(layer, alone=self._bare and not number)
            for number, layer in enumerate(layers)
        )

    def _shown(self, layer: maps.Layer, *, alone: bool) -> Shown:
        key = id(layer.clip)
        if key not in self._known:
            self._known[key] = self._read(layer.clip)
        clip = self._known[key]
        drawn = layer.url.startswith(maps.SCHEME)
        return Shown(
            url=self._settled(layer) if drawn else layer.url,
            number=layer.source_frame,
            look=clip.look,
            weight=layer.weight,
            pose=clip.framing.at(layer.clip_frame) if clip.framing.poses else _AT_REST,
            crop=clip.crop(layer.clip_frame),
            sweep=layer.sweep,
            clip_frame=0 if clip.steady else layer.clip_frame,
            # On black, holes are black: the picture is as plain as any.
            over=layer.over and (drawn or not alone),
            name=layer.clip.name or "clip",
        )

    def _read(self, clip: otio.schema.Clip) -> _Clip:
        how = framing(clip)
        look = how.look()
        laid, foreign = effects.named(clip, self._functions)
        if maps.drawing_of(clip.media_reference) is None:
            self._note(clip, *(f"the effect {name!r} is not drawn" for name in foreign))
        steady = effects.stays(laid)
        if laid:
            length = rates.frames_at(_length_s(clip), self._rate)
            look = replace(look, effects=laid, length_frames=0 if steady else length)
            for one in laid:
                self._try(clip, one, look)
        return _Clip(how, _crop(clip), look, steady)

    def _try(self, clip: otio.schema.Clip, one: Effect, look: Look) -> None:
        key = one, replace(look, effects=())
        if key not in self._tried:
            self._tried[key] = effects.refusal(
                one, look, self._rate, self._functions, self._size
            )
        if self._tried[key]:
            name = clip.name or "clip"
            self.faults.append(f"{name}: {one.name}: {self._tried[key]}")

    def _settled(self, layer: maps.Layer) -> str:
        if layer.url not in self._drawn:
            wanted = maps.drawing(layer.url)
            if wanted is not None:
                made, amiss = titles.settled(wanted)
                self._drawn[layer.url] = made.url
                self._note(layer.clip, *amiss)
        return self._drawn[layer.url]

    def _note(self, clip: otio.schema.Clip, *notes: str) -> None:
        self.notes += (f"{clip.name or 'clip'}: {note}." for note in notes)


def _length_s(clip: otio.schema.Clip) -> Fraction:
    return rates.seconds(clip.trimmed_range().duration)


def _crop(clip: otio.schema.Clip) -> Callable[[int], _Crop]:
    """Return the parts cut away at left, top, right and bottom of a clip frame."""
    kept = metadata.read(clip, "crop")
    if not kept:
        return lambda _: NO_CROP
    try:
        rows = sorted([float(value) for value in row] for row in kept)
        if any(len(row) != 5 or not all(map(math.isfinite, row)) for row in rows):
            raise ValueError
    except (TypeError, ValueError):
        raise RenderError(
            f"This crop cannot be read: {kept!r}.",
            place=clip.name or "clip",
            remedy="Write rows [frame, left, right, top, bottom] in parts of the "
            "picture.",
        ) from None
    frames = [row[0] for row in rows]

    def at(frame: int) -> _Crop:
        index = bisect.bisect_right(frames, frame)
        low, high = rows[max(index - 1, 0)], rows[min(index, len(rows) - 1)]
        length = high[0] - low[0]
        share = min(max((frame - low[0]) / length, 0.0), 1.0) if length else 0.0
        left, right, top, bottom = (
            min(max(a + (b - a) * share, 0.0), 1.0)
            for a, b in zip(low[1:], high[1:], strict=True)
        )
        return left, top, right, bottom

    return at


def see_through(
    timeline: otio.schema.Timeline,
    size: tuple[int, int],
    functions: effects.Functions | None = None,
) -> Callable[[otio.schema.Clip], bool] | None:
    """Return what tells the clips that leave something of the frame to those below.

    By their alpha, their crop, a framing that does not cover the frame, or an effect.
    None where nothing can be below anything.

    Parameters
    ----------
    timeline
        Where the clips are; on a single track there is nothing below.
    size
        Of the film.
    functions
        Effects that the caller passes, by name.
    """
    tracks = timeline.find_children(descended_from_type=otio.schema.Track)
    kinds = [track.kind for track in tracks]
    if kinds.count(otio.schema.TrackKind.Video) < 2:
        return None

    measured = functools.cache(_known)

    def lets_through(clip: otio.schema.Clip) -> bool:
        laid, _ = effects.named(clip, functions)
        return (
            any(one.code or one.name not in effects.HIDING for one in laid)
            or any(any(row[1:]) for row in metadata.read(clip, "crop") or ())
            or _has_alpha(clip, measured)
            or not _covers(clip, size, measured)
        )

    return lets_through


def _has_alpha(clip: otio.schema.Clip, measured: _Measure) -> bool:
    # What the timeline keeps of a file may be older than the file.
    facts = measured(_url(clip))
    if facts is not None:
        return facts.alpha
    return bool(metadata.read(clip.media_reference, "media", {}).get("alpha"))


def _url(clip: otio.schema.Clip) -> str:
    return str(getattr(clip.media_reference, "target_url", None) or "")


def _known(url: str) -> Known | None:
    # That a file is missing is told elsewhere, and of all of them at once.
    with contextlib.suppress(MediaError):
        return known(locate.path(url)) if url else None
    return None


def _covers(clip: otio.schema.Clip, size: tuple[int, int], measured: _Measure) -> bool:
    how = framing(clip)
    if how.fit == "cover" and not how.poses:
        return True
    wide, high = _size(clip, size, measured)
    ratios = size[0] / wide, size[1] / high
    fit = {"cover": max(ratios), "contain": min(ratios), "native": 1.0}[how.fit]
    half = wide * fit / 2, high * fit / 2
    return all(_covered(half, size, pose) for pose in how.poses or (_AT_REST,))


def _size(
    clip: otio.schema.Clip, film: tuple[int, int], measured: _Measure
) -> tuple[int, int]:
    facts = measured(_url(clip))
    if facts is not None and facts.width and facts.height:
        return facts.width, facts.height
    kept: dict[str, Any] = metadata.read(clip.media_reference, "media", {})
    if kept.get("width") and kept.get("height"):
        return int(kept["width"]), int(kept["height"])
    return film


def _covered(half: tuple[float, float], size: tuple[int, int], pose: Pose) -> bool:
    """Tell whether the frame's corners lie in a picture of half a width and height."""
    turn = math.radians(pose.rotation_deg)
    cos, sin = math.cos(turn), math.sin(turn)
    slack = _SLACK_PX
    for right in (-0.5, 0.5):
        for down in (-0.5, 0.5):
            x = right * size[0] - pose.x_fw * size[0]
            y = down * size[1] - pose.y_fw * size[0]
            across, along = abs(cos * x + sin * y), abs(cos * y - sin * x)
            if across > half[0] * pose.scale + slack:
                return False
            if along > half[1] * pose.scale + slack:
                return False
    return True


def undrawn(timeline: otio.schema.Timeline) -> tuple[str, ...]:
    """Return a sentence for each generator that is not known, and so not drawn."""
    found = []
    for clip in maps.clips(timeline):
        reference = clip.media_reference
        if not isinstance(reference, otio.schema.GeneratorReference):
            continue
        if maps.drawing_of(reference) is None and _on_video(clip):
            kind = reference.generator_kind or reference.name
            found.append(
                f"{clip.name or 'clip'}: the generator {kind!r} is not known and not "
                "drawn."
            )
    return tuple(dict.fromkeys(found))


def _on_video(clip: otio.schema.Clip) -> bool:
    item = clip
    while item is not None:
        if not getattr(item, "enabled", True):
            return False
        if getattr(item, "kind", "Video") == otio.schema.TrackKind.Audio:
            return False
        item = item.parent()
    return True
