"""The clock of a space: how many ticks its films have, and which slots begin when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.errors import FieldError
from otio_genai.field.drawing.bands import spans
from otio_genai.field.drawing.nofilm import NoFilmError
from otio_genai.field.drawing.route import Route
from otio_genai.field.drawing.ways import Ways
from otio_genai.field.model import Clock, Field

__all__ = ["Times", "times"]


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """A clock, as far as films go by it."""

    ending: NDArray[np.float64]
    "Weight of a film that ends with so many ticks left; ``[1.0]`` if it may at any."
    pinned: dict[int, int]
    "Slots that begin with exactly so many ticks left."
    frames: tuple[int, ...]
    "Record frame of each tick; none without a clock."

    @property
    def counts(self) -> bool:
        """Whether it matters how many ticks are left."""
        return len(self.ending) > 1

    def tick(self, frame: int) -> int:
        """Return the tick at a record frame, or the next one."""
        return bisect_left(self.frames, frame)

    def length(self, tick: int, ticks: int) -> int:
        """Return the record frames of some ticks from one on."""
        last = len(self.frames) - 1
        return self.frames[min(last, tick + ticks)] - self.frames[min(last, tick)]


def times(field: Field, route: Route, ways: Sequence[Ways]) -> Times:
    """Return the clock of a field's films.

    Raises
    ------
    FieldError
        Times are asked for that no clock has, or that no film can keep.
    """
    pins = {n: slot.at for n, slot in enumerate(field.slots) if slot.at is not None}
    runtime, clock = field.runtime, field.clock
    if clock is None:
        if pins or runtime.exact is not None:
            raise FieldError(
                "This field asks for exact times and has no clock.",
                remedy="Give it a beat grid, or ticks a second.",
                items=[
                    f"slot {field.slots[n].id}: at frame {f}" for n, f in pins.items()
                ]
                + (
                    [] if runtime.exact is None else [f"runtime: {runtime.exact} ticks"]
                ),
            )
        return Times(np.ones(1), {}, ())
    _, after = spans(route, ways)
    shortest = min((after[s.to][0] for s in route.starts), default=0)
    longest = max((after[s.to][1] for s in route.starts), default=0)
    most = longest + 1
    frames = tuple(clock.frame(tick) for tick in range(most + 1))
    unruled = (runtime.exact, runtime.shortest, runtime.longest) == (None,) * 3
    if unruled and not pins:
        return Times(np.ones(1), {}, frames)
    low, high = _asked(field, clock, shortest, longest, frames)
    ending = np.zeros(high + 1)
    ending[: high - low + 1] = 1.0
    return Times(ending, _pinned(field, pins, frames, high), frames)


def _asked(
    field: Field, clock: Clock, shortest: int, longest: int, frames: tuple[int, ...]
) -> tuple[int, int]:
    """Return the fewest and most ticks that a film may have."""
    runtime = field.runtime
    low, high = shortest, longest
    if runtime.exact is not None:
        low = high = runtime.exact
        if not shortest <= runtime.exact <= longest:
            raise NoFilmError(
                f"No film of this field lasts {runtime.exact} ticks: films have "
                f"{shortest} to {longest}.",
                place="runtime",
                remedy="Set a runtime in this range, or change the lengths of shots.",
            )
    if runtime.shortest is not None:
        low = max(low, bisect_left(frames, runtime.shortest))
    if runtime.longest is not None:
        high = min(high, bisect_left(frames, runtime.longest + 1) - 1)
    if low > high:
        rate = float(clock.rate)
        raise NoFilmError(
            "No film of this field has the runtime asked for: films last "
            f"{frames[min(shortest, len(frames) - 1)] / rate:.2f} to "
            f"{frames[longest] / rate:.2f} s.",
            place="runtime",
            remedy="Set a runtime in this range, or change the lengths of shots.",
        )
    return low, high


def _pinned(
    field: Field, pins: dict[int, int], frames: tuple[int, ...], most: int
) -> dict[int, int]:
    found, items = {}, []
    for number, frame in pins.items():
        tick = bisect_left(frames, frame)
        slot = field.slots[number].id
        if tick > most:
            # Films may still leave the slot out.
            found[number] = -1
        elif frames[tick] != frame:
            near = frames[max(0, tick - 1)], frames[tick]
            items.append(
                f"slot {slot}: no tick falls on frame {frame}, but on "
                f"{near[0]} and {near[1]}"
            )
        else:
            found[number] = most - tick
    if items:
        raise FieldError(
            "Slots are pinned to times that no film has.",
            remedy="Pin them to ticks of the clock.",
            items=items,
        )
    return found
