"""Rules that leave no film together are named, all of them and no others."""

from dataclasses import replace

import numpy as np
import pytest

from otio_genai.errors import FieldError
from otio_genai.field import model
from otio_genai.field.drawing import Conditions, conflict, space
from otio_genai.field.drawing.rules import Asked, rules
from otio_genai.field.flags import parse
from tests.field.drawing.small import CLOCK, Rules, plain, wild


def films(asked):
    """Whether there are films, as a plain reading of the laws has it."""
    if asked.repeats:
        return drawn(asked)
    try:
        return bool(Rules(asked.field, asked.conditions).drawn())
    except (FieldError, ValueError, IndexError):
        return False


def drawn(asked):
    try:
        space(asked.field, asked.conditions, repeats=asked.repeats, reasons=False)
    except FieldError:
        return False
    return True


def contradictory(seed):
    """A field of few films, and more asked of it than it may have."""
    rng = np.random.default_rng(seed)
    field = plain(seed, slots=3, takes=2, clock=CLOCK)
    limit = model.Motion(0.4, float(rng.choice([0.35, 0.6, 0.9])))
    exact = int(rng.integers(3, 9)) if rng.random() < 0.7 else None
    slots = list(field.slots)
    if rng.random() < 0.6:
        slots[1] = replace(slots[1], at=CLOCK.frame(int(rng.integers(1, 4))))
    if rng.random() < 0.5:
        slots[2] = replace(slots[2], policy="fixed")
    field = replace(
        field,
        slots=tuple(slots),
        motion=limit,
        runtime=model.Runtime(exact=exact),
    )
    banned = frozenset((int(n), 0) for n in range(3) if rng.random() < 0.4)
    return Asked(field, Conditions(banned=banned))


SEEDS = [s for s in range(60) if not drawn(contradictory(s))][:12]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_rule_that_is_named_can_be_spared_and_they_are_enough(seed):
    asked = contradictory(seed)
    every = list(rules(asked))
    found = conflict._least(asked, every, conflict._Looks(drawn))
    assert found and not films(asked)
    others = [rule for rule in every if rule not in found]
    alone = conflict._without(asked, others)
    assert not films(alone)
    assert all(films(rule.without(alone)) for rule in found)


def said_of(field, told=None):
    with pytest.raises(FieldError) as caught:
        space(field, told)
    assert caught.value.remedy
    return str(caught.value)


def test_lengths_near_to_the_one_wished_for_are_told():
    # Four shots of two or four ticks, so none of an odd number.
    field = plain(outs=(8, 16), clock=CLOCK)
    slots = [
        replace(
            slot,
            options=tuple(replace(one, ins=(0,)) for one in slot.options),
            longest=20,
        )
        for slot in field.slots
    ]
    runtime = model.Runtime(exact=11)
    said = said_of(replace(field, slots=tuple(slots), runtime=runtime))
    assert "10 ticks (1.67 s) or 12 ticks (2.00 s) would do" in said
    assert "tick 10 or 12, and others from 8 to 16" in said


def test_pins_and_bans_are_named_by_their_takes():
    field = plain()
    field = replace(field, branches=(model.Branch("on", 0, 2, parse("no"), 1.0),))
    told = Conditions(banned=frozenset({(1, k) for k in range(3)}))
    said = said_of(field, told)
    assert "slot-001: all of its 3 takes are banned" in said
    assert "branch on, when: only if no" in said


def test_what_is_wrong_in_two_places_is_told_at_once():
    told = Conditions(banned=frozenset((s, k) for s in (1, 2) for k in range(3)))
    said = said_of(plain(), told)
    assert "slot-001: all of its 3 takes are banned" in said
    assert "slot-002: all of its 3 takes are banned" in said


def test_a_limit_that_is_told_is_enough():
    field = plain(3, motion=model.Motion(0.4, 0.05))
    said = said_of(field)
    limit = float(said.split(" would do")[0].split("; ")[-1])
    space(replace(field, motion=model.Motion(0.4, limit)))
    with pytest.raises(FieldError):
        space(replace(field, motion=model.Motion(0.4, limit - 0.11)), reasons=False)


def test_a_field_with_films_is_not_asked_why():
    field, told = wild(4840, most=5)
    space(field, told)
