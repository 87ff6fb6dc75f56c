"""Tracks as a primary storyline with everything else anchored to it.

Conventions
    The lowest picture track is the primary storyline, without holes: gaps fill it to
    the end of the longest track. Picture track n lies in lane n - 1 above it, sound
    track n in lane -n below. A clip there is anchored to what the storyline shows
    at its first frame; clips joined by transitions lie in a storyline of their own.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.fcpxml.adjust import Report
from otio_genai.interchange.fcpxml.elements import Maker, Seat
from otio_genai.interchange.fcpxml.joining import Joiner, is_level_fade, level_fade
from otio_genai.interchange.fcpxml.node import Node, Part
from otio_genai.interchange.fcpxml.pairs import Laid, Pairs
from otio_genai.interchange.fcpxml.remarks import marker_node
from otio_genai.interchange.fcpxml.values import time_text
from otio_genai.interchange.spot import Fade, Spot

__all__ = ["Lanes", "names"]

_Row = list[Part | Node]
_Run = list[tuple[int, Spot | Fade]]


class Lanes:
    """Lays the tracks of one sequence into storylines.

    Parameters
    ----------
    video, audio
        The tracks, the lowest first.
    pairs
        Which sounds are one with a picture.
    start_s
        Time of the first record frame in the primary storyline.
    """

    def __init__(
        self,
        maker: Maker,
        joiner: Joiner,
        rate: Fraction,
        tracks: tuple[Sequence[Laid], Sequence[Laid]],
        pairs: Pairs,
        start_s: Fraction,
        account: Account,
    ) -> None:
        self._account = account
        self._maker = maker
        self._joiner = joiner
        self._rate = rate
        self._video, self._audio = tracks
        self._pairs = pairs
        self._start_s = start_s
        self._beds: list[Part] = []
        self._edges: list[int] = []
        self._marked: list[int] = []

    def spine(
        self, end: int, markers: Sequence[tuple[int, otio.schema.Marker]] = ()
    ) -> Node:
        """Return the primary storyline, filled up to record frame ``end``.

        ``markers`` are those of the timeline itself, in order of record frames.
        """
        row = self._primary(end)
        self._edges = [bed.record for bed in self._beds]
        for number, laid in enumerate(self._video):
            if number:
                self._anchor(laid, number, number, "Video")
        for number, laid in enumerate(self._audio):
            self._anchor(laid, number, -1 - number, "Audio")
        for frame, marker in reversed(markers):
            self._mark(frame, marker)
        return Node("spine", *[_closed(item) for item in row])

    def marked(self) -> list[Node]:
        """Return which of the markers are the timeline's own."""
        if not self._marked:
            return []
        frames = " ".join(map(str, sorted(self._marked)))
        return [Node("md", key="otio_genai.timeline_markers", value=frames)]

    def _mark(self, frame: int, marker: otio.schema.Marker) -> None:
        """Put a marker of the timeline before those of the clip beneath it."""
        bed = self.bed(frame)
        if bed is None:
            return
        at_s = bed.start_s + (frame - bed.record) / self._rate
        length_s = rates.seconds(marker.marked_range.duration)
        node = marker_node(marker, at_s, length_s, self._marker_report(frame, marker))
        bed.markers.insert(0, node)
        self._marked.append(frame)

    def _marker_report(self, frame: int, marker: otio.schema.Marker) -> Report:
        def report(feature: str, outcome: Any, gets: str, remedy: str) -> None:
            self._account.add(
                feature,
                outcome,
                gets,
                remedy,
                item=clean(marker.name),
                span=(frame, frame + 1),
            )

        return report

    def bed(self, frame: int) -> Part | None:
        """Return what the primary storyline has at a record frame, or last."""
        index = bisect.bisect_right(self._edges, frame) - 1
        return self._beds[max(index, 0)] if self._beds else None

    def _primary(self, end: int) -> _Row:
        row: _Row = []
        clock = 0
        laid = self._video[0] if self._video else None
        for index, item in enumerate(laid.items if laid else ()):
            assert laid is not None  # noqa: S101 - narrows the type for the checker
            if isinstance(item, Fade):
                if item.black == "start":
                    clock = self._fill(row, clock, item.cut)
                row.append(self._fade(laid, 0, index, self._start_s, "Video"))
                continue
            self._fill(row, clock, item.start)
            at_s = self._start_s + item.start / self._rate
            part = self._part(laid, 0, index, (at_s, 0), "Video")
            row.append(part)
            self._beds.append(part)
            clock = item.end
        self._fill(row, clock, end)
        return row

    def _fill(self, row: _Row, clock: int, until: int) -> int:
        """Fill the storyline with a gap, where there is room for one."""
        for gap in self._gap(clock, until, self._start_s):
            part = Part(gap, record=clock)
            row.append(part)
            self._beds.append(part)
        return max(clock, until)

    def _gap(self, first: int, last: int, origin_s: Fraction) -> list[Node]:
        if last <= first:
            return []
        gap = Node(
            "gap",
            name="Gap",
            offset=time_text(origin_s + first / self._rate),
            start="0s",
            duration=time_text((last - first) / self._rate),
        )
        return [gap]

    def _part(
        self,
        laid: Laid,
        number: int,
        index: int,
        place: tuple[Fraction, int],
        kind: str,
    ) -> Part:
        spot = laid.items[index]
        assert isinstance(spot, Spot)  # noqa: S101 - narrows the type
        sound, heard, heard_on = None, "", 0
        other = self._pairs.sounds.get((number, index)) if kind == "Video" else None
        if other is not None:
            found = self._audio[other[0]].items[other[1]]
            sound = found if isinstance(found, Spot) else None
            heard = clean(self._audio[other[0]].track.name)
            heard_on = self._untold(other[0], spot)
        seat = Seat(
            *place,
            kind=kind,
            role=clean(laid.track.name),
            enabled=bool(laid.track.enabled),
            sound=sound,
            heard=heard,
            heard_on=heard_on,
            fades=self._own_fades(laid, index) if kind == "Audio" else (),
        )
        return self._maker.part(spot, seat)

    def _untold(self, number: int, spot: Spot) -> int:
        """Return the number of a sound track from 1 where no role tells it; else 0."""
        name = clean(self._audio[number].track.name)
        names = [clean(laid.track.name) for laid in self._audio]
        told = spot.medium is not None and name and names.count(name) == 1
        return 0 if told else number + 1

    def _own_fades(self, laid: Laid, index: int) -> tuple[Node, ...]:
        found = []
        for near, black in ((index - 1, "start"), (index + 1, "end")):
            if not 0 <= near < len(laid.items):
                continue
            fade = laid.items[near]
            if isinstance(fade, Fade) and fade.black == black and is_level_fade(fade):
                found.append(level_fade(fade, self._rate))
        return tuple(found)

    def _fade(
        self, laid: Laid, number: int, index: int, origin_s: Fraction, kind: str
    ) -> Node:
        fade = laid.items[index]
        assert isinstance(fade, Fade)  # noqa: S101 - narrows the type
        sound = self._sound_of(number, index) if kind == "Video" else None
        return self._joiner.node(fade, sound, origin_s, clean(laid.track.name), kind)

    def _sound_of(self, number: int, index: int) -> Fade | None:
        """Return the crossfade of the sounds that are one with both pictures."""
        for step in (-1, 1):
            other = self._pairs.sounds.get((number, index + step))
            if other is not None:
                found = self._audio[other[0]].items[other[1] - step]
                return found if isinstance(found, Fade) else None
        return None

    def _anchor(self, laid: Laid, number: int, lane: int, kind: str) -> None:
        for run in self._runs(laid, number, kind):
            begin = min(_first(item) for _, item in run)
            bed = self.bed(begin)
            if bed is None:
                continue
            at_s = bed.start_s + (begin - bed.record) / self._rate
            if len(run) == 1:
                part = self._part(laid, number, run[0][0], (at_s, lane), kind)
                bed.anchored.append(part.close())
                continue
            bed.anchored.append(self._storyline(laid, number, run, at_s, lane, kind))

    def _storyline(
        self, laid: Laid, number: int, run: _Run, at_s: Fraction, lane: int, kind: str
    ) -> Node:
        begin = min(_first(item) for _, item in run)
        origin_s = -begin / self._rate
        spots = [item for _, item in run if isinstance(item, Spot)]
        # A transition to black reaches over a gap, which lies within the storyline.
        nodes = self._gap(begin, spots[0].start, origin_s)
        for index, item in run:
            if isinstance(item, Fade):
                nodes.append(self._fade(laid, number, index, origin_s, kind))
                continue
            place = origin_s + item.start / self._rate, 0
            nodes.append(self._part(laid, number, index, place, kind).close())
        end = max(_last(item) for _, item in run)
        nodes += self._gap(spots[-1].end, end, origin_s)
        return Node("spine", *nodes, lane=str(lane), offset=time_text(at_s))

    def _runs(self, laid: Laid, number: int, kind: str) -> Iterator[_Run]:
        """Give the items of a track that transitions join, and each that stands alone.

        Sounds that are one with a picture are left out.
        """
        run: _Run = []
        for index, item in enumerate(laid.items):
            if kind == "Audio":
                if (number, index) in self._pairs.taken or self._is_taken(
                    laid, number, index
                ):
                    continue
                if isinstance(item, Fade) and is_level_fade(item):
                    continue
            before = run[-1][1] if run else None
            opens = isinstance(item, Fade) and item.black == "start"
            joined = isinstance(before, Fade) and before.black != "end"
            if run and (opens or (isinstance(item, Spot) and not joined)):
                yield run
                run = []
            run.append((index, item))
        if run:
            yield run

    def _is_taken(self, laid: Laid, number: int, index: int) -> bool:
        """Tell whether a transition belongs to sounds that are one with pictures."""
        fade = laid.items[index]
        if not isinstance(fade, Fade):
            return False
        near = index + 1 if fade.black == "start" else index - 1
        return (number, near) in self._pairs.taken


def _first(item: Spot | Fade) -> int:
    return item.start if isinstance(item, Spot) else item.cut - item.before


def _last(item: Spot | Fade) -> int:
    return item.end if isinstance(item, Spot) else item.cut + item.after


def _closed(item: Part | Node) -> Node:
    return item.close() if isinstance(item, Part) else item


def names(laid: Sequence[Laid], kind: str) -> list[Node]:
    """Return the names of the tracks, which the format has no place for itself."""
    texts = [Node("string", text=clean(one.track.name)) for one in laid]
    key = f"otio_genai.{kind.lower()}_tracks"
    return [Node("md", Node("array", *texts), key=key)] if texts else []
