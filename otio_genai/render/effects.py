"""moviepy's effects on clips: named in a timeline, laid on by moviepy.

Conventions
    A stock `otio.schema.Effect` on a clip, with ``metadata["otio_genai"]["effect"] =
    {"moviepy": NAME, "parameters": {…}}``: a class of ``moviepy.video.fx``, or a
    function that the caller passes, from a moviepy clip to a moviepy clip. A timeline
    never makes us import anything: names are looked up in these two places alone. Any
    other effect is an editor's own, kept for the way back and not drawn.

    Effects are laid on the picture as its framing shows it, of the film's size, in
    their order. One that gives another size is fitted back as the framing fits media.
    The clip they see lasts as long as the timeline's, and is asked for the middle of
    each record frame; beyond its ends, in a transition's handle, an effect stays as it
    was at the nearest end. Time belongs to the timeline: what would change it, or asks
    for pictures of another time, is refused.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import metadata
from otio_genai.errors import GenaiError, RenderError
from otio_genai.render.functions import told
from otio_genai.render.geometry import moved
from otio_genai.render.over import with_alpha
from otio_genai.render.shown import Effect, Look, Pose

__all__ = [
    "HIDING",
    "Functions",
    "Lens",
    "applied",
    "effect",
    "named",
    "refusal",
    "stays",
]

#: What a caller passes: functions from moviepy clip to moviepy clip, by name.
Functions = Mapping[str, Callable[..., Any]]

#: Effects that show as much of the frame as the picture did.
HIDING = frozenset(
    [
        "BlackAndWhite",
        "FadeIn",
        "FadeOut",
        "GammaCorrection",
        "InvertColors",
        "LumContrast",
        "MirrorX",
        "MirrorY",
        "MultiplyColor",
        "Painting",
    ]
)
_OTHERS = frozenset(
    [
        "Blink",
        "Crop",
        "CrossFadeIn",
        "CrossFadeOut",
        "Margin",
        "MaskColor",
        "Resize",
        "Rotate",
        "Scroll",
        "SlideIn",
        "SlideOut",
    ]
)
# These look alike at any time, so that a trimmed clip is still the same.
_TIMELESS = HIDING - {"FadeIn", "FadeOut"} | {"Crop", "Margin", "MaskColor", "Resize"}
_PLACED = frozenset(["Crop", "Margin", "Resize", "Rotate", "Scroll"])
_TIME = frozenset(
    [
        "AccelDecel",
        "Freeze",
        "FreezeRegion",
        "Loop",
        "MakeLoopable",
        "MultiplySpeed",
        "SuperSample",
        "TimeMirror",
        "TimeSymmetrize",
    ]
)
_FUNCTIONS = frozenset(["HeadBlur", "MasksAnd", "MasksOr"])
_TRIED_PX = 64
_SLACK_S = 1e-6


def effect(name: str, /, **parameters: Any) -> otio.schema.Effect:
    """Return a moviepy effect for a clip's ``effects``.

    Parameters
    ----------
    name
        A class of ``moviepy.video.fx``, or a function's name as `otio_genai.render` is
        given it under ``effects``.
    **parameters
        Its arguments, as JSON holds them; seconds count from the clip's first frame.

    Raises
    ------
    RenderError
        JSON cannot hold an argument.

    Examples
    --------
    >>> clip = otio.schema.Clip("shot")
    >>> clip.effects.append(effect("FadeIn", duration=0.5))
    >>> clip.effects[0].metadata["otio_genai"]["effect"]["moviepy"]
    'FadeIn'
    """
    try:
        plain = json.loads(json.dumps(parameters, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"These arguments cannot be kept in a timeline: {error}.",
            place=name,
            remedy="Use numbers, texts and lists of them; pass functions to render.",
        ) from None
    made = otio.schema.Effect(name=name, effect_name=name)
    metadata.put(made, "effect", {"moviepy": name, "parameters": plain})
    return made


def named(
    clip: otio.schema.Clip, functions: Functions | None = None
) -> tuple[tuple[Effect, ...], tuple[str, ...]]:
    """Return a clip's moviepy effects, and the names of those that are not drawn.

    Parameters
    ----------
    clip
        Any clip; its changes of speed are neither.
    functions
        What the caller passes by name.
    """
    found, foreign = [], []
    for one in metadata.each(clip.effects):
        if isinstance(one, otio.schema.TimeEffect):
            continue
        if not getattr(one, "enabled", True):
            continue
        kept = metadata.read(one, "effect")
        name = kept.get("moviepy") if isinstance(kept, dict) else None
        if name is None:
            foreign.append(str(one.effect_name or one.name or "effect"))
            continue
        said = json.dumps(
            kept.get("parameters") or {},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        function = (functions or {}).get(str(name))
        code = "" if function is None else told(function)
        found.append(Effect(str(name), said, code))
    return tuple(found), tuple(foreign)


def stays(effects: Sequence[Effect]) -> bool:
    """Tell whether effects look alike in every frame of a clip."""
    return all(one.name in _TIMELESS and not one.code for one in effects)


def refusal(
    wanted: Effect,
    look: Look,
    rate: Fraction,
    functions: Functions,
    size: tuple[int, int],
) -> str:
    """Return why an effect cannot be laid on; empty if it can.

    It is tried, since moviepy checks no argument before: on a picture of the film's
    ``size`` where places in the picture may be among them, else on a small one.
    """
    name = wanted.name
    if name not in functions:
        if name in _TIME:
            return "it changes time, which belongs to the timeline"
        if name in _FUNCTIONS:
            return "it needs functions or clips: pass a function of your own by name"
        if name not in HIDING | _OTHERS:
            return "moviepy has no effect of this name, and no function was passed"
    if not isinstance(json.loads(wanted.parameters), dict):
        return "its parameters are no dictionary"
    tried = replace(look, effects=(wanted,))
    placed = name in functions or name in _PLACED
    wide, high = size if placed else (_TRIED_PX, _TRIED_PX)
    grey = np.full((high, wide, 3), 128, np.uint8)
    try:
        for frame in {0, max(look.length_frames - 1, 0)}:
            applied(grey, tried, frame, rate, functions)
    except GenaiError as error:
        return error.sentence.rstrip(".")
    except Exception as error:
        return f"moviepy cannot lay it on: {error or type(error).__name__}"
    return ""


def applied(
    picture: NDArray[np.uint8],
    look: Look,
    clip_frame: int,
    rate: Fraction,
    functions: Functions | None = None,
) -> NDArray[np.uint8]:
    """Return a picture under its clip's effects.

    Parameters
    ----------
    picture
        uint8 (height, width, 3 or 4) as the framing shows it; alpha straight.
    look
        The effects, the clip's length, and how it fits the frame.
    clip_frame
        Record frames since the clip's first.
    rate
        Record frames per second.
    functions
        What the caller passes by name.

    Returns
    -------
    uint8 (height, width, 3 or 4)
        Of the same size; with alpha where an effect lets something through.

    Raises
    ------
    RenderError
        A function is not there or is another, or asks for another time.
    """
    return Lens(look, rate, functions)(picture, clip_frame)


class Lens:
    """Lays a clip's effects on one picture after the other; all as `applied`.

    moviepy's own are laid on once for all pictures: it makes each twice otherwise. A
    function of the caller's is called anew for each, since it may look at the picture.
    """

    def __init__(
        self, look: Look, rate: Fraction, functions: Functions | None = None
    ) -> None:
        self._look, self._rate, self._functions = look, rate, functions or {}
        self._once = not any(one.code for one in look.effects)
        self._made: dict[tuple[int, ...], tuple[_Moment, Any]] = {}

    def __call__(
        self, picture: NDArray[np.uint8], clip_frame: int
    ) -> NDArray[np.uint8]:
        """Return a picture under the effects."""
        length = max(self._look.length_frames, 1)
        inside = min(max(clip_frame, 0), length - 1)
        time_s = (inside + 0.5) / float(self._rate)
        if picture.shape not in self._made or not self._once:
            moment = _Moment(picture)
            clip = moment.clip(length / float(self._rate))
            for one in self._look.effects:
                clip = _laid_on(clip, one, self._functions)
            self._made[picture.shape] = moment, clip
        moment, clip = self._made[picture.shape]
        moment.picture, moment.time_s = picture, time_s
        size = (picture.shape[1], picture.shape[0])
        return _seen(clip, time_s, size, self._look.fit)


class _Moment:
    """The picture and the time that effects see.

    While they are laid on, moviepy looks at other times: there is none yet.
    """

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self.picture = picture
        self.time_s: float | None = None

    def clip(self, length_s: float) -> Any:
        """Return a moviepy clip that shows the picture of the moment."""
        made = self._shows(lambda: self.picture[..., :3], length_s)
        if self.picture.shape[2] == 4:
            made.mask = self._shows(lambda: self.picture[..., 3] / 255, length_s)
            made.mask.is_mask = True
        return made

    def _shows(self, picture: Callable[[], NDArray[Any]], length_s: float) -> Any:
        from moviepy import VideoClip

        def at(time_s: float) -> NDArray[Any]:
            if self.time_s is not None and abs(time_s - self.time_s) > _SLACK_S:
                raise RenderError("it asks for the picture of another time")
            return picture()

        # Given to its constructor, moviepy would call the function for a first frame.
        clip = VideoClip()
        clip.frame_function = at
        clip.size = (self.picture.shape[1], self.picture.shape[0])
        clip.duration = clip.end = length_s
        return clip


def _laid_on(clip: Any, wanted: Effect, functions: Functions) -> Any:
    said = json.loads(wanted.parameters)
    function = functions.get(wanted.name)
    if function is None and wanted.code:
        raise RenderError(
            f"The function {wanted.name!r} that the film was planned with is not here.",
            remedy="Render films with functions of your own in one process.",
        )
    if function is not None:
        made = function(clip, **said)
        if not hasattr(made, "get_frame"):
            raise RenderError("it gives no moviepy clip")
        return made
    return clip.with_effects([_effects()[wanted.name](**said)])


@functools.cache
def _effects() -> Mapping[str, Any]:
    from moviepy.video import fx

    return {name: getattr(fx, name) for name in HIDING | _OTHERS}


def _seen(clip: Any, time_s: float, size: tuple[int, int], fit: str) -> NDArray[Any]:
    """Return what a clip shows at a time, in a frame of a size."""
    frame = _levels(clip.get_frame(time_s), 1.0)
    if clip.mask is not None:
        alpha = _levels(clip.mask.get_frame(time_s), 255.0)
        if frame.shape[:2] != alpha.shape[:2]:
            raise RenderError("its picture and its mask have different sizes")
        frame = np.dstack([frame, alpha])
    x, y = clip.pos(time_s)
    if (frame.shape[1], frame.shape[0]) != size:
        frame = moved(with_alpha(frame), size, Look(fit=fit), Pose())
    return frame if _still(x) and _still(y) else _shifted(frame, x, y)


def _levels(values: Any, factor: float) -> NDArray[np.uint8]:
    found = np.asarray(values)
    if found.dtype == np.uint8 and factor == 1:
        return found
    return np.clip(found * factor + 0.5, 0, 255).astype(np.uint8)


def _still(place: Any) -> bool:
    return place in ("center", 0)


def _shifted(frame: NDArray[np.uint8], x: Any, y: Any) -> NDArray[np.uint8]:
    """Return a picture of the frame's size moved by whole pixels, alpha beside it."""
    whole = with_alpha(frame)
    made = np.zeros_like(whole)
    cuts = []
    for place, length in ((y, whole.shape[0]), (x, whole.shape[1])):
        by = 0 if isinstance(place, str) else max(-length, min(length, round(place)))
        cuts.append(
            (
                slice(max(by, 0), length + min(by, 0)),
                slice(max(-by, 0), length - max(by, 0)),
            )
        )
    (rows, from_rows), (columns, from_columns) = cuts
    made[rows, columns] = whole[from_rows, from_columns]
    return made
