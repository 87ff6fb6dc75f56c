"""Cuts and in-points together, against every possibility there is."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.candidates import read_take
from otio_genai.assemble.planning.retime import Rhythm, Wish, retime
from otio_genai.assemble.planning.stills import stills
from otio_genai.assemble.style import Style
from tests.support import bins as made

RATE, ASPECT = Fraction(8), 9 / 16
KINDS = ("match", "dry", "carry", "dissolve", "dip")
STYLE = Style(dissonance=0.2)
SPREAD = 0.45


def shaken(name, rng):
    frames = int(rng.integers(3, 10))
    rows = [[k, *rng.normal(size=4) * 0.1, 0.0, 0.9] for k in range(1, frames)]
    unsteady = [[k, float(rng.random())] for k in range(1, frames, 2)]
    ends = tuple(int(n) for n in rng.integers(0, 3, size=2))
    clip = made.take(
        name, rate=RATE, frames=frames, rows=rows, unsteady=unsteady, ends=ends
    )
    return read_take(clip, RATE, ASPECT)


def material(k, rng):
    if rng.random() < 0.3:
        (still,) = stills(made.bin_of(made.still(f"s{k}")), RATE, ASPECT, STYLE, k)
        return still
    return shaken(f"t{k}", rng)


def wished(of, rng):
    room = min(of.usable_frames, 7)
    low = int(rng.integers(1, room + 1))
    limits = low, int(rng.integers(low, room + 2))
    wish = {"limits": limits, "handles": tuple(int(n) for n in rng.integers(0, 3, 2))}
    if rng.random() < 0.2:
        wish["near"] = 0 if of.still else int(rng.integers(0, of.end))
    if not of.still and rng.random() < 0.25:
        wish["record_in"] = int(rng.integers(0, of.end))
    if not of.still and rng.random() < 0.2:
        wish["record_out"] = int(rng.integers(1, of.end + 1))
    if of.still and rng.random() < 0.2:
        wish["record_in"] = int(rng.integers(0, len(of.moves)))
    return Wish(**wish)


def steady_part(of, wish):
    """First in-point and last out-point of a shot, in words of its own."""
    low, (before, after) = wish.limits[0], wish.handles
    with_handles = max(of.first, before), min(of.last, of.end - after)
    for first, last in (with_handles, (of.first, of.last), (0, of.end)):
        if last - first >= low:
            return first, last
    return 0, of.end


def ways_of(of, wish):
    """Every (in-point, lengths) that a shot may have."""
    low, high = wish.limits
    if of.still:
        moves = range(len(of.moves))
        picked = moves if wish.record_in is None else [wish.record_in]
        return [(way, range(low, high + 1)) for way in picked]
    first, last = steady_part(of, wish)
    every = range(0, of.end)
    if wish.record_in is not None:
        every = [wish.record_in]
        last = of.end if wish.record_in + low > last else last
    elif wish.record_out is None:
        step = max(1, math.floor(RATE / 4))
        every = {*range(first, last - low + 1, step), max(first, last - low)}
        every |= set() if wish.near is None else {wish.near}
    elif wish.record_out - first >= low:
        every = range(first, of.end)
    found = []
    for way in sorted(every):
        lengths = [n for n in range(low, high + 1) if way + n <= last]
        if wish.record_out is not None:
            lengths = [n for n in range(low, high + 1) if way + n == wish.record_out]
        found.append((way, lengths))
    return found


def price(order, kinds, wishes, rhythm, cuts, ways):
    """What the style says it costs, summed shot by shot."""
    edges = [0, *cuts, rhythm.total]
    frames = [b - a for a, b in itertools.pairwise(edges)]
    cost = float(sum(rhythm.costs[cut] for cut in cuts))
    moves = []
    for of, wish, way, length in zip(order, wishes, ways, frames, strict=True):
        cost += (
            STYLE.weight_length
            * 0.5
            * (math.log(length / rhythm.mean_frames) / SPREAD) ** 2
        )
        if wish.near is not None:
            cost += 0.5 * STYLE.weight_keep * (way != wish.near)
        if of.still:
            cost += of.tastes[way]
            moves.append((of.vectors[way], of.vectors[way]))
            continue
        shaky = of.enter_cost[way] + of.leave_cost[way + length]
        cost += STYLE.weight_steadiness * shaky
        moves.append((of.leaving[way + length], of.entering[way]))
    for kind, before, after in zip(kinds, moves, moves[1:], strict=False):
        joined = costs.joins(kind, before[0][None], after[1][None], STYLE)
        cost += float(joined[0, 0])
    return cost


def best_of_all(order, kinds, wishes, rhythm):
    best = math.inf
    possible = [ways_of(of, wish) for of, wish in zip(order, wishes, strict=True)]
    for cuts in itertools.combinations(range(1, rhythm.total), len(order) - 1):
        edges = [0, *cuts, rhythm.total]
        frames = [b - a for a, b in itertools.pairwise(edges)]
        if any(
            not low <= cut <= high
            for k, cut in enumerate(cuts, start=1)
            for low, high in [rhythm.windows.get(k, (1, rhythm.total))]
        ):
            continue
        fitting = [
            [way for way, lengths in ways if n in lengths]
            for ways, n in zip(possible, frames, strict=True)
        ]
        for ways in itertools.product(*fitting):
            best = min(best, price(order, kinds, wishes, rhythm, cuts, ways))
    return best


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_it_is_the_best_of_all_and_none_exactly_when_nothing_fits(seed):
    rng = np.random.default_rng(seed)
    shots = int(rng.integers(1, 4))
    order = [material(k, rng) for k in range(shots)]
    kinds = [str(kind) for kind in rng.choice(KINDS, size=shots - 1)]
    wishes = [wished(of, rng) for of in order]
    total = int(rng.integers(shots, 5 * shots + 1))
    expected = sorted(int(c) for c in rng.integers(1, max(2, total), size=shots - 1))
    windows = {}
    if shots > 1 and rng.random() < 0.3:
        low, high = sorted(int(n) for n in rng.integers(1, total + 1, size=2))
        windows[int(rng.integers(1, shots))] = low, high
    at = rng.normal(size=total + 1) * 0.3
    rhythm = Rhythm(at, float(total), SPREAD, expected, windows)
    found = retime(order, kinds, wishes, rhythm, STYLE)
    best = best_of_all(order, kinds, wishes, rhythm)
    if found is None:
        assert best == math.inf
        return
    assert found.cost == pytest.approx(best)
    assert found.cost == pytest.approx(
        price(order, kinds, wishes, rhythm, found.cuts, found.ways)
    )


def test_what_is_noted_is_kept_even_where_the_take_is_unsteady():
    clip = made.take("t", rate=RATE, frames=40, unsteady=[], ends=(4, 4))
    of = read_take(clip, RATE, ASPECT)
    flat = np.zeros(9)
    for wish in (
        Wish((8, 8), record_in=1),
        Wish((8, 8), record_in=32),
        Wish((8, 8), record_out=40),
        Wish((8, 8), record_out=9),
    ):
        found = retime([of], [], [wish], Rhythm(flat, 8.0, SPREAD, []), STYLE)
        assert found is not None
        (way,) = found.ways
        assert wish.record_in in (None, way)
        assert wish.record_out in (None, way + 8)
    whole = Rhythm(np.zeros(39), 8.0, SPREAD, [])
    found = retime([of], [], [Wish((38, 38))], whole, STYLE)
    assert found is not None
    assert 0 <= found.ways[0] <= 2


def test_a_long_film_keeps_to_its_grid_and_is_never_worse_than_its_first_rhythm():
    rng = np.random.default_rng(3)
    clips = made.pool(12, seed=4)
    order = [read_take(clip, Fraction(24), ASPECT) for clip in clips]
    kinds = ["match"] * 11
    total = 12 * 60
    rhythm = Rhythm(
        rng.normal(size=total + 1) * 0.3,
        60.0,
        SPREAD,
        [60 * k for k in range(1, 12)],
    )
    wishes = [Wish((20, 110))] * 12
    found = retime(order, kinds, wishes, rhythm, STYLE)
    assert found is not None
    firsts = [of.first for of in order]
    plain = price(order, kinds, wishes, rhythm, rhythm.expected, firsts)
    assert found.cost <= plain + 1e-9
    own = price(order, kinds, wishes, rhythm, found.cuts, found.ways)
    assert found.cost == pytest.approx(own)
