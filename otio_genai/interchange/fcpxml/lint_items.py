"""Rules of what stands in a storyline: order, frames, media, transitions, lanes."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.document import Asset, Document, seconds, whole
from otio_genai.interchange.fcpxml.playing import STORY, lane_of
from otio_genai.interchange.fcpxml.timing import time_map
from otio_genai.interchange.fcpxml.values import level_db
from otio_genai.interchange.fcpxml.warp import affine
from otio_genai.interchange.xmeml.lint import Finding

__all__ = ["items"]

_LOUDEST_DB = 12.0
_CONTAINERS = ("clip", "sync-clip")


def items(
    spine: Element, document: Document, rate: Fraction | None, begin_s: Fraction
) -> Generator[Finding, None, Fraction]:
    """Give the broken rules of a storyline; return the time of its end."""
    clock_s = begin_s
    row = list(spine)
    for index, child in enumerate(row):
        if child.tag == "transition":
            yield from _transition(child, row, index, document)
            continue
        place = _place(child)
        at_s = seconds(child, "offset")
        length_s = _length_s(child, document)
        if at_s is not None and child.tag in STORY:
            if at_s < clock_s:
                yield Finding("no overlap", place, "It begins before the last ends.")
            elif at_s > clock_s:
                said = "There is a hole before it; a gap belongs there."
                yield Finding("no holes", place, said)
            clock_s = at_s
        if rate is not None:
            for time_s in (clock_s, length_s):
                if (time_s * rate).denominator != 1:
                    yield Finding("frames", place, "Its edges are not on frames.")
                    break
        if child.tag in STORY and lane_of(child):
            yield Finding("lanes", place, "A lane has no meaning in a storyline.")
        clock_s += max(length_s, Fraction(0))
        yield from _item(child, document)
    return clock_s


def _place(element: Element) -> str:
    name = clean(element.get("name") or "")
    return f"<{element.tag}> {name}" if name else f"<{element.tag}>"


def _length_s(element: Element, document: Document) -> Fraction:
    if element.tag == "audition":
        active = next((child for child in element if child.tag in STORY), None)
        return Fraction(0) if active is None else _length_s(active, document)
    given = seconds(element, "duration")
    if given is not None:
        return given
    asset = document.assets.get(element.get("ref", ""))
    return Fraction(0) if asset is None else asset.duration_s


def _item(element: Element, document: Document) -> Iterator[Finding]:
    """Give the broken rules of an element and of all that is connected to it."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        asset = document.assets.get(current.get("ref", ""))
        if asset is not None and current.tag in ("asset-clip", "video", "audio"):
            yield from _range(current, asset)
        yield from _levels(current)
        for child in current:
            if child.tag not in STORY:
                continue
            waiting.append(child)
            holds = current.tag in (*_CONTAINERS, "audition", "spine", "mc-angle")
            if not lane_of(child) and not holds:
                said = "What is connected to a clip needs a lane."
                yield Finding("lanes", _place(child), said)


def _range(element: Element, asset: Asset) -> Iterator[Finding]:
    place = _place(element)
    for part in element.findall("audio-channel-source"):
        highest = max(map(whole, part.get("srcCh", "").split(",")), default=0)
        if asset.channels and highest > asset.channels:
            yield Finding("channels", place, "The file has no such channel.")
    if asset.still or not asset.duration_s:
        return
    low_s, high_s = _used(element, asset, Fraction(0), Fraction(0))
    if low_s < asset.start_s or high_s > asset.start_s + asset.duration_s + _frame(
        asset
    ):
        yield Finding("range", place, "It reaches beyond its media.")


def _frame(asset: Asset) -> Fraction:
    """Return the length of a frame: the last one shown may outlast the media."""
    return 1 / asset.format.rate if asset.format.rate else Fraction(1, 24)


def _used(
    element: Element, asset: Asset, head_s: Fraction, tail_s: Fraction
) -> tuple[Fraction, Fraction]:
    """Return the media times between which an element shows its media."""
    start_s = seconds(element, "start")
    length_s = seconds(element, "duration")
    start_s = asset.start_s if start_s is None else start_s
    length_s = asset.duration_s if length_s is None else length_s
    mapped = time_map(element, lambda *_: None) or affine(Fraction(0), Fraction(0))
    first_s, last_s = start_s - head_s, start_s + max(length_s, Fraction(0)) + tail_s
    part = mapped.within(first_s, last_s)
    values = [part.at(first_s), part.at(last_s)]
    values += [value for time_s, value in part.points if first_s < time_s < last_s]
    return min(values), max(values)


def _transition(
    element: Element, row: list[Element], index: int, document: Document
) -> Iterator[Finding]:
    """Give the broken rules of a transition: it needs media beyond the cut."""
    place = _place(element)
    at_s, length_s = seconds(element, "offset"), seconds(element, "duration")
    if length_s is None or length_s <= 0:
        yield Finding("transition", place, "It has no length.")
        return
    before = row[index - 1] if index else None
    after = row[index + 1] if index + 1 < len(row) else None
    if before is None and after is None:
        yield Finding("transition", place, "It stands beside nothing.")
    if at_s is None or after is None or after.tag == "transition":
        return
    cut_s = seconds(after, "offset")
    if cut_s is None:
        return
    if not at_s <= cut_s <= at_s + length_s:
        yield Finding("transition", place, "The cut does not lie under it.")
        return
    sides = ((before, Fraction(0), at_s + length_s - cut_s), (after, cut_s - at_s, 0))
    for side, head_s, tail_s in sides:
        asset = None if side is None else document.assets.get(side.get("ref", ""))
        if side is None or asset is None or asset.still or not asset.duration_s:
            continue
        low_s, high_s = _used(side, asset, head_s, Fraction(tail_s))
        end_s = asset.start_s + asset.duration_s + _frame(asset)
        if low_s < asset.start_s or high_s > end_s:
            said = f"{_place(side)} has no media beyond the cut."
            yield Finding("handles", place, said)


def _levels(element: Element) -> Iterator[Finding]:
    for volume in element.findall("adjust-volume"):
        said = [volume.get("amount"), *(p.get("value") for p in volume.iter("param"))]
        said += [key.get("value") for key in volume.iter("keyframe")]
        for text in said:
            if text is None or "inf" in text:
                continue
            level = level_db(text)
            if level is None or level > _LOUDEST_DB:
                yield Finding(
                    "levels", _place(element), f"{clean(text[:40])!r} is out of range."
                )
