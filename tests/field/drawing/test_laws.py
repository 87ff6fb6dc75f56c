"""Films of small made-up fields against all films there are, found one by one."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from otio_genai.errors import FieldError
from otio_genai.field import model
from otio_genai.field.drawing import (
    Conditions,
    Drawing,
    best,
    counted,
    draw_many,
    reachable,
    space,
)
from otio_genai.field.drawing import filter as filters
from tests.field.drawing.small import CLOCK, UNEVEN, Rules, plain, wild

seeds = st.integers(0, 20_000)


def spaced(seed):
    """A wild field that holds some films: its space, and its plain rules."""
    field, told = wild(seed)
    rules = Rules(field, told)
    try:
        return space(field, told), rules
    except FieldError:
        assert not rules.films()
    assume(False)


@settings(max_examples=10)
@given(seeds)
def test_the_weight_of_all_films_is_that_of_each_together(seed):
    made, rules = spaced(seed)
    assert made.log_weight == pytest.approx(math.log(sum(rules.drawn().values())))


@settings(max_examples=10)
@given(seeds)
def test_every_film_has_one_number_and_every_number_one_film(seed):
    made, rules = spaced(seed)
    every, found = rules.films(), counted(made)
    assert found.films == len(every)
    chosen = range(0, found.films, max(1, found.films // 50))
    films = [found.film(number) for number in chosen]
    assert [found.number(film) for film in films] == list(chosen)
    assert len(set(films)) == len(films)
    assert set(films) <= set(every)
    with pytest.raises(FieldError):
        found.film(found.films)


@settings(max_examples=10)
@given(seeds)
def test_the_best_film_is_the_greatest_of_all(seed):
    made, rules = spaced(seed)
    every = rules.drawn()
    assert every[best(made)] == pytest.approx(max(every.values()))


@settings(max_examples=10)
@given(seeds)
def test_takes_are_reachable_that_some_film_shows(seed):
    made, rules = spaced(seed)
    shown = {(shot.slot, shot.option) for film in rules.films() for shot in film}
    found = {
        (slot, int(option))
        for slot, row in enumerate(reachable(made))
        for option in np.flatnonzero(row)
    }
    assert found == shown


@settings(max_examples=10)
@given(seeds)
def test_only_films_that_may_be_are_drawn(seed):
    made, rules = spaced(seed)
    rng = np.random.default_rng(seed)
    drawn = [*draw_many(made, rng, 20), *(Drawing(made).finish(rng) for _ in range(5))]
    every = rules.drawn()
    assert all(film in every and rules.admits(film) for film in drawn)


@settings(max_examples=10)
@given(seeds)
def test_chances_are_the_shares_of_films_that_go_on_so(seed):
    made, rules = spaced(seed)
    rng = np.random.default_rng(seed)
    every, drawing, end = rules.drawn(), Drawing(made), len(made.field.slots)
    while not drawing.over:
        begun = drawing.decided
        onward = Counter()
        for film, weight in every.items():
            if film[: len(begun)] == begun:
                more = film[len(begun) :]
                key = (more[0].slot, more[0].option) if more else (end, 0)
                onward[key] += weight
        # What rests the fewest in all may, after these shots, be more than the fewest.
        total = sum(onward.values())
        chances = {(c.slot, c.option): c.probability for c in drawing.chances()}
        assert sum(chances.values()) == pytest.approx(1)
        wanted = {key: weight / total for key, weight in onward.items()}
        assert chances == pytest.approx(wanted, abs=1e-9)
        drawing.next(rng)


@settings(max_examples=10)
@given(seeds, st.integers(0, 100))
def test_steering_in_the_midst_leaves_the_rest_an_exact_draw(seed, other):
    made, rules = spaced(seed)
    rng = np.random.default_rng(seed)
    pairs = [
        (n, k) for n, s in enumerate(made.field.slots) for k in range(len(s.options))
    ]
    drawing = Drawing(made)
    drawing.next(rng)
    told = rules.told
    heavier = Conditions(
        weights={**told.weights, pairs[other % len(pairs)]: 9.0},
        pinned=told.pinned,
        turn=told.turn,
        banned=told.banned,
        dissonance=0.8,
    )
    drawing.look(space(made.field, heavier))
    begun = drawing.decided
    every = Rules(made.field, heavier).films()
    onward = Counter()
    for film, weight in every.items():
        if film[: len(begun)] == begun:
            more = film[len(begun) :]
            onward[(more[0].slot, more[0].option) if more else None] += weight
    total = sum(onward.values())
    chances = {
        None if c.slot == len(made.field.slots) else (c.slot, c.option): c.probability
        for c in drawing.chances()
    }
    wanted = {key: weight / total for key, weight in onward.items()}
    assert chances == pytest.approx(wanted, abs=1e-9)


@settings(max_examples=10)
@given(seeds)
def test_uniform_films_are_all_alike(seed):
    field, told = wild(seed)
    told = Conditions(turn=told.turn, uniform=True)
    rules = Rules(field, told)
    try:
        made = space(field, told)
    except FieldError:
        assume(False)
    assert made.log_weight == pytest.approx(math.log(len(rules.films())))


FIELDS = {
    "plain": lambda: (plain(1, slots=3, takes=2), Conditions()),
    "clock": lambda: (plain(2, slots=3, takes=2, clock=CLOCK), Conditions()),
    "uneven": lambda: (
        plain(3, slots=3, takes=2, outs=None, clock=UNEVEN),
        Conditions(),
    ),
    "wild": lambda: wild(WILD, most=5),
}
#: A field with a group, a branch, shared takes and some that rest.
WILD = 4840


def chi_square(seen, wanted, count):
    """χ² over its degrees of freedom; films too rare for it are counted as one."""
    total = sum(wanted.values())
    rare = [film for film, w in wanted.items() if count * w / total < 10]
    wanted_of = {f: count * w / total for f, w in wanted.items() if f not in set(rare)}
    if rare:
        wanted_of["rare"] = count * sum(wanted[f] for f in rare) / total
        seen = Counter(seen)
        seen["rare"] = sum(seen[film] for film in rare)
    found = sum((seen[f] - w) ** 2 / w for f, w in wanted_of.items())
    return found / (len(wanted_of) - 1), len(wanted_of) - 1


@pytest.mark.slow
@pytest.mark.parametrize("name", FIELDS)
def test_films_come_as_often_as_they_weigh(name):
    field, told = FIELDS[name]()
    every, made = Rules(field, told).drawn(), space(field, told)
    count = 400_000
    seen = Counter(draw_many(made, np.random.default_rng(7), count))
    assert set(seen) <= set(every)
    found, freedom = chi_square(seen, every, count)
    assert freedom > 30
    assert 0.8 < found < 1.2


@pytest.mark.slow
def test_a_film_decided_cut_by_cut_comes_as_often():
    field, told = FIELDS["plain"]()
    every, made = Rules(field, told).drawn(), space(field, told)
    rng, count = np.random.default_rng(8), 200_000
    seen = Counter(Drawing(made).finish(rng) for _ in range(count))
    found, freedom = chi_square(seen, every, count)
    assert 0.8 < found < 1.2, freedom


def test_single_precision_weighs_as_double(monkeypatch):
    field = plain(2, 4, 3, clock=CLOCK, runtime=model.Runtime(exact=9))
    double = space(field)
    monkeypatch.setattr(filters, "_SINGLE", 0)
    single = space(field)
    assert single.seen.ahead[0].into.dtype == np.float32
    assert single.log_weight == pytest.approx(double.log_weight, abs=1e-5)
    chances = [Drawing(made).chances() for made in (single, double)]
    for one, other in zip(*chances, strict=True):
        assert (one.slot, one.option) == (other.slot, other.option)
        assert one.probability == pytest.approx(other.probability, abs=1e-5)
    shots = Drawing(single).finish(np.random.default_rng(0))
    assert sum(shot.frames for shot in shots) == CLOCK.frame(9)
