"""Sound tracks: one per layer, or exploded into the channels Premiere counts."""

from __future__ import annotations

from collections.abc import Sequence

import opentimelineio as otio

from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.xmeml.dialects import Table
from otio_genai.interchange.xmeml.items import Maker
from otio_genai.interchange.xmeml.model import Track

__all__ = ["sound_tracks"]


def sound_tracks(
    laid: Sequence[tuple[otio.schema.Track, list[Spot | Fade]]],
    rules: Table,
    maker: Maker,
    account: Account,
) -> tuple[Track, ...]:
    """Return the sound tracks of a sequence.

    Premiere knows mono and stereo tracks: a layer with both becomes one of each.
    """
    found: list[Track] = []
    for number, (track, items) in enumerate(laid, 1):
        name = account.text(track.name or "", f"A{number}")
        enabled = bool(track.enabled)
        if not rules.exploded_stereo:
            made = tuple(maker.item(item, name, "audio", (1, "")) for item in items)
            found.append(Track("audio", made, name, enabled))
            continue
        _report_surround(items, name, account)
        stereo, mono = _by_width(items, name, account)
        if stereo:
            found += [
                Track(
                    "audio",
                    tuple(
                        maker.item(item, name, "audio", (side + 1, "stereo"))
                        for item in stereo
                    ),
                    name,
                    enabled,
                    output_channel=side + 1,
                    channel_type="stereo",
                    stereo_side=side,
                )
                for side in (0, 1)
            ]
        if mono or not stereo:
            made = tuple(maker.item(item, name, "audio", (1, "mono")) for item in mono)
            found.append(Track("audio", made, name, enabled, 1, "mono"))
    return tuple(found)


def _report_surround(
    items: Sequence[Spot | Fade], track: str, account: Account
) -> None:
    for spot in items:
        if isinstance(spot, Spot) and spot.medium.channels > 2:
            account.add(
                "channels",
                "approximated",
                f"the first two of {spot.medium.channels} channels",
                "Mix the sound down to stereo.",
                track=track,
                item=clean(spot.item.name),
                span=(spot.start, spot.end),
            )


def _by_width(
    items: Sequence[Spot | Fade], track: str, account: Account
) -> tuple[list[Spot | Fade], list[Spot | Fade]]:
    """Part the items of a layer into stereo and mono; a fade follows its clips."""
    parts: tuple[list[Spot | Fade], list[Spot | Fade]] = ([], [])
    for index, item in enumerate(items):
        if isinstance(item, Spot):
            parts[_is_mono(item)].append(item)
            continue
        sides = [s for s in _neighbours(items, index) if s is not None]
        if len({_is_mono(side) for side in sides}) == 1:
            parts[_is_mono(sides[0])].append(item)
            continue
        _part(item, sides)
        account.add(
            "sound crossfade",
            "dropped",
            "a cut between a mono and a stereo sound",
            "Give both sounds as many channels.",
            track=track,
            span=(item.cut - item.before, item.cut + item.after),
        )
    return parts


def _part(fade: Fade, sides: Sequence[Spot]) -> None:
    left, right = sides
    left.tail, left.fade_out = 0, False
    right.head, right.fade_in = 0, False


def _is_mono(spot: Spot) -> bool:
    return spot.medium.channels == 1


def _neighbours(
    items: Sequence[Spot | Fade], index: int
) -> tuple[Spot | None, Spot | None]:
    fade = items[index]
    assert isinstance(fade, Fade)  # noqa: S101 - narrows the type for the checker
    left = items[index - 1] if index and fade.black != "start" else None
    right = None
    if index + 1 < len(items) and fade.black != "end":
        right = items[index + 1]
    return (
        left if isinstance(left, Spot) else None,
        right if isinstance(right, Spot) else None,
    )
