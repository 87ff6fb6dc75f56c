"""Weights of branches make films take them as often as they shall."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otio_genai.field import drawing
from otio_genai.field.odds import weights_for
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
