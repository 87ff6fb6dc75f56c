"""Every way to use a take or a still in a slot of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_genai.assemble.planning.candidates import Take
from otio_genai.assemble.planning.stills import Still

__all__ = ["Openings", "openings"]

Vectors = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Openings:
    """Ways to use something, n of them."""

    ways: NDArray[np.intp]
    "In-point of each in record frames, or the move's number for a still."
    entries: Vectors
    "Motion after the in-point, shape (n, 4)."
    exits: Vectors
    "Motion before the out-point, shape (n, 4)."
    unsteady: Vectors
    "How unsteady the two cuts are together, shape (n,), 0 to 2."

    def thinned(self, most: int) -> Openings:
        """Return at most ``most`` of the ways, evenly spread."""
        if len(self.ways) <= most:
            return self
        keep = np.unique(np.linspace(0, len(self.ways) - 1, most).round().astype(int))
        return Openings(
            self.ways[keep], self.entries[keep], self.exits[keep], self.unsteady[keep]
        )

    @staticmethod
    def joined(many: Sequence[Openings]) -> Openings:
        """Return the ways of several, one after the other."""
        return Openings(
            np.concatenate([o.ways for o in many]),
            np.concatenate([o.entries for o in many]),
            np.concatenate([o.exits for o in many]),
            np.concatenate([o.unsteady for o in many]),
        )


def openings(
    material: Take | Still, length: int, margins: tuple[int, int] = (0, 0)
) -> Openings:
    """Return the ways to fill a slot of ``length`` record frames.

    Parameters
    ----------
    material
        The take or still.
    length
        The slot, in record frames.
    margins
        Handles wanted before the in and after the out point, in record frames.
    """
    if isinstance(material, Still):
        vectors = material.vectors
        ways = np.arange(len(vectors))
        return Openings(ways, vectors, vectors, np.zeros(len(vectors)))
    ins = material.ins(length, margins)
    outs = np.minimum(ins + length, material.end)
    _, entries = material.moves_at(ins)
    exits, _ = material.moves_at(outs)
    shaky = material.enter_cost[ins] + material.leave_cost[outs]
    return Openings(ins, entries, exits, shaky)
