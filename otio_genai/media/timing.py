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
    6. otherwise the pictures come at varying times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

__all__ = ["measure"]

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
    step = max(common, key=lambda ticks: (common[ticks], -ticks))
    nominal = _nominal(max(step, 1), tick_s)
    for candidate in (*guesses, nominal):
        if _worst(pts, tick_s, candidate) * tick_s * candidate * 2 < 1:
            return candidate, False
    return nominal, True


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


def _inverse(ticks: int, tick_s: Fraction) -> Fraction:
    return 1 / (ticks * tick_s)


def _snapped(rate: Fraction) -> Fraction:
    nearest = min(_USUAL, key=lambda usual: abs(usual - rate))
    return nearest if abs(nearest - rate) <= nearest * _SNAP else Fraction(rate)


def _nominal(step: int, tick_s: Fraction) -> Fraction:
    # The usual rate whose step rounds to this many ticks, else the step itself.
    exact = _inverse(step, tick_s)
    near = [usual for usual in _USUAL if abs(1 / (usual * tick_s) - step) < 1]
    return min(near, key=lambda usual: abs(usual - exact)) if near else exact


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    # The fraction of smallest denominator in [low, high]: Stern-Brocot descent,
    # Graham, Knuth and Patashnik, Concrete Mathematics, 4.5.
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = low.numerator // low.denominator
    return below + 1 / _simplest(1 / (high - below), 1 / (low - below))
