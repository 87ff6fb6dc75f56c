"""Takes are shared out among showings; ways keep the law of the field, given these."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare

from otio_genai.field.drawing import Conditions, Drawing, draw_many, join_score, space
from otio_genai.field.model import Coverage
from otio_genai.field.showing import Book, unseen
from otio_genai.field.showing import planning as plans
from otio_genai.field.showing.block import shared_out
from otio_genai.field.showing.confined import confined
from tests.support import fields
from tests.support.showings import all_films, played, takes, weight

TWO = {"in": [12, 36], "out": [48, 60]}


def films_of(among, count):
    return draw_many(among, np.random.default_rng(1), count)


def test_films_of_some_takes_keep_the_law_of_the_field():
    field = fields.field(3, 3, cuts=TWO, seed=2)
    path = frozenset({(0, 1), (1, 2), (2, 0)})
    chances = {f: weight(field, f) for f in all_films(field) if takes(f) == path}
    found = Counter(map(tuple, films_of(confined(space(field), path), 2000)))
    assert set(found) <= set(chances)
    expected = np.array(list(chances.values()))
    seen = [found[film] for film in chances]
    assert chisquare(seen, 2000 * expected / expected.sum()).pvalue > 1e-3


def test_films_led_through_a_take_keep_the_law_of_those_that_show_it():
    field = fields.field(3, 2, cuts=TWO, seed=2)
    chances = {f: weight(field, f) for f in all_films(field) if (1, 1) in takes(f)}
    among = confined(space(field), [(1, 1)], alone=False)
    assert among.log_weight - space(field).log_weight == pytest.approx(
        np.log(sum(chances.values()) / sum(weight(field, f) for f in all_films(field)))
    )
    assert set(map(tuple, films_of(among, 200))) <= set(chances)


@pytest.mark.parametrize(
    "facts",
    [
        {"branches": [("b", 0, 2, None, 9.0), ("e", 1, 4, None, 9.0)]},
        {"groups": [("g", [1, 2], "shuffle")], "branches": [("b", 0, 3, None, 9.0)]},
        {"groups": [("g", [1, 2], "fixed")]},
    ],
)
def test_no_branch_leads_past_a_take(facts):
    field = fields.field(4, 2, cuts=TWO, **facts)
    films = {takes(film) for film in all_films(field)}
    whole = space(field)
    for path in films:
        among = confined(whole, path)
        assert {takes(film) for film in films_of(among, 20)} == {path}
    for pair in {pair for film in films for pair in film}:
        among = confined(whole, [pair], alone=False)
        assert all(pair in takes(film) for film in films_of(among, 20))
    assert confined(whole, [(0, 1)]) is None


def test_only_takes_not_yet_seen_are_shared_out():
    field = fields.field(4, [3, 5, 1, 4], cuts=TWO)
    rng = np.random.default_rng(3)
    resting = frozenset({(0, 0), (0, 2), (1, 1), (1, 4), (3, 3)})
    among = space(field, Conditions(resting=resting, banned=frozenset({(3, 2)})))
    seen = set()
    for _ in range(40):
        film = Drawing(among).finish(rng)
        path = shared_out(among, film, 0, rng)
        assert not path & (resting | {(3, 2)})
        assert sorted(slot for slot, _ in path) == [0, 1, 2, 3]
        kept = shared_out(among, film, 2, rng)
        assert {(one.slot, one.option) for one in film[:2]} <= kept
        seen |= path
    assert len(seen) == 1 + 3 + 1 + 2


def test_two_takes_are_paired_as_their_joins_weigh():
    # Of two pairings the heavier one is far heavier here.
    field = fields.field(2, 2, cuts=TWO, seed=4)
    field = replace(field, motion=replace(field.motion, tau=0.15))
    sums = Counter()
    for film in all_films(field):
        sums[tuple(one.option for one in film)] += weight(field, film)
    straight, across = sums[0, 0] * sums[1, 1], sums[0, 1] * sums[1, 0]
    assert max(straight, across) > 1e3 * min(straight, across)
    among, rng = space(field), np.random.default_rng(1)
    film = Drawing(among).finish(rng)
    found = Counter(dict(shared_out(among, film, 0, rng))[0] for _ in range(60))
    assert set(found) == {0, 1}
    for _ in range(60):
        path = dict(shared_out(among, film, 0, rng))
        assert (path[0] == path[1]) == (straight > across)


def test_what_is_left_joins_as_well_as_what_came_first(tmp_path, monkeypatch):
    field = fields.field(10, 6, cuts=TWO, seed=5)
    field = replace(
        field,
        motion=replace(field.motion, tau=0.1),
        coverage=Coverage(True, 0, 1.0, 1),
    )

    def matched(name):
        give = np.random.default_rng(2).bytes
        with Book.make(tmp_path / name, "ledger", give) as book:
            films = [played(unseen(field, book, give)) for _ in range(12)]
        assert all(
            frozenset().union(*map(takes, half))
            == {(s, k) for s in range(10) for k in range(6)}
            for half in (films[:6], films[6:])
        )
        joined = [j for f in films for j in zip(f, f[1:], strict=False)]
        return np.mean([join_score(field, a, b) for a, b in joined])

    planned = matched("a.book")
    monkeypatch.setattr(plans, "_PLANS", 0)
    assert planned > matched("b.book") + 0.02
