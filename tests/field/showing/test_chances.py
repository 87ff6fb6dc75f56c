"""What is told of the next shot is what comes, where takes are shared out, too."""

import shutil
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from otio_genai.field.model import Coverage
from otio_genai.field.showing import Book, unseen
from tests.support import fields
from tests.support.showings import played

CUTS = {"in": [0, 24], "out": [66, 90]}


def told_and_seen(folder, *, showings, branches=()):
    """How often each take of the slots that came was to come, and how often it did."""
    field = fields.field(5, 4, cuts=CUTS, branches=branches)
    field = replace(
        field,
        motion=replace(field.motion, tau=0.2),
        coverage=Coverage(True, 0, 1.0, 1),
    )
    give = np.random.default_rng(1).bytes
    with Book.make(folder / "first.book", "ledger", give) as book:
        played(unseen(field, book, give))
    told, spread, seen = defaultdict(float), defaultdict(float), Counter()
    for number in range(showings):
        shutil.copy(folder / "first.book", folder / "again.book")
        give = np.random.default_rng(100 + number).bytes
        with Book.open(folder / "again.book") as book:
            showing = unseen(field, book, give)
            while True:
                chances = showing.chances()
                assert chances == showing.chances()
                one = showing.next()
                assert sum(c.probability for c in chances) == pytest.approx(1)
                mine = [c for c in chances if one is None or c.slot == one.slot]
                whole = sum(c.probability for c in mine)
                for c in mine if one is not None else ():
                    c = replace(c, probability=c.probability / whole)
                    told[c.slot, c.option] += c.probability
                    spread[c.slot, c.option] += c.probability * (1 - c.probability)
                if one is None:
                    break
                seen[one.slot, one.option] += 1
            showing.close()
    return told, spread, seen


@pytest.mark.slow
@pytest.mark.parametrize("branches", [(), [("b", 1, 3, None, 1.0)]])
def test_chances_are_those_of_what_comes(tmp_path, branches):
    told, spread, seen = told_and_seen(tmp_path, showings=40, branches=branches)
    apart = [
        (seen[pair] - often) ** 2 / spread[pair]
        for pair, often in told.items()
        if spread[pair] > 1
    ]
    assert len(apart) >= 8
    # By the odds of the field alone it is beyond a hundred.
    assert np.mean(apart) < 2


def test_asking_alters_nothing_of_what_comes(tmp_path):
    field = fields.field(3, 3, cuts=CUTS)
    films = []
    for asked in (False, True):
        give = np.random.default_rng(5).bytes
        with Book.make(tmp_path / f"{asked}.book", "ledger", give) as book:
            showing = unseen(field, book, give)
            while True:
                chances = showing.chances() if asked else []
                assert chances == (showing.chances() if asked else [])
                assert not asked or sum(c.probability for c in chances) == (
                    pytest.approx(1)
                )
                if showing.next() is None:
                    break
            films.append(showing.decided)
            showing.close()
    assert films[0] == films[1]
