"""Rules of whole films, and the sentence where no film keeps them."""

import os
from dataclasses import replace

import pytest

from otio_genai.errors import FieldError
from otio_genai.field.model import Chosen, Coverage
from otio_genai.field.showing import Book, seeded, unseen
from otio_genai.field.showing.rules import Rules
from tests.support import fields
from tests.support.showings import played


@pytest.fixture(scope="module")
def field():
    return fields.field(4, 3, voices=(0, 2))


def film(*lengths):
    return [Chosen(slot, 0, 12, frames) for slot, frames in enumerate(lengths)]


def test_length_is_kept_on_both_sides(field):
    runtime = replace(field.runtime, shortest=90, longest=100)
    rules = Rules(replace(field, runtime=runtime))
    assert rules.broken(film(24, 24, 24, 18)) is None
    assert rules.broken(film(24, 24, 26, 26)) is None
    assert "at least 00:00:03:18" in rules.broken(film(24, 24, 24, 17))
    assert "at most 00:00:04:04" in rules.broken(film(24, 24, 27, 26))


def test_voices_are_heard_whole_one_after_the_other(field):
    # Each lasts 19 frames and begins 5 after its slot.
    rules = Rules(field)
    assert rules.broken(film(12, 12, 12, 12)) is None
    short = [Chosen(0, 0, 12, 12), Chosen(2, 0, 12, 24)]
    assert "voice 0 ends before the next" in rules.broken(short)
    assert rules.broken(film(12, 12, 12, 11)) == "voice 2 ends before the film does"
    assert rules.broken(film(24)) is None


def test_only_slots_with_a_choice_overlap(field):
    coverage = Coverage(False, 0, 0.5, 2)
    rests = [frozenset({(0, 0), (1, 0)}), frozenset({(2, 0), (3, 0)})]
    rests.append(frozenset((k, 0) for k in range(4)))
    plain = replace(field, coverage=coverage, audio=replace(field.audio, voices=()))
    free = frozenset(range(4))
    assert Rules(plain, rests, free).broken(film(24, 24, 24, 24)) is None
    three = Rules(plain, rests, free - {0}).broken(film(24, 24, 24, 24))
    assert three.startswith("no more than 50%")
    assert Rules(plain, rests, frozenset()).broken(film(24, 24, 24, 24)) is None
    one = frozenset({2})
    assert "last 2 showings" in Rules(plain, rests, one).broken(film(24, 24, 24, 24))


def test_the_rule_that_most_films_break_is_named(field):
    runtime = replace(field.runtime, shortest=4000)
    with pytest.raises(FieldError, match="lasts at least") as caught:
        seeded(replace(field, runtime=runtime), 1)
    assert caught.value.remedy


def test_overlap_with_the_last_showings_is_bounded(tmp_path):
    field = fields.field(4, 4)
    coverage = Coverage(False, 0, 0.25, 2)
    field = replace(field, coverage=coverage)
    films = []
    with Book.make(tmp_path / "a.book", "ledger", os.urandom) as book:
        for _ in range(12):
            made = played(unseen(field, book, os.urandom))
            films.append({(one.slot, one.option) for one in made})
    for k, one in enumerate(films):
        assert all(len(one & other) <= 1 for other in films[max(0, k - 2) : k])


def test_takes_rest_for_their_cooldown(tmp_path):
    field = replace(fields.field(3, 4), coverage=Coverage(False, 3, 1.0, 1))
    films = []
    with Book.make(tmp_path / "a.book", "ledger", os.urandom) as book:
        for _ in range(12):
            made = played(unseen(field, book, os.urandom))
            films.append({(one.slot, one.option) for one in made})
    for k, one in enumerate(films):
        assert not any(one & other for other in films[max(0, k - 3) : k])
