"""Takes that lie in many slots: none comes twice, in either regime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.errors import FieldError
from otio_genai.field import model
from otio_genai.field.drawing import (
    Conditions,
    Drawing,
    best,
    counted,
    draw_many,
    space,
)
from otio_genai.field.drawing import route as routes
from tests.field.drawing.small import CLOCK, Rules, made_field, option, slot


def crowded(seed=0, slots=12, pool=16, takes=8, **over):
    """A field whose slots draw from one pool, too large for nodes of its own."""
    rng = np.random.default_rng(seed)
    known = [option(rng, content=f"take {n}") for n in range(pool)]
    rows = [
        slot(n, [known[k] for k in rng.choice(pool, takes, replace=False)])
        for n in range(slots)
    ]
    return made_field(rows, **over)


def contents(field, film):
    return [field.slots[s.slot].options[s.option].content for s in film]


@settings(max_examples=5)
@given(st.integers(0, 1000), st.integers(12, 16))
def test_none_comes_twice_however_few_there_are(seed, pool):
    # As many takes as slots leave a single way out, many times over.
    field = crowded(seed, pool=pool)
    try:
        made = space(field)
    except FieldError as error:
        assert "fewer different takes" in error.sentence
        return
    assert not made.exact
    rules, rng = Rules(field, Conditions()), np.random.default_rng(seed)
    for film in [*draw_many(made, rng, 3), best(made)]:
        assert len(film) == len(field.slots)
        assert len(set(contents(field, film))) == len(film)
        assert rules.admits(film)


def test_slots_with_fewer_takes_than_they_are_are_named():
    rng = np.random.default_rng(0)
    two = [option(rng, content=f"take {n}") for n in range(2)]
    many = [option(rng, content=f"other {n}") for n in range(16)]
    rows = [slot(n, two if n in (3, 5, 7) else many) for n in range(12)]
    with pytest.raises(FieldError) as caught:
        space(made_field(rows))
    assert list(caught.value.items) == [f"slot slot-00{n}" for n in (3, 5, 7)]


def test_few_shared_takes_are_drawn_exactly():
    field = crowded(1, slots=4, pool=5, takes=3)
    made = space(field)
    assert made.exact
    assert made.log_weight == pytest.approx(
        np.log(sum(Rules(field, Conditions()).films().values()))
    )


def test_both_ways_of_keeping_apart_draw_from_the_same_films(monkeypatch):
    field = crowded(2, slots=4, pool=5, takes=3)
    every = Rules(field, Conditions()).films()
    monkeypatch.setattr(routes, "_MOST_SHARED", 3)
    # The same slots in a new field, for which nothing is known yet.
    made = space(made_field(field.slots))
    assert not made.exact
    shown = set(draw_many(made, np.random.default_rng(1), 500))
    assert shown <= set(every)
    takes = [{(s.slot, s.option) for film in of for s in film} for of in (shown, every)]
    assert takes[0] == takes[1]


def test_chances_are_none_for_takes_that_would_leave_too_few():
    rng = np.random.default_rng(3)
    free = [option(rng, content=f"take {n}") for n in range(12)]
    # The last slot has one take only, so no other may show it.
    rows = [slot(n, free) for n in range(11)] + [slot(11, free[:1])]
    field = made_field(rows)
    drawing = Drawing(space(field))
    while not drawing.over and len(drawing.decided) < 11:
        chances = drawing.chances()
        assert sum(c.probability for c in chances) == pytest.approx(1)
        assert all(c.option != 0 for c in chances)
        drawing.next(rng)
    assert [(c.slot, c.option) for c in drawing.chances()] == [(11, 0)]


def test_a_clock_is_kept_besides():
    field = crowded(4, clock=CLOCK, runtime=model.Runtime(exact=24))
    made, rules = space(field), Rules(field, Conditions())
    film = Drawing(made).finish(np.random.default_rng(0))
    assert sum(shot.frames for shot in film) == CLOCK.frame(24)
    assert rules.admits(film)


def test_they_are_not_counted_but_bounded():
    field = crowded()
    with pytest.raises(FieldError, match="cannot be counted"):
        counted(space(field))
    bound = counted(space(field, repeats=True)).films
    assert bound > 8**12


def test_a_copy_goes_its_own_way():
    field = crowded()
    drawing, rng = Drawing(space(field)), np.random.default_rng(0)
    for _ in range(4):
        drawing.next(rng)
    other = drawing.copy()
    film = other.finish(rng)
    assert len(drawing.decided) == 4
    assert film[:4] == drawing.decided
    assert len(set(contents(field, drawing.finish(rng)))) == 12


@pytest.mark.parametrize("seed", range(3))
def test_a_film_decided_cut_by_cut_comes_to_its_end_where_joins_may_not_be(seed):
    # As many takes as slots and a hard limit: most films drawn blindly are lost.
    field = crowded(seed, pool=12, motion=model.Motion(0.4, 0.7))
    drawing, rng = Drawing(space(field)), np.random.default_rng(seed)
    while drawing.next(rng) is not None:
        pass
    assert Rules(field, Conditions()).admits(drawing.decided)
