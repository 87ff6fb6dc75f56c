"""Weights mean what they say: how often a way on is taken, and how often a take."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.field import model
from otio_genai.field.drawing import Conditions, Drawing, space
from tests.field.drawing.small import made_field, option, plain, slot

#: So wide that all joins are alike.
ALIKE = model.Motion(1e4, None)

weights = st.sampled_from([0.05, 0.25, 1.0, 4.0])


def branch(at, to, weight):
    return (model.Branch("past", at, to, None, weight),)


def share(field, told=None):
    """Share of all films that take the field's branch, by weight and not by draws."""
    whole = space(field, told).log_weight
    return 1 - math.exp(space(replace(field, branches=()), told).log_weight - whole)


def uneven(seed, slots=5, **over):
    """A field of takes with unlike weights, in one slot one and in another five."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 6, slots)
    ins = [tuple(range(int(n))) for n in rng.integers(1, 6, slots)]
    return made_field(
        [
            slot(n, [option(rng, ins=ins[n]) for _ in range(counts[n])])
            for n in range(slots)
        ],
        **over,
    )


@settings(max_examples=15)
@given(st.integers(0, 1000), st.integers(0, 3), st.integers(1, 4), weights)
def test_a_way_past_slots_is_taken_as_it_weighs_where_joins_are_alike(
    seed, at, past, weight
):
    to = min(5, at + 1 + past)
    field = uneven(seed, branches=branch(at, to, weight), motion=ALIKE)
    assert share(field) == pytest.approx(weight / (1 + weight), abs=1e-6)


@settings(max_examples=15)
@given(st.integers(0, 1000), weights)
def test_a_way_past_a_slot_is_taken_about_as_it_weighs_whatever_joins_are(seed, weight):
    motion = model.Motion(0.6, None)
    field = plain(seed, 5, 4, branches=branch(1, 3, weight), motion=motion)
    assert share(field) == pytest.approx(weight / (1 + weight), abs=0.05)


def test_a_group_in_any_order_is_as_likely_as_one_slot():
    group = (model.Group("g", (1, 2, 3), "shuffle"),)
    field = uneven(1, groups=group, branches=branch(0, 4, 1.0), motion=ALIKE)
    assert share(field) == pytest.approx(0.5, abs=1e-6)
    told = Conditions(orders={"g": (2, 1, 3)})
    assert share(field, told) == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    "told",
    [
        Conditions(banned=frozenset({(1, 0), (1, 2)})),
        Conditions(pinned={1: 2}),
        Conditions(resting=frozenset({(1, 0), (3, 1)})),
        Conditions(weights={(1, 0): 50.0, (1, 1): 0.0}),
        Conditions(turn=2),
    ],
)
def test_what_a_showing_asks_of_takes_moves_no_branch(told):
    field = plain(2, 5, 3, branches=branch(0, 2, 0.5), motion=ALIKE)
    slots = tuple(
        replace(s, policy="cycle") if s.id == "slot-004" else s for s in field.slots
    )
    assert share(replace(field, slots=slots), told) == pytest.approx(1 / 3, abs=1e-6)


def test_takes_of_one_weight_are_as_likely_however_many_ways_they_have():
    rng = np.random.default_rng(0)
    ins = ((4,), (0, 1, 2, 3, 4, 5), (0, 4))
    rows = [[replace(option(rng, ins=of), weight=1.0) for of in ins] for _ in range(3)]
    field = made_field([slot(n, row) for n, row in enumerate(rows)], motion=ALIKE)
    for at in range(3):
        drawing = Drawing(space(field))
        for _ in range(at):
            drawing.next(rng)
        chances = {c.option: c.probability for c in drawing.chances()}
        assert chances == pytest.approx(dict.fromkeys(range(3), 1 / 3), abs=1e-6)


def test_a_take_of_twice_the_weight_is_twice_as_likely():
    field = plain(3, 3, 2, motion=ALIKE)
    told = Conditions(weights={(0, 0): 6.0, (0, 1): 3.0})
    chances = {c.option: c.probability for c in Drawing(space(field, told)).chances()}
    assert chances == pytest.approx({0: 2 / 3, 1: 1 / 3}, abs=1e-6)


def test_slots_that_no_join_leads_between_leave_the_other_way():
    # Every join but those of the way past is forbidden.
    rng = np.random.default_rng(4)
    rows = [
        slot(n, [option(rng, ins=(4,)) for _ in range(2)], kind=kind, half=half)
        for n, (kind, half) in enumerate([("dry", 0), ("dip", 99), ("dry", 0)])
    ]
    field = made_field(rows, branches=branch(0, 2, 1e-9))
    films = [Drawing(space(field)).finish(rng) for _ in range(5)]
    assert {tuple(shot.slot for shot in film) for film in films} == {(0, 2)}
