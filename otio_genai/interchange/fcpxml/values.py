"""Values as FCPXML spells them, and the ids of Final Cut's own effects.

Conventions
    Times are exact rational seconds, ``"1001/30000s"`` or ``"5s"``, with a 64-bit
    numerator and a 32-bit denominator (the comments of Apple's DTD). Levels are
    decibels with their unit, ``"-6dB"``; colours are parts from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from otio_genai import rates

__all__ = [
    "AUDIO_CROSSFADE",
    "BASIC_TITLE",
    "CROSS_DISSOLVE",
    "CUSTOM_SOLID",
    "FADE_TO_COLOR",
    "SLATE_KEY",
    "color_text",
    "color_values",
    "frame_duration",
    "level_db",
    "level_text",
    "number",
    "numbers",
    "time_s",
    "time_text",
]

#: (name, uid) of the effects Final Cut has built in: it matches the uid, Resolve the
#: name.
CROSS_DISSOLVE = ("Cross Dissolve", "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265")
FADE_TO_COLOR = ("Fade To Color", "FxPlug:F779C565-486D-4633-8035-0374B4DB8F5C")
AUDIO_CROSSFADE = ("Audio Crossfade", "FFAudioTransition")
BASIC_TITLE = (
    "Basic Title",
    ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/"
    "Basic Title.moti",
)
CUSTOM_SOLID = (
    "Custom",
    ".../Generators.localized/Solids.localized/Custom.localized/Custom.motn",
)

#: What a slate's facts are kept under in the metadata of an asset, before their name.
SLATE_KEY = "otio_genai.slate."

_LARGEST_DENOMINATOR = 2**31 - 1
_LARGEST_NUMERATOR = 2**63 - 1
_TIME = re.compile(r"\s*([+-]?\d{1,30}(?:\.\d{1,30})?)(?:/(\d{1,30}))?\s*s\s*")
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,2})?")
_SILENCE_DB = -96.0


def time_text(time_s: Fraction) -> str:
    """Return exact seconds as the format writes them.

    A denominator beyond 32 bits, which no rate of a film makes, becomes the nearest
    that fits.

    Examples
    --------
    >>> time_text(Fraction(1001, 30000)), time_text(Fraction(5))
    ('1001/30000s', '5s')
    """
    exact = time_s
    if exact.denominator > _LARGEST_DENOMINATOR:
        exact = exact.limit_denominator(_LARGEST_DENOMINATOR)
    if exact.denominator == 1:
        return f"{exact.numerator}s"
    return f"{exact.numerator}/{exact.denominator}s"


def time_s(text: str | None) -> Fraction | None:
    """Return the exact seconds of a time; None when it is none.

    Examples
    --------
    >>> time_s("1001/30000s"), time_s("2.5s"), time_s("soon")
    (Fraction(1001, 30000), Fraction(5, 2), None)
    """
    found = _TIME.fullmatch(text or "")
    if not found:
        return None
    over = int(found[2] or "1")
    exact = Fraction(found[1]) / over if over else None
    return exact if exact is None or abs(exact) <= _LARGEST_NUMERATOR else None


def frame_duration(rate: Fraction) -> str:
    """Return how long a frame lasts, spelled as Final Cut does.

    Examples
    --------
    >>> frame_duration(Fraction(25)), frame_duration(Fraction(24000, 1001))
    ('100/2500s', '1001/24000s')
    """
    base, is_ntsc = rates.ntsc(rate)
    if is_ntsc:
        return f"1001/{base * 1000}s"
    if rate.denominator == 1:
        return f"100/{rate.numerator * 100}s"
    return f"{rate.denominator}/{rate.numerator}s"


def number(value: float) -> str:
    """Return a decimal with at most six places, without a useless tail.

    Examples
    --------
    >>> number(0.5), number(100.0), number(-1e-9)
    ('0.5', '100', '0')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def numbers(text: str | None) -> list[float]:
    """Return the numbers of a value such as ``"1.5 -2"``; none of it when one is not.

    Examples
    --------
    >>> numbers("1.5 -2"), numbers("1 x")
    ([1.5, -2.0], [])
    """
    parts = (text or "").split()
    if not all(_NUMBER.fullmatch(part) for part in parts):
        return []
    return [float(part) for part in parts]


def level_text(level: float) -> str:
    """Return a level in decibels; silence is the least there is, -96 dB.

    Examples
    --------
    >>> level_text(-6.0), level_text(-200.0)
    ('-6dB', '-96dB')
    """
    return f"{number(max(level, _SILENCE_DB))}dB"


def level_db(text: str | None) -> float | None:
    """Return the decibels of a level, with or without its unit; None for nonsense.

    Examples
    --------
    >>> level_db("-6dB"), level_db("3"), level_db("loud")
    (-6.0, 3.0, None)
    """
    bare = (text or "").strip()
    if bare.lower().endswith("db"):
        bare = bare[:-2]
    found = numbers(bare)
    return found[0] if len(found) == 1 else None


def color_text(parts: Sequence[float]) -> str:
    """Return a colour of parts from 0 to 1.

    Examples
    --------
    >>> color_text([1, 0.5, 0, 1])
    '1 0.5 0 1'
    """
    return " ".join(number(float(part)) for part in parts)


def color_values(text: str | None) -> list[float] | None:
    """Return the three or four parts of a colour; None when it is none.

    Examples
    --------
    >>> color_values("1 0.5 0 1"), color_values("red")
    ([1.0, 0.5, 0.0, 1.0], None)
    """
    found = numbers((text or "").split("(")[0])
    return found if len(found) in (3, 4) else None
