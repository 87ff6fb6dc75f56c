"""A film drawn from a field as an ordinary timeline.

Conventions
    A frame and a sample of a film depend on what was drawn up to a little after them,
    never on how long the film becomes: levels are the field's own and nothing is
    balanced, a still's camera moves over the longest shot its slot allows, and is cut
    off where the shot ends. So whoever shows a film while it is being drawn shows what
    a render of its timeline shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import metadata
from otio_genai.assemble import sequence
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.soundtrack import Constant
from otio_genai.errors import FieldError
from otio_genai.field.model import Chosen, Field

__all__ = ["clashes", "reaches_of", "span_of", "starts", "timeline_of", "voices_of"]


def timeline_of(
    field: Field,
    film: Sequence[Chosen],
    *,
    stems: Sequence[int] = (),
    ended: bool = True,
    told: Mapping[str, int] | None = None,
) -> otio.schema.Timeline:
    """Return a film as an ordinary timeline.

    Parameters
    ----------
    field
        It is not changed.
    film
        The film, or as much of it as is decided.
    stems
        Which stems of the field are heard, by index.
    ended
        Whether the film ends with its last shot; else nothing fades out there.
    told
        What the timeline says of how to draw it again: ``seed`` or ``number``. By
        default it says nothing.

    Raises
    ------
    FieldError
        The field does not hold such a film, or two voices would sound at once.
    """
    laid, shots, joins = _laid(field, film, ended)
    voices = voices_of(field, film)
    faults = clashes(field, film)
    faults += [f"there is no stem {n}" for n in stems if not _is(n, field.audio.stems)]
    if faults:
        raise FieldError("This film cannot be heard.", items=faults)
    words = tuple(span for voice in voices for span in voice.words_s)
    bed = field.audio.bed
    music = {} if bed is None else metadata.read(bed.media_reference, "beats", {})
    laid = replace(laid, places=Places.of(music, words, ()))
    made = sequence.build(
        laid, shots, joins, bed, voices, (), constant=_constant(field, stems)
    )
    metadata.put(made, "film", metadata.read(made, "film") | dict(told or {}))
    _name_slots(made, field, film)
    return made


def span_of(
    field: Field, film: Sequence[Chosen], first: int, last: int, ended: bool = True
) -> otio.schema.Timeline:
    """Return the pictures of some shots of a film as they are in the whole.

    Frame k is that of the whole film, k frames after the start of shot ``first``, but
    for the transitions at the edges of the part, which are left away (`reaches_of`).
    It is there to be read: its media references are the field's own.

    Parameters
    ----------
    field
        It is not changed.
    film
        The film, or as much of it as is decided; at least up to ``last``.
    first, last
        Shots ``first`` to ``last - 1``, counted in the film.
    ended
        Whether the film ends with its last shot; else nothing fades out there.

    Raises
    ------
    FieldError
        The field does not hold such a film, or the film no such shots.
    """
    if not 0 <= first < last <= len(film):
        raise FieldError(
            f"There are no shots {first} to {last - 1} in a film of {len(film)}."
        )
    laid, shots, joins = _laid(field, film, ended)
    made = sequence.span(laid, shots, joins, first, last)
    _name_slots(made, field, film[first:last])
    return made


def reaches_of(field: Field, film: Sequence[Chosen]) -> list[tuple[int, int]]:
    """Return how many record frames the transition at each join changes.

    Parameters
    ----------
    field, film
        As for `timeline_of`. What follows after a join alters nothing of it.

    Returns
    -------
    list of (before, after)
        Frames before and after the cut, join by join; (0, 0) for a plain cut.
    """
    return sequence.reaches(*_laid(field, film, True))


def starts(film: Sequence[Chosen]) -> list[int]:
    """Return the record frame at which each shot begins, and the film's length."""
    return [0, *np.cumsum([one.frames for one in film]).tolist()]


