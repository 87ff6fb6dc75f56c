"""Thousands of takes: what is asked for stays, and good joins are among the few."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.assemble import Style
from otio_genai.assemble.planning import candidates, shortlist
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.earlier import Earlier
from otio_genai.assemble.planning.feasible import Rule
from otio_genai.assemble.planning.noted import Directions, NotedJoin, Settled
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.planning.plan import make_plan
from tests.support import bins as made

pytestmark = pytest.mark.usefixtures("hurried")

RATE, COUNT = Fraction(24), 600


@pytest.fixture(scope="module")
def pool():
    clips = made.pool(COUNT, seed=3, frames=100)
    return candidates.takes(made.bin_of(*clips), RATE, 9 / 16)


def brief_of(pool, **of):
    facts = {"total": 12 * 50, "rate": RATE, "style": Style(), "places": Places()}
    facts |= {"directions": Directions(), "seed": 1}
    return Brief(pool=pool, **(facts | of))


CUTS = [50 * k for k in range(1, 12)]
KINDS = ["match", "match", "dry", "match"] * 3


def test_what_is_named_stays_and_keeps_its_place(pool):
    told = Directions(
        rules=[Rule("", 17, slot=2), Rule("", 500, after=9)],
        moments={333: 250},
        ins={333: 10},
        joins=[NotedJoin(before=44, kind="dry")],
    )
    brief = brief_of(pool, directions=told)
    settled = Settled({2: 17}, ((500, 9),))
    less, again = shortlist.shortlist(brief, settled, CUTS, KINDS[:11])
    assert len(less.pool) < 200
    assert less.shortlisted
    assert less.pool[again.fixed[2]] is pool[17]
    ((before, after),) = again.locks
    assert less.pool[before] is pool[500]
    assert less.pool[after] is pool[9]
    (moment,) = less.directions.moments
    assert less.pool[moment] is pool[333]
    assert less.directions.ins == {moment: 10}
    assert less.pool[less.directions.joins[0].before] is pool[44]


def test_an_earlier_films_takes_are_among_the_few(pool):
    kept = Earlier(tuple(range(0, 60, 5)), (0,) * 12, (50,) * 12, ("match",) * 11)
    brief = brief_of(pool, earlier=kept)
    less, _ = shortlist.shortlist(brief, Settled({}, ()), CUTS, KINDS[:11])
    assert less.earlier is not None
    assert [less.pool[t] for t in less.earlier.takes] == [pool[t] for t in kept.takes]


def test_a_few_takes_are_left_alone(pool):
    brief = brief_of(pool[:100])
    assert shortlist.shortlist(brief, Settled({}, ()), CUTS, KINDS[:11])[0] is brief


def test_films_of_a_shortlist_match_as_well_as_films_of_few(pool):
    def flow(takes):
        found = make_plan(brief_of(takes))
        return found.costs["motion"]

    few = np.mean([flow(pool[k : k + 40]) for k in (0, 40, 80)])
    assert flow(pool) < 0.75 * few
