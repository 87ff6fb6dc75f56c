"""Exact rates, and the one rule that maps record frames to source frames.

Aim
    Frames are integers, rates are ``Fraction`` frames per second, and no float
    ever decides which picture is shown.

Conventions
    ``*_frames`` are counts at the rate named beside them, ``*_s`` are exact seconds
    (``Fraction``), ranges are half-open. OpenTimelineIO stores rates as floats: they
    are read back to the exact rational they came from (`of`).

The rule
    At time ``t`` after a take's first frame, the frame on screen is ``floor(t * S)``
    with ``S`` the take's rate (`frame_at`): a frame stays up until the next is due.
    Record frame ``k`` of a clip whose source in-point is ``t0`` seconds, in a film of
    rate ``R``, so shows ``floor((t0 + k / R) * S)``. Renderer, exporters and oracles
    all go through it.
"""

from __future__ import annotations

import functools
import math
import re
from fractions import Fraction

import opentimelineio as otio

from otio_genai.errors import TimelineError

__all__ = [
    "TICKS_PER_SECOND",
    "covered_frames",
    "frame_at",
    "frame_of_timecode",
    "frame_with",
    "frames_at",
    "is_drop_rate",
    "ntsc",
    "of",
    "rate",
    "sample_at",
    "seconds",
    "shown_frames",
    "span",
    "text",
    "ticks",
    "time",
    "timecode",
]

#: Premiere's clock: ticks per second (the least common grid of its rates).
TICKS_PER_SECOND = 254_016_000_000

# How far a written rate may be from the NTSC one it means: three decimals for any
# timebase, two (23.98) for those that editors name so.
_NTSC_TOLERANCE = Fraction(1, 1000)
_NAMED_NTSC_TOLERANCE = Fraction(5, 1000)
_NAMED_NTSC_BASES = (24, 30, 48, 60, 120)
# Large enough for every container's rate, small enough to undo float rounding:
# two fractions with denominators up to this differ by more than a float's error.
_LARGEST_DENOMINATOR = 100_000
_TIMECODE = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)([:;,])(\d{2,3})")
_RATE_TEXT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(\d+(?:\.\d+)?))?\s*(?:fps)?\s*$")


def rate(value: int | float | str | Fraction) -> Fraction:
    """Return the exact rate meant by ``value``, in frames per second.

    ``23.976``, ``"29.97"`` and other roundings of an NTSC rate become
    ``n * 1000 / 1001``; a quotient such as ``"29120/961"`` stays what it is.

    Raises
    ------
    TimelineError
        The value is no positive, finite number.

    Examples
    --------
    >>> rate(23.976), rate("30"), rate("500/31")
    (Fraction(24000, 1001), Fraction(30, 1), Fraction(500, 31))
    """
    exact = _parse(value)
    if exact is None or exact <= 0:
        raise TimelineError(
            f"{value!r} is not a frame rate.",
            remedy='Write a number such as 24, 23.976 or "30000/1001".',
        )
    if exact.denominator == 1 or isinstance(value, Fraction):
        return exact
    if isinstance(value, str) and "/" in value:
        return exact
    base = math.ceil(exact)
    nearest = Fraction(base * 1000, 1001)
    named = base in _NAMED_NTSC_BASES
    tolerance = _NAMED_NTSC_TOLERANCE if named else _NTSC_TOLERANCE
    return nearest if abs(exact - nearest) <= tolerance else exact


def _parse(value: int | float | str | Fraction) -> Fraction | None:
    if isinstance(value, str):
        found = _RATE_TEXT.match(value)
        if not found:
            return None
        over = Fraction(found[2] or "1")
        return Fraction(found[1]) / over if over else None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return Fraction(value)


def text(exact_rate: Fraction) -> str:
    """Return the rate as metadata carries it: ``"24000/1001"``.

    Examples
    --------
    >>> text(Fraction(25))
    '25/1'
    """
    return f"{exact_rate.numerator}/{exact_rate.denominator}"


def of(value: otio.opentime.RationalTime) -> Fraction:
    """Return the exact rate of an OpenTimelineIO time."""
    return _exact(value.rate)


@functools.lru_cache(maxsize=256)
def _exact(stored: float) -> Fraction:
    return rate(stored)


def seconds(value: otio.opentime.RationalTime) -> Fraction:
    """Return the exact seconds of an OpenTimelineIO time.

    A value that is not a whole number of frames is read to the nearest
    1/100000 frame, below which floats carry no meaning here.
    """
    exact, stored = of(value), value.value
    if stored.is_integer():
        return Fraction(int(stored) * exact.denominator, exact.numerator)
    return Fraction(stored).limit_denominator(_LARGEST_DENOMINATOR) / exact


def time(frames: int, exact_rate: Fraction) -> otio.opentime.RationalTime:
    """Return ``frames`` at ``exact_rate`` as an OpenTimelineIO time."""
    return otio.opentime.RationalTime(frames, float(exact_rate))


def span(
    start_frames: int, duration_frames: int, exact_rate: Fraction
) -> otio.opentime.TimeRange:
    """Return the half-open range of ``duration_frames`` from ``start_frames``."""
    return otio.opentime.TimeRange(
        time(start_frames, exact_rate), time(duration_frames, exact_rate)
    )


def frame_at(time_s: Fraction, exact_rate: Fraction) -> int:
    """Return the frame on screen ``time_s`` after the first: the one rule.

    Examples
    --------
    >>> [frame_at(Fraction(k, 24), Fraction(30)) for k in range(6)]
    [0, 1, 2, 3, 5, 6]
    """
    over, under = _quotient(time_s, exact_rate)
    return over // under


