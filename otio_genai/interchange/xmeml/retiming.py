"""Time Remap read: how an item of the format runs through its media.

Conventions
    As `otio_genai.interchange.xmeml.speed` has them. Premiere's virtual keyframes mark
    the ends of a clip and may hold any value: of a varying speed only those count that
    lie within the media and tell what the others do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from otio_genai import rates
from otio_genai.interchange.xmeml.model import ClipItem, Filter, Parameter
from otio_genai.maps import Speed

__all__ = ["exact", "run_of"]

_DECIMAL = re.compile(r"([+-]?\d{1,15})(\.\d{0,20})?")
_LARGEST_DENOMINATOR = 100_000
# A decimal this long stands for a fraction.
_ROUNDED_DIGITS, _ROUNDED = 12, Fraction(1, 10**12)
_LARGEST_FACTOR = 10_000


@dataclass(frozen=True, slots=True)
class _Remap:
    """A Time Remap: ``keys`` are (retimed frame, media seconds)."""

    factor: Fraction
    varies: bool
    keys: tuple[tuple[Fraction, Fraction], ...]
    virtual: tuple[bool, ...]
    largest_s: Fraction | None

    def at(self, frame: Fraction) -> Fraction | None:
        """Return the media seconds of a retimed frame; None when nothing says it."""
        for (a, x), (b, y) in zip(self.keys, self.keys[1:], strict=False):
            if a <= frame <= b and a < b:
                return x + (y - x) * (frame - a) / (b - a)
        return None


def exact(text: object) -> Fraction | None:
    """Return the number a decimal means; None when it is none.

    Examples
    --------
    >>> exact("500.012"), exact("3.333333333333"), exact("1e9")
    (Fraction(125003, 250), Fraction(10, 3), None)
    """
    found = _DECIMAL.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    value = Fraction(found[1] + (found[2] or ""))
    if found[2] and len(found[2]) > _ROUNDED_DIGITS:
        near = value.limit_denominator(_LARGEST_DENOMINATOR)
        return near if abs(near - value) <= _ROUNDED else value
    return value


def run_of(
    item: ClipItem, effect: Filter, span: tuple[int, int], rate: Fraction
) -> Speed | None:
    """Return how an item with a Time Remap runs; None when at its own speed.

    Parameters
    ----------
    item
        The item.
    effect
        Its Time Remap.
    span
        (record frames from the item's in-point to the clip's start, length).
    rate
        Record rate.
    """
    remap = _read(effect, item.rate.exact)
    if remap is None:
        return None
    head, length = span
    if remap.varies and len(keys := _keys(remap)) > 1:
        return _varying(item, keys, span, rate)
    if remap.factor == 1:
        return None
    if remap.factor == 0:
        held = remap.at(Fraction(max(0, item.in_frames)))
        held = _ticks_s(item) if held is None else held
        return Speed(held, length, rate, Fraction(0))
    first_s = _first_s(item, remap) + head * remap.factor / rate
    if remap.factor < 0:
        first_s += length * remap.factor / rate
    return Speed(first_s, length, rate, remap.factor)


def _read(effect: Filter, rate: Fraction) -> _Remap | None:
    found = {parameter.id: parameter for parameter in effect.parameters}
    if "speed" not in found and "graphdict" not in found:
        return None
    percent = exact(found["speed"].value) if "speed" in found else None
    factor = Fraction(1) if percent is None else percent / 100
    factor = factor.limit_denominator(_LARGEST_DENOMINATOR)
    factor = min(max(factor, Fraction(-_LARGEST_FACTOR)), Fraction(_LARGEST_FACTOR))
    if "reverse" in found and str(found["reverse"].value).upper() == "TRUE":
        factor = -abs(factor)
    varies = "variablespeed" in found and found["variablespeed"].value == "1"
    keys, virtual, largest = _graph(found.get("graphdict"), rate)
    if varies and len({value for _, value in keys}) == 1:
        factor, varies = Fraction(0), False
    return _Remap(factor, varies, keys, virtual, largest)


def _graph(
    graph: Parameter | None, rate: Fraction
) -> tuple[tuple[tuple[Fraction, Fraction], ...], tuple[bool, ...], Fraction | None]:
    if graph is None:
        return (), (), None
    rows: dict[int, tuple[Fraction, bool]] = {}
    marks = graph.marks or ((),) * len(graph.keyframes)
    for (when, text), names in zip(graph.keyframes, marks, strict=False):
        value = exact(text)
        if value is not None:
            rows[when] = value / rate, "speedvirtualkf" in names
    keys = tuple((Fraction(when), rows[when][0]) for when in sorted(rows))
    largest = exact(graph.high)
    return (
        keys,
        tuple(rows[when][1] for when in sorted(rows)),
        None if largest is None or largest <= 0 else largest / rate,
    )


def _first_s(item: ClipItem, remap: _Remap) -> Fraction:
    """Return the media seconds at which the item's in-point begins."""
    in_frames = max(0, item.in_frames)
    in_s = in_frames / item.rate.exact
    if remap.factor > 0:
        if item.ticks_in is not None:
            return _ticks_s(item)
        graphed = remap.at(Fraction(in_frames))
        return in_s * remap.factor if graphed is None else graphed
    graphed = remap.at(Fraction(in_frames))
    if graphed is not None:
        return graphed
    if item.file is not None and item.file.duration_frames:
        length_s = item.file.duration_frames / item.file.rate.exact
        return length_s + in_s * remap.factor
    return _ticks_s(item) - (item.out_frames - in_frames) * (
        remap.factor / item.rate.exact
    )


