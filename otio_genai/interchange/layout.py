"""Clips and transitions of one track at integer record frames, handles checked.

Aim
    What cannot be written becomes a gap of the same length, what reaches beyond its
    media is trimmed, and a transition is shortened to the handles there are. Nothing
    slides, and every change is accounted for.

Conventions
    Edges are the sums of exact durations, each taken to the nearest record frame, as
    in `otio_genai.maps`. A fade between a clip and black lies wholly on the clip: the
    clip is extended under it, which shows the same pictures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.library import Library, Medium

__all__ = ["Fade", "Spot", "lay_out"]


@dataclass(slots=True)
class Spot:
    """A clip on record frames [start, end); ``in_s`` is the media time at start.

    ``head`` and ``tail`` are the frames a transition shows beyond either edge;
    ``fade_in`` and ``fade_out`` tell that a transition stands there.
    """

    clip: otio.schema.Clip
    medium: Medium
    start: int
    end: int
    in_s: Fraction
    head: int = 0
    tail: int = 0
    fade_in: bool = False
    fade_out: bool = False


@dataclass(slots=True)
class Fade:
    """A transition of ``before`` and ``after`` frames around record frame ``cut``.

    ``black`` is ``"start"`` or ``"end"`` when the other side is black.
    """

    transition: otio.schema.Transition
    cut: int
    before: int
    after: int
    black: str = ""


@dataclass(slots=True)
class _Slot:
    start: int
    end: int
    spot: Spot | None


def lay_out(
    track: otio.schema.Track, rate: Fraction, library: Library, account: Account
) -> tuple[list[Spot | Fade], int]:
    """Return the clips and transitions of a track in record order, and its end."""
    sound = track.kind == otio.schema.TrackKind.Audio
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
        start = rates.frames_at(clock, rate)
        clock += _duration_s(child)
        end = rates.frames_at(clock, rate)
        spot = _spot(child, (start, end), rate, library, account, track.name, sound)
        slots.append(_Slot(start, end, spot))
    fades: dict[int, Fade] = {}
    edge = 0
    for transition, index, cut in joints:
        fade = _fade(transition, (slots, index, cut), edge, rate, account, track.name)
        if fade is not None:
            fades[index] = fade
            edge = fade.cut + fade.after
    return _in_order(slots, fades), rates.frames_at(clock, rate)


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


def _spot(
    item: otio.core.Item,
    edges: tuple[int, int],
    rate: Fraction,
    library: Library,
    account: Account,
    track: str,
    sound: bool,
) -> Spot | None:
    if isinstance(item, otio.schema.Gap):
        return None
    reason = _refusal(item, edges)
    if reason is not None:
        feature, remedy = reason
        _report_gap(account, feature, remedy, item, track, edges)
        return None
    medium = library.medium(item, sound=sound)
    _report_extras(item, edges, account, track)
    spot = Spot(item, medium, *edges, _in_s(item))
    return _trimmed(spot, rate, account, track)


def _report_gap(
    account: Account,
    feature: str,
    remedy: str,
    item: otio.core.Item,
    track: str,
    edges: tuple[int, int],
) -> None:
    account.add(
        feature,
        "dropped",
        "a gap of the same length",
        remedy,
        track=clean(track),
        item=clean(item.name),
        span=edges,
    )


def _refusal(item: otio.core.Item, edges: tuple[int, int]) -> tuple[str, str] | None:
    """Return (feature, remedy) when the item cannot be written."""
    if not isinstance(item, otio.schema.Clip):
        return "nested sequence", "Render it, or flatten it into this timeline."
    if edges[0] == edges[1]:
        return "clip shorter than a frame", "Remove it, or make it longer."
    if any(isinstance(e, otio.schema.TimeEffect) for e in item.effects):
        return "speed", "Render the retimed clip and place it at its own speed."
    reference = item.media_reference
    if isinstance(reference, otio.schema.GeneratorReference):
        return "generator", "Render it to a file and place that."
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return "image sequence", "Encode it as one movie and place that."
    if not getattr(reference, "target_url", None):
        return "missing media", "Relink the clip."
    return None


def _report_extras(
    clip: otio.schema.Clip, edges: tuple[int, int], account: Account, track: str
) -> None:
    place = {"track": clean(track), "item": clean(clip.name)}
    for effect in clip.effects:
        name = clean(effect.effect_name or effect.name or "effect")
        gets = f"the clip without {name!r}"
        account.add("effect", "dropped", gets, "Render it in.", span=edges, **place)
    if len(clip.media_references()) > 1:
        gets = "the active medium alone"
        account.add("other media of the clip", "dropped", gets, span=edges, **place)
    if getattr(clip, "color", None) is not None:
        gets = "the editor's usual label"
        account.add("clip colour", "dropped", gets, span=edges, **place)


def _in_s(clip: otio.schema.Clip) -> Fraction:
    if clip.source_range is None:
        return Fraction(0)
    start_s = rates.seconds(clip.source_range.start_time)
    available = clip.media_reference.available_range
    return start_s - (rates.seconds(available.start_time) if available else 0)


def _head_room(spot: Spot, rate: Fraction) -> int:
    return math.floor(spot.in_s * rate)


def _tail_room(spot: Spot, rate: Fraction) -> int | None:
    """Return the record frames the media can show beyond the end; None: any."""
    if spot.medium.still or spot.medium.length_s is None:
        return None
    left_s = spot.medium.length_s - spot.in_s
    return math.ceil(left_s * rate) - (spot.end - spot.start)


def _trimmed(spot: Spot, rate: Fraction, account: Account, track: str) -> Spot | None:
    edges = (spot.start, spot.end)
    if spot.medium.still:
        spot.in_s = max(Fraction(0), spot.in_s)
    early = max(0, math.ceil(-spot.in_s * rate))
    spot.start += early
    spot.in_s += early / rate
    room = _tail_room(spot, rate)
    late = max(0, -room) if room is not None else 0
    spot.end -= late
    if not early and not late:
        _use(spot, rate)
        return spot
    if spot.start >= spot.end:
        remedy = "Choose a range inside the media."
        _report_gap(account, "range outside the media", remedy, spot.clip, track, edges)
        return None
    account.add(
        "range beyond the media",
        "approximated",
        f"{early + late} frames of black instead of a held frame",
        "Shorten the clip to its media.",
        track=clean(track),
        item=clean(spot.clip.name),
        span=edges,
    )
    _use(spot, rate)
    return spot


def _use(spot: Spot, rate: Fraction) -> None:
    out_s = spot.in_s + (spot.end - spot.start + spot.tail) / rate
    spot.medium.used_s = max(spot.medium.used_s, out_s)


def _fade(
    transition: otio.schema.Transition,
    where: tuple[list[_Slot], int, int],
    edge: int,
    rate: Fraction,
    account: Account,
    track: str,
) -> Fade | None:
    """Place one transition; ``edge`` is the end of the one before it."""
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
    if right is not None and not right.medium.still:
        before = min(before, max(0, _head_room(right, rate)))
    if left is not None and (room := _tail_room(left, rate)) is not None:
        after = min(after, max(0, room))
    if (left is None and right is None) or before + after == 0:
        before = after = 0
    _report_fade(transition, (cut, wanted, (before, after)), account, track)
    if before + after == 0:
        return None
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
        _use(left, rate)
    if right is not None:
        right.fade_in = True
        if right.medium.still:
            right.in_s = max(right.in_s, before / rate)
        if left is None:
            right.start = cut - before
            right.in_s -= before / rate
            fade.cut, fade.before, fade.after = cut - before, 0, before + after
            fade.black = "start"
        else:
            right.head = before
        _use(right, rate)
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
        track=clean(track),
        item=clean(transition.name),
        span=(cut - wanted[0], cut + wanted[1]),
    )
