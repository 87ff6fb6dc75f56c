"""Pictures that are drawn, not read: colours, bars and titles, told as one address.

Conventions
    A drawing's address is ``genai:KIND?PARAMETERS``, the parameters canonical JSON:
    everything that decides the picture but the frame's size, and nothing else, so that
    equal addresses are equal pictures. ``solid`` has a ``color`` (red, green, blue,
    each 0 to 1), ``bars`` nothing, ``title`` a ``text`` and what `TITLE` lists.

    Generators go by many names; those of Premiere, Resolve, Final Cut Pro and OTIO's
    own examples are known, whatever their case, spaces and hyphens.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata

__all__ = ["SCHEME", "TITLE", "Drawing", "drawing", "drawing_of"]

#: How the address of every drawing begins.
SCHEME = "genai:"

_SOLID, _BARS, _TITLE, _NOTHING = "solid", "bars", "title", ""
_KINDS = {
    _SOLID: "solidcolor solid color colour colormatte colourmatte matte customsolid "
    "black blackvideo blackmatte slug",
    _BARS: "bars colorbars colourbars smptebars smptehdbars hdbarsandtone barsandtone "
    "barsandtonerec709 smptecolorbar hdcolorbars",
    _TITLE: "title text rich richtext basictitle caption",
    _NOTHING: "transparent transparentvideo",
}
_KIND = {name: kind for kind, names in _KINDS.items() for name in names.split()}
# Opacity is told in floats; this is finer than any picture's.
_STEPS = 1_000_000
_MOST_LETTERS = 10_000


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture that is drawn."""

    kind: str
    "``solid``, ``bars`` or ``title``; empty for a generator that shows nothing."
    parameters: str = "{}"
    "Everything that decides it, as canonical JSON."
    opacity: Fraction = Fraction(1)
    "How much of it shows."

    @property
    def url(self) -> str:
        """Return its address."""
        return f"{SCHEME}{self.kind}?{self.parameters}"

    @property
    def over(self) -> bool:
        """Whether it leaves parts of the frame to what lies below."""
        return self.kind == _TITLE

    @staticmethod
    def told(parameters: Mapping[str, Any]) -> str:
        """Return parameters as canonical JSON."""
        return json.dumps(
            parameters, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )

    def read(self) -> dict[str, Any]:
        """Return its parameters."""
        found: dict[str, Any] = json.loads(self.parameters)
        return found


def drawing(url: str) -> Drawing | None:
    """Return the drawing an address tells; None for a file's.

    Examples
    --------
    >>> drawing('genai:title?{"text":"Brises"}').read()
    {'text': 'Brises'}
    >>> drawing("file:///a.mp4")
    """
    if not url.startswith(SCHEME):
        return None
    kind, _, parameters = url[len(SCHEME) :].partition("?")
    return Drawing(kind, parameters or "{}")


def drawing_of(reference: otio.core.MediaReference) -> Drawing | None:
    """Return what a generator draws; None for files and generators nobody knows.

    Examples
    --------
    >>> drawing_of(otio.schema.GeneratorReference("", "SMPTEBars")).url
    'genai:bars?{}'
    """
    if not isinstance(reference, otio.schema.GeneratorReference):
        return None
    name = str(reference.generator_kind or reference.name or "")
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    kind = _KIND.get(plain)
    if kind is None:
        return None
    given = reference.parameters
    said = {str(key): given[key] for key in metadata.each(given)}
    opacity = _share(said.get("opacity"))
    if kind == _SOLID:
        red, green, blue, alpha = _color(said.get("color")) or (0.0, 0.0, 0.0, 1.0)
        opacity *= _share(alpha)
        return Drawing(kind, Drawing.told({"color": [red, green, blue]}), opacity)
    if kind == _TITLE:
        words = str(said.get("text") or "")[:_MOST_LETTERS]
        if not words.strip():
            return Drawing(_NOTHING)
        told = ((key, read(said.get(key))) for key, read in TITLE.items())
        found = {key: value for key, value in told if value is not None}
        return Drawing(kind, Drawing.told({**found, "text": words}), opacity)
    return Drawing(kind, "{}", opacity)


def _share(value: Any) -> Fraction:
    part = _number(value)
    if part is None:
        return Fraction(1)
    return Fraction(min(max(part, 0.0), 1.0)).limit_denominator(_STEPS)


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _size(value: Any) -> float | None:
    found = _number(value)
    return found if found is not None and found > 0 else None


def _numbers(value: Any, least: int, most: int) -> list[float] | None:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return None
    parts = [_number(part) for part in metadata.each(value)]
    good = [part for part in parts if part is not None]
    return good if least <= len(good) <= most and len(good) == len(parts) else None


def _color(value: Any) -> list[float] | None:
    parts = _numbers(value, 3, 4)
    if parts is None:
        return None
    return [min(max(part, 0.0), 1.0) for part in (*parts, 1.0)[:4]]


def _place(value: Any) -> list[float] | None:
    return _numbers(value, 2, 2)


def _word(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _align(value: Any) -> str | None:
    found = str(value).casefold()
    return {"centre": "center"}.get(found, found) if found in _ALIGNS else None


_ALIGNS = ("left", "center", "centre", "right")
_ANCHORS = ("top", "middle", "bottom")


def _anchor(value: Any) -> str | None:
    found = str(value).casefold()
    return found if found in _ANCHORS else None


#: What a title may say of its look beside its ``text``, and how each is read. Lengths
#: are pixels of a frame whose shorter side is 1080: ``size`` of the letters, ``edge``
#: of the soft dark edge around them. ``font`` is a file or a family, ``color`` and
#: ``background`` have red, green, blue and perhaps alpha. ``position`` is where the
#: words are, in parts of the frame: their left edge, centre or right edge by ``align``,
#: their top, middle or bottom by ``anchor``.
TITLE: dict[str, Callable[[Any], Any]] = {
    "align": _align,
    "anchor": _anchor,
    "background": _color,
    "color": _color,
    "edge": _size,
    "font": _word,
    "position": _place,
    "size": _size,
}
