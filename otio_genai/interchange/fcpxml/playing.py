"""Elements that play one file, effect or sequence, as pieces.

Conventions
    Where an element states no start, it begins with its media: with the file's first
    timecode, or a nested sequence's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.interchange.fcpxml.document import Asset, Document, seconds, whole
from otio_genai.interchange.fcpxml.reports import Reports
from otio_genai.interchange.fcpxml.scene import Layer, Piece, Source
from otio_genai.interchange.fcpxml.timing import conformed, time_map
from otio_genai.interchange.fcpxml.warp import Warp

__all__ = ["STORY", "Player", "lane_of", "split"]

#: Story elements.
STORY = (
    "asset-clip",
    "audio",
    "audition",
    "caption",
    "clip",
    "gap",
    "mc-clip",
    "ref-clip",
    "spine",
    "sync-clip",
    "title",
    "video",
)


class Player:
    """Knows where elements begin, how long they last and what they play.

    Parameters
    ----------
    document
        Its resources.
    record
        Rate of the sequence that is read.
    reports
        Told what is not carried.
    """

    def __init__(self, document: Document, record: Fraction, reports: Reports) -> None:
        self._document = document
        self._record = record
        self._reports = reports

    def start_s(self, element: Element) -> Fraction:
        """Return the element's own time at its first frame."""
        given = seconds(element, "start")
        if given is not None:
            return given
        first = element.find("timeMap/timept")
        if first is not None:
            return seconds(first, "time") or Fraction(0)
        asset = self._document.assets.get(element.get("ref", ""))
        if asset is not None and element.tag in ("asset-clip", "audio", "video"):
            return asset.start_s
        if element.tag in ("ref-clip", "mc-clip"):
            media = self._document.media.get(element.get("ref", ""))
            inner = None if media is None else next(iter(media), None)
            return (inner is not None and seconds(inner, "tcStart")) or Fraction(0)
        return Fraction(0)

    def length_s(self, element: Element) -> Fraction:
        """Return how long an element lasts; 0 when nothing says."""
        if element.tag == "audition":
            active = next((c for c in element if c.tag in STORY), None)
            return Fraction(0) if active is None else self.length_s(active)
        given = seconds(element, "duration")
        if given is not None:
            return given
        asset = self._document.assets.get(element.get("ref", ""))
        if asset is not None:
            return asset.duration_s
        media = self._document.media.get(element.get("ref", ""))
        inner = None if media is None else next(iter(media), None)
        return (inner is not None and seconds(inner, "duration")) or Fraction(0)

    def warp(self, element: Element, local: Warp, media: Fraction | None) -> Warp:
        """Return the time of an element's contents by record time."""

        def report(feature: str, gets: str) -> None:
            self._reports.add(feature, "approximated", gets, element)

        mapped = time_map(element, report)
        scaled = conformed(element, media, self._record, report)
        inner = local if mapped is None else mapped.after(local)
        return inner if scaled is None else scaled.after(inner)

    def media(
        self, element: Element, local: Warp, span: tuple[Fraction, Fraction], lane: int
    ) -> Iterator[Piece]:
        """Give the pieces of an element that plays a file or an effect."""
        number = element.get("ref", "")
        asset = self._document.assets.get(number)
        effect = self._document.effects.get(number)
        if asset is None and effect is None:
            gets = f"an offline clip: nothing in the document is {number or 'no id'!r}"
            self._reports.add("media", "dropped", gets, element, span[0])
        warp = self.warp(element, local, asset.format.rate if asset else None)
        maker = element if asset is None and effect is not None else None
        source = Source(asset, effect if asset is None else None, None, maker)
        wanted = element.get("srcEnable", "all")
        layers = (Layer(element, local),)
        video, audio = _sides(element, asset)
        on = element.get("enabled", "1") != "0"
        if video and wanted in ("all", "video"):
            role = element.get("videoRole") or element.get("role") or ""
            yield Piece(
                "Video", lane, *span, warp, source, layers, enabled=on, role=role
            )
        if audio and wanted in ("all", "audio"):
            role = element.get("audioRole") or element.get("role") or ""
            heard = split(element, local, span)
            piece = Piece(
                "Audio", lane, *heard, warp, source, layers, enabled=on, role=role
            )
            piece.channels = _channels(element.get("srcCh"))
            yield from _components(piece, element, local)

    def nested(
        self,
        element: Element,
        source: Source,
        warp: Warp,
        local: Warp,
        span: tuple[Fraction, Fraction],
        lane: int,
    ) -> Iterator[Piece]:
        """Give the picture and the sound of a nested sequence."""
        nested = source.nested
        kinds = {piece.kind for piece in nested.scene.pieces} if nested else {"Video"}
        wanted = element.get("srcEnable", "all")
        layers = (Layer(element, local),)
        on = element.get("enabled", "1") != "0"
        if wanted == "video" or (wanted == "all" and kinds != {"Audio"}):
            yield Piece("Video", lane, *span, warp, source, layers, enabled=on)
        if wanted == "audio" or (wanted == "all" and "Audio" in kinds):
            heard = split(element, local, span)
            named = {r.get("role", "") for r in element.findall("audio-role-source")}
            role = named.pop() if len(named) == 1 else ""
            yield Piece(
                "Audio", lane, *heard, warp, source, layers, enabled=on, role=role
            )


def lane_of(element: Element) -> int:
    """Return the lane of an element; 0 when it is contained in its parent."""
    text = (element.get("lane") or "").strip()
    size = whole(text.lstrip("+-"))
    return -size if text.startswith("-") else size


def _sides(element: Element, asset: Asset | None) -> tuple[bool, bool]:
    """Tell whether an element shows and whether it sounds."""
    if element.tag == "audio":
        return False, True
    if element.tag in ("video", "title"):
        return True, False
    if asset is None:
        return lane_of(element) >= 0, lane_of(element) < 0
    return asset.has_video, asset.has_audio


def split(
    element: Element, local: Warp, span: tuple[Fraction, Fraction]
) -> tuple[Fraction, Fraction]:
    """Return the record seconds of a clip's sound, which may begin or end elsewhere."""
    first_s = seconds(element, "audioStart")
    length_s = seconds(element, "audioDuration")
    begin_s = span[0] if first_s is None else span[0] + first_s - local.at(span[0])
    if length_s is None or length_s <= 0:
        return begin_s, max(span[1], begin_s)
    return begin_s, begin_s + length_s


def _channels(text: str | None) -> tuple[int, ...]:
    """Return the channels of ``"1, 2"``."""
    return tuple(n for n in (whole(part) for part in (text or "").split(",")) if n)


def _components(piece: Piece, element: Element, local: Warp) -> Iterator[Piece]:
    """Give the sound of a clip, one piece for each component it is set up as."""
    sources = element.findall("audio-channel-source")
    if not sources:
        yield piece
        return
    active = [source for source in sources if source.get("active", "1") != "0"]
    for source in active or sources:
        layers = (Layer(source, local), *piece.layers)
        off = source.get("enabled", "1") == "0" or source.get("active", "1") == "0"
        yield replace(
            piece,
            layers=layers,
            channels=_channels(source.get("srcCh")),
            enabled=piece.enabled and not off,
            role=source.get("role") or piece.role,
        )