def voices_of(field: Field, film: Sequence[Chosen]) -> list[mix.Sound]:
    """Return the voices of the slots that a film shows, where they lie."""
    begins = {one.slot: at for one, at in zip(film, starts(film), strict=False)}
    placed = [
        (begins[voice.slot] + voice.pad, voice.clip)
        for voice in field.audio.voices
        if voice.slot in begins
    ]
    # Shuffled groups may bring a later slot's voice first.
    found = []
    for at, clip in sorted(placed, key=lambda pair: pair[0]):
        spans = metadata.read(clip.media_reference, "speech", {}).get("spans_s", [])
        begin_s = float(at / field.rate)
        words = tuple((begin_s + float(a), begin_s + float(b)) for a, b in spans)
        frames = mix.length_frames(clip, field.rate)
        found.append(mix.Sound(clip, at, frames, words))
    return found


def clashes(field: Field, film: Sequence[Chosen]) -> list[str]:
    """Return a sentence for each voice that begins before the one before it ends."""
    voices = voices_of(field, film)
    found = []
    for before, after in zip(voices, voices[1:], strict=False):
        over = before.record_in + before.frames - after.record_in
        if over > 0:
            found.append(
                f"{after.clip.name} begins {float(over / field.rate):.2f} s before "
                f"{before.clip.name} ends"
            )
    return found


def _laid(
    field: Field, film: Sequence[Chosen], ended: bool
) -> tuple[sequence.Film, list[sequence.Shot], list[sequence.Join]]:
    faults = [text for one in film for text in _faults(field, one)]
    if faults or not film:
        raise FieldError(
            "This field does not hold this film."
            if film
            else "A film has at least one shot.",
            remedy="Draw it anew: the field may have changed since it was drawn.",
            items=faults,
        )
    style = field.style
    if not ended:
        style = replace(style, fade_out_s=0.0, bed_fade_out_s=0.0)
    beyond = max(slot.half for slot in field.slots)
    shots = [_shot(field, one, beyond) for one in film]
    joins = [
        sequence.Join(field.slots[one.slot].kind, field.slots[one.slot].half)
        for one in film[1:]
    ]
    places = Places.of({}, (), ())
    laid = sequence.Film(field.title, field.rate, field.size, style, None, places)
    return laid, shots, joins


def _faults(field: Field, one: Chosen) -> list[str]:
    if not _is(one.slot, field.slots):
        return [f"there is no slot {one.slot}"]
    slot = field.slots[one.slot]
    if not _is(one.option, slot.options):
        return [f"{slot.id} has no take {one.option}"]
    material = slot.options[one.option].material
    if isinstance(material, Still):
        if not _is(one.way, material.moves):
            return [f"{slot.id}: {material.name} has no camera move {one.way}"]
        end, way = material.end, 0
    else:
        end, way = material.end, one.way
    if way < 0 or one.frames < 1 or way + one.frames > end:
        return [
            f"{slot.id}: {material.name} has {end} frames, none from {way} for "
            f"{one.frames}"
        ]
    return []


def _is(index: int, found: Sequence[Any]) -> bool:
    return 0 <= index < len(found)


def _shot(field: Field, one: Chosen, beyond: int) -> sequence.Shot:
    slot = field.slots[one.slot]
    material = slot.options[one.option].material
    if isinstance(material, Still):
        vector = _vector(material.vectors[one.way])
        camera = max(slot.longest, one.frames), beyond
        return sequence.Shot(material, one.frames, one.way, vector, vector, camera)
    out = min(one.way + one.frames, material.end)
    leaving, entering = material.leaving[out], material.entering[one.way]
    return sequence.Shot(
        material, one.frames, one.way, _vector(leaving), _vector(entering)
    )


def _vector(motion: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in motion)


def _constant(field: Field, stems: Sequence[int]) -> Constant:
    gains = field.audio.gains
    heard = [field.audio.stems[index] for index in stems]
    return Constant(
        gains.bed_db,
        gains.voice_db,
        gains.duck_db,
        gains.takes_db,
        tuple((stem.clip, stem.gain_db) for stem in heard),
        gains.levelled,
    )


def _name_slots(
    made: otio.schema.Timeline, field: Field, film: Sequence[Chosen]
) -> None:
    shown = [c for c in made.video_tracks()[0] if isinstance(c, otio.schema.Clip)]
    for clip, one in zip(shown, film, strict=True):
        metadata.put(clip, "slot", {"id": field.slots[one.slot].id})
