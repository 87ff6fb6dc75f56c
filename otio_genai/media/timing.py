"""The exact rate of pictures, measured from their timestamps.

Aim
    A rate is believed when every timestamp lies where that rate puts it, to within
    the rounding of the container's clock (one tick between any two). What the header
    declares is only the first guess: a Matroska file counts in milliseconds and can
    say 24000/1001 no better than that, a GIF counts in hundredths of a second.

Order of trust
    1. a declared rate that fits, snapped to a usual one if it means it;
    2. equal steps: their exact inverse (13 hundredths: 100/13 per second);
    3. a usual rate that fits; 4. the simplest fraction that fits;
    5. the usual or commonest step, if no picture is half a step from its place;
    6. otherwise the pictures come at varying times: the commonest step, unless only a
       declared rate has a place for every picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

__all__ = ["conformed", "measure"]

_NTSC = tuple(Fraction(base * 1000, 1001) for base in (24, 30, 48, 60, 120))
_WHOLE = tuple(Fraction(n) for n in range(1, 121))
_USUAL = (*_WHOLE, *_NTSC, Fraction(25, 2), Fraction(15, 2))
# Neighbouring usual rates are 1/1000 apart; written ones err by less than 1/100000.
_SNAP = Fraction(2, 100_000)
_FALLBACK = Fraction(24)


def measure(
    pts: Sequence[int],
    tick_s: Fraction,
    declared: Sequence[Fraction | None] = (),
    duration: int | None = None,
) -> tuple[Fraction, bool]:
    """Return the rate in frames per second, and whether the pictures come unevenly.

    Parameters
    ----------
    pts
        Timestamps of the presented pictures, ascending, in ticks.
    tick_s
        Seconds per tick of the container's clock.
    declared
        Rates the container declares, most trusted first.
    duration
        Ticks that the last picture stays, if known; needed for a single picture.

    Examples
    --------
    >>> measure([0, 42, 83, 125], Fraction(1, 1000), [Fraction(24)])
    (Fraction(24, 1), False)
    >>> measure([0, 13, 26], Fraction(1, 100))
    (Fraction(100, 13), False)
    """
    guesses = [_snapped(rate) for rate in declared if rate]
    if len(pts) < 2:
        shown = _inverse(duration, tick_s) if duration else _FALLBACK
        return (guesses or [shown])[0], False
    for candidate in _candidates(pts, tick_s, guesses):
        if _worst(pts, tick_s, candidate) <= 1:
            return candidate, False
    common = Counter(b - a for a, b in pairwise(pts))
    # Rounding splits a step in two neighbours: they are counted together.
    near = {step: sum(common[step + by] for by in (-1, 0, 1)) for step in common}
    least = max(near, key=lambda ticks: (near[ticks], -ticks))
    step = max(least, least + 1, key=lambda ticks: common[ticks])
    nominal = _nominal(max(step, 1), tick_s, guesses)
    meant = [rate for rate in (nominal, *guesses) if rate in (nominal, *_USUAL)]
    placing = [rate for rate in meant if _has_places(pts, tick_s, rate)]
    # Where a rate with holes says all exactly, a mean that comes near says less.
    for candidate in meant if placing else (*guesses, nominal):
        if _worst(pts, tick_s, candidate) * tick_s * candidate * 2 < 1:
            return candidate, False
    return (*placing, nominal)[0], True


def conformed(
    pts: Sequence[int], tick_s: Fraction, rate: Fraction, duration: int
) -> tuple[tuple[int, ...], int]:
    """Return the frame from which each picture is seen at a steady rate, and how many.

    A picture begins at the frame nearest to its timestamp, counted from the first
    picture, as by FFmpeg's ``-r``: what only jitters keeps its steps. Of several that
    begin at one frame the last is seen.

    Parameters
    ----------
    pts
        Timestamps of the presented pictures, ascending, in ticks.
    tick_s
        Seconds per tick of the container's clock.
    rate
        Frames per second.
    duration
        Ticks that the last picture stays; it has one frame at least.

    Examples
    --------
    >>> conformed([0, 42, 208, 250], Fraction(1, 1000), Fraction(24), 125)
    ((0, 1, 5, 6), 9)
    """
    step = 1 / (rate * tick_s)
    up, down, first = step.numerator, step.denominator, pts[0]
    ends = [at - first for at in (*pts, pts[-1] + duration)]
    *starts, end = ((2 * at * down + up) // (2 * up) for at in ends)
    return tuple(starts), max(end, starts[-1] + 1)


def _candidates(
    pts: Sequence[int], tick_s: Fraction, guesses: Sequence[Fraction]
) -> Iterator[Fraction]:
    step, steps = pts[1] - pts[0], len(pts) - 1
    even = step > 0 and all(b - a == step for a, b in pairwise(pts))
    yield from guesses
    if even:
        yield _inverse(step, tick_s)
    yield from _USUAL
    span = pts[-1] - pts[0]
    if span > 1:
        ticks = steps / tick_s
        yield _simplest(ticks / (span + 1), ticks / (span - 1))
        yield ticks / span


def _worst(pts: Sequence[int], tick_s: Fraction, rate: Fraction) -> Fraction:
    # The largest distance in ticks of a picture from where the rate puts it,
    # compared as integers: this runs over whole films.
    step = 1 / (rate * tick_s)
    up, down, first = step.numerator, step.denominator, pts[0]
    worst = max(abs((at - first) * down - n * up) for n, at in enumerate(pts))
    return Fraction(worst, down)


def _has_places(pts: Sequence[int], tick_s: Fraction, rate: Fraction) -> bool:
    # Whether each picture lies, to within a tick, on a place of its own.
    starts, _ = conformed(pts, tick_s, rate, 0)
    step, first = 1 / (rate * tick_s), pts[0]
    lie = zip(pts, starts, strict=True)
    return len({*starts}) == len(starts) and all(
        abs(at - first - place * step) <= 1 for at, place in lie
    )


def _inverse(ticks: int, tick_s: Fraction) -> Fraction:
    return 1 / (ticks * tick_s)


def _snapped(rate: Fraction) -> Fraction:
    nearest = min(_USUAL, key=lambda usual: abs(usual - rate))
    return nearest if abs(nearest - rate) <= nearest * _SNAP else Fraction(rate)


def _nominal(step: int, tick_s: Fraction, guesses: Sequence[Fraction]) -> Fraction:
    # The rate whose step rounds to this many ticks, else the step itself: a declared
    # one before a usual one, since a step of 17 ms is one of 60 as well as of 59.
    exact = _inverse(step, tick_s)
    meant, near = (
        [rate for rate in rates if abs(1 / (rate * tick_s) - step) < 1]
        for rates in (guesses, _USUAL)
    )
    if meant:
        return meant[0]
    return min(near, key=lambda usual: abs(usual - exact)) if near else exact


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    # The fraction of smallest denominator in [low, high]: Stern-Brocot descent,
    # Graham, Knuth and Patashnik, Concrete Mathematics, 4.5.
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = low.numerator // low.denominator
    return below + 1 / _simplest(1 / (high - below), 1 / (low - below))
