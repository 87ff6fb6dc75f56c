"""Story elements to pieces: spines, lanes, containers, takes.

Aim
    Whatever nests in whatever way becomes pieces of one kind on exact record seconds.
    A clip whose contents are one picture and its sounds becomes these; contents of
    more than that become a nested sequence.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai import rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.fcpxml.document import Document, seconds, whole
from otio_genai.interchange.fcpxml.inside import picked, seen, silence
from otio_genai.interchange.fcpxml.playing import STORY, Player, lane_of
from otio_genai.interchange.fcpxml.reports import Reports
from otio_genai.interchange.fcpxml.scene import (
    Joint,
    Layer,
    Mark,
    Nested,
    Piece,
    Scene,
    Source,
)
from otio_genai.interchange.fcpxml.sorting import kept
from otio_genai.interchange.fcpxml.warp import Warp, affine

__all__ = ["Story"]

_CONTAINERS = ("clip", "sync-clip")
_SAME = affine(Fraction(0), Fraction(0))
_MARKERS = ("marker", "chapter-marker")
# Levels of elements and of sequences within each other.
_LARGEST_DEPTH = 80


class Story:
    """Reads the sequences of a document; each nested one once.

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
        self._groups = itertools.count(1)
        self._compounds: dict[str, Nested | None] = {}
        self._angles: dict[tuple[str, str], Scene] = {}
        self._open: list[str] = []
        self._depth = 0
        self._player = Player(document, record, reports)

    def sequence(self, element: Element) -> Scene:
        """Return the scene of a ``sequence``.

        Raises
        ------
        InterchangeError
            It contains itself, or elements lie too deep.
        """
        scene = Scene()
        given = self._document.formats.get(element.get("format", ""))
        scene.rate = given.rate if given else None
        origin_s = seconds(element, "tcStart") or Fraction(0)
        scene.video_tracks = kept(element, "video_tracks")
        scene.audio_tracks = kept(element, "audio_tracks")
        scene.marked = Counter(map(whole, kept(element, "timeline_markers") or ()))
        for spine in element.findall("spine"):
            self._spine(spine, scene, Fraction(0), origin_s, 0)
        stated_s = seconds(element, "duration") or Fraction(0)
        scene.end_s = max(scene.end_s, stated_s)
        return scene

    def clips(self, elements: Iterable[Element]) -> Scene:
        """Return the clips of an event one after another."""
        scene = Scene()
        for element in elements:
            length_s = self._player.length_s(element)
            self._item(element, scene, scene.end_s, 0)
            scene.end_s += max(length_s, Fraction(0))
        return scene

    def _spine(
        self,
        spine: Element,
        scene: Scene,
        begin_s: Fraction,
        origin_s: Fraction,
        lane: int,
    ) -> None:
        """Place what follows one another; ``origin_s`` is the offset of the start."""
        offsets = [seconds(child, "offset") for child in spine]
        if any(found is not None and found < origin_s for found in offsets):
            origin_s = Fraction(0)
        clock_s = begin_s
        waiting: list[tuple[Element, Fraction | None]] = []
        before: tuple[Fraction | None, tuple[Piece, ...]] = (None, ())
        for child, offset_s in zip(spine, offsets, strict=True):
            at_s = None if offset_s is None else begin_s + offset_s - origin_s
            if child.tag == "transition":
                waiting.append((child, at_s))
                continue
            at_s = clock_s if at_s is None else at_s
            if at_s < clock_s and child.tag in STORY:
                self._reports.add("position", "approximated", "an overlap", child, at_s)
            if scene.marked and not lane:
                self._claim(child, scene, at_s)
            pieces = tuple(self._item(child, scene, at_s, lane))
            for transition in waiting:
                self._joint(transition, scene, lane, before, (at_s, pieces))
            waiting = []
            clock_s = at_s + max(self._player.length_s(child), Fraction(0))
            before = clock_s, pieces
        for transition in waiting:
            self._joint(transition, scene, lane, before, (None, ()))
        scene.end_s = max(scene.end_s, clock_s)

    def _claim(self, element: Element, scene: Scene, at_s: Fraction) -> None:
        """Take the timeline's own markers from what lies beneath them."""
        if element.tag == "audition" and len(element):
            element = element[0]
        start_s = self._player.start_s(element)
        for child in element:
            if child.tag not in _MARKERS:
                continue
            marked_s = at_s + (seconds(child, "start") or Fraction(0)) - start_s
            frame = rates.frames_at(marked_s, self._record)
            if scene.marked[frame] > 0:
                scene.marked[frame] -= 1
                scene.marks.append(Mark(child, marked_s))
                scene.claimed.add(id(child))

    def _joint(
        self,
        transition: tuple[Element, Fraction | None],
        scene: Scene,
        lane: int,
        before: tuple[Fraction | None, tuple[Piece, ...]],
        after: tuple[Fraction | None, tuple[Piece, ...]],
    ) -> None:
        element, at_s = transition
        length_s = seconds(element, "duration") or Fraction(0)
        cut_s = before[0] if after[0] is None else after[0]
        if cut_s is None or length_s <= 0:
            self._reports.add("transition", "dropped", "a cut", element, at_s)
            return
        if at_s is None:
            whole_side = Fraction(0) if before[0] is None else length_s / 2
            at_s = cut_s - (length_s if after[0] is None else whole_side)
        in_s = min(max(cut_s - at_s, Fraction(0)), length_s)
        scene.joints.append(
            Joint(element, lane, cut_s, in_s, length_s - in_s, before[1], after[1])
        )
        for piece in before[1]:
            piece.tail_s = max(piece.tail_s, length_s - in_s)
        for piece in after[1]:
            piece.head_s = max(piece.head_s, in_s)

    def _item(
        self, element: Element, scene: Scene, at_s: Fraction, lane: int
    ) -> list[Piece]:
        """Place an element and all that is connected to it; return its own pieces."""
        if element.tag not in STORY:
            self._reports.unknown(element, at_s)
            return []
        self._depth += 1
        if self._depth > _LARGEST_DEPTH:
            raise InterchangeError(
                f"Clips lie more than {_LARGEST_DEPTH} deep within each other.",
                remedy="Export it again from the editor.",
            )
        own = element
        if element.tag == "audition":
            own = next((child for child in element if child.tag in STORY), element)
        start_s = self._player.start_s(own)
        length_s = self._player.length_s(own)
        pieces: list[Piece] = []
        if length_s <= 0 and own.tag not in ("gap", "audition"):
            self._reports.add("length", "dropped", "no clip", own, at_s)
        elif own.tag == "caption":
            self._reports.caption(own, at_s, length_s)
        elif own.tag not in ("gap", "audition"):
            local = affine(at_s, start_s)
            span = at_s, at_s + length_s
            pieces = list(self._own(own, scene, local, span, lane))
            group = next(self._groups)
            for piece in pieces:
                piece.group = group
            if own is not element:
                self._add_takes(element, own, pieces, span)
        scene.pieces += pieces
        self._connected(own, scene, at_s - start_s, lane)
        self._reports.leftovers(own, at_s)
        self._depth -= 1
        return pieces

    def _connected(
        self, element: Element, scene: Scene, shift_s: Fraction, lane: int
    ) -> None:
        """Place what is connected to an element, and a gap's markers."""
        contains = element.tag in _CONTAINERS
        for child in element:
            mine = element.tag == "gap" and child.tag in _MARKERS
            if mine and id(child) not in scene.claimed:
                marked_s = seconds(child, "start") or Fraction(0)
                scene.marks.append(Mark(child, marked_s + shift_s))
            if child.tag not in STORY:
                continue
            own = lane_of(child)
            if contains and not own and child.tag != "caption":
                continue
            offset_s = seconds(child, "offset")
            at_s = shift_s + (
                self._player.start_s(element) if offset_s is None else offset_s
            )
            if child.tag == "spine":
                self._spine(child, scene, at_s, Fraction(0), lane + own)
            else:
                self._item(child, scene, at_s, lane + own)

    def _add_takes(
        self,
        audition: Element,
        active: Element,
        pieces: list[Piece],
        span: tuple[Fraction, Fraction],
    ) -> None:
        """Hang the other takes of an audition on the pieces of the active one."""
        for other in audition:
            if other is active or other.tag not in STORY:
                continue
            aside = Scene()
            local = affine(span[0], self._player.start_s(other))
            length_s = self._player.length_s(other)
            own = (span[0], span[0] + length_s) if length_s > 0 else span
            found = list(self._own(other, aside, local, own, 0))
            for piece in pieces:
                piece.takes += tuple(t for t in found if t.kind == piece.kind)[:1]
            for child in other:
                if child.tag in STORY and lane_of(child):
                    what = "the take without what is connected to it"
                    self._reports.add(
                        "other take", "approximated", what, child, span[0]
                    )

    def _own(
        self,
        element: Element,
        scene: Scene,
        local: Warp,
        span: tuple[Fraction, Fraction],
        lane: int,
    ) -> Iterator[Piece]:
        """Give the pieces of one element, without what is connected to it."""
        if element.tag in _CONTAINERS:
            with self._reports.within():
                inner = self._contents(element)
            yield from seen(
                self._player, self._reports, element, inner, local, span, lane
            )
        elif element.tag == "mc-clip":
            yield from self._multicam(element, local, span, lane)
        elif element.tag == "ref-clip":
            yield from self._reference(element, local, span, lane)
        else:
            yield from self._player.media(element, local, span, lane)

    def _reference(
        self, element: Element, local: Warp, span: tuple[Fraction, Fraction], lane: int
    ) -> Iterator[Piece]:
        """Give the pieces of a compound clip."""
        number = element.get("ref", "")
        nested = self._compound(number)
        if nested is None:
            gets = f"an offline clip: no sequence in the document is {number!r}"
            self._reports.add("media", "dropped", gets, element, span[0])
        warp = self._player.warp(element, local, nested.scene.rate if nested else None)
        source = Source(nested=nested)
        yield from self._player.nested(element, source, warp, local, span, lane)

    def _compound(self, number: str) -> Nested | None:
        """Return the sequence of a ``media`` element, read once."""
        if number in self._compounds:
            return self._compounds[number]
        media = self._document.media.get(number)
        sequence = None if media is None else media.find("sequence")
        if media is None or sequence is None:
            return None
        if number in self._open:
            raise InterchangeError(
                "A compound clip contains itself.",
                place=media.get("name") or number,
                remedy="Export it again from the editor.",
            )
        self._open.append(number)
        with self._reports.within():
            scene = self.sequence(sequence)
        self._open.pop()
        origin_s = seconds(sequence, "tcStart") or Fraction(0)
        name = media.get("name") or number
        self._compounds[number] = Nested(name, scene, origin_s)
        return self._compounds[number]

    def _contents(self, element: Element) -> Scene:
        """Return what a container holds, in the time of its contents."""
        inner = Scene()
        for child in element:
            if child.tag not in STORY or lane_of(child) or child.tag == "caption":
                continue
            at_s = seconds(child, "offset") or Fraction(0)
            if child.tag == "spine":
                self._spine(child, inner, at_s, Fraction(0), 0)
            else:
                self._item(child, inner, at_s, 0)
        silence(element, inner)
        return inner

    def _multicam(
        self, element: Element, local: Warp, span: tuple[Fraction, Fraction], lane: int
    ) -> Iterator[Piece]:
        """Give the active angles of a multicam clip."""
        number = element.get("ref", "")
        media = self._document.media.get(number)
        multicam = None if media is None else media.find("multicam")
        if multicam is None:
            gets = f"an offline clip: no multicam in the document is {number!r}"
            self._reports.add("media", "dropped", gets, element, span[0])
            yield from self._player.nested(element, Source(), local, local, span, lane)
            return
        angles = multicam.findall("mc-angle")
        taken = picked(element, angles)
        inner = Scene()
        for source in element.findall("mc-source"):
            self._reports.leftovers(source, span[0])
        for angle, kinds, layer in taken:
            scene = self._angle(number, angle, multicam)
            inner.joints += scene.joints if "Video" in kinds else []
            for piece in scene.pieces:
                if piece.kind in kinds:
                    extra = () if layer is None else (Layer(layer, _SAME),)
                    inner.pieces.append(replace(piece, layers=(*piece.layers, *extra)))
        if len(angles) > len({id(angle) for angle, _, _ in taken}):
            gets = f"the active angles alone, of {len(angles)}"
            self._reports.add("multicam", "approximated", gets, element, span[0])
        yield from seen(self._player, self._reports, element, inner, local, span, lane)

    def _angle(self, number: str, angle: Element, multicam: Element) -> Scene:
        key = number, angle.get("angleID", "")
        if key not in self._angles:
            if number in self._open:
                raise InterchangeError(
                    "A multicam clip contains itself.",
                    place=number,
                    remedy="Export it again from the editor.",
                )
            self._open.append(number)
            scene = Scene()
            origin_s = seconds(multicam, "tcStart") or Fraction(0)
            with self._reports.within():
                self._spine(angle, scene, origin_s, origin_s, 0)
            self._open.pop()
            self._angles[key] = scene
        return self._angles[key]
