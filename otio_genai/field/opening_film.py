"""A field from a film: its shots are the slots."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.style import Style
from otio_genai.errors import FieldError, GenaiError
from otio_genai.field.document import faults, is_field, read_field
from otio_genai.field.measured import unmeasured
from otio_genai.field.opening_sound import audio_of, beat_offered
from otio_genai.field.writing import Plan, dress, pictures, plain_take, rules

__all__ = [
    "close",
    "film_style",
    "from_film",
    "held",
    "lengths_of",
    "limits",
    "refuse_rough",
]

# Names of a warning, before the rest is only counted.
_LISTED = 5
_KINDS = ("match", "dry", "carry", "dissolve", "dip")
#: Costs of a join that a field is held to, the tightest that leaves every take
#: reachable.
STEPS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.5)


def from_film(
    timeline: otio.schema.Timeline, style: Style | None, *, title: str | None
) -> otio.schema.Timeline:
    """Return the document of a field whose slots are the shots of a film.

    The other takes that its clips hold (``takes``) are takes of their slots.
    """
    if is_field(timeline):
        raise FieldError(
            "This is a field already.",
            place=str(timeline.name) or None,
            remedy="Edit it, or promote other takes.",
        )
    refuse_rough([timeline])
    made = copy.deepcopy(timeline)
    cut = style or film_style(made)
    rate = maps.record_rate(made)
    if title is not None:
        made.name = title
    _state(made, rate, cut, title)
    plans = []
    for number, clip in enumerate(pictures(made)):
        others = metadata.takes(clip)
        for one in others:
            if metadata.read(one, "take") is None:
                metadata.put(one, "take", plain_take())
        frames = _frames(clip, rate)
        plans.append(Plan(f"slot-{number + 1:03d}", kind_of(made, number),
                          *limits([frames], cut, rate), others))  # fmt: skip
    return close(made, plans, rate, cut, [])


def refuse_rough(timelines: Sequence[otio.schema.Timeline]) -> None:
    """Refuse timelines whose picture is more than a row of clips."""
    items = []
    for timeline in timelines:
        name = str(getattr(timeline, "name", "")) or "a timeline"
        if not isinstance(timeline, otio.schema.Timeline):
            items.append(f"a {type(timeline).__name__} is no timeline")
            continue
        if not pictures(timeline):
            items.append(f"{name}: there is no clip on its first picture track")
            continue
        for item in timeline.video_tracks()[0]:
            if isinstance(item, otio.schema.Clip) and item.source_range is None:
                items.append(f"{name}: the range of {item.name} is not stated")
            elif isinstance(item, otio.schema.Clip) and not _has_takes(item):
                items.append(f"{name}: other takes of {item.name} are no list of clips")
            elif not isinstance(item, (otio.schema.Clip, otio.schema.Transition)):
                items.append(f"{name}: a {type(item).__name__} cannot be a slot")
    if items:
        raise FieldError(
            "No field can be opened from this.",
            remedy="Give films whose picture is a row of clips.",
            items=items,
        )


def _has_takes(clip: otio.schema.Clip) -> bool:
    """Tell whether what is kept as a clip's other takes can be that."""
    kept = metadata.read(clip, "takes")
    return kept is None or (
        isinstance(kept, list) and len(kept) == len(metadata.takes(clip))
    )


def film_style(timeline: otio.schema.Timeline) -> Style:
    """Return the style that a film was cut by; the default one where it says none."""
    told = (metadata.read(timeline, "film") or {}).get("style") or {}
    try:
        return Style.from_dict(told)
    except (GenaiError, AttributeError, TypeError, ValueError):
        return Style()


def _state(
    made: otio.schema.Timeline, rate: Fraction, style: Style, title: str | None
) -> None:
    """Write what a field needs to know of its film, where it is not said, in place."""
    facts = dict(metadata.read(made, "film") or {})
    media = pictures(made)[0].media_reference
    told = {
        "title": str(made.name),
        "rate": rates.text(rate),
        "width": metadata.fact(media, "width"),
        "height": metadata.fact(media, "height"),
    }
    facts = {key: value for key, value in told.items() if value} | facts
    facts["style"] = style.to_dict()
    if title is not None:
        facts["title"] = title
    metadata.put(made, "film", facts)


