"""Where a film's pictures can be taken as they are prepared, and where they cannot.

Conventions
    Record frames; a *key* is one at which a player may begin with what is prepared. A
    *stretch* is a run of frames that is sent as one piece: always from a key on, so
    that what is prepared can stand for all of it. Its frames up to ``made`` are as
    they are prepared, those from there on are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = ["Spot", "State", "Stretch", "stretches"]


class State(Enum):
    """What a record frame is beside what is prepared of its shot."""

    OWN = "the same"
    OTHER = "another picture of the shot alone"
    MIXED = "part of a transition or a fade"


@dataclass(frozen=True, slots=True)
class Spot:
    """A record frame."""

    state: State
    key: bool
    opens: bool
    "Whether its shot begins with it; it is a key then."


@dataclass(frozen=True, slots=True)
class Stretch:
    """Record frames [first, last)."""

    first: int
    made: int
    "The first that must be rendered; `last` if none."
    last: int


def stretches(spots: Sequence[Spot], longest: int, *, final: bool) -> Iterator[Stretch]:
    """Yield the stretches of a run of record frames, without holes.

    Parameters
    ----------
    spots
        The frames; the first is a key.
    longest
        A stretch of more frames that must be rendered ends at its last cut, even amid
        a transition: where shots are short it might never end.
    final
        Whether the film ends with them. Else those at the end that cannot be settled
        yet are left over; they begin with a key.
    """
    place, count = 0, len(spots)
    while place < count:
        made = _own_until(spots, place)
        if made == count and not final:
            # What comes next may need the frames since the last key.
            last = _key(spots, place, count - 1)
            if last > place:
                yield Stretch(place, last, last)
            return
        if made == count or (spots[made].opens and made > place):
            yield Stretch(place, made, made)
            place = made
            continue
        first = _key(spots, place, made)
        if first > place:
            yield Stretch(place, first, first)
        end = _made_until(spots, first, made, longest)
        if end is None and not final:
            return
        place = count if end is None else end
        yield Stretch(first, made, place)


def _own_until(spots: Sequence[Spot], place: int) -> int:
    """Return the end of the frames of one shot that are as they are prepared."""
    stop = place
    while stop < len(spots) and spots[stop].state is State.OWN:
        if spots[stop].opens and stop > place:
            break
        stop += 1
    return stop


def _key(spots: Sequence[Spot], first: int, last: int) -> int:
    """Return the last key of [first, last]; ``first`` if there is none."""
    return next((k for k in range(last, first, -1) if spots[k].key), first)


def _made_until(
    spots: Sequence[Spot], first: int, made: int, longest: int
) -> int | None:
    """Return where frames that must be rendered from ``made`` on end; None if not here.

    A stretch that shows one shot alone ends before a transition, one with a transition
    as soon after it as a player may begin with what is prepared.
    """
    mixed, cut = spots[made].state is State.MIXED, None
    for place in range(made + 1, len(spots)):
        spot = spots[place]
        cut = place if spot.opens else cut
        if spot.state is State.MIXED:
            if not mixed and (key := _key(spots, made, place)) > made:
                return key
            mixed = True
        elif spot.key and (mixed or spot.opens or spot.state is State.OWN):
            return place
        if cut is not None and place - first >= longest:
            return cut
    return None
