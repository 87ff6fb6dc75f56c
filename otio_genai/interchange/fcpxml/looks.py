"""Adjustments of picture and sound as what our clips keep.

Conventions
    Those of `otio_genai.interchange.fcpxml.adjust`, the other way round. Where both a
    clip and what it contains are adjusted, levels add up; of the rest the outermost
    counts, and that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any
from xml.etree.ElementTree import Element

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.fcpxml.curves import Curve, curve, rows
from otio_genai.interchange.fcpxml.document import Format, seconds
from otio_genai.interchange.fcpxml.panning import moved_part
from otio_genai.interchange.fcpxml.scene import Layer, Piece
from otio_genai.interchange.fcpxml.values import level_db
from otio_genai.maps import SILENCE_DB

__all__ = ["Fades", "Look"]

#: (seconds of fade-in, its kind, seconds of fade-out, its kind).
Fades = tuple[Fraction, str, Fraction, str]
#: Told (feature, outcome, what the timeline gets).
Report = Callable[[str, Any, str], None]

_FITS = {"fit": "contain", "fill": "cover", "none": "native"}
_SMALL = 1e-9
_LOUDEST_DB, _QUIETEST_DB = 200.0, -1000.0
_Rows = list[list[float]]


class Look:
    """Puts the adjustments of a piece on its clip.

    Parameters
    ----------
    piece
        The piece, with the elements that adjust it.
    first
        Its first record frame.
    rate
        Record rate.
    frame
        Format of the sequence it stands in.
    report
        Told what is only nearly kept.
    """

    def __init__(
        self,
        piece: Piece,
        first: int,
        rate: Fraction,
        frame: Format,
        report: Report,
    ) -> None:
        self._piece = piece
        self._first = first
        self._rate = rate
        self._frame = frame
        self._report = report
        self.fades: Fades = Fraction(0), "", Fraction(0), ""

    def put(self, item: otio.core.Item) -> None:
        """Write every adjustment on an item."""
        if self._piece.kind == "Audio":
            self._levels(item)
            self._pan(item)
            return
        own = self._picture_size()
        framing = self._filled(self._framing(own), own)
        self._crop(item, own)
        if framing is not None:
            metadata.put(item, "framing", framing)
        self._opacity(item)

    def _found(self, tag: str) -> tuple[Element, Layer] | None:
        """Return an adjustment that is switched on, the outermost of several."""
        found = [
            (element, layer)
            for layer in self._piece.layers
            for element in layer.element.findall(tag)
            if element.get("enabled", "1") != "0"
        ]
        if len(found) > 1:
            gets = f"one {tag} of {len(found)}"
            self._report(tag.removeprefix("adjust-"), "dropped", gets)
        return found[-1] if found else None

    def _rows(
        self, name: str, curves: Sequence[Curve], layer: Layer | None
    ) -> tuple[list[int], _Rows]:
        """Return record frames and values; a value that stays has frame 0."""
        if any(found.eased for found in curves):
            gets = "straight lines between the keyframes"
            self._report(f"{name} keyframes", "approximated", gets)
        frames: list[int] = []
        values: _Rows = []
        for time_s, value in rows(curves):
            frame = 0 if time_s is None else self._at(time_s, layer, name)
            if frames and frames[-1] == frame:
                values[-1] = value
                continue
            frames.append(frame)
            values.append(value)
        return frames, values

    def _at(self, time_s: Fraction, layer: Layer | None, name: str) -> int:
        record_s = None if layer is None else layer.local.time_of(time_s)
        if record_s is None:
            gets = "a keyframe at the start: its clip's time has no one speed"
            self._report(f"{name} keyframes", "approximated", gets)
            return 0
        exact = record_s * self._rate - self._first
        frame = rates.frames_at(exact, Fraction(1))
        if frame != exact:
            gets = "keyframes on the nearest frames"
            self._report(f"{name} keyframes", "approximated", gets)
        return min(max(frame, -(2**31)), 2**31)

    def _levels(self, item: otio.core.Item) -> None:
        total: list[list[float]] = []
        for layer in self._piece.layers:
            for element in layer.element.findall("adjust-volume"):
                found = curve(element, "amount", (0.0,), _db)
                self._fade(found)
                frames, values = self._rows("levels", [found], layer)
                keys = [[f, v[0]] for f, v in zip(frames, values, strict=True)]
                total = _added(total, keys)
            for mute in layer.element.findall("mute"):
                total = self._muted(total, mute, layer)
        if total and any(key[1] for key in total):
            kept = [[key[0], max(key[1], SILENCE_DB)] for key in total]
            metadata.put(item, "levels", kept)

    def _muted(self, keys: _Rows, mute: Element, layer: Layer) -> _Rows:
        first_s = seconds(mute, "start")
        length_s = seconds(mute, "duration")
        if first_s is None or length_s is None:
            return [[0, SILENCE_DB]]
        first = self._at(first_s, layer, "mute")
        last = self._at(first_s + length_s, layer, "mute")
        keys = keys or [[0, 0.0]]
        edge = [[first - 1, _at(keys, first - 1)], [first, SILENCE_DB]]
        edge += [[last - 1, SILENCE_DB], [last, _at(keys, last)]]
        outside = [key for key in keys if key[0] < first - 1 or key[0] > last]
        return sorted([*outside, *edge])

    def _fade(self, found: Curve) -> None:
        """Remember fades at the ends of a sound."""
        into, out = found.fades.get("fadeIn"), found.fades.get("fadeOut")
        lengths = [
            Fraction(0)
            if element is None
            else max(seconds(element, "duration") or Fraction(0), Fraction(0))
            for element in (into, out)
        ]
        kinds = [
            default if element is None else element.get("type", default)
            for element, default in ((into, "easeIn"), (out, "easeOut"))
        ]
        self.fades = lengths[0], kinds[0], lengths[1], kinds[1]

    def _pan(self, item: otio.core.Item) -> None:
        given = self._found("adjust-panner")
        if given is None:
            return
        element, layer = given
        found = curve(element, "amount", (0.0,))
        mode = (element.get("mode") or "1").split("(")[0].strip()
        if mode not in ("0", "1", "Stereo Left/Right", ""):
            gets = f"the position left and right alone, not mode {mode!r}"
            self._report("pan", "approximated", gets)
        frames, values = self._rows("pan", [found], layer)
        keys = [
            [f, min(max(v[0] / 100, -1.0), 1.0)]
            for f, v in zip(frames, values, strict=True)
        ]
        if any(key[1] for key in keys):
            metadata.put(item, "pan", keys)

    def _opacity(self, item: otio.core.Item) -> None:
        given = self._found("adjust-blend")
        if given is None:
            return
        element, layer = given
        mode = element.get("mode")
        if mode and mode.split("(")[0].strip() not in ("0", "Normal"):
            gets = f"the picture laid over the one below, not blended by {mode!r}"
            self._report("blend mode", "dropped", gets)
        frames, values = self._rows(
            "opacity", [curve(element, "amount", (1.0,))], layer
        )
        keys = [
            [f, min(max(v[0], 0.0), 1.0)] for f, v in zip(frames, values, strict=True)
        ]
        if any(abs(key[1] - 1) > _SMALL for key in keys):
            metadata.put(item, "opacity", keys)

    def _picture_size(self) -> tuple[int, int]:
        asset = self._piece.source.asset
        if asset is None:
            return 0, 0
        return asset.format.width_px, asset.format.height_px

    def _size(self) -> tuple[int, int]:
        return self._frame.width_px or 1920, self._frame.height_px or 1080

    def _framing(self, own: tuple[int, int]) -> dict[str, Any] | None:
        fit = self._fit(own)
        given = self._found("adjust-transform")
        keys: _Rows = []
        if given is not None:
            keys = self._transform(*given)
        if all(max(map(abs, _moved(key))) < _SMALL for key in keys):
            keys = []
        if not keys and fit == "cover":
            return None
        return {"fit": fit, "keys": keys}

    def _filled(
        self, framing: dict[str, Any] | None, own: tuple[int, int]
    ) -> dict[str, Any] | None:
        """Add the scale by which a part of the picture fills the frame."""
        given = self._found("adjust-crop")
        if given is None or given[0].get("mode", "trim") == "trim":
            return framing
        element = given[0]
        moves = element.get("mode") == "pan"
        rects = element.findall("pan-rect" if moves else "crop-rect")
        if not rects:
            return framing
        if framing is not None and framing["keys"]:
            gets = "the clip's own transform, without what fills the frame"
            self._report("Ken Burns" if moves else "crop", "dropped", gets)
            return framing
        if any(len(rect) for rect in rects):
            gets = "the first part of the picture alone"
            self._report("crop keyframes", "approximated", gets)
        size = self._size()
        fit = "cover" if framing is None else str(framing["fit"])
        last = rates.frames_at(self._piece.end_s, self._rate)
        own = size if 0 in own else own
        keys = moved_part(rects, own, size, fit, last - self._first)
        if moves and len(keys) > 1:
            gets = "a move at one pace, which Final Cut eases at both ends"
            self._report("Ken Burns", "approximated", gets)
        return {"fit": fit, "keys": keys}

    def _fit(self, own: tuple[int, int]) -> str:
        given = self._found("adjust-conform")
        if given is not None:
            return _FITS.get(given[0].get("type", "fit"), "contain")
        size = self._size()
        same = 0 in own or own[0] * size[1] == own[1] * size[0]
        # Without a word Final Cut shows all of the picture.
        return "cover" if same else "contain"

    def _transform(self, element: Element, layer: Layer) -> _Rows:
        curves = [
            curve(element, "scale", (1.0, 1.0)),
            curve(element, "position", (0.0, 0.0)),
            curve(element, "rotation", (0.0,)),
        ]
        anchor = curve(element, "anchor", (0.0, 0.0))
        if anchor.keys or any(anchor.value):
            gets = "a turn about the middle of the picture"
            self._report("anchor point", "approximated", gets)
        frames, values = self._rows("framing", curves, layer)
        if any(abs(v[0] - v[1]) > _SMALL for v in values):
            gets = "one scale both ways, the horizontal"
            self._report("framing", "approximated", gets)
        width, height = self._size()
        unit = height / width / 100
        return [
            [f, v[0], v[2] * unit, -v[3] * unit + 0.0, -v[4] + 0.0]
            for f, v in zip(frames, values, strict=True)
        ]

    def _crop(
        self,
        item: otio.core.Item,
        own: tuple[int, int],
    ) -> None:
        given = self._found("adjust-crop")
        if given is None:
            return
        element, layer = given
        mode = element.get("mode", "trim")
        if mode == "pan":
            return
        rect = element.find("crop-rect" if mode == "crop" else "trim-rect")
        if rect is None:
            return
        names = ("left", "right", "top", "bottom")
        curves = [curve(rect, name, (0.0,)) for name in names]
        frames, values = self._rows("crop", curves, layer)
        if 0 in own:
            own = self._size()
        across = 100 * own[0] / own[1]
        keys = [
            [f, v[0] / across, v[1] / across, v[2] / 100, v[3] / 100]
            for f, v in zip(frames, values, strict=True)
        ]
        if not any(any(key[1:]) for key in keys):
            return
        metadata.put(item, "crop", keys)


def _moved(key: Sequence[float]) -> tuple[float, ...]:
    return key[1] - 1, key[2], key[3], key[4]


def _db(text: str | None) -> Sequence[float]:
    if "inf" in (text or "").lower():
        return (SILENCE_DB,)
    found = level_db(text)
    return () if found is None else (min(max(found, _QUIETEST_DB), _LOUDEST_DB),)


def _at(keys: _Rows, frame: float) -> float:
    points = tuple((Fraction(int(k)), (v,)) for k, v in keys)
    return Curve((0.0,), points).at(Fraction(int(frame)))[0]


def _added(first: _Rows, second: _Rows) -> _Rows:
    """Return the sum of two levels at every key of either."""
    if not first or not second:
        return first or second
    frames = sorted({key[0] for key in first} | {key[0] for key in second})
    if len(first) == 1:
        frames = [key[0] for key in second]
    elif len(second) == 1:
        frames = [key[0] for key in first]
    return [[f, _at(first, f) + _at(second, f)] for f in frames]