def _ticks_s(item: ClipItem) -> Fraction:
    if item.ticks_in is not None:
        return Fraction(item.ticks_in, rates.TICKS_PER_SECOND)
    return max(0, item.in_frames) / item.rate.exact


def _keys(remap: _Remap) -> list[tuple[Fraction, Fraction]]:
    """Return the keyframes that say how the speed varies."""
    rows = list(zip(remap.keys, remap.virtual, strict=True))
    plain = [key for key, virtual in rows if not virtual]
    inside = [
        key
        for key, _ in rows
        if key[1] >= 0 and (remap.largest_s is None or key[1] <= remap.largest_s)
    ]
    if len(plain) < 2:
        return inside
    kept = list(plain)
    for key in inside:
        if key[0] < plain[0][0] and _tells(key, plain[0], plain[1]):
            kept = [key, *[k for k in kept if k[0] >= plain[0][0]]]
        if key[0] > plain[-1][0] and _tells(key, plain[-1], plain[-2]):
            kept = [*[k for k in kept if k[0] <= plain[-1][0]], key]
    return kept


def _tells(
    key: tuple[Fraction, Fraction],
    near: tuple[Fraction, Fraction],
    far: tuple[Fraction, Fraction],
) -> bool:
    """Tell whether a key lies off the line through two others."""
    slope = (near[1] - far[1]) / (near[0] - far[0])
    expected = near[1] + slope * (key[0] - near[0])
    return abs(key[1] - expected) > Fraction(1, 10**9)


def _varying(
    item: ClipItem,
    keys: list[tuple[Fraction, Fraction]],
    span: tuple[int, int],
    rate: Fraction,
) -> Speed:
    head, length = span
    ratio = rate / item.rate.exact
    origin = max(0, item.in_frames)
    placed = tuple(((when - origin) * ratio - head, media_s) for when, media_s in keys)
    whole = Speed(Fraction(0), length, rate, Fraction(1), placed)
    low_s, _ = whole.reach_s(0, length)
    mean = (whole.at(length)[0] - whole.at(0)[0]) * rate / max(1, length)
    return Speed(low_s, length, rate, mean, placed)
