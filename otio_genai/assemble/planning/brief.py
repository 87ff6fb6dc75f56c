"""What a plan is made from, and the plan that is made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from otio_genai.assemble.planning.earlier import Earlier, identity
from otio_genai.assemble.planning.noted import Directions
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.sequence import Join, Shot
from otio_genai.assemble.style import Style

__all__ = ["Brief", "Planned"]


@dataclass(frozen=True, slots=True, eq=False)
class Brief:
    """All that a plan is made from."""

    pool: Sequence[Material]
    "The takes and stills there are."
    total: int
    "Length of the film in record frames."
    rate: Fraction
    "The film's rate."
    style: Style
    "How to cut."
    places: Places
    "What of music and voice matters."
    directions: Directions
    "What the director noted."
    seed: int = 0
    "Another seed, another film."
    earlier: Earlier | None = None
    "An earlier cut of which as little as possible is to move."
    shortlisted: bool = False
    "Whether the pool is a choice of many more takes."
    warnings: list[str] = field(default_factory=list)
    "Gets a sentence for each wish that could not be met."

    @property
    def digest(self) -> str:
        """Return what tells this brief from others, seed and earlier film aside."""
        noted = self.directions
        facts = (
            [identity(material.clip) for material in self.pool],
            [material.sketch for material in self.pool],
            (self.total, self.rate, self.style.to_dict(), self.places),
            [(rule.take, rule.slot, rule.after) for rule in noted.rules],
            (noted.moments, noted.ins, noted.lengths, noted.joins),
            (noted.slot_ins, noted.slot_lengths, noted.shots),
        )
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def chosen(self, order: Sequence[int]) -> list[Material]:
        """Return the takes of an order."""
        return [self.pool[take] for take in order]


@dataclass(frozen=True, slots=True)
class Planned:
    """The film as planned."""

    shots: list[Shot]
    "The shots."
    joins: list[Join]
    "The joins between them, one fewer."
    cuts: tuple[int, ...]
    "Record frames of the joins."
    costs: dict[str, float]
    "What it costs, rule by rule."

    @property
    def cost(self) -> float:
        """Return what it costs in all."""
        return sum(self.costs.values())
