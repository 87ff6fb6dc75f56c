"""No film that is drawn begins a slot, or ends, beyond the bounds that are told."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.errors import FieldError
from otio_genai.field import drawing
from otio_genai.field.bounds import bounds, shot_lengths
from otio_genai.field.document import faults, read_field
from tests.support import fields

CLOCK = {"ticks_per_s": "4"}


@st.composite
def documents(draw):
    """Small fields with groups, branches, conditions and pinned times."""
    slots = draw(st.integers(2, 5))
    rules = {"flags": {"a": draw(st.booleans())}, "seed": draw(st.integers(0, 50))}
    if draw(st.booleans()):
        first = draw(st.integers(0, slots - 2))
        rules["groups"] = [("g", [first, first + 1], "shuffle")]
    elif slots > 2:
        at = draw(st.integers(0, slots - 3))
        rules["branches"] = [("b", at, draw(st.integers(at + 2, slots)), None, 300.0)]
    facts = {draw(st.integers(0, slots - 1)): {"requires": "a"}}
    if draw(st.booleans()):
        rules["clock"] = CLOCK
        pin = {"at_s": draw(st.integers(0, 16)) / 4}
        facts |= {draw(st.integers(0, slots - 1)): pin}
    if draw(st.booleans()):
        rules["take_facts"] = {(0, 0): {"cuts": {"in": [12], "out": [30, 50]}}}
    return fields.document(slots, 2, frames=60, slot_facts=facts, **rules)


def drawn(field, count=30):
    try:
        space = drawing.space(field)
    except FieldError:
        return []
    return drawing.draw_many(space, np.random.default_rng(0), count)


@settings(max_examples=15)
@given(documents())
def test_drawn_films_lie_within_the_bounds(made):
    if faults(made):
        return
    field = read_field(made)
    found, wrong = bounds(field.slots, field.groups, field.branches)
    assert wrong == []
    for film in drawn(field):
        clock = 0
        for one in film:
            assert found[one.slot].earliest <= clock <= found[one.slot].latest
            least, most = shot_lengths(field.slots[one.slot])
            assert least <= one.frames <= most
            clock += one.frames
        assert found[-1].earliest <= clock <= found[-1].latest


@settings(max_examples=15)
@given(st.integers(0, 20), st.integers(0, 20))
def test_a_pinned_time_is_refused_where_no_film_can_keep_it(first, second):
    pins = {1: {"at_s": first / 4}, 2: {"at_s": second / 4}}
    made = fields.document(3, 2, clock=CLOCK, slot_facts=pins)
    # Shots last half a second to two.
    kept = 2 <= first <= 8 and 2 <= second - first <= 8
    assert (faults(made) == []) == kept
    if kept:
        films = drawn(read_field(made), 5)
        assert films
        for film in films:
            assert film[0].frames == 6 * first
            assert film[0].frames + film[1].frames == 6 * second
