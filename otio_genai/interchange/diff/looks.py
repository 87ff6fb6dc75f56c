"""What is set on a clip, feature by feature, in words that two clips differ by."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from typing import Any, cast

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.errors import GenaiError
from otio_genai.interchange import traits
from otio_genai.interchange.diff.marks import Mark, marks_changed
from otio_genai.interchange.diff.uses import Use

__all__ = ["factor", "looks_changed"]

Row = tuple[float, ...]

#: What is keyed: feature, decimals, neutral value, and how a value is told.
_KEYED: tuple[tuple[str, str, int, Row, Callable[[Row], str]], ...] = (
    ("level", "levels", 1, (0.0,), lambda v: f"{v[0]:+g} dB"),
    ("pan", "pan", 2, (0.0,), lambda v: f"{v[0]:+g}"),
    ("opacity", "opacity", 3, (1.0,), lambda v: f"{v[0] * 100:g} %"),
    ("crop", "crop", 3, (0.0,) * 4, lambda v: " ".join(f"{p * 100:g} %" for p in v)),
)
_FRAMED = 3
_STILL_FRAMING: Row = (1.0, 0.0, 0.0, 0.0)


def factor(use: Use, rate: Fraction) -> Fraction:
    """Return the speed of a clip; 1 where it has none that can be read."""
    if not use.item.effects or not isinstance(use.item, otio.schema.Clip):
        return Fraction(1)
    try:
        return maps.speed(use.item, rate).factor
    except GenaiError:
        return Fraction(1)


def looks_changed(
    before: Use, after: Use, head: int, rate: Fraction
) -> Iterator[tuple[str, str]]:
    """Yield (what, sentence) of everything set otherwise on the later clip.

    Parameters
    ----------
    before, after
        The same clip in both timelines.
    head
        Record frames taken off its start; keyframes stay on their pictures.
    rate
        Record rate.
    """
    one, other = before.item, after.item
    if bool(one.enabled) != bool(other.enabled):
        yield "enabled", "enabled" if other.enabled else "disabled"
    yield from _speeds(before, after, rate)
    for what, key, digits, neutral, said in _KEYED:
        keys = [_rows(metadata.read(item, key), digits) for item in (one, other)]
        yield from _keyed(what, keys, head, neutral, said)
    yield from _framings(one, other, head)
    yield from _plain(one, other)
    yield from _markers(before, after, rate)


def _speeds(before: Use, after: Use, rate: Fraction) -> Iterator[tuple[str, str]]:
    told = [_speed(use, rate) for use in (before, after)]
    if told[0] != told[1]:
        yield "speed", f"speed: {told[0][0]} became {told[1][0]}"


def _speed(use: Use, rate: Fraction) -> tuple[str, Hashable]:
    if not use.item.effects or not isinstance(use.item, otio.schema.Clip):
        return "100 %", None
    try:
        run = maps.speed(use.item, rate)
    except GenaiError:
        return "a speed that cannot be read", None
    if run.keys:
        keys = tuple((round(float(k), 2), round(float(s), 3)) for k, s in run.keys)
        return "a speed that varies", keys
    if run.factor == 0:
        return "a held frame", None
    return f"{float(round(run.factor * 100, 2)):g} %", None


def _rows(keys: Any, digits: int) -> list[Row]:
    rows = [tuple(float(part) for part in key) for key in keys or ()]
    return [(row[0], *(round(v, digits) + 0.0 for v in row[1:])) for row in rows]


def _keyed(
    what: str,
    keys: Sequence[list[Row]],
    head: int,
    neutral: Row,
    said: Callable[[Row], str],
) -> Iterator[tuple[str, str]]:
    one, other = (_essential(rows, neutral) for rows in keys)
    moved = _essential([(row[0] - head, *row[1:]) for row in keys[0]], neutral)
    if other in (one, moved):
        return
    told = [
        said(rows[0][1:]) if len(rows) == 1 else f"{len(rows)} keyframes"
        for rows in (one, other)
    ]
    if told[0] == told[1]:
        yield what, f"{what}: other keyframes"
    else:
        yield what, f"{what}: {told[0]} became {told[1]}"


def _essential(rows: Sequence[Row], neutral: Row) -> tuple[Row, ...]:
    """Return the keys without those that change nothing."""
    if not rows:
        return ((0.0, *neutral),)
    if len({row[1:] for row in rows}) == 1:
        return ((0.0, *rows[0][1:]),)
    kept: list[Row] = []
    for k, row in enumerate(rows):
        left = kept[-1] if kept else None
        right = rows[k + 1] if k + 1 < len(rows) else None
        if (left is None or left[1:] == row[1:]) and (
            right is None or right[1:] == row[1:]
        ):
            continue
        kept.append(row)
    return tuple(kept)


def _framings(
    one: otio.core.Item, other: otio.core.Item, head: int
) -> Iterator[tuple[str, str]]:
    kept = [metadata.read(item, "framing") or {} for item in (one, other)]
    fits = [str(found.get("fit") or "cover") for found in kept]
    if fits[0] != fits[1]:
        yield "framing", f"framing: {fits[0]} became {fits[1]}"
        return
    rows = [_rows(found.get("keys"), _FRAMED) for found in kept]
    yield from _keyed("framing", rows, head, _STILL_FRAMING, _framed)


def _framed(value: Row) -> str:
    if value == _STILL_FRAMING:
        return "as it is"
    scale, x, y, turn = (*value, *_STILL_FRAMING[len(value) :])[:4]
    told = [f"{scale * 100:g} %"]
    told += [f"moved by {x:g}, {y:g}"] * bool(x or y)
    told += [f"turned by {turn:g}°"] * bool(turn)
    return " ".join(told)


def _plain(one: otio.core.Item, other: otio.core.Item) -> Iterator[tuple[str, str]]:
    labels = [
        None if getattr(item, "color", None) is None else traits.label(item.color)
        for item in (one, other)
    ]
    if labels[0] != labels[1]:
        yield "label", "another colour label" if labels[1] else "no colour label"
    channels = [tuple(metadata.read(item, "channels") or ()) for item in (one, other)]
    if channels[0] != channels[1]:
        named = [", ".join(map(str, found)) or "all" for found in channels]
        yield "channels", f"channels: {named[0]} became {named[1]}"
    effects = [
        [
            str(effect.effect_name or effect.name or "effect")
            for effect in item.effects
            if not isinstance(effect, otio.schema.TimeEffect)
        ]
        for item in (one, other)
    ]
    if effects[0] != effects[1]:
        named = [", ".join(found) or "none" for found in effects]
        yield "effects", f"effects: {named[0]} became {named[1]}"
    texts = [_parameters(item) for item in (one, other)]
    if texts[0] != texts[1]:
        yield "generator", f"generator: {texts[0]} became {texts[1]}"


def _parameters(item: otio.core.Item) -> str:
    reference = getattr(item, "media_reference", None)
    if not isinstance(reference, otio.schema.GeneratorReference):
        return ""
    said = sorted((str(k), str(v)) for k, v in dict(reference.parameters).items())
    return ", ".join(f"{key} {value}" for key, value in said)


def _markers(before: Use, after: Use, rate: Fraction) -> Iterator[tuple[str, str]]:
    found = []
    for use in (before, after):
        kept = []
        for marker in use.item.markers:
            try:
                kept.append(_mark(use, marker, rate))
            except GenaiError:
                continue
        found.append(kept)
    for text in marks_changed(found[0], found[1]):
        yield "marker", text


def _mark(use: Use, marker: otio.schema.Marker, rate: Fraction) -> Mark:
    at, length, *_ = traits.clip_marker(use.item, marker, rate)
    color = traits.color(marker.color)
    return Mark(
        cast("int", at), cast("int", length), marker.name, marker.comment, color
    )
