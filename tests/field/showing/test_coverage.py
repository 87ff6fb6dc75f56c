"""Every take is shown in exactly as few showings as can be, and then again."""

from dataclasses import replace

import numpy as np
import pytest

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions
from otio_genai.field.model import Coverage
from otio_genai.field.showing import Book, unseen
from otio_genai.field.showing import session as sessions
from otio_genai.field.showing.cover import Cover
from tests.support import bins, fields
from tests.support.marks import later
from tests.support.showings import all_films, fewest, played, takes

TWO = {"in": [12, 36], "out": [48, 60]}


def entropy(seed):
    return np.random.default_rng(seed).bytes


def shows(field, path, count, seed=0):
    give = entropy(seed)
    found, remarks = [], set()
    with Book.make(path, "ledger", give) as book:
        for _ in range(count):
            showing = unseen(field, book, give)
            remarks.update(showing.remarks)
            found.append(takes(played(showing)))
    return found, remarks


@pytest.mark.parametrize("seed", range(2))
def test_slots_begin_anew_each_in_its_time(tmp_path, seed):
    counts = [3, 5, 2, 1, 4]
    field = fields.field(5, counts)
    films, remarks = shows(field, tmp_path / "a.book", 30, seed)
    assert not remarks
    for slot, count in enumerate(counts):
        options = [next(k for s, k in film if s == slot) for film in films]
        blocks = [options[k : k + count] for k in range(0, 30 - count + 1, count)]
        assert all(sorted(block) == list(range(count)) for block in blocks)
    free = {slot for slot, count in enumerate(counts) if count > 1}
    for one, other in zip(films, films[1:], strict=False):
        assert not {pair for pair in one & other if pair[0] in free}


def strict(seed, most=0.5, **kwargs):
    """A field in which takes cannot be beside any others: the bag alone would not do.

    The rule of motion is the strictest that leaves most of its takes.
    """
    field = fields.field(3, 3, cuts=TWO, seed=seed, **kwargs)
    while True:
        found = replace(field, motion=replace(field.motion, hard_max=most))
        try:
            films = all_films(found)
        except FieldError:
            most += 0.03
            continue
        if len({pair for film in films for pair in takes(film)}) >= 7:
            return found, films
        most += 0.03


@pytest.mark.parametrize("seed", later(range(3), 1))
def test_coverage_takes_exactly_the_least_number_of_showings(tmp_path, seed):
    field, films = strict(seed)
    there = frozenset().union(*map(takes, films))
    least = fewest(films, there)
    found, remarks = shows(field, tmp_path / "a.book", 2 * least, seed)
    if remarks:
        # Only where whole films ran out may coverage give way.
        assert len(films) < 4 * least
        return
    assert frozenset().union(*found[:least]) == there
    assert frozenset().union(*found[: least - 1]) != there
    assert frozenset().union(*found[least:]) == there


def star(count):
    """Two slots in which one take of each goes with all of the other, and no others.

    Motions across the first join lie at right angles, those of the two between.
    """
    between, across, down = (0.07, 0.07, 0, 0), (0.1, 0, 0, 0), (0, 0.1, 0, 0)
    clips = [
        [
            bins.take(f"take {slot}-{k}", between if k == 0 else way, frames=96)
            for k in range(count)
        ]
        for slot, way in enumerate((across, down))
    ]
    field = fields.field(clips=clips, kinds=["match"], cuts=TWO)
    return replace(field, motion=replace(field.motion, hard_max=0.5))


@pytest.mark.parametrize("count", [2, 4, 5])
def test_a_star_takes_more_showings_than_it_has_takes(tmp_path, count):
    field = star(count)
    films = all_films(field)
    there = frozenset().union(*map(takes, films))
    least = fewest(films, there)
    assert least == (2 if count == 2 else 2 * count - 2)
    found, remarks = shows(field, tmp_path / "a.book", 2 * least, count)
    assert not remarks
    for half in (found[:least], found[least:]):
        assert frozenset().union(*half) == there
        assert frozenset().union(*half[:-1]) != there


def test_a_field_too_large_to_reckon_says_so_and_still_rests(tmp_path, monkeypatch):
    from otio_genai.field.showing import mesh

    monkeypatch.setattr(mesh, "MOST_ARCS", 3)
    field = fields.field(4, 3)
    films, remarks = shows(field, tmp_path / "a.book", 6)
    assert len(remarks) == 1
    assert "too large" in remarks.pop()
    for half in (films[:3], films[3:]):
        assert len(frozenset().union(*half)) == 12


def test_coverage_gives_way_where_films_run_out(tmp_path):
    field = fields.field(2, 2, cuts={"in": [12], "out": [36]})
    films, remarks = shows(field, tmp_path / "a.book", 4)
    assert len(set(films)) == 4
    # After two showings that cover all, what is left are the same takes crosswise.
    assert not remarks or "least" in remarks.pop()


def test_a_bag_that_is_off_remembers_nothing(tmp_path):
    field = replace(fields.field(3, 3), coverage=Coverage(False, 0, 1.0, 1))
    shows(field, tmp_path / "a.book", 3)
    with Book.open(tmp_path / "a.book") as book:
        _, memory = book.begin()
    assert not (memory.seen or memory.covered or memory.rests)


