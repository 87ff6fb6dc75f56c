"""What the same slots give without thought, counted by hand."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.assemble import baselines
from otio_genai.assemble.baselines import Slotted
from otio_genai.assemble.match import score
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.planning.openings import openings
from tests.support import bins as made

RIGHT, LEFT, FAST = (0.2, 0.0, 0.0, 0.0), (-0.2, 0.0, 0.0, 0.0), (0.4, 0.0, 0.0, 0.0)


def pool_of(*moves):
    clips = [made.take(f"t{k}", move) for k, move in enumerate(moves)]
    return candidates.takes(made.bin_of(*clips), Fraction(24), 9 / 16)


def test_file_order_and_beat_only_are_the_means_one_gets_by_hand():
    pool = pool_of(RIGHT, FAST, LEFT, LEFT)
    slotted = Slotted(pool, [48] * 4, ["match", "dry", "match"])
    ratio = 1 - 0.2 / (0.2 + 0.4 + 0.04)
    opposed = 1 - 0.6 / (0.4 + 0.2 + 0.04)
    for found in (baselines.file_order(slotted), baselines.beat_only(slotted)):
        assert found.flow == pytest.approx((ratio + 1) / 2, abs=6e-4)
        assert found.dry == pytest.approx(opposed, abs=6e-4)


def test_shuffled_is_the_mean_over_random_orders():
    pool = pool_of(RIGHT, FAST, LEFT, LEFT)
    slotted = Slotted(pool, [48] * 4, ["match"] * 3)
    moves = (RIGHT, FAST, LEFT, LEFT)
    every = [
        np.mean([score(a, b) for a, b in itertools.pairwise(order)])
        for order in itertools.permutations(moves)
    ]
    assert baselines.shuffled(slotted, 400).flow == pytest.approx(
        np.mean(every), abs=0.03
    )
    assert baselines.shuffled(slotted, 5) == baselines.shuffled(slotted, 5)
    assert baselines.shuffled(slotted, 5).dry is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1.0, 0.5, 0.0]))
def test_a_baselines_in_points_are_the_best_there_are(seed, aim):
    rng = np.random.default_rng(seed)
    rows = [
        [[k, *rng.normal(size=4) * 0.1, 0, 1] for k in range(2, 60, 2)] for _ in "abc"
    ]
    clips = [made.take(f"t{k}", rows=r, frames=60) for k, r in enumerate(rows)]
    pool = candidates.takes(made.bin_of(*clips), Fraction(24), 9 / 16)
    kinds = [str(kind) for kind in rng.choice(["match", "dry", "carry"], size=2)]
    opened = [openings(take, 40) for take in pool]

    def cost(picks):
        total = 0.0
        for k, kind in enumerate(kinds):
            left, right = opened[k].exits[picks[k]], opened[k + 1].entries[picks[k + 1]]
            value = score(left, right)
            total += value if kind == "dry" else abs(value - aim)
        return total

    every = itertools.product(*(range(len(o.ways)) for o in opened))
    found = baselines.trimmed(opened, kinds, aim)
    assert cost(found) == pytest.approx(min(map(cost, every)))


def test_short_pools_and_short_takes_are_no_trouble():
    pool = pool_of(RIGHT, LEFT)
    found = baselines.file_order(Slotted(pool, [48, 200, 48], ["match", "match"]))
    assert found.flow == pytest.approx(score(RIGHT, LEFT), abs=6e-4)
    alone = baselines.beat_only(Slotted(pool[:1], [48], []))
    assert (alone.flow, alone.dry) == (None, None)
