"""Films that are never shown twice: by number, by ledger, in many showings at once."""

import contextlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from otio_genai import metadata
from otio_genai.errors import FieldError
from otio_genai.field.model import Coverage
from otio_genai.field.showing import Book, listed, mode_for, numbered, seeded, unseen
from otio_genai.field.showing.recipe import digest
from tests.support import fields
from tests.support.showings import all_films, played

OFF = Coverage(False, 0, 1.0, 1)
TINY = {"in": [12, 36], "out": [60]}


def entropy(seed):
    return np.random.default_rng(seed).bytes


@pytest.fixture(scope="module")
def alike():
    """A field of 64 films, all alike."""
    made = fields.field(3, 2, cuts=TINY)
    return replace(made, coverage=OFF, fingerprint="abc")


def numbers(field, path, seed=0):
    mode = mode_for(field)
    return Book.make(path, mode, entropy(seed), fingerprint=field.fingerprint)


def test_every_film_once_by_number_then_a_sentence(alike, tmp_path):
    films = set(all_films(alike))
    assert mode_for(alike) == "numbers"
    with numbers(alike, tmp_path / "a.book") as book:
        shown = [played(unseen(alike, book, entropy(0))) for _ in films]
        with pytest.raises(FieldError, match=f"{len(films)} films, and all of them"):
            unseen(alike, book, entropy(0))
        again = [played(numbered(alike, book, n)) for n in range(len(films))]
    assert set(shown) == films
    assert len(shown) == len(films)
    assert again == shown
    with Book.open(tmp_path / "a.book", reading=True) as book:
        assert played(numbered(alike, book, 5)) == shown[5]


def test_numbers_of_another_key_are_other_films(alike, tmp_path):
    orders = []
    for seed in range(2):
        with numbers(alike, tmp_path / f"{seed}.book", seed) as book:
            orders.append([played(numbered(alike, book, n)) for n in range(64)])
    assert orders[0] != orders[1]
    assert set(orders[0]) == set(orders[1])


def test_films_that_break_a_rule_are_passed_over(alike, tmp_path):
    field = replace(alike, runtime=replace(alike.runtime, longest=96))
    good = [f for f in all_films(field) if sum(c.frames for c in f) <= 96]
    with numbers(field, tmp_path / "a.book") as book:
        shown = []
        with pytest.raises(FieldError, match="all of them were shown"):
            while True:
                shown.append(played(unseen(field, book, entropy(0))))
        assert sorted(shown) == sorted(good)
        assert book.count == 64
        for number in range(64):
            try:
                assert played(numbered(field, book, number)) in good
            except FieldError as error:
                assert "at most" in str(error)


def test_numbers_are_not_passed_over_for_ever(tmp_path):
    field = replace(fields.field(6, 4), coverage=OFF, fingerprint="abc")
    field = replace(field, runtime=replace(field.runtime, longest=1))
    with (
        numbers(field, tmp_path / "a.book") as book,
        pytest.raises(FieldError, match="lasts at most"),
    ):
        unseen(field, book, entropy(0))


def test_a_number_tells_how_to_draw_it_again(alike, tmp_path):
    with numbers(alike, tmp_path / "a.book") as book:
        showing = numbered(alike, book, 7)
        assert [c.probability for c in showing.chances()] == [1.0]
        with pytest.raises(FieldError, match="settled"):
            showing.steer(dissonance=1.0)
        showing.renew(fields.field(3, 2))
        while showing.next() is not None:
            pass
        made = showing.close(witness=True)
        assert metadata.read(made, "film")["number"] == 7
        for bad in (-1, 64):
            with pytest.raises(FieldError, match="no film"):
                numbered(alike, book, bad)


def test_a_changed_field_is_not_numbered_on(alike, tmp_path):
    bag = Coverage(True, 0, 1.0, 1)
    with numbers(alike, tmp_path / "a.book") as book:
        played(unseen(alike, book, entropy(0)))
        other = replace(alike, fingerprint="another")
        for make in (
            lambda: unseen(other, book, entropy(0)),
            lambda: unseen(replace(other, coverage=bag), book, entropy(0)),
            lambda: numbered(other, book, 0),
            lambda: listed(other, book),
        ):
            with pytest.raises(FieldError, match="changed since") as refused:
                make()
            assert "--book" in refused.value.remedy
        assert (book.mode, book.count) == ("numbers", 1)


