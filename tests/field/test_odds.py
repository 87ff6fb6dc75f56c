"""Weights of branches make films take them as often as they shall."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otio_genai import metadata
from otio_genai.errors import FieldError
from otio_genai.field import drawing
from otio_genai.field.document import read_field
from otio_genai.field.model import START
from otio_genai.field.odds import shares as told
from otio_genai.field.odds import weights_for
from otio_genai.field.weighing import weighed
from tests.support import fields


def shares(field, weights, count=1500):
    """How often each branch is taken, of films drawn: none shows what it passes."""
    branches = tuple(replace(b, weight=weights[b.id]) for b in field.branches)
    space = drawing.space(replace(field, branches=branches))
    films = drawing.draw_many(space, np.random.default_rng(0), count)
    shown = [{one.slot for one in film} for film in films]
    return {b.id: np.mean([b.at + 1 not in slots for slots in shown]) for b in branches}


@pytest.mark.parametrize(
    "wanted", [{"a": 0.2}, {"a": 0.5, "b": 0.25}, {"a": 0.9, "b": 0.1}]
)
def test_branches_are_taken_as_often_as_they_shall_be(wanted):
    ways = [("a", 0, 3, None, 1.0), ("b", 3, 5, None, 1.0)][: len(wanted)]
    field = fields.field(6, 2, frames=60, branches=ways)
    found = shares(field, weights_for(field, wanted))
    for name, share in wanted.items():
        # Four standard deviations of so many draws.
        assert abs(found[name] - share) < 4 * (share * (1 - share) / 1500) ** 0.5


def test_other_branches_keep_their_weight():
    ways = [("a", 0, 2, None, 1.0), ("b", 2, 4, None, 7.0)]
    field = fields.field(5, 2, frames=60, branches=ways)
    assert weights_for(field, {"a": 0.5})["b"] == 7.0


BRANCHES = [("start", START, 1, None, 1.0), ("a", 1, 4, None, 0.5),
            ("b", 1, 3, "night", 3.0), ("c", 4, 6, None, 0.1)]  # fmt: skip


def branching(seed=0, **kwargs):
    """A field of four branches, two of them at one fork, with close joins."""
    made = fields.document(
        6,
        2,
        seed=seed,
        frames=60,
        branches=[row for row in BRANCHES if row[1] != START],
        flags={"night": False},
        take_facts={(0, 1): {"sets": {"night": True}}},
        facts={"motion": {"tau": 0.15}},
        **kwargs,
    )
    rules = metadata.read(made, "field")
    rules["branches"].append(
        {"id": "start", "at": "start", "to": "slot-002", "weight": 1.0}
    )
    metadata.put(made, "field", rules)
    return made


def counts(field, count=4000):
    """How many films come to each branch, flags allowing, and how many take it."""
    films = drawing.draw_many(drawing.space(field), np.random.default_rng(0), count)
    found = {}
    for branch in field.branches:
        came = taken = 0
        for film in films:
            slots = [one.slot for one in film]
            night = (film[0].slot, film[0].option) == (0, 1)
            at = START if branch.at == START else branch.at
            if (at != START and at not in slots) or (branch.when and not night):
                continue
            after = slots[slots.index(at) + 1 :] if at != START else slots
            came += 1
            taken += (after[0] if after else 6) == branch.to
        found[branch.id] = came, taken
    return found


@pytest.mark.parametrize("seed", [0, 1])
def test_shares_that_are_told_are_those_of_films_drawn(seed):
    field = read_field(branching(seed))
    for one in told(field):
        came, taken = counts(field)[one.branch]
        assert abs(taken / 4000 - one.of_films) < 4 * (0.25 / 4000) ** 0.5
        if came > 50:
            assert abs(taken / came - one.of_fork) < 4 * (0.25 / came) ** 0.5


def test_branches_that_are_weighed_are_taken_as_often_as_asked():
    wanted = {"start": 0.3, "a": 0.25, "b": 0.4, "c": 0.1}
    made = weighed(branching(), wanted)
    field = read_field(made)
    assert {one.branch: one.wished for one in told(field)} == wanted
    for one in told(field):
        assert one.of_fork == pytest.approx(wanted[one.branch], abs=0.01)
    # What is asked for stays written down: weighing again changes nothing.
    again = metadata.read(weighed(made), "field")["branches"]
    for one, other in zip(metadata.read(made, "field")["branches"], again, strict=True):
        assert one["weight"] == pytest.approx(other["weight"], rel=0.02)


def test_what_cannot_be_weighed_is_named():
    with pytest.raises(FieldError) as caught:
        weighed(branching(), {"none": 0.5, "a": 1.0})
    assert "there is no branch 'none'" in caught.value.items[0]
    assert "a: 1 is not above 0 and below 1" in caught.value.items[1]
    with pytest.raises(FieldError, match="cannot be weighed"):
        weighed(fields.document(2, 2))
