"""A judgement of a field in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from otio_genai.field.judge_size import told

if TYPE_CHECKING:
    from otio_genai.field.judge import Judgement

__all__ = ["readable"]

_LONG = 40


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
    else:
        yield from _numbers(judged)
        yield from _joins(judged)
    if judged.unreachable:
        yield f"never shown    {_some(len(judged.unreachable), 'take')}"
        for one in judged.unreachable:
            yield f"  {one.slot}  {one.take}: {one.why}"
    if judged.quarantined:
        yield f"in quarantine  {_some(len(judged.quarantined), 'take')}"
        yield from (f"  {slot}  {take}" for slot, take in judged.quarantined)


def _numbers(judged: Judgement) -> Iterator[str]:
    yield f"films          {told(judged.films)}"
    if judged.accepted is not None:
        yield (
            f"rules          about {judged.accepted:.0%} of them keep the rules of "
            f"whole films ({judged.draws} drawn)"
        )
    if judged.runtime is not None:
        span = judged.runtime
        yield (
            f"runtime        {span.shortest_s:.1f} to {span.longest_s:.1f} s, "
            f"about {span.mean_s:.1f} s on average"
        )
    if judged.overlap is not None:
        yield (
            f"overlap        two showings drawn alone share about "
            f"{judged.overlap:.0%} of their takes"
        )
    if judged.showings_to_cover is None:
        count = _some(judged.showings_at_least, "showing")
        yield f"coverage       at least {count}; there are too many ways to tell more"
    else:
        count = _some(judged.showings_to_cover, "showing")
        yield f"coverage       everything can be shown in {count}"


def _joins(judged: Judgement) -> Iterator[str]:
    if not judged.worst_joins:
        return
    yield "worst joins    the best that the hardest take of each slot can do"
    slots = max(len(join.slot) for join in judged.worst_joins)
    for join in judged.worst_joins:
        yield (
            f"  {join.slot:<{slots}}  {join.kind:<8} M {join.match:.2f}  "
            f"{_brief(join.take)}, after {_brief(join.before_take)}"
        )


def _brief(name: str) -> str:
    """Return a name with its middle left out where it is long."""
    return name if len(name) <= _LONG else f"{name[: _LONG - 13]}…{name[-12:]}"