def test_numbers_become_a_ledger_that_knows_what_they_numbered(alike, tmp_path):
    path = tmp_path / "a.book"
    field = replace(alike, runtime=replace(alike.runtime, longest=96))
    good = {f for f in all_films(field) if sum(c.frames for c in f) <= 96}
    with numbers(field, path) as book:
        before = [played(unseen(field, book, entropy(0))) for _ in range(3)]
        listed(field, book)
        assert (book.mode, book.count) == ("ledger", 3)
    with Book.open(path) as book:
        # Films by their number are those they were.
        assert set(before) <= set(_all_numbered(field, book))
        # It may now be steered, and goes on without coming back to any of them.
        showing = unseen(field, book, entropy(9))
        showing.steer(dissonance=1.0)
        shown = [*before, played(showing)]
        shown += [played(unseen(field, book, entropy(n))) for n in range(len(good) - 4)]
        assert set(shown) == good and len(shown) == len(good)


def _all_numbered(field, book):
    for number in range(64):
        with contextlib.suppress(FieldError):
            yield played(numbered(field, book, number))


def test_a_book_of_numbers_that_suits_no_more_is_a_ledger(alike, tmp_path):
    # Nothing was numbered yet, so that it says nothing of any field.
    bag = replace(alike, coverage=Coverage(True, 0, 1.0, 1), fingerprint="another")
    with numbers(alike, tmp_path / "a.book") as book:
        key, film = book.key, played(unseen(bag, book, entropy(0)))
        assert (book.mode, book.count, book.key) == ("ledger", 1, key)
        assert book.knows(digest(key, bag, film))


def test_showing_a_film_by_number_takes_nothing_from_a_ledger(alike, tmp_path):
    field = replace(alike, coverage=Coverage(True, 0, 1.0, 1))
    path = tmp_path / "a.book"
    with Book.make(path, "ledger", entropy(0)) as book:
        played(unseen(field, book, entropy(0)))
    before = path.read_bytes()
    with Book.open(path, reading=True) as book:
        films = [played(numbered(field, book, n)) for n in range(64)]
        assert films == [played(numbered(field, book, n)) for n in range(64)]
    assert set(films) == set(all_films(field))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"coverage": Coverage(True, 0, 1.0, 1)},
        {"coverage": Coverage(False, 2, 1.0, 1)},
        {"coverage": Coverage(False, 0, 0.5, 1)},
    ],
)
def test_what_makes_films_unlike_wants_a_ledger(alike, change):
    assert mode_for(replace(alike, **change)) == "ledger"
    slot = alike.slots[1]
    cycle = replace(slot, policy="cycle")
    heavy = replace(slot.options[0], weight=2.0)
    heavy = replace(slot, options=(heavy, *slot.options[1:]))
    for one in (cycle, heavy):
        slots = (alike.slots[0], one, alike.slots[2])
        assert mode_for(replace(alike, slots=slots)) == "ledger"


def test_a_ledger_gives_every_film_of_a_small_field_once(tmp_path):
    # A weight of a millionth: chance alone would not find these films.
    field = fields.field(2, 2, cuts=TINY)
    rare = replace(field.slots[0].options[1], weight=1e-6)
    slot = replace(field.slots[0], options=(field.slots[0].options[0], rare))
    field = replace(field, slots=(slot, field.slots[1]), coverage=OFF)
    films = set(all_films(field))
    give = entropy(0)
    with Book.make(tmp_path / "a.book", "ledger", give) as book:
        shown = [played(unseen(field, book, give)) for _ in films]
        assert set(shown) == films
        with pytest.raises(FieldError, match=f"{len(films)} films, and all of them"):
            unseen(field, book, give)
    with (
        Book.open(tmp_path / "a.book") as book,
        pytest.raises(FieldError, match="all of them were shown"),
    ):
        unseen(field, book, give)


