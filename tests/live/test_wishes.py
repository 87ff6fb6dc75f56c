"""Which takes are wished for, when they are too late, and what lies beside them."""

import itertools

import pytest

from otio_genai.field.model import Chosen
from otio_genai.live.wishes import beside, earliest, wishes
from tests.support import fields

PROMPT = {
    "template": "{weather} over {previous_slot.caption}, {hour}h, no. {witness_no}",
    "vars": {"weather": {"rain": 1, "fog": 1}},
}
HOWS = {
    "straight": {},
    "group": {"groups": [("g", (1, 2), "shuffle")]},
    "group first": {"groups": [("g", (0, 1), "shuffle")]},
    "branch": {"branches": [("b", 0, 3, None, 1.0)]},
    "both": {
        "groups": [("g", (2, 3), "shuffle")],
        "branches": [("b", 0, 2, None, 1.0), ("c", 1, 4, None, 1.0)],
    },
}


def made(how):
    cuts = {"in": [0], "out": [12, 18]}
    return fields.field(slots=4, takes=1, lengths=(0.5, 1.0), cuts=cuts, **HOWS[how])


def test_slots_are_wished_for_that_can_still_be_filled():
    facts = {(slot, 0): {"prompt": PROMPT} for slot in (0, 1, 2, 3)}
    facts[(2, 0)] = {"prompt": PROMPT | {"provider": "fal"}}
    field = fields.field(
        slots=5, takes=1, take_facts=facts, policies={3: "fixed"}, lengths=(1.0, 2.0)
    )

    def asked(*given, **how):
        return [(w.slot, w.starts_s) for w in wishes(field, *given, **how)]

    assert asked() == [(0, 0.0), (1, 1.0), (2, 2.0)]
    assert asked(provider="comfyui") == [(0, 0.0), (1, 1.0)]
    assert asked(after_s=1.5) == [(2, 2.0)]
    assert asked([Chosen(0, 0, 0, 36)]) == [(1, 1.5), (2, 2.5)]


@pytest.mark.parametrize("how", HOWS)
def test_the_earliest_begin_is_that_of_the_earliest_film(how):
    """Oracle: the least over every order of the slots, walked by brute force."""
    field = made(how)
    films = list(walks(field))
    for film in films:
        for upto in range(len(film) + 1):
            decided = [Chosen(slot, 0, 0, 12) for slot in film[:upto]]
            same = [other for other in films if other[:upto] == film[:upto]]
            for slot in range(4):
                places = [other.index(slot) for other in same if slot in other[upto:]]
                wanted = 12 * min(places) if places else None
                assert earliest(field, decided)[slot] == wanted, (film, upto, slot)


def walks(field):
    """Give every order in which a film may come by the slots."""
    units, index = [], 0
    groups = {g.slots[0]: g.slots for g in field.groups}
    while index < len(field.slots):
        units.append(groups.get(index, (index,)))
        index += len(units[-1])

    def on(slot):
        if slot >= len(field.slots):
            yield ()
            return
        unit = next(u for u in units if slot == u[0])
        ways = {unit[-1] + 1, *(b.to for b in field.branches if b.at in unit)}
        for order in itertools.permutations(unit):
            for to in ways:
                for rest in on(to):
                    yield (*order, *rest)

    yield from on(0)


@pytest.mark.parametrize("how", HOWS)
def test_before_and_after_a_slot_lies_what_a_film_may_have_there(how):
    """Oracle: of every film that begins so, what comes beside the slot in any."""
    field = made(how)
    films = list(walks(field))
    for film in films:
        for upto in range(len(film) + 1):
            decided = [Chosen(slot, 0, 0, 12 + slot) for slot in film[:upto]]
            same = [other for other in films if other[:upto] == film[:upto]]
            for slot in sorted({slot for other in same for slot in other[upto:]}):
                befores, afters = set(), set()
                for other in same:
                    if slot in other[upto:]:
                        place = other.index(slot)
                        befores.add(other[place - 1] if place else None)
                        afters.add((*other, None)[place + 1])
                before, after = beside(field, decided, slot)
                # It was not shown long ago, and is not beyond what may come.
                if before is not None:
                    assert before[1].slot in befores | set(film[upto:]), (film, upto)
                if befores == {film[upto - 1]} and upto:
                    assert before[1] == decided[-1]
                assert after is None or after[1].slot not in film[:upto]
                if len(afters) == 1:
                    assert (after and after[1].slot) in afters


def test_the_last_shot_decided_lies_before_what_comes_next():
    """A group whose second slot came first: the first follows it, not the track."""
    field = made("group first")
    decided = [Chosen(1, 0, 0, 17)]
    before, after = beside(field, decided, 0)
    assert before[1] == decided[0] and after[1].slot == 2
    # What follows the group follows what is left of it, not what was shown.
    assert beside(field, decided, 2)[0][1].slot == 0
    # After a branch the film goes on from where it left the track.
    jumped = [Chosen(0, 0, 0, 18)]
    assert beside(made("branch"), jumped, 3)[0][1] == jumped[0]


def test_what_is_likely_is_what_may_be_shown():
    field = made("straight")
    before, _ = beside(field, (), 2)
    assert before[1].frames in (12, 18)
