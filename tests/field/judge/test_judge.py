"""A judgement tells of every film what listing them all tells."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import metadata
from otio_genai.assemble.match import score
from otio_genai.field import judge_draws
from otio_genai.field.document import read_field
from otio_genai.field.drawing import Conditions, counted, space
from otio_genai.field.judge import judge
from otio_genai.field.judge_draws import _share, shared
from otio_genai.field.judge_joins import before
from otio_genai.field.judge_size import digits, told
from tests.support import fields

FEW = {"in": [0, 24], "out": [36, 48, 60]}


def small(**kwargs):
    return fields.document(3, [2, 3, 2], cuts=FEW, **kwargs)


def every_film(field):
    """All films, listed by the field's own numbering."""
    found = counted(space(field, Conditions(uniform=True)))
    return [found.film(n) for n in range(found.films)]


@given(st.integers(0, 10**40))
def test_digits_are_those_written_out(number):
    assert digits(number) == len(str(number))


@given(st.integers(10**6, 10**60))
def test_a_number_is_told_without_exaggeration(number):
    leading, _, power = told(number).partition(" × 10^")
    low = int(leading.replace(".", "")) * 10 ** (int(power.split(",")[0]) - 1)
    assert low <= number < low + 10 ** (digits(number) - 2)


def test_very_large_numbers_are_told():
    assert told(10**9000) == "1.0 × 10^9000, 9001 digits"


@given(st.lists(st.integers(0, 2), min_size=2, max_size=12))
def test_being_alike_is_counted_over_all_pairs(drawn):
    pairs = list(itertools.combinations(drawn, 2))
    alike = sum(a == b for a, b in pairs) / len(pairs)
    counts = [drawn.count(value) for value in set(drawn)]
    assert shared(counts) == pytest.approx(alike)


def test_films_are_counted_and_bounded_as_listed():
    document = small(seed=3)
    field = read_field(document)
    films = every_film(field)
    lengths = [sum(shot.frames for shot in film) / 24 for film in films]
    found = judge(document, draws=400)
    assert found.films == len(films) == len(set(films))
    assert (found.slots, found.takes) == (3, 7)
    assert found.runtime.shortest_s <= min(lengths)
    assert found.runtime.longest_s >= max(lengths)
    assert min(lengths) <= found.runtime.mean_s <= max(lengths)
    assert found.accepted == 1.0 and found.fine
    assert found.contradictions == found.unreachable == found.quarantined == ()


def test_the_worst_join_is_the_worst_of_the_best():
    field = fields.field(3, 3, cuts=FEW, seed=5)
    found = {join.slot: join for join in judge(field, draws=2).worst_joins}
    assert set(found) == {"slot-002", "slot-003"}
    for number, slot in enumerate(field.slots[1:], 1):
        best = {}
        for k, option in enumerate(slot.options):
            scores = [
                score(a.material.leaving[out], option.material.entering[at])
                for a in field.slots[number - 1].options
                for out in a.outs
                for at in option.ins
                if any(12 <= out - i <= 48 for i in a.ins)
            ]
            best[k] = max(scores)
        # Of a match, whose cost is what is missing to 1; colours differ little here.
        join = found[slot.id]
        takes = [o.clip.name for o in slot.options]
        assert join.match == pytest.approx(best[takes.index(join.take)], abs=0.1)


def test_overlap_is_that_of_pairs_of_equal_takes():
    # Takes that are alike in all but name are drawn alike.
    clips = [
        [fields.moving(f"t{s}{k}", 7, family=f"{s}") for k in range(4)]
        for s in range(2)
    ]
    for row in clips:
        for k, clip in enumerate(row):
            metadata.put(clip.media_reference, "hash", {"bytes": f"{clip.name}{k}"})
    field = fields.field(clips=clips, cuts=FEW)
    found = judge(field, draws=3000)
    assert found.overlap == pytest.approx(1 / 4, abs=0.02)
    assert dict(found.overlap_by_slot)["slot-001"] == pytest.approx(1 / 4, abs=0.03)
    assert found.showings_to_cover == found.showings_at_least == 4


def test_where_coverage_is_not_known_a_bound_is_told(monkeypatch):
    monkeypatch.setattr("otio_genai.field.showing.mesh.MOST_ARCS", 0)
    found = judge(fields.document(2, [3, 2], cuts=FEW), draws=2)
    assert found.showings_to_cover is None and found.showings_at_least == 3
    assert "at least 3 showings" in found.readable()


