"""What the format has no place for, told track by track."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from otio_genai import metadata
from otio_genai.interchange.account import Account, clean, place_of
from otio_genai.interchange.fcpxml.pairs import Laid, Pairs
from otio_genai.interchange.spot import Spot

__all__ = ["report_links", "report_tracks"]


def report_tracks(tracks: Sequence[Laid], account: Account) -> None:
    """Account for what is said of a track itself."""
    for laid in tracks:
        track, place = laid.track, place_of(laid.track)
        if not track.enabled:
            gets = "its clips disabled one by one"
            account.add("track enabled", "approximated", gets, track=place)
        if metadata.read(track, "locked"):
            account.add("track locked", "dropped", "clips that move", track=place)
        if track.markers:
            remedy = "Put them on the timeline."
            account.add("track markers", "dropped", "none", remedy, track=place)
        if track.effects:
            account.add("track effects", "dropped", "none", track=place)
        if track.source_range is not None:
            account.add("trim of a track", "dropped", "all of it", track=place)


def report_links(
    video: Sequence[Laid], audio: Sequence[Laid], pairs: Pairs, account: Account
) -> None:
    """Account for clips that moved together and lie side by side now."""
    groups: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    found: dict[tuple[str, int, int], tuple[Spot, str]] = {}
    for kind, tracks in (("Video", video), ("Audio", audio)):
        for number, laid in enumerate(tracks):
            for index, spot in enumerate(laid.items):
                group = isinstance(spot, Spot) and metadata.read(spot.item, "link")
                if isinstance(spot, Spot) and group:
                    groups[str(group)].append((kind, number, index))
                    found[kind, number, index] = spot, place_of(laid.track)
    for members in groups.values():
        if len(members) < 2 or _is_one(members, pairs):
            continue
        spot, track = found[members[0]]
        account.add(
            "link",
            "dropped",
            f"{len(members)} clips side by side, which no longer move together",
            "Make a compound clip of them in the editor.",
            track=track,
            item=clean(spot.item.name),
            span=(spot.start, spot.end),
        )


def _is_one(members: Sequence[tuple[str, int, int]], pairs: Pairs) -> bool:
    if len(members) != 2:
        return False
    (_, *picture), (_, *sound) = members
    return pairs.sounds.get((picture[0], picture[1])) == (sound[0], sound[1])
