"""How a clip runs through its media: at its own speed, retimed, backwards, frozen.

Conventions
    Record frames count from the clip's first, media seconds from the media's first
    frame. A constant speed is a stock ``LinearTimeWarp`` (several multiply), a held
    frame a stock ``FreezeFrame``. A speed that varies is a ``LinearTimeWarp`` of the
    mean speed whose own metadata keeps ``retime``: ``{"keys": [[record frame, media
    seconds], …]}``, exact numbers as text, linear between the keys and going on at
    the outermost slopes beyond them.

    Played backwards, a range shows its last frame first: at ``t`` seconds, while time
    runs back, the frame on screen is the one that *ends* at ``t``.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.maps.layout import duration_s, source_in

__all__ = ["Speed", "speed"]

_LARGEST_DENOMINATOR = 100_000


@dataclass(frozen=True, slots=True)
class Speed:
    """The run of one clip through its media.

    Parameters
    ----------
    in_s
        Media seconds of the clip's in-point: the earliest it shows.
    length_frames
        Record frames of the clip.
    rate
        Record rate.
    factor
        Media seconds a second; negative backwards, 0 for a held frame; of a speed
        that varies, the mean.
    keys
        (record frame, media seconds) of a speed that varies; else empty.
    """

    in_s: Fraction
    length_frames: int
    rate: Fraction
    factor: Fraction = Fraction(1)
    keys: tuple[tuple[Fraction, Fraction], ...] = ()

    def at(self, frame: int) -> tuple[Fraction, Fraction]:
        """Return the media seconds at which a record frame begins, and the slope."""
        if not self.keys:
            ran = frame - self.length_frames if self.factor < 0 else frame
            return self.in_s + self._ran_s(ran), self.factor
        frames = [key for key, _ in self.keys]
        index = min(max(bisect.bisect_right(frames, frame) - 1, 0), len(frames) - 2)
        (first, first_s), (last, last_s) = self.keys[index : index + 2]
        slope = (last_s - first_s) / (last - first)
        return first_s + (frame - first) * slope, slope * self.rate

    def _ran_s(self, frames: int) -> Fraction:
        """Return the media seconds run through in so many record frames."""
        factor, rate = self.factor, self.rate
        over = frames * factor.numerator * rate.denominator
        return Fraction(over, factor.denominator * rate.numerator)

    def source_frame(self, frame: int, source_rate: Fraction) -> int:
        """Return the media frame a record frame shows, without the media's bounds."""
        time_s, slope = self.at(frame)
        if slope < 0:
            return math.ceil(time_s * source_rate) - 1
        return rates.frame_at(time_s, source_rate)

    def counter(self, source_rate: Fraction) -> Callable[[int], int]:
        """Return `source_frame` for one rate: exact, in integers where it can be."""
        if self.keys or self.factor < 0:
            return lambda frame: self.source_frame(frame, source_rate)
        start, step = self.in_s * source_rate, self.factor * source_rate / self.rate
        under = math.lcm(start.denominator, step.denominator)
        first, more = int(start * under), int(step * under)
        return lambda frame: (first + frame * more) // under

    def reach_s(self, first: int, last: int) -> tuple[Fraction, Fraction]:
        """Return the media seconds [low, high) that record frames [first, last) use."""
        times = [self.at(edge)[0] for edge in (first, last)]
        times += [time_s for key, time_s in self.keys if first < key < last]
        return min(times), max(times)


def speed(clip: otio.schema.Clip, rate: Fraction) -> Speed:
    """Return how a clip runs through its media in a film of ``rate``.

    Raises
    ------
    TimelineError
        What it keeps as its retiming is none, or it states no range at all.
    """
    in_s, _ = source_in(clip)
    length = rates.frames_at(duration_s(clip), rate)
    factor = Fraction(1)
    keys: tuple[tuple[Fraction, Fraction], ...] = ()
    for effect in metadata.each(clip.effects):
        if isinstance(effect, otio.schema.LinearTimeWarp):
            scalar = Fraction(effect.time_scalar)
            factor *= scalar.limit_denominator(_LARGEST_DENOMINATOR)
            keys = _keys(effect, clip) or keys
    return Speed(in_s, length, rate, factor, keys)


def _keys(
    effect: otio.schema.LinearTimeWarp, clip: otio.schema.Clip
) -> tuple[tuple[Fraction, Fraction], ...]:
    kept = metadata.read(effect, "retime")
    if kept is None:
        return ()
    try:
        keys = tuple((Fraction(k), Fraction(s)) for k, s in kept["keys"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise _no_retiming(clip) from error
    frames = [frame for frame, _ in keys]
    if len(keys) < 2 or any(b <= a for a, b in zip(frames, frames[1:], strict=False)):
        raise _no_retiming(clip)
    return keys


def _no_retiming(clip: otio.schema.Clip) -> TimelineError:
    return TimelineError(
        "What this clip keeps as its retiming is no list of ascending keys.",
        place=clip.name or "clip",
        remedy="Remove `retime` from its time effect.",
    )
