"""A branch before the first slot leads past it like any other branch."""

from collections import Counter

import numpy as np
import pytest

from otio_genai.errors import FieldError
from otio_genai.field import model
from otio_genai.field.drawing import Conditions, counted, draw_many, space
from otio_genai.field.flags import parse
from tests.field.drawing.small import CLOCK, Rules, plain


def branch(to, when=None, weight=0.7):
    return model.Branch(f"to {to}", model.START, to, when, weight)


FIELDS = {
    "past one": dict(branches=(branch(1),)),
    "past two, and on": dict(branches=(branch(2), model.Branch("on", 1, 3, None, 2.0))),
    "into a group": dict(
        branches=(branch(1),), groups=(model.Group("g", (1, 2), "shuffle"),)
    ),
    "by a flag": dict(branches=(branch(2, parse("night")),), flags={"night": True}),
    "by no flag": dict(branches=(branch(2, parse("night")),), flags={"night": False}),
    "on a clock": dict(
        slots=3, branches=(branch(2),), clock=CLOCK, runtime=model.Runtime(exact=5)
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_films_weigh_what_a_plain_reading_says(name):
    field = plain(3, **dict(slots=4, takes=1) | FIELDS[name])
    every = Rules(field, Conditions()).drawn()
    found, total = space(field), sum(every.values())
    assert found.log_weight == pytest.approx(np.log(total))
    drawn = Counter(draw_many(found, np.random.default_rng(1), 400))
    assert set(drawn) <= set(every)
    first = Counter()
    for film, weight in every.items():
        first[film[0].slot] += weight / total
    for slot, share in first.items():
        often = sum(n for film, n in drawn.items() if film[0].slot == slot) / 400
        assert (
            abs(often - share) < 4 * (max(0, share * (1 - share)) / 400) ** 0.5 + 1e-9
        )
    alike = Conditions(uniform=True)
    assert counted(space(field, alike)).films == len(Rules(field, alike).films())


def test_a_branch_past_all_slots_is_refused():
    with pytest.raises(FieldError, match="leads to no later slot"):
        space(plain(slots=3, branches=(branch(3),)))
