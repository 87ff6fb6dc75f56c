"""How long the film is, and the slots that its takes can fill."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai.assemble.planning import grid
from otio_genai.assemble.planning.noted import Directions
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.sound import mix
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError

__all__ = [
    "divide",
    "length_s",
    "limits",
    "listed_frames",
    "mean_frames",
    "rhythm_costs",
    "wanted_frames",
]

Costs = NDArray[np.float64]

_TRIES = 14
# Without a length of its own a film takes this much of what its takes could fill, so
# that there is something to choose from.
_CHOICE = Fraction(3, 4)
_LEAST_WEIGHT = 0.02


def wanted_frames(
    pool: Sequence[Material],
    style: Style,
    rate: Fraction,
    *,
    bed: otio.schema.Clip | None,
    voices: Sequence[mix.Sound],
    warn: list[str],
    listed: tuple[int, int, int] | None = None,
) -> int:
    """Return the film's length in record frames.

    As asked, exactly; else the music's or three quarters of the takes, whichever is
    less, but never shorter than the voice-over with its ending held, and never longer
    than there is picture for. A shot list lasts as long as its shots.

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
    listed
        Shortest, usual and longest film of a shot list (`listed_frames`).

    Raises
    ------
    AssembleError
        The length asked for cannot be reached (the nearest that can is said), or the
        voice-over needs more picture than there is.
    """
    speech = max((sound.record_in + sound.frames for sound in voices), default=0)
    there = math.inf if style.repeats else sum(m.usable_frames for m in pool)
    if listed is not None:
        there = math.inf if style.length_s is not None else listed[2]
    if style.length_s is not None:
        asked = max(1, round(Fraction(style.length_s) * rate))
        _refuse_length(asked, there, speech, rate)
        return asked
    held = speech + (math.ceil(Fraction(style.hold_end_s) * rate) if voices else 0)
    wish = _wish(pool, style, rate, bed)
    if listed is not None:
        least, usual, most = listed
        wish = max(least, min(wish if bed is not None else usual, most))
        held = min(held, most)
    if speech > there:
        filling = "takes" if listed is None else "shots of the list"
        raise _unspoken(speech, there, filling, rate)
    return _nearest(wish, held, there, rate, warn)


def _nearest(
    wish: int, held: int, there: float, rate: Fraction, warn: list[str]
) -> int:
    """Return the length nearest to a wish, and warn where it is another."""
    if held > wish:
        warn.append(
            f"The film was lengthened to {_seconds(held, rate)} to hold the voice-over."
        )
        wish = held
    if wish > there:
        warn.append(
            f"The film is {_seconds(there, rate)} long, not {_seconds(wish, rate)}: "
            "there is no more picture."
        )
    return max(1, int(min(wish, there)))


def listed_frames(
    told: Directions, pool: Sequence[Material], style: Style, rate: Fraction
) -> tuple[int, int, int] | None:
    """Return how short, usual and long the film of a shot list is; ``None`` without."""
    if told.shots is None:
        return None
    shortest = max(1, round(Fraction(style.min_shot_s) * rate))
    usual = max(1, round(Fraction(style.mean_shot_s) * rate))
    longest = max(1, math.floor(Fraction(style.max_shot_s) * rate))
    takes = {rule.slot: rule.take for rule in told.rules}
    found = [0, 0, 0]
    for slot in range(told.shots):
        rooms = (
            [pool[takes[slot]].usable_frames]
            if slot in takes
            else [material.usable_frames for material in pool]
        )
        room = told.slot_lengths.get(slot, max(rooms))
        given = slot in told.slot_lengths
        for part, length in enumerate((shortest, usual, longest)):
            found[part] += room if given else min(length, room)
    return found[0], found[1], found[2]


def wished_frames(
    pool: Sequence[Material],
    style: Style,
    rate: Fraction,
    *,
    bed: otio.schema.Clip | None,
    voices: Sequence[mix.Sound],
) -> int:
    """Return how long the film would be if there were picture for any length."""
    if style.length_s is not None:
        return max(1, round(Fraction(style.length_s) * rate))
    speech = max((sound.record_in + sound.frames for sound in voices), default=0)
    wish = _wish(pool, style, rate, None) if bed is None else 0
    wish = wish if bed is None else mix.length_frames(bed, rate)
    held = math.ceil(Fraction(style.hold_end_s) * rate) if voices else 0
    return max(1, wish, speech + held)


def _wish(
    pool: Sequence[Material],
    style: Style,
    rate: Fraction,
    bed: otio.schema.Clip | None,
) -> int:
    longest = math.floor(Fraction(style.max_shot_s) * rate)
    easy = sum(min(take.usable_frames, longest) for take in pool)
    enough = max(1, math.floor(easy * _CHOICE) if len(pool) > 2 else easy)
    return enough if bed is None else min(mix.length_frames(bed, rate), enough)


def _unspoken(speech: int, there: float, filling: str, rate: Fraction) -> AssembleError:
    return AssembleError(
        f"The voice-over ends at {_seconds(speech, rate)}, but all {filling} together "
        f"last {_seconds(there, rate)}.",
        remedy="Add takes or stills, shorten the voice-over or begin it earlier "
        "(voice_at_s), or set repeats = true under [style].",
    )


def _refuse_length(asked: int, there: float, speech: int, rate: Fraction) -> None:
    if speech > asked:
        raise AssembleError(
            f"A film of {_seconds(asked, rate)} cannot hold the voice-over, which ends "
            f"at {_seconds(speech, rate)}.",
            remedy=f"Set length_s to {length_s(speech, rate)} or more, begin the "
            "voice-over earlier (voice_at_s), or leave length_s out.",
        )
    if asked > there:
        nearest = length_s(int(there), rate)
        raise AssembleError(
            f"A film of {_seconds(asked, rate)} cannot be made: all takes together "
            f"last {_seconds(there, rate)}.",
            remedy=f"The nearest that can is length_s = {nearest}; or add takes "
            "or stills, or set repeats = true under [style].",
        )


def length_s(frames: int, rate: Fraction) -> float:
    """Return a length in thousandths of a second that gives exactly so many frames."""
    return math.ceil(frames * 1000 / rate) / 1000


def _seconds(frames: float, rate: Fraction) -> str:
    return f"{float(frames / rate):.1f} s"


def rhythm_costs(costs: Costs, style: Style) -> Costs:
    """Return the costs of cuts on the scale of the length law alone."""
    return costs / max(style.weight_length, _LEAST_WEIGHT)


def divide(
    costs: Costs, pool: Sequence[Material], style: Style, rate: Fraction
) -> list[int]:
    """Return cuts for the film: as many shots as takes can fill, none chosen yet.

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
    hold = min(round(Fraction(style.hold_end_s) * rate), longest, total)
    most = total if style.repeats else len(pool)
    scaled = rhythm_costs(costs, style)
    for _ in range(_TRIES):
        bounds = (min(shortest, longest), longest)
        found = grid.cuts(scaled, mean, bounds, hold, most)
        if found is not None and _filled(found, total, rooms, style.repeats):
            return found
        # Too long for the takes or for each other: tend to shorter ones, and more.
        mean, shortest = max(1.0, mean * 0.85), max(1, math.floor(shortest * 0.85))
    return whole_takes(total, [take.usable_frames for take in pool])


