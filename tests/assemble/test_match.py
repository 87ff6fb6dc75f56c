"""The match score's algebra, and joins named for what they are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble.fracture import judge, words
from otio_genai.assemble.match import REST_FW_S, is_rest, score, scores
from otio_genai.assemble.style import Style

parts = st.floats(-3, 3, allow_nan=False)
motions = st.tuples(parts, parts, parts, parts)
STYLE = Style()


@given(motions, motions)
def test_between_nought_and_one_and_symmetric(a, b):
    assert 0 <= score(a, b) <= 1
    assert score(a, b) == pytest.approx(score(b, a))


@given(motions)
def test_the_same_motion_matches_wholly(a):
    assert score(a, a) == 1


@given(motions, motions)
def test_mirroring_both_changes_nothing(a, b):
    mirror = np.array([-1, 1, 1, -1])
    assert score(a * mirror, b * mirror) == pytest.approx(score(a, b))


@given(st.floats(0.5, 4), st.floats(1, 5))
def test_speed_ratio_gives_its_share(speed, ratio):
    a, b = (speed, 0, 0, 0), (speed * ratio, 0, 0, 0)
    assert score(a, b) == pytest.approx(2 / (1 + ratio), abs=0.05)


@given(st.floats(0, math.pi))
def test_an_angle_costs_the_sine_of_its_half(angle):
    a, b = (2, 0, 0, 0), (2 * math.cos(angle), 2 * math.sin(angle), 0, 0)
    assert score(a, b) == pytest.approx(1 - math.sin(angle / 2), abs=0.02)


def test_tables_are_the_pairs():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    table = scores(a, b)
    assert table.shape == (3, 5)
    assert table[2, 4] == pytest.approx(score(a[2], b[4]))


def test_kinds_follow_the_motion_not_the_plan():
    left, right, still = (-0.2, 0, 0, 0), (0.2, 0, 0, 0), (0.001, 0, 0, 0)
    assert judge("dry", left, left, STYLE).kind == "match"
    assert judge("match", left, right, STYLE).kind == "dry"
    assert judge("match", still, still, STYLE).kind == "rest"
    assert "stillness against motion" in judge("dry", still, left, STYLE).why
    calm = judge("match", (0.015, 0, 0, 0), (0.021, 0, 0, 0), STYLE)
    assert calm.kind == "match"
    assert "hardly anything moves" in calm.why
    half = tuple(v * 2.6 for v in left)
    assert judge("match", left, half, STYLE).kind == "open"
    for kind in ("carry", "dissolve", "dip"):
        assert judge(kind, left, right, STYLE, carried=True).kind == kind
        told = judge(kind, left, right, STYLE, carried=False)
        assert told.kind == "dry"
        assert "no handles" in told.why


@given(motions)
def test_motions_have_words(a):
    assert (words(a) == "still") == (is_rest(a, a))
    assert REST_FW_S == 0.02
