"""What is in a container, as it is seen through the container's own edit."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.interchange.fcpxml.playing import Player, split
from otio_genai.interchange.fcpxml.reports import Reports
from otio_genai.interchange.fcpxml.scene import Layer, Nested, Piece, Scene, Source
from otio_genai.interchange.fcpxml.warp import Warp

__all__ = ["picked", "seen", "silence"]


def seen(
    player: Player,
    reports: Reports,
    element: Element,
    inner: Scene,
    local: Warp,
    span: tuple[Fraction, Fraction],
    lane: int,
) -> Iterator[Piece]:
    """Give the contents of a container as they are seen through its edit."""
    warp = player.warp(element, local, None)
    low, high = sorted((warp.at(span[0]), warp.at(span[1])))
    shown = [p for p in inner.pieces if p.start_s < high and low < p.end_s]
    pictures = [piece for piece in shown if piece.kind == "Video"]
    joined = [
        joint
        for joint in inner.joints
        if joint.cut_s - joint.in_s < high and low < joint.cut_s + joint.out_s
    ]
    if not shown:
        reports.add("contents", "dropped", "black", element, span[0])
        return
    plain = warp.slope not in (None, 0) or len(shown) == 1
    if joined or len(pictures) > 1 or not plain:
        nested = Nested(element.get("name") or "", inner, Fraction(0))
        source = Source(nested=nested)
        yield from player.nested(element, source, warp, local, span, lane)
        return
    on = element.get("enabled", "1") != "0"
    for mark in inner.marks:
        reports.add("marker", "dropped", "no marker", mark.element, span[0])
    for piece in shown:
        edges = span if piece.kind == "Video" else split(element, local, span)
        seen = piece.moved(warp, _clipped(piece, warp, edges))
        seen.layers = (*seen.layers, Layer(element, local))
        seen.lane = lane
        seen.enabled = piece.enabled and on
        seen.head_s = seen.tail_s = Fraction(0)
        if seen.start_s < seen.end_s:
            yield seen


def _clipped(
    piece: Piece, warp: Warp, edges: tuple[Fraction, Fraction]
) -> tuple[Fraction, Fraction]:
    """Return the record seconds on which a piece of the contents is seen."""
    ends = [warp.time_of(piece.start_s), warp.time_of(piece.end_s)]
    known = sorted(end for end in ends if end is not None)
    if len(known) < 2:
        return edges
    return max(edges[0], known[0]), min(edges[1], known[1])


def picked(
    element: Element, angles: list[Element]
) -> list[tuple[Element, tuple[str, ...], Element | None]]:
    """Return the angles a multicam clip plays, with the kinds it takes of each."""
    kinds = {"all": ("Video", "Audio"), "video": ("Video",), "audio": ("Audio",)}
    by_id = {angle.get("angleID", ""): angle for angle in angles}
    wanted = kinds.get(element.get("srcEnable", "all"), ("Video", "Audio"))
    found: list[tuple[Element, tuple[str, ...], Element | None]] = []
    for source in element.findall("mc-source"):
        angle = by_id.get(source.get("angleID", ""))
        taken = kinds.get(source.get("srcEnable", "all"), ())
        taken = tuple(kind for kind in taken if kind in wanted)
        if angle is not None and taken:
            found.append((angle, taken, source))
    if not found and angles:
        found.append((angles[0], wanted, None))
    return found


def silence(element: Element, inner: Scene) -> None:
    """Switch off the sounds whose roles a synchronized clip does not play."""
    for source in element.findall("sync-source"):
        connected = source.get("sourceID") == "connected"
        for role in source.findall("audio-role-source"):
            if role.get("active", "1") != "0" and role.get("enabled", "1") != "0":
                continue
            for piece in inner.pieces:
                here = (piece.lane != 0) == connected
                named = (role.get("role") or "").partition(".")[0]
                if piece.kind == "Audio" and here:
                    mine = piece.role.partition(".")[0]
                    if not named or mine in ("", named):
                        piece.enabled = False