def frames_at(time_s: Fraction | float, exact_rate: Fraction) -> int:
    """Return the frame boundary nearest to ``time_s`` (half up)."""
    over, under = _quotient(Fraction(time_s), exact_rate)
    return (2 * over + under) // (2 * under)


def _quotient(time_s: Fraction, exact_rate: Fraction) -> tuple[int, int]:
    """Return frames as a quotient of integers: quicker than a product of fractions."""
    over = time_s.numerator * exact_rate.numerator
    return over, time_s.denominator * exact_rate.denominator


def shown_frames(frames: int, source: Fraction, record: Fraction) -> int:
    """Return how many record frames can show a take of ``frames`` at ``source``.

    Every record frame ``k`` below it lands on an existing source frame; the last
    may begin on the take and end after it.
    """
    return math.ceil(frames * record / source)


def covered_frames(frames: int, source: Fraction, record: Fraction) -> int:
    """Return how many whole record frames a take covers from start to end.

    Never more than `shown_frames`; what editors call the usable length.
    """
    return math.floor(frames * record / source)


def frame_with(time_s: float, exact_rate: Fraction) -> int:
    """Return the record frame that a measured time lies in.

    Measured seconds are floats: a millionth of a second decides nothing, so that a
    beat at 0.1 s is in frame 3 of 30 per second, not in frame 2.
    """
    return frame_at(Fraction(time_s).limit_denominator(1_000_000), exact_rate)


def sample_at(frames: int, record: Fraction, sample_rate: int) -> int:
    """Return the sample on which record frame ``frames`` begins (floor)."""
    return math.floor(frames * sample_rate / record)


def ticks(time_s: Fraction) -> int:
    """Return ``time_s`` in Premiere's ticks (floor).

    Examples
    --------
    >>> ticks(Fraction(19, 30))
    160876800000
    """
    return math.floor(time_s * TICKS_PER_SECOND)


def ntsc(exact_rate: Fraction) -> tuple[int, bool]:
    """Return (timebase, is NTSC) as editors name the rate: 24000/1001 is (24, True).

    A rate that is neither whole nor NTSC is given the nearest whole timebase.

    Examples
    --------
    >>> ntsc(Fraction(30000, 1001)), ntsc(Fraction(25))
    ((30, True), (25, False))
    """
    base = max(1, math.floor(exact_rate + Fraction(1, 2)))
    return base, exact_rate == Fraction(base * 1000, 1001)


def is_drop_rate(exact_rate: Fraction) -> bool:
    """Tell whether drop-frame timecode exists at this rate (29.97 and 59.94)."""
    return exact_rate in (Fraction(30_000, 1001), Fraction(60_000, 1001))


def timecode(frames: int, exact_rate: Fraction, *, drop: bool = False) -> str:
    """Return the timecode of record frame ``frames``.

    Drop-frame skips the labels 0 and 1 (at 59.94, 0 to 3) of every minute but each
    tenth (SMPTE ST 12-1) and is written with a semicolon.

    Raises
    ------
    TimelineError
        Drop-frame is asked for at a rate that has none.

    Examples
    --------
    >>> timecode(1800, Fraction(30000, 1001), drop=True)
    '00:01:00;02'
    """
    base, _ = ntsc(exact_rate)
    if drop:
        if not is_drop_rate(exact_rate):
            raise TimelineError(
                f"There is no drop-frame timecode at {float(exact_rate):.3f} fps.",
                remedy="Use it at 29.97 or 59.94 only.",
            )
        frames = _with_dropped_labels(frames, base)
    whole_s, part = divmod(frames, base)
    mark = ";" if drop else ":"
    return (
        f"{whole_s // 3600:02d}:{whole_s // 60 % 60:02d}:{whole_s % 60:02d}"
        f"{mark}{part:02d}"
    )


def frame_of_timecode(label: str, exact_rate: Fraction) -> int:
    """Return the frame that a timecode labels; a semicolon or comma means drop-frame.

    Raises
    ------
    TimelineError
        It is no timecode, or not one of this rate.

    Examples
    --------
    >>> frame_of_timecode("00:01:00;02", Fraction(30000, 1001))
    1800
    """
    found = _TIMECODE.fullmatch(label.strip())
    base, _ = ntsc(exact_rate)
    if not found or int(found[5]) >= base:
        raise TimelineError(
            f"{label!r} is no timecode at {float(exact_rate):.3f} fps.",
            remedy=f"Write hh:mm:ss:ff, with ff from 00 to {base - 1:02d}.",
        )
    hours, minutes, seconds_, part = (int(found[k]) for k in (1, 2, 3, 5))
    frames = ((hours * 60 + minutes) * 60 + seconds_) * base + part
    if found[4] == ":":
        return frames
    total = hours * 60 + minutes
    frames -= base // 15 * (total - total // 10)
    # A label that is dropped names no frame: it does not come back.
    if timecode(frames, exact_rate, drop=True).replace(";", ":") != (
        f"{hours:02d}:{minutes:02d}:{seconds_:02d}:{part:02d}"
    ):
        raise TimelineError(
            f"{label!r} is a label that drop-frame leaves out.",
            remedy="Use the next one.",
        )
    return frames


def _with_dropped_labels(frames: int, base: int) -> int:
    skipped = base // 15
    per_minute = base * 60 - skipped
    per_ten = per_minute * 10 + skipped
    tens, rest = divmod(frames, per_ten)
    minutes = 0 if rest < base * 60 else 1 + (rest - base * 60) // per_minute
    return frames + skipped * (tens * 9 + minutes)
