"""Markers, keywords and notes of a clip, and markers of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Set
from fractions import Fraction
from xml.etree.ElementTree import Element

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.document import seconds
from otio_genai.interchange.fcpxml.scene import Layer, Piece
from otio_genai.interchange.fcpxml.sources import whole_time

__all__ = ["clip_markers", "marker", "notes"]

_TAGS = ("marker", "chapter-marker", "keyword")
_COLORS = {"0": "RED", "1": "GREEN"}


def marker(
    element: Element, at_s: Fraction, length_s: Fraction, rate: Fraction
) -> otio.schema.Marker:
    """Return a marker; its kind tells its colour.

    Final Cut shows a standard marker blue, a to-do red, one that is done green, a
    chapter orange. A keyword is a purple marker over its range.
    """
    color = _COLORS.get(element.get("completed", ""), "BLUE")
    if element.tag == "chapter-marker":
        color = "ORANGE"
    elif element.tag == "keyword":
        color = "PURPLE"
    return otio.schema.Marker(
        name=clean(element.get("value") or ""),
        marked_range=otio.opentime.TimeRange(
            whole_time(at_s, rate), whole_time(length_s, rate)
        ),
        color=color,
        comment=clean(element.get("note") or "", lines=True),
    )


def clip_markers(
    piece: Piece, rate: Fraction, claimed: Set[int]
) -> Iterator[otio.schema.Marker]:
    """Give the markers of a piece, in its media's time, but those that are claimed."""
    for layer in piece.layers:
        for element in layer.element:
            if element.tag in _TAGS and id(element) not in claimed:
                yield _clip_marker(element, layer, piece, rate)


def _clip_marker(
    element: Element, layer: Layer, piece: Piece, rate: Fraction
) -> otio.schema.Marker:
    first_s = seconds(element, "start")
    if first_s is None:
        first_s = layer.local.at(piece.start_s)
    length_s = max(seconds(element, "duration") or Fraction(0), Fraction(0))
    if length_s < Fraction(1, 2) / rate:
        # Final Cut gives a point the length of a frame, or of a sample.
        length_s = Fraction(0)
    ends = [layer.local.time_of(first_s), layer.local.time_of(first_s + length_s)]
    times = [first_s if end is None else piece.warp.at(end) for end in ends]
    origin_s = piece.source.nested.origin_s if piece.source.nested else Fraction(0)
    if piece.source.effect is not None:
        # What is generated has a range from 0, handle included, whatever its own time.
        origin_s = piece.warp.at(piece.start_s - piece.head_s)
    return marker(element, times[0] - origin_s, abs(times[1] - times[0]), rate)


def notes(piece: Piece, clip: otio.schema.Clip) -> None:
    """Keep the notes of a piece on its medium's slate."""
    found = [
        clean("".join(note.itertext()), lines=True).strip()
        for layer in piece.layers
        for note in layer.element.findall("note")
    ]
    text = "\n".join(dict.fromkeys(part for part in found if part))
    if not text:
        return
    slate = metadata.read(clip.media_reference, "slate", {})
    # The prompt is written as a note where the slate has none of its own.
    if text not in (slate.get("note"), slate.get("prompt")):
        metadata.put(clip.media_reference, "slate", {**slate, "note": text})
