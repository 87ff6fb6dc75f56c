"""What becomes of one shot in a frame of another shape; see `deliver.reframe`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import metadata
from otio_genai.analyse.profiles import Profile
from otio_genai.deliver.camera import Camera, Floats, Size
from otio_genai.deliver.shots import Shot
from otio_genai.deliver.window import Sight, best_shift, share

__all__ = ["CUT", "MEASURED", "Crop", "Seen", "crops", "way"]

#: Clip frames with what is to be seen in them.
Seen = list[tuple[int, Profile]]

#: Ways in which a picture loses what lies outside a window.
CUT = ("chosen", "camera", "by hand")

#: What cannot be done without looking at the pictures.
MEASURED = ("chosen", "camera")

_SAME_FW = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """What became of one clip."""

    clip: otio.schema.Clip
    "The clip of the new timeline."
    way: str
    "``chosen``, ``camera``, ``by hand``, ``placed``, ``padded`` or ``whole``."
    camera: Camera
    "How its picture lies in the new frame."
    growth: float
    "Widths of the new frame its picture is wide, over those of the old one before."
    clip_frame: int
    "A record frame from the clip's first, in its middle."
    source_frame: int
    "The frame of its file that it shows."
    framing: dict[str, Any] | None
    "What the clip keeps of it; None for a picture that just fills the frame."
    kept: float | None = None
    "Share of the saliency that is seen; None where nothing was measured."
    kept_centre: float | None = None
    "The same of a window in the middle of the picture."


def way(shot: Shot, film: Size, *, padded: bool) -> str:
    """Return what is to become of a shot in a frame of size ``film``."""
    camera, wish = shot.camera, shot.wish
    if wish.fit == "contain":
        return "padded"
    if (wish.x, wish.y) != (None, None):
        return "by hand"
    said = metadata.read(shot.clip, "framing") or {}
    if said.get("fit") == "contain" and not said.get("keys"):
        return "whole"
    crop = metadata.read(shot.clip, "crop") or ()
    if not camera.fills or any(any(row[1:]) for row in crop):
        return "placed"
    if not _plain(camera):
        return "camera"
    wide, high = camera.picture
    if wide * film[1] == high * film[0]:
        return "whole"
    return "padded" if padded and wish.fit is None else "chosen"


def _plain(camera: Camera) -> bool:
    """Tell whether a picture just fills the frame, unmoved."""
    covering = Camera.read(None, camera.picture, camera.film)
    same = np.isclose(camera.widths, covering.widths[0], atol=_SAME_FW)
    aims = np.abs(camera.aims) < _SAME_FW
    return bool(same.all() and aims.all() and not camera.turns_rad.any())


def crops(
    group: Sequence[Shot], seen: Sequence[Seen], film: Size, how: str
) -> list[Crop]:
    """Return what becomes of shots that share one window.

    Parameters
    ----------
    group
        Shots that are one cut in two, or a single one.
    seen
        What is to be seen in each; may be empty.
    film
        The new frame.
    how
        Of `way`.
    """
    if how in CUT:
        return _cut(group, seen, film, how)
    return [_uncut(shot, film, how) for shot in group]


def _uncut(shot: Shot, film: Size, how: str) -> Crop:
    said = metadata.read(shot.clip, "framing")
    if how == "placed":
        camera = shot.camera.keeping_place(film)
        said = camera.framing((said or {}).get("fit", "cover"))
    else:
        if how == "padded":
            said = {"fit": "contain", "keys": []}
        camera = Camera.read(said, shot.camera.picture, film)
    return _crop(shot, camera, how, said)


def _cut(
    group: Sequence[Shot], seen: Sequence[Seen], film: Size, how: str
) -> list[Crop]:
    cameras = [_covering(shot, film) for shot in group]
    looks = list(zip(cameras, seen, strict=True))
    limits = [camera.shifts() for camera in cameras]
    low = np.max([least for least, _ in limits], axis=0)
    high = np.maximum(low, np.min([most for _, most in limits], axis=0))
    middle = np.mean([camera.aims.mean(axis=0) for camera in cameras], axis=0)
    laid = how == "camera" and not group[0].camera.centred
    shift: Floats = np.zeros(2) if laid else _best(looks, low, high)
    wish, parts = group[0].wish, cameras[0].parts
    for axis, wanted in enumerate((wish.x, wish.y)):
        if wanted is not None:
            shift[axis] = (wanted - 0.5) / parts[axis] - middle[axis]
    shift = np.clip(shift, low, high)
    centred = np.clip(-middle, low, high)
    made = []
    for shot, (camera, sights) in zip(group, looks, strict=True):
        moved = camera.shifted(shift).on_pixels()
        framing = None if _plain(moved) else moved.framing()
        shares = (
            (_kept(moved, sights), _kept(camera.shifted(centred), sights))
            if sights
            else (None, None)
        )
        made.append(_crop(shot, moved, how, framing, *shares))
    return made


def _covering(shot: Shot, film: Size) -> Camera:
    if shot.camera.fills:
        return shot.camera.refilling(film).within()
    return Camera.read(None, shot.camera.picture, film)


def _sights(camera: Camera, seen: Seen, axis: int) -> list[Sight]:
    found = []
    for frame, profile in seen:
        middle, size = camera.window(frame)
        spread = profile.rows if axis else profile.columns
        found.append(Sight(spread, float(middle[axis]), float(size[axis])))
    return found


def _best(looks: Sequence[tuple[Camera, Seen]], low: Floats, high: Floats) -> Floats:
    """Return the best shift of all the cameras' aims, in picture widths."""
    shift: Floats = np.zeros(2)
    for axis in (0, 1):
        sights = [s for camera, seen in looks for s in _sights(camera, seen, axis)]
        part = looks[0][0].parts[axis]
        if high[axis] > low[axis]:
            found = best_shift(sights, low[axis] * part, high[axis] * part)
            shift[axis] = found / part
    return shift


def _kept(camera: Camera, seen: Seen) -> float:
    return share(_sights(camera, seen, 0)) * share(_sights(camera, seen, 1))


def _crop(
    shot: Shot,
    camera: Camera,
    how: str,
    framing: dict[str, Any] | None,
    kept: float | None = None,
    kept_centre: float | None = None,
) -> Crop:
    frame, number = shot.middle()
    growth = float(camera.widths.mean() / shot.camera.widths.mean())
    return Crop(
        shot.clip, how, camera, growth, frame, number, framing, kept, kept_centre
    )
