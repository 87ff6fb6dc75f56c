"""Forward through a field: a film, decided cut by cut.

Each decision is drawn in proportion to all that can follow it, so the film as a whole
is an exact draw although no more of it exists than what is decided.

Where a space is not exact and some joins may not be, a film can come to where none goes
on. So a whole film is kept in reserve there: each cut is drawn and the film completed
for trial; if that fails some times, the film goes on as the one in reserve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from otio_genai.errors import FieldError
from otio_genai.field.drawing.forward import Forward
from otio_genai.field.drawing.route import END
from otio_genai.field.drawing.space import Space
from otio_genai.field.model import Chosen

__all__ = ["Chance", "Drawing"]

#: Trials of a whole film, and of what follows one cut.
_TRIALS, _TRIALS_OF_CUT = 200, 3


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a take comes next."""

    slot: int
    "The number of slots for the film's end."
    option: int
    "0 for the end."
    probability: float


class Drawing:
    """A film being drawn.

    Parameters
    ----------
    space
        The films it is one of.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._at = Forward(space)
        self._decided: list[Chosen] = []
        self._over = False
        self._reserve: list[Chosen] | None = None

    @property
    def decided(self) -> tuple[Chosen, ...]:
        """What is decided so far."""
        return tuple(self._decided)

    @property
    def over(self) -> bool:
        """Whether the end is decided."""
        return self._over

    def copy(self) -> Drawing:
        """Return another drawing that begins as this one."""
        made = Drawing.__new__(Drawing)
        made._space, made._at = self._space, self._at.copy()
        made._decided, made._over = list(self._decided), self._over
        made._reserve = self._reserve
        return made

    def look(self, space: Space) -> None:
        """Go on by other conditions; what is decided stays, whatever they say.

        Raises
        ------
        FieldError
            The new space has no place for what is decided. Nothing has changed then.
        """
        made = Drawing(space)
        for chosen in self._decided:
            made.take(chosen)
        self._space, self._at, self._reserve = space, made._at, None

    def chances(self) -> list[Chance]:
        """Return what may come next, likeliest first; empty after the end.

        Raises
        ------
        FieldError
            No film goes on like this one.
        """
        if self._over:
            return []
        found: list[Chance] = []
        self._at.bar()
        parts = self._at.parts()
        total = sum(float(part.sum()) for _, part in parts)
        for to, part in parts:
            if to == END:
                number = len(self._space.field.slots)
                found.append(Chance(number, 0, float(part.sum()) / total))
                continue
            slot = self._at.seen.route.nodes[to].slot
            shape = self._at.seen.fits[slot].shape[:2]
            for option, chance in enumerate(part.reshape(shape).sum(axis=1)):
                if chance > 0:
                    found.append(Chance(slot, option, float(chance) / total))
        return sorted(found, key=lambda c: (-c.probability, c.slot, c.option))

    def next(self, rng: Generator) -> Chosen | None:
        """Decide the next shot; None when the film is over.

        Raises
        ------
        FieldError
            No film goes on like this one.
        """
        if self._over:
            return None
        if self._space.pathless:
            return self._tried(rng)
        return self._drawn(rng)

    def finish(self, rng: Generator) -> tuple[Chosen, ...]:
        """Decide all the rest, and return the whole film.

        Raises
        ------
        FieldError
            No film goes on like this one, or none was found in many trials.
        """
        if self._space.pathless and not self._over:
            found = self._completed(rng, _TRIALS)
            if found is None and self._reserve is None:
                raise _lost(len(self._decided))
            self._decided, self._over = list(found or self._reserve or ()), True
        while self._drawn(rng) is not None:
            pass
        return self.decided

    def take(self, chosen: Chosen) -> None:
        """Decide the next shot oneself.

        It need not be one that would be drawn, but the field must know a way there. A
        length that lies between those that are drawn from counts as the nearest.

        Raises
        ------
        FieldError
            The field knows none.
        """
        at = self._at
        for step in at.steps():
            if step.to != END and at.seen.route.nodes[step.to].slot == chosen.slot:
                at.decide(step.to, chosen.option, *self._way(chosen), chosen)
                self._note(chosen)
                return
        raise FieldError(
            f"Slot {chosen.slot} cannot come after "
            f"{self._decided[-1] if self._decided else 'the start'}.",
            remedy="Choose one of the takes that may come next.",
        )

    def _way(self, chosen: Chosen) -> tuple[int, int]:
        slot = self._at.seen.ways[chosen.slot]
        if 0 <= chosen.option < len(slot.ins):
            found = np.flatnonzero(slot.ins[chosen.option] == chosen.way)
            if chosen.way >= 0 and len(found):
                a = int(found[0])
                fits = slot.fits[chosen.option, a] > 0
                apart = np.abs(slot.frames[chosen.option, a] - chosen.frames)
                if fits.any():
                    return a, int(np.where(fits, apart, apart.max() + 1).argmin())
        raise FieldError(
            f"{chosen} is no way of filling its slot.",
            remedy="Choose one of the takes that may come next.",
        )

    def _drawn(self, rng: Generator) -> Chosen | None:
        if self._over:
            return None
        found = self._at.drawn(rng)
        if found is None:
            self._over = True
            return None
        chosen = self._at.decide(*found)
        self._note(chosen)
        return chosen

    def _note(self, chosen: Chosen) -> None:
        self._decided.append(chosen)
        count = len(self._decided)
        if self._reserve is not None and self._reserve[:count] != self._decided:
            self._reserve = None

    def _completed(self, rng: Generator, trials: int) -> list[Chosen] | None:
        """Return a whole film that goes on as this one, if one is found."""
        for _ in range(trials):
            other = self.copy()
            try:
                while other._drawn(rng) is not None:
                    pass
            except FieldError:
                continue
            return other._decided
        return None

    def _tried(self, rng: Generator) -> Chosen | None:
        """Decide the next shot after which a whole film is known."""
        if self._reserve is None:
            self._reserve = self._completed(rng, _TRIALS)
        kept = self._reserve
        if kept is None:
            raise _lost(len(self._decided))
        other = self.copy()
        chosen = other._drawn(rng)
        if chosen is not None and other._reserve is None:
            other._reserve = other._completed(rng, _TRIALS_OF_CUT)
        if other._reserve is None:
            other = self.copy()
            chosen = kept[len(self._decided)]
            other.take(chosen)
        for name, value in vars(other).items():
            setattr(self, name, value)
        return chosen


def _lost(shots: int) -> FieldError:
    return FieldError(
        f"No film was found that goes on like this one in {_TRIALS} trials.",
        place=f"after {shots} shots",
        remedy="Give the slots more takes of their own, or allow more to break.",
    )