def test_rules_of_whole_films_are_estimated_by_their_share():
    document = small(seed=1)
    field = read_field(document)
    lengths = sorted(sum(shot.frames for shot in film) for film in every_film(field))
    middle = lengths[len(lengths) // 2] / 24
    facts = {"runtime": {"min_s": middle}}
    found = judge(small(seed=1, facts=facts), draws=500)
    assert 0.05 < found.accepted < 1
    assert found.runtime.shortest_s == pytest.approx(middle)
    assert found.runtime.mean_s >= middle


def test_a_take_that_no_join_leads_to_is_named_with_its_reason():
    motion = {"motion": {"tau": 0.6, "hard_max": 0.4}}
    found = judge(fields.document(3, 4, cuts=FEW, seed=2, facts=motion), draws=2)
    assert found.unreachable and not found.fine
    field = fields.field(3, 4, cuts=FEW, seed=2, facts=motion)
    shown = {
        (field.slots[s.slot].id, field.slots[s.slot].options[s.option].clip.name)
        for film in every_film(field)
        for s in film
    }
    every = {(slot.id, o.clip.name) for slot in field.slots for o in slot.options}
    assert {(one.slot, one.take) for one in found.unreachable} == every - shown
    assert all("instead of 0.4 would let" in one.why for one in found.unreachable)


def test_slots_that_cannot_be_joined_are_named_with_the_limit_that_would_do():
    """What is told is enough, and a little less is not."""
    motion = {"motion": {"tau": 0.6, "hard_max": 0.02}}
    asked = dict(slots=2, takes=2, cuts=FEW, seed=2)
    found = judge(fields.document(**asked, facts=motion), draws=2)
    assert found.contradictions and not found.fine
    (pair,) = found.apart
    assert (pair.before_slot, pair.slot) == ("slot-001", "slot-002")
    told = float(pair.why.split("hard_max ")[1].split()[0])
    for limit, fine in ((told, True), (told - 0.02, False)):
        motion = {"motion": {"tau": 0.6, "hard_max": limit}}
        assert bool(judge(fields.document(**asked, facts=motion)).films) == fine
    assert f"slot-001, then slot-002: {pair.why}" in found.readable()


def test_orders_that_no_join_allows_are_told_of_groups():
    loose = {"groups": [("g", (0, 1, 2), "shuffle")], "cuts": FEW, "seed": 2}
    motion = {"motion": {"tau": 0.6, "hard_max": 0.55}}
    found = judge(fields.document(3, 2, **loose, facts=motion), draws=2)
    field = fields.field(3, 2, **loose, facts=motion)
    films = every_film(field)
    met = {(a.slot, b.slot) for f in films for a, b in itertools.pairwise(f)}
    apart = {(int(p.before_slot[-1]) - 1, int(p.slot[-1]) - 1) for p in found.apart}
    assert apart and films and not apart & met


def test_colours_that_lie_apart_are_told_with_how_far():
    asked = dict(slots=2, takes=2, cuts=FEW, seed=2)
    (pair,) = judge(fields.document(**asked, facts={"palette": {"most_de": 0.5}})).apart
    told = float(pair.why.split("most_de ")[1].split()[0])
    assert judge(
        fields.document(**asked, facts={"palette": {"most_de": told}}), draws=2
    ).films


def test_rules_that_no_film_keeps_are_told_and_are_not_fine():
    """Voices longer than any film."""
    found = judge(
        fields.document(2, 2, cuts=FEW, voices=[1], lengths=(0.5, 0.6)), draws=50
    )
    assert found.accepted == 0 and not found.fine
    assert found.accepted_between[0] == 0 < found.accepted_between[1] < 0.1
    assert found.broken == (("voice 1 ends before the film does", 50),)
    assert "none of 50 films drawn keeps" in found.readable()


def test_lengths_near_a_runtime_that_no_film_has_are_told():
    cuts = {"in": [0], "out": [24, 48]}
    runtime = {"runtime": {"min_s": 3.2, "max_s": 3.8}}
    found = judge(fields.document(3, 2, cuts=cuts, facts=runtime), draws=100)
    assert found.accepted == 0 and found.near_s == (3.0, 4.0)
    assert "the nearest last 3.00 s and 4.00 s" in found.readable()
    assert json.loads(json.dumps(found.to_dict()))["near_s"] == [3.0, 4.0]


@given(st.integers(0, 60), st.integers(1, 60))
def test_a_share_lies_in_its_interval(hits, more):
    low, high = _share(hits, hits + more)
    assert 0 <= low <= hits / (hits + more) <= high <= 1
    assert high - low > 0


def test_how_sure_the_overlap_is_holds_nineteen_times_in_twenty():
    field = fields.field(4, 3, cuts=FEW, seed=4)
    exact = judge(field, draws=4000).overlap
    few = [judge_draws.draw(field, space(field), np.random.default_rng(n), 60)
           for n in range(40)]  # fmt: skip
    within = [a <= exact <= b for a, b in (one.overlap_between for one in few)]
    assert sum(within) >= 34


@pytest.mark.parametrize(
    ("takes", "most", "over", "kept"),
    [(2, 0.0, 1, True), (2, 0.0, 2, False), (3, 0.0, 2, True), (3, 0.0, 3, False),
     (2, 0.34, 2, True), (2, 0.33, 2, False)],
)  # fmt: skip
def test_showings_that_must_repeat_are_told(takes, most, over, kept):
    """Of three showings of three slots with two takes each, a pair is alike in one."""
    policy = {"policy": {"max_overlap": most, "over": over}}
    found = judge(fields.document(3, takes, cuts=FEW, facts=policy), draws=2)
    assert (not found.lacking) == kept == found.fine


def test_slots_that_are_all_shown_once_are_told():
    found = judge(
        fields.document(2, 2, cuts=FEW, policies={0: "once", 1: "once"}), draws=2
    )
    assert "after 2 showings" in found.lacking[0] and not found.fine


def test_a_list_of_takes_may_be_empty_in_any_way():
    document = fields.document(1, 1, cuts=FEW)
    clip = document.video_tracks()[0][0]
    for key, nothing in (("takes", None), ("takes", []), ("take", None)):
        metadata.put(clip, key, nothing)
        assert judge(document, draws=2).films


def test_contradictions_come_with_their_sentence():
    said = judge(fields.document(3, 1, shared=True)).contradictions
    assert (
        said[0].startswith("3 slots have fewer different takes") or "slots" in said[0]
    )
    assert any("slot-001" in line for line in said[1:])


def test_progress_comes_to_its_end():
    seen = []
    judge(fields.document(2, 2, cuts=FEW), draws=2, progress=lambda *a: seen.append(a))
    assert [done for _, done, _ in seen] == [*range(6)]
    assert seen[-1] == ("judging", 5, 5)


def test_slots_that_no_condition_opens_are_named():
    facts = {1: {"requires": "night"}}
    found = judge(
        fields.document(3, 2, cuts=FEW, flags={"night": False}, slot_facts=facts)
    )
    assert {one.slot for one in found.unreachable} == {"slot-002"}
    assert all("'night' never holds" in one.why for one in found.unreachable)


def test_other_takes_of_a_fixed_slot_wait_by_intent():
    found = judge(fields.document(2, 3, cuts=FEW, policies={0: "fixed"}), draws=2)
    assert found.fine


def test_takes_in_turn_are_reached_in_their_turn():
    found = judge(fields.document(2, [3, 2], cuts=FEW, policies={0: "cycle"}), draws=2)
    assert found.fine
    assert found.showings_to_cover == 3


def test_takes_in_quarantine_are_listed_and_no_options():
    facts = {(1, 2): {"review": "quarantine"}}
    found = judge(fields.document(2, 3, cuts=FEW, take_facts=facts), draws=2)
    assert found.quarantined == (("slot-002", "take 01-02"),)
    assert found.takes == 5 and found.fine
    assert "take 01-02" in found.readable()


def test_what_contradicts_itself_is_said_and_nothing_else():
    document = fields.document(2, 2, facts={"motion": {"tau": -1}, "flags": {"a b": 1}})
    found = judge(document)
    assert len(found.contradictions) == 2 and not found.fine and found.films == 0
    assert "There is no film in it:" in found.readable()
    never = {"motion": {"tau": 0.6, "hard_max": 0.0}}
    found = judge(fields.document(3, 2, cuts=FEW, facts=never))
    assert found.contradictions and not found.fine


@pytest.mark.parametrize("order", ["fixed", "shuffle"])
def test_slots_are_known_by_what_may_come_before_them(order):
    field = fields.field(
        5,
        1,
        groups=[("g", (1, 2), order)],
        branches=[("b", 2, 4, None, 1.0)],
        slot_facts={0: {"requires": "on"}},
        flags={"on": True},
    )
    found = before(field)
    loose = order == "shuffle"
    assert found[0] == ()
    assert found[1] == ((0, 2) if loose else (0,))
    assert found[2] == ((0, 1) if loose else (1,))
    assert found[3] == ((1, 2) if loose else (2,))
    assert found[4] == ((1, 2, 3) if loose else (2, 3))


@given(st.integers(0, 30))
@settings(max_examples=8, deadline=None)
def test_it_is_the_same_twice_and_json_holds_it(seed):
    document = fields.document(2, 2, cuts=FEW, seed=seed)
    one, two = (judge(document, draws=20, seed=1) for _ in range(2))
    assert one == two
    held = json.loads(json.dumps(one.to_dict()))
    assert int(held["films"]["exact"]) == one.films
    assert held["fine"] is one.fine
    assert math.isclose(held["overlap"], one.overlap)


def test_one_slot_of_one_take_is_a_field():
    found = judge(fields.document(1, 1, cuts={"in": [0], "out": [24]}))
    assert (found.films, found.overlap, found.showings_to_cover) == (1, 1.0, 1)
    assert found.worst_joins == ()
    assert np.isclose(found.runtime.mean_s, 1.0)