def test_takes_that_come_take_part(tmp_path):
    give = entropy(1)
    few, more = fields.field(3, 2), fields.field(3, 4)
    films = []
    with Book.make(tmp_path / "a.book", "ledger", give) as book:
        for field, count in ((few, 3), (more, 4)):
            for _ in range(count):
                films.append(takes(played(unseen(field, book, give))))
    # Two of four were seen last: the new ones come before any is seen thrice.
    for slot in range(3):
        options = [next(k for s, k in film if s == slot) for film in films]
        assert set(options[3:6]) >= {2, 3}


def test_nothing_is_reckoned_twice(tmp_path, monkeypatch):
    made = []
    real = Cover.__init__

    def counted(self, *args):
        made.append(1)
        real(self, *args)

    sessions._cover.cache_clear()
    monkeypatch.setattr(Cover, "__init__", counted)
    shows(fields.field(3, 3), tmp_path / "a.book", 5)
    assert len(made) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.book"]


@pytest.mark.parametrize("most", [None, 0.6])
def test_takes_that_join_badly_past_a_branch_are_shown_in_time(tmp_path, most):
    field = fields.field(4, [3, 4, 3, 4], cuts=TWO, branches=[("b", 0, 2, None, 9.0)])
    field = replace(field, motion=replace(field.motion, tau=0.05, hard_max=most))
    cover = Cover(field, Conditions())
    there = cover.open((s, k) for s in range(4) for k in range(4))
    least = cover.least(there)
    found, remarks = shows(field, tmp_path / "a.book", 2 * least)
    assert not remarks
    for half in (found[:least], found[least:]):
        assert frozenset().union(*half) == there


LONG, SHORT = {"in": [12], "out": [48]}, {"in": [12], "out": [24]}


def unequal(count, shortest, long=LONG):
    """Slots of two takes, 36 frames and 12 frames long, and a least runtime."""
    facts = {(s, 1): {"cuts": SHORT, "weight": 0.05} for s in range(count)}
    field = fields.field(
        count, 2, cuts=long, lengths=(0.5, 2.0), take_facts=facts, seed=1
    )
    return replace(field, runtime=replace(field.runtime, shortest=shortest))


def test_takes_that_rest_are_shown_where_rules_let_no_other(tmp_path):
    said = set()
    for seed in range(4):
        path = tmp_path / f"{seed}.book"
        found, remarks = shows(unequal(2, 48), path, 3, seed)
        assert len(set(found)) == 3
        assert len(frozenset().union(*found)) == 4
        # Where both long takes come first, the short ones together are too short.
        assert bool(remarks) == (found[0] == {(0, 0), (1, 0)})
        said |= remarks
    assert any("least" in one for one in said)


def test_a_take_that_rules_let_no_film_show_is_named_once(tmp_path):
    field = unequal(2, 61, {"in": [12, 24], "out": [48, 60]})
    slots = list(field.slots)
    long = slots[1].options[0]
    slots[1] = replace(slots[1], options=(long, replace(long, content="other")))
    field = replace(field, slots=tuple(slots))
    give = entropy(1)
    said, films = [], []
    with Book.make(tmp_path / "a.book", "ledger", give) as book:
        for _ in range(4):
            showing = unseen(field, book, give)
            said += showing.remarks
            films.append(takes(played(showing)))
    assert sum("left out of the count" in one for one in said) == 1
    assert "lasts at least" in " ".join(said)
    assert {(1, 0), (1, 1)} <= frozenset().union(*films)
    assert not any((0, 1) in film for film in films)


def neighbours(films, field):
    """Takes of slots with others that a showing has in common with the one before."""
    free = {n for n, slot in enumerate(field.slots) if len(slot.options) > 1}
    pairs = zip(films, films[1:], strict=False)
    return [{pair for pair in a & b if pair[0] in free} for a, b in pairs]


@pytest.mark.parametrize("seed", range(2))
def test_no_take_comes_twice_in_a_row_where_a_round_outlasts_a_block(tmp_path, seed):
    """A branch passes by a slot in most films, so that others wait for its takes."""
    field = fields.field(
        5, [2, 4, 3, 5, 3], cuts=TWO, branches=[("b", 2, 4, None, 4.0)]
    )
    found, remarks = shows(field, tmp_path / "a.book", 20, seed)
    assert not remarks
    assert not any(neighbours(found, field))
    for first in range(0, 20, 5):
        there = frozenset().union(*found[first : first + 5])
        assert len(there) == 17


def test_films_whose_length_is_rare_are_found_and_show_every_take(tmp_path):
    field = unequal(4, 132, {"in": [12, 24], "out": [48, 60]})
    give = entropy(1)
    films, said = [], []
    with Book.make(tmp_path / "a.book", "ledger", give) as book:
        for _ in range(8):
            showing = unseen(field, book, give)
            film = played(showing)
            said += showing.remarks
            films.append(takes(film))
            assert sum(one.frames for one in film) >= 132
    assert not any("left out" in one for one in said)
    assert len(frozenset().union(*films)) == 8
