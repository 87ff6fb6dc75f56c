"""The items of one track in record order, with black between and transitions.

Conventions
    An edge of -1 is the cut of the transition beside it; in and out, which reach to
    the transition's far edge, are brought back to the cut. Clips that overlap are
    trimmed at their start: the format draws the earlier of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.loss import Outcome
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.effects import DIP_EFFECT
from otio_genai.interchange.xmeml.fades import CROSSFADES, offsets
from otio_genai.interchange.xmeml.labels import LABELS, color_of
from otio_genai.interchange.xmeml.reference import clip_of

__all__ = ["TrackReader"]

#: The item's index in the model's track, or None for what lies between.
_Found = tuple[int | None, otio.core.Composable]


@dataclass(frozen=True, slots=True)
class _Placed:
    index: int
    item: otio.core.Item
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cut:
    item: model.TransitionItem
    at: int
    before: int
    after: int
    black: str


class TrackReader:
    """Reads one track of a sequence.

    Parameters
    ----------
    track, sequence
        The track and the sequence it belongs to.
    name
        What reports call the track.
    account
        Where it says what a timeline cannot hold.
    nested
        Gives the stack of a nested sequence, untrimmed and free to be changed.
    """

    def __init__(
        self,
        track: model.Track,
        sequence: model.Sequence,
        name: str,
        account: Account,
        nested: Callable[[model.Sequence], otio.schema.Stack],
    ) -> None:
        self._track = track
        self._sequence = sequence
        self._rate = sequence.rate.exact
        self._name = name
        self._account = account
        self._nested = nested

    def items(self) -> Iterator[_Found]:
        """Give what the track holds in record order, with indices of its clips."""
        cuts: dict[tuple[int, str], _Cut] = {}
        for item in self._track.items:
            if isinstance(item, model.TransitionItem):
                cut = _cut(item, self._rate)
                if cut is None or (cut.at, cut.black) in cuts:
                    self._lose_transition(item)
                else:
                    cuts[cut.at, cut.black] = cut
        clock = 0
        for placed in self._placed():
            for between in self._between(cuts, (clock, placed.start)):
                yield None, between
            yield placed.index, placed.item
            clock = placed.end
        for black in ("end", ""):
            if clock and (clock, black) in cuts:
                yield None, self._transition(cuts.pop((clock, black)))
                break
        for cut in cuts.values():
            self._lose_transition(cut.item)

    def _report(
        self,
        feature: str,
        outcome: Outcome,
        gets: str,
        item: str,
        span: tuple[int, int] | None,
    ) -> None:
        self._account.add(
            feature, outcome, gets, track=self._name, item=clean(item), span=span
        )

    def _lose_transition(self, item: model.TransitionItem) -> None:
        start, end = max(0, item.start_frames), max(0, item.end_frames)
        self._report("transition", "dropped", "a cut", item.name, (start, end))

    def _between(
        self, cuts: dict[tuple[int, str], _Cut], span: tuple[int, int]
    ) -> Iterator[otio.core.Composable]:
        """Give what lies between two clips: transitions, and black even of no length.

        A gap of no length parts a fade to or from black from the clip beyond it.
        """
        clock, start = span
        out = cuts.pop((clock, "end"), None) if clock else None
        into = cuts.pop((start, "start"), None)
        if out is None and clock and clock < start:
            out = cuts.pop((clock, ""), None)
        if into is None and (out is None or clock < start):
            into = cuts.pop((start, ""), None)
        if out is not None:
            yield self._transition(out)
        parted = out is not None or (into is not None and into.black and clock)
        if clock < start or parted:
            yield otio.schema.Gap(source_range=rates.span(0, start - clock, self._rate))
        if into is not None:
            yield self._transition(into)

    def _transition(self, cut: _Cut) -> otio.schema.Transition:
        effect_id, sound = cut.item.effect_id, self._track.mediatype == "audio"
        known = cut.item.tree is None
        types = otio.schema.TransitionTypes
        made = otio.schema.Transition(
            cut.item.name or ("Cross Fade" if sound else "Cross Dissolve"),
            types.SMPTE_Dissolve if known else types.Custom,
            rates.time(cut.before, self._rate),
            rates.time(cut.after, self._rate),
        )
        if not known:
            kept = {
                "format": "xmeml",
                "id": effect_id or cut.item.name or "transition",
                "name": cut.item.name,
                "effect": cut.item.tree,
            }
            metadata.put(made, "effect", kept)
        elif effect_id == DIP_EFFECT and not cut.black:
            metadata.put(made, "carry", {"kind": "dip", "colour": [0, 0, 0]})
        elif effect_id == CROSSFADES["power"]:
            metadata.put(made, "curve", "power")
        return made

    def _placed(self) -> Iterator[_Placed]:
        clock = 0
        items = self._track.items
        for index, item in enumerate(items):
            if not isinstance(item, model.ClipItem):
                continue
            previous = items[index - 1] if index else None
            following = items[index + 1] if index + 1 < len(items) else None
            start, end, head = _edges(item, previous, following, self._rate)
            late = max(0, clock - start)
            if end <= start + late:
                gets = "nothing: it has no length, or lies under another clip"
                self._report(
                    "clip", "dropped", gets, item.name, (start, max(start, end))
                )
                continue
            if late:
                gets = f"the clip without the {late} frames another clip lies over"
                self._report("overlap", "approximated", gets, item.name, (start, end))
            start += late
            made = self._item(item, (head + late, end - start), (start, end))
            yield _Placed(index, made, start, end)
            clock = end

    def _item(
        self, item: model.ClipItem, span: tuple[int, int], edges: tuple[int, int]
    ) -> otio.core.Item:
        sequence = self._sequence

        def told(feature: str, outcome: Outcome, gets: str) -> None:
            self._report(feature, outcome, gets, item.name, edges)

        nested = None
        if item.sequence is not None:
            nested = self._nested(item.sequence)
            nested.name = item.name
        made = clip_of(
            item,
            span,
            self._rate,
            (sequence.width_px, sequence.height_px),
            told,
            sequence.version,
            nested,
        )
        if item.label:
            made.color = color_of(item.label)
            if item.label not in LABELS:
                told("clip colour", "approximated", f"a grey called {item.label!r}")
        return made


def _cut(item: model.TransitionItem, rate: Fraction) -> _Cut | None:
    start, end = item.start_frames, item.end_frames
    if not 0 <= start < end:
        return None
    before = offsets(item, rate)
    side, _, black = item.alignment.partition("-")
    black = side if black == "black" else ""
    return _Cut(item, start + before, before, end - start - before, black)


def _edges(
    item: model.ClipItem,
    previous: model.ClipItem | model.TransitionItem | None,
    following: model.ClipItem | model.TransitionItem | None,
    rate: Fraction,
) -> tuple[int, int, int]:
    """Return start, end, and the frames before start that in reaches back to."""
    length = rates.frames_at((item.out_frames - item.in_frames) / item.rate.exact, rate)
    start, end, head = item.start_frames, item.end_frames, 0
    cut_in = cut_out = None
    if isinstance(previous, model.TransitionItem):
        cut_in = _cut(previous, rate)
    if isinstance(following, model.TransitionItem):
        cut_out = _cut(following, rate)
    if start < 0 and cut_in is not None:
        start, head = cut_in.at, cut_in.before
    if end < 0 and cut_out is not None:
        end = cut_out.at
    if start < 0:
        start = max(0, end - length)
    if end < 0:
        end = start + length
    return start, end, head
