"""How long the film is, and the slots that its takes can fill."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai.assemble import grid, mix
from otio_genai.assemble.candidates import Take
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError

__all__ = ["Slots", "divide", "fit", "wanted_frames"]

_TRIES = 14
# Without a length of its own a film takes this much of what its takes could fill, so
# that there is something to choose from.
_CHOICE = Fraction(3, 4)


@dataclass(frozen=True, slots=True)
class Slots:
    """The film divided."""

    cuts: tuple[int, ...]
    "Record frames of the cuts, without the two ends."
    lengths: tuple[int, ...]
    "Lengths between them, one more than cuts."


def wanted_frames(
    pool: Sequence[Take],
    style: Style,
    rate: Fraction,
    *,
    bed: otio.schema.Clip | None,
    voices: Sequence[mix.Sound],
    warn: list[str] | None = None,
    ask: bool = False,
) -> int:
    """Return the film's length in record frames.

    As asked, else the music's or three quarters of the takes, whichever is less; never
    shorter than the voice-over with its ending held, never longer than there is
    picture for.

    Parameters
    ----------
    pool
        The takes.
    style
        Its ``length_s``, ``max_shot_s``, ``hold_end_s`` and ``repeats``.
    rate
        The film's rate.
    bed, voices
        The music, and the voice-over as placed.
    warn
        Gets a sentence for each wish that could not be met.
    ask
        Only say what is wished for, whatever there is picture for.

    Raises
    ------
    AssembleError
        The voice-over needs more picture than there is.
    """
    told = warn if warn is not None else []
    longest = math.floor(Fraction(style.max_shot_s) * rate)
    easy = sum(min(take.usable_frames, longest) for take in pool)
    there = sum(take.usable_frames for take in pool if not take.still)
    there += sum(longest for take in pool if take.still)
    speech = max((sound.record_in + sound.frames for sound in voices), default=0)
    enough = max(1, math.floor(easy * _CHOICE) if len(pool) > 2 else easy)
    if style.length_s is not None:
        wish = math.floor(Fraction(style.length_s) * rate)
    elif bed is not None:
        wish = mix.length_frames(bed, rate)
        wish = wish if ask else min(wish, enough)
    else:
        wish = enough
    held = speech + (math.ceil(Fraction(style.hold_end_s) * rate) if voices else 0)
    if held > wish:
        told.append(
            f"The film was lengthened to {_seconds(held, rate)} to hold the voice-over."
        )
        wish = held
    if ask or style.repeats or wish <= there:
        return max(1, wish)
    if speech > there:
        raise AssembleError(
            f"The voice-over ends at {_seconds(speech, rate)}, but all takes together "
            f"last {_seconds(there, rate)}.",
            remedy="Add takes or stills, shorten the voice-over or begin it earlier "
            "(voice_at_s), or set repeats = true under [style].",
        )
    told.append(
        f"The film is {_seconds(there, rate)} long, not {_seconds(wish, rate)}: "
        "there is no more picture."
    )
    return max(1, there)


def _seconds(frames: int, rate: Fraction) -> str:
    return f"{float(frames / rate):.1f} s"


def divide(costs: Any, pool: Sequence[Take], style: Style, rate: Fraction) -> Slots:
    """Return slots for the film: as many as takes can fill, before any is chosen.

    Parameters
    ----------
    costs
        Cost of a cut at each record frame, shape (total + 1,).
    pool
        The takes.
    style
        Shot lengths, the held ending, and whether takes may repeat.
    rate
        The film's rate.
    """
    total = len(costs) - 1
    rooms = sorted((take.usable_frames for take in pool), reverse=True)
    shortest = max(1, round(Fraction(style.min_shot_s) * rate))
    longest = max(1, min(math.floor(Fraction(style.max_shot_s) * rate), rooms[0]))
    mean = min(float(Fraction(style.mean_shot_s) * rate), longest)
    hold = min(round(Fraction(style.hold_end_s) * rate), longest)
    most = total if style.repeats else len(pool)
    for _ in range(_TRIES):
        limits = (min(shortest, longest), longest)
        found = grid.cuts(costs, mean, limits, hold, most)
        slots = len(found or ()) + 1
        if found is not None and (style.repeats or sum(rooms[:slots]) >= total):
            return _slots(found, total)
        # Too long for the takes or for each other: tend to shorter ones, and more.
        mean, shortest = max(1.0, mean * 0.85), max(1, math.floor(shortest * 0.85))
    return _whole_takes(total, [take.usable_frames for take in pool])


def fit(costs: Any, chosen: Sequence[Take], style: Style, rate: Fraction) -> Slots:
    """Return the best slots for takes in their order, none longer than its take.

    Parameters
    ----------
    costs
        Cost of a cut at each record frame, shape (total + 1,).
    chosen
        The take of each slot.
    style
        Shot lengths and the held ending.
    rate
        The film's rate.
    """
    total = len(costs) - 1
    shortest = max(1, round(Fraction(style.min_shot_s) * rate))
    longest = max(1, math.floor(Fraction(style.max_shot_s) * rate))
    hold = round(Fraction(style.hold_end_s) * rate)
    mean = float(Fraction(style.mean_shot_s) * rate)
    mean = max(1.0, min(mean, total / len(chosen)))
    rooms = [take.usable_frames for take in chosen]
    for ceiling in (longest, max(rooms)):
        limits = [(min(shortest, r), min(r, ceiling)) for r in rooms]
        limits[-1] = (max(limits[-1][0], min(hold, limits[-1][1])), limits[-1][1])
        found = grid.recut(costs, mean, limits)
        if found is not None:
            return _slots(found, total)
    return _whole_takes(total, rooms)


def _slots(cuts: Sequence[int], total: int) -> Slots:
    return Slots(tuple(cuts), tuple(grid.lengths(cuts, total)))


def _whole_takes(total: int, rooms: Sequence[int]) -> Slots:
    """Divide among takes by how long they are, when nothing finer can be filled."""
    edges = [0]
    so_far, whole = 0, sum(rooms)
    for room in rooms:
        so_far += room
        edges.append(min(total, so_far * min(total, whole) // whole))
    cuts = sorted({edge for edge in edges if 0 < edge < total})
    return _slots(cuts, total)
