"""Whether wishes can hold together, against every way to lay takes out."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.assemble.planning.feasible import Rule, arranged, conflict, possible
from tests.support.marks import examples

TAKES = range(4)
slots_of_rules = st.one_of(st.integers(0, 4), st.integers(-3, -1))
placed = st.builds(
    lambda take, slot: Rule(f"{take} in {slot}", take, slot=slot),
    st.sampled_from(TAKES),
    slots_of_rules,
)
linked = st.builds(
    lambda take, after: Rule(f"{take} then {after}", take, after=after),
    st.sampled_from(TAKES),
    st.sampled_from(TAKES),
)
rules_of = st.lists(st.one_of(placed, linked), max_size=5)


def holds(rules, order):
    """Whether an order of takes (-1 for any other take) obeys all rules."""
    for rule in rules:
        if rule.slot is not None:
            place = rule.slot if rule.slot >= 0 else len(order) + rule.slot
            if not 0 <= place < len(order) or order[place] != rule.take:
                return False
        else:
            if rule.take not in order or rule.after == rule.take:
                return False
            at = order.index(rule.take) + 1
            if at == len(order) or order[at] != rule.after:
                return False
    return True


def by_trying(rules, slots):
    # Every take at most once; slots left over are for takes nobody named.
    return any(
        holds(rules, order)
        for order in itertools.product((-1, *TAKES), repeat=slots)
        if all(order.count(take) <= 1 for take in TAKES)
    )


@settings(max_examples=300, deadline=None)
@given(rules_of, st.integers(1, 5))
def test_possible_is_what_trying_everything_finds(rules, slots):
    assert possible(rules, slots, repeats=False) == by_trying(rules, slots)


@settings(max_examples=300, deadline=None)
@given(rules_of, st.integers(1, 6), st.booleans())
def test_a_conflict_is_one_and_every_part_of_it_is_needed(rules, slots, repeats):
    found = conflict(rules, slots, repeats=repeats)
    assert bool(found) != possible(rules, slots, repeats=repeats)
    if not found:
        return
    assert set(found) <= set(rules)
    assert not possible(found, slots, repeats=repeats)
    for rule in found:
        others = [other for other in found if other is not rule]
        assert possible(others, slots, repeats=repeats)


@examples(300, 100)
@given(rules_of, st.integers(1, 6))
def test_an_arrangement_obeys_everything(rules, slots):
    if not possible(rules, slots, repeats=False):
        return
    fixed = {r.place(slots): r.take for r in rules if r.slot is not None}
    pairs = [(r.take, r.after) for r in rules if r.after is not None]
    there = arranged(fixed, pairs, slots)
    assert there is not None
    assert holds(rules, [there.get(slot, -1) for slot in range(slots)])
    assert len(set(there.values())) == len(there)


def test_runs_that_fit_only_one_way_are_found():
    # The first gap has room for both pairs, and must not be given to the three.
    fixed = {4: 90, 8: 91}
    locks = [(1, 2), (3, 4), (5, 6), (6, 7)]
    there = arranged(fixed, locks, 8 + 1)
    assert there is not None
    assert [there[slot] for slot in range(4)] in ([1, 2, 3, 4], [3, 4, 1, 2])
    assert [there[slot] for slot in (5, 6, 7)] == [5, 6, 7]


def test_many_runs_are_laid_out_at_once():
    locks = [(2 * k, 2 * k + 1) for k in range(60)]
    assert arranged({}, locks, 120) is not None
    odd = {3 * k: 1000 + k for k in range(45)}
    assert arranged(odd, locks, 120) is None
    rules = [Rule("", a, after=b) for a, b in locks]
    assert not possible(rules, 119, repeats=False)
