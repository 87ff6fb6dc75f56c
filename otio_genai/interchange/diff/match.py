"""Which clip of one timeline is which of another.

Method
    Clips of one medium are told by content, then address, then file name (in a folder
    of one name first, then of one length), then clip name. An address that both
    timelines know is one file, whatever others are called. Among them those at the
    same place with the same frames are paired first, then the same frames elsewhere,
    then ranges of the medium that overlap, the most alike first. What is left over in
    the same slot, between the same neighbours, was replaced.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from otio_genai.interchange.diff.uses import Use

__all__ = ["Matched", "Pair", "in_order", "matched"]

Pair = tuple[Use, Use]

# Beyond so many pairs to be weighed, clips of one medium are paired in their order.
_MOST_WEIGHED = 40_000

_KEYS: tuple[Callable[[Use], str], ...] = (
    lambda use: use.medium.content,
    lambda use: use.medium.url,
    lambda use: use.medium.tail,
    lambda use: use.medium.fact,
    lambda use: use.medium.file,
    lambda use: use.medium.name,
)


@dataclass(frozen=True, slots=True)
class Matched:
    """Who is who."""

    pairs: list[Pair]
    "The same medium in both, in record order of the later timeline."
    swapped: list[Pair]
    "Another medium in the same slot."
    gone: list[Use]
    "Only in the earlier timeline."
    new: list[Use]
    "Only in the later one."
    tracks: dict[tuple[str, int], int]
    "Kind and number of a track in the earlier timeline to its number in the later."


def matched(before: Sequence[Use], after: Sequence[Use]) -> Matched:
    """Return who is who of two lists of uses."""
    before, after = _with_shared(before, after)
    left: dict[Use, None] = dict.fromkeys(before)
    right: dict[Use, None] = dict.fromkeys(after)
    pairs: list[Pair] = []

    def take(found: Iterable[Pair]) -> None:
        for one, other in found:
            if one in left and other in right:
                del left[one], right[other]
                pairs.append((one, other))

    for key in _KEYS:
        for step in (_in_place, _same_frames, _overlapping):
            for these, those in _buckets(left, right, key):
                take(step(these, those))
    tracks = _tracks(pairs)
    swapped = _in_slots(pairs, left, right, tracks)
    for one, other in swapped:
        del left[one], right[other]
    pairs.sort(key=_of_later)
    swapped.sort(key=_of_later)
    return Matched(pairs, swapped, list(left), list(right), tracks)


def _with_shared(before: Sequence[Use], after: Sequence[Use]) -> Iterator[list[Use]]:
    """Give both lists, knowing which addresses both have."""
    known = [{use.medium.url for use in side} - {""} for side in (before, after)]
    shared = known[0] & known[1]
    for side in (before, after):
        yield [
            replace(use, medium=replace(use.medium, shared=use.medium.url in shared))
            for use in side
        ]


def _of_later(pair: Pair) -> tuple[str, int, int]:
    place = pair[1].place
    return place.kind, place.track, place.record_in


def _buckets(
    left: Iterable[Use], right: Iterable[Use], key: Callable[[Use], str]
) -> list[tuple[list[Use], list[Use]]]:
    """Return those of either side that share a key and a kind of track."""
    found: dict[Hashable, tuple[list[Use], list[Use]]] = defaultdict(lambda: ([], []))
    for side, group in enumerate((left, right)):
        for use in group:
            if key(use):
                found[use.place.kind, key(use)][side].append(use)
    return [(these, those) for these, those in found.values() if these and those]


def _in_place(these: Sequence[Use], those: Sequence[Use]) -> list[Pair]:
    there = {(u.place.track, u.start, u.end): u for u in those}
    found = []
    for use in these:
        other = there.get((use.place.track, use.start, use.end))
        if (
            other is not None
            and use.slip(other) == 0
            and use.medium.alike(other.medium)
        ):
            found.append((use, other))
    return found


def _same_frames(these: Sequence[Use], those: Sequence[Use]) -> list[Pair]:
    found: list[Pair] = []
    pools: dict[tuple[int, int], tuple[list[Use], list[Use]]] = defaultdict(
        lambda: ([], [])
    )
    for side, group in enumerate((these, those)):
        for use in group:
            frame = use.in_frames if use.known else use.clock_in_frames
            pools[frame, use.frames][side].append(use)
    for mine, others in pools.values():
        if len(mine) == len(others):
            ordered = [sorted(group, key=_seat) for group in (mine, others)]
            found += zip(*ordered, strict=True)
        else:
            found += _cheapest(mine, others, _apart)
    return [p for p in found if p[0].medium.alike(p[1].medium) and not p[0].slip(p[1])]


def _seat(use: Use) -> tuple[int, int]:
    return use.start, use.place.track


def _apart(one: Use, other: Use) -> tuple[int, ...] | None:
    return one.place.track != other.place.track, abs(other.start - one.start)


def _overlapping(these: Sequence[Use], those: Sequence[Use]) -> list[Pair]:
    return _cheapest(these, those, _unlike)


def _unlike(one: Use, other: Use) -> tuple[int, ...] | None:
    """Return how unlike two ranges of one medium are; ``None`` if they share nothing.

    Nothing shared, but at one place: a slip by more than the clip's length.
    """
    if not one.medium.alike(other.medium):
        return None
    slip = one.slip(other)
    shared = min(one.frames, slip + other.frames) - max(0, slip)
    track = one.place.track == other.place.track
    here = min(one.end, other.end) - max(one.start, other.start)
    if shared <= 0 and not (track and here > 0):
        return None
    return -max(0, shared), not track, abs(other.start - one.start)


def _cheapest(
    these: Sequence[Use],
    those: Sequence[Use],
    cost: Callable[[Use, Use], tuple[int, ...] | None],
) -> list[Pair]:
    """Return pairs of least cost, each clip once: the cheapest pair first."""
    if len(these) * len(those) > _MOST_WEIGHED:
        ordered = [sorted(group, key=_seat) for group in (these, those)]
        return [p for p in zip(*ordered, strict=False) if cost(*p) is not None]
    weighed = []
    for i, one in enumerate(these):
        for j, other in enumerate(those):
            found = cost(one, other)
            if found is not None:
                weighed.append((found, i, j))
    left, right, pairs = set[int](), set[int](), []
    for _, i, j in sorted(weighed):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((these[i], those[j]))
    return pairs


def _tracks(pairs: Sequence[Pair]) -> dict[tuple[str, int], int]:
    """Return which track became which, by where most of its clips went."""
    votes = Counter((a.place.kind, a.place.track, b.place.track) for a, b in pairs)
    found: dict[tuple[str, int], int] = {}
    taken: set[tuple[str, int]] = set()
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    for (kind, track, other), _ in ranked:
        if (kind, track) not in found and (kind, other) not in taken:
            found[kind, track] = other
            taken.add((kind, other))
    return found


def in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the most pairs that follow one another alike in both timelines.

    A longest increasing subsequence, found in O(n log n).
    """
    ordered = sorted(pairs, key=lambda pair: (pair[0].start, pair[0].end))
    tails: list[int] = []
    heads: list[int] = []
    previous: list[int | None] = []
    for k, (_, other) in enumerate(ordered):
        at = bisect.bisect_left(tails, other.start)
        previous.append(heads[at - 1] if at else None)
        tails[at : at + 1] = [other.start]
        heads[at : at + 1] = [k]
    found: list[Pair] = []
    spot = heads[-1] if heads else None
    while spot is not None:
        found.append(ordered[spot])
        spot = previous[spot]
    return found[::-1]


