"""Where one take may be cut in one slot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning.candidates import Take
from otio_genai.assemble.planning.stills import Still
from otio_genai.field.model import Option, Slot

__all__ = ["Points", "points"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Ticks, usual, least and greatest frames of each length that the clock allows.
Lengths = Sequence[tuple[int, int, int, int]] | None

#: A still has a camera's moves times this many lengths.
_STILL_LENGTHS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """In-points, out-points, and which go together."""

    ins: Ints
    "In-points, or moves of a still's camera, shape (A,)."
    frames: Ints
    "Length of each way in record frames, shape (A, B)."
    ticks: Ints
    "And on the clock; 0 without."
    fits: NDArray[np.bool_]
    "Whether it is one."
    entering: Floats
    "Motion after each in-point, shape (A, 4)."
    leaving: Floats
    "Motion before each out-point, shape (B, 4)."
    shaky_in: Floats
    "Unsteadiness just after each in-point, shape (A,)."
    shaky_out: Floats
    "And just before each out-point, shape (B,)."
    head: Ints
    "Record frames of media before each in-point, shape (A,)."
    tail: Ints
    "Record frames of media after each out-point, shape (B,)."


def points(
    option: Option, slot: Slot, lengths: Lengths, most: int, mean_frames: float
) -> Points:
    """Return where a take may be cut.

    Parameters
    ----------
    option
        The take.
    slot
        Where it lies.
    lengths
        What the clock allows; None without one.
    most
        Out-points that are kept where any are allowed.
    mean_frames
        Length that shots tend to.
    """
    if option.material.still:
        return _still(option, slot, lengths, most, mean_frames)
    return _take(option, slot, lengths, most, mean_frames)


def _take(
    option: Option, slot: Slot, lengths: Lengths, most: int, mean_frames: float
) -> Points:
    material = cast(Take, option.material)
    end = material.end
    ins = np.array([i for i in option.ins if 0 <= i < end], np.int64)
    if option.outs is None:
        usable = (ins >= material.first) & (ins + slot.shortest <= material.last)
        limits = np.where(usable, material.last, end)
        outs = _any_outs(ins, limits, slot, lengths, most, mean_frames)
    else:
        outs = np.array([o for o in option.outs if 0 < o <= end], np.int64)
        limits = np.full(len(ins), end)
    long = outs[None, :] - ins[:, None]
    frames, ticks, fits = _measured(long, slot, lengths)
    over = _over(ticks, lengths)
    fits &= ins[:, None] + frames + over <= limits[:, None]
    return Points(
        ins=ins,
        frames=frames,
        ticks=ticks,
        fits=fits,
        entering=np.asarray(material.entering)[ins].reshape(-1, 4),
        leaving=np.asarray(material.leaving)[outs].reshape(-1, 4),
        shaky_in=np.asarray(material.enter_cost)[ins],
        shaky_out=np.asarray(material.leave_cost)[outs],
        head=ins,
        # A frame of rounding may lie beyond the out-point.
        tail=end - outs - max((h - u for _, u, _, h in lengths or ()), default=0),
    )


def _still(
    option: Option, slot: Slot, lengths: Lengths, most: int, mean_frames: float
) -> Points:
    still = option.material
    vectors = np.asarray(cast(Still, still).vectors, float).reshape(-1, 4)
    moves = np.array([m for m in option.ins if 0 <= m < len(vectors)], np.int64)
    shown = _still_lengths(option, slot, lengths, most, mean_frames)
    whose = np.repeat(np.arange(len(moves)), len(shown))
    long = np.broadcast_to(np.tile(shown, len(moves)), (len(moves), len(whose)))
    mine = whose[None, :] == np.arange(len(moves))[:, None]
    frames, ticks, fits = _measured(np.where(mine, long, 0), slot, lengths)
    return Points(
        ins=moves,
        frames=frames,
        ticks=ticks,
        fits=fits & mine,
        entering=vectors[moves],
        leaving=vectors[moves[whose]],
        shaky_in=np.zeros(len(moves)),
        shaky_out=np.zeros(len(whose)),
        head=np.full(len(moves), still.end // 2),
        tail=np.full(len(whose), still.end // 2),
    )


def _still_lengths(
    option: Option, slot: Slot, lengths: Lengths, most: int, mean_frames: float
) -> Ints:
    if option.outs is not None:
        return np.array(option.outs, np.int64)
    if lengths is not None:
        return np.array([usual for _, usual, _, _ in lengths], np.int64)
    every = np.arange(slot.shortest, slot.longest + 1)
    usual = int(np.clip(round(mean_frames), slot.shortest, slot.longest))
    return np.union1d(_spread(every, min(most, _STILL_LENGTHS)), [usual])


def _any_outs(
    ins: Ints,
    limits: Ints,
    slot: Slot,
    lengths: Lengths,
    most: int,
    mean_frames: float,
) -> Ints:
    """Return out-points for a take that may end anywhere, rising."""
    wished: Ints
    if lengths is None:
        wished = np.arange(slot.shortest, slot.longest + 1)
        room = wished
    else:
        wished = np.array([usual for _, usual, _, _ in lengths], np.int64)
        room = np.array([high for _, _, _, high in lengths], np.int64)
    if not len(wished):
        return np.zeros(0, np.int64)
    each = [i + wished[i + room <= limit] for i, limit in zip(ins, limits, strict=True)]
    every = np.unique(np.concatenate([*each, np.zeros(0, np.int64)]))
    if len(every) <= most:
        return every
    kept = _spread(every, most)
    lone = [
        outs[np.abs(outs - i - mean_frames).argmin()]
        for i, outs in zip(ins, each, strict=True)
        if len(outs) and not np.isin(outs, kept).any()
    ]
    return np.union1d(kept, np.array(lone, np.int64))


def _spread(every: Ints, most: int) -> Ints:
    if len(every) <= most:
        return every
    kept = np.unique(np.linspace(0, len(every) - 1, most).round().astype(int))
    return np.asarray(every[kept])


def _measured(
    long: Ints, slot: Slot, lengths: Lengths
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return frames and ticks of ways, and whether they are of a length allowed."""
    if lengths is None:
        fits = (long >= slot.shortest) & (long <= slot.longest)
        return long.copy(), np.zeros(long.shape, np.int64), fits
    frames, ticks = np.zeros(long.shape, np.int64), np.zeros(long.shape, np.int64)
    fits = np.zeros(long.shape, bool)
    for count, usual, low, high in lengths:
        near = (long >= low) & (long <= high)
        apart = np.where(near, np.abs(long - usual), np.iinfo(np.int64).max)
        # Two out-points on one tick would be one way twice.
        rows = np.flatnonzero(near.any(axis=1))
        best = apart[rows].argmin(axis=1)
        frames[rows, best], ticks[rows, best] = usual, count
        fits[rows, best] = True
    return frames, ticks, fits


def _over(ticks: Ints, lengths: Lengths) -> Ints:
    """Return by how many frames ways may be longer than usual."""
    found = np.zeros(int(ticks.max(initial=0)) + 1, np.int64)
    for count, usual, _, high in lengths or ():
        if count < len(found):
            found[count] = high - usual
    return found[ticks]
