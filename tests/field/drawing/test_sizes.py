"""Fields of unlike sizes: one slot, single takes, other rates, stills, many groups."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.field.drawing import Conditions, counted, draw_many, space
from otio_genai.field.judge import judge
from tests.support import fields

CUTS = {"in": [0, 24], "out": [36, 48, 60]}
NTSC = Fraction(24000, 1001)


def drawn(field, count=20):
    """Films drawn one by one and by number, all of which the field numbers."""
    seen = space(field)
    films = draw_many(seen, np.random.default_rng(0), count)
    numbers = counted(space(field, Conditions(uniform=True)))
    for film in films:
        assert numbers.film(numbers.number(film)) == film
    return films


@pytest.mark.parametrize(
    ("slots", "takes"), [(1, 1), (1, 4), (5, 1), (3, [1, 4, 1]), (40, 2)]
)
def test_few_slots_and_single_takes_are_fields(slots, takes):
    field = fields.field(slots, takes, cuts=CUTS)
    assert all(len(film) == slots for film in drawn(field))
    assert judge(field, draws=5).fine


@pytest.mark.parametrize(
    ("film", "takes"),
    [(Fraction(25), NTSC), (Fraction(24), Fraction(60)), (NTSC, Fraction(30))],
)
def test_takes_of_another_rate_than_the_films_end_within_their_media(film, takes):
    """On the record grid: the last frame shown lies before the media's end."""
    length = round(4 * takes)
    clips = [
        [fields.moving(f"t{s}{k}", 10 * s + k, rate=takes, frames=length)
         for k in range(2)]
        for s in range(3)
    ]  # fmt: skip
    field = fields.field(clips=clips, rate=film)
    most = Fraction(length) / takes * film
    for shots in drawn(field, 60):
        assert all(shot.way + shot.frames <= most for shot in shots)
    assert judge(field, draws=5).fine


def test_stills_stand_between_takes_and_stems_beside_them():
    field = fields.field(4, 3, still_slots=(1, 3), bed=True, stems=2)
    for shots in drawn(field):
        for shot in shots:
            low, high = field.slots[shot.slot].shortest, field.slots[shot.slot].longest
            assert low <= shot.frames <= high
    assert judge(field, draws=5).fine


def test_six_groups_keep_an_exact_length():
    """Each group of three in any order; every film has the ticks asked for."""
    groups = [(f"g{n}", tuple(range(3 * n, 3 * n + 3)), "shuffle") for n in range(6)]
    field = fields.field(
        18,
        2,
        cuts={"in": [0, 24], "out": [48, 60, 72]},
        groups=groups,
        clock={"ticks_per_s": "4"},
        facts={"runtime": {"exact_ticks": 102}},
    )
    orders = set()
    for shots in drawn(field, 40):
        assert sum(shot.frames for shot in shots) == field.clock.frame(102)
        slots = [shot.slot for shot in shots]
        assert [sorted(slots[k : k + 3]) for k in range(0, 18, 3)] == [
            list(range(k, k + 3)) for k in range(0, 18, 3)
        ]
        orders.add(tuple(slots))
    assert len(orders) > 30
