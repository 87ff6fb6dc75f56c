"""A clip, a nested sequence or a generated picture at its record frames.

Conventions
    ``origin`` is the record frame of the item's own first frame, from which its keys
    count; ``start`` and ``end`` are what is shown of it, which trimming, or a fade to
    black that the clip carries itself, may have moved. `otio_genai.maps.Speed` tells
    the media time of every frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai.interchange.pool import Medium
from otio_genai.maps import Speed

__all__ = ["Fade", "Spot"]


@dataclass(slots=True)
class Spot:
    """An item on record frames [start, end).

    ``medium`` is None for a nested sequence (a ``Stack``) and a generated picture.
    ``length_s`` is what its source can show, counted from the source's first frame;
    None: any length. ``head`` and ``tail`` are the frames a transition shows beyond
    either edge; ``fade_in`` and ``fade_out`` tell that a transition stands there.
    """

    item: otio.core.Item
    medium: Medium | None
    start: int
    end: int
    run: Speed
    origin: int
    length_s: Fraction | None = None
    head: int = 0
    tail: int = 0
    fade_in: bool = False
    fade_out: bool = False

    @property
    def in_s(self) -> Fraction:
        """Media seconds at which the first frame begins; backwards, ends."""
        return self.at_s(0)

    @property
    def speed(self) -> Fraction:
        """Media seconds a second: negative backwards, 0 held; the mean of a curve."""
        return self.run.factor

    @property
    def plain(self) -> bool:
        """True when it runs at its own speed."""
        return self.run.factor == 1 and not self.run.keys

    @property
    def timeless(self) -> bool:
        """True for a still and a generated picture: any stretch shows the same."""
        if self.medium is not None:
            return self.medium.still
        return isinstance(self.item, otio.schema.Clip)

    def at_s(self, frame: int) -> Fraction:
        """Return the media seconds of a frame counted from ``start``."""
        return self.run.at(self.start - self.origin + frame)[0]

    def reach_s(self) -> tuple[Fraction, Fraction]:
        """Return the media seconds [low, high) it uses, handles included."""
        first = self.start - self.origin - self.head
        low, high = self.run.reach_s(first, self.end - self.origin + self.tail)
        return low, max(high, low + 1 / self.run.rate)

    def head_room(self, most: int) -> int:
        """Return how many of ``most`` record frames its media has before the start."""
        if self.run.keys:
            return self._keyed_room(most, -1)
        return min(most, math.floor(self._frames(self._before_s(), most)))

    def tail_room(self, most: int) -> int:
        """Return how many of ``most`` record frames its media has beyond the end.

        Negative when its media ends before the clip does.
        """
        if self.run.keys:
            return self._keyed_room(most, 1)
        length = self.end - self.start
        left = self._frames(self._after_s(), most + length)
        return min(most, math.ceil(left) - length)

    def late(self) -> int:
        """Return the frames at the start that lie before its media, or after."""
        if self.run.keys or self.timeless:
            return 0
        return max(0, math.ceil(-self._frames(self._before_s(), 0)))

    def shift(self, by_s: Fraction) -> None:
        """Let it start later in its source; for what is `timeless`."""
        self.run = replace(self.run, in_s=self.run.in_s + by_s)

    def _before_s(self) -> Fraction | None:
        if self.timeless:
            return None
        if self.run.factor >= 0:
            return self.in_s
        return None if self.length_s is None else self.length_s - self.in_s

    def _after_s(self) -> Fraction | None:
        if self.run.factor < 0:
            return self.in_s
        return None if self.length_s is None else self.length_s - self.in_s

    def _frames(self, time_s: Fraction | None, unbounded: int) -> Fraction:
        """Return the record frames in which the item runs through ``time_s``."""
        if time_s is None or self.run.factor == 0:
            return Fraction(unbounded)
        return time_s * self.run.rate / abs(self.run.factor)

    def _keyed_room(self, most: int, step: int) -> int:
        edge = 0 if step < 0 else self.end - self.start
        room = 0
        while room < most:
            ends = self.at_s(edge + step * room), self.at_s(edge + step * (room + 1))
            if min(ends) < 0 or (
                self.length_s is not None and max(ends) > self.length_s
            ):
                break
            room += 1
        return room


@dataclass(slots=True)
class Fade:
    """A transition of ``before`` and ``after`` frames around record frame ``cut``.

    ``black`` is ``"start"`` or ``"end"`` when the other side is black.
    """

    transition: otio.schema.Transition
    cut: int
    before: int
    after: int
    black: str = ""
