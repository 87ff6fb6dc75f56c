"""Values that change: attributes and parameters of adjustments as rows by time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.interchange.fcpxml.document import seconds
from otio_genai.interchange.fcpxml.values import numbers

__all__ = ["Curve", "curve", "rows"]

#: A value's numbers, or none when the text is none.
Read = Callable[[str | None], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """A value: at first, and at local times; ``eased`` when not in straight lines."""

    value: tuple[float, ...]
    keys: tuple[tuple[Fraction, tuple[float, ...]], ...] = ()
    eased: bool = False
    fades: dict[str, Element] = field(default_factory=dict)

    def at(self, time_s: Fraction) -> tuple[float, ...]:
        """Return the value at a local time: linear between keys, constant outside."""
        if not self.keys:
            return self.value
        before = [key for key in self.keys if key[0] <= time_s]
        after = [key for key in self.keys if key[0] > time_s]
        if not before or not after:
            return (before[-1] if before else after[0])[1]
        (a, x), (b, y) = before[-1], after[0]
        part = float((time_s - a) / (b - a))
        return tuple(p + (q - p) * part for p, q in zip(x, y, strict=True))


def curve(
    element: Element | None, name: str, default: Sequence[float], read: Read = numbers
) -> Curve:
    """Return the value of an attribute of an adjustment, with its keyframes.

    Of attribute, parameter and keyframes the later counts (Apple, "Animation").
    """
    size = len(default)
    if element is None:
        return Curve(tuple(default))
    value = _sized(read(element.get(name)), size) or tuple(default)
    for param in element.findall("param"):
        if name.lower() not in (
            (param.get("name") or "").lower(),
            (param.get("key") or "").lower(),
        ):
            continue
        value = _sized(read(param.get("value")), size) or value
        fades = {
            tag: found
            for tag in ("fadeIn", "fadeOut")
            if (found := param.find(tag)) is not None
        }
        keys, eased = _keys(param, size, read)
        return Curve(keys[0][1] if keys else value, keys, eased, fades)
    return Curve(value)


def _keys(
    param: Element, size: int, read: Read
) -> tuple[tuple[tuple[Fraction, tuple[float, ...]], ...], bool]:
    found: dict[Fraction, tuple[float, ...]] = {}
    eased = False
    for key in param.findall("keyframeAnimation/keyframe"):
        at_s, value = seconds(key, "time"), _sized(read(key.get("value")), size)
        if at_s is None or not value:
            continue
        found[at_s] = value
        eased |= key.get("interp", "linear") != "linear" or key.get("curve") == "smooth"
    return tuple(sorted(found.items())), eased and len(found) > 1


def _sized(found: Sequence[float], size: int) -> tuple[float, ...]:
    """Return as many numbers as are wanted; one stands for all; none when too few."""
    if len(found) == 1 and size > 1:
        found = list(found) * size
    return tuple(found[:size]) if len(found) >= size else ()


def rows(curves: Sequence[Curve]) -> list[tuple[Fraction | None, list[float]]]:
    """Return all values at every time any of them has a key; None: at all times."""
    times = sorted(set(itertools.chain(*((t for t, _ in c.keys) for c in curves))))
    if not times:
        return [(None, [part for c in curves for part in c.value])]
    return [(t, [part for c in curves for part in c.at(t)]) for t in times]
