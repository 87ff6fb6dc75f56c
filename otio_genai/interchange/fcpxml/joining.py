"""Transitions, and the fades a sound has at its own ends.

Conventions
    A transition covers the last frames of one item and the first of the next; the
    cut is where they meet, wherever under it. Final Cut's crossfade of sounds is of
    equal power; a straight fade from or to silence is one of the sound's level.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean, place_of
from otio_genai.interchange.fcpxml.foreign import effect_id, foreign
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.resources import Resources
from otio_genai.interchange.fcpxml.values import (
    AUDIO_CROSSFADE,
    CROSS_DISSOLVE,
    FADE_TO_COLOR,
    time_text,
)
from otio_genai.interchange.spot import Fade, Spot

__all__ = ["Joiner", "across_black", "is_level_fade", "level_fade"]

_RENDER = "Render the join to keep it."


def is_level_fade(fade: Fade) -> bool:
    """Tell whether a sound's fade is a straight one from or to silence."""
    return bool(fade.black) and _curve(fade) == "gain"


def level_fade(fade: Fade, rate: Fraction) -> Node:
    """Return a straight fade as part of a sound's level."""
    length = time_text((fade.before + fade.after) / rate)
    tag = "fadeIn" if fade.black == "start" else "fadeOut"
    return Node(tag, type="linear", duration=length)


def _curve(fade: Fade) -> str:
    return str(metadata.read(fade.transition, "curve") or "gain")


def across_black(
    items: Sequence[Spot | Fade],
    rate: Fraction,
    track: otio.schema.Track,
    account: Account,
) -> None:
    """Put transitions between a clip and black over their cut, in place.

    The layout draws the clip out beneath them, which shows the same; here they may
    reach over a gap as Final Cut's own do. Straight fades of sounds stay.
    """
    for index, fade in enumerate(items):
        if not isinstance(fade, Fade) or not fade.black:
            continue
        spot = items[index + (1 if fade.black == "start" else -1)]
        if not isinstance(spot, Spot):
            continue
        before = rates.frames_at(rates.seconds(fade.transition.in_offset), rate)
        after = rates.frames_at(rates.seconds(fade.transition.out_offset), rate)
        if track.kind == otio.schema.TrackKind.Audio and is_level_fade(fade):
            if before if fade.black == "start" else after:
                account.add(
                    "transition",
                    "approximated",
                    "the same sound, of a clip drawn out beneath its fade",
                    track=place_of(track),
                    item=clean(fade.transition.name),
                    span=(spot.start, spot.end),
                )
            continue
        if before + after != fade.before + fade.after:
            continue
        if fade.black == "start":
            fade.cut += before
            spot.start += before
            spot.head = before
        else:
            fade.cut -= after
            spot.end -= after
            spot.tail = after
        fade.before, fade.after = before, after


class Joiner:
    """Makes the transitions of one document."""

    def __init__(self, rate: Fraction, resources: Resources, account: Account) -> None:
        self._rate = rate
        self._resources = resources
        self.account = account

    def node(
        self, fade: Fade, sound: Fade | None, origin_s: Fraction, track: str, kind: str
    ) -> Node:
        """Return a transition.

        Parameters
        ----------
        fade
            Of the pictures, or of the sounds of a sound track.
        sound
            Of the sounds that are one with the pictures.
        origin_s
            Time of record frame 0 in the storyline.
        track, kind
            Name and kind of its track.
        """
        picture = kind == otio.schema.TrackKind.Video
        heard = sound if picture else fade
        filters: list[Node] = []
        if picture:
            filters.append(self._picture(fade, track))
        if heard is not None:
            filters.append(self._sound(heard, track))
        if fade.before != fade.after and not fade.black:
            self.account.note(
                "Whether Final Cut keeps a transition that is not centred on its cut "
                "is not established."
            )
        return Node(
            "transition",
            *filters,
            name=filters[0].attributes["name"],
            offset=time_text(origin_s + (fade.cut - fade.before) / self._rate),
            duration=time_text((fade.before + fade.after) / self._rate),
        )

    def _picture(self, fade: Fade, track: str) -> Node:
        known = foreign(fade.transition, "filter-video", "transition")
        if known is not None:
            node, kept = known
            if node.tag == "transition":
                inner = [child for child in node if child.tag == "filter-video"]
                node = inner[0] if inner else Node("filter-video")
            node.attributes["ref"] = effect_id(kept, self._resources)
            node.attributes.setdefault("name", clean(str(kept.get("name") or "")))
            return node
        recipe = metadata.read(fade.transition, "carry")
        kind = recipe.get("kind") if isinstance(recipe, dict) else None
        if kind == "carry":
            gets = "the carry as a cross dissolve"
            remedy = "Render the film to keep its movement."
            self._report("carry", gets, remedy, fade, track)
        elif fade.transition.transition_type != "SMPTE_Dissolve":
            gets = "a cross dissolve over the same frames"
            self._report("transition type", gets, _RENDER, fade, track)
        # Between a picture and black a dissolve is a fade already.
        dips = kind == "dip" and not fade.black
        return self._filter("filter-video", FADE_TO_COLOR if dips else CROSS_DISSOLVE)

    def _sound(self, fade: Fade, track: str) -> Node:
        if _curve(fade) != "power":
            gets = "a crossfade of equal power"
            remedy = "Write the fades as levels."
            self._report("sound crossfade", gets, remedy, fade, track)
        return self._filter("filter-audio", AUDIO_CROSSFADE)

    def _filter(self, tag: str, effect: tuple[str, str]) -> Node:
        return Node(tag, ref=self._resources.effect(*effect), name=effect[0])

    def _report(
        self, feature: str, gets: str, remedy: str, fade: Fade, track: str
    ) -> None:
        place: dict[str, Any] = {
            "track": track,
            "item": clean(fade.transition.name),
            "span": (fade.cut - fade.before, fade.cut + fade.after),
        }
        self.account.add(feature, "approximated", gets, remedy, **place)
