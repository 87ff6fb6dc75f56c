"""What changed between two timelines, in an editor's words.

Aim
    A film goes to an editor and comes back: what did she do to it? Clips are known
    again by their media, wherever they stand now (`match`); a change is told once, as
    the person who made it would tell it: a trim, and not all that slid after it.

Rooms
    ``uses`` the clips of a timeline · ``media`` what they play · ``match`` who is who ·
    ``ranges`` trims, slips, moves and cuts · ``looks`` what is set on a clip ·
    ``marks`` its markers · ``whole`` the film and its tracks · ``report`` the changes
    as data and as text · ``hands`` which shots and whether the sound were changed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.diff.looks import looks_changed
from otio_genai.interchange.diff.match import Matched, Pair, matched
from otio_genai.interchange.diff.media import told_apart
from otio_genai.interchange.diff.ranges import head_frames, moves, parted, trims
from otio_genai.interchange.diff.report import Change, Clock, Diff, Place
from otio_genai.interchange.diff.uses import Fade, Use, clock, uses
from otio_genai.interchange.diff.whole import whole_changed

__all__ = ["Change", "Clock", "Diff", "Place", "diff"]


def diff(
    before: otio.schema.Timeline, after: otio.schema.Timeline, *, exact: bool = False
) -> Diff:
    """Return what changed from one timeline to another.

    Parameters
    ----------
    before, after
        Any two timelines; neither is altered. What the format of one of them cannot
        hold looks like a change: compare with what that format gave back.
    exact
        Tell in-points and lengths that differ by parts of a frame, too.

    Returns
    -------
    Diff
        In record order, the film and its tracks first. Places are counted in frames
        of the later timeline's rate; if the rates differ, places of the earlier one
        are those of the nearest frames.

    Raises
    ------
    TimelineError
        One of them states no rate, or a clip of it no length.

    Examples
    --------
    >>> print(diff(film, came_back).readable())              # doctest: +SKIP
    Video 1 · gull · 00:00:04:00: trimmed: 12 frames off its end (and on Audio 1)
    """
    clocks = clock(before), clock(after)
    rate = clocks[1].rate
    found = matched(uses(before, rate), uses(after, rate))
    changes = list(whole_changed(before, after, clocks))
    told = sorted(_changes(found, rate, exact), key=_order)
    touched = {change.after for change in told if change.what != "shifted"}
    untouched = tuple(
        (one.place, other.place)
        for one, other in found.pairs
        if other.place not in touched
    )
    earlier = dataclasses.replace(clocks[0], rate=rate)
    return Diff((*changes, *_folded(told)), earlier, clocks[1], untouched)


def _order(change: Change) -> tuple[bool, int, int, str]:
    place = change.after or change.before
    if place is None:
        return False, 0, 0, change.what
    return place.kind != "Video", place.record_in, place.track, change.what


def _changes(found: Matched, rate: Fraction, exact: bool) -> Iterator[Change]:
    split = list(parted(found, rate))
    parts = {id(use) for _, group in split for use in group}
    yield from (change for change, _ in split)
    whole = [pair for pair in found.pairs if not _either(pair, parts)]
    yield from trims(whole, rate, exact=exact)
    yield from moves(found, rate)
    for before, after in found.swapped:
        text = f"replaced by {_successor(before, after)}"
        text += _kinship(before, after) + _length(before, after)
        yield Change("replaced", text, before.name, before.place, after.place)
    for use in found.gone:
        if id(use) not in parts:
            yield Change("removed", "removed", use.name, before=use.place)
    for use in found.new:
        if id(use) not in parts:
            entered = f", entering by {use.entry}" if use.entry else ""
            yield Change("added", f"added{entered}", use.name, after=use.place)
    for before, after in [*found.pairs, *found.swapped]:
        yield from _joins(before, after)
    for before, after in found.pairs:
        yield from _set(before, after, rate, exact)


def _either(pair: Pair, parts: set[int]) -> bool:
    return id(pair[0]) in parts or id(pair[1]) in parts


def _successor(before: Use, after: Use) -> str:
    """Return what an editor calls what took a clip's place, and not as the clip."""
    if before.name != after.name:
        return after.name
    files = told_apart(before.medium, after.medium)
    if files is None:
        return f"another {after.name}"
    return f"{files[1]} (it was {files[0]})"


