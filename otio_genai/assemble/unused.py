"""Why a take is not in the film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.match import scores
from otio_genai.assemble.planning.openings import openings
from otio_genai.assemble.planning.tables import Material

__all__ = ["InFilm", "why_unused"]

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class InFilm:
    """A shot of the film, as far as its neighbours see it."""

    name: str
    frames: int
    leaving: Sequence[float]
    entering: Sequence[float]
    planned: str
    "Planned kind of the join before it; empty for the first."


def why_unused(take: Material, film: Sequence[InFilm], *, aim: float = 1.0) -> str:
    """Return in a sentence why a take is not in the film.

    Every shot long enough is tried: the take's best place is the one where the film's
    joins would suffer least.

    Parameters
    ----------
    take
        A take or still that is not in the film.
    film
        The shots.
    aim
        Score that joins which are not dry aim at.
    """
    fitting = [k for k, shot in enumerate(film) if shot.frames <= take.usable_frames]
    if not fitting:
        return "it is shorter than every shot"
    if take.confidence == 0:
        return "its motion is not known"
    losses = [(_loss(take, film, k, aim), k) for k in fitting]
    (loss, now, then), slot = min(losses)
    place = f"shot {slot + 1}, where {film[slot].name} is"
    if now is None or then is None:
        return "there was no other shot to fill"
    if loss <= 0:
        return (
            f"it would do as well as {place}: joins {then:.2f} instead of {now:.2f}; "
            "rhythm, colour or another seed decided"
        )
    return f"its best place is {place}: joins there would be {then:.2f}, not {now:.2f}"


def _loss(
    take: Material, film: Sequence[InFilm], slot: int, aim: float
) -> tuple[float, float | None, float | None]:
    """Return how much worse the joins of a slot would be, as they are, as they'd be."""
    opened = openings(take, film[slot].frames)
    now: list[float] = []
    then = np.zeros(len(opened.ways))
    sides = 0
    if slot:
        before, kind = np.array([film[slot - 1].leaving]), film[slot].planned
        now.append(
            _aimed(scores(before, np.array([film[slot].entering])), kind, aim)[0, 0]
        )
        then = then + _aimed(scores(before, opened.entries), kind, aim)[0]
        sides += 1
    if slot + 1 < len(film):
        after, kind = np.array([film[slot + 1].entering]), film[slot + 1].planned
        now.append(
            _aimed(scores(np.array([film[slot].leaving]), after), kind, aim)[0, 0]
        )
        then = then + _aimed(scores(opened.exits, after), kind, aim)[:, 0]
        sides += 1
    if not sides:
        return 0.0, None, None
    best = float(then.max()) / sides
    usual = float(np.mean(now))
    return round(usual - best, 6), usual, best


def _aimed(found: Scores, kind: str, aim: float) -> Scores:
    """Return how well scores serve a kind, 1 at best: contrast is the aim of dry."""
    if kind not in ("dry", "match"):
        return np.ones_like(found)
    return 1 - (found if kind == "dry" else np.abs(found - aim))