def lengths_of(timeline: otio.schema.Timeline, rate: Fraction) -> list[int]:
    """Return the record frames of each shot."""
    return [_frames(clip, rate) for clip in pictures(timeline)]


def _frames(clip: otio.schema.Clip, rate: Fraction) -> int:
    return max(1, rates.frames_at(rates.seconds(clip.source_range.duration), rate))


def limits(frames: Sequence[int], style: Style, rate: Fraction) -> tuple[int, int]:
    """Return the lengths that a slot allows: the style's, and those there are."""
    shortest = max(1, rates.frames_at(Fraction(style.min_shot_s), rate))
    longest = rates.frames_at(Fraction(style.max_shot_s), rate)
    return min(shortest, *frames), max(longest, *frames)


def kind_of(timeline: otio.schema.Timeline, number: int) -> str:
    """Return what the join before a shot is meant to be."""
    clips = pictures(timeline)
    planned = (metadata.read(clips[number], "join") or {}).get("planned")
    if planned in _KINDS:
        return str(planned)
    track = timeline.video_tracks()[0]
    at = track.index(clips[number])
    if at and isinstance(track[at - 1], otio.schema.Transition) and number:
        told = (metadata.read(track[at - 1], "carry") or {}).get("kind")
        return told if told in _KINDS else "dissolve"
    return "match"


def close(
    film: otio.schema.Timeline,
    plans: Sequence[Plan],
    rate: Fraction,
    style: Style,
    warnings: Sequence[str],
    **said: Any,
) -> otio.schema.Timeline:
    """Return a film as the document of a field; refuse one that cannot be.

    Parameters
    ----------
    film
        The film of active takes; it becomes the document.
    plans
        Its slots.
    rate
        Record rate.
    style
        How it is cut.
    warnings
        Sentences to be kept with the film.
    said
        Rules of the field beside the usual ones.
    """
    others = [clip for plan in plans for clip in plan.others]
    audio = audio_of(film, lengths_of(film, rate), rate, style, others)
    audio["voice"] = [
        voice | {"slot": plans[voice["slot"]].id} for voice in audio["voice"]
    ]
    told = rules(audio=audio, **said)
    dress(film, plans, told, rate)
    facts = metadata.read(film, "film")
    offered = beat_offered(audio["bed"], style)
    told_of = [*warnings, *([offered] if offered else ()), *_blind(film)]
    facts["warnings"] = [*(facts.get("warnings") or ()), *told_of]
    metadata.put(film, "film", facts)
    items = faults(film)
    if items:
        raise FieldError(
            "What was found cannot be a field.",
            place=str(film.name) or None,
            remedy="Mend what is listed, and analyse what was not analysed.",
            items=items,
        )
    return held(film)


def _blind(film: otio.schema.Timeline) -> list[str]:
    """Return a warning where joins are drawn without knowing what moves."""
    clips = [one for clip in pictures(film) for one in (clip, *metadata.takes(clip))]
    names = unmeasured(clips)
    if not names:
        return []
    listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
    return [
        f"Of {len(names)} takes no motion was measured ({listed}): films are drawn as "
        "if nothing moved in them. Open the field with the analysed bin that has them."
    ]


def held(film: otio.schema.Timeline) -> otio.schema.Timeline:
    """Return a field held to the tightest limit that leaves every take reachable."""
    from otio_genai.field import drawing

    for step in STEPS:
        told = metadata.read(film, "field")
        told["motion"]["hard_max"] = step
        metadata.put(film, "field", told)
        try:
            there = drawing.reachable(drawing.space(read_field(film), reasons=False))
        except FieldError:
            continue
        if all(all(slot) for slot in there):
            return film
    told["motion"]["hard_max"] = None
    metadata.put(film, "field", told)
    return film
