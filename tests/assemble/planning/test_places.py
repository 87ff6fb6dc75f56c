"""Where music and voice put cuts, and what is said of them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.assemble.planning.grid import cuts
from otio_genai.assemble.planning.places import (
    Places,
    cost_of_frames,
    energies,
    mode_of,
    nearest,
)
from otio_genai.assemble.style import Style

STYLE = Style()
RATE = Fraction(24)


@pytest.mark.parametrize("rate", [24, 25, Fraction(30000, 1001), 60])
def test_cuts_fall_on_beats_and_never_after(rate):
    rate = Fraction(rate)
    beats = [0.31 + 0.6 * k for k in range(60)]
    places = Places(beats_s=beats, downbeats_s=beats[::4], confidence=0.9)
    costs = cost_of_frames(places, math.floor(30 * rate), rate, STYLE)
    limits = (math.floor(rate), math.floor(6 * rate))
    found = cuts(costs, float(2.6 * float(rate)), limits, limits[0], 99)
    frames = {math.floor(b * rate) for b in beats}
    assert found
    assert all(cut in frames for cut in found)
    assert all(any(0 <= b * rate - cut < 1 for b in beats) for cut in found)


def test_no_sure_beat_means_onsets_and_phrases():
    places = Places(
        beats_s=[1.0, 2.0], onsets_s=[1.7, 4.1, 6.6], phrases_s=[4.1], confidence=0.3
    )
    costs = cost_of_frames(places, 240, RATE, STYLE)
    assert costs[math.floor(4.1 * 24)] < costs[math.floor(1.7 * 24)] < costs[24]
    assert nearest(places, 24, RATE).name != "beat"


def test_no_cut_falls_on_the_start_of_words():
    spans = ((1.0, 2.0), (3.0, 4.0))
    places = Places(words_s=spans, sentences_s=spans)
    costs = cost_of_frames(places, 120, RATE, STYLE)
    assert costs[73] > costs[60]
    assert costs[68] < costs[60] < 0


@pytest.mark.parametrize("cut_on", ["auto", "beats", "phrases", "onsets", "free"])
def test_what_is_asked_for_by_name_is_followed(cut_on):
    places = Places(beats_s=(1.0, 2.0), onsets_s=(1.5,), phrases_s=(2.0,))
    assert mode_of(places, cut_on) == ("onsets" if cut_on == "auto" else cut_on)
    costs = cost_of_frames(places, 96, RATE, Style(cut_on=cut_on))
    cheapest = {"auto": 48, "beats": 48, "phrases": 48, "onsets": 48, "free": 0}
    assert int(np.argmin(costs)) == cheapest[cut_on]
    assert (costs.max() == costs.min() == 0) == (cut_on == "free")


def test_markers_of_the_user_outweigh_phrases():
    places = Places(phrases_s=(1.0,), markers_s=(2.0,), onsets_s=(3.0,))
    costs = cost_of_frames(places, 96, RATE, STYLE)
    assert costs[48] < costs[24] < costs[72]


@given(st.floats(0, 0.49), st.lists(st.floats(0, 9), min_size=1, max_size=5))
def test_what_is_not_sure_is_no_place(unsure, times):
    heard = {
        "beats_s": times,
        "downbeats_s": times,
        "downbeat_confidence": unsure,
        "phrases_s": times,
        "phrase_confidence": unsure,
        "sections_s": times,
        "section_confidence": unsure,
        "confidence": unsure,
        "mode": "beats",
    }
    found = Places.of(heard)
    assert not found.has_beat
    assert (found.downbeats_s, found.phrases_s, found.sections_s) == ((), (), ())
    assert nearest(found, 24, RATE) is None


times_s = st.lists(st.floats(0, 20), max_size=6).map(tuple)


@settings(deadline=None)
@given(times_s, times_s, times_s, st.integers(0, 480))
def test_the_nearest_place_is_the_nearest_of_all(markers, phrases, beats, cut):
    places = Places(markers_s=markers, phrases_s=phrases, beats_s=beats, confidence=1.0)
    named = [("marker", markers), ("phrase", phrases)]
    named += [("beat", beats)] if len(beats) > 1 else []
    every = [
        (abs(cut - math.floor(Fraction(t).limit_denominator(10**6) * 24)), name)
        for name, times in named
        for t in times
    ]
    found = nearest(places, cut, RATE)
    if not every:
        assert found is None
        return
    least = min(distance for distance, _ in every)
    weightiest = next(name for distance, name in every if distance == least)
    assert (abs(found.distance_frames), found.name) == (least, weightiest)


def test_energy_is_the_mean_of_each_slot_and_soft_after_the_end():
    places = Places(energy=(0.5, (-30.0, -30.0, -10.0, -10.0, -20.0)))
    assert energies(places, [24, 48], 96, RATE) == [-30.0, -10.0, -20.0]
    assert energies(places, [24, 72], 120, RATE) == [-30.0, pytest.approx(-40 / 3), -30]
    assert energies(Places(), [24], 48, RATE) is None
