"""Tracks of pieces as tracks of clips, gaps and transitions on whole record frames.

Conventions
    Edges go to the nearest record frame, and the source's in-point moves with them, so
    that sound stays in step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.document import Document, Format, seconds
from otio_genai.interchange.fcpxml.joints import transition
from otio_genai.interchange.fcpxml.looks import Fades, Look
from otio_genai.interchange.fcpxml.notes import clip_markers, marker, notes
from otio_genai.interchange.fcpxml.reports import Reports
from otio_genai.interchange.fcpxml.scene import Joint, Nested, Piece, Scene
from otio_genai.interchange.fcpxml.sorting import Row, sorted_rows
from otio_genai.interchange.fcpxml.sources import kept_effect, reference
from otio_genai.interchange.fcpxml.speeds import put_time

__all__ = ["Layer"]

# Clips of all nested sequences together: each use of one is a copy.
_MOST_CLIPS = 500_000
_KINDS = {"filter-video": "Video", "filter-audio": "Audio"}


class Layer:
    """Makes stacks of scenes.

    Parameters
    ----------
    document
        Where effects are found.
    rate, frame
        Record rate and format of the whole timeline.

    ``roles`` are those met that name no track.
    """

    def __init__(
        self, document: Document, rate: Fraction, frame: Format, reports: Reports
    ) -> None:
        self._document = document
        self._rate = rate
        self._frame = frame
        self._reports = reports
        self._stacks: dict[int, otio.schema.Stack] = {}
        self._sizes: dict[int, int] = {}
        self._references: dict[str, otio.core.MediaReference] = {}
        self._pictured: dict[int, set[int]] = {}
        self._groups: dict[int, int] = {}
        self.roles: set[str] = set()

    def stack(self, scene: Scene, name: str) -> otio.schema.Stack:
        """Return the tracks of a scene.

        Raises
        ------
        InterchangeError
            There are more clips than can be held.
        """
        if self._size(scene) > _MOST_CLIPS:
            raise InterchangeError(
                f"With its compound clips it has more than {_MOST_CLIPS} clips.",
                remedy="Export one project at a time.",
            )
        made = otio.schema.Stack(name)
        linked = _linked(scene.pieces)
        self._pictured[id(scene)] = scene.pictured()
        joints = _by_piece(scene.joints)
        told: set[int] = set()
        for row in sorted_rows(scene):
            roles = {clean(piece.role) for piece in row.pieces}
            self.roles |= roles - {row.name, "", "video"}
            made.append(self._track(row, scene, joints, linked, told))
        for joint in scene.joints:
            if id(joint) not in told:
                gets = "a cut: nothing that is carried meets there"
                self._reports.add("transition", "dropped", gets, joint.element)
        for mark in sorted(scene.marks, key=lambda mark: mark.at_s):
            length_s = seconds(mark.element, "duration") or Fraction(0)
            if length_s * self._rate < Fraction(1, 2):
                length_s = Fraction(0)
            made.markers.append(marker(mark.element, mark.at_s, length_s, self._rate))
        self._pad(made, scene)
        return made

    def _pad(self, stack: otio.schema.Stack, scene: Scene) -> None:
        """Keep black at the end: the format fills its primary storyline with it."""
        if not len(stack):
            return
        end = rates.frames_at(scene.end_s, self._rate)
        ends = [self._frames(track.duration()) for track in stack]
        if max(ends) < end:
            last = stack[0][-1] if len(stack[0]) else None
            begin = ends[0]
            if isinstance(last, otio.schema.Transition):
                # Its second half lies on the black, and is no length of its own.
                begin -= self._frames(last.out_offset)
            gap = otio.schema.Gap(source_range=rates.span(0, end - begin, self._rate))
            stack[0].append(gap)

    def _frames(self, time: otio.opentime.RationalTime) -> int:
        return rates.frames_at(rates.seconds(time), self._rate)

    def _track(
        self,
        row: Row,
        scene: Scene,
        joints: dict[int, list[Joint]],
        linked: Set[int],
        told: set[int],
    ) -> otio.schema.Track:
        made = otio.schema.Track(row.name, kind=row.kind)
        placed: list[tuple[int, int, otio.core.Item]] = []
        found: dict[int, list[otio.schema.Transition]] = {}
        clock = 0
        for piece in row.pieces:
            span = self._span(piece, clock)
            if span is None:
                continue
            clock = span[1]
            item, fades = self._item(piece, span, scene)
            if piece.group in linked:
                metadata.put(item, "link", str(self._group(piece.group)))
            placed.append((*span, item))
            self._join(piece, span, joints, told, found)
            self._fades(fades, span, found)
        children: list[otio.core.Composable] = []
        clock = 0
        for start, end, item in placed:
            children += self._between((clock, start), found)
            children.append(item)
            clock = end
        children += self._between((clock, clock), found)
        made.extend(children)
        return made

    def _group(self, group: int) -> int:
        return self._groups.setdefault(group, len(self._groups) + 1)

    def _span(self, piece: Piece, clock: int) -> tuple[int, int] | None:
        """Return the record frames of a piece, after what is there already."""
        exact = piece.start_s * self._rate, piece.end_s * self._rate
        start, end = (rates.frames_at(edge, Fraction(1)) for edge in exact)
        if start < 0 or start < clock:
            gets = f"a clip without its first {max(clock, 0) - start} frames"
            self._tell(piece, "position", "approximated", gets)
            start = max(clock, 0)
        if end <= start:
            self._tell(piece, "length", "dropped", "no clip: it has no whole frame")
            return None
        apart = Fraction(0)
        if exact[0].denominator != 1 or exact[1].denominator != 1:
            apart = max(abs(start - exact[0]), abs(end - exact[1]))
        if 0 < apart < 1:
            gets = f"edges on whole frames, {float(apart):.3f} frames away"
            self._tell(piece, "position", "approximated", gets)
        return start, end

    def _tell(self, piece: Piece, feature: str, outcome: Any, gets: str) -> None:
        self._reports.add(feature, outcome, gets, piece.outer, piece.start_s)

    def _item(
        self, piece: Piece, span: tuple[int, int], scene: Scene
    ) -> tuple[otio.core.Item, Fades]:
        """Return the clip or nested sequence of a piece, and fades of its sound."""
        name = clean(piece.name)
        first_s, last_s = span[0] / self._rate, span[1] / self._rate
        item: otio.core.Item
        nested = piece.source.nested
        if nested is not None:
            item = self._stack_of(nested)
            item.name = name or nested.name
            origin_s = nested.origin_s
        else:
            item = otio.schema.Clip(name, self._reference(piece, name))
            asset = piece.source.asset
            origin_s = Fraction(0) if asset is None else asset.start_s
        put_time(item, piece, (first_s, last_s), origin_s, self._rate)
        item.enabled = piece.enabled
        look = Look(piece, span[0], self._rate, self._frame, self._teller(piece))
        look.put(item)
        if piece.channels and isinstance(item, otio.schema.Clip):
            metadata.put(item, "channels", list(piece.channels))
        self._filters(piece, item)
        if piece.kind == "Video" or piece.group not in self._pictured[id(scene)]:
            item.markers.extend(clip_markers(piece, self._rate, scene.claimed))
        if isinstance(item, otio.schema.Clip):
            notes(piece, item)
            takes = [
                self._item(take, self._own_span(take, piece, span), scene)[0]
                for take in piece.takes
            ]
            if takes:
                metadata.put(item, "takes", takes)
        return item, look.fades

    def _own_span(
        self, take: Piece, piece: Piece, span: tuple[int, int]
    ) -> tuple[int, int]:
        """Return the record frames of another take of a piece that lies at a span."""
        if take.end_s == piece.end_s:
            return span
        frames = rates.frames_at(take.end_s - take.start_s, self._rate)
        return span[0], span[0] + max(1, frames)

    def _reference(self, piece: Piece, name: str) -> otio.core.MediaReference:
        """Return a reference of its own for a clip; each file is described once."""
        asset = piece.source.asset
        if asset is None:
            return reference(piece.source, name)
        if asset.id not in self._references:
            self._references[asset.id] = reference(piece.source, name)
        return self._references[asset.id].deepcopy()

    def _teller(self, piece: Piece) -> Callable[[str, Any, str], None]:
        def tell(feature: str, outcome: Any, gets: str) -> None:
            self._tell(piece, feature, outcome, gets)

        return tell

    def _size(self, scene: Scene) -> int:
        """Return how many clips a scene has, those of its compound clips included."""
        key = id(scene)
        if key not in self._sizes:
            inner = (piece.source.nested for piece in scene.pieces)
            self._sizes[key] = sum(
                1 if n is None else self._size(n.scene) for n in inner
            )
        return self._sizes[key]

    def _stack_of(self, nested: Nested) -> otio.schema.Stack:
        """Return a copy of a nested sequence."""
        key = id(nested.scene)
        if key not in self._stacks:
            with self._reports.within():
                self._stacks[key] = self.stack(nested.scene, nested.name)
        return self._stacks[key].deepcopy()

    def _filters(self, piece: Piece, item: otio.core.Item) -> None:
        for layer in piece.layers:
            for element in layer.element:
                if _KINDS.get(element.tag) != piece.kind:
                    continue
                effect = self._document.effects.get(element.get("ref", ""))
                kept = kept_effect(element, effect)
                made = otio.schema.Effect(kept["name"], kept["name"] or element.tag)
                if element.get("enabled") == "0":
                    made.enabled = False
                metadata.put(made, "effect", kept)
                item.effects.append(made)

    def _join(
        self,
        piece: Piece,
        span: tuple[int, int],
        joints: dict[int, list[Joint]],
        told: set[int],
        found: dict[int, list[otio.schema.Transition]],
    ) -> None:
        """Place the transitions at the edges of a piece, each once on a track."""
        for joint in joints.get(id(piece), ()):
            cut = rates.frames_at(joint.cut_s, self._rate)
            if cut not in span:
                continue
            made = transition(
                joint, piece.kind, self._rate, self._document, self._reports
            )
            told.add(id(joint))
            if made is None:
                continue
            there = found.setdefault(cut, [])
            if not any(_same(made, other) for other in there):
                there.append(made)

    def _fades(
        self,
        fades: Fades,
        span: tuple[int, int],
        found: dict[int, list[otio.schema.Transition]],
    ) -> None:
        """Place the fades at the ends of a sound, where no transition stands."""
        into_s, into, out_s, out = fades
        if not into_s and not out_s:
            return
        for cut, length_s, kind, first in (
            (span[0], into_s, into, True),
            (span[1], out_s, out, False),
        ):
            length = rates.time(rates.frames_at(length_s, self._rate), self._rate)
            none = rates.time(0, self._rate)
            if not length.value:
                continue
            made = otio.schema.Transition(
                "Fade",
                otio.schema.TransitionTypes.SMPTE_Dissolve,
                none if first else length,
                length if first else none,
            )
            if kind != "linear":
                metadata.put(made, "curve", "power")
            found.setdefault(cut, []).append(made)

    def _between(
        self, span: tuple[int, int], found: dict[int, list[otio.schema.Transition]]
    ) -> list[otio.core.Composable]:
        """Return what lies between two items: transitions, and black of any length."""
        clock, start = span
        out = found.pop(clock, []) if clock else []
        into = found.pop(start, []) if start != clock or not clock else []
        if start == clock and len(out) > 1:
            # Of two at one cut the first fades out and the second in.
            ordered = sorted(out, key=lambda made: made.out_offset.value > 0)
            out, into = ordered[:1], ordered[1:2]
        made: list[otio.core.Composable] = [*out[:1]]
        if clock < start or (out and into):
            gap = otio.schema.Gap(source_range=rates.span(0, start - clock, self._rate))
            made.append(gap)
        return [*made, *into[:1]]


def _linked(pieces: Sequence[Piece]) -> Set[int]:
    """Return the groups that are told: those of several pieces.

    Where there are none, but picture and sound of one file lie side by side, these are
    groups of one: a timeline that tells of no links leaves them to be guessed.
    """
    members = Counter(piece.group for piece in pieces)
    several = {group for group, count in members.items() if count > 1}
    if several:
        return several
    kinds: dict[str, set[str]] = {}
    for piece in pieces:
        if piece.source.asset is not None:
            kinds.setdefault(piece.source.asset.id, set()).add(piece.kind)
    both = {number for number, found in kinds.items() if len(found) > 1}
    assets = ((piece.group, piece.source.asset) for piece in pieces)
    return {group for group, asset in assets if asset is not None and asset.id in both}


def _by_piece(joints: Sequence[Joint]) -> dict[int, list[Joint]]:
    found: dict[int, list[Joint]] = {}
    for joint in joints:
        for piece in (*joint.before, *joint.after):
            found.setdefault(id(piece), []).append(joint)
    return found


def _same(a: otio.schema.Transition, b: otio.schema.Transition) -> bool:
    return bool(a.is_equivalent_to(b))
