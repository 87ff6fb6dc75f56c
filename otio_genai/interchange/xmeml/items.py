"""Clips, nested sequences and generated pictures as items of the format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.loss import Outcome
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.counting import Counts, counted
from otio_genai.interchange.xmeml.dialects import Table
from otio_genai.interchange.xmeml.effects import filters
from otio_genai.interchange.xmeml.fades import fade_item
from otio_genai.interchange.xmeml.generated import generator_tree, kept_source
from otio_genai.interchange.xmeml.labels import label_of
from otio_genai.interchange.xmeml.markers import clip_markers
from otio_genai.interchange.xmeml.parameters import Report

__all__ = ["Maker", "Seat"]


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an item is written: a track, and for sound which channel of the source.

    ``part`` above 0 is a further channel of a clip that was told of already, so that
    nothing is reported twice; ``alternate`` names the track of other takes.
    """

    track: str
    mediatype: model.MediaType
    layer: int
    source_track: int = 0
    channel_type: str = ""
    part: int = 0
    alternate: str = ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an item shows: its name when the clip has none, its rate and size."""

    name: str
    rate: model.Rate
    size: tuple[int, int]
    file: model.MediaFile | None = None
    sequence: model.Sequence | None = None
    generator: list[Any] | None = None


@dataclass(slots=True)
class Maker:
    """Makes items for one sequence in one dialect."""

    rules: Table
    rate: model.Rate
    size: tuple[int, int]
    account: Account
    files: dict[int, model.MediaFile]
    nest: Callable[[otio.core.Composition, Report], model.Sequence]
    _sources: dict[model.MediaFile, model.MediaFile] = field(default_factory=dict)
    _first: dict[int, model.ClipItem] = field(default_factory=dict)

    def picture_track(
        self,
        track: otio.schema.Track,
        items: Sequence[Spot | Fade],
        number: int,
        alternate: str = "",
    ) -> model.Track:
        """Return a picture track; ``number`` counts from 1."""
        name = self.account.text(track.name or "", "") if track.name else ""
        seat = Seat(name or f"V{number}", "video", number, alternate=alternate)
        found = tuple(self.item(item, seat) for item in items)
        locked = bool(metadata.read(track, "locked"))
        return model.Track("video", found, name, bool(track.enabled), locked=locked)

    def item(
        self, item: Spot | Fade, seat: Seat
    ) -> model.ClipItem | model.TransitionItem:
        """Return one item of a track."""
        if isinstance(item, Fade):
            account = None if seat.part else self.account
            return fade_item(
                item, seat.mediatype, self.rate, self.rules, account, seat.track
            )
        return self._clip(item, seat)

    def _clip(self, spot: Spot, seat: Seat) -> model.ClipItem:
        known = self._first.get(id(spot))
        if seat.part and known is not None:
            return replace(
                known,
                source_track=seat.source_track,
                channel_type=seat.channel_type,
                markers=(),
            )
        report = self._reporter(spot, seat)
        shown = self._shown(spot, report)
        counts = counted(
            spot, shown.rate, self.rate, self.rules, seat.mediatype, report
        )
        sizes = shown.size, self.size
        effects = filters(spot, seat.mediatype, sizes, counts.when, self.rules, report)
        if counts.remap is not None:
            effects = (*effects, counts.remap)
        slate = spot.medium.slate if spot.medium is not None else _slate(spot.item)
        ticks = counts.ticks or (None, None)
        still = spot.medium is not None and spot.medium.still
        made = model.ClipItem(
            id="",
            name=self._name(spot, shown.name, seat, report),
            rate=counts.rate,
            duration_frames=counts.duration,
            start_frames=-1 if spot.fade_in else spot.start,
            end_frames=-1 if spot.fade_out else spot.end,
            in_frames=counts.first,
            out_frames=counts.last,
            file=shown.file,
            ticks_in=ticks[0],
            ticks_out=ticks[1],
            enabled=bool(spot.item.enabled),
            alpha="straight" if still else "none",
            source_track=seat.source_track,
            channel_type=seat.channel_type,
            filters=effects,
            markers=self._markers(spot, counts, report),
            link_key=_link_key(spot, shown, counts, self.rate),
            sequence=shown.sequence,
            generator=shown.generator,
            label=self._label(spot, report),
            unit=(seat.mediatype, seat.layer, spot.origin),
            group=str(metadata.read(spot.item, "link") or ""),
            **_described(slate, seat.alternate),
        )
        self._first[id(spot)] = made
        return made

    def _shown(self, spot: Spot, report: Report) -> _Shown:
        if spot.medium is not None:
            file = self.files[spot.medium.number]
            size = file.width_px, file.height_px
            return _Shown(file.name, file.rate, size, file)
        if isinstance(spot.item, otio.core.Composition):
            inner = self.nest(spot.item, report)
            size = inner.width_px, inner.height_px
            return _Shown("Nested sequence", inner.rate, size, sequence=inner)
        reference = spot.item.media_reference
        # A graphic says its text in Premiere's own filter alone.
        graphic = reference.generator_kind == "Title" and not self.rules.extensions
        source = None if graphic else kept_source(reference)
        if source is not None:
            source = self._sources.setdefault(source, source)
            size = source.width_px, source.height_px
            return _Shown(source.name, self.rate, size, source)
        tree = generator_tree(reference, report)
        return _Shown("Generator", self.rate, self.size, generator=tree)

    def _name(self, spot: Spot, fallback: str, seat: Seat, report: Report) -> str:
        if not (spot.item.name or "").strip():
            report("clip name", f"{fallback!r}: it has none of its own", "Name it.")
            return fallback
        return self.account.text(spot.item.name, fallback, track=seat.track)

    def _markers(
        self, spot: Spot, counts: Counts, report: Report
    ) -> tuple[model.Marker, ...]:
        # Those of a nested sequence are its own.
        if isinstance(spot.item, otio.core.Composition):
            return ()
        return clip_markers(spot, counts.rate, self.rules, report)

    def _label(self, spot: Spot, report: Report) -> str:
        color = getattr(spot.item, "color", None)
        if color is None:
            return ""
        name, exact = label_of(color)
        if not self.rules.extensions:
            report("clip colour", "the editor's usual label", "", "dropped")
        elif not exact:
            report("clip colour", f"the nearest label, {name}", "")
        return name

    def _reporter(self, spot: Spot, seat: Seat) -> Report:
        def report(
            feature: str, gets: str, remedy: str, outcome: Outcome = "approximated"
        ) -> None:
            self.account.add(
                feature,
                outcome,
                gets,
                remedy,
                track=seat.track,
                item=clean(spot.item.name),
                span=(spot.start, spot.end),
            )

        return report


def _link_key(
    spot: Spot, shown: _Shown, counts: Counts, rate: model.Rate
) -> tuple[str, Fraction, int, int]:
    source = f"no source of {spot.start}"
    if shown.file is not None:
        source = shown.file.id or shown.file.name
    elif shown.sequence is not None:
        source = shown.sequence.id
    first_s = (spot.start - spot.head) / rate.exact
    in_s = counts.first / counts.rate.exact
    return source, first_s - in_s, spot.start, spot.end


def _slate(item: otio.core.Item) -> dict[str, Any]:
    reference = getattr(item, "media_reference", None)
    found = {} if reference is None else metadata.read(reference, "slate", {})
    return found if isinstance(found, dict) else {}


def _described(slate: dict[str, Any], alternate: str) -> dict[str, Any]:
    """Return what an item says of the slate of its medium, by its fields."""

    def text(key: str, *, lines: bool = False) -> str:
        return clean(str(slate.get(key) or ""), lines=lines).strip()

    return {
        "description": text("prompt", lines=True),
        "note": _note(slate),
        "original_name": text("name"),
        "scene": text("scene"),
        "shot_take": alternate or text("shot_take"),
    }


def _note(slate: dict[str, Any]) -> str:
    if "note" in slate:
        return clean(str(slate["note"]), lines=True).strip()
    parts = [
        f"{key}: {slate[key]}"
        for key in ("generator", "model", "seed", "date")
        if slate.get(key) not in (None, "")
    ]
    return clean("; ".join(parts)).strip()
