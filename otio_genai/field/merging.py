"""Several cuts of one film as a field: their clips are takes of the same slots.

Conventions
    The first cut is the film of active takes, and its sound is the field's. A shot that
    only some cuts have becomes a slot of its own, where it lay in them. Wherever a cut
    passes over slots a branch leads past these, from the start and to the end, too, so
    that each cut is a film of the field; of the films that come there as many take it
    as cuts do. Where every cut that comes to a fork leaves the track, the way on counts
    as half a cut.
"""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.planning.candidates import family
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError
from otio_genai.field.active import active_film, relaid
from otio_genai.field.aligning import Seen, aligned
from otio_genai.field.document import read_field
from otio_genai.field.holding import held
from otio_genai.field.model import START
from otio_genai.field.opening_film import (
    close,
    film_style,
    from_film,
    kind_of,
    lengths_of,
    limits,
    refuse_rough,
)
from otio_genai.field.reading_takes import content_of
from otio_genai.field.weighing import weighed
from otio_genai.field.writing import Plan, pictures, plain_take

__all__ = ["merge"]

# The way on, where no cut goes it, beside those of the cuts.
_UNSEEN = 0.5


@dataclass(slots=True)
class _Slot:
    """A slot as it grows, cut by cut."""

    seen: Seen
    "As the first cut that has it shows it."
    clips: list[otio.schema.Clip]
    frames: list[int]
    kind: str
    cuts: set[int] = field(default_factory=set)
    "Which cuts have it."
    shown: dict[int, str] = field(default_factory=dict)
    "What each of them shows there, as `content_of` has it."


def merge(
    timelines: Sequence[otio.schema.Timeline],
    style: Style | None = None,
    *,
    title: str | None = None,
) -> otio.schema.Timeline:
    """Return the document of a field from several cuts of the same film.

    Parameters
    ----------
    timelines
        The cuts, the film of active takes first; none is changed.
    style
        How films are cut; by default as the first cut was.
    title
        Name of the field; by default the first cut's.

    Raises
    ------
    FieldError
        There is no cut, they have unlike rates or sizes, their pictures are more than
        a row of clips, or what they hold was not analysed.
    """
    cuts = list(timelines)
    if not cuts:
        raise FieldError(
            "There is no film to open a field from.", remedy="Give one, or several."
        )
    refuse_rough(cuts)
    _refuse_unlike(cuts)
    if len(cuts) == 1:
        return from_film(cuts[0], style, title=title)
    cut = style or film_style(cuts[0])
    rate = maps.record_rate(cuts[0])
    slots = _slots(cuts, rate)
    film = _with_guests(cuts[0], slots, rate)
    facts = dict(metadata.read(film, "film") or {}) | {"style": cut.to_dict()}
    facts |= {"title": title or facts.get("title") or str(film.name)}
    metadata.put(film, "film", facts)
    film.name = title or film.name
    plans = [
        Plan(
            f"slot-{number + 1:03d}",
            slot.kind,
            *limits(slot.frames, cut, rate),
            slot.clips[1:],
        )
        for number, slot in enumerate(slots)
    ]
    branches = _past(slots, [plan.id for plan in plans], len(cuts))
    made = close(film, plans, rate, cut, [], branches=branches)
    if not all(0 in slot.cuts for slot in slots):
        # The joins of the first cut are others where shots came between.
        laid = read_field(made)
        made = relaid(laid, active_film(laid), {})
    made = held(made, _films(slots, len(cuts)))
    return weighed(made) if branches else made


def _films(slots: Sequence[_Slot], count: int) -> list[dict[int, str]]:
    """Return what each cut shows in which slots."""
    return [
        {n: slot.shown[cut] for n, slot in enumerate(slots) if cut in slot.shown}
        for cut in range(count)
    ]


def _refuse_unlike(cuts: Sequence[otio.schema.Timeline]) -> None:
    told = [(maps.record_rate(cut), _size(cut)) for cut in cuts]
    items = [
        f"{cut.name or f'cut {number + 1}'}: {float(rate):.3f} fps"
        + (f", {size[0]} × {size[1]}" if size else "")
        for number, (cut, (rate, size)) in enumerate(zip(cuts, told, strict=True))
    ]
    sizes = {size for _, size in told if size is not None}
    if len({rate for rate, _ in told}) > 1 or len(sizes) > 1:
        raise FieldError(
            "Cuts of one film have one rate and one size.",
            remedy="Bring them to the same, or open a field from each.",
            items=items,
        )


def _size(cut: otio.schema.Timeline) -> tuple[Any, Any] | None:
    facts = metadata.read(cut, "film") or {}
    if not {"width", "height"} <= set(facts):
        return None
    return facts["width"], facts["height"]