def _filled(
    cuts: Sequence[int], total: int, rooms: Sequence[int], repeats: bool
) -> bool:
    """Tell whether the longest takes can fill the slots, the longest ones first."""
    if repeats:
        return True
    slots = sorted(grid.lengths(cuts, total), reverse=True)
    there = rooms[: len(slots)]
    return len(there) == len(slots) and sum(there) >= total


def mean_frames(total: int, slots: int, style: Style, rate: Fraction) -> float:
    """Return the length that ``slots`` shots of a film tend to."""
    wished = float(Fraction(style.mean_shot_s) * rate)
    return max(1.0, min(wished, total / slots))


def limits(
    chosen: Sequence[Material],
    style: Style,
    rate: Fraction,
    given: Mapping[int, int],
    *,
    loose: bool = False,
) -> list[tuple[int, int]]:
    """Return the shortest and longest length of each shot, in record frames.

    Parameters
    ----------
    chosen
        The take of each slot.
    style
        Shot lengths and the held ending.
    rate
        The film's rate.
    given
        Slots whose length is asked for.
    loose
        Let shots be as long as their takes, and as short as one frame.
    """
    shortest = 1 if loose else max(1, round(Fraction(style.min_shot_s) * rate))
    longest = max(1, math.floor(Fraction(style.max_shot_s) * rate))
    hold = 1 if loose else round(Fraction(style.hold_end_s) * rate)
    found = []
    for slot, take in enumerate(chosen):
        room = take.usable_frames
        ceiling = room if loose else min(room, longest)
        high = max(1, ceiling)
        low = min(shortest, high)
        if slot == len(chosen) - 1:
            low = max(low, min(hold, high))
        if slot in given:
            low = high = given[slot]
        found.append((low, high))
    return found


def whole_takes(total: int, rooms: Sequence[int]) -> list[int]:
    """Return cuts that divide a film among takes by how long they are."""
    edges = [0]
    so_far, whole = 0, sum(rooms)
    for room in rooms:
        so_far += room
        edges.append(min(total, so_far * min(total, whole) // whole))
    return sorted({edge for edge in edges if 0 < edge < total})
