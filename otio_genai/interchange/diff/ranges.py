"""What happened to the ranges and places of clips: trims, slips, moves, cuts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from otio_genai.interchange.diff.looks import factor
from otio_genai.interchange.diff.match import Matched, Pair, in_order
from otio_genai.interchange.diff.report import Change
from otio_genai.interchange.diff.uses import Use

__all__ = ["head_frames", "moves", "parted", "trims"]

# What rounding to other rates and to ticks leaves, in frames.
_ROUNDING = Fraction(1, 100)


def frames(count: int) -> str:
    """Return a number of frames in words."""
    return f"{count} frame{'s' * (count != 1)}"


def head_frames(before: Use, after: Use, rate: Fraction) -> int:
    """Return the record frames taken off the start of a clip; negative if added.

    Without one forward speed in both there is no such number, and it is 0.
    """
    speeds = factor(before, rate), factor(after, rate)
    if speeds[0] != speeds[1] or speeds[0] <= 0:
        return 0
    return round(before.slip(after) / speeds[0])


def trims(
    pairs: Iterable[Pair], rate: Fraction, *, exact: bool = False
) -> Iterator[Change]:
    """Yield what was trimmed or slipped, by parts of a frame too if ``exact``."""
    for before, after in pairs:
        head = head_frames(before, after, rate)
        tail = before.frames - after.frames - head
        slip = head or _slip_alone(before, after, rate)
        if before.frames == after.frames and slip:
            where = "later" if slip > 0 else "earlier"
            text = f"slipped: shows its medium {frames(abs(slip))} {where}"
            yield _change("slipped", text, before, after, slip)
        elif before.frames != after.frames:
            parts = [_edge(head, "start"), _edge(tail, "end")]
            text = "trimmed: " + ", ".join(part for part in parts if part)
            change = after.frames - before.frames
            yield _change("trimmed", text, before, after, change)
        elif exact and factor(before, rate) == factor(after, rate):
            yield from _finer(before, after)


def _slip_alone(before: Use, after: Use, rate: Fraction) -> int:
    """Return the slip of clips that stand still or run backwards alike."""
    speeds = factor(before, rate), factor(after, rate)
    return before.slip(after) if speeds[0] == speeds[1] <= 0 else 0


def _finer(before: Use, after: Use) -> Iterator[Change]:
    """Yield what differs by less than the record frames tell."""
    slip, longer = before.finer_slip(after), after.length - before.length
    parts = []
    if abs(slip) >= _ROUNDING:
        parts.append(f"in {_some(slip)} {'later' if slip > 0 else 'earlier'}")
    if abs(longer) >= _ROUNDING:
        parts.append(f"{_some(longer)} {'longer' if longer > 0 else 'shorter'}")
        yield _change("trimmed", f"trimmed: {', '.join(parts)}", before, after)
    elif parts:
        yield _change("slipped", f"slipped: {parts[0]}", before, after)


def _some(count: Fraction) -> str:
    """Return a number of frames and parts of one in words."""
    told = f"{float(abs(count)):.2f}".rstrip("0").rstrip(".")
    return f"{told} frame{'s' * (told != '1')}"


def _edge(count: int, edge: str) -> str:
    if not count:
        return ""
    if count > 0:
        return f"{frames(count)} off its {edge}"
    return f"{frames(-count)} more at its {edge}"


def _change(
    what: str, text: str, before: Use, after: Use, count: int | None = None
) -> Change:
    return Change(what, text, after.name, before.place, after.place, count)


def moves(found: Matched, rate: Fraction) -> Iterator[Change]:
    """Yield what was moved, and what only came along with a change before it."""
    groups: dict[tuple[str, int], list[Pair]] = defaultdict(list)
    for before, after in [*found.pairs, *found.swapped]:
        kind, track = before.place.kind, before.place.track
        other = found.tracks.get((kind, track), track)
        if after.place.track != other:
            text = f"moved from {kind} {track} to {kind} {after.place.track}"
            yield _change("moved", text, before, after, _shift(before, after))
        else:
            groups[kind, track].append((before, after))
    for pairs in groups.values():
        staying = in_order(pairs)
        there = {id(after) for _, after in staying}
        for before, after in pairs:
            if id(after) not in there:
                text = f"moved {_by(_shift(before, after))}, past other clips"
                yield _change("moved", text, before, after, _shift(before, after))
        yield from _shifts(staying, rate)


def _shift(before: Use, after: Use) -> int:
    return after.start - before.start


def _by(count: int) -> str:
    return f"{frames(abs(count))} {'later' if count > 0 else 'earlier'}"


def _shifts(pairs: Sequence[Pair], rate: Fraction) -> Iterator[Change]:
    """Yield a change for each run of clips that lie elsewhere by one amount."""
    run: list[Pair] = []
    along = False
    base = ripple = 0
    for before, after in pairs:
        shift = _shift(before, after)
        # Where its pictures went: a start may be trimmed while the rest stands still.
        still = shift - head_frames(before, after, rate)
        if still == base or (still == 0 and shift != ripple):
            shift = still
        if shift != base:
            yield from _run(run, base, along)
            run, base = [], shift
            along = before.gap == after.gap
        run.append((before, after))
        ripple = after.end - before.end
    yield from _run(run, base, along)


def _run(run: Sequence[Pair], shift: int, along: bool) -> Iterator[Change]:
    if not run or not shift:
        return
    before, after = run[0]
    if len(run) == 1 and not along:
        yield _change("moved", f"moved {_by(shift)}", before, after, shift)
        return
    more = f", with {len(run) - 1} after it" if len(run) > 1 else ""
    text = f"shifted {_by(shift)}{more}"
    yield _change("shifted", text, before, after, shift)


def parted(found: Matched, rate: Fraction) -> Iterator[tuple[Change, list[Use]]]:
    """Yield what was cut in parts or put together again, and all the parts."""
    for side, pool in enumerate((found.new, found.gone)):
        shelf: dict[tuple[str, str, int], list[Use]] = defaultdict(list)
        for use in pool:
            shelf[_label(use, use.in_frames)].append(use)
            shelf[_label(use, -1 - use.in_frames - use.frames)].append(use)
        for pair in found.pairs:
            whole, part = pair if side == 0 else pair[::-1]
            parts = _parts(whole, part, shelf, rate)
            if len(parts) < 2:
                continue
            for use in parts:
                if use is not part:
                    shelf[_label(use, use.in_frames)].remove(use)
                    shelf[_label(use, -1 - use.in_frames - use.frames)].remove(use)
            count = len(parts)
            what, text = (
                ("cut", f"cut in {count}")
                if side == 0
                else ("rejoined", f"{count} parts made one again")
            )
            yield _change(what, text, *pair), parts


def _label(use: Use, edge: int) -> tuple[str, str, int]:
    # Ends are told from beginnings by their sign.
    return use.place.kind, use.medium.label, edge


def _parts(
    whole: Use,
    part: Use,
    shelf: dict[tuple[str, str, int], list[Use]],
    rate: Fraction,
) -> list[Use]:
    """Return the clips that together show just what ``whole`` shows; else nothing."""
    if part.frames >= whole.frames or factor(whole, rate) != 1:
        return []
    first, last = whole.in_frames, whole.in_frames + whole.frames
    begin, end = part.in_frames, part.in_frames + part.frames
    found = [part]
    while begin > first:
        earlier = shelf.get(_label(part, -1 - begin))
        if not earlier:
            return []
        found.insert(0, earlier[-1])
        begin = found[0].in_frames
    while end < last:
        later = shelf.get(_label(part, end))
        if not later:
            return []
        found.append(later[-1])
        end = found[-1].in_frames + found[-1].frames
    return found if (begin, end) == (first, last) else []
