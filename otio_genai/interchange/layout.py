"""Items and transitions of one track at integer record frames, handles checked.

Aim
    What cannot be written becomes a gap of the same length, what reaches beyond its
    media is trimmed, and a transition is shortened to the handles there are. Nothing
    slides, and every change is accounted for.

Conventions
    Edges are the sums of exact durations, each taken to the nearest record frame, as
    in `otio_genai.maps`. A fade between a clip and black lies wholly on the clip: the
    clip is extended under it, which shows the same pictures.

    ``holds`` names what the format has a form for: ``nested``, ``generator``, ``image
    sequence``, ``missing`` (a clip without media), ``speed``, ``reverse``, ``freeze``,
    ``retime``; ``first image`` when a sequence of images is held on its first one;
    and what its writer accounts for itself: ``effects``, ``colour``,
    ``metadata`` of other programs, transitions to ``black`` beyond their clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.account import Account, clean, place_of
from otio_genai.interchange.placing import Desk
from otio_genai.interchange.pool import Pool
from otio_genai.interchange.spot import Fade, Spot

__all__ = ["Fade", "Spot", "lay_out"]

# What rates rounded to three decimals add to a long film is no place between frames.
_NO_FRAME = Fraction(1, 100)


@dataclass(slots=True)
class _Slot:
    start: int
    end: int
    spot: Spot | None


def lay_out(
    track: otio.schema.Track,
    rate: Fraction,
    pool: Pool,
    account: Account,
    *,
    holds: frozenset[str] = frozenset(),
) -> tuple[list[Spot | Fade], int]:
    """Return the items and transitions of a track in record order, and its end.

    Parameters
    ----------
    track
        Any track; what it holds may be changed, so give a copy.
    rate
        Record rate.
    pool
        Where the media of the clips are gathered.
    account
        Where every change is named.
    holds
        What the format can hold; the rest becomes a gap.
    """
    desk = Desk(track, rate, pool, account, holds, place_of(track))
    slots: list[_Slot] = []
    joints: list[tuple[otio.schema.Transition, int, int]] = []
    clock = Fraction(0)
    children = list(track)
    for index, child in enumerate(children):
        if isinstance(child, otio.schema.Transition):
            if index == 0:
                clock += rates.seconds(child.in_offset)
            joints.append((child, len(slots), rates.frames_at(clock, rate)))
            if index == len(children) - 1:
                clock += rates.seconds(child.out_offset)
            continue
        begin, clock = clock, clock + _duration_s(child)
        start, end = rates.frames_at(begin, rate), rates.frames_at(clock, rate)
        span = begin * rate, clock * rate
        _report_edges((child, start, end), span, account, desk.place)
        slots.append(_Slot(start, end, desk.spot(child, (start, end))))
    fades: dict[int, Fade] = {}
    edge = 0
    for transition, index, cut in joints:
        where = slots, index, cut
        told = "black" in holds
        fade = _fade(transition, where, edge, rate, account, desk.place, told)
        if fade is not None:
            fades[index] = fade
            edge = fade.cut + fade.after
    found = _in_order(slots, fades)
    for item in found:
        if isinstance(item, Spot) and item.medium is not None:
            item.medium.used_s = max(item.medium.used_s, item.reach_s()[1])
    return found, rates.frames_at(clock, rate)


def _report_edges(
    placed: tuple[otio.core.Composable, int, int],
    span: tuple[Fraction, Fraction],
    account: Account,
    track: str,
) -> None:
    """Tell an item whose edges, in record frames, lie between two of them."""
    child, start, end = placed
    moved = [
        f"{edge} {float(abs(off)):.2f} frames {'later' if off > 0 else 'earlier'}"
        for edge, off in (("begins", start - span[0]), ("ends", end - span[1]))
        if abs(off) > _NO_FRAME
    ]
    if moved:
        account.add(
            "position",
            "approximated",
            f"whole frames: it {' and '.join(moved)}",
            "Trim it to whole frames of the film.",
            track=track,
            item=clean(child.name),
            span=(start, end),
        )


def _in_order(slots: Sequence[_Slot], fades: dict[int, Fade]) -> list[Spot | Fade]:
    found: list[Spot | Fade] = []
    for index in range(len(slots) + 1):
        if index in fades:
            found.append(fades[index])
        if index < len(slots) and (spot := slots[index].spot) is not None:
            found.append(spot)
    return found


def _duration_s(item: otio.core.Composable) -> Fraction:
    trim = getattr(item, "source_range", None)
    if trim is not None:
        return rates.seconds(trim.duration)
    reference = getattr(item, "media_reference", None)
    if reference is not None and reference.available_range is not None:
        return rates.seconds(reference.available_range.duration)
    if isinstance(item, otio.core.Composition):
        return rates.seconds(item.duration())
    return Fraction(0)


def _fade(
    transition: otio.schema.Transition,
    where: tuple[list[_Slot], int, int],
    edge: int,
    rate: Fraction,
    account: Account,
    track: str,
    told: bool,
) -> Fade | None:
    """Place one transition; ``edge`` is the end of the one before it.

    With ``told`` a clip that lasts longer beneath a whole one is not named here.
    """
    slots, index, cut = where
    before = rates.frames_at(rates.seconds(transition.in_offset), rate)
    after = rates.frames_at(rates.seconds(transition.out_offset), rate)
    previous = slots[index - 1] if index else None
    following = slots[index] if index < len(slots) else None
    left = previous.spot if previous else None
    right = following.spot if following else None
    wanted = (before, after)
    low, high = _limits(previous, following, cut)
    before = max(0, min(before, cut - max(edge, low)))
    if high is not None:
        after = max(0, min(after, high - cut))
    # A clip trimmed away from the cut no longer takes part.
    left = left if left is not None and left.end == cut else None
    right = right if right is not None and right.start == cut else None
    if right is not None:
        before = max(0, right.head_room(before))
    if left is not None:
        after = max(0, left.tail_room(after))
    if (left is None and right is None) or before + after == 0:
        before = after = 0
    _report_fade(transition, (cut, wanted, (before, after)), account, track)
    if before + after == 0:
        return None
    longer = (before if left is None else 0) + (after if right is None else 0)
    if longer and not (told and (before, after) == wanted):
        account.add(
            "transition",
            "approximated",
            f"the same pictures: the clip lasts {longer} frames longer, beneath it",
            track=track,
            item=clean(transition.name),
            span=(
                cut - before if left is None else left.start,
                cut + after if right is None else right.end,
            ),
        )
    return _attach(Fade(transition, cut, before, after), left, right, rate)


def _limits(
    previous: _Slot | None, following: _Slot | None, cut: int
) -> tuple[int, int | None]:
    """Return the record frames between which a transition may lie."""
    low, high = 0, None
    if previous is not None:
        low = previous.start
        if previous.spot is not None:
            spot = previous.spot
            low = spot.start if spot.end == cut else spot.end
    if following is not None:
        high = following.end
        if following.spot is not None:
            spot = following.spot
            high = spot.end if spot.start == cut else spot.start
    return low, high


def _attach(fade: Fade, left: Spot | None, right: Spot | None, rate: Fraction) -> Fade:
    cut, before, after = fade.cut, fade.before, fade.after
    if left is not None:
        left.fade_out = True
        if right is None:
            left.end = cut + after
            fade.cut, fade.before, fade.after = cut + after, before + after, 0
            fade.black = "end"
        else:
            left.tail = after
    if right is not None:
        right.fade_in = True
        if right.timeless:
            right.shift(max(Fraction(0), before / rate - right.in_s))
        if left is None:
            right.start = cut - before
            fade.cut, fade.before, fade.after = cut - before, 0, before + after
            fade.black = "start"
        else:
            right.head = before
    return fade


def _report_fade(
    transition: otio.schema.Transition,
    lengths: tuple[int, tuple[int, int], tuple[int, int]],
    account: Account,
    track: str,
) -> None:
    cut, wanted, got = lengths
    left = got[0] + got[1]
    if wanted == got and left:
        return
    account.add(
        "transition",
        "approximated" if left else "dropped",
        f"{left} frames instead of {wanted[0] + wanted[1]}" if left else "a cut",
        "Leave unused frames beyond the cut on both sides.",
        track=track,
        item=clean(transition.name),
        span=(cut - wanted[0], cut + wanted[1]),
    )
