"""All films of a small field with their weights, and what they cover at best."""

from __future__ import annotations

import numpy as np

from otio_genai.field.drawing import Conditions, counted, space
from otio_genai.field.drawing.tables import joins
from otio_genai.field.drawing.ways import ways

__all__ = ["all_films", "fewest", "played", "takes", "weight"]


def all_films(field, conditions=None):
    """Every film of a field, by number."""
    found = counted(space(field, conditions or Conditions(uniform=True)))
    return [found.film(number) for number in range(found.films)]


def takes(film):
    return frozenset((one.slot, one.option) for one in film)


def weight(field, film, weights=None):
    """Weight of a film that goes through all slots in order, up to a factor."""
    filled, tables = ways(field), joins(field, None)
    places, found = [], 1.0
    for one in film:
        slot = filled[one.slot]
        (a,) = np.flatnonzero(slot.ins[one.option] == one.way)
        lengths = slot.frames[one.option, a] == one.frames
        (b,) = np.flatnonzero(lengths & (slot.fits[one.option, a] > 0))
        own = slot.weights[one.option]
        found *= (weights or {}).get((one.slot, one.option), own)
        found *= slot.fits[one.option, a, b]
        places.append((one, int(a), int(b)))
    for (first, _, b), (second, a, _) in zip(places, places[1:], strict=False):
        row = first.option * filled[first.slot].shape[2] + b
        column = second.option * filled[second.slot].shape[1] + a
        found *= tables(first.slot, second.slot)[row, column]
    return found


def fewest(films, wanted):
    """Least number of films that show all takes wanted, by trying all sets of takes."""
    index = {pair: k for k, pair in enumerate(sorted(wanted))}
    sets = {sum(1 << index[p] for p in takes(film) if p in index) for film in films}
    goal = 0
    for one in sets:
        goal |= one
    reached, count = {0}, 0
    while goal not in reached:
        reached = {had | one for had in reached for one in sets}
        count += 1
    return count


def played(showing, witness=False):
    """The whole film of a showing, which is closed then."""
    while showing.next() is not None:
        pass
    film = showing.decided
    showing.close(witness=witness)
    return film
