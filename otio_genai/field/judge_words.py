"""A judgement of a field in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from otio_genai.field.judge_branches import lines as branch_lines
from otio_genai.field.judge_size import told

if TYPE_CHECKING:
    from otio_genai.field.judge import Judgement

__all__ = ["readable"]

_LONG = 40
_MOST_JOINS = 40


def readable(judged: Judgement) -> str:
    """Return a judgement in lines: what the field holds, then what is wrong."""
    return "\n".join([_head(judged), *_lines(judged)])


def _head(judged: Judgement) -> str:
    slots, takes = _some(judged.slots, "slot"), _some(judged.takes, "take")
    if judged.contradictions and not judged.takes:
        return f"{judged.title}: {slots}"
    return f"{judged.title}: {slots}, {takes}"


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _lines(judged: Judgement) -> Iterator[str]:
    if judged.contradictions:
        yield "There is no film in it:"
        yield from (f"  {item}" for item in judged.contradictions)
        if judged.remedy:
            yield f"help           {judged.remedy}"
    else:
        yield from _numbers(judged)
        yield from _joins(judged)
    if judged.apart:
        count = len(judged.apart)
        yield f"never joined   {_some(count, 'pair')} of slots that could meet"
        for pair in judged.apart:
            yield f"  {pair.before_slot}, then {pair.slot}: {pair.why}"
    if judged.rare:
        yield "hardly a film  keeps the rules of whole films; what would do:"
        yield from (f"  {said}" for said in judged.rare)
    if judged.lacking:
        yield "cannot be kept for long"
        yield from (f"  {said}" for said in judged.lacking)
    if judged.unreachable:
        yield f"never shown    {_some(len(judged.unreachable), 'take')}"
        for one in judged.unreachable:
            yield f"  {one.slot}  {one.take}: {one.why}"
    if judged.quarantined:
        yield f"in quarantine  {_some(len(judged.quarantined), 'take')}"
        yield from (f"  {slot}  {take}" for slot, take in judged.quarantined)


def _numbers(judged: Judgement) -> Iterator[str]:
    yield f"films          {told(judged.films)}"
    yield from _rules(judged)
    if judged.runtime is not None:
        span = judged.runtime
        yield (
            f"runtime        {span.shortest_s:.1f} to {span.longest_s:.1f} s, "
            f"about {span.mean_s:.1f} s on average"
        )
    yield from branch_lines(judged.branches)
    if judged.overlap is not None:
        yield (
            f"overlap        two showings drawn alone share about "
            f"{judged.overlap:.0%} of their takes{_sure(judged.overlap_between)}"
        )
    yield f"coverage       {_coverage(judged)}"


def _coverage(judged: Judgement) -> str:
    least, tried = judged.showings_to_cover, judged.showings_tried
    if least is not None and tried in (None, least):
        return f"everything can be shown in {_some(least, 'showing')}"
    if tried is not None:
        fewest = least or judged.showings_at_least
        return (
            f"everything was shown in {_some(tried, 'showing')}, tried once; no fewer "
            f"than {fewest} can show it"
        )
    count = _some(judged.showings_at_least, "showing")
    return f"at least {count}; there are too many ways to tell more"


def _rules(judged: Judgement) -> Iterator[str]:
    between = judged.accepted_between
    if judged.accepted is None or between is None or between[0] == 1:
        return
    if judged.accepted:
        yield (
            f"rules          about {judged.accepted:.0%} of them keep the rules of "
            f"whole films{_sure(between)}, by {judged.draws} drawn"
        )
    else:
        yield (
            f"rules          none of {judged.draws} films drawn keeps the rules of "
            f"whole films: at most {between[1]:.1%} do, 19 times in 20"
        )
    often = judged.broken if judged.accepted < 1 else ()
    for said, count in often:
        yield f"  {count} of {judged.draws} break: {said}"
    if judged.near_s:
        near = " and ".join(f"{one:.2f} s" for one in judged.near_s)
        yield f"  none drawn has the runtime asked for; the nearest last {near}"


def _sure(between: tuple[float, float] | None) -> str:
    """Return between what a share lies, where that is not the share itself."""
    if between is None or f"{between[0]:.0%}" == f"{between[1]:.0%}":
        return ""
    return f" ({between[0]:.0%} to {between[1]:.0%})"


def _joins(judged: Judgement) -> Iterator[str]:
    if not judged.worst_joins:
        return
    yield "worst joins    the best that the hardest take of each slot can do"
    slots = max(len(join.slot) for join in judged.worst_joins)
    told = judged.worst_joins
    if len(told) > _MOST_JOINS:
        # In the order of the film, those that match least.
        limit = sorted(join.match for join in told)[_MOST_JOINS - 1]
        told = tuple(join for join in told if join.match <= limit)
        rest = len(judged.worst_joins) - len(told)
        yield f"               of these the worst; --json tells the other {rest}"
    for join in told:
        yield (
            f"  {join.slot:<{slots}}  {join.kind:<8} M {join.match:.2f}  "
            f"{_brief(join.take)}, after {_brief(join.before_take)}"
        )


def _brief(name: str) -> str:
    """Return a name with its middle left out where it is long."""
    return name if len(name) <= _LONG else f"{name[: _LONG - 13]}…{name[-12:]}"
