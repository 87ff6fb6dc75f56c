"""Fractures as a grammar: shares, spacing and where they fall."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from otio_genai.assemble import fracture
from otio_genai.assemble.fracture import MARKED, attractions, plan
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.style import Style

UNEVEN, FAR = 0.5, 2.0


def unevenness(marks, n, even):
    edges = [-1, *marks, n]
    gaps = [b - a for a, b in itertools.pairwise(edges)]
    return sum(UNEVEN * min(((gap - even) / even) ** 2, FAR) for gap in gaps)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 11), st.integers(1, 4), st.integers(1, 3))
def test_marks_are_spread_as_well_as_can_be(seed, n, count, least):
    rng = np.random.default_rng(seed)
    gain = np.where(rng.random(n) < 0.2, np.inf, -rng.random(n))
    even = (n + 1) / (count + 1)
    found = fracture._spread(gain, count, least, even)
    best = np.inf
    for tried in itertools.combinations(range(n), count):
        if all(b - a >= least for a, b in itertools.pairwise(tried)):
            cost = gain[list(tried)].sum() + unevenness(tried, n, even)
            best = min(best, cost)
    if found is None:
        assert best == np.inf
        return
    assert all(b - a >= least for a, b in itertools.pairwise(found))
    assert gain[found].sum() + unevenness(found, n, even) == pytest.approx(best)


shares_of = st.tuples(*[st.floats(0, 1)] * 4).map(
    lambda raw: [round(part / max(1.0, sum(raw)), 3) for part in raw]
)


def style_of(shares, **others):
    assume(sum(shares) <= 1)
    named = {f"{kind}_share": part for kind, part in zip(MARKED, shares, strict=True)}
    return Style(**named, **others)


@settings(deadline=None)
@given(st.integers(0, 40), shares_of, st.integers(0, 3))
def test_shares_are_kept(count, shares, spacing):
    style = style_of(shares, spacing=spacing)
    kinds = plan([0.0] * count, style)
    asked = {k: round(s * count) for k, s in zip(MARKED, shares, strict=True)}
    assert len(kinds) == count
    assert set(kinds) <= {"match", *MARKED}
    if sum(asked.values()) <= count:
        assert {kind: kinds.count(kind) for kind in MARKED} == asked
    else:
        assert "match" not in kinds


@settings(deadline=None)
@given(st.integers(1, 40), shares_of, st.integers(0, 4), st.integers(0, 1000))
def test_spacing_is_kept_wherever_there_is_room(count, shares, spacing, seed):
    style = style_of(shares, spacing=spacing)
    drawn = np.random.default_rng(seed).random(count)
    kinds = plan(list(drawn), style)
    marks = [k for k, kind in enumerate(kinds) if kind in MARKED]
    room = (len(marks) - 1) * (spacing + 1) + 1 <= count
    if len(marks) > 1 and room:
        assert min(np.diff(marks)) >= spacing + 1


@settings(deadline=None)
@given(
    st.integers(1, 30),
    shares_of,
    st.dictionaries(st.integers(0, 29), st.sampled_from(("match", *MARKED))),
    st.booleans(),
)
def test_what_is_forced_stays_and_counts_toward_a_share(count, shares, forced, priced):
    style = style_of(shares)
    forced = {k: kind for k, kind in forced.items() if k < count}
    rng = np.random.default_rng(count)
    costs = {k: list(rng.random(count)) for k in ("match", *MARKED)} if priced else None
    kinds = plan([0.0] * count, style, forced=forced, costs=costs)
    assert all(kinds[k] == kind for k, kind in forced.items())
    for kind, share in zip(MARKED, shares, strict=True):
        given_ones = list(forced.values()).count(kind)
        assert kinds.count(kind) <= max(round(share * count), given_ones)


def test_marks_go_to_phrases_and_to_breaks_between_sentences():
    rate = Fraction(24)
    cuts = [24 * k for k in range(1, 17)]
    music = Places(phrases_s=(4.0, 12.0))
    spoken = Places(sentences_s=((0.0, 3.0), (4.1, 11.0), (12.2, 14.0)))
    for places in (music, spoken):
        for fall_on in ("auto", "phrases", "sentences", "even"):
            style = Style(dry_share=2 / 16, fall_on=fall_on)
            drawn = attractions(cuts, places, rate, style)
            marks = [k for k, kind in enumerate(plan(drawn, style)) if kind == "dry"]
            mine = "phrases" if places is music else "sentences"
            if fall_on in ("auto", mine):
                assert [cuts[k] / 24 for k in marks] == [4.0, 12.0]
            else:
                assert drawn == [0.0] * 16
                assert [cuts[k] / 24 for k in marks] != [4.0, 12.0]


def test_a_break_is_before_the_sentence_never_in_it():
    spoken = Places(sentences_s=((0.0, 3.0), (4.0, 6.0)))
    drawn = attractions(range(60, 120), spoken, Fraction(24), Style())
    assert [k + 60 for k, force in enumerate(drawn) if force] == list(range(84, 97))


def test_dry_cuts_go_where_takes_break_once_these_are_known():
    style = Style(dry_share=0.25, carry_share=0.25, spacing=0)
    table = {"match": [0.1] * 8, "dry": [0.9] * 8, "carry": [0.9] * 8}
    table["dry"][1] = table["dry"][6] = 0.0
    table["carry"][2] = table["carry"][5] = 0.0
    table["match"][1] = table["match"][2] = table["match"][5] = table["match"][6] = 1
    kinds = plan([0.0] * 8, style, costs=table)
    assert [kinds[k] for k in (1, 2, 5, 6)] == ["dry", "carry", "carry", "dry"]
