"""One item of a track as a story element: file, still, title, colour or compound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.fcpxml.adjust import (
    Report,
    picture_adjustments,
    sound_adjustments,
)
from otio_genai.interchange.fcpxml.foreign import effect_id, foreign
from otio_genai.interchange.fcpxml.generated import generated
from otio_genai.interchange.fcpxml.local import Local, local
from otio_genai.interchange.fcpxml.node import Node, Part
from otio_genai.interchange.fcpxml.remarks import clip_markers, note
from otio_genai.interchange.fcpxml.resources import Resources
from otio_genai.interchange.fcpxml.values import level_text, time_text
from otio_genai.interchange.pool import Pool
from otio_genai.interchange.spot import Spot
from otio_genai.maps import speed

__all__ = ["Maker", "Seat"]

_CONFORM_RATES = {
    Fraction(24_000, 1001): "23.98",
    Fraction(30_000, 1001): "29.97",
    Fraction(48_000, 1001): "47.95",
    Fraction(60_000, 1001): "59.94",
    **{Fraction(base): str(base) for base in (24, 25, 30, 48, 50, 60)},
}


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an element stands, and as what.

    ``kind`` is ``Video`` or ``Audio``; ``role`` is the name of its track, ``heard``
    that of the sound which is one with it; ``heard_on`` is that track's number where
    its name does not tell. ``fades`` are those at a sound's own ends.
    """

    offset_s: Fraction
    lane: int
    kind: str
    role: str
    enabled: bool = True
    sound: Spot | None = None
    heard: str = ""
    fades: tuple[Node, ...] = ()
    heard_on: int = 0


