"""From a timeline to the elements of a document, with the account of what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import Account, clean, place_of, start_frames
from otio_genai.interchange.fcpxml.elements import Maker
from otio_genai.interchange.fcpxml.generated import can_be_made
from otio_genai.interchange.fcpxml.joining import Joiner, across_black
from otio_genai.interchange.fcpxml.lanes import Lanes, names
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.pairs import Laid, content, paired
from otio_genai.interchange.fcpxml.reported import report_links, report_tracks
from otio_genai.interchange.fcpxml.resources import RATES, Resources
from otio_genai.interchange.fcpxml.values import time_text
from otio_genai.interchange.layout import lay_out
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.pool import Pool

__all__ = ["build"]

_VERSION = "1.10"
_DEFAULT_SIZE = (1920, 1080)
_SAMPLE_RATES = {
    32_000: "32k",
    44_100: "44.1k",
    48_000: "48k",
    88_200: "88.2k",
    96_000: "96k",
    176_400: "176.4k",
    192_000: "192k",
}
_HOLDS = frozenset(
    (
        "nested",
        "generator",
        "speed",
        "reverse",
        "freeze",
        "retime",
        "effects",
        "black",
    )
)
_KINDS = (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio)


def build(timeline: object) -> tuple[Node, Loss]:
    """Return the root element of a timeline, which is not altered.

    Raises
    ------
    InterchangeError
        The object is no timeline.
    TimelineError
        The timeline states no rate.
    """
    if not isinstance(timeline, otio.schema.Timeline):
        raise InterchangeError(
            f"A {type(timeline).__name__} is not a timeline.",
            remedy="Put it on a track of a timeline.",
        )
    return _Builder(timeline.deepcopy()).document()


@dataclass(frozen=True, slots=True)
class _Clock:
    rate: Fraction
    start: int | None
    drop: bool


def _clock(timeline: otio.schema.Timeline, film: dict[str, Any]) -> _Clock:
    rate = maps.record_rate(timeline)
    stated = timeline.global_start_time is not None
    start = start_frames(timeline, rate) if stated else None
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    return _Clock(rate, start, drop)


class _Builder:
    def __init__(self, timeline: otio.schema.Timeline) -> None:
        self._timeline = timeline
        self._film: dict[str, Any] = metadata.read(timeline, "film", {})
        self._clock = _clock(timeline, self._film)
        rate = self._clock.rate
        self._account = Account(rate, self._clock.start or 0, self._clock.drop)
        self._account.begin(timeline)
        self._library = Pool(rate, self._account)
        self._size = self._frame_size()
        self._resources = Resources(rate, self._size)
        self._lossy: set[str] = set()
        self._joiner = Joiner(rate, self._resources, self._account)
        self._maker = Maker(
            rate,
            self._size,
            self._resources,
            self._library,
            self._account,
            self._compound,
        )

    def document(self) -> tuple[Node, Loss]:
        name = self._account.text(self._timeline.name or "", "Untitled")
        if not (self._timeline.name or "").strip():
            gets = f"{name!r}: the timeline has none of its own"
            self._account.add("name", "approximated", gets, "Name it.")
        stack = self._timeline.tracks
        start = self._clock.start
        sequence = self._sequence(stack, start or 0, stack.markers)
        sequence.attributes |= {
            **({} if start is None else {"tcStart": time_text(start / self._rate)}),
            "tcFormat": "DF" if self._clock.drop else "NDF",
            "audioLayout": "stereo",
            "audioRate": self._audio_rate(),
        }
        self._report(stack)
        project = Node("project", sequence, name=name)
        library = Node("library", Node("event", project, name=name))
        resources = Node("resources", *self._resources.nodes())
        root = Node("fcpxml", resources, library, version=_VERSION)
        return root, self._account.loss()

    @property
    def _rate(self) -> Fraction:
        return self._clock.rate

    def _frame_size(self) -> tuple[int, int]:
        film = self._film
        if film.get("width") and film.get("height"):
            return int(film["width"]), int(film["height"])
        for clip in maps.clips(self._timeline):
            facts = metadata.read(clip.media_reference, "media", {})
            if facts.get("width") and facts.get("height"):
                return int(facts["width"]), int(facts["height"])
        self._account.note(
            f"The film states no size; {_DEFAULT_SIZE[0]} x {_DEFAULT_SIZE[1]} is "
            "written."
        )
        return _DEFAULT_SIZE

    def _audio_rate(self) -> str:
        asked = int(self._film.get("sample_rate") or 48_000)
        if asked not in _SAMPLE_RATES:
            gets = "48000 samples per second"
            self._account.add("sample rate", "approximated", gets)
        return _SAMPLE_RATES.get(asked, "48k")

    def _sequence(
        self,
        stack: otio.core.Composition,
        start: int,
        markers: Sequence[otio.schema.Marker] = (),
    ) -> Node:
        """Return a sequence of the tracks of a stack, with its length and format."""
        video, audio = self._laid(stack)
        end = max((laid.end for laid in (*video, *audio)), default=0)
        pairs = paired(video, audio)
        report_links(video, audio, pairs, self._account)
        lanes = Lanes(
            self._maker,
            self._joiner,
            self._rate,
            (video, audio),
            pairs,
            start / self._rate,
            self._account,
        )
        spine = lanes.spine(end, self._own(markers, end))
        kept = [*names(video, "Video"), *names(audio, "Audio"), *lanes.marked()]
        return Node(
            "sequence",
            spine,
            *([Node("metadata", *kept)] if kept else []),
            format=self._resources.format,
            duration=time_text(end / self._rate),
        )

    def _own(
        self, markers: Sequence[otio.schema.Marker], end: int
    ) -> list[tuple[int, otio.schema.Marker]]:
        """Return the markers of the timeline itself in record order."""
        found = []
        for marker in markers:
            at_s = rates.seconds(marker.marked_range.start_time)
            frame = rates.frames_at(at_s, self._rate)
            if not 0 <= frame < end:
                gets = "none: it lies beyond the film"
                remedy = "Move it onto the film."
                self._account.add(
                    "marker", "dropped", gets, remedy, item=clean(marker.name)
                )
                continue
            found.append((frame, marker))
        if found:
            self._account.note(
                "Final Cut has markers on clips alone: those of the timeline lie on "
                "the clips beneath them."
            )
        return sorted(found, key=lambda each: each[0])

    def _laid(self, stack: otio.core.Composition) -> tuple[list[Laid], list[Laid]]:
        found: dict[str, list[Laid]] = {kind: [] for kind in _KINDS}
        for track in self._tracks(stack):
            self._replace_unknown(track)
            items, end = lay_out(
                track, self._rate, self._library, self._account, holds=_HOLDS
            )
            across_black(items, self._rate, track, self._account)
            found[track.kind].append(Laid(track, items, end))
        for laid in found.values():
            report_tracks(laid, self._account)
        return found["Video"], found["Audio"]

    def _tracks(self, stack: otio.core.Composition) -> list[otio.schema.Track]:
        """Return the tracks of a stack; what is none of them gets one of its own."""
        if isinstance(stack, otio.schema.Track):
            return [stack]
        found = []
        for child in stack:
            if isinstance(child, otio.schema.Track):
                if child.kind in _KINDS:
                    found.append(child)
                    continue
                gets = "nothing in its place"
                remedy = "Put its clips on a picture or sound track."
                self._account.add(
                    "track", "dropped", gets, remedy, track=clean(child.name)
                )
                continue
            if not isinstance(child, otio.core.Item):
                continue
            gets = "a track with it alone"
            self._account.add(
                "item beside tracks", "approximated", gets, item=clean(child.name)
            )
            track = otio.schema.Track("", kind=otio.schema.TrackKind.Video)
            track.append(child.deepcopy())
            found.append(track)
        return found

    def _replace_unknown(self, track: otio.schema.Track) -> None:
        """Put gaps in the place of generated pictures that the format has not."""
        clock = Fraction(0)
        for index, child in enumerate(list(track)):
            if not isinstance(child, otio.core.Item):
                continue
            reference = getattr(child, "media_reference", None)
            length = child.source_range or getattr(reference, "available_range", None)
            begin_s = clock
            if length is not None:
                clock += rates.seconds(length.duration)
            elif isinstance(child, otio.core.Composition):
                clock += rates.seconds(child.duration())
            if not isinstance(reference, otio.schema.GeneratorReference):
                continue
            sound = track.kind == otio.schema.TrackKind.Audio
            if can_be_made(reference) and not sound:
                continue
            self._account.add(
                "generator",
                "dropped",
                "a gap of the same length",
                "Render it to a file and place that.",
                track=place_of(track),
                item=clean(child.name),
                span=(
                    rates.frames_at(begin_s, self._rate),
                    rates.frames_at(clock, self._rate),
                ),
            )
            track[index] = otio.schema.Gap(
                source_range=length
                or otio.opentime.TimeRange(duration=rates.time(0, self._rate))
            )

    def _compound(self, item: otio.core.Composition) -> tuple[str, bool]:
        """Return the id of a nested sequence, and whether it lost anything."""
        made, node = self._resources.compound(content(item))
        if node is not None:
            inner = item.deepcopy()
            inner.source_range = None
            node.attributes["name"] = clean(item.name) or "Compound clip"
            outer = self._account
            within = outer.within(item.name, self._rate)
            self._tell(within)
            sequence = self._sequence(inner, 0)
            self._tell(outer)
            if within.told:
                self._lossy.add(made)
            sequence.attributes |= {"tcStart": "0s", "tcFormat": "NDF"}
            node.children = [sequence]
        return made, made in self._lossy

    def _tell(self, account: Account) -> None:
        """Have what follows told to ``account``."""
        self._account = self._maker.account = self._joiner.account = account

    def _report(self, stack: otio.schema.Stack) -> None:
        self._library.report()
        if stack.source_range is not None:
            self._account.add("trim of the whole timeline", "dropped", "all of it")
        if self._rate not in RATES:
            self._account.note(
                f"Final Cut has no projects of {float(self._rate):.3f} frames per "
                "second: it may refuse this one or choose another rate."
            )
