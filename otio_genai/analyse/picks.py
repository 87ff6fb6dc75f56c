"""Which frames of a take are measured, and which are only held.

Aim
    Twelve pictures a second, timed by their first appearance: takes that were
    generated at 8, 12 or 16 frames a second lie in files of 24 with frames repeated,
    and the time between two pictures is not the time between two frames.

Conventions
    Frames are numbered as they are given; changes are mean absolute differences on
    the 8-bit scale, over a grid of points about 80 wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from otio_genai.analyse.phase import Floats
from otio_genai.analyse.picture import Luma, Still, levels, small

__all__ = ["Picker", "native_times"]

_THUMB_PX = 80
# A held frame comes back from the encoder with a little noise of its own: it is told
# by how little it changes beside its neighbours.
_HELD_SHARE = 0.1
_LEAST_HELD_LEVELS, _MOST_HELD_LEVELS = 0.01, 1.0
_NEIGHBOURS = 8
# A frame held longer than this many steps is a still picture, not a low frame rate.
_LONGEST_HOLD_STEPS = 5
_HOLD_AT_END_STEPS = 3
# A picture shown for longer than this many usual ones is at rest.
_LONG_HOLDS = 3
# Uneven holds come round within this many pictures (2-1-2-1, 2-1-2-1-2).
_PATTERN = 6
_LONGEST_NATIVE_HOLD = 3


class Picker:
    """Passes over a take's frames and keeps account of them.

    Parameters
    ----------
    step
        About every how many frames one is picked.
    bits
        Depth of ``uint16`` planes.

    Attributes
    ----------
    frames
        Number of every frame seen.
    changes
        How much each of them differs from the one before it; 0 for the first.
    births
        Frame on which each new picture appears.
    """

    def __init__(self, step: int, bits: int = 10) -> None:
        self._step, self._bits = step, bits
        self.frames: list[int] = []
        self.changes: list[float] = []
        self.births: list[int] = []

    def stills(self, lumas: Iterable[tuple[int, Luma]]) -> Iterator[Still]:
        """Yield the picked frames, each numbered by its picture's first appearance.

        After a long hold the held frame itself is picked, and once more when the
        hold ends: what moves then began to move then.
        """
        picked: Still | None = None
        waiting: tuple[int, Luma, int] | None = None
        anchor: Floats = np.zeros((0, 0))
        before = anchor
        looked = 0
        held = False
        for frame, luma in lumas:
            thumb = self._thumb(luma)
            noise = self._noise()
            self._account(frame, self._apart(before, thumb, luma), noise)
            before = thumb
            was_held, held = held, self._apart(anchor, thumb, luma) <= noise
            if picked is not None:
                if was_held and not held and waiting is not None:
                    end = frame - self._usual_hold()
                    if end - picked.frame > _LONG_HOLDS * self._usual_hold():
                        _, last, birth = waiting
                        picked = small(end, birth, last, self._bits)
                        yield picked
                wait = self._step * (_LONGEST_HOLD_STEPS if held else 1)
                if frame - looked < wait:
                    waiting = frame, luma, len(self.births) - 1
                    continue
            picked, waiting = self._still(frame, luma, held, picked), None
            anchor, looked = thumb, frame
            yield picked
        if waiting is not None and picked is not None:
            frame, luma, birth = waiting
            long = held and frame - picked.frame >= _HOLD_AT_END_STEPS * self._step
            if picked.frame == self.frames[0] or long:
                yield self._still(frame, luma, held, picked)

    def _noise(self) -> float:
        """Return by how much a picture may change and be the same."""
        most = max(self.changes[-_NEIGHBOURS:], default=0.0)
        return min(max(_HELD_SHARE * most, _LEAST_HELD_LEVELS), _MOST_HELD_LEVELS)

    def _account(self, frame: int, change: float, noise: float) -> None:
        if not self.births or change > noise:
            self.births.append(frame)
        self.frames.append(frame)
        self.changes.append(change if change < np.inf else 0.0)

    def _usual_hold(self) -> int:
        """Return for how many frames a picture was shown: 3 at 8 fps in 24."""
        # The hold that has just ended is the one to be judged.
        near = self.births[-_PATTERN - 2 : -1]
        holds = sorted(b - a for a, b in zip(near, near[1:], strict=False))
        return holds[len(holds) // 2] if holds else 1

    def _still(self, frame: int, luma: Luma, held: bool, before: Still | None) -> Still:
        birth = len(self.births) - 1
        at = self.births[birth]
        # A slow drift changes a picture without any frame on which it was born.
        if before is not None and (held or at <= before.frame):
            at = frame
        return small(at, birth, luma, self._bits)

    def _thumb(self, luma: Luma) -> Floats:
        step = max(1, luma.shape[1] // _THUMB_PX)
        signed = np.float32 if luma.dtype.kind == "f" else np.int32
        return luma[::step, ::step].astype(signed)

    def _apart(self, a: Floats, b: Floats, luma: Luma) -> float:
        if a.shape != b.shape:
            return np.inf
        return float(np.abs(a - b).mean()) * levels(luma, self._bits)


def native_times(births: list[int]) -> Floats:
    """Return when each picture was meant to be seen, in frames.

    Where pictures are held unevenly (16 of them in 24 frames: 2-1-2-1) they were made
    at even times; where one is held long, or nothing is held, its first appearance
    stands.

    Examples
    --------
    >>> np.diff(native_times([0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])).round(1)
    array([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5])
    """
    at = np.array(births, float)
    long = np.flatnonzero(np.diff(at) > _LONGEST_NATIVE_HOLD) + 1
    return np.concatenate([_evened(part) for part in np.split(at, long)])


def _evened(at: Floats) -> Floats:
    width = 2 * _PATTERN + 1
    if len(at) < width or np.ptp(np.diff(at)) == 0:
        return at
    each = np.arange(len(at))
    start = np.clip(each - _PATTERN, 0, len(at) - width)
    near = sliding_window_view(at, width)[start]
    x = np.arange(width) - _PATTERN
    line = near.mean(axis=1) + near @ x / (x @ x) * (each - start - _PATTERN)
    holds = np.diff(near, axis=1)
    # One picture held for longer is a stutter, not a rate.
    uneven = (holds > holds.min(axis=1, keepdims=True)).sum(axis=1) > 1
    return np.where(uneven, line, at)
