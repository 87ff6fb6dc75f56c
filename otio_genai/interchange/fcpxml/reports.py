"""What a document says that the timeline does not, told once and with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai import rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.fcpxml.document import seconds
from otio_genai.interchange.loss import Outcome

__all__ = ["Caption", "Reports"]

# Children that the reader carries, or that say nothing of the film.
_CARRIED = frozenset(
    (
        "adjust-blend",
        "adjust-conform",
        "adjust-crop",
        "adjust-panner",
        "adjust-transform",
        "adjust-volume",
        "asset-clip",
        "audio",
        "audio-channel-source",
        "audition",
        "caption",
        "chapter-marker",
        "clip",
        "conform-rate",
        "filter-audio",
        "filter-video",
        "gap",
        "keyword",
        "marker",
        "mc-clip",
        "mc-source",
        "metadata",
        "note",
        "param",
        "ref-clip",
        "reserved",
        "spine",
        "sync-clip",
        "sync-source",
        "text",
        "text-style-def",
        "timeMap",
        "title",
        "video",
    )
)


class Caption:
    """A caption at record seconds."""

    def __init__(self, text: str, at_s: Fraction, length_s: Fraction) -> None:
        self.text = text
        self.at_s = at_s
        self.length_s = length_s


class Reports:
    """The account of a reading; places are record seconds of the whole sequence.

    ``keys`` are those of the metadata that was met and is not kept.
    """

    def __init__(self, account: Account, rate: Fraction) -> None:
        self.account = account
        self._rate = rate
        self._depth = 0
        self.keys: set[str] = set()
        self.captions: list[Caption] = []

    @contextmanager
    def within(self) -> Iterator[None]:
        """Tell of nested contents, whose times are not the timeline's."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def add(
        self,
        feature: str,
        outcome: Outcome,
        gets: str,
        element: Element,
        at_s: Fraction | None = None,
    ) -> None:
        """Add an item about an element, placed where it is known to lie."""
        span = None
        if at_s is not None and at_s >= 0 and not self._depth:
            first = rates.frames_at(at_s, self._rate)
            length_s = seconds(element, "duration") or Fraction(0)
            last = rates.frames_at(at_s + max(length_s, Fraction(0)), self._rate)
            span = first, max(first, last)
        name = clean(element.get("name") or element.get("value") or element.tag)
        self.account.add(feature, outcome, gets, item=name, span=span)

    def unknown(self, element: Element, at_s: Fraction) -> None:
        """Tell of an element where a clip should stand."""
        self.add(element.tag, "dropped", "nothing in its place", element, at_s)

    def caption(self, element: Element, at_s: Fraction, length_s: Fraction) -> None:
        """Keep the text of a caption, and tell what becomes of it."""
        if self._depth:
            gets = "the compound clip without it"
            self.add("caption", "dropped", gets, element, at_s)
            return
        text = " ".join(" ".join(t.itertext()) for t in element.findall("text"))
        text = clean(" ".join(text.split())) or clean(element.get("name") or "")
        self.captions.append(Caption(text, at_s, length_s))
        gets = "a marker with its text on the timeline"
        self.add("caption", "approximated", gets, element, at_s)

    def leftovers(self, element: Element, at_s: Fraction) -> None:
        """Tell of every child of a clip that the timeline has no place for."""
        for child in element:
            if child.tag == "metadata":
                self.keys |= {md.get("key", "") for md in child.findall("md")}
            if child.tag in _CARRIED:
                continue
            if child.get("enabled") == "0":
                continue
            gets = f"the clip without its {child.tag}"
            self.add(child.tag, "dropped", gets, element, at_s)