def _slots(cuts: Sequence[otio.schema.Timeline], rate: Fraction) -> list[_Slot]:
    """Return the slots of all cuts, in an order that keeps that of each."""
    found: list[_Slot] = []
    for number, cut in enumerate(cuts):
        shots = _shots(cut, number, rate)
        pairs = aligned([slot.seen for slot in found], [shot.seen for shot in shots])
        merged: list[_Slot] = []
        at_slot = at_shot = 0
        for i, j in [*pairs, (len(found), len(shots))]:
            merged += found[at_slot:i]
            merged += shots[at_shot:j]
            if i < len(found):
                _take_in(found[i], shots[j])
                merged.append(found[i])
            at_slot, at_shot = i + 1, j + 1
        found = merged
    return found


def _shots(cut: otio.schema.Timeline, number: int, rate: Fraction) -> list[_Slot]:
    frames = lengths_of(cut, rate)
    total, clock, found = sum(frames), 0, []
    for index, clip in enumerate(pictures(cut)):
        told = metadata.read(clip, "slot") or {}
        seen = Seen(
            content=content_of(clip),
            slot=str(told.get("id") or ""),
            picture=family({"slate": metadata.read(clip.media_reference, "slate")}),
            name=str(clip.name),
            begin=clock / total,
            end=(clock + frames[index]) / total,
        )
        clips = [clip, *(metadata.read(clip, "takes") or ())]
        kept = [_take(one) for one in clips]
        kind = kind_of(cut, index)
        said = {number: seen.content}
        found.append(_Slot(seen, kept, [frames[index]], kind, {number}, said))
        clock += frames[index]
    return found


def _take(clip: otio.schema.Clip) -> otio.schema.Clip:
    """Return a clip as another take: its range and media, and what it said as one."""
    made = otio.schema.Clip(
        clip.name, copy.deepcopy(clip.media_reference), clip.source_range
    )
    metadata.put(made, "take", metadata.read(clip, "take") or plain_take())
    return made


def _take_in(slot: _Slot, shot: _Slot) -> None:
    """Give a slot the takes of another cut's shot that it does not have, in place."""
    known = {content_of(clip) for clip in slot.clips}
    for clip in shot.clips:
        if content_of(clip) not in known:
            known.add(content_of(clip))
            slot.clips.append(clip)
    slot.frames += shot.frames
    slot.cuts |= shot.cuts
    slot.shown |= shot.shown


def _with_guests(
    first: otio.schema.Timeline, slots: Sequence[_Slot], rate: Fraction
) -> otio.schema.Timeline:
    """Return the first cut with the shots that only other cuts have, in their places.

    Its sound stays as it is, each part with its slot: what lies over a shot that comes
    later now, comes later too.
    """
    made = copy.deepcopy(first)
    if all(0 in slot.cuts for slot in slots):
        return made
    track = made.video_tracks()[0]
    clips = iter(pictures(made))
    at = clock = 0
    for slot in slots:
        frames = slot.frames[0]
        if 0 in slot.cuts:
            at = track.index(next(clips)) + 1
        else:
            while at < len(track) and isinstance(track[at], otio.schema.Transition):
                del track[at]
            guest = slot.clips[0].clone()
            track.insert(at, guest)
            at += 1
            _make_room(made, clock, frames, rate)
        clock += frames
    return made


def _make_room(
    made: otio.schema.Timeline, at: int, frames: int, rate: Fraction
) -> None:
    """Move every sound that begins at or after a record frame, in place."""
    for audio in made.audio_tracks():
        clock = Fraction(0)
        for index, item in enumerate(audio):
            if isinstance(item, otio.schema.Transition):
                continue
            if rates.frames_at(clock, rate) >= at and clock > 0:
                gap = otio.schema.Gap(source_range=rates.span(0, frames, rate))
                audio.insert(index, gap)
                break
            clock += rates.seconds(item.duration())


def _past(
    slots: Sequence[_Slot], ids: Sequence[str], count: int
) -> list[dict[str, Any]]:
    """Return branches past the slots that cuts pass over, by how many do."""
    ways: Counter[tuple[int, int]] = Counter()
    for cut in range(count):
        shown = [n for n, slot in enumerate(slots) if cut in slot.cuts]
        ways.update(itertools.pairwise([START, *shown, len(slots)]))
    came = Counter({at: 0.0 for at, _ in ways})
    for (at, _), often in ways.items():
        came[at] += often
    found = []
    for (at, to), often in sorted(ways.items()):
        if to == at + 1:
            continue
        on = ways[at, at + 1] or _UNSEEN
        last = f" to {ids[to - 1]}" if to - at > 2 else ""
        found.append(
            {
                "id": f"without {ids[at + 1]}{last}",
                "at": "start" if at == START else ids[at],
                "to": ids[to] if to < len(ids) else "end",
                "weight": often / on,
                "share": round(often / (came[at] + (on if on == _UNSEEN else 0)), 6),
            }
        )
    return found