def test_a_ledger_stays_true_when_the_field_changes(tmp_path):
    field = replace(
        fields.field(2, [2, 1], cuts={"in": [12], "out": [36]}), coverage=OFF
    )
    give = entropy(0)
    more = fields.field(2, [3, 1], cuts={"in": [12], "out": [36]})
    turned = replace(more.slots[0], options=more.slots[0].options[::-1])
    more = replace(more, slots=(turned, more.slots[1]), coverage=OFF)
    with Book.make(tmp_path / "a.book", "ledger", give) as book:
        for _ in range(2):
            played(unseen(field, book, give))
        # Of its three films two were shown under another number.
        (one, _) = played(unseen(more, book, give))
        assert one.option == 0
        with pytest.raises(FieldError, match="all of them were shown"):
            unseen(more, book, give)


def test_showings_at_once_are_all_different(tmp_path):
    field = replace(fields.field(3, 2, cuts=TINY), coverage=OFF)
    films = len(all_films(field))
    with Book.make(tmp_path / "a.book", "ledger", os.urandom) as book:
        # All are open before any goes on.
        opened = [unseen(field, book, os.urandom) for _ in range(films)]
        with pytest.raises(FieldError, match="are being shown"):
            unseen(field, book, os.urandom)
        with ThreadPoolExecutor(8) as pool:
            shown = list(pool.map(played, opened))
        assert len(set(shown)) == films
        assert book.count == films


@pytest.mark.parametrize("bag", [False, True])
def test_threads_may_open_and_close_as_they_like(tmp_path, bag):
    field = replace(fields.field(3, 3, cuts=TINY), coverage=Coverage(bag, 0, 1.0, 1))

    def viewer(seed):
        give = entropy(seed)
        return [played(unseen(field, book, give)) for _ in range(4)]

    with Book.make(tmp_path / "a.book", "ledger", os.urandom) as book:
        with ThreadPoolExecutor(6) as pool:
            films = [film for many in pool.map(viewer, range(6)) for film in many]
        assert len(set(films)) == len(films) == book.count == 24
        key = book.key
    with Book.open(tmp_path / "a.book") as book:
        assert all(book.knows(digest(key, field, film)) for film in films)


def test_showings_at_once_cover_as_those_after_each_other(tmp_path):
    field = fields.field(4, 5)
    with Book.make(tmp_path / "a.book", "ledger", os.urandom) as book:
        opened = [unseen(field, book, os.urandom) for _ in range(5)]
        shown = {(c.slot, c.option) for one in opened for c in played(one)}
    assert len(shown) == 20


def test_takes_come_in_turn(tmp_path):
    policies = {0: "cycle", 1: "once", 2: "stopping"}
    field = fields.field(4, 2, policies=policies)
    with Book.make(tmp_path / "a.book", "ledger", os.urandom) as book:
        films = [played(unseen(field, book, os.urandom)) for _ in range(5)]
    seen = [{c.slot: c.option for c in film} for film in films]
    assert [one[0] for one in seen] == [0, 1, 0, 1, 0]
    assert [one.get(1) for one in seen] == [0, 1, None, None, None]
    assert [one[2] for one in seen] == [0, 1, 1, 1, 1]
    assert {c.option for c in played(seeded(field, 4)) if c.slot != 3} == {0}


def test_an_order_drawn_once_is_the_books(tmp_path):
    field = fields.field(5, 3, groups=[("g", [1, 2, 3], "shuffle-once")])
    orders = set()
    for name in range(4):
        with Book.make(tmp_path / f"{name}.book", "ledger", os.urandom) as book:
            films = [played(unseen(field, book, os.urandom)) for _ in range(3)]
        mine = {tuple(c.slot for c in film) for film in films}
        assert len(mine) == 1
        orders |= mine
    loose = {tuple(c.slot for c in played(seeded(field, n))) for n in range(20)}
    assert len(loose) > 1


@pytest.mark.slow
def test_ten_thousand_numbers_are_ten_thousand_films(tmp_path):
    field = replace(fields.field(40, 4), coverage=OFF, fingerprint="abc")
    with numbers(field, tmp_path / "a.book") as book:
        films = {
            digest(book.key, field, played(numbered(field, book, n)))
            for n in range(10_000)
        }
    assert len(films) == 10_000
