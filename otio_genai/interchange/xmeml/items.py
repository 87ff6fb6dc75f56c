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
        report = self._reporter(spot, seat)
        made = self._sourced(spot, seat, report)
        own = self._own_rate(spot, made)
        counts = counted(spot, own, self.rate, self.rules, seat.mediatype, report)
        made = counts.put(made)
        media_size = self._media_size(spot, made)
        effects = filters(
            spot,
            seat.mediatype,
            (media_size, self.size),
            counts.when,
            self.rules,
            report,
        )
        if counts.remap is not None:
            effects = (*effects, counts.remap)
        made = replace(
            made,
            filters=effects,
            markers=self._markers(spot, seat, counts, report),
            label=self._label(spot, report),
            link_key=_link_key(spot, made, counts, self.rate),
            unit=(seat.mediatype, seat.layer, spot.origin),
            group=str(metadata.read(spot.item, "link") or ""),
        )
        slate = spot.medium.slate if spot.medium is not None else _slate(spot.item)
        return _described(made, slate, seat.alternate)

    def _sourced(self, spot: Spot, seat: Seat, report: Report) -> model.ClipItem:
        """Return an item with its edges and what it shows."""
        still = spot.medium is not None and spot.medium.still
        made = model.ClipItem(
            id="",
            name="",
            rate=self.rate,
            duration_frames=0,
            start_frames=-1 if spot.fade_in else spot.start,
            end_frames=-1 if spot.fade_out else spot.end,
            in_frames=0,
            out_frames=0,
            file=None,
            enabled=bool(spot.item.enabled),
            alpha="straight" if still else "none",
            source_track=seat.source_track,
            channel_type=seat.channel_type,
        )
        fallback = "Nested sequence"
        if spot.medium is not None:
            file = self.files[spot.medium.number]
            made, fallback = replace(made, file=file), file.name
        elif isinstance(spot.item, otio.core.Composition):
            made = replace(made, sequence=self.nest(spot.item, report))
        else:
            reference = spot.item.media_reference
            # A graphic says its text in Premiere's own filter alone.
            graphic = reference.generator_kind == "Title" and not self.rules.extensions
            source = None if graphic else kept_source(reference)
            if source is not None:
                source = self._sources.setdefault(source, source)
                made, fallback = replace(made, file=source), source.name
            else:
                tree = generator_tree(reference, report)
                made, fallback = replace(made, generator=tree), "Generator"
        return replace(made, name=self._name(spot, fallback, seat, report))

    def _own_rate(self, spot: Spot, made: model.ClipItem) -> model.Rate:
        if made.sequence is not None:
            return made.sequence.rate
        return self.rate if spot.medium is None or made.file is None else made.file.rate

    def _media_size(self, spot: Spot, made: model.ClipItem) -> tuple[int, int]:
        if made.sequence is not None:
            return made.sequence.width_px, made.sequence.height_px
        if made.file is not None:
            return made.file.width_px, made.file.height_px
        return self.size

    def _name(self, spot: Spot, fallback: str, seat: Seat, report: Report) -> str:
        if not (spot.item.name or "").strip():
            report("clip name", f"{fallback!r}: it has none of its own", "Name it.")
            return fallback
        if seat.part:
            kept = clean(spot.item.name)
            return kept if kept.strip() else fallback
        return self.account.text(spot.item.name, fallback, track=seat.track)

    def _markers(
        self, spot: Spot, seat: Seat, counts: Counts, report: Report
    ) -> tuple[model.Marker, ...]:
        # Those of a nested sequence are its own.
        if seat.part or isinstance(spot.item, otio.core.Composition):
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
            if not seat.part:
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
    spot: Spot, made: model.ClipItem, counts: Counts, rate: model.Rate
) -> tuple[str, Fraction, int, int]:
    source = f"no source of {spot.start}"
    if made.file is not None:
        source = made.file.id or made.file.name
    elif made.sequence is not None:
        source = made.sequence.id
    first_s = (spot.start - spot.head) / rate.exact
    in_s = counts.first / counts.rate.exact
    return source, first_s - in_s, spot.start, spot.end


def _slate(item: otio.core.Item) -> dict[str, Any]:
    reference = getattr(item, "media_reference", None)
    found = {} if reference is None else metadata.read(reference, "slate", {})
    return found if isinstance(found, dict) else {}


def _described(
    item: model.ClipItem, slate: dict[str, Any], alternate: str
) -> model.ClipItem:
    def text(key: str, *, lines: bool = False) -> str:
        return clean(str(slate.get(key) or ""), lines=lines).strip()

    return replace(
        item,
        description=text("prompt", lines=True),
        note=_note(slate),
        original_name=text("name"),
        scene=text("scene"),
        shot_take=alternate or text("shot_take"),
    )


def _note(slate: dict[str, Any]) -> str:
    if "note" in slate:
        return clean(str(slate["note"]), lines=True).strip()
    parts = [
        f"{key}: {slate[key]}"
        for key in ("generator", "model", "seed", "date")
        if slate.get(key) not in (None, "")
    ]
    return clean("; ".join(parts)).strip()
