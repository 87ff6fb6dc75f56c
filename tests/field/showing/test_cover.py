"""The least number of showings is what trying everything finds."""

from dataclasses import replace

import pytest

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, space
from otio_genai.field.showing import mesh as meshes
from otio_genai.field.showing.confined import confined
from otio_genai.field.showing.cover import Cover
from tests.support import fields
from tests.support.marks import later
from tests.support.showings import all_films, fewest, takes

TWO = {"in": [12, 36], "out": [48, 60]}
PLAIN = Conditions()


def hard(field, most):
    """The field with the strictest rule of motion, from one on, that leaves a film."""
    found = replace(field, motion=replace(field.motion, hard_max=most))
    try:
        space(found)
    except FieldError:
        return hard(field, most + 0.05)
    return found


def slotted(field):
    return {
        (number, k)
        for number, slot in enumerate(field.slots)
        for k in range(len(slot.options))
    }


FIELDS = {
    "free": lambda seed: fields.field(3, [2, 3, 4], cuts=TWO, seed=seed),
    "hard": lambda seed: hard(fields.field(3, 3, cuts=TWO, seed=seed), 0.6),
    "harder": lambda seed: hard(
        fields.field(4, [2, 3, 3, 2], cuts=TWO, seed=seed), 0.55
    ),
    "group": lambda seed: hard(
        fields.field(
            3, [3, 2, 2], cuts=TWO, seed=seed, groups=[("g", [0, 1], "shuffle")]
        ),
        0.6,
    ),
    "branch": lambda seed: hard(
        fields.field(
            4, [3, 2, 3, 1], cuts=TWO, seed=seed, branches=[("b", 0, 2, None, 1.0)]
        ),
        0.7,
    ),
    "flag": lambda seed: fields.field(
        3,
        [3, 3, 2],
        cuts=TWO,
        seed=seed,
        flags={"red": False},
        take_facts={(0, 0): {"sets": {"red": True}}},
        slot_facts={1: {"requires": "red"}},
    ),
    "shared": lambda seed: hard(
        fields.field(3, 4, cuts=TWO, seed=seed, shared=True), 0.7
    ),
    "dissolve": lambda seed: fields.field(
        3,
        3,
        cuts={"in": [0, 36], "out": [40, 60, 94]},
        seed=seed,
        kinds=["dissolve"] * 2,
    ),
}


@pytest.mark.parametrize("seed", later(range(2), 1))
@pytest.mark.parametrize("name", FIELDS)
def test_the_least_number_is_that_of_trying_everything(name, seed):
    field = FIELDS[name](seed)
    films = all_films(field)
    cover = Cover(field, PLAIN)
    assert cover.sure
    every = slotted(field)
    there = {pair for film in films for pair in takes(film)}
    for wanted in (every, {p for p in every if p[1]}, {p for p in every if p[0] != 1}):
        least = fewest(films, wanted & there)
        assert cover.least(wanted) == least
        found = cover.films(wanted)
        assert len(found) == least
        assert wanted & there <= frozenset().union(*found)
        assert set(found) <= {takes(film) for film in films}
    assert cover.least(every - there) == 0


def test_a_free_field_is_no_riddle():
    field = FIELDS["free"](0)
    cover = Cover(field, PLAIN)
    assert cover.quick
    assert cover.least(slotted(field)) == 4
    assert not Cover(FIELDS["hard"](0), PLAIN).quick


def test_what_is_banned_needs_no_showing():
    field = FIELDS["free"](0)
    banned = frozenset({(2, 0), (2, 1)})
    assert Cover(field, Conditions(banned=banned)).least(slotted(field)) == 3


def test_what_a_network_cannot_say_is_not_called_sure(monkeypatch):
    field = fields.field(3, 2, clock={"ticks_per_s": "4"})
    exact = replace(field, runtime=replace(field.runtime, exact=12))
    assert not Cover(exact, PLAIN).sure
    monkeypatch.setattr(meshes, "MOST_ARCS", 5)
    cover = Cover(FIELDS["hard"](0), PLAIN)
    assert not cover.sure
    assert cover.least({(0, 0)}) is None
    assert cover.films({(0, 0)}) is None


def test_a_strict_field_of_many_cuts_stays_small():
    cuts = {"in": list(range(0, 60, 6)), "out": list(range(48, 96, 4))}
    field = hard(fields.field(4, 8, cuts=cuts), 0.6)
    field = replace(field, motion=replace(field.motion, tau=0.1))
    found = meshes.mesh(field, PLAIN)
    # As many as 960 points of either side have pairs of takes, not of points.
    assert len(found.arcs) < 4 * 8 * 60
    every = slotted(field)
    films = Cover(field, PLAIN).films(every)
    assert len(films) >= 8
    for path in films:
        assert confined(space(field), path) is not None
