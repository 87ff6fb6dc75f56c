"""Nested sequences opened, and several picture tracks laid into one.

Conventions
    Spots are cut, never moved: a part of a clip keeps the clip's own first frame as
    its origin. Of several pictures the uppermost that is switched on is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade, Spot
from otio_genai.interchange.rebuild import Laid

__all__ = ["opened", "stacked"]

#: Lays out the tracks within a nested sequence.
LayOut = Callable[[otio.schema.Stack], list[Laid]]
_DEEPEST = 32


def opened(
    laid: Laid, rate: Fraction, lay_out: LayOut, account: Account, depth: int = 0
) -> Laid:
    """Return a track with the clips of its nested sequences in their place."""
    items: list[Spot | Fade] = []
    nested = {id(i) for i in laid.items if isinstance(i, Spot) and _is_nested(i)}
    if not nested:
        return laid
    for index, item in enumerate(laid.items):
        if isinstance(item, Spot):
            if id(item) not in nested:
                items.append(item)
            elif depth < _DEEPEST:
                items += _inside(item, laid, rate, lay_out, account, depth)
            continue
        beside = laid.items[max(index - 1, 0) : index + 2]
        if any(id(other) in nested for other in beside):
            _part(item, beside, laid, account)
        else:
            items.append(item)
    return replace(laid, items=items)


def _is_nested(spot: Spot) -> bool:
    return isinstance(spot.item, otio.core.Composition)


def _part(
    fade: Fade, beside: Sequence[Spot | Fade], laid: Laid, account: Account
) -> None:
    for spot in beside:
        if isinstance(spot, Spot):
            if spot.end == fade.cut:
                spot.tail, spot.fade_out = 0, False
            if spot.start == fade.cut:
                spot.head, spot.fade_in = 0, False
    account.add(
        "transition",
        "dropped",
        "a cut beside an opened nested sequence",
        "Flatten the nested sequence.",
        track=laid.name,
        item=clean(fade.transition.name),
        span=(fade.cut - fade.before, fade.cut + fade.after),
    )


def _inside(
    spot: Spot,
    laid: Laid,
    rate: Fraction,
    lay_out: LayOut,
    account: Account,
    depth: int,
) -> Iterator[Spot | Fade]:
    """Give the clips of a nested sequence at the record frames they are shown."""
    place = {"track": laid.name, "item": clean(spot.item.name)}
    span = (spot.start, spot.end)
    if not spot.plain:
        remedy = "Render it, or give it its own speed."
        gets = "a gap of the same length"
        account.add(
            "retimed nested sequence", "dropped", gets, remedy, span=span, **place
        )
        return
    gets = "its clips on the track itself"
    account.add("nested sequence", "approximated", gets, span=span, **place)
    stack = spot.item
    if isinstance(stack, otio.schema.Track):
        stack = otio.schema.Stack(children=[stack.deepcopy()])
        stack[0].source_range = None
    tracks = [t for t in lay_out(stack) if t.track.kind == laid.track.kind]
    tracks = [opened(t, rate, lay_out, account, depth + 1) for t in tracks]
    inner = stacked(tracks, account, quiet=True)
    first = rates.frames_at(spot.at_s(0), rate)
    shift = spot.start - first
    for item in inner.items if inner is not None else ():
        if isinstance(item, Fade):
            whole = first <= item.cut - item.before
            if whole and item.cut + item.after + shift <= spot.end:
                yield replace(item, cut=item.cut + shift)
            continue
        start, end = item.start + shift, item.end + shift
        cut = replace(item, start=max(start, spot.start), end=min(end, spot.end))
        cut.origin += shift
        if cut.start < cut.end:
            if not spot.item.enabled:
                cut.item.enabled = False
            yield cut


def stacked(
    laid: Sequence[Laid], account: Account, *, quiet: bool = False
) -> Laid | None:
    """Return several tracks as one, the uppermost seen; None when there are none.

    With ``quiet`` nothing is said of clips that change their track.
    """
    shown = [track for track in laid if track.track.enabled]
    if not shown:
        return None
    if len(shown) == 1:
        return shown[0]
    taken: list[tuple[int, int]] = []
    found: list[Spot | Fade] = []
    for track in reversed(shown):
        covered = list(taken)
        spots = [i for i in track.items if isinstance(i, Spot) and i.item.enabled]
        for spot in spots:
            parts = list(_open(spot.start, spot.end, covered))
            if not quiet:
                _report(spot, parts, track, shown[0], account)
            found += [_cut(spot, part) for part in parts]
            taken += parts
        for item in track.items:
            if isinstance(item, Fade):
                span = item.cut - item.before, item.cut + item.after
                if list(_open(*span, covered)) == [span]:
                    found.append(item)
                else:
                    gets = "a cut, covered in part by another track"
                    account.add(
                        "transition", "dropped", gets, track=track.name, span=span
                    )
    found.sort(key=_order)
    _unpair(found)
    return replace(shown[0], items=found, end=max(track.end for track in shown))


def _report(
    spot: Spot,
    parts: Sequence[tuple[int, int]],
    track: Laid,
    base: Laid,
    account: Account,
) -> None:
    whole = parts == [(spot.start, spot.end)]
    if whole and track is base:
        return
    gets = "the only track there is"
    if not whole:
        gets = "what no track above it covers, on the only track there is"
    account.add(
        "track of a clip",
        "approximated",
        gets if parts else "nothing: tracks above cover it",
        "Flatten the film first.",
        track=track.name,
        item=clean(spot.item.name),
        span=(spot.start, spot.end),
    )


def _open(
    start: int, end: int, covered: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Give the parts of [start, end) that are not covered."""
    clock = start
    for first, last in sorted(covered):
        if last <= clock or first >= end:
            continue
        if first > clock:
            yield clock, first
        clock = max(clock, last)
    if clock < end:
        yield clock, end


def _cut(spot: Spot, part: tuple[int, int]) -> Spot:
    if part == (spot.start, spot.end):
        return spot
    # Each part is a clip of its own.
    made = replace(spot, start=part[0], end=part[1], item=spot.item.deepcopy())
    if part[0] != spot.start:
        made.head, made.fade_in = 0, False
    if part[1] != spot.end:
        made.tail, made.fade_out = 0, False
    return made


def _order(item: Spot | Fade) -> tuple[int, int]:
    # A transition stands between the clips that meet at its cut.
    return (item.cut, 0) if isinstance(item, Fade) else (item.start, 1)


def _unpair(items: list[Spot | Fade]) -> None:
    """Forget transitions of which no clip is left on one side."""
    for index in range(len(items) - 1, -1, -1):
        fade = items[index]
        if not isinstance(fade, Fade) or fade.black:
            continue
        left = items[index - 1] if index else None
        right = items[index + 1] if index + 1 < len(items) else None
        meets = isinstance(left, Spot) and left.end == fade.cut
        if not (meets and isinstance(right, Spot) and right.start == fade.cut):
            del items[index]