def _kinship(before: Use, after: Use) -> str:
    takes = [take for use in (before, after) for take in metadata.takes(use.item)]
    references = [getattr(use.item, "media_reference", None) for use in (before, after)]
    slates = [metadata.read(r, "slate") or {} if r else {} for r in references]
    prompts = [slate.get("prompt") for slate in slates]
    urls = {getattr(take.media_reference, "target_url", None) for take in takes}
    shared = urls & {getattr(r, "target_url", None) for r in references} - {None}
    if shared or (prompts[0] and prompts[0] == prompts[1]):
        return " (another take of the same shot)"
    return ""


def _length(before: Use, after: Use) -> str:
    if before.frames == after.frames:
        return ""
    return f", {after.frames} frames long instead of {before.frames}"


def _joins(before: Use, after: Use) -> Iterator[Change]:
    for one, other, end in (
        (before.entry, after.entry, "entry"),
        (before.exit, after.exit, "end"),
    ):
        if one != other:
            text = f"join at its {end}: {_fade(one)} became {_fade(other)}"
            yield Change("join", text, after.name, before.place, after.place)
    planned = [metadata.read(use.item, "join") or {} for use in (before, after)]
    kinds = [str(join.get("kind") or "") for join in planned]
    if all(kinds) and kinds[0] != kinds[1] and before.entry == after.entry:
        text = f"join at its entry: {kinds[0]} became {kinds[1]}"
        yield Change("join", text, after.name, before.place, after.place)


def _fade(fade: Fade | None) -> str:
    return "a cut" if fade is None else str(fade)


def _set(before: Use, after: Use, rate: Fraction, exact: bool) -> Iterator[Change]:
    head = head_frames(before, after, rate)
    for what, text in looks_changed(before, after, head, rate):
        yield Change(what, text, after.name, before.place, after.place)
    if isinstance(before.item, otio.schema.Stack):
        yield from _inside(before, after, rate, exact)
    names = before.item.name, after.item.name
    if all(names) and names[0] != names[1]:
        text = f"renamed from {names[0]!r}"
        yield Change("renamed", text, after.name, before.place, after.place)


def _inside(before: Use, after: Use, rate: Fraction, exact: bool) -> Iterator[Change]:
    """Yield what changed within a nested sequence, as one change."""
    sides = []
    for use in (before, after):
        inner = otio.schema.Timeline(global_start_time=rates.time(0, rate))
        inner.tracks = use.item.deepcopy()
        inner.tracks.source_range = None
        sides.append(inner)
    found = diff(*sides, exact=exact)
    if not found.same:
        yield Change(
            "nested",
            f"changed inside: {found.summary()}",
            after.name,
            before.place,
            after.place,
        )


def _folded(changes: Iterable[Change]) -> list[Change]:
    """Return the changes with those of a picture's own sound told along with it."""
    found: list[Change] = []
    heads: dict[tuple[object, ...], int] = {}
    for change in changes:
        key = _alike(change)
        place = change.after or change.before
        if place is None or key not in heads or place.kind == "Video":
            heads.setdefault(key, len(found))
            found.append(change)
            continue
        head = found[heads[key]]
        also = dict.fromkeys((*head.also, f"{place.kind} {place.track}"))
        found[heads[key]] = dataclasses.replace(head, also=tuple(also))
    return found


def _alike(change: Change) -> tuple[object, ...]:
    spans = [
        None if place is None else (place.record_in, place.record_out)
        for place in (change.before, change.after)
    ]
    # A run of clips that shift may be longer on one track than on another.
    text = change.text.partition(",")[0] if change.what == "shifted" else change.text
    return change.what, text, change.item, *spans
