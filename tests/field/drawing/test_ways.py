"""Where takes may be cut, and what is kept of what is made once."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.assemble.match import score
from otio_genai.field import model
from otio_genai.field.drawing import Conditions, Drawing, draw_many, join_score, space
from otio_genai.field.drawing import ways as ways_room
from otio_genai.field.drawing.joining import Rule, plainly, quickly
from otio_genai.field.drawing.tables import Joins, joins
from otio_genai.field.drawing.ways import ways
from tests.field.drawing.small import CLOCK, UNEVEN, made_field, option, plain, slot


def long_field(seed=0, clock=None, shortest=8, longest=100):
    rng = np.random.default_rng(seed)
    kept = [
        slot(
            n,
            [option(rng, ins=range(0, 300, 12), outs=None, end=400)],
            shortest=shortest,
            longest=longest,
        )
        for n in range(2)
    ]
    return made_field(kept, clock=clock)


@settings(max_examples=10)
@given(st.sampled_from([None, CLOCK, UNEVEN]), st.integers(8, 30), st.integers(0, 60))
def test_thinned_out_points_leave_every_in_point_a_length(clock, shortest, more):
    field = long_field(0, clock, shortest, shortest + 4 + more)
    found = ways(field)[0]
    assert found.fits.shape[2] <= 48 + found.fits.shape[1]
    assert (found.fits > 0).any(axis=2).all()
    for a, b in np.argwhere(found.fits[0] > 0):
        assert shortest <= found.frames[0, a, b] <= shortest + 4 + more
        assert found.ins[0, a] + found.frames[0, a, b] <= 400


def test_tables_that_would_grow_too_large_have_fewer_out_points(monkeypatch):
    field = long_field()
    wide = ways(field)[0].shape[2]
    monkeypatch.setattr(ways_room, "MOST_JOINS", 500)
    assert 6 <= ways(long_field())[0].shape[2] < wide


def test_tables_are_made_once_whatever_else_changes(monkeypatch):
    # A field of its own, since tables that are known are not made again.
    field = plain(77)
    made, work = [], Joins._made

    def counting(self, before, after):
        made.append((before, after))
        return work(self, before, after)

    monkeypatch.setattr(Joins, "_made", counting)
    space(field)
    assert sorted(made) == [(0, 1), (1, 2), (2, 3)]
    space(field, Conditions(weights={(1, 1): 4.0}, banned=frozenset({(2, 0)})))
    space(field, Conditions(resting=frozenset({(0, 0)}), pinned={3: 1}))
    assert len(made) == 3
    space(field, Conditions(dissonance=0.5))
    assert len(made) == 6
    space(field, Conditions(dissonance=0.5001))
    space(replace(field, title="another"))
    assert len(made) == 6


def test_large_tables_are_kept_in_single_precision():
    rng = np.random.default_rng(0)
    many = [option(rng, ins=range(6), outs=range(6, 12)) for _ in range(24)]
    field = made_field([slot(n, many) for n in range(2)])
    assert joins(field, None)(0, 1).dtype == np.float32
    assert joins(plain(), None)(0, 1).dtype == np.float64


def test_a_length_between_those_that_are_known_counts_as_the_nearest():
    field = long_field()
    drawing = Drawing(space(field))
    known = ways(field)[0]
    a, b = np.argwhere(known.fits[0] > 0)[0]
    way, frames = int(known.ins[0, a]), int(known.frames[0, a, b])
    drawing.take(model.Chosen(0, 0, way, frames + 1))
    assert drawing.decided == (model.Chosen(0, 0, way, frames + 1),)


def test_a_join_scores_as_its_motions_match():
    field = plain()
    first, second = Drawing(space(field)).finish(np.random.default_rng(0))[:2]
    one = field.slots[0].options[first.option].material
    two = field.slots[1].options[second.option].material
    wanted = score(one.leaving[first.way + first.frames], two.entering[second.way])
    assert join_score(field, first, second) == pytest.approx(wanted)


def test_stills_move_as_they_leave_and_last_as_long_as_they_say():
    rng = np.random.default_rng(0)
    stills = [option(rng, ins=(0, 1, 2), outs=None, still=True) for _ in range(2)]
    field = made_field([slot(n, stills[n : n + 1]) for n in range(2)])
    found = ways(field)[0]
    for a, b in np.argwhere(found.fits[0] > 0):
        moved = found.leaving[0, b], found.entering[0, a]
        assert (moved[0] == moved[1]).all()
        assert 4 <= found.frames[0, a, b] <= 12
    shots = draw_many(space(field), rng, 200)
    assert {shot.way for film in shots for shot in film} == {0, 1, 2}
    assert all(4 <= shot.frames <= 12 for film in shots for shot in film)


def test_a_seed_decides_the_film():
    made = space(plain())
    films = [Drawing(made).finish(np.random.default_rng(5)) for _ in range(2)]
    assert films[0] == films[1]
    assert draw_many(made, np.random.default_rng(5), 9) == draw_many(
        made, np.random.default_rng(5), 9
    )


def test_what_rests_is_shown_only_where_no_film_is_without():
    field = plain(takes=2)
    pairs = frozenset((n, 0) for n in range(4))
    rng = np.random.default_rng(0)
    for film in draw_many(space(field, Conditions(resting=pairs)), rng, 50):
        assert all(shot.option == 1 for shot in film)
    told = Conditions(resting=pairs | {(2, 1)}, banned=frozenset({(0, 1)}))
    for film in draw_many(space(field, told), rng, 50):
        assert [shot.option for shot in film][::3] == [0, 1]
        assert film[1].option == 1


def test_a_slot_shown_once_is_left_out_when_its_takes_are_used_up():
    field = plain(takes=2)
    field = replace(
        field,
        slots=tuple(
            replace(s, policy="once") if n == 2 else s
            for n, s in enumerate(field.slots)
        ),
    )
    for turn, wanted in enumerate([0, 1, None]):
        film = Drawing(space(field, Conditions(turn=turn))).finish(
            np.random.default_rng(turn)
        )
        shown = {shot.slot: shot.option for shot in film}
        assert shown.get(2) == wanted


@settings(max_examples=25)
@given(
    st.sampled_from(["match", "dry", "carry", "dissolve", "dip"]),
    st.integers(0, 1000),
    st.sampled_from([0.0, 0.3, 1.0]),
    st.sampled_from([None, 0.6]),
    st.sampled_from([None, 30.0]),
)
def test_large_tables_weigh_joins_as_small_ones(kind, seed, dissonance, most, de):
    rng = np.random.default_rng(seed)
    made = [option(rng, ins=range(4), outs=range(6, 11)) for _ in range(6)]
    # Some that rest, and some that go on just as another went.
    made[0].material.leaving[:] = made[0].material.entering[:] = 0.001
    made[1].material.entering[:] = made[2].material.leaving[6]
    field = made_field([slot(n, made[n:] + made[:n]) for n in range(2)])
    style = replace(field.style, dissonance=dissonance, weight_rest=0.3)
    motion, palette = model.Motion(0.2, most), model.Palette(de)
    rule = Rule(kind, 2, style, motion, palette)
    plain_one, quick = plainly(rule, *ways(field)), quickly(rule, *ways(field))
    assert quick.dtype == np.float32
    assert ((plain_one > 0) == (quick > 0)).all()
    assert quick == pytest.approx(plain_one, abs=2e-5)


def test_a_field_with_one_more_take_keeps_the_tables_of_all_other_slots():
    field = plain(78, slots=4)
    kept = [joins(field, None)(n, n + 1) for n in range(3)]
    last = field.slots[3]
    more = replace(last, options=(*last.options, option(np.random.default_rng(0))))
    other = joins(replace(field, slots=(*field.slots[:3], more)), None)
    assert [other(n, n + 1) is kept[n] for n in range(3)] == [True, True, False]
