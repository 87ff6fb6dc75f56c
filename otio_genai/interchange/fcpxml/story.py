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
from otio_genai.interchange.fcpxml.document import Asset, Document, seconds, whole
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
from otio_genai.interchange.fcpxml.timing import conformed, time_map
from otio_genai.interchange.fcpxml.warp import Warp, affine

__all__ = ["Story"]

_CONTAINERS = ("clip", "sync-clip")
_STORY = (
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
            length_s = self._length_s(element)
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
            if at_s < clock_s and child.tag in _STORY:
                self._reports.add("position", "approximated", "an overlap", child, at_s)
            if scene.marked and not lane:
                self._claim(child, scene, at_s)
            pieces = tuple(self._item(child, scene, at_s, lane))
            for transition in waiting:
                self._joint(transition, scene, lane, before, (at_s, pieces))
            waiting = []
            clock_s = at_s + max(self._length_s(child), Fraction(0))
            before = clock_s, pieces
        for transition in waiting:
            self._joint(transition, scene, lane, before, (None, ()))
        scene.end_s = max(scene.end_s, clock_s)

    def _claim(self, element: Element, scene: Scene, at_s: Fraction) -> None:
        """Take the timeline's own markers from what lies beneath them."""
        start_s = self._start_s(element)
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
        if element.tag not in _STORY:
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
            own = next((child for child in element if child.tag in _STORY), element)
        start_s = self._start_s(own)
        length_s = self._length_s(own)
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
            if child.tag not in _STORY:
                continue
            own = _lane(child)
            if contains and not own and child.tag != "caption":
                continue
            offset_s = seconds(child, "offset")
            at_s = shift_s + (self._start_s(element) if offset_s is None else offset_s)
            if child.tag == "spine":
                self._spine(child, scene, at_s, Fraction(0), lane + own)
            else:
                self._item(child, scene, at_s, lane + own)

    def _start_s(self, element: Element) -> Fraction:
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

    def _length_s(self, element: Element) -> Fraction:
        if element.tag == "audition":
            active = next((c for c in element if c.tag in _STORY), None)
            return Fraction(0) if active is None else self._length_s(active)
        given = seconds(element, "duration")
        if given is not None:
            return given
        asset = self._document.assets.get(element.get("ref", ""))
        if asset is not None:
            return asset.duration_s
        media = self._document.media.get(element.get("ref", ""))
        inner = None if media is None else next(iter(media), None)
        return (inner is not None and seconds(inner, "duration")) or Fraction(0)

    def _add_takes(
        self,
        audition: Element,
        active: Element,
        pieces: list[Piece],
        span: tuple[Fraction, Fraction],
    ) -> None:
        """Hang the other takes of an audition on the pieces of the active one."""
        for other in audition:
            if other is active or other.tag not in _STORY:
                continue
            aside = Scene()
            local = affine(span[0], self._start_s(other))
            found = list(self._own(other, aside, local, span, 0))
            for piece in pieces:
                piece.takes += tuple(t for t in found if t.kind == piece.kind)[:1]
            for child in other:
                if child.tag in _STORY and _lane(child):
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
            yield from self._seen(element, inner, local, span, lane)
        elif element.tag == "mc-clip":
            yield from self._multicam(element, local, span, lane)
        elif element.tag == "ref-clip":
            yield from self._reference(element, local, span, lane)
        else:
            yield from self._media(element, local, span, lane)

    def _warp(self, element: Element, local: Warp, media: Fraction | None) -> Warp:
        """Return the time of an element's contents by record time."""

        def report(feature: str, gets: str) -> None:
            self._reports.add(feature, "approximated", gets, element)

        mapped = time_map(element, report)
        scaled = conformed(element, media, self._record, report)
        inner = local if mapped is None else mapped.after(local)
        return inner if scaled is None else scaled.after(inner)

    def _media(
        self, element: Element, local: Warp, span: tuple[Fraction, Fraction], lane: int
    ) -> Iterator[Piece]:
        """Give the pieces of an element that plays a file or an effect."""
        number = element.get("ref", "")
        asset = self._document.assets.get(number)
        effect = self._document.effects.get(number)
        if asset is None and effect is None:
            gets = f"an offline clip: nothing in the document is {number or 'no id'!r}"
            self._reports.add("media", "dropped", gets, element, span[0])
        warp = self._warp(element, local, asset.format.rate if asset else None)
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
            heard = _split(element, local, span)
            piece = Piece(
                "Audio", lane, *heard, warp, source, layers, enabled=on, role=role
            )
            piece.channels = _channels(element.get("srcCh"))
            yield from _components(piece, element, local)

    def _reference(
        self, element: Element, local: Warp, span: tuple[Fraction, Fraction], lane: int
    ) -> Iterator[Piece]:
        """Give the pieces of a compound clip."""
        number = element.get("ref", "")
        nested = self._compound(number)
        if nested is None:
            gets = f"an offline clip: no sequence in the document is {number!r}"
            self._reports.add("media", "dropped", gets, element, span[0])
        warp = self._warp(element, local, nested.scene.rate if nested else None)
        source = Source(nested=nested)
        yield from self._nested(element, source, warp, local, span, lane)

    def _nested(
        self,
        element: Element,
        source: Source,
        warp: Warp,
        local: Warp,
        span: tuple[Fraction, Fraction],
        lane: int,
    ) -> Iterator[Piece]:
        nested = source.nested
        kinds = {piece.kind for piece in nested.scene.pieces} if nested else {"Video"}
        wanted = element.get("srcEnable", "all")
        layers = (Layer(element, local),)
        on = element.get("enabled", "1") != "0"
        if wanted == "video" or (wanted == "all" and kinds != {"Audio"}):
            yield Piece("Video", lane, *span, warp, source, layers, enabled=on)
        if wanted == "audio" or (wanted == "all" and "Audio" in kinds):
            heard = _split(element, local, span)
            yield Piece("Audio", lane, *heard, warp, source, layers, enabled=on)

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
            if child.tag not in _STORY or _lane(child) or child.tag == "caption":
                continue
            at_s = seconds(child, "offset") or Fraction(0)
            if child.tag == "spine":
                self._spine(child, inner, at_s, Fraction(0), 0)
            else:
                self._item(child, inner, at_s, 0)
        _silence(element, inner)
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
            yield from self._nested(element, Source(), local, local, span, lane)
            return
        angles = multicam.findall("mc-angle")
        picked = _picked(element, angles)
        inner = Scene()
        for angle, kinds, layer in picked:
            scene = self._angle(number, angle, multicam)
            inner.joints += scene.joints if "Video" in kinds else []
            for piece in scene.pieces:
                if piece.kind in kinds:
                    extra = () if layer is None else (Layer(layer, affine_one()),)
                    inner.pieces.append(replace(piece, layers=(*piece.layers, *extra)))
        if len(angles) > len({id(angle) for angle, _, _ in picked}):
            gets = f"the active angles alone, of {len(angles)}"
            self._reports.add("multicam", "approximated", gets, element, span[0])
        yield from self._seen(element, inner, local, span, lane)

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

    def _seen(
        self,
        element: Element,
        inner: Scene,
        local: Warp,
        span: tuple[Fraction, Fraction],
        lane: int,
    ) -> Iterator[Piece]:
        """Give the contents of a container as they are seen through its edit."""
        warp = self._warp(element, local, None)
        low, high = sorted((warp.at(span[0]), warp.at(span[1])))
        shown = [p for p in inner.pieces if p.start_s < high and low < p.end_s]
        pictures = [piece for piece in shown if piece.kind == "Video"]
        joined = [
            joint
            for joint in inner.joints
            if joint.cut_s - joint.in_s < high and low < joint.cut_s + joint.out_s
        ]
        if not shown:
            self._reports.add("contents", "dropped", "black", element, span[0])
            return
        plain = warp.slope not in (None, 0) or len(shown) == 1
        if joined or len(pictures) > 1 or not plain:
            nested = Nested(element.get("name") or "", inner, Fraction(0))
            source = Source(nested=nested)
            yield from self._nested(element, source, warp, local, span, lane)
            return
        on = element.get("enabled", "1") != "0"
        for mark in inner.marks:
            self._reports.add("marker", "dropped", "no marker", mark.element, span[0])
        for piece in shown:
            edges = span if piece.kind == "Video" else _split(element, local, span)
            seen = piece.moved(warp, _clipped(piece, warp, edges))
            seen.layers = (*seen.layers, Layer(element, local))
            seen.lane = lane
            seen.enabled = piece.enabled and on
            seen.head_s = seen.tail_s = Fraction(0)
            if seen.start_s < seen.end_s:
                yield seen


def affine_one() -> Warp:
    """Return the warp that changes nothing."""
    return affine(Fraction(0), Fraction(0))


def _lane(element: Element) -> int:
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
        return _lane(element) >= 0, _lane(element) < 0
    return asset.has_video, asset.has_audio


def _split(
    element: Element, local: Warp, span: tuple[Fraction, Fraction]
) -> tuple[Fraction, Fraction]:
    """Return the record seconds of a clip's sound, which may begin or end elsewhere."""
    first_s = seconds(element, "audioStart")
    length_s = seconds(element, "audioDuration")
    begin_s = span[0] if first_s is None else span[0] + first_s - local.at(span[0])
    if length_s is None or length_s <= 0:
        return begin_s, max(span[1], begin_s)
    return begin_s, begin_s + length_s


def _clipped(
    piece: Piece, warp: Warp, edges: tuple[Fraction, Fraction]
) -> tuple[Fraction, Fraction]:
    """Return the record seconds on which a piece of the contents is seen."""
    ends = [warp.time_of(piece.start_s), warp.time_of(piece.end_s)]
    known = sorted(end for end in ends if end is not None)
    if len(known) < 2:
        return edges
    return max(edges[0], known[0]), min(edges[1], known[1])


def _channels(text: str | None) -> tuple[int, ...]:
    """Return the channels of ``"1, 2"``."""
    return tuple(n for n in (whole(part) for part in (text or "").split(",")) if n)


def _components(piece: Piece, element: Element, local: Warp) -> Iterator[Piece]:
    """Give the sound of a clip, one piece for each component it is set up as."""
    sources = element.findall("audio-channel-source")
    if not sources:
        yield piece
        return
    for source in sources:
        layers = (Layer(source, local), *piece.layers)
        off = source.get("enabled", "1") == "0" or source.get("active", "1") == "0"
        yield replace(
            piece,
            layers=layers,
            channels=_channels(source.get("srcCh")),
            enabled=piece.enabled and not off,
            role=source.get("role") or piece.role,
        )


def _picked(
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


def _silence(element: Element, inner: Scene) -> None:
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
