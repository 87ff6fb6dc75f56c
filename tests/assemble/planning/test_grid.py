"""Cuts: the dynamic programmes against every possibility."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import rates
from otio_genai.assemble.planning.grid import cuts, lengths, recut

SPREAD = 0.45


def law(length, mean):
    return 0.5 * (math.log(length / mean) / SPREAD) ** 2


def value(found, costs, mean):
    total = len(costs) - 1
    shots = lengths(found, total)
    return sum(law(n, mean) for n in shots) + sum(costs[c] for c in found)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 16))
def test_cuts_are_the_best_of_all(seed, total):
    costs = np.random.default_rng(seed).normal(size=total + 1) * 0.5
    found = cuts(costs, 4.0, (2, 6), 3, total)
    best = math.inf
    for count in range(total):
        for tried in itertools.combinations(range(1, total), count):
            shots = lengths(tried, total)
            if all(2 <= n <= 6 for n in shots) and shots[-1] >= 3:
                best = min(best, value(list(tried), costs, 4.0))
    assert found is not None
    assert value(found, costs, 4.0) == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(6, 14))
def test_recut_is_the_best_within_each_takes_room(seed, total):
    rng = np.random.default_rng(seed)
    costs = rng.normal(size=total + 1) * 0.5
    limits = [(1, int(high)) for high in rng.integers(2, 7, size=3)]
    found = recut(costs, 4.0, limits)
    best = math.inf
    for tried in itertools.combinations(range(1, total), 2):
        shots = lengths(tried, total)
        if all(a <= n <= b for n, (a, b) in zip(shots, limits, strict=True)):
            best = min(best, value(list(tried), costs, 4.0))
    if found is None:
        assert best == math.inf
    else:
        assert value(found, costs, 4.0) == pytest.approx(best)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(6, 14))
def test_recut_keeps_cuts_in_their_windows_and_is_the_best_of_those(seed, total):
    rng = np.random.default_rng(seed)
    costs = rng.normal(size=total + 1) * 0.5
    limits = [(int(low), int(low + more)) for low, more in rng.integers(1, 5, (4, 2))]
    windows = {}
    for cut in rng.choice([1, 2, 3], size=2, replace=False):
        low, high = sorted(int(n) for n in rng.integers(1, total, size=2))
        windows[int(cut)] = low, high
    found = recut(costs, 4.0, limits, windows)
    best = math.inf
    for tried in itertools.combinations(range(1, total), 3):
        shots = lengths(tried, total)
        inside = all(a <= n <= b for n, (a, b) in zip(shots, limits, strict=True))
        if inside and all(a <= tried[k - 1] <= b for k, (a, b) in windows.items()):
            best = min(best, value(list(tried), costs, 4.0))
    if found is None:
        assert best == math.inf
    else:
        assert value(found, costs, 4.0) == pytest.approx(best)
        assert all(a <= found[k - 1] <= b for k, (a, b) in windows.items())


def test_a_last_shot_longer_than_the_film_is_the_film():
    assert cuts(np.zeros(25), 10.0, (5, 120), 60, 9) is None
    assert cuts(np.zeros(25), 10.0, (5, 120), 24, 9) == []
    rng = np.random.default_rng(1)
    for total in range(1, 40):
        found = cuts(rng.normal(size=total + 1), 8.0, (4, 30), 20, 9)
        assert found is None or min(lengths(found, total)[:-1], default=4) >= 4
        assert found is None or lengths(found, total)[-1] >= min(20, total)


def test_never_more_shots_than_asked():
    found = cuts(np.zeros(481), 20.0, (5, 120), 10, 7)
    assert found is not None
    assert len(found) + 1 <= 7


def test_what_cannot_be_is_none():
    assert cuts(np.zeros(101), 10.0, (30, 31), 30, 9) is None
    assert recut(np.zeros(101), 10.0, [(1, 20), (1, 20)]) is None


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60])
def test_beats_on_a_decimal_grid_lie_in_the_frame_they_are_in(rate):
    for k in range(300):
        assert rates.frame_with(k * 0.1, Fraction(rate)) == k * rate // 10
