"""What cannot be drawn is refused, with a name for what hinders it."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from otio_genai.errors import FieldError
from otio_genai.field import model
from otio_genai.field.drawing import Conditions, Drawing, counted, join_score, space
from otio_genai.field.drawing import count as counts
from otio_genai.field.drawing import route as routes
from otio_genai.field.flags import parse
from otio_genai.field.model import Chosen
from tests.field.drawing.small import CLOCK, made_field, option, plain, slot


def refusal(field, told=None) -> str:
    with pytest.raises(FieldError) as caught:
        space(field, told)
    assert caught.value.remedy
    return str(caught.value)


def changed(field, number, **over):
    slots = list(field.slots)
    slots[number] = replace(slots[number], **over)
    return replace(field, slots=tuple(slots))


def test_an_empty_slot_is_named():
    field = plain()
    said = refusal(changed(field, 2, options=()))
    assert "slot-002 has no takes" in said
    assert "no slots" in refusal(made_field(()))


def test_every_contradiction_is_named_at_once():
    told = Conditions(
        pinned={1: 0, 9: 0},
        banned=frozenset({(1, 0), (0, 7)}),
        weights={(2, 1): float("nan"), (2, 2): -1.0},
        dissonance=1.5,
        turn=-1,
        orders={"no": (1, 2)},
    )
    said = refusal(plain(), told)
    for part in (
        "pin: slot 9",
        "ban: slot 0, take 7",
        "nan",
        "-1",
        "1.5",
        "turn",
        "no",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("told", "part"),
    [
        (Conditions(pinned={1: 0}, banned=frozenset({(1, 0)})), "pinned and banned"),
        (Conditions(pinned={1: 0}, weights={(1, 0): 0.0}), "pinned and has no weight"),
        (
            Conditions(banned=frozenset({(2, 0), (2, 1), (2, 2)})),
            "slot-002: none of its takes may be shown",
        ),
        (
            Conditions(weights={(0, k): 0.0 for k in range(3)}),
            "slot-000: none of its takes may be shown",
        ),
    ],
)
def test_what_is_asked_and_forbidden_is_named(told, part):
    assert part in refusal(plain(), told)


def test_a_take_that_is_too_short_for_its_pin_is_named():
    rng = np.random.default_rng(0)
    short = option(rng, ins=(0,), outs=(2,))
    field = changed(plain(), 1, options=(short, *plain().slots[1].options))
    assert "fits its slot at no length" in refusal(field, Conditions(pinned={1: 0}))
    assert all(shot.option for shot in film(field) if shot.slot == 1)


def film(field, told=None):
    return Drawing(space(field, told)).finish(np.random.default_rng(0))


def test_the_first_join_that_no_film_gets_past_is_named():
    # From slot 2 on the takes move so that no join is within the limit.
    field = plain(slots=5, motion=model.Motion(0.4, 0.9))
    wild = replace(field.slots[3], kind="dissolve", half=1000)
    slots = (*field.slots[:3], wild, *field.slots[4:])
    said = refusal(replace(field, slots=slots))
    assert "join of slot-002 and slot-003" in said


def test_slots_that_share_too_few_takes_are_named():
    rng = np.random.default_rng(0)
    one = option(rng)
    rows = [slot(0, [one]), slot(1, [option(rng), option(rng)]), slot(2, [one])]
    said = refusal(made_field(rows))
    assert "2 slots have fewer different takes" in said
    assert "slot-000" in said and "slot-002" in said and "slot-001" not in said


def test_exact_times_need_a_clock():
    field = plain(runtime=model.Runtime(exact=12))
    assert "no clock" in refusal(field)
    assert "slot-001: at frame 8" in refusal(changed(plain(), 1, at=8))


def test_ticks_out_of_range_are_told_with_the_range():
    # Four shots of 1 to 3 ticks.
    for exact in (3, 13):
        said = refusal(plain(clock=CLOCK, runtime=model.Runtime(exact=exact)))
        assert "4 to 12" in said
    for exact in (4, 12):
        field = plain(clock=CLOCK, runtime=model.Runtime(exact=exact))
        assert sum(shot.frames for shot in film(field)) == CLOCK.frame(exact)


def test_a_runtime_out_of_range_is_told_with_the_range():
    said = refusal(plain(clock=CLOCK, runtime=model.Runtime(shortest=100)))
    assert "0.67 to 2.00 s" in said
    said = refusal(plain(clock=CLOCK, runtime=model.Runtime(longest=4)))
    assert "0.67 to 2.00 s" in said


def test_pins_in_time_are_told_with_when_they_could_be():
    field = changed(plain(clock=CLOCK), 1, at=48)
    assert "slot-001: pinned to tick 12, it can begin at tick 1 to 3" in refusal(field)
    field = changed(plain(clock=CLOCK), 1, at=7)
    assert "no tick falls on frame 7, but on 4 and 8" in refusal(field)


def test_a_pin_in_time_is_kept():
    field = changed(plain(clock=CLOCK), 2, at=16)
    rng, made = np.random.default_rng(0), space(field)
    for _ in range(20):
        shots = Drawing(made).finish(rng)
        assert sum(shot.frames for shot in shots[:2]) == 16


def test_a_clock_faster_than_frames_is_refused():
    field = plain(clock=model.Clock(Fraction(30), Fraction(0), Fraction(24)))
    assert "more often than there are frames" in refusal(field)


def test_a_group_too_large_to_be_shuffled_is_named():
    group = model.Group("scenes", tuple(range(11)), "shuffle")
    field = plain(slots=11, takes=1, groups=(group,))
    assert "group scenes: 11 slots are too many" in refusal(field)
    order = tuple(reversed(range(11)))
    shots = film(field, Conditions(orders={"scenes": order}))
    assert tuple(shot.slot for shot in shots) == order


def test_groups_and_branches_that_cannot_be_are_named_at_once():
    field = plain(
        slots=6,
        groups=(
            model.Group("torn", (0, 2), "shuffle"),
            model.Group("whole", (3, 4, 5), "shuffle"),
        ),
        branches=(
            model.Branch("back", 2, 1, None, 1.0),
            model.Branch("in", 1, 4, None, 1.0),
            model.Branch("out", 3, 6, None, 1.0),
        ),
    )
    said = refusal(field)
    for part in (
        "group torn: its slots are no neighbours",
        "branch back: leads to no later slot",
        "branch in: leads into group whole",
        "branch out: leads out of group whole",
    ):
        assert part in said


def test_a_film_without_a_shot_is_refused():
    slots = [replace(s, requires=parse("never")) for s in plain().slots]
    assert "no shot" in refusal(made_field(slots))


def test_shots_that_are_none_of_the_fields_are_refused():
    field = plain()
    made = space(field)
    for shot in (Chosen(1, 0, 0, 8), Chosen(0, 0, 3, 8), Chosen(0, 9, 0, 8)):
        with pytest.raises(FieldError):
            Drawing(made).take(shot)
    numbers, good = counted(made), film(field)
    for bad in (good[:2], (*good, good[0]), (replace(good[0], frames=5), *good[1:])):
        with pytest.raises(FieldError):
            numbers.number(bad)
    with pytest.raises(FieldError):
        numbers.film(-1)
    with pytest.raises(FieldError):
        join_score(field, Chosen(0, 9, 0, 8), good[1])


def test_a_look_that_is_refused_changes_nothing():
    field = plain()
    drawing, rng = Drawing(space(field)), np.random.default_rng(0)
    drawing.next(rng)
    before = drawing.decided, drawing.chances()
    with pytest.raises(FieldError):
        drawing.look(space(plain(1, slots=4, takes=1), Conditions(pinned={0: 0})))
        drawing.take(Chosen(3, 0, 0, 8))
    assert drawing.decided == before[0]


def test_what_is_too_large_is_named(monkeypatch):
    groups = (model.Group("scenes", (1, 2, 3), "shuffle"),)
    field = plain(slots=5, groups=groups, flags={"door": False})
    field = changed(field, 4, requires=parse("door"))
    monkeypatch.setattr(routes, "_MOST_NODES", 8)
    said = refusal(field)
    assert "group scenes: 3 slots in any order" in said
    assert "flags: door" in said
    monkeypatch.setattr(counts, "_MOST_BYTES", 10)
    with pytest.raises(FieldError, match="too large to be counted"):
        counted(space(plain()))
