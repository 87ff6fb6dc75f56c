"""Sound tracks: one per layer, or exploded into the channels Premiere counts.

Conventions
    Premiere knows mono and stereo tracks. A clip of two channels takes a stereo pair of
    tracks, where clips of one channel lie on the first; a layer of these alone takes a
    mono track, and clips of more channels one mono track a channel. A clip's own
    channels are those in its ``channels``, else all of its medium's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.xmeml.dialects import Table
from otio_genai.interchange.xmeml.generated import kept_source
from otio_genai.interchange.xmeml.items import Maker, Seat
from otio_genai.interchange.xmeml.model import Track

__all__ = ["channels_of", "sound_track"]

_MOST_CHANNELS = 64


def channels_of(spot: Spot) -> tuple[int, ...]:
    """Return the channels of its source that a sound plays, from 1."""
    said = metadata.read(spot.item, "channels")
    if isinstance(said, list) and said and all(isinstance(n, int) for n in said):
        return tuple(n for n in said if n > 0)[:_MOST_CHANNELS] or (1, 2)
    return _every(spot)


def _every(spot: Spot) -> tuple[int, ...]:
    """Return all channels of its source."""
    count = 2
    if spot.medium is not None:
        count = spot.medium.channels
    elif isinstance(spot.item, otio.schema.Clip):
        source = kept_source(spot.item.media_reference)
        count = source.channels if source is not None else 2
    return tuple(range(1, min(max(1, count), _MOST_CHANNELS) + 1))


def sound_track(
    track: otio.schema.Track,
    items: Sequence[Spot | Fade],
    number: int,
    rules: Table,
    maker: Maker,
    account: Account,
    alternate: str = "",
) -> list[Track]:
    """Return the tracks of one layer of sound; ``number`` counts layers from 1."""
    name = account.text(track.name, "") if track.name else ""
    shown = name or f"A{number}"
    make = _Layer(track, name, shown, number, maker, alternate)
    if not rules.exploded_stereo:
        for spot in items:
            if isinstance(spot, Spot) and channels_of(spot) != _every(spot):
                gets = "all channels of the sound"
                _report(spot, "channels", gets, "dropped", shown, account)
        return [make(items, 1, "", 0, 0)]
    parts = _by_width(items, shown, account)
    if len(parts.keys() - {1, 2}) + bool(parts.keys() & {1, 2}) > 1:
        account.add(
            "sound track",
            "approximated",
            "a track for each number of channels, in place of one",
            "Give all its sounds as many channels.",
            track=shown,
        )
    found: list[Track] = []
    for width, members in parts.items():
        if width == 2:
            halves = _with_mono(items, members, parts.get(1, [])), members
            found += [
                make(half, side + 1, "stereo", side, side)
                for side, half in enumerate(halves)
            ]
            continue
        if width == 1 and 2 in parts:
            continue
        for part in range(max(1, width)):
            found.append(make(members, 1, "mono", 0, part))
        if width > 2:
            _report_wide(members, width, shown, account)
    return found or [make((), 1, "mono", 0, 0)]


class _Layer:
    """Makes the tracks of one layer."""

    def __init__(
        self,
        track: otio.schema.Track,
        name: str,
        shown: str,
        number: int,
        maker: Maker,
        alternate: str,
    ) -> None:
        self._track = track
        self._name = name
        self._shown = shown
        self._number = number
        self._maker = maker
        self._alternate = alternate

    def __call__(
        self,
        items: Sequence[Spot | Fade],
        output: int,
        kind: str,
        side: int,
        part: int,
    ) -> Track:
        """Return the track of channel ``part`` of its clips, for output ``output``."""
        found = []
        for item in items:
            source, own = 1, kind
            if isinstance(item, Spot) and kind:
                source = channels_of(item)[part]
                own = "mono" if _is_mono(item) else kind
            seat = Seat(
                self._shown, "audio", self._number, source, own, part, self._alternate
            )
            found.append(self._maker.item(item, seat))
        return Track(
            "audio",
            tuple(found),
            self._name,
            bool(self._track.enabled),
            output if kind else 0,
            kind,
            side,
            bool(metadata.read(self._track, "locked")),
        )


def _report(
    spot: Spot, feature: str, gets: str, outcome: str, track: str, account: Account
) -> None:
    account.add(
        feature,
        "dropped" if outcome == "dropped" else "approximated",
        gets,
        "Mix the sound down to stereo.",
        track=track,
        item=clean(spot.item.name),
        span=(spot.start, spot.end),
    )


def _report_wide(
    items: Sequence[Spot | Fade], width: int, track: str, account: Account
) -> None:
    gets = f"{width} linked mono tracks, one a channel"
    for spot in items:
        if isinstance(spot, Spot):
            _report(spot, "channels", gets, "approximated", track, account)


def _by_width(
    items: Sequence[Spot | Fade], track: str, account: Account
) -> dict[int, list[Spot | Fade]]:
    """Part the items of a layer by their channels; a fade follows its clips."""
    parts: dict[int, list[Spot | Fade]] = defaultdict(list)
    width: Callable[[Spot], int] = lambda spot: len(channels_of(spot))  # noqa: E731
    for index, item in enumerate(items):
        if isinstance(item, Spot):
            parts[width(item)].append(item)
            continue
        sides = [s for s in _neighbours(items, index) if s is not None]
        if len({width(side) for side in sides}) == 1:
            parts[width(sides[0])].append(item)
            continue
        _part(sides)
        account.add(
            "sound crossfade",
            "dropped",
            "a cut between sounds of different channels",
            "Give both sounds as many channels.",
            track=track,
            span=(item.cut - item.before, item.cut + item.after),
        )
    return dict(sorted(parts.items()))


def _with_mono(
    items: Sequence[Spot | Fade],
    stereo: list[Spot | Fade],
    mono: list[Spot | Fade],
) -> list[Spot | Fade]:
    """Return what lies on the first track of a stereo pair, in record order."""
    both = {id(item) for item in (*stereo, *mono)}
    return [item for item in items if id(item) in both]


def _is_mono(item: Spot | Fade) -> bool:
    return isinstance(item, Spot) and len(channels_of(item)) == 1


def _part(sides: Sequence[Spot]) -> None:
    left, right = sides
    left.tail, left.fade_out = 0, False
    right.head, right.fade_in = 0, False


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
