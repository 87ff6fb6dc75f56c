"""The frame rate of an EDL: stated by a remark of ours, else what its timecodes fit.

Conventions
    The format states no rate, and drop-frame at most. Ours is a comment, which every
    reader skips: ``* OTIO_GENAI RATE: 24000/1001`` behind the last event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from otio_genai import rates
from otio_genai.errors import InterchangeError

__all__ = [
    "CODE",
    "EVENT",
    "REMARK",
    "SPEED",
    "Likeliest",
    "ensure_rate",
    "frames",
    "is_drop",
    "likeliest",
    "named",
    "remark",
    "remarked",
]

#: A timecode, an event and its speed.
CODE = r"(\d{2}[:;,.]\d{2}[:;,.]\d{2}[:;,.]\d{2,3})"
EVENT = re.compile(rf"^\s*\d+\s+.*?{CODE}\s+{CODE}\s+{CODE}\s+{CODE}\s*$")
SPEED = re.compile(r"^M2\s+.*?\s(-?\d+(?:\.\d+)?)\s+\S+\s*$")
#: Our remark of the rate.
REMARK = re.compile(r"^\s*\*\s*OTIO_GENAI RATE:\s*(\d{1,9})/([1-9]\d{0,8})\s*$", re.I)
_DROP = re.compile(r"^\s*FCM:\s*DROP", re.IGNORECASE | re.MULTILINE)

# Rates an EDL may be of, the likelier first.
_CANDIDATES = tuple(
    rates.rate(value) for value in (24, 25, 30, 23.976, 29.97, 50, 60, 59.94, 48)
)


def ensure_rate(rate: Fraction, remedy: str) -> None:
    """Refuse a rate that timecode does not count.

    Raises
    ------
    InterchangeError
        It is none that an EDL may have; ``remedy`` is told with all of those.
    """
    if float(rate) not in map(float, _CANDIDATES):
        raise InterchangeError(
            f"An EDL cannot have {named(rate)} frames per second.",
            remedy=f"{remedy} {', '.join(map(named, sorted(_CANDIDATES)))}.",
        )


def named(rate: Fraction) -> str:
    """Return a rate as editors call it.

    Examples
    --------
    >>> named(Fraction(60000, 1001))
    '59.94'
    """
    return f"{float(rate):.5g}"


def remark(rate: Fraction) -> str:
    """Return the comment that states a rate."""
    return f"* OTIO_GENAI RATE: {rates.text(rate)}"


def remarked(text: str) -> Fraction | None:
    """Return the rate that a remark of ours states; None if its timecodes have none.

    One that another program counted anew keeps the remark, and may not fit it.
    """
    told = next(
        (found for found in map(REMARK.match, text.splitlines()) if found), None
    )
    if told is None:
        return None
    rate = Fraction(int(told[1]), int(told[2]))
    fits = rate in _CANDIDATES and _may_be(rate, drop=is_drop(text))
    return rate if fits and _score(list(_events(text)), rate) is not None else None


def is_drop(text: str) -> bool:
    """Tell whether an EDL counts drop-frame."""
    return bool(_DROP.search(text)) or any(";" in e.codes[2] for e in _events(text))


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The rate taken of those that timecodes fit, and the others."""

    rate: Fraction
    others: tuple[Fraction, ...]

    @property
    def said(self) -> str:
        """What was taken, as a sentence."""
        head = f"An EDL states no rate: {named(self.rate)} was taken"
        if not self.others:
            return f"{head}, and none but it fits."
        *most, last = map(named, self.others)
        fit = f"{', '.join(most)} and {last} fit" if most else f"{last} fits"
        return f"{head}, the likeliest; {fit} as well (state another with --rate)."


def likeliest(text: str) -> Likeliest:
    """Return the rate whose timecodes agree best, the likeliest of several.

    At the right rate an event is as long on the source as on the record side, and
    no frame number reaches the rate.

    Raises
    ------
    InterchangeError
        It has no events, or timecodes of no rate.
    """
    found = list(_events(text))
    if not found:
        raise InterchangeError(
            "It has no events, so it is no EDL.", remedy="Check which file this is."
        )
    drop = is_drop(text)
    scores: list[tuple[int, Fraction]] = []
    for rate in _CANDIDATES:
        score = _score(found, rate) if _may_be(rate, drop=drop) else None
        if score is not None:
            scores.append((score, rate))
    if not scores:
        raise InterchangeError(
            "Its timecodes fit no frame rate.",
            remedy="Check its frame numbers, or state the rate.",
        )
    best = min(score for score, _ in scores)
    first, *others = [rate for score, rate in scores if score == best]
    return Likeliest(first, tuple(sorted(others)))


def _may_be(rate: Fraction, *, drop: bool) -> bool:
    return rates.is_drop_rate(rate) or not drop


@dataclass(frozen=True, slots=True)
class _Event:
    """One line of an EDL: timecodes of source in and out, record in and out."""

    codes: tuple[str, str, str, str]
    retimed: bool = False


def _events(text: str) -> Iterator[_Event]:
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        found = EVENT.match(line)
        if not found:
            continue
        rest = lines[number : number + 8]
        after = next((k for k, s in enumerate(rest) if EVENT.match(s)), len(rest))
        retimed = any(SPEED.match(s) or s.startswith("M2") for s in rest[:after])
        yield _Event((found[1], found[2], found[3], found[4]), retimed)


def _score(found: list[_Event], rate: Fraction) -> int | None:
    """Return how many events disagree; None when a timecode is none at this rate."""
    wrong = 0
    end: int | None = None
    for event in found:
        times = [frames(code, rate) for code in event.codes]
        if any(time is None for time in times):
            return None
        source_in, source_out, record_in, record_out = (time or 0 for time in times)
        wrong += not event.retimed and source_out - source_in != record_out - record_in
        wrong += end is not None and record_in < end
        end = record_out
    return wrong


def frames(code: str, rate: Fraction) -> int | None:
    """Return the frame of a timecode; None when it is none at this rate."""
    hours, minutes, seconds, part = (int(p) for p in re.split("[:;,.]", code))
    base, _ = rates.ntsc(rate)
    if part >= base or minutes > 59 or seconds > 59:
        return None
    count = ((hours * 60 + minutes) * 60 + seconds) * base + part
    if ";" in code and rates.is_drop_rate(rate):
        total = hours * 60 + minutes
        count -= base // 15 * (total - total // 10)
    return count
