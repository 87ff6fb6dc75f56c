"""Every weight of the style moves the film the way it says."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from otio_genai.analyse.palette import lab
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.match import score
from otio_genai.assemble.planning import candidates, costs
from tests.support import bins as made
from tests.support.films import joins, names, shown

pytestmark = pytest.mark.usefixtures("brisk")

KINDS = ("match", "dry", "carry", "dissolve", "dip")
LENGTH_S = 26
parts = st.floats(-2, 2, allow_nan=False)
motions = st.tuples(parts, parts, parts, parts)
RNG = np.random.default_rng(0)
MOVES = [tuple(map(float, m)) for m in RNG.normal(size=(24, 4)) * (0.12, 0.06, 0.08, 0)]
COLOURS = [(RNG.uniform(20, 80), *RNG.uniform(-50, 50, 2)) for _ in MOVES]


def pool(**of):
    """Takes of known moves; every keyword is a list with one value for each."""
    return [
        made.take(f"t{k}", move, **{name: values[k] for name, values in of.items()})
        for k, move in enumerate(MOVES)
    ]


def cut(clips, **style):
    return assemble(made.bin_of(*clips), Style(length_s=LENGTH_S, **style))


def flowing(film):
    return [join["score"] for join in joins(film) if join["planned"] == "match"]


@given(motions, motions, st.floats(0, 1))
def test_costs_of_joins_are_what_their_table_says(a, b, dissonance):
    style = Style(dissonance=dissonance, weight_rest=0)
    match = score(a, b)
    sizes = np.linalg.norm(a) * np.linalg.norm(b)
    opposed = max(0.0, -float(np.dot(a, b)) / max(sizes, 0.02**2))
    still = sum(np.linalg.norm(side) < 0.02 for side in (a, b))
    told = {
        "match": abs(match - (1 - dissonance)),
        "dry": match,
        "carry": 0.25 + 0.5 * opposed + 0.25 * still,
        "dissolve": 0.25 * (1 - match),
        "dip": 0.25 * (1 - match),
    }
    for kind in KINDS:
        found = costs.joins(kind, np.array([a]), np.array([b]), style)
        assert found[0, 0] == pytest.approx(told[kind])


@pytest.mark.slow
def test_dissonance_takes_joins_from_continuity_to_opposition():
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    found, opposed = [], []
    for dissonance in steps:
        films = [
            assemble(
                made.bin_of(*made.pool(40, seed=seed)),
                Style(length_s=LENGTH_S, dissonance=dissonance),
                seed=seed,
            )
            for seed in range(2)
        ]
        found.append(np.mean([value for film in films for value in flowing(film)]))
        pairs = [
            (np.array(j["motion_out"]), np.array(j["motion_in"]))
            for film in films
            for j in joins(film)
            if j["planned"] == "match"
        ]
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]
        opposed.append(np.mean(np.array(cosines) < -0.7))
    assert all(a > b for a, b in itertools.pairwise(found))
    assert found[0] > 0.75
    assert found[-1] < 0.25
    assert opposed[0] == 0
    assert opposed[-1] > 0.8


def test_continuity_likes_like_colours_and_contrast_unlike_ones():
    clips = pool(lab=COLOURS)
    known = {clip.name: np.array(c) for clip, c in zip(clips, COLOURS, strict=True)}

    def apart(**style):
        used = [known[name] for name in names(cut(clips, **style))]
        return np.mean([np.linalg.norm(a - b) for a, b in itertools.pairwise(used)])

    free = apart(colour="free", weight_colour=0.5)
    assert apart(colour="continuity", weight_colour=0.5) < 0.75 * free
    assert apart(colour="contrast", weight_colour=0.5) > 1.25 * free


def test_a_tint_draws_takes_of_its_hue():
    clips = pool(lab=COLOURS)
    aim, _ = lab(np.array([[[0x20, 0x40, 0x80]]], np.uint8))
    known = {clip.name: np.array(c) for clip, c in zip(clips, COLOURS, strict=True)}

    def away(tint):
        used = names(cut(clips, tint=tint))
        return np.mean([np.linalg.norm(known[n][1:] - aim[1:]) for n in used])

    assert away("#204080") < 0.85 * away(None)


@pytest.mark.slow
def test_lively_takes_go_where_the_music_is_loud_the_more_the_weight_asks():
    swell = [-40 + 35 * abs(np.sin(k / 9)) for k in range(60)]
    clips = pool()
    found = candidates.takes(made.bin_of(*clips), Fraction(24), 9 / 16)
    energy = {take.name: take.energy for take in found}

    def agreement(weight):
        # What holds by chance for one bed fails for its mirror image.
        beds = swell, swell[::-1], [-45 - level for level in swell]
        return np.mean([follows(bed, weight) for bed in beds])

    def follows(loud, weight):
        film = cut([*clips, made.music(30, energy=loud)], weight_energy=weight)
        there = [np.mean(loud[s.begin // 12 : -(-s.end // 12)]) for s in shown(film)]
        return spearmanr([energy[name] for name in names(film)], there)[0]

    none, usual, much = (agreement(weight) for weight in (0.0, 0.1, 2.0))
    assert usual > none + 0.3
    assert much > usual
    assert much > 0.8


def test_cuts_keep_away_from_unsteady_ends():
    rows = [[k, 1.0] for k in (*range(2, 20, 2), *range(102, 120, 2))]
    clips = pool(unsteady=[rows] * len(MOVES))

    def shaky(weight):
        shots = shown(cut(clips, weight_steadiness=weight))
        return sum((s.record_in < 18) + (s.record_in + s.frames > 102) for s in shots)

    assert shaky(0.3) == 0
    assert shaky(0.0) > 0


def test_takes_of_one_picture_are_kept_apart():
    prompts = ["abcd"[k % 4] for k in range(len(MOVES))]
    clips = pool(prompt=prompts)
    known = {clip.name: prompt for clip, prompt in zip(clips, prompts, strict=True)}

    def together(weight):
        used = [known[n] for n in names(cut(clips, weight_repetition=weight))]
        return sum(a == b for a, b in itertools.pairwise(used))

    assert together(1.0) == 0
    assert together(0.0) > 0


def test_stillness_to_stillness_is_avoided_the_more_the_weight_asks():
    clips = [
        made.take(f"t{k}", move if k % 2 else (0.001, 0.0, 0.0, 0.0))
        for k, move in enumerate(MOVES)
    ]

    def rests(weight):
        found = joins(cut(clips, weight_rest=weight))
        return sum(join["kind"] == "rest" for join in found)

    most, least = rests(0.0), rests(1.0)
    assert least == 0 < most


def test_matches_far_better_than_chance_and_dry_joins_break():
    given = made.bin_of(*made.pool(40), made.music(60))
    film = assemble(given, Style(length_s=50), seed=1)
    broken = [join["score"] for join in joins(film) if join["planned"] == "dry"]
    assert np.mean(flowing(film)) > 0.75
    assert np.mean(broken) < 0.2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_ranks_order_and_share_places(values):
    ranks = costs._ranks(values)
    assert ranks.min() >= 0
    assert ranks.max() <= 1
    for (a, x), (b, y) in itertools.combinations(zip(values, ranks, strict=True), 2):
        assert (a < b) == (x < y)
    assert np.allclose(ranks, costs._ranks([2 * v for v in values]))