def _in_slots(
    pairs: Sequence[Pair],
    left: Iterable[Use],
    right: Iterable[Use],
    tracks: dict[tuple[str, int], int],
) -> list[Pair]:
    """Return the left-over clips that stand between the same neighbours."""
    mine: dict[tuple[str, int], list[Use]] = defaultdict(list)
    others: dict[tuple[str, int], list[Use]] = defaultdict(list)
    for use in left:
        kind, track = use.place.kind, use.place.track
        mine[kind, tracks.get((kind, track), track)].append(use)
    for use in right:
        others[use.place.kind, use.place.track].append(use)
    found: list[Pair] = []
    for seat, gone in mine.items():
        there = [
            (a, b)
            for a, b in pairs
            if (b.place.kind, b.place.track) == seat
            and tracks.get((a.place.kind, a.place.track)) == b.place.track
        ]
        found += _between(in_order(there), gone, others.get(seat, []))
    return found


def _between(
    anchors: Sequence[Pair], gone: Sequence[Use], new: Sequence[Use]
) -> list[Pair]:
    begins = [[pair[side].start for pair in anchors] for side in (0, 1)]
    rooms: dict[int, tuple[list[Use], list[Use]]] = defaultdict(lambda: ([], []))
    for side, group in enumerate((gone, new)):
        for use in group:
            rooms[bisect.bisect(begins[side], use.start)][side].append(use)
    found: list[Pair] = []
    for room, (mine, others) in rooms.items():
        shift = anchors[room - 1][1].end - anchors[room - 1][0].end if room else 0

        def apart(one: Use, other: Use, by: int = shift) -> tuple[int, ...] | None:
            shared = min(one.end + by, other.end) - max(one.start + by, other.start)
            return (-shared, abs(one.start + by - other.start)) if shared > 0 else None

        found += _cheapest(mine, others, apart)
    return found
