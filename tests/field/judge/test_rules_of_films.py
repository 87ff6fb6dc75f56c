"""What a check says of rules that hardly a film keeps, and of takes they forbid."""

from dataclasses import replace

import pytest

from otio_genai.field.document import read_field
from otio_genai.field.judge import judge
from otio_genai.field.model import Spoken
from tests.support import bins, fields

LONG, SHORT = {"in": [12, 24], "out": [48, 60]}, {"in": [12], "out": [24]}


def unequal(count, shortest):
    """Slots of two takes, up to 48 frames and 12 frames long, and a least runtime."""
    facts = {(s, 1): {"cuts": SHORT, "weight": 0.05} for s in range(count)}
    field = fields.field(
        count, 2, cuts=LONG, lengths=(0.5, 2.0), take_facts=facts, seed=1
    )
    return replace(field, runtime=replace(field.runtime, shortest=shortest))


def spoken(field, slot, seconds, pad):
    clip = bins.voice([(0.1, seconds - 0.1)], seconds, "words")
    voices = (Spoken(slot, clip, pad),)
    return replace(field, audio=replace(field.audio, voices=voices))


def test_no_film_is_said_to_be_shorter_than_what_is_spoken():
    field = spoken(unequal(4, None), 1, 3.0, 24)
    judged = judge(field, draws=20)
    # The first shot lasts half a second at the least, the voice begins a second after.
    assert judged.runtime.shortest_s == pytest.approx(0.5 + 1 + 3)
    free = judge(unequal(4, None), draws=20)
    assert free.runtime.shortest_s == pytest.approx(2.0)
    optional = fields.document(
        4, 2, cuts=LONG, branches=[("b", 0, 2, None, 1.0)], lengths=(0.5, 2.0)
    )
    passed = spoken(read_field(optional), 1, 3.0, 24)
    assert judge(passed, draws=20).runtime.shortest_s < 4.5


def test_rules_that_hardly_a_film_keeps_are_a_fault_with_what_would_do():
    field = unequal(4, 4 * 48 - 12)
    judged = judge(field, draws=300)
    assert judged.accepted < 0.05 and not judged.fine
    (said,) = judged.rare
    assert "slot" in said and "shortest_s" in said and "min_s" in said
    assert "hardly a film  keeps" in judged.readable()
    lower = float(said.split("min_s to ")[1].split(",")[0])
    eased = judge(unequal(4, int(lower * 24)), draws=300)
    assert eased.fine and eased.accepted > 0.3 and not eased.rare


def test_takes_that_rules_let_no_film_show_are_named_apart_from_rare_ones():
    # With one short take a film has 156 frames at the most.
    rare = judge(unequal(4, 156), draws=300)
    assert not rare.unreachable
    none = judge(unequal(4, 157), draws=300)
    assert [one.slot for one in none.unreachable] == [
        *("slot-001", "slot-002", "slot-003", "slot-004")
    ]
    assert all("lasts at least" in one.why for one in none.unreachable)
    assert none.showings_to_cover == none.showings_tried == 1


def test_the_showings_that_are_told_are_those_in_which_all_takes_came():
    judged = judge(unequal(3, 96), draws=300)
    # Of three slots' short takes only one fits into a film, or they are too short.
    assert judged.showings_to_cover == 2 and judged.showings_tried >= 3
    said = judged.readable()
    assert f"everything was shown in {judged.showings_tried} showings, tried" in said
    assert "no fewer than 2 can" in said
    assert judge(unequal(3, None), draws=30).showings_tried is None
