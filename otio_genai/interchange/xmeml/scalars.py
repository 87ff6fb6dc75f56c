"""Numbers and rates of a document, with every one that cannot be meant."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from otio_genai import rates
from otio_genai.errors import InterchangeError, TimelineError
from otio_genai.interchange.xmeml.model import Rate

__all__ = ["Scalars", "true"]

# Fifteen digits outlast any film in ticks per frame, and every float is exact there;
# ticks themselves may have more.
_MOST_DIGITS = 18
_LARGEST_TIMEBASE = 1000
_LARGEST_FRAME = 10**12
# More faults than anybody reads.
_MOST_FAULTS = 50
_STAND_IN = Rate(24, False)


def true(text: str | None, default: bool = True) -> bool:
    """Return what a flag says; ``default`` when it says nothing."""
    return default if not text else text.strip().upper() == "TRUE"


class Scalars:
    """Reads scalars; a faulty one gives a default, and is told of in the end."""

    def __init__(self) -> None:
        self._faults: list[tuple[str, str]] = []

    def whole(
        self, element: Element, tag: str, default: int, largest: int = _LARGEST_FRAME
    ) -> int:
        """Return the whole number that a child states."""
        text = (element.findtext(tag) or "").strip()
        if not text:
            return default
        digits = text[1:] if text[0] in "+-" else text
        # Some writers count frames as "12.0".
        whole, point, rest = digits.partition(".")
        digits = whole if point and not rest.strip("0") else digits
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
            self._fault(element, f"{text[:40]!r} in <{tag}> is not a whole number.")
            return default
        value = -int(digits) if text[0] == "-" else int(digits)
        if abs(value) > largest:
            self._fault(element, f"{value} in <{tag}> is out of all range.")
            return default
        return value

    def rate(self, element: Element, default: Rate | None) -> Rate:
        """Return the rate that an element states."""
        found = element.find("rate")
        if found is None or not (found.findtext("timebase") or "").strip():
            if default is None:
                self._fault(element, "It states no rate.")
            return default or _STAND_IN
        base = self.whole(found, "timebase", 0)
        if not 0 < base <= _LARGEST_TIMEBASE:
            self._fault(element, f"{base} frames per second is not a rate.")
            return default or _STAND_IN
        return Rate(base, true(found.findtext("ntsc"), default=False))

    def first_frame(self, timecode: Element, rate: Rate) -> int:
        """Return the frame a timecode states, else the one that its label means."""
        label = (timecode.findtext("string") or "").strip()
        if (timecode.findtext("frame") or "").strip() or not label:
            return self.whole(timecode, "frame", 0)
        try:
            return rates.frame_of_timecode(label, rate.exact)
        except TimelineError:
            self._fault(timecode, f"{label[:40]!r} is no timecode.")
            return 0

    def _fault(self, element: Element, what: str) -> None:
        name = element.get("id") or element.findtext("name") or ""
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append((f"<{element.tag}> {name}".strip(), what))

    def check(self) -> None:
        """Refuse a document with faults.

        Raises
        ------
        InterchangeError
            With the first fault, and all of them when there are more.
        """
        if not self._faults:
            return
        place, what = self._faults[0]
        several = len(self._faults) > 1
        raise InterchangeError(
            what,
            place=place,
            remedy="Export it again from the editor.",
            items=[f"{a}: {b}" for a, b in self._faults] if several else (),
        )
