"""Shots in their places, and the prepared pictures they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from otio_genai.field.model import Chosen
from otio_genai.live.picture.cutting import Stretch
from otio_genai.live.picture.joins import Before
from otio_genai.live.picture.mezzanine import Mezzanine
from otio_genai.render.shown import Frame, Shown

__all__ = ["Laid", "before", "from_prepared", "prepared", "shot_at"]


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A shot in its place."""

    chosen: Chosen
    begin: int
    into: int
    "Frame of what is prepared that it begins with."
    made: Mezzanine

    @property
    def end(self) -> int:
        """Record frame after its last."""
        return self.begin + self.chosen.frames

    def frame(self, record: int) -> int:
        """Return the frame of what is prepared that a record frame shows."""
        return self.into + record - self.begin


def shot_at(shots: Sequence[Laid], record: int) -> Laid:
    """Return the shot that a record frame is in."""
    return next(shot for shot in shots if shot.begin <= record < shot.end)


def from_prepared(frame: Frame, record: int, shots: Sequence[Laid]) -> Frame:
    """Return a frame whose layers are taken from what is prepared, where it shows them.

    Small pictures and short groups: a fraction of the time that decoding and scaling
    the take itself needs, and they stay what they are though the take become another.
    """
    return tuple(_layer_from_prepared(layer, record, shots) for layer in frame)


def _layer_from_prepared(layer: Shown, record: int, shots: Sequence[Laid]) -> Shown:
    alone = (replace(layer, weight=Fraction(1), sweep=None),)
    for shot in shots:
        number = shot.frame(record)
        if not shot.made.first <= number < shot.made.frames:
            continue
        if shot.made.shows(number) == alone:
            return Shown(
                shot.made.url,
                number - shot.made.first,
                weight=layer.weight,
                sweep=layer.sweep,
                name=layer.name,
            )
    return layer


def prepared(shots: Sequence[Laid], first: int, last: int) -> tuple[memoryview, ...]:
    """Return the prepared pictures of record frames [first, last), cuts being dry."""
    found: list[memoryview] = []
    for shot in shots:
        low, high = max(first, shot.begin), min(last, shot.end)
        if low < high:
            found += shot.made.samples(shot.frame(low), shot.frame(high))
    return tuple(found)


def before(shots: Sequence[Laid], one: Stretch) -> Before:
    """Return the prepared pictures with which a stretch begins that is rendered."""
    shot = shot_at(shots, one.first)
    places = shot.made.places(shot.frame(one.first), shot.frame(one.made))
    return Before(shot.made.key, str(shot.made.path), places)