class Maker:
    """Makes the story elements of one document.

    Parameters
    ----------
    rate, size
        Record rate, and width and height in pixels of the frame.
    compound
        Gives the id of a nested sequence, and whether it lost anything.
    account
        Where what is lost is named; another one within a nested sequence.
    """

    def __init__(
        self,
        rate: Fraction,
        size: tuple[int, int],
        resources: Resources,
        pool: Pool,
        account: Account,
        compound: Callable[[otio.core.Composition], tuple[str, bool]],
    ) -> None:
        self._rate = rate
        self._size = size
        self._resources = resources
        self._pool = pool
        self.account = account
        self._compound = compound

    def part(self, spot: Spot, seat: Seat) -> Part:
        """Return the element of an item, in an audition when it has other takes."""
        at = local(spot)
        report = self._reporter(spot, seat)
        found = self._element(spot, seat, at, report)
        found.start_s = at.start_s
        found.record = spot.start
        found.markers = clip_markers(spot, at, report)
        takes = self._takes(spot, seat, report)
        if takes:
            found.wrap = Node("audition")
            for key in ("lane", "offset"):
                if key in found.node.attributes:
                    found.wrap.attributes[key] = found.node.attributes.pop(key)
            found.others = takes
        return found

    def _reporter(self, spot: Spot, seat: Seat) -> Report:
        def report(feature: str, outcome: Any, gets: str, remedy: str) -> None:
            self.account.add(
                feature,
                outcome,
                gets,
                remedy,
                track=seat.role,
                item=clean(spot.item.name),
                span=(spot.start, spot.end),
            )

        return report

    def _element(self, spot: Spot, seat: Seat, at: Local, report: Report) -> Part:
        if isinstance(spot.item, otio.core.Composition):
            return self._nested(spot, seat, at, report)
        if spot.medium is None:
            return self._generated(spot, seat, at, report)
        if spot.medium.still:
            return self._still(spot, seat, at, report)
        return self._clip(spot, seat, at, report)

    def _common(self, spot: Spot, seat: Seat, at: Local) -> dict[str, str | None]:
        enabled = seat.enabled and spot.item.enabled
        return {
            "lane": str(seat.lane) if seat.lane else None,
            "offset": time_text(seat.offset_s),
            "name": self.account.text(spot.item.name, "", track=seat.role) or None,
            "start": time_text(at.start_s),
            "duration": time_text((spot.end - spot.start) / self._rate),
            "enabled": None if enabled else "0",
        }

    def _clip(self, spot: Spot, seat: Seat, at: Local, report: Report) -> Part:
        medium = spot.medium
        assert medium is not None  # noqa: S101 - narrows the type for the checker
        both = medium.has_video and medium.has_audio
        only = None if not both or seat.sound is not None else seat.kind.lower()
        heard = seat.heard if seat.sound is not None else seat.role
        sounds = seat.kind == "Audio" or seat.sound is not None
        node = Node(
            "asset-clip",
            ref=self._resources.asset(medium),
            **self._common(spot, seat, at),
            srcEnable=only,
            **self._split(spot, seat),
            tcFormat="DF" if medium.facts.get("drop_frame") else None,
            audioRole=(heard or None) if sounds else None,
            videoRole=(seat.role or None) if seat.kind == "Video" else None,
        )
        head = [*note(spot), *self._rate_of(spot), *at.map()]
        head += self._adjusted(spot, seat, at, only, report)
        tail = self._channels(seat.sound or spot) if sounds else []
        tail += [*self._filters(spot, seat, report), *_sound_track(seat)]
        return Part(node, head, tail=tail)

    def _adjusted(
        self, spot: Spot, seat: Seat, at: Local, only: str | None, report: Report
    ) -> list[Node]:
        """Return the adjustments; what is not wanted is also made still or unseen.

        Resolve ignores ``srcEnable``.
        """
        if seat.kind == "Audio":
            unseen = [Node("adjust-blend", amount="0")] if only else []
            return [*unseen, *sound_adjustments(spot, at, seat.fades, report)]
        found = picture_adjustments(spot, at, self._size, report)
        if seat.sound is not None:
            heard = local(seat.sound)
            found += sound_adjustments(seat.sound, heard, seat.fades, report)
        elif only:
            found.append(Node("adjust-volume", amount=level_text(-96)))
        return found

    def _split(self, spot: Spot, seat: Seat) -> dict[str, str | None]:
        """Return where a sound lies that begins or ends elsewhere than its picture."""
        sound = seat.sound
        if sound is None or (sound.start, sound.end) == (spot.start, spot.end):
            return {}
        length_s = (sound.end - sound.start) / self._rate
        return {
            "audioStart": time_text(local(sound).start_s),
            "audioDuration": time_text(length_s),
        }

    def _rate_of(self, spot: Spot) -> list[Node]:
        """Return the rate of a take that is not the film's; time stays real time."""
        medium = spot.medium
        if medium is None or not medium.has_video or medium.rate == self._rate:
            return []
        known = _CONFORM_RATES.get(medium.rate)
        return [Node("conform-rate", scaleEnabled="0", srcFrameRate=known)]

    def _channels(self, spot: Spot) -> list[Node]:
        kept = metadata.read(spot.item, "channels")
        if not kept or spot.medium is None:
            return []
        played = [int(channel) for channel in kept]
        rest = [c for c in range(1, spot.medium.channels + 1) if c not in played]
        found = [Node("audio-channel-source", srcCh=_listed(played))]
        if rest:
            found.append(Node("audio-channel-source", srcCh=_listed(rest), active="0"))
        return found

    def _still(self, spot: Spot, seat: Seat, at: Local, report: Report) -> Part:
        assert spot.medium is not None  # noqa: S101 - narrows the type
        node = Node(
            "video",
            ref=self._resources.asset(spot.medium),
            **self._common(spot, seat, at),
            role=seat.role or None,
        )
        adjusted = picture_adjustments(spot, at, self._size, report)
        head = [*note(spot), *at.map(), *adjusted]
        return Part(node, head, tail=self._filters(spot, seat, report))

    def _generated(self, spot: Spot, seat: Seat, at: Local, report: Report) -> Part:
        tag, effect, shown = generated(spot.item.media_reference, self._resources)
        if not spot.plain:
            report("speed", "dropped", "the generated picture at its own speed", "")
        node = Node(
            tag, ref=effect, **self._common(spot, seat, at), role=seat.role or None
        )
        adjusted = picture_adjustments(spot, at, self._size, report)
        head = [*shown, *adjusted]
        return Part(node, head, tail=self._filters(spot, seat, report))

    def _nested(self, spot: Spot, seat: Seat, at: Local, report: Report) -> Part:
        only = seat.kind.lower() if seat.sound is None else None
        made, lossy = self._compound(spot.item)
        if lossy:
            gets = "the nested sequence with the losses named within it"
            report("nested sequence", "approximated", gets, "")
        node = Node(
            "ref-clip",
            ref=made,
            **self._common(spot, seat, at),
            srcEnable=only,
        )
        adjusted = self._adjusted(spot, seat, at, only, report)
        head = [*at.map(), *adjusted]
        tail = [*self._filters(spot, seat, report), *_sound_track(seat)]
        return Part(node, head, tail=tail)

    def _filters(self, spot: Spot, seat: Seat, report: Report) -> list[Node]:
        """Return effects of Final Cut's own as they were; others are dropped."""
        pictures: list[Node] = []
        sounds: list[Node] = []
        heard = seat.sound.item.effects if seat.sound is not None else []
        for effect in [*spot.item.effects, *heard]:
            if isinstance(effect, otio.schema.TimeEffect):
                continue
            known = foreign(effect, "filter-video", "filter-audio")
            if known is None:
                name = clean(effect.effect_name or effect.name or "effect")
                gets = f"the clip without {name!r}"
                report("effect", "dropped", gets, "Render it in.")
                continue
            node, kept = known
            node.attributes["ref"] = effect_id(kept, self._resources)
            if node.attributes.get("enabled") == "1":
                del node.attributes["enabled"]
            (pictures if node.tag == "filter-video" else sounds).append(node)
        return [*pictures, *sounds]

    def _takes(self, spot: Spot, seat: Seat, report: Report) -> list[Node]:
        found = []
        said = metadata.read(spot.item, "takes")
        for take in said if isinstance(said, list) else ():
            if not isinstance(take, otio.schema.Clip) or not getattr(
                take.media_reference, "target_url", None
            ):
                report("other take", "dropped", "the other takes alone", "Relink it.")
                continue
            found.append(self._take(take, spot, seat, report))
        return found

    def _take(
        self, take: otio.schema.Clip, spot: Spot, seat: Seat, report: Report
    ) -> Node:
        medium = self._pool.medium(take, sound=seat.kind == "Audio")
        run = speed(take, self._rate)
        # An audition's takes have each a length of its own.
        end = spot.start + max(1, run.length_frames)
        placed = Spot(take, medium, spot.start, end, run, spot.start)
        placed.length_s = None if medium.still else medium.length_s
        medium.used_s = max(medium.used_s, placed.reach_s()[1])
        at = local(placed)
        found = self._element(placed, seat, at, report)
        found.markers = clip_markers(placed, at, report)
        for key in ("lane", "offset"):
            found.node.attributes.pop(key, None)
        return found.close()


def _listed(channels: Sequence[int]) -> str:
    return ", ".join(map(str, channels))


def _sound_track(seat: Seat) -> list[Node]:
    """Return on which sound track a sound lies that is one with its picture."""
    if not seat.heard_on:
        return []
    md = Node("md", key="otio_genai.audio_track", value=str(seat.heard_on))
    return [Node("metadata", md)]
