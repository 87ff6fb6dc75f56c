"""One item of a track: whether a format can hold it, and what of it there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.pool import Pool, first_image
from otio_genai.interchange.spot import Spot
from otio_genai.maps import Speed, speed

__all__ = ["Desk"]

_RENDER = "Render the retimed clip and place it at its own speed."
_REMEDIES = {
    "nested": ("nested sequence", "Render it, or flatten it into this timeline."),
    "generator": ("generator", "Render it to a file and place that."),
    "image sequence": ("image sequence", "Encode it as one movie and place that."),
    "item": ("unknown item", "Put a clip in its place."),
    "missing": ("missing media", "Relink the clip."),
    "speed": ("speed", _RENDER),
    "reverse": ("reverse", _RENDER),
    "freeze": ("freeze frame", _RENDER),
    "retime": ("variable speed", _RENDER),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Places the items of one track."""

    track: otio.schema.Track
    rate: Fraction
    pool: Pool
    account: Account
    holds: frozenset[str]
    place: str

    def spot(self, item: otio.core.Item, edges: tuple[int, int]) -> Spot | None:
        """Return the item on record frames ``edges``; None for black."""
        if isinstance(item, otio.schema.Gap):
            self._report_gap(item, edges)
            return None
        if edges[0] == edges[1]:
            remedy = "Remove it, or make it longer."
            self._refuse("clip shorter than a frame", remedy, item, edges)
            return None
        try:
            run = self._run(item, edges)
        except TimelineError as error:
            self._refuse("speed", error.remedy or "", item, edges)
            return None
        for need in _needs(item, run):
            if need == "image sequence" and "first image" in self.holds:
                self._hold_first(item, edges)
            elif need not in self.holds:
                self._refuse(*_REMEDIES[need], item, edges)
                return None
        if _is_empty(item):
            remedy = "Put something in it, or remove it."
            self._refuse("empty nested sequence", remedy, item, edges)
            return None
        self._report_extras(item, edges)
        return self._trimmed(self._made(item, edges, run))

    def _run(self, item: otio.core.Item, edges: tuple[int, int]) -> Speed:
        if isinstance(item, otio.schema.Clip):
            return speed(item, self.rate)
        trim = item.source_range
        in_s = Fraction(0) if trim is None else rates.seconds(trim.start_time)
        factor = Fraction(1)
        for effect in item.effects:
            if isinstance(effect, otio.schema.LinearTimeWarp):
                factor *= Fraction(effect.time_scalar).limit_denominator(100_000)
        return Speed(in_s, edges[1] - edges[0], self.rate, factor)

    def _made(self, item: otio.core.Item, edges: tuple[int, int], run: Speed) -> Spot:
        if isinstance(item, otio.core.Composition):
            whole_s = rates.seconds(item.available_range().duration)
            return Spot(item, None, *edges, run, edges[0], whole_s)
        if isinstance(item.media_reference, otio.schema.GeneratorReference):
            return Spot(item, None, *edges, run, edges[0])
        sound = self.track.kind == otio.schema.TrackKind.Audio
        medium = self.pool.medium(item, sound=sound)
        bounded = medium.kind not in ("still", "missing")
        length_s = medium.length_s if bounded else None
        return Spot(item, medium, *edges, run, edges[0], length_s)

    def _trimmed(self, spot: Spot) -> Spot | None:
        edges = (spot.start, spot.end)
        if spot.timeless:
            spot.shift(max(Fraction(0), -spot.in_s))
        early = spot.late()
        spot.start += early
        beyond = 0 if spot.run.keys else max(0, -spot.tail_room(0))
        spot.end -= beyond
        if not early and not beyond:
            return spot
        if spot.start >= spot.end:
            remedy = "Choose a range inside the media."
            self._refuse("range outside the media", remedy, spot.item, edges)
            return None
        self.account.add(
            "range beyond the media",
            "approximated",
            f"{early + beyond} frames of black instead of a held frame",
            "Shorten the clip to its media.",
            track=self.place,
            item=clean(spot.item.name),
            span=edges,
        )
        return spot

    def _refuse(
        self, feature: str, remedy: str, item: otio.core.Item, edges: tuple[int, int]
    ) -> None:
        self.account.add(
            feature,
            "dropped",
            "a gap of the same length",
            remedy,
            track=self.place,
            item=clean(item.name),
            span=edges,
        )
        if metadata.read(item, "link"):
            self.account.add(
                "link",
                "dropped",
                "the others of its group without it",
                track=self.place,
                item=clean(item.name),
                span=edges,
            )

    def _hold_first(self, clip: otio.schema.Clip, edges: tuple[int, int]) -> None:
        """Let the first image of a sequence stand for it; a still has no timecode."""
        available = clip.media_reference.available_range
        clip.media_reference = first_image(clip.media_reference)
        if available is not None:
            ranges = [marker.marked_range for marker in clip.markers]
            for marker, span in zip(clip.markers, ranges, strict=True):
                start = span.start_time - available.start_time
                marker.marked_range = otio.opentime.TimeRange(start, span.duration)
        self.account.add(
            "image sequence",
            "approximated",
            "its first image, held: an editor asks for the sequence by hand",
            "Encode it as one movie, or import it there as an image sequence.",
            track=self.place,
            item=clean(clip.name),
            span=edges,
        )

    def _report_gap(self, gap: otio.schema.Gap, edges: tuple[int, int]) -> None:
        place = {"track": self.place, "item": clean(gap.name)}
        if gap.markers:
            remedy = "Put them on the timeline."
            self.account.add(
                "markers of a gap", "dropped", "none", remedy, span=edges, **place
            )
        if gap.effects:
            self.account.add(
                "effects of a gap", "dropped", "black", span=edges, **place
            )

    def _report_extras(self, item: otio.core.Item, edges: tuple[int, int]) -> None:
        place = {"track": self.place, "item": clean(item.name)}
        if "effects" not in self.holds:
            for effect in item.effects:
                if isinstance(effect, otio.schema.TimeEffect):
                    continue
                name = clean(effect.effect_name or effect.name or "effect")
                gets = f"the clip without {name!r}"
                self.account.add(
                    "effect", "dropped", gets, "Render it in.", span=edges, **place
                )
        others = [] if "metadata" in self.holds else _foreign_metadata(item)
        if others:
            gets = f"none of what {', '.join(others)} noted"
            remedy = "Keep the .otio beside it: it holds them."
            self.account.add(
                "metadata of others", "dropped", gets, remedy, span=edges, **place
            )
        clip = isinstance(item, otio.schema.Clip)
        if clip and len(item.media_references()) > 1:
            gets = "the active medium alone"
            self.account.add(
                "other media of the clip", "dropped", gets, span=edges, **place
            )
        if "colour" not in self.holds and getattr(item, "color", None) is not None:
            gets = "the editor's usual label"
            self.account.add("clip colour", "dropped", gets, span=edges, **place)


def _foreign_metadata(item: otio.core.Item) -> list[str]:
    """Return the namespaces of other programs on an item and its medium."""
    found = set(metadata.each(item.metadata))
    reference = getattr(item, "media_reference", None)
    if reference is not None:
        found |= set(metadata.each(reference.metadata))
    return sorted(clean(str(key)) for key in found - {metadata.NAMESPACE})


def _is_empty(item: otio.core.Item) -> bool:
    composition = isinstance(item, otio.core.Composition)
    return composition and not item.available_range().duration.value


def _needs(item: otio.core.Item, run: Speed) -> Iterator[str]:
    if isinstance(item, otio.core.Composition):
        yield "nested"
    elif not isinstance(item, otio.schema.Clip):
        yield "item"
    else:
        reference = item.media_reference
        if isinstance(reference, otio.schema.GeneratorReference):
            yield "generator"
        elif isinstance(reference, otio.schema.ImageSequenceReference):
            yield "image sequence"
        elif not getattr(reference, "target_url", None):
            yield "missing"
    if run.keys:
        yield "retime"
    elif run.factor == 0:
        yield "freeze"
    elif run.factor < 0:
        yield "reverse"
    elif run.factor != 1:
        yield "speed"
